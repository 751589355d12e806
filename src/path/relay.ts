/** The path through signalling: sealed frames, as many as the back-end allows. */
import { utf8, type Bytes } from '../bytes.js';
import { LANES, PIECE, type LaneName, type LanePipe } from './lanes.js';

/** What sealed frames are about. */
export const FrameType = { signal: 16, text: 17, bytes: 18, bulk: 19, datagram: 20, unordered: 21 } as const;

/** What sealing and addressing add to a frame, bytes at most. */
const OVERHEAD = 256;

export interface RelayPathOptions {
  /** Whether signalling takes about as many bytes now. */
  readonly hasRoom: (bytes: number) => boolean;
  /** Seals and sends. */
  readonly send: (type: number, text: Bytes) => void;
}

export class RelayPath {
  /** Back-ends take 64 KiB in one message, and a character can have three bytes. */
  readonly batch = 16_384;
  readonly #options: RelayPathOptions;

  constructor(options: RelayPathOptions) {
    this.#options = options;
  }

  hasRoom(bytes: number): boolean {
    return this.#options.hasRoom(bytes + OVERHEAD);
  }

  send(frame: string | Bytes): void {
    if (typeof frame === 'string') this.#options.send(FrameType.text, utf8(frame));
    else this.#options.send(FrameType.bytes, frame);
  }

  /** A way beside the one that `send()` uses. Its room is that of all. */
  lane(name: LaneName): LanePipe {
    return {
      piece: PIECE,
      hasRoom: (bytes) => this.hasRoom(bytes),
      send: (bytes) => {
        // Sealing takes its time.
        this.#options.send(FrameType[name], bytes.slice());
      },
    };
  }

  /** The lane by which what was sealed came, or null when it came by none. */
  static laneOf(type: number): LaneName | null {
    return LANES.find((lane) => FrameType[lane] === type) ?? null;
  }

  /** The frame in what was sealed, or null when it is something else. */
  static open(type: number, text: Bytes): string | ArrayBuffer | null {
    if (type === FrameType.text) return new TextDecoder().decode(text);
    return type === FrameType.bytes ? text.slice().buffer : null;
  }
}
