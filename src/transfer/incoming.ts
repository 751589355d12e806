/** One large value on its way from one peer, as its receiver sees it. */
import { PeerError } from '../errors.js';
import { PartsCollector, StreamCollector, type Collector } from './collect.js';
import type { Bytes } from '../bytes.js';
import { BlockHash } from './hash.js';
import { paced } from './pace.js';
import { Transfer } from './transfer.js';
import {
  headOf,
  shortened,
  sizeOf,
  type End,
  type Offer,
  type ReceiverWord,
  type SenderWord,
} from './wire.js';

export interface IncomingHost {
  say(word: ReceiverWord): void;
  progress(transfer: Transfer): void;
  /** All of it is there. @returns false when it makes no sense */
  whole(transfer: Transfer, frame: Bytes, blobs: readonly Blob[]): boolean;
  /** It is a stream, and begins. */
  stream(transfer: Transfer, stream: ReadableStream<Bytes>): void;
  /** Nothing more will come of it. */
  ended(id: number): void;
}

/** What may come without having been taken, bytes: enough for fast lines with long ways. */
export const WINDOW = 4 * 1024 * 1024;
/** The sender is told at least this often what has arrived, ms. */
const TAKE_DELAY = 200;
/** What has to be put together in memory, bytes; more than that is for Blobs. */
const MAX_FRAME = 512 * 1024 * 1024;

export class Incoming {
  readonly transfer: Transfer;
  readonly #offer: Offer;
  readonly #host: IncomingHost;
  readonly #size: number | null;
  /** Bytes before what counts. */
  readonly #head: number;
  readonly #hash = new BlockHash();
  readonly #tell: (now?: boolean) => void;
  #collector: Collector | null = null;
  #received = 0;
  #until = 0;
  #told = 0;
  #takeTimer: ReturnType<typeof setTimeout> | undefined;
  #end: End | null = null;
  /** A hole has been reported and not been filled. */
  #hole = false;
  /** What has come is being checked. */
  #completing = false;
  #ended = false;

