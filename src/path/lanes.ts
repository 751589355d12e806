/** The channels of a connection beside the first one: each with an order, a patience and a buffer of its own. */
import type { Bytes } from '../bytes.js';

/**
 * What travels beside the conversation. `bulk`: in order, pieces of large values; `datagram`: sent once, may be lost;
 * `unordered`: all of it, in any order.
 */
export type LaneName = 'bulk' | 'datagram' | 'unordered';
export const LANES: readonly LaneName[] = ['unordered', 'datagram', 'bulk'];

export interface LanePipe {
  /** Whether so many bytes may go now. When that changes for the better, `drain()` is told. */
  hasRoom(bytes: number): boolean;
  /** Bytes that cannot go any more are dropped. */
  send(bytes: Bytes): void;
}

export interface LanesSink {
  drain(lane: LaneName): void;
  frame(lane: LaneName, bytes: Bytes): void;
  /** One of them has ended, or brought too much before it could be trusted. */
  failed(reason: string): void;
}

interface Shape {
  readonly options: RTCDataChannelInit;
  /** More than this does not wait in the channel, bytes. */
  readonly high: number;
  readonly low: number;
}

/** A large buffer makes large values slower, and what waits in one of datagrams is old when it leaves. */
const SHAPES: Readonly<Record<LaneName, Shape>> = {
  bulk: { options: { id: 1 }, high: 65_536, low: 32_768 },
  datagram: { options: { id: 2, ordered: false, maxRetransmits: 0 }, high: 32_768, low: 8192 },
  unordered: { options: { id: 3, ordered: false }, high: 262_144, low: 65_536 },
};

/** What may arrive before the other side is known to be who it should be: frames, and datagrams among them. */
const MAX_EARLY = 256;
const MAX_EARLY_DATAGRAMS = 32;

export class Lanes {
  readonly #sink: LanesSink;
  readonly #channels = new Map<LaneName, RTCDataChannel>();
  /** Null once frames may come out. */
  #early: [LaneName, Bytes][] | null = [];

  constructor(sink: LanesSink) {
    this.#sink = sink;
  }

  /** Makes the channels. */
  start(connection: RTCPeerConnection): void {
    for (const lane of LANES) this.#channels.set(lane, this.#make(connection, lane));
  }

  /** Lets out what has come and what will come. */
  open(): void {
    const early = this.#early ?? [];
    this.#early = null;
    for (const [lane, bytes] of early) this.#sink.frame(lane, bytes);
    for (const lane of LANES) this.#sink.drain(lane);
  }

  hasRoom(lane: LaneName, bytes: number): boolean {
    const channel = this.#channels.get(lane);
    if (this.#early || channel?.readyState !== 'open') return false;
    const { bufferedAmount } = channel;
    // What is larger than all there may be passes when nothing waits.
    return bufferedAmount === 0 || bufferedAmount + bytes <= SHAPES[lane].high;
  }

  send(lane: LaneName, bytes: Bytes): void {
    try {
      this.#channels.get(lane)?.send(bytes);
    } catch {
      // The channel is closing, which its close event will tell.
    }
  }

  #make(connection: RTCPeerConnection, lane: LaneName): RTCDataChannel {
    const { options, low } = SHAPES[lane];
    const channel = connection.createDataChannel(lane, { ...options, negotiated: true });
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = low;
    channel.onopen = channel.onbufferedamountlow = () => {
      if (!this.#early) this.#sink.drain(lane);
    };
    channel.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== 'string') this.#receive(lane, new Uint8Array(data));
    };
    channel.onclose = () => {
      this.#sink.failed('One of its channels was closed.');
    };
    return channel;
  }

  #receive(lane: LaneName, bytes: Bytes): void {
    if (!this.#early) this.#sink.frame(lane, bytes);
    else if (lane === 'datagram' && this.#early.length >= MAX_EARLY_DATAGRAMS) return;
    else if (this.#early.push([lane, bytes]) > MAX_EARLY) this.#sink.failed('Too much came too early.');
  }
}
