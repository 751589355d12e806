/** The path through signalling: sealed frames, as many as the back-end allows. */
import { utf8, type Bytes } from '../bytes.js';

/** What sealed frames are about. */
export const FrameType = { signal: 16, text: 17, bytes: 18 } as const;

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

  /** The frame in what was sealed, or null when it is something else. */
  static open(type: number, text: Bytes): string | ArrayBuffer | null {
    if (type === FrameType.text) return new TextDecoder().decode(text);
    return type === FrameType.bytes ? text.slice().buffer : null;
  }
}
