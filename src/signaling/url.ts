/** From a `url` to the adaptor that speaks to it. */
import { PeerError } from '../errors.js';
import { DEFAULT_PATH } from '../protocol.js';
import type { Identity } from '../identity.js';
import type { Signaling } from '../signaling.js';
import { broadcastChannelSignaling } from './broadcast-channel.js';
import { isChannel, type Channel } from './callbacks.js';
import { lateSignaling } from './late.js';
import { makerFor, schemeOf } from './schemes.js';
import { channelSignaling, pageIdentity, sharedSignaling } from './shared.js';
import { PEERJS, peerServerAddress, peerServerSignaling } from './peerserver.js';
import { webSocketSignaling } from './websocket.js';

/** Where signalling is reached when no `url` is given: the tabs of this browser. */
export const LOCAL = 'local:';

const WEBSOCKET_SCHEMES: Readonly<Record<string, string>> = {
  'ws:': 'ws:',
  'wss:': 'wss:',
  'http:': 'ws:',
  'https:': 'wss:',
};

/** Adaptors with a library of their own: what there is to import for them. */
const MODULES: Readonly<Record<string, string>> = {
  'mqtt+ws:': 'peer-elements/signaling/mqtt',
  'mqtt+wss:': 'peer-elements/signaling/mqtt',
};

/** Whether another module has to make the adaptor. */
const isElsewhere = (url: string): boolean =>
  schemeOf(url) in MODULES || makerFor(schemeOf(url)) !== undefined;

/** Whether messages may go by a server that is there for handshakes. */
const isForData = (address: string): boolean => /[?&]relay=data\b/.test(address);

/** Outside a browser there is no page, which the types do not say. */
const pageAddress = (): string | undefined => (globalThis.document as Document | undefined)?.baseURI;

/**
 * The absolute address that `url` stands for.
 * @param base what a relative one is relative to; default: the page
 * @throws {PeerError} `unsupported` for a scheme without an adaptor, or no address at all
 */
export function signalingAddress(url: string, base = pageAddress()): string {
  if (url === LOCAL || peerServerAddress(url) !== null || isElsewhere(url)) return url;
  const address = URL.canParse(url, base) ? new URL(url, base) : null;
  const scheme = address && WEBSOCKET_SCHEMES[address.protocol];
  if (!address || !scheme) {
    const message = `"${url}" is no signalling address: it takes ws:, wss:, http:, https:, peerjs:, mqtt+ws:, mqtt+wss:, local: or a path.`;
    throw new PeerError('unsupported', message, { final: true });
  }
  address.protocol = scheme;
  address.hash = '';
  if (address.pathname === '/') address.pathname = DEFAULT_PATH;
  return address.href;
}

/**
 * This page's one adaptor for `url` and kind of identity.
 * @param url see `signalingAddress()` for what it may be
 * @param ephemeral under an id that ends with the page
 * @param WebSocket where the platform has none
 */
export function resolveSignaling(
  url = LOCAL,
  ephemeral = false,
  WebSocket?: typeof globalThis.WebSocket,
): Signaling {
  const address = signalingAddress(url);
  const identity = (): Promise<Identity> => pageIdentity(ephemeral);
  return sharedSignaling(`${ephemeral ? 'ephemeral ' : ''}${address}`, () => {
    if (address === LOCAL) return broadcastChannelSignaling({ identity });
    const options = { url: address, identity, ...(WebSocket && { WebSocket }) };
    const relay = isForData(address) ? 'data' : 'handshake only';
    if (isElsewhere(address))
      return lateSignaling({ ...options, relay, module: MODULES[schemeOf(address)] ?? 'its module' });
    if (!address.startsWith(PEERJS)) return webSocketSignaling(options);
    return peerServerSignaling({ ...options, relay });
  });
}

/** What an author gave in place of a `url`: an adaptor, or a channel that one is made for. */
export const givenSignaling = (given: Signaling | Channel): Signaling =>
  isChannel(given) ? channelSignaling(given) : given;
