/** One timer for all connections: ten thousand of their own would cost more than they do. */
import type { Limits } from './limits.js';

export interface Beating {
  /**
   * @param now milliseconds of `performance.now()`
   * @param stalled this process itself stood still, so that silence proves nothing
   */
  beat(now: number, stalled: boolean): void;
}

/** Milliseconds between two looks for what has lasted too long: fine enough that none of these times is off by more than a tenth. */
export const tickFor = (...times: readonly number[]): number =>
  Math.min(500, Math.max(5, Math.floor(Math.min(...times) / 10)));

/** The same for every connection. */
export const tickOf = ({ pingInterval, pongTimeout, loginTimeout, bufferTimeout }: Limits): number =>
  tickFor(pingInterval, pongTimeout, loginTimeout, bufferTimeout);

export class Heartbeat {
  #tick: number;
  #beating = new Set<Beating>();
  #timer: NodeJS.Timeout | undefined;
  #last = 0;

  constructor(tick: number) {
    this.#tick = tick;
  }

  add(one: Beating): void {
    this.#beating.add(one);
    if (this.#timer) return;
    this.#last = performance.now();
    this.#timer = setInterval(() => this.#beat(), this.#tick);
  }

  delete(one: Beating): void {
    this.#beating.delete(one);
    if (this.#beating.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #beat(): void {
    const now = performance.now();
    const stalled = now - this.#last > 2 * this.#tick + 100;
    this.#last = now;
    for (const one of this.#beating) one.beat(now, stalled);
  }
}
