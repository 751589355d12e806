/** Puts out who waits too long for the other one of a pair. Learns from what its connection is told. */
import type { ServerFrame } from '../src/protocol.js';

export class PairWait {
  readonly #timeout: number;
  readonly #expired: (n: number) => void;
  /** The connection's rooms of two, by their numbers; with a timer where it is alone. */
  readonly #pairs = new Map<number, NodeJS.Timeout | undefined>();

  /**
   * @param timeout milliseconds from the join, or from when the other one was gone
   * @param expired called with the room's number
   */
  constructor(timeout: number, expired: (n: number) => void) {
    this.#timeout = timeout;
    this.#expired = expired;
  }

  /** Takes note of what the client is about to hear. */
  told(frame: ServerFrame): void {
    const { type } = frame;
    // The server knows no pairs, only rooms of two.
    if (type === 'joined' && frame.capacity === 2) this.#set(frame.n, frame.members.length === 0);
    else if (type === 'closed') this.left(frame.n);
    else if ((type === 'peer' || type === 'gone') && this.#pairs.has(frame.n)) {
      this.#set(frame.n, type === 'gone');
    }
  }

  left(n: number): void {
    clearTimeout(this.#pairs.get(n));
    this.#pairs.delete(n);
  }

  close(): void {
    for (const n of [...this.#pairs.keys()]) this.left(n);
  }

  #set(n: number, isAlone: boolean): void {
    clearTimeout(this.#pairs.get(n));
    this.#pairs.set(n, isAlone ? setTimeout(() => this.#expired(n), this.#timeout) : undefined);
  }
}
