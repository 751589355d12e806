/** Exponential back-off with full jitter, so that clients of a restarted server do not come back in step. */
export class Backoff {
  readonly #base: number;
  readonly #max: number;
  #step = 0;

  /** @param base first step in ms  @param max most that one wait can be, ms */
  constructor(base: number, max = 30_000) {
    this.#base = base;
    this.#max = max;
  }

  /**
   * Milliseconds to wait before the next attempt: random(0, min(max, base · 2ⁿ)).
   * @param limit a lower max, this time only. A step that it cuts short is not over: who was held to short waits does not find
   *   itself with the longest one when that ends
   */
  next({ limit = Infinity, random = Math.random }: { limit?: number; random?: () => number } = {}): number {
    const step = this.#base * 2 ** this.#step;
    if (step <= limit) this.#step++;
    return Math.round(random() * Math.min(this.#max, limit, step));
  }

  /** Back to the first step. */
  reset(): void {
    this.#step = 0;
  }
}
