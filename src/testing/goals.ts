/** What those who wait wait for; time goes on while there are any. */
import type { Timers } from './timers.js';

export interface UntilOptions {
  /** How much time may pass, ms. Default: ten minutes. */
  readonly limit?: number;
  /** What the error names that tells that it has. */
  readonly what?: string | (() => string);
}

/** A condition that has to come to something other than nothing, or a promise that has to be settled. */
export type Goal<T> = (() => T) | PromiseLike<T>;

interface Waiting {
  readonly deadline: number;
  /** Whether that was it. */
  isMet(): boolean;
  /** The deadline has come. */
  late(): void;
}

const LIMIT = 600_000;

export class Goals {
  readonly #timers: Timers;
  readonly #settle: () => Promise<void>;
  readonly #waiting = new Set<Waiting>();
  #isGoing = false;

  /** @param settle has all happen that takes no time */
  constructor(timers: Timers, settle: () => Promise<void>) {
    this.#timers = timers;
    this.#settle = settle;
  }

  passed(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wait({ deadline: this.#timers.now + ms, isMet: () => false, late: resolve });
    });
  }

  met<T>(goal: Goal<T>, { limit = LIMIT, what }: UntilOptions): Promise<Awaited<T>> {
    return typeof goal === 'function' ? this.#true(goal, limit, what) : this.#settled(goal, limit, what);
  }

  #true<T>(goal: () => T, limit: number, what: UntilOptions['what']): Promise<Awaited<T>> {
    return new Promise((resolve, reject) => {
      let cause: unknown;
      this.#wait({
        deadline: this.#timers.now + limit,
        isMet: () => {
          try {
            const value = goal();
            cause = undefined;
            if (value) resolve(value as Awaited<T>);
            return Boolean(value);
          } catch (error) {
            cause = error;
            return false;
          }
        },
        late: () => {
          reject(lateness(limit, what ?? goal.toString(), cause));
        },
      });
    });
  }

  #settled<T>(goal: PromiseLike<T>, limit: number, what: UntilOptions['what']): Promise<Awaited<T>> {
    return new Promise((resolve, reject) => {
      let isSettled = false;
      const settled = (): void => {
        isSettled = true;
      };
      void goal.then(settled, settled);
      this.#wait({
        deadline: this.#timers.now + limit,
        isMet: () => {
          if (isSettled) void Promise.resolve(goal).then(resolve, reject);
          return isSettled;
        },
        late: () => {
          reject(lateness(limit, what ?? 'a promise to be settled'));
        },
      });
    });
  }

  #wait(waiting: Waiting): void {
    this.#waiting.add(waiting);
    if (!this.#isGoing) void this.#go();
  }

  async #go(): Promise<void> {
    this.#isGoing = true;
    for (;;) {
      await this.#settle();
      // Who is told goes on first, and may wait for something else.
      if (this.#tell((waiting) => waiting.isMet())) continue;
      if (this.#waiting.size === 0) break;
      const limit = Math.min(...[...this.#waiting].map(({ deadline }) => deadline));
      if (this.#timers.go(limit)) continue;
      this.#tell((waiting) => {
        if (waiting.deadline > limit) return false;
        waiting.late();
        return true;
      });
    }
    this.#isGoing = false;
  }

  /** @returns whether anybody does not wait any more */
  #tell(isOver: (waiting: Waiting) => boolean): boolean {
    const over = [...this.#waiting].filter(isOver);
    for (const waiting of over) this.#waiting.delete(waiting);
    return over.length > 0;
  }
}

function lateness(limit: number, what: string | (() => string), cause?: unknown): Error {
  const named = typeof what === 'function' ? what() : what;
  const message = `${String(limit)} ms of the virtual clock have passed without: ${named}`;
  return new Error(message, cause === undefined ? undefined : { cause });
}
