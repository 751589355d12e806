/** The ways of sending that need not keep an order, beside the conversation. */
import type { Bytes } from './bytes.js';
import type { PeerError } from './errors.js';
import type { Delivery } from './events.js';
import type { LaneName } from './path/lanes.js';
import type { PipeName } from './session/pipe.js';
import { Datagrams } from './session/datagrams.js';
import { Unordered } from './session/unordered.js';
import { tooLarge, type Message, type Received } from './session/window.js';

/** How a message is sent, and what of. */
export interface Manner {
  readonly delivery: Delivery;
  readonly type: string;
}

export interface DeliveriesHost {
  hasRoom(lane: LaneName, bytes: number): boolean;
  sendOn(lane: LaneName, bytes: Bytes): void;
}

export interface DeliveriesSink {
  message(message: Received, delivery: Delivery): void;
  broken(error: PeerError): void;
}

/** What comes before anybody knows who it is from; what is beyond it will be sent again, or was not to be relied upon. */
const MAX_EARLY = 64;

/** Why nobody can be sent it, or null. */
export const tooLargeFor = (delivery: Delivery, message: Message): PeerError | null =>
  delivery === 'fast' || delivery === 'latest' ? Datagrams.tooLarge(message) : tooLarge(message);

export class Deliveries {
  readonly #datagrams: Datagrams;
  readonly #unordered: Unordered;
  /** Null once messages may come out. */
  #early: [LaneName, Bytes][] | null = [];

  constructor(host: DeliveriesHost, sink: DeliveriesSink) {
    const lane = (name: LaneName) => ({
      hasRoom: (bytes: number) => host.hasRoom(name, bytes),
      send: (bytes: Bytes) => {
        host.sendOn(name, bytes);
      },
    });
    this.#datagrams = new Datagrams(lane('datagram'), {
      message: (message, kind) => {
        sink.message(message, kind);
      },
    });
    this.#unordered = new Unordered(lane('unordered'), {
      message: (message) => {
        sink.message(message, 'unordered');
      },
      broken: (error) => {
        sink.broken(error);
      },
    });
  }

  /** Resolves once it is handed over, dropped or replaced; rejects with a PeerError. */
  send(
    message: Message,
    delivery: Exclude<Delivery, 'reliable'>,
    type: string,
    signal?: AbortSignal,
  ): Promise<void> {
    if (delivery === 'unordered') return this.#unordered.send(message, signal);
    return this.#datagrams.send(delivery, message, type, signal);
  }

  /** Whoever it comes from is known. */
  open(): void {
    const early = this.#early ?? [];
    this.#early = null;
    for (const [lane, bytes] of early) this.receive(lane, bytes);
  }

  /** What came through a lane. */
  receive(lane: LaneName, bytes: Bytes): void {
    if (!this.#early) this.#of(lane)?.receive(bytes);
    else if (this.#early.length < MAX_EARLY) this.#early.push([lane, bytes]);
  }

  drain(lane: LaneName): void {
    this.#of(lane)?.drain();
  }

  moved(to: PipeName | null): void {
    this.#unordered.moved(to);
    this.#datagrams.moved(to);
  }

  /** The other side has forgotten everything. @returns how many messages it may not have received */
  restart(): number {
    this.#datagrams.restart();
    return this.#unordered.restart();
  }

  /** Takes back what no path has taken yet. */
  rejectAll(error: PeerError): void {
    this.#datagrams.rejectAll(error);
    this.#unordered.rejectAll(error);
  }

  /** The end. */
  close(error: PeerError): void {
    this.#datagrams.close(error);
    this.#unordered.close(error);
  }

  #of(lane: LaneName): Datagrams | Unordered | null {
    return lane === 'datagram' ? this.#datagrams : lane === 'unordered' ? this.#unordered : null;
  }
}
