/** Promises that an AbortSignal can end early. */
import { PeerError } from './errors.js';

/** `work`, or its rejection with `aborted` as soon as `signal` says so. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(new PeerError('aborted', 'The sender gave up.', { cause: signal.reason }));
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
