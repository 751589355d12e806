/** What Redis could not be told: of each seat the last word, until there is somebody to tell. */

import type { Word } from './calls.js';

/** More than this, and the oldest are left to their leases. */
const MOST = 10_000;

export class Owed<P> {
  #debts = new Map<P, Word>();

  add(place: P, debt: Word): void {
    this.#debts.delete(place);
    this.#debts.set(place, debt);
    const [oldest] = this.#debts.keys();
    if (this.#debts.size > MOST && oldest) this.#debts.delete(oldest);
  }

  /** All of them, which are then not owed any more. */
  take(): readonly (readonly [P, Word])[] {
    const all = [...this.#debts];
    this.#debts.clear();
    return all;
  }
}
