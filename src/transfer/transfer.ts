/** One large value on its way to one peer, or from it, as the page sees it. */
import type { PeerError } from '../errors.js';
import { TypedEventTarget, fire } from '../events.js';
import type { TransferDelivery } from './wire.js';

/**
 * `offered`: the receiver has not decided. `active`: it is on its way, or waits for a path. `done`, `refused` (by the
 * receiver before it began), `cancelled` (by either side), `failed` (the peer is gone, or sent something else).
 */
export type TransferState = 'offered' | 'active' | 'done' | 'refused' | 'cancelled' | 'failed';

export interface TransferEventMap {
  /** More has arrived, or has been taken by the other side; at most ten times a second. */
  progress: CustomEvent<{ readonly loaded: number; readonly total: number | null }>;
  statechange: CustomEvent<{ readonly state: TransferState; readonly previous: TransferState }>;
}

/** What is known of it from the start. */
export interface TransferInfo {
  /** Unique on this page. */
  readonly id: string;
  readonly direction: 'in' | 'out';
  /** The message's type, empty when none was given. */
  readonly type: string;
  readonly metadata: unknown;
  /** As its sender asked for it. */
  readonly delivery: TransferDelivery;
  /** Bytes; null for a stream, whose end nobody knows. */
  readonly size: number | null;
  /** Name of the file, empty where the value is none. */
  readonly name: string;
  /** Media type of the Blob or File, empty where the value is none. */
  readonly mediaType: string;
}

/** What a page's decisions about a transfer come down to. */
export interface TransferControl {
  accept(): void;
  refuse(reason: string): void;
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
  cancel(reason: string): void;
}

/** @fires progress, statechange */
export class Transfer extends TypedEventTarget<TransferEventMap> implements TransferInfo {
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly type: string;
  readonly metadata: unknown;
  readonly delivery: TransferDelivery;
  readonly size: number | null;
  readonly name: string;
  readonly mediaType: string;
  readonly #control: TransferControl;
  #loaded = 0;
  #state: TransferState = 'offered';
  #error: PeerError | null = null;

  /** @internal */
  constructor(info: TransferInfo, control: TransferControl) {
    super();
    this.id = info.id;
    this.direction = info.direction;
    this.type = info.type;
    this.metadata = info.metadata;
    this.delivery = info.delivery;
    this.size = info.size;
    this.name = info.name;
    this.mediaType = info.mediaType;
    this.#control = control;
  }

  get state(): TransferState {
    return this.#state;
  }

  /** Bytes that have arrived here, or that the other side has taken. */
  get loaded(): number {
    return this.#loaded;
  }

  /** Why it was refused, cancelled or failed; null before, and when all went well. */
  get error(): PeerError | null {
    return this.#error;
  }

  /** Lets it come. Without a decision that happens by itself once the `transfer` event has been dispatched. */
  accept(): void {
    this.#control.accept();
  }

  /** Does not let it come; the sender's `send()` rejects with `refused`. @param reason shown to the sender */
  refuse(reason = ''): void {
    this.#control.refuse(reason);
  }

  /**
   * Lets it come and gives its bytes as they arrive; whoever reads slowly slows the sender down. There is no `data`
   * event for it then. Once, and not for what has begun to arrive otherwise.
   * @throws {DOMException} `InvalidStateError` for an outgoing one, and when it is too late
   */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#control.stream();
  }

  /** Ends it, from either side; `send()` rejects with `aborted`. @param reason shown to the other side */
  cancel(reason = ''): void {
    this.#control.cancel(reason);
  }

  /** @internal */
  progressed(loaded: number): void {
    this.#loaded = loaded;
  }

  /** @internal */
  tellProgress(): void {
    fire<TransferEventMap, 'progress'>(this, 'progress', { loaded: this.#loaded, total: this.size });
  }

  /** @internal */
  transition(state: TransferState, error: PeerError | null = null): void {
    const previous = this.#state;
    if (state === previous) return;
    this.#state = state;
    this.#error = error;
    fire<TransferEventMap, 'statechange'>(this, 'statechange', { state, previous });
  }
}