  constructor(localId: string, offer: Offer, host: IncomingHost) {
    const { type, metadata, name, mediaType, parts, delivery } = offer;
    this.#offer = offer;
    this.#host = host;
    this.#size = parts && sizeOf(parts);
    this.#head = headOf(parts);
    const told = this.#size === null ? null : this.#size - this.#head;
    const info = {
      id: localId,
      direction: 'in',
      type,
      metadata,
      delivery,
      name,
      mediaType,
      size: told,
    } as const;
    this.transfer = new Transfer(info, {
      accept: () => {
        this.accept();
      },
      refuse: (reason) => {
        this.refuse(reason);
      },
      stream: () => this.#asStream(),
      cancel: (reason) => {
        this.stop(reason);
      },
    });
    this.#tell = paced(() => {
      // What has failed since was told as that.
      if (this.transfer.state === 'active') this.#host.progress(this.transfer);
    });
  }

  /** Lets it come, where that is still to be decided. */
  accept(): void {
    if (this.transfer.state !== 'offered') return;
    const { parts } = this.#offer;
    if (parts && (parts[0] ?? 0) > MAX_FRAME) {
      this.refuse('It is too large to be kept in memory: send it as a Blob.');
      return;
    }
    if (!parts) {
      this.#host.stream(this.transfer, this.#asStream());
      return;
    }
    this.#begin(
      new PartsCollector(parts, (frame, blobs) => {
        if (!this.#host.whole(this.transfer, frame, blobs)) throw new TypeError('It is no value.');
      }),
    );
  }

  refuse(reason = ''): void {
    if (this.transfer.state !== 'offered') {
      this.stop(reason);
      return;
    }
    this.#host.say({ word: 'refuse', id: this.#offer.id, reason: shortened(reason) });
    this.#finish('refused', new PeerError('refused', reason || 'This page did not want it.'));
  }

  /** Gives up, and says so to the other side. */
  stop(reason = ''): void {
    if (this.#ended) return;
    this.#host.say({ word: 'stop', id: this.#offer.id, reason: shortened(reason) });
    this.#finish('cancelled', new PeerError('aborted', reason || 'This page gave up.'));
  }

  /** There is nobody any more to receive it from. */
  fail(error: PeerError): void {
    this.#finish('failed', error);
  }

  /** Another path: what was on its way may be lost. */
  moved(): void {
    if (this.transfer.state === 'active') this.#take(true);
  }

  receive(word: Exclude<SenderWord, Offer>): void {
    if (this.#ended) return;
    if (word.word === 'ask') {
      this.moved();
    } else if (word.word === 'drop') {
      this.#finish('cancelled', new PeerError('aborted', word.reason || 'The sender gave up.'));
    } else {
      this.#end ??= word;
      this.#complete();
    }
  }

  /** @throws {PeerError} `protocol` for more than was announced or asked for */
  piece(offset: number, bytes: Bytes): void {
    if (this.transfer.state !== 'active' || this.#ended) return;
    if (offset > this.#received) {
      if (!this.#hole) this.#take(true);
      this.#hole = true;
      return;
    }
    const fresh = bytes.subarray(this.#received - offset);
    if (fresh.length === 0) return;
    if (this.#received + fresh.length > Math.min(this.#until, this.#size ?? Infinity)) {
      throw new PeerError('protocol', 'A peer sent more of a large value than it was to.');
    }
    this.#hole = false;
    this.#received += fresh.length;
    this.#hash.update(fresh);
    this.transfer.progressed(Math.max(0, this.#received - this.#head));
    this.#collector?.write(fresh);
    this.#tell();
    this.#takeSoon();
    this.#complete();
  }

  #asStream(): ReadableStream<Bytes> {
    if (this.transfer.state !== 'offered') {
      throw new DOMException('It has begun to arrive, or has ended.', 'InvalidStateError');
    }
    const collector = new StreamCollector(
      () => {
        this.#takeSoon();
      },
      () => {
        this.stop('Its reader gave up.');
      },
      this.#head,
    );
    this.#begin(collector);
    return collector.stream;
  }

  #begin(collector: Collector): void {
    this.#collector = collector;
    this.transfer.transition('active');
    this.#take(false);
  }

  #takeSoon(): void {
    if (this.transfer.state !== 'active') return;
    if (this.#room() - this.#until >= WINDOW / 4) this.#take(false);
    else if (this.#received > this.#told || this.#room() > this.#until) {
      this.#takeTimer ??= setTimeout(() => {
        this.#take(false);
      }, TAKE_DELAY);
    }
  }

  #room(): number {
    return (this.#collector?.taken ?? 0) + WINDOW;
  }

  #take(again: boolean): void {
    clearTimeout(this.#takeTimer);
    this.#takeTimer = undefined;
    if (this.#ended) return;
    this.#until = Math.max(this.#until, this.#room());
    this.#told = this.#received;
    this.#host.say({ word: 'take', id: this.#offer.id, at: this.#received, until: this.#until, again });
  }

  #complete(): void {
    const end = this.#end;
    if (!end || this.#received < end.size || this.#completing) return;
    this.#completing = true;
    void this.#hash.digest().then((hash) => {
      if (this.#ended) return;
      if (hash !== end.hash || this.#received !== end.size || (this.#size ?? end.size) !== end.size) {
        this.#spoiled('What arrived is not what was sent.');
        return;
      }
      try {
        this.#collector?.finish();
      } catch (cause) {
        this.#spoiled('What arrived cannot be read.', cause);
        return;
      }
      this.#host.say({ word: 'done', id: this.#offer.id });
      this.#finish('done');
    });
  }

  #spoiled(reason: string, cause?: unknown): void {
    this.#host.say({ word: 'stop', id: this.#offer.id, reason });
    this.#finish('failed', new PeerError('protocol', reason, { cause }));
  }

  #finish(state: 'done' | 'refused' | 'cancelled' | 'failed', error: PeerError | null = null): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#takeTimer);
    if (error) this.#collector?.fail(error);
    else this.#tell(true);
    this.#collector = null;
    this.transfer.transition(state, error);
    this.#host.ended(this.#offer.id);
  }
}
