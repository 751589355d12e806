/** How long an answer takes, and so how long to wait for one before something is sent again. */
const UNKNOWN = 300;
const LEAST = 50;
const MOST = 4000;

export class RoundTrip {
  #mean = 0;
  #deviation = 0;

  /** On another path everything takes another time. */
  reset(): void {
    this.#mean = 0;
  }

  /** @param ms that an answer took to what was sent only once */
  measured(ms: number): void {
    const error = Math.abs(ms - this.#mean);
    this.#deviation = this.#mean === 0 ? ms / 2 : this.#deviation + (error - this.#deviation) / 4;
    this.#mean = this.#mean === 0 ? ms : this.#mean + (ms - this.#mean) / 8;
  }

  /** Milliseconds. @param tries how often it has been sent again already */
  patience(tries: number): number {
    const once = this.#mean === 0 ? UNKNOWN : Math.max(LEAST, this.#mean + 4 * this.#deviation);
    return Math.min(MOST, once * 2 ** Math.min(tries, 10));
  }
}
