/** Gets ready to join: what takes time is done side by side, once for each `connect()`. */
import { PeerError } from './errors.js';
import { subtle, type Identity } from './identity.js';
import { connecting, tokenOf, type PeerPairOptions, type PeerRoomOptions } from './options.js';
import { ConnectionReserve } from './path/reserve.js';
import type { Transport } from './paths.js';
import type { Entry, RoomKind } from './protocol.js';
import { roomId, roomKey, type RoomKey } from './room-key.js';
import { makeEphemeralKey } from './session/session.js';
import type { JoinRequest, Signaling } from './signaling.js';
import { givenSignaling, resolveSignaling } from './signaling/url.js';

/** How a kind of source enters its room. */
export interface Admission {
  readonly kind: RoomKind;
  /** Null while there is nothing to join yet. */
  readonly name: string | null;
  readonly entry: Entry;
  readonly capacity?: number;
}

export interface Joining {
  readonly signaling: Signaling;
  readonly identity: Identity;
  /** The room's id. */
  readonly room: string;
  /** Of its password. */
  readonly key: RoomKey;
  readonly transport: Transport;
  readonly reserve: ConnectionReserve;
  /** For one announcement. */
  readonly pair: CryptoKeyPair;
}

const TIMEOUT = 10_000;
const RECONNECT_DELAY = 500;

/**
 * @param signal aborts when it is over: what nobody needed is let go
 * Rejects with a PeerError.
 */
export async function prepareToJoin(
  { signaling: given, url, ephemeral, WebSocket, ...options }: PeerRoomOptions & PeerPairOptions,
  { name, kind }: { readonly name: string; readonly kind: RoomKind },
  signal: AbortSignal,
): Promise<Joining> {
  // Before anything is dialled: a page that may not prove who it is has no business there.
  subtle();
  const signaling = given ? givenSignaling(given) : resolveSignaling(url, ephemeral, WebSocket);
  const { timeout = TIMEOUT, reconnectDelay = RECONNECT_DELAY } = options;
  const { transport, makeConnection, configuration } = connecting(options);
  if (transport === 'relay' && signaling.relay !== 'data') throw noRelay(options.transport === 'relay');
  signaling.prepare?.({ timeout, reconnectDelay });
  const prepared = Promise.all([
    roomId(name, kind).then(async (room) => [room, await roomKey(room, options.password)] as const),
    signaling.identity(),
    makeEphemeralKey(),
  ]);
  const reserve = new ConnectionReserve(makeConnection, configuration);
  signal.addEventListener('abort', () => {
    reserve.close();
  });
  // Now, while all the others are at work elsewhere: it keeps this page from anything else for a while.
  if (transport !== 'relay' && options.maxDirectPaths !== 0) reserve.prepare();
  const [[room, key], identity, pair] = await prepared;
  return { signaling, identity, room, key, transport, reserve, pair };
}

/** @param wanted that it is the page's wish, and not for want of WebRTC */
const noRelay = (wanted: boolean): PeerError => {
  const why = wanted ? 'transport "relay" needs another one.' : 'this browser has no WebRTC.';
  const message = `This signalling is there for the handshake only, and ${why}`;
  return new PeerError('unsupported', message, { final: true });
};

/**
 * What there is to ask signalling for, but for the room.
 * @param options as they are by the time they are needed: a token may have been replaced by a fresh one
 * @param named is called when the room's name is shown
 */
export function requestOf(
  options: () => PeerRoomOptions & PeerPairOptions,
  name: string,
  named: () => void,
): Omit<JoinRequest, 'hello' | 'entry' | 'room'> {
  const { timeout = TIMEOUT, reconnect = true, reconnectDelay = RECONNECT_DELAY } = options();
  return {
    timeout,
    reconnect,
    reconnectDelay,
    token: () => tokenOf(options()),
    name: () => {
      named();
      return name;
    },
  };
}
