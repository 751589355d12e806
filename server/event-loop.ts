/** How late this process gets round to what is due: the first thing that suffers when it has too much to do. */

/** Milliseconds from one look to the next. */
const INTERVAL = 100;
/** Upper bounds in seconds, as Prometheus counts; what is above the last is in the total only. */
export const LAG_BOUNDS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 5];

export interface LagCounts {
  /** How many were at most as late as the bound of the same index: each includes those before it. */
  readonly atMost: readonly number[];
  readonly count: number;
  /** Seconds. */
  readonly sum: number;
}

export class LagMeter {
  #timer: NodeJS.Timeout;
  #due = performance.now() + INTERVAL;
  #buckets = LAG_BOUNDS.map(() => 0);
  #count = 0;
  #sum = 0;

  constructor() {
    this.#timer = setInterval(() => this.#look(), INTERVAL).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A snapshot. */
  counts(): LagCounts {
    let total = 0;
    return { atMost: this.#buckets.map((n) => (total += n)), count: this.#count, sum: this.#sum };
  }

  #look(): void {
    const now = performance.now();
    const late = Math.max(0, now - this.#due) / 1000;
    this.#due = now + INTERVAL;
    this.#count++;
    this.#sum += late;
    const bucket = LAG_BOUNDS.findIndex((bound) => late <= bound);
    if (bucket >= 0) this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
  }
}
