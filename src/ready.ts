/** The promise of our id, settled from outside. */
import type { PeerError } from './errors.js';

export interface Ready {
  readonly promise: Promise<string>;
  readonly resolve: (id: string) => void;
  readonly reject: (error: PeerError) => void;
}

export function ready(): Ready {
  let resolve: Ready['resolve'] = () => undefined;
  let reject: Ready['reject'] = () => undefined;
  const promise = new Promise<string>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever does not ask for it is told by the `error` event instead.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
