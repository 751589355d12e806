/** From a `url` to the adaptor that speaks to it. */
import { PeerError } from '../errors.js';
import { DEFAULT_PATH } from '../protocol.js';
import type { Identity } from '../identity.js';
import type { Signaling } from '../signaling.js';
import { broadcastChannelSignaling } from './broadcast-channel.js';
import { pageIdentity, sharedSignaling } from './shared.js';
import { webSocketSignaling } from './websocket.js';

/** Where signalling is reached when no `url` is given: the tabs of this browser. */
export const LOCAL = 'local:';

const WEBSOCKET_SCHEMES: Readonly<Record<string, string>> = {
  'ws:': 'ws:',
  'wss:': 'wss:',
  'http:': 'ws:',
  'https:': 'wss:',
};

/** Outside a browser there is no page, which the types do not say. */
const pageAddress = (): string | undefined => (globalThis.document as Document | undefined)?.baseURI;

/**
 * The absolute address that `url` stands for.
 * @param base what a relative one is relative to; default: the page
 * @throws {PeerError} `unsupported` for a scheme without an adaptor, or no address at all
 */
export function signalingAddress(url: string, base = pageAddress()): string {
  if (url === LOCAL) return LOCAL;
  const address = URL.canParse(url, base) ? new URL(url, base) : null;
  const scheme = address && WEBSOCKET_SCHEMES[address.protocol];
  if (!address || !scheme) {
    const message = `"${url}" is no signalling address: it takes ws:, wss:, http:, https:, local: or a path.`;
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
  return sharedSignaling(`${ephemeral ? 'ephemeral ' : ''}${address}`, () =>
    address === LOCAL
      ? broadcastChannelSignaling({ identity })
      : webSocketSignaling({ url: address, identity, ...(WebSocket && { WebSocket }) }),
  );
}
