/**
 * Which adaptor an address is for, where that one comes as a module of its own. The table belongs to the page: the module and the
 * core that looks for it need not be of one bundle.
 */
import type { Identity } from '../identity.js';
import type { Signaling } from '../signaling.js';

export interface SchemeOptions {
  /** As the author wrote it. */
  readonly url: string;
  /** Who this page is. */
  readonly identity: () => Promise<Identity>;
  /** Where the platform has none, or another one is wanted. */
  readonly WebSocket?: typeof globalThis.WebSocket;
}

/** Makes an adaptor for an address. It may throw a PeerError or a TypeError that says what is wrong with it. */
export type MakeSignaling = (options: SchemeOptions) => Signaling;

interface Table {
  readonly makers: Map<string, MakeSignaling>;
  readonly waiting: Set<() => void>;
}

const KEY = Symbol.for('peer-elements.signaling');

function table(): Table {
  const page = globalThis as unknown as { [KEY]: Table | undefined };
  return (page[KEY] ??= { makers: new Map(), waiting: new Set() });
}

const SCHEME = /^[a-z][a-z\d+.-]*:/i;

/** Of an address, in lower case and with its colon; empty for none. */
export const schemeOf = (url: string): string => SCHEME.exec(url)?.[0].toLowerCase() ?? '';

/**
 * Has addresses of a scheme go to an adaptor of yours: `<peer-group url="nostr:…">`. Of two for one scheme the later one is
 * taken by what joins afterwards.
 * @param scheme with its colon, as in `nostr:`
 * @throws {TypeError} for what is no scheme
 */
export function registerSignaling(scheme: string, make: MakeSignaling): void {
  if (scheme === '' || schemeOf(scheme) !== scheme)
    throw new TypeError(`"${scheme}" is no scheme, as "nostr:" is.`);
  const { makers, waiting } = table();
  makers.set(scheme, make);
  for (const go of [...waiting]) go();
}

/** What makes adaptors for that scheme, if anything does so far. */
export const makerFor = (scheme: string): MakeSignaling | undefined => table().makers.get(scheme);

/** Calls `go` whenever a scheme has been registered. @returns a function that ends it */
export function onRegistered(go: () => void): () => void {
  const { waiting } = table();
  waiting.add(go);
  return () => {
    waiting.delete(go);
  };
}
