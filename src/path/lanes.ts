/** The channels of a connection beside the first one: each with an order, a patience and a buffer of its own. */
import type { Bytes } from '../bytes.js';
import { Flight } from './flight.js';

/**
 * What travels beside the conversation. `bulk`: in order, pieces of large values, each acknowledged by the count of all
 * bytes so far, in decimal digits; `datagram`: sent once, may be lost;
 * `unordered`: all of it, in any order.
 */
export type LaneName = 'bulk' | 'datagram' | 'unordered';
export const LANES: readonly LaneName[] = ['unordered', 'datagram', 'bulk'];

export interface LanePipe {
  /** Most bytes in one piece, so that others need not wait long for it. */
  readonly piece: number;
  /** Whether so many bytes may go now. When that changes for the better, `drain()` is told. */
  hasRoom(bytes: number): boolean;
  /** Bytes that cannot go any more are dropped. Whoever sends may use their memory again at once. */
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

/** What waits in a buffer of datagrams is old when it leaves. */
const SHAPES: Readonly<Record<LaneName, Shape>> = {
  bulk: { options: { id: 1 }, high: 131_072, low: 65_536 },
  datagram: { options: { id: 2, ordered: false, maxRetransmits: 0 }, high: 32_768, low: 8192 },
  unordered: { options: { id: 3, ordered: false }, high: 262_144, low: 65_536 },
};

/** What everybody takes in one piece, bytes. */
export const PIECE = 16_384;

/** What may arrive before the other side is known to be who it should be: frames, and datagrams among them. */
const MAX_EARLY = 256;
const MAX_EARLY_DATAGRAMS = 32;

export class Lanes {
  readonly #sink: LanesSink;
  readonly #channels = new Map<LaneName, RTCDataChannel>();
  readonly #flight = new Flight();
  /** Bytes that have come in `bulk`. */
  #received = 0;
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
    for (const [lane, bytes] of early) this.#deliver(lane, bytes);
    for (const lane of LANES) this.#sink.drain(lane);
  }

  piece(lane: LaneName): number {
    return lane === 'bulk' ? this.#flight.piece : PIECE;
  }

  hasRoom(lane: LaneName, bytes: number): boolean {
    const channel = this.#channels.get(lane);
    if (this.#early || channel?.readyState !== 'open') return false;
    if (lane === 'bulk' && !this.#flight.hasRoom(bytes)) return false;
    const { bufferedAmount } = channel;
    // What is larger than all there may be passes when nothing waits.
    return bufferedAmount === 0 || bufferedAmount + bytes <= SHAPES[lane].high;
  }

  send(lane: LaneName, bytes: Bytes): void {
    try {
      this.#channels.get(lane)?.send(bytes);
      if (lane === 'bulk') this.#flight.sent(bytes.length, performance.now());
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
      else if (lane === 'bulk') this.#acknowledged(data);
    };
    channel.onclose = () => {
      this.#sink.failed('One of its channels was closed.');
    };
    return channel;
  }

  #receive(lane: LaneName, bytes: Bytes): void {
    if (!this.#early) this.#deliver(lane, bytes);
    else if (lane === 'datagram' && this.#early.length >= MAX_EARLY_DATAGRAMS) return;
    else if (this.#early.push([lane, bytes]) > MAX_EARLY) this.#sink.failed('Too much came too early.');
  }

  #deliver(lane: LaneName, bytes: Bytes): void {
    this.#sink.frame(lane, bytes);
    if (lane !== 'bulk') return;
    this.#received += bytes.length;
    const channel = this.#channels.get(lane);
    try {
      // Whoever does not read them needs none.
      if (channel && channel.bufferedAmount < 2 * SHAPES.bulk.high) channel.send(String(this.#received));
    } catch {
      // The channel is closing, which its close event will tell.
    }
  }

  #acknowledged(total: string): void {
    this.#flight.acknowledge(Number(total), performance.now());
    if (!this.#early) this.#sink.drain('bulk');
  }
}
