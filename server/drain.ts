/** Everybody who is connected, and the ways in which they are sent off. */
import type { ServerFrame } from '../src/protocol.js';

/** WebSocket close code of a server that will be back (registry of RFC 6455, 11.7). */
const SERVICE_RESTART = 1012;
const REASON = 'The server restarts';
/** Milliseconds between two lots of those who are closed little by little. */
const LOT_INTERVAL = 50;

/** One connection, as far as its end is concerned. */
export interface Leaver {
  send(frame: ServerFrame): void;
  end(code: number, reason: string): void;
  terminate(): void;
}

/** The parts of a drain, in milliseconds from its start. */
export interface DrainPlan {
  /** Until then clients go by themselves, each after a random time. */
  readonly bye: number;
  /** Until then those who have not gone are closed, one lot after another. */
  readonly close: number;
  /** Then whoever is still there is cut off. */
  readonly end: number;
}

/** 5, 15 and 30 seconds, or the same in less time. */
export const planDrain = (ms: number): DrainPlan => ({
  bye: Math.floor(Math.min(5000, ms / 6)),
  close: Math.floor(Math.min(15_000, ms / 2)),
  end: ms,
});

export class Crowd {
  #present = new Set<Leaver>();
  #onEmpty = new Set<() => void>();

  get size(): number {
    return this.#present.size;
  }

  add(one: Leaver): void {
    this.#present.add(one);
  }

  delete(one: Leaver): void {
    this.#present.delete(one);
    if (this.#present.size > 0) return;
    for (const told of this.#onEmpty) told();
    this.#onEmpty.clear();
  }

  /**
   * Closes everybody at once. Settles when they have gone.
   * @param patience milliseconds until who does not answer is cut off
   */
  async dismiss(patience: number): Promise<void> {
    if (this.#present.size === 0) return;
    for (const one of [...this.#present]) one.end(SERVICE_RESTART, REASON);
    await this.#untilEmpty([setTimeout(() => this.#cutOff(), patience)]);
  }

  /**
   * Asks everybody to go, each at another time, then closes who stays, then cuts off. Settles when they have gone.
   * @param ms all the time there is; `planDrain()` says what for
   */
  async drain(ms: number): Promise<void> {
    if (this.#present.size === 0) return;
    const { bye, close, end } = planDrain(ms);
    for (const one of [...this.#present]) one.send({ type: 'bye', wait: Math.floor(Math.random() * bye) });
    await this.#untilEmpty([
      setTimeout(() => this.#closeInLots(close - bye), bye),
      setTimeout(() => this.#cutOff(), end),
    ]);
  }

  #lots: NodeJS.Timeout | undefined;

  /** Even shares rather than a timer for each of ten thousand. */
  #closeInLots(ms: number): void {
    const waiting = [...this.#present];
    const [all, started] = [waiting.length, performance.now()];
    this.#lots = setInterval(() => {
      const due = Math.ceil(all * Math.min(1, (performance.now() - started) / ms));
      for (const one of waiting.splice(0, due - (all - waiting.length))) one.end(SERVICE_RESTART, REASON);
      if (waiting.length === 0) clearInterval(this.#lots);
    }, LOT_INTERVAL);
  }

  #cutOff(): void {
    for (const one of [...this.#present]) one.terminate();
  }

  async #untilEmpty(timers: readonly NodeJS.Timeout[]): Promise<void> {
    await new Promise<void>((resolve) => this.#onEmpty.add(resolve));
    clearInterval(this.#lots);
    for (const timer of timers) clearTimeout(timer);
  }
}
