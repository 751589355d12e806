/** When what one task asks for again and again is done: seldom, so that what it says travels together. */

/** Once, behind the function that runs now. */
export function soon(act: () => void): () => void {
  let planned = false;
  return () => {
    if (planned) return;
    planned = true;
    queueMicrotask(() => {
      planned = false;
      act();
    });
  };
}

/**
 * Once behind the function that runs now, and at the end of the task for all that its promises go on to ask for: one word
 * goes at once, and a loop that awaits each does not send one by one.
 */
export class SoonAndLast {
  readonly #act: () => void;
  readonly #last: () => void;
  /** A timer would take milliseconds. */
  #channel: MessageChannel | null = null;
  #planned = false;

  constructor(act: () => void, last: () => void) {
    this.#act = act;
    this.#last = last;
  }

  ask(): void {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(this.#act);
    this.#channel ??= this.#open();
    this.#channel.port2.postMessage(null);
  }

  /** What is planned is not done any more. */
  close(): void {
    this.#channel?.port1.close();
    this.#planned = true;
  }

  #open(): MessageChannel {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      this.#planned = false;
      this.#last();
    };
    return channel;
  }
}
