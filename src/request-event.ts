/** A question of a peer, as the page sees it. */
import type { Peer } from './peer.js';

export interface RequestDetail {
  /** What the other side asks. */
  readonly data: unknown;
  /** The request's type, empty when none was given. */
  readonly type: string;
  readonly peer: Peer;
  readonly metadata: unknown;
}

/** A message that wants an answer; `respondWith()` gives it, as in a fetch handler. */
export class RequestEvent extends CustomEvent<RequestDetail> {
  /** Aborts once nobody waits for the answer any more: the other side gave up, or is gone. */
  readonly signal: AbortSignal;
  readonly #respond: (answer: unknown) => void;
  #responded = false;

  /** @internal */
  constructor(detail: RequestDetail, signal: AbortSignal, respond: (answer: unknown) => void) {
    super('request', { detail });
    this.signal = signal;
    this.#respond = respond;
  }

  /**
   * Answers; no other listener is asked then. A rejection, or a value that cannot be sent, arrives at the other side as
   * an Error of the same name and message.
   * @param answer whatever `send()` takes, or a promise of it
   * @throws {DOMException} `InvalidStateError` when it was answered already, or the event has been dispatched
   */
  respondWith(answer: unknown): void {
    if (this.#responded || this.eventPhase === Event.NONE) {
      throw new DOMException('Answer once, and before the listener returns.', 'InvalidStateError');
    }
    this.#responded = true;
    this.stopImmediatePropagation();
    this.#respond(answer);
  }

  /** Somebody answers. @internal */
  get responded(): boolean {
    return this.#responded;
  }
}
