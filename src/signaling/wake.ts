/** Moments at which a connection may have died unseen: after sleep, in another network, back from the background. */

/** Calls `wake` at each of them until `signal` ends it. Outside a browser there are none. */
export function onWake(wake: () => void, signal: AbortSignal): void {
  const { document, addEventListener } = globalThis as Partial<Pick<Window, 'document' | 'addEventListener'>>;
  addEventListener?.('online', wake, { signal });
  addEventListener?.('pageshow', wake, { signal });
  document?.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible') wake();
    },
    { signal },
  );
}
