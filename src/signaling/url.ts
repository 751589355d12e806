/** From a `url` to the adaptor that speaks to it. */
import { PeerError } from '../errors.js';
import { DEFAULT_PATH } from '../protocol.js';
import type { Identity } from '../identity.js';
import type { Signaling } from '../signaling.js';
import { broadcastChannelSignaling } from './broadcast-channel.js';
import { isChannel, type Channel } from './callbacks.js';
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
  if (url === LOCAL || peerServerAddress(url) !== null) return url;
  const address = URL.canParse(url, base) ? new URL(url, base) : null;
  const scheme = address && WEBSOCKET_SCHEMES[address.protocol];
  if (!address || !scheme) {
    const message = `"${url}" is no signalling address: it takes ws:, wss:, http:, https:, peerjs:, local: or a path.`;
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
    if (!address.startsWith(PEERJS)) return webSocketSignaling(options);
    return peerServerSignaling({ ...options, ...(isForData(address) && { relay: 'data' }) });
  });
}

/** What an author gave in place of a `url`: an adaptor, or a channel that one is made for. */
export const givenSignaling = (given: Signaling | Channel): Signaling =>
  isChannel(given) ? channelSignaling(given) : given;
