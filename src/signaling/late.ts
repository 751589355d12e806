/** Stands for an adaptor whose module may come later than those who ask for it: scripts run one after the other. */
import { PeerError, asPeerError } from '../errors.js';
import type { Signaling, SignalingSession } from '../signaling.js';
import { makerFor, onRegistered, schemeOf, type SchemeOptions } from './schemes.js';

export interface LateOptions extends SchemeOptions {
  readonly relay: Signaling['relay'];
  /** What there is to import, in words. */
  readonly module: string;
}

/** An adaptor for `url`: the registered one, from when there is one. */
export function lateSignaling({ relay, module, ...options }: LateOptions): Signaling {
  const { url, identity } = options;
  const scheme = schemeOf(url);
  let made: Signaling | undefined;
  const find = (): Signaling | undefined => (made ??= makerFor(scheme)?.(options));

  return {
    get relay() {
      return find()?.relay ?? relay;
    },
    identity,
    join(request, sink) {
      let session: SignalingSession | undefined;
      /** The wait for an adaptor. */
      let isOver = false;
      const fail = (cause: unknown): void => {
        stop();
        sink.close(asPeerError(cause));
      };
      const begin = (): void => {
        try {
          session = find()?.join(request, sink);
          if (session) stop();
        } catch (cause) {
          fail(cause);
        }
      };
      const unregister = onRegistered(begin);
      const patience = setTimeout(() => {
        const message = `Nothing on this page knows ${scheme} addresses: import ${module}.`;
        fail(new PeerError('unsupported', message, { final: true }));
      }, request.timeout);
      const stop = (): void => {
        isOver = true;
        unregister();
        clearTimeout(patience);
      };
      // Not before this has returned: what is wrong with the address is told to the sink.
      queueMicrotask(() => {
        if (!isOver) begin();
      });
      return {
        reserve: (bytes, to) => session?.reserve(bytes, to) ?? false,
        send: (to, bytes) => session?.send(to, bytes),
        moderate: (wish) => session?.moderate?.(wish),
        close: (pageLeft) => {
          stop();
          session?.close(pageLeft);
        },
      };
    },
  };
}
