/** The options of rooms and pairs: defaults, and what is refused before anything is dialled. */
import { PeerError } from './errors.js';
import { ENTRIES, MAX_TOKEN_CHARS, isPeerId, type Entry } from './protocol.js';
import { isPassword, isRoomName } from './room-key.js';
import { DECIDERS, type Deciders } from './moderation/word.js';
import { checkName, checkProfile } from './peer-frame.js';
import type { Quality } from './media/quality.js';
import type { Transport } from './paths.js';
import type { Signaling } from './signaling.js';
import type { Channel } from './signaling/callbacks.js';

export interface SourceOptions {
  /**
   * Signalling: a `ws:`, `wss:`, `http:` or `https:` address, or one relative to the page; `peerjs:host[:port]/path?key=` for a
   * PeerServer; `mqtt+ws:` or `mqtt+wss:` for brokers, once `peer-elements/signaling/mqtt` is imported; `local:` for the tabs of this browser, which is also the default.
   */
  readonly url?: string | undefined;
  /** An adaptor of your own, instead of `url`; or `{ send, receive }`, which one is made for. */
  readonly signaling?: Signaling | Channel | undefined;
  /**
   * What the server asks for before it lets a page in: at most 2048 characters, or a function that gives it, which is called
   * anew for every join and every return. `local:` never asks.
   */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /**
   * Only who knows it gets in; at most 1 KB of UTF-8, empty for none. It never leaves the page, and who comes with another one
   * fails with `wrong-password`. Whoever is there first decides.
   */
  readonly password?: string | undefined;
  /** Shown to the others; at most 256 characters. */
  readonly displayName?: string | undefined;
  /** Any small value shown to the others; at most 64 KB. */
  readonly profile?: unknown;
  /** What everyone is sent of camera and microphone, now and later. Default null. */
  readonly stream?: MediaStream | null | undefined;
  /** How good it should be. */
  readonly videoQuality?: Quality | undefined;
  /**
   * STUN and TURN servers. Default: those of `rtcConfiguration`, else those that signalling names, else none: nobody is
   * contacted whom neither the page nor its server named. An empty array is a decision for none. Entries with `url`
   * instead of `urls` are understood.
   */
  readonly iceServers?: readonly RTCIceServer[] | undefined;
  /** Merged into the configuration of every RTCPeerConnection. */
  readonly rtcConfiguration?: RTCConfiguration | undefined;
  /**
   * How messages may travel. `auto` (default): through signalling at once, sealed, and directly as soon as that works.
   * `direct`: never through signalling. `relay`: never over WebRTC, so that peers do not learn this page's address.
   */
  readonly transport?: Transport | undefined;
  /** Most direct paths this page opens, 0 to 65 535; other peers stay on the relay. Default: no limit. */
  readonly maxDirectPaths?: number | undefined;
  /** A new id for every page instead of one that is kept. With a `signaling` of your own it has no effect. */
  readonly ephemeral?: boolean | undefined;
  /** Do not connect before `connect()`. Default false. */
  readonly manual?: boolean | undefined;
  /** Milliseconds before a connection attempt is given up. Default 10 000. */
  readonly timeout?: number | undefined;
  /** Whether lost signalling is dialled again. Default true. */
  readonly reconnect?: boolean | undefined;
  /** First step of the back-off, milliseconds. Default 500. */
  readonly reconnectDelay?: number | undefined;
  /** Default: the browser's. Give another one where there is none, as in Node. */
  readonly RTCPeerConnection?: typeof RTCPeerConnection | undefined;
  /** The same for `url`. Where rooms share a connection, its first room decides. */
  readonly WebSocket?: typeof WebSocket | undefined;
}

export interface PeerRoomOptions extends SourceOptions {
  /** Any text of 1 byte to 1 KB. */
  readonly room?: string | undefined;
  /** Default `join-or-create`. */
  readonly entry?: Entry | undefined;
  /** Most members, 1 to 65 535; fixed by whoever creates the room. Default: the server's. */
  readonly capacity?: number | undefined;
  /**
   * `open` (default): whoever knows the name comes in. `ask`: who comes to a room that is there has to be let in. All pages
   * of a room say the same.
   */
  readonly admission?: 'open' | 'ask' | undefined;
  /** Who decides where one has to ask: any of the `members` (default), or `moderators`; fixed by whoever creates the room. */
  readonly deciders?: Deciders | undefined;
}

export interface PeerPairOptions extends SourceOptions {
  /** Any text of 1 byte to 1 KB. Default: a random one. */
  readonly code?: string | undefined;
  /** The id, or identity, that the other side must have; anyone else is `untrusted` and not connected. */
  readonly expect?: string | undefined;
}

const SOURCE_OPTIONS: readonly string[] = [
  'url',
  'signaling',
  'token',
  'password',
  'displayName',
  'profile',
  'stream',
  'videoQuality',
  'iceServers',
  'rtcConfiguration',
  'transport',
  'maxDirectPaths',
  'ephemeral',
  'manual',
  'timeout',
  'reconnect',
  'reconnectDelay',
  'RTCPeerConnection',
  'WebSocket',
];
export const ROOM_OPTIONS: readonly string[] = [
  ...SOURCE_OPTIONS,
  'room',
  'entry',
  'capacity',
  'admission',
  'deciders',
];
export const PAIR_OPTIONS: readonly string[] = [...SOURCE_OPTIONS, 'code', 'expect'];

const ADMISSIONS: readonly string[] = ['open', 'ask'];
const isFunction = (value: unknown): boolean => typeof value === 'function';

/** An adaptor, or a channel. */
function isSignaling(value: unknown): boolean {
  const { join, send, receive } = (value ?? {}) as Partial<Signaling & Channel>;
  return isFunction(join) || (isFunction(send) && isFunction(receive));
}

