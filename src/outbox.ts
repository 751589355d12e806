/** What is to be said once there is somebody to say it to. */
import { abortable } from './abort.js';
import type { PeerError } from './errors.js';
import type { Membership } from './membership.js';

interface Waiting {
  readonly deliver: (membership: Membership) => void;
  readonly reject: (error: PeerError) => void;
}

export class Outbox {
  readonly #open: () => Membership | null;
  #waiting: Waiting[] = [];

  /** @param open where things go now; null while they have to wait */
  constructor(open: () => Membership | null) {
    this.#open = open;
  }

  /** Does it now, or as soon as that is possible; then in the order in which it was asked for. */
  post<T>(act: (membership: Membership) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const membership = this.#open();
    const done =
      membership && !signal?.aborted
        ? act(membership)
        : new Promise<T>((resolve, reject) => {
            const deliver = (later: Membership): void => {
              if (!signal?.aborted) act(later).then(resolve, reject);
            };
            this.#waiting.push({ deliver, reject });
          });
    return abortable(done, signal);
  }

  flush(): void {
    const membership = this.#open();
    if (!membership) return;
    for (const { deliver } of this.#waiting.splice(0)) deliver(membership);
  }

  rejectAll(error: PeerError): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
