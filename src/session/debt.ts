/** What has been received and not acknowledged yet: seldom enough to be cheap, soon enough for a sender that waits. */
import type { PipeName } from './pipe.js';

/** Beyond either it is time. */
const MOST_MESSAGES = 1024;
const MOST_BYTES = 65_536;
const DELAY: Readonly<Record<PipeName, number>> = { direct: 50, relay: 250 };

export class Debt {
  readonly #pay: (via: PipeName) => void;
  #messages = 0;
  #bytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param pay acknowledges, by this pipe where that is possible */
  constructor(pay: (via: PipeName) => void) {
    this.#pay = pay;
  }

  owe(messages: number, bytes: number, via: PipeName): void {
    this.#messages += messages;
    this.#bytes += bytes;
    if (this.#messages >= MOST_MESSAGES || this.#bytes >= MOST_BYTES) {
      this.#pay(via);
    } else {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        if (this.#messages > 0) this.#pay(via);
      }, DELAY[via]);
    }
  }

  /** All that has come is acknowledged. */
  paid(): void {
    this.#messages = this.#bytes = 0;
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
