/**
 * Collects what is written during a turn of the event loop, so that a client gets it in one system call: nearly all
 * that relaying a short message costs is that call.
 */
export interface Sender {
  /** Hands over what waits. */
  deliver(): void;
}

export class Post {
  #due: Sender[] = [];

  /** Has `sender` deliver when what this turn of the event loop has brought is worked off. */
  add(sender: Sender): void {
    if (this.#due.push(sender) === 1) setImmediate(this.#round);
  }

  #round = (): void => {
    const due = this.#due;
    this.#due = [];
    for (const sender of due) sender.deliver();
  };
}
