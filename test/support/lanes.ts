/** Two ends of a lane in memory, whose frames arrive when the test says so: in any order, more than once, or never. */
import type { Lane } from '../../src/session/lane.js';

type Bytes = Uint8Array<ArrayBuffer>;

export class Line {
  /** Frames on their way. */
  readonly frames: Bytes[] = [];
  full = false;
  /** Whether the next one gets lost. */
  loses: () => boolean = () => false;
  sent = 0;
  readonly #deliver: (bytes: Bytes) => void;

  /** @param deliver gives what arrives to the other end */
  constructor(deliver: (bytes: Bytes) => void) {
    this.#deliver = deliver;
  }

  readonly lane: Lane = {
    hasRoom: () => !this.full,
    send: (bytes) => {
      this.sent++;
      if (!this.loses()) this.frames.push(bytes);
    },
  };

  /** Those that are on their way arrive. @param order what becomes of them first */
  arrive(order: (frames: Bytes[]) => Bytes[] = (frames) => frames): void {
    for (const frame of order(this.frames.splice(0))) this.#deliver(frame.slice());
  }
}

/** A clock for timers; `performance.now()` follows it. */
export class Clock {
  readonly #before = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    now: Object.getOwnPropertyDescriptor(performance, 'now'),
  };
  readonly #timers = new Map<number, { readonly at: number; readonly act: () => void }>();
  #next = 1;
  #now = 1000;

  constructor() {
    globalThis.setTimeout = ((act: () => void, delay = 0) => {
      this.#timers.set(this.#next, { at: this.#now + delay, act });
      return this.#next++;
    }) as unknown as typeof setTimeout;
    globalThis.clearTimeout = ((timer: number) => this.#timers.delete(timer)) as typeof clearTimeout;
    Object.defineProperty(performance, 'now', { configurable: true, value: () => this.#now });
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Lets so many milliseconds pass, and what is due happen. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [timer, { at, act }] = due;
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, at);
      act();
    }
    this.#now = end;
  }

  restore(): void {
    const { setTimeout, clearTimeout, now } = this.#before;
    Object.assign(globalThis, { setTimeout, clearTimeout });
    if (now) Object.defineProperty(performance, 'now', now);
    else Reflect.deleteProperty(performance, 'now');
  }
}

/** What one task has said is out. */
export const said = async (): Promise<void> => {
  await Promise.resolve();
  await Promise.resolve();
};
