/** Frames for one peer that no path has taken yet. It outlives paths: what was not handed over waits for the next. */
import { PeerError } from '../errors.js';
import type { Encoded } from '../codec/value.js';

interface Waiting {
  readonly frame: Encoded;
  readonly signal: AbortSignal | undefined;
  readonly resolve: () => void;
  readonly reject: (error: PeerError) => void;
}

export class Outbox {
  #waiting: Waiting[] = [];

  /** Resolves when a path took the frame; rejects with the PeerError that kept it from doing so. */
  push(frame: Encoded, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ frame, signal, resolve, reject });
    });
  }

  /**
   * Hands frames to `transmit` in order while `ready()`. A PeerError that `transmit` throws rejects that frame and
   * goes on with the next; false puts the frame back and stops.
   */
  drain(ready: () => boolean, transmit: (frame: Encoded) => boolean): void {
    let done = 0;
    while (done < this.#waiting.length && ready()) {
      const next = this.#waiting[done];
      if (!next || !attempt(next, transmit)) break;
      done++;
    }
    if (done > 0) this.#waiting.splice(0, done);
  }

  rejectAll(error: PeerError): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

function attempt(
  { frame, signal, resolve, reject }: Waiting,
  transmit: (frame: Encoded) => boolean,
): boolean {
  // Its sender knows already.
  if (signal?.aborted) return true;
  try {
    if (!transmit(frame)) return false;
    resolve();
  } catch (error) {
    reject(error instanceof PeerError ? error : new PeerError('gone', 'Sending failed.', { cause: error }));
  }
  return true;
}
