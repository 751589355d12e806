/** Timers that a virtual clock lets go off. */
type Act = (...given: unknown[]) => void;

/** What platforms take for longer than this is due at once. */
const MAX_DELAY = 2 ** 31 - 1;
const FRAME = 16;

/** Whole ms, and 1 at least, as in Node: so time goes on whatever a page does. */
function delayOf(delay: unknown): number {
  const ms = Math.trunc(Number(delay));
  return ms >= 1 && ms <= MAX_DELAY ? ms : 1;
}

/** As Node has them; for a browser, its number stands for it. */
class Timer {
  readonly id: number;
  readonly act: () => void;
  /** ms between one time and the next; null for once. */
  readonly every: number | null;
  readonly delay: number;
  readonly #timers: Timers;
  /** By the clock, ms. */
  due = 0;
  #isRef = true;

  constructor(timers: Timers, id: number, act: () => void, delay: number, isRepeated: boolean) {
    this.#timers = timers;
    this.id = id;
    this.act = act;
    this.delay = delay;
    this.every = isRepeated ? delay : null;
  }

  ref(): this {
    this.#isRef = true;
    return this;
  }
  unref(): this {
    this.#isRef = false;
    return this;
  }
  hasRef(): boolean {
    return this.#isRef;
  }
  refresh(): this {
    this.#timers.start(this);
    return this;
  }
  close(): this {
    this.#timers.clear(this);
    return this;
  }
  [Symbol.toPrimitive](): number {
    return this.id;
  }
}

export class Timers {
  /** Those that are to go off, in the order in which they were started. */
  readonly #running = new Map<number, Timer>();
  readonly #asNumbers: boolean;
  #now = 0;
  #last = 0;

  /** @param asNumbers what a page is given for a timer: a number, as in a browser, or an object, as in Node */
  constructor(asNumbers: boolean) {
    this.#asNumbers = asNumbers;
  }

  /** ms since the clock was made. */
  get now(): number {
    return this.#now;
  }
  get size(): number {
    return this.#running.size;
  }
  /** When the next one is due, Infinity where there is none. */
  get due(): number {
    return this.#next?.due ?? Infinity;
  }

  set(act: unknown, delay: unknown, given: readonly unknown[], isRepeated: boolean): unknown {
    if (typeof act !== 'function') throw new TypeError('A timer takes a function.');
    const call = (): void => {
      (act as Act)(...given);
    };
    const timer = new Timer(this, ++this.#last, call, delayOf(delay), isRepeated);
    this.start(timer);
    return this.#asNumbers ? timer.id : timer;
  }

  /** As `requestAnimationFrame()`: with the time of the next picture. */
  frame(act: (time: number) => void): number {
    const delay = FRAME - (this.#now % FRAME);
    const timer = new Timer(
      this,
      ++this.#last,
      () => {
        act(this.#now);
      },
      delay,
      false,
    );
    this.start(timer);
    return timer.id;
  }

  start(timer: Timer): void {
    this.#running.delete(timer.id);
    timer.due = this.#now + timer.delay;
    this.#running.set(timer.id, timer);
  }

  /** @param timer what a page was given for it, or anything else */
  readonly clear = (timer: unknown): void => {
    this.#running.delete(timer instanceof Timer ? timer.id : Number(timer));
  };

  /** Time goes on: to the next timer, which then goes off, or to `limit`. @returns false at the limit */
  go(limit: number): boolean {
    const timer = this.#next;
    if (!timer || timer.due > limit) {
      this.#now = Math.max(this.#now, limit);
      return false;
    }
    this.#now = Math.max(this.#now, timer.due);
    if (timer.every === null) this.#running.delete(timer.id);
    else this.start(timer);
    try {
      timer.act();
    } catch (error) {
      // As uncaught as it would be.
      queueMicrotask(() => {
        throw error;
      });
    }
    return true;
  }

  get #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#running.values()) if (!next || timer.due < next.due) next = timer;
    return next;
  }
}
