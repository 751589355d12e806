/** Beats while somebody is in a room on a bus. */
export interface PulseHost {
  /** @param slept so late that what others said meanwhile may be lost */
  beat(slept: boolean): void;
}

export class Pulse {
  readonly #interval: number;
  readonly #host: PulseHost;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = 0;

  /** @param interval ms, give or take a quarter, so that members of a room are not in step */
  constructor(interval: number, host: PulseHost) {
    this.#interval = interval;
    this.#host = host;
  }

  /** @param delay until the first one, ms */
  start(delay = this.#interval * (0.75 + Math.random() / 2)): void {
    this.stop();
    this.#last = performance.now();
    this.#timer = setTimeout(() => {
      const slept = performance.now() - this.#last > 3 * this.#interval;
      this.start();
      this.#host.beat(slept);
    }, delay);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
