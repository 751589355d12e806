/**
 * What the other side has a right to be told, however often it asks: as much as its pipe has room for. Otherwise whoever
 * asks without end, and does not even read the answers, would take the room from everyone else.
 */
import type { Pipe } from './pipe.js';

/** As long as any of them, bytes. */
const ANSWER = 256;

export class Answers {
  readonly #pipe: Pick<Pipe, 'hasRoom' | 'send'>;
  readonly #waiting = new Map<string, () => string>();

  constructor(pipe: Pick<Pipe, 'hasRoom' | 'send'>) {
    this.#pipe = pipe;
  }

  /**
   * @param about the newest of what is about the same is said; there must not be much that it can be about
   * @param say is called when there is room
   */
  owe(about: string, say: () => string): void {
    this.#waiting.set(about, say);
    this.drain();
  }

  /** There may be room. */
  drain(): void {
    for (const [about, say] of this.#waiting) {
      if (!this.#pipe.hasRoom(ANSWER)) return;
      this.#waiting.delete(about);
      this.#pipe.send(say());
    }
  }
}
