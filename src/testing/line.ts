/** One way from one page of a virtual network to another: what is sent arrives in its order, if it does. */
import type { Random } from './random.js';

export interface Conditions {
  /** How long a word takes, ms. Default 20. */
  readonly delay?: number;
  /** How much longer it may take, ms: any time up to that. Default 0. */
  readonly jitter?: number;
  /** Of how many words, 0 to 1, nothing arrives. Default 0. */
  readonly loss?: number;
  /** How many, 0 to 1, arrive twice. Default 0. */
  readonly duplicates?: number;
}

export const CONDITIONS: Required<Conditions> = { delay: 20, jitter: 0, loss: 0, duplicates: 0 };

/** @throws {TypeError} naming what is wrong */
export function checkConditions(conditions: Conditions): void {
  for (const name of ['delay', 'jitter', 'loss', 'duplicates'] as const) {
    const value = conditions[name];
    if (value === undefined) continue;
    const most = name === 'delay' || name === 'jitter' ? Number.MAX_SAFE_INTEGER : 1;
    if (value >= 0 && value <= most) continue;
    throw new TypeError(`${name} is ${most === 1 ? 'a number from 0 to 1' : 'a time in ms'}.`);
  }
}

export class Line {
  readonly #deliver: (word: string) => void;
  readonly #chance: Random;
  /** On their way; each has a timer of its own, which lets the first one go. */
  readonly #words: string[] = [];
  /** When the last one arrives, as `performance.now()`. */
  #last = 0;

  constructor(deliver: (word: string) => void, chance: Random) {
    this.#deliver = deliver;
    this.#chance = chance;
  }

  send(word: string, { delay, jitter, loss, duplicates }: Required<Conditions>): void {
    const chance = this.#chance;
    // The same draws for every word, so that one condition does not change what others do.
    const [isLost, isTwice, late] = [chance() < loss, chance() < duplicates, chance() * jitter];
    if (isLost) return;
    for (let times = isTwice ? 2 : 1; times > 0; times--) this.#post(word, delay + late);
  }

  #post(word: string, delay: number): void {
    const now = performance.now();
    this.#last = Math.max(this.#last, now + delay);
    this.#words.push(word);
    setTimeout(() => {
      this.#deliver(this.#words.shift() ?? '');
    }, this.#last - now);
  }
}
