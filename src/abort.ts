/** Promises that an AbortSignal can end early. */
import { PeerError } from './errors.js';

export const abortedError = ({ reason }: AbortSignal): PeerError =>
  new PeerError('aborted', 'The sender gave up.', { cause: reason });

/** Calls `abort` when `signal` says so before `work` has come to its end; listens no longer than that. */
export function whenAborted(signal: AbortSignal, work: Promise<unknown>, abort: () => void): void {
  signal.addEventListener('abort', abort);
  const stop = (): void => {
    signal.removeEventListener('abort', abort);
  };
  work.then(stop, stop);
}

/** `work`, or its rejection with `aborted` as soon as `signal` says so. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(abortedError(signal));
    };
    if (signal.aborted) abort();
    whenAborted(signal, work, abort);
    work.then(resolve, reject);
  });
}
