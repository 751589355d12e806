/// <reference lib="esnext.disposable" preserve="true" />
/** A clock that stands still until it is told to go on: minutes of heartbeats, seats and back-offs pass at once. */
import { CryptoQueue } from './crypto-queue.js';
import { Goals, type Goal, type UntilOptions } from './goals.js';
import { random } from './random.js';
import { Replacements } from './replacements.js';
import { Timers } from './timers.js';
import { virtualDate } from './virtual-date.js';

export interface ClockOptions {
  /** What time it is when the clock is made, ms since 1970. Default: the first second of the year 2000, UTC. */
  readonly now?: number;
  /** What `Math.random()` begins with. Default 1. */
  readonly seed?: number;
}

const START = Date.UTC(2000, 0, 1);
/** What `performance.now()` begins with: a page has taken some time already, ms. */
const AGE = 1000;
const INSTALLED = Symbol.for('peer-elements clock');

/**
 * While it is installed, `setTimeout`, `setInterval`, `requestAnimationFrame`, `Date`, `performance.now()` and
 * `AbortSignal.timeout()` keep to it, `Math.random()` to its seed, and what `crypto.subtle` does takes no time and comes in the
 * order in which it was asked for. Between any two timers, promises and message ports do all they have to do. What comes from
 * elsewhere (sockets, files, other processes) does not wait for it, nor does what was set before.
 */
export class VirtualClock {
  readonly #start: number;
  readonly #seed: number;
  readonly #timers = new Timers(hasNumbers());
  readonly #crypto = new CryptoQueue();
  readonly #goals = new Goals(this.#timers, () => this.#crypto.idle());
  readonly #replacements = new Replacements();

  /** @throws {TypeError} where an option is no number */
  constructor({ now = START, seed = 1 }: ClockOptions = {}) {
    if (!Number.isFinite(now) || !Number.isFinite(seed)) throw new TypeError('now and seed are numbers.');
    this.#start = now;
    this.#seed = seed;
  }

  /** What time it is, ms since 1970. */
  get now(): number {
    return this.#start + this.#timers.now;
  }

  /** How much time has passed since it was made, ms. */
  get elapsed(): number {
    return this.#timers.now;
  }

  /** How many timers are to go off. */
  get pending(): number {
    return this.#timers.size;
  }

  /**
   * Takes the place of the platform's. Before anything begins that is to keep to it.
   * @throws {DOMException} `InvalidStateError` where a clock is installed already
   */
  install(): this {
    if (INSTALLED in globalThis.setTimeout) {
      throw new DOMException(
        'A virtual clock is installed: uninstall() that one first.',
        'InvalidStateError',
      );
    }
    const put = (target: object, replaced: Record<string, unknown>): void => {
      for (const [name, value] of Object.entries(replaced)) this.#replacements.put(target, name, value);
    };
    const timers = this.#timers;
    const setTimeout = (act: unknown, delay?: unknown, ...given: unknown[]): unknown =>
      timers.set(act, delay, given, false);
    const promised = (delay?: number, value?: unknown): Promise<unknown> =>
      new Promise((resolve) => void setTimeout(resolve, delay, value));
    Object.assign(setTimeout, { [INSTALLED]: true, [Symbol.for('nodejs.util.promisify.custom')]: promised });
    put(globalThis, {
      setTimeout,
      setInterval: (act: unknown, delay?: unknown, ...given: unknown[]) =>
        timers.set(act, delay, given, true),
      clearTimeout: timers.clear,
      clearInterval: timers.clear,
      requestAnimationFrame: (act: FrameRequestCallback) =>
        timers.frame((time) => {
          act(AGE + time);
        }),
      cancelAnimationFrame: timers.clear,
      Date: virtualDate(() => this.now),
    });
    put(performance, { now: () => AGE + timers.now });
    put(Math, { random: random(this.#seed) });
    put(AbortSignal, { timeout });
    this.#crypto.install(this.#replacements);
    return this;
  }

  /** The platform's are back. Timers that are left never go off. */
  uninstall(): void {
    this.#replacements.restore();
  }

  [Symbol.dispose](): void {
    this.uninstall();
  }

  /**
   * Lets `ms` pass: all that is due by then happens, in its order. Those who ask at the same time share the time that passes.
   * @throws {TypeError} where that is no length of time
   */
  advance(ms: number): Promise<void> {
    if (!(ms >= 0) || !Number.isFinite(ms)) throw new TypeError('advance() takes milliseconds.');
    return this.#goals.passed(ms);
  }

  /** Lets everything happen that takes no time. */
  settle(): Promise<void> {
    return this.#goals.passed(0);
  }

  /**
   * Lets as much time pass as it takes.
   * @param goal a condition, or a promise to be settled. A condition that throws is not met
   * @returns what the condition or promise came to; rejects after `limit` ms (default: ten minutes) of this clock, naming `what`
   */
  until<T>(goal: Goal<T>, options: UntilOptions = {}): Promise<Awaited<T>> {
    return this.#goals.met(goal, options);
  }
}

/** Whether a timer is a number here, as in a browser; in Node it is an object. */
function hasNumbers(): boolean {
  const probe: unknown = setTimeout(() => undefined);
  clearTimeout(probe as number);
  return typeof probe === 'number';
}

/** As `AbortSignal.timeout()`. */
function timeout(ms: number): AbortSignal {
  const abort = new AbortController();
  setTimeout(() => {
    abort.abort(new DOMException('The operation timed out.', 'TimeoutError'));
  }, ms);
  return abort.signal;
}
