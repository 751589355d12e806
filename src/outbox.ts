/** What is to be said once there is somebody to say it to. */
import { abortable } from './abort.js';
import type { PeerError } from './errors.js';
import type { Membership } from './membership.js';

interface Waiting {
  readonly deliver: (membership: Membership) => void;
  readonly reject: (error: PeerError) => void;
  readonly newest: Newest<unknown> | undefined;
  readonly replaced: () => void;
}

/** Of all that wait with the same `of`, only the last one is done; the others come out as `value`. */
interface Newest<T> {
  readonly of: string;
  readonly value: T;
}

export class Outbox {
  readonly #open: () => Membership | null;
  #waiting: Waiting[] = [];

  /** @param open where things go now; null while they have to wait */
  constructor(open: () => Membership | null) {
    this.#open = open;
  }

  /** Does it now, or as soon as that is possible; then in the order in which it was asked for. */
  post<T>(act: (membership: Membership) => Promise<T>, signal?: AbortSignal, newest?: Newest<T>): Promise<T> {
    const membership = this.#open();
    // Somebody may have come into sight meanwhile.
    this.flush();
    const done =
      membership && !signal?.aborted
        ? act(membership)
        : new Promise<T>((resolve, reject) => {
            const deliver = (later: Membership): void => {
              if (!signal?.aborted) act(later).then(resolve, reject);
            };
            const replaced = (): void => {
              if (newest) resolve(newest.value);
            };
            this.#replace(newest);
            this.#waiting.push({ deliver, reject, newest, replaced });
          });
    return abortable(done, signal);
  }

  /** The same with an answer to wait for: `patience` ends it while it waits to begin, later that is up to `act`. */
  ask<T>(act: (membership: Membership) => Promise<T>, patience: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      let begun = false;
      const giveUp = (): void => {
        if (!begun) reject(patience.reason as PeerError);
      };
      const begin = (membership: Membership): Promise<T> => {
        begun = true;
        return act(membership);
      };
      this.post(begin).then(resolve, reject);
      if (patience.aborted) giveUp();
      patience.addEventListener('abort', giveUp);
    });
  }

  flush(): void {
    const membership = this.#open();
    if (!membership) return;
    for (const { deliver } of this.#waiting.splice(0)) deliver(membership);
  }

  #replace(newest: Newest<unknown> | undefined): void {
    const at = newest ? this.#waiting.findIndex((other) => other.newest?.of === newest.of) : -1;
    if (at >= 0)
      this.#waiting.splice(at, 1).forEach(({ replaced }) => {
        replaced();
      });
  }

  rejectAll(error: PeerError): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