const TRANSPORTS: readonly Transport[] = ['auto', 'direct', 'relay'];
const MAX_TIMER = 2 ** 31 - 1;

function checkInteger(name: string, value: unknown, min: number, max: number): void {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return;
  throw new TypeError(
    `${name} must be a whole number from ${String(min)} to ${String(max)}, not ${String(value)}.`,
  );
}

function checkOneOf(name: string, value: string | undefined, known: readonly string[]): void {
  if (value === undefined || known.includes(value)) return;
  throw new TypeError(`${name} must be one of ${known.join(', ')}, not "${value}".`);
}

function checkNamed(name: string, value: string): void {
  if (!isRoomName(value)) throw new TypeError(`${name} must have 1 to 1024 bytes of UTF-8.`);
}

const isToken = (value: unknown): boolean => typeof value === 'string' && value.length <= MAX_TOKEN_CHARS;

/**
 * @param known the names this kind of source understands
 * @throws {TypeError} naming the option and what it may be
 * @throws {DOMException} `DataCloneError` for a profile that cannot be sent
 */
export function checkOptions(options: PeerRoomOptions & PeerPairOptions, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`There is no option "${name}".`);
  }
  const { room, code, expect, entry, capacity, displayName, profile, timeout, reconnectDelay, iceServers } =
    options;
  const { transport, maxDirectPaths, token, password, signaling } = options;
  if (room !== undefined) checkNamed('room', room);
  if (code !== undefined) checkNamed('code', code);
  checkOneOf('entry', entry, ENTRIES);
  checkOneOf('admission', options.admission, ADMISSIONS);
  checkOneOf('deciders', options.deciders, DECIDERS);
  if (expect !== undefined && !isPeerId(expect)) throw new TypeError('expect must be the id of a peer.');
  if (capacity !== undefined) checkInteger('capacity', capacity, 1, 0xffff);
  checkOneOf('transport', transport, TRANSPORTS);
  if (signaling !== undefined && !isSignaling(signaling)) {
    throw new TypeError('signaling must be an adaptor, or { send, receive }.');
  }
  if (token !== undefined && !isFunction(token) && !isToken(token)) {
    throw new TypeError(`token must have at most ${String(MAX_TOKEN_CHARS)} characters, or be a function.`);
  }
  if (password !== undefined && !isPassword(password)) {
    throw new TypeError('password must have at most 1024 bytes of UTF-8.');
  }
  if (maxDirectPaths !== undefined) checkInteger('maxDirectPaths', maxDirectPaths, 0, 0xffff);
  if (displayName !== undefined) checkName(displayName);
  if (profile !== undefined) checkProfile(profile);
  if (timeout !== undefined) checkInteger('timeout', timeout, 1, MAX_TIMER);
  if (reconnectDelay !== undefined) checkInteger('reconnectDelay', reconnectDelay, 0, MAX_TIMER);
  if (iceServers !== undefined && !Array.isArray(iceServers)) {
    throw new TypeError('iceServers must be an array of RTCIceServer.');
  }
  if (iceServers || options.rtcConfiguration) checkConfiguration(options);
}

/** What is shown at this join; empty for nothing. */
export const tokenOf = ({ token = '' }: SourceOptions): string | Promise<string> =>
  typeof token === 'function' ? token() : token;

/** Only the browser knows what it accepts. */
function checkConfiguration(options: SourceOptions): void {
  const Connection = connectionConstructor(options);
  if (!Connection) return;
  try {
    new Connection(rtcConfiguration(options)).close();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`iceServers or rtcConfiguration is not accepted: ${reason}`, { cause });
  }
}

/** Absent in some browsers, and outside of them, which the types do not say. */
export const connectionConstructor = (options: SourceOptions): typeof RTCPeerConnection | undefined =>
  options.RTCPeerConnection ??
  (globalThis as { RTCPeerConnection?: typeof RTCPeerConnection }).RTCPeerConnection;

/** RTCIceServer as people write it, also with `url` as browsers once wanted. */
interface LooseIceServer extends Omit<RTCIceServer, 'urls'> {
  readonly urls?: string | string[];
  readonly url?: string | undefined;
}

/** The configuration of every RTCPeerConnection of a source, as far as its options say. One way carries all there is. */
export function rtcConfiguration({ iceServers, rtcConfiguration: rest }: SourceOptions): RTCConfiguration {
  if (!iceServers) return { bundlePolicy: 'max-bundle', ...rest };
  const servers = (iceServers as readonly LooseIceServer[]).map(({ url, urls = url ?? '', ...server }) => ({
    ...server,
    urls,
  }));
  return { bundlePolicy: 'max-bundle', ...rest, iceServers: servers };
}

/** How a source makes its connections, and what it can do with them: a browser without WebRTC still has the relay. */
export interface Connecting {
  readonly transport: Transport;
  /** As far as the page has a say in it. */
  readonly configuration: RTCConfiguration;
  readonly makeConnection: (configuration: RTCConfiguration) => RTCPeerConnection;
}

/** @throws {PeerError} `unsupported` where there is no WebRTC and nothing else will do */
export function connecting(options: SourceOptions): Connecting {
  const { transport = 'auto' } = options;
  const Connection = connectionConstructor(options);
  const unsupported = (): PeerError =>
    new PeerError('unsupported', 'This browser has no WebRTC.', { final: true });
  if (!Connection) {
    if (transport === 'direct') throw unsupported();
    return {
      transport: 'relay',
      configuration: {},
      makeConnection: () => {
        throw unsupported();
      },
    };
  }
  return {
    transport,
    configuration: rtcConfiguration(options),
    makeConnection: (configuration) => new Connection(configuration),
  };
}
