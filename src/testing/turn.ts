/** Real turns of the event loop, whatever clock is installed. */

/** What Node has and browsers have not. */
const immediate = (globalThis as { setImmediate?: (act: () => void) => unknown }).setImmediate;

/**
 * A message goes to a port in a task of its own; two turns let one that is on its way arrive, a third what its answer asks
 * for at once.
 */
const TURNS = 3;

const next: () => Promise<void> = immediate
  ? () => new Promise((resolve) => immediate(resolve))
  : () =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          port1.close();
          resolve();
        };
        port2.postMessage(null);
      });

/** Resolves once all that promises and message ports have to do now is done. */
export async function turn(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await next();
}
