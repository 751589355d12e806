/**
 * The wire between a page and the signalling server: types, limits, and parsers that return a typed value or
 * null. Both sides import this file and it imports nothing.
 *
 * Control frames are JSON text, and this file is about them. What members of a room say to each other travels in binary
 * frames: message-frame.ts.
 */
/** Version of this wire. A server refuses another one with close code 4400. */
export const PROTOCOL_VERSION = 1;

/** Where the server listens unless told otherwise, and where a `url` without a path is taken to point. */
export const DEFAULT_PATH = '/signal';

export const MAX_CONTROL_BYTES = 4096;
export const MAX_PAYLOAD_BYTES = 65_536;
export const MAX_HELLO_CHARS = 2048;
export const MAX_REASON_CHARS = 256;
/** Pages of one identity, the first of which is 0. */
export const MAX_SLOT = 9999;
export const MAX_TOKEN_CHARS = 2048;
export const MAX_ROLE_CHARS = 64;
/** The role in a token of the site's own back-end that has the server obey as it does whoever made the room. */
export const MODERATOR_ROLE = 'moderator';
export const MAX_ICE_SERVERS = 16;
/** Of an address, a name and a password each. */
export const MAX_ICE_CHARS = 512;
/** Length of a room name or pair code as its author wrote it, in UTF-8 bytes. */
export const MAX_ROOM_NAME_BYTES = 1024;

/**
 * WebSocket close codes in the private range (RFC 6455, 7.4.2). 4400, 4401, 4403 and 4409 are final: dialling
 * again would end the same way.
 */
export const CloseCode = {
  /** A frame that this protocol does not know. */
  protocol: 4400,
  /** Log-in failed or did not come in time. */
  unauthenticated: 4401,
  /** The operator does not let this page in. */
  refused: 4403,
  /** The receiver took too long to read. */
  slow: 4008,
  /** A newer connection of the same id took over. */
  replaced: 4409,
  /** More frames than the limits allow. */
  rateLimited: 4429,
} as const;

const FINAL_CLOSE_CODES: ReadonlySet<number> = new Set([
  CloseCode.protocol,
  CloseCode.unauthenticated,
  CloseCode.refused,
  CloseCode.replaced,
]);

/** Whether a socket closed with `code` must not be dialled again. */
export const isFinalClose = (code: number): boolean => FINAL_CLOSE_CODES.has(code);

export type Entry = 'join-or-create' | 'create' | 'join';
export const ENTRIES: readonly Entry[] = ['join-or-create', 'create', 'join'];

/** Why a join did not happen. */
export const REFUSALS = [
  'room-full',
  'room-exists',
  'room-missing',
  'wrong-password',
  'kicked',
  'refused',
  'rate-limited',
] as const;
export type RefusalCode = (typeof REFUSALS)[number];

/** `left`: the member said so. `lost`: its connection ended, which a live direct path may outlast. */
export type GoneReason = 'left' | 'lost' | 'kicked';
const GONE_REASONS: readonly GoneReason[] = ['left', 'lost', 'kicked'];

export interface Member {
  readonly id: string;
  /** Opaque announcement of that member, base64url. */
  readonly hello: string;
  /** What its token made of it; empty without one. The server's word: the others cannot check it. */
  readonly role: string;
}

/** As RTCPeerConnection takes it (WebRTC, 4.2.2). */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

export type ClientFrame =
  | {
      readonly type: 'login';
      readonly version: number;
      /** Raw P-256 public key (65 bytes), base64url. */
      readonly key: string;
      /** Which page of this identity it is; 0 is the first. */
      readonly slot: number;
      /** ECDSA P-256/SHA-256 over `loginMessage()`, base64url. */
      readonly signature: string;
    }
  | {
      /** Comes before the `join` that it belongs to, where there is something to show. */
      readonly type: 'credentials';
      readonly n: number;
      /** What the site's own back-end signed, or anything else that its operator's `authorize` understands. */
      readonly token: string;
      /** The room's name or the pair's code as its author wrote it; empty unless the welcome asks for names. */
      readonly name: string;
    }
  | {
      readonly type: 'join';
      /** Chosen by the client, unique on this connection: stands for the room in all that follows. */
      readonly n: number;
      readonly room: string;
      readonly entry: Entry;
      /** 0: the server's default. */
      readonly capacity: number;
      readonly hello: string;
      /** What everybody in the room knows, 43 base64url characters; empty where it has no password. Its creator fixes it. */
      readonly lock: string;
    }
  | { readonly type: 'leave'; readonly n: number }
  | ModerationFrame
  | { readonly type: 'ping' };

/** What moderators of a room ask for; from anybody else it is passed over. */
export type ModerationFrame =
  | {
      /** Ends the membership of that id. */
      readonly type: 'kick';
      readonly n: number;
      readonly id: string;
      /** Ends those of its whole identity, and lets none of it in again for as long as there is the room. */
      readonly ban: boolean;
    }
  /** Makes the identity of that id a moderator. */
  | { readonly type: 'appoint'; readonly n: number; readonly id: string };

/** What one connection may send without being slowed down; over it for long, it is closed with 4429. */
export interface Budget {
  /** Frames a second, of any kind. */
  readonly messages: number;
  /** Frames that may come at once. */
  readonly messageBurst: number;
  /** Bytes of message frames, headers included, a second. */
  readonly bytes: number;
  /** Bytes of message frames that may come at once. */
  readonly byteBurst: number;
}

export type ServerFrame =
  | {
      readonly type: 'welcome';
      readonly version: number;
      readonly nonce: string;
      /** ms */
      readonly pingInterval: number;
      /** How long a member that lost its connection may take to come back unnoticed, ms; 0 = it is gone at once. */
      readonly seatTimeout: number;
      readonly budget: Budget;
      /** The operator looks at rooms' names: who joins shows them, against what is usual. */
      readonly names: boolean;
    }
  | { readonly type: 'ready'; readonly id: string }
  | {
      /** By which servers a direct path may be found, instead of those told before. Comes after `ready`, and again. */
      readonly type: 'ice';
      readonly servers: readonly IceServer[];
    }
  | {
      /** The server is about to go: dial again after `wait` ms, each page after another time. */
      readonly type: 'bye';
      readonly wait: number;
    }
  | {
      readonly type: 'joined';
      readonly n: number;
      readonly created: boolean;
      readonly capacity: number;
      /** Oldest first. Some may have lost their connection and be on their way back. */
      readonly members: readonly Member[];
      /** How many of `members` were there before us. The rest came while our seat was kept. */
      readonly earlier: number;
      /** Our own. */
      readonly role: string;
    }
  | { readonly type: 'refused'; readonly n: number; readonly code: RefusalCode; readonly reason: string }
  | ({ readonly type: 'peer'; readonly n: number } & Member)
  | { readonly type: 'gone'; readonly n: number; readonly id: string; readonly reason: GoneReason }
  /** That member does not read as fast as it is written to: until `go`, nothing but what cannot wait. */
  | { readonly type: 'stop' | 'go'; readonly n: number; readonly id: string }
  | {
      /** The server ended this membership. */
      readonly type: 'closed';
      readonly n: number;
      readonly reason: string;
      /** Nobody else came; otherwise its operator wanted it. */
      readonly code?: 'timeout';
    }
  | { readonly type: 'ping' }
  | { readonly type: 'pong' };

const BASE64URL = /^[A-Za-z0-9_-]*$/;
const ROOM_ID = /^[A-Za-z0-9_-]{43}$/;
const PEER_ID = /^[A-Za-z0-9_-]{43}(?:\.[1-9]\d{0,3})?$/;

/** A room on the wire: 32 bytes as 43 base64url characters. */
export const isRoomId = (value: unknown): value is string => typeof value === 'string' && ROOM_ID.test(value);

/** What a password of a room becomes: 32 bytes as 43 base64url characters. */
export const isLock: (value: unknown) => value is string = isRoomId;

/** A peer on the wire: 32 bytes as 43 base64url characters, and `.1` … `.9999` for further pages of an identity. */
export const isPeerId = (value: unknown): value is string => typeof value === 'string' && PEER_ID.test(value);

/** `id` of the page in `slot` of an identity. */
export const peerId = (identity: string, slot: number): string =>
  slot === 0 ? identity : `${identity}.${slot}`;

/** The part of an id that all pages of an identity share. */
export const identityOf = (id: string): string => id.slice(0, 43);

type Fields = Record<string, unknown>;

const isBase64url = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value.length <= max && BASE64URL.test(value);
const isInteger = (value: unknown, min: number, max: number): value is number =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
const isText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value.length <= max;
const isRoomNumber = (value: unknown): value is number => isInteger(value, 0, 0xffff);
const isQuantity = (value: unknown): value is number => isInteger(value, 1, 2 ** 31 - 1);
const oneOf = <T extends string>(value: unknown, list: readonly T[]): value is T => list.includes(value as T);

function parseFields(text: string): Fields | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** A client's frame, or null for anything else. Only fields this wire knows are taken over. */
export function parseClientFrame(text: string): ClientFrame | null {
  const f = parseFields(text);
  switch (f?.['type']) {
    case 'login': {
      const { version, key, slot = 0, signature } = f;
      if (!isInteger(version, 0, 0xffff) || !isBase64url(key, 88) || !isBase64url(signature, 88)) return null;
      if (!isInteger(slot, 0, MAX_SLOT)) return null;
      return { type: 'login', version, key, slot, signature };
    }
    case 'credentials': {
      const { n, token = '', name = '' } = f;
      if (!isRoomNumber(n) || !isText(token, MAX_TOKEN_CHARS) || !isText(name, MAX_ROOM_NAME_BYTES))
        return null;
      return { type: 'credentials', n, token, name };
    }
    case 'join': {
      const { n, room, entry, capacity = 0, hello = '', lock = '' } = f;
      if (!isRoomNumber(n) || !isRoomId(room) || !oneOf(entry, ENTRIES)) return null;
      if (!isInteger(capacity, 0, 0xffff) || !isBase64url(hello, MAX_HELLO_CHARS)) return null;
      if (lock !== '' && !isLock(lock)) return null;
      return { type: 'join', n, room, entry, capacity, hello, lock };
    }
    case 'leave':
      return isRoomNumber(f['n']) ? { type: 'leave', n: f['n'] } : null;
    case 'kick':
    case 'appoint': {
      const { type, n, id, ban } = f;
      if (!isRoomNumber(n) || !isPeerId(id)) return null;
      return type === 'kick' ? { type, n, id, ban: ban === true } : { type: 'appoint', n, id };
    }
    case 'ping':
      return { type: 'ping' };
    default:
      return null;
  }
}

function parseBudget(value: unknown): Budget | null {
  if (typeof value !== 'object' || value === null) return null;
  const { messages, messageBurst, bytes, byteBurst } = value as Fields;
  if (!isQuantity(messages) || !isQuantity(messageBurst) || !isQuantity(bytes) || !isQuantity(byteBurst))
    return null;
  return { messages, messageBurst, bytes, byteBurst };
}

function parseMember(value: unknown): Member | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, hello, role = '' } = value as Fields;
  if (!isPeerId(id) || !isBase64url(hello, MAX_HELLO_CHARS) || !isText(role, MAX_ROLE_CHARS)) return null;
  return { id, hello, role };
}

const isIceText = (value: unknown): value is string => isText(value, MAX_ICE_CHARS);

function parseIceServer(value: unknown): IceServer | null {
  if (typeof value !== 'object' || value === null) return null;
  const { urls, username, credential } = value as Fields;
  if (!Array.isArray(urls) || urls.length === 0 || urls.length > MAX_ICE_SERVERS) return null;
  if (!urls.every((url) => isIceText(url) && /^(?:stun|turn)s?:/.test(url))) return null;
  if (username === undefined && credential === undefined) return { urls: urls as string[] };
  return isIceText(username) && isIceText(credential)
    ? { urls: urls as string[], username, credential }
    : null;
}

/** Each of a list, or null when one of them is not what it should be. */
function parseAll<T>(value: unknown, parse: (one: unknown) => T | null, most = Infinity): T[] | null {
  if (!Array.isArray(value) || value.length > most) return null;
  const parsed = value.map(parse);
  return parsed.includes(null) ? null : (parsed as T[]);
}

/** A server's frame, or null for anything else. */
export function parseServerFrame(text: string): ServerFrame | null {
  const f = parseFields(text);
  if (f === null) return null;
  const { type, n, id, reason, code } = f;
  switch (type) {
    case 'welcome': {
      const { version, nonce, pingInterval, seatTimeout, names = false } = f;
      const budget = parseBudget(f['budget']);
      if (!isInteger(version, 0, 0xffff) || !isBase64url(nonce, 43)) return null;
      if (!isInteger(pingInterval, 1, 3_600_000) || !isInteger(seatTimeout, 0, 3_600_000)) return null;
      if (typeof names !== 'boolean') return null;
      return budget && { type, version, nonce, pingInterval, seatTimeout, budget, names };
    }
    case 'ready':
      return isPeerId(id) ? { type, id } : null;
    case 'ice': {
      const servers = parseAll(f['servers'], parseIceServer, MAX_ICE_SERVERS);
      return servers && { type, servers };
    }
    case 'bye':
      return isInteger(f['wait'], 0, 3_600_000) ? { type, wait: f['wait'] } : null;
    case 'joined': {
      const { created, capacity, earlier, role = '' } = f;
      const members = parseAll(f['members'], parseMember);
      if (!isRoomNumber(n) || typeof created !== 'boolean' || !isInteger(capacity, 1, 0xffff)) return null;
      if (!members || !isInteger(earlier, 0, members.length) || !isText(role, MAX_ROLE_CHARS)) return null;
      return { type, n, created, capacity, members, earlier, role };
    }
    case 'refused':
      if (!isRoomNumber(n) || !oneOf(code, REFUSALS) || !isText(reason, MAX_REASON_CHARS)) return null;
      return { type, n, code, reason };
    case 'peer': {
      const member = parseMember(f);
      return member && isRoomNumber(n) ? { type, n, ...member } : null;
    }
    case 'gone':
      if (!isRoomNumber(n) || !isPeerId(id) || !oneOf(reason, GONE_REASONS)) return null;
      return { type, n, id, reason };
    case 'stop':
    case 'go':
      return isRoomNumber(n) && isPeerId(id) ? { type, n, id } : null;
    case 'closed':
      if (!isRoomNumber(n) || !isText(reason, MAX_REASON_CHARS)) return null;
      return code === 'timeout' ? { type, n, reason, code } : { type, n, reason };
    case 'ping':
    case 'pong':
      return { type };
    default:
      return null;
  }
}

/** Prefix of what is hashed with the raw public key to give an identity. */
export const ID_CONTEXT = 'peer-elements/1 id\0';

/**
 * What a log-in signs: the host keeps another server from passing the signature on, the nonce from keeping it.
 * @param host as the page dialled it, with a port unless it is the scheme's own
 * @param nonce from the server's welcome, base64url
 */
export const loginMessage = (host: string, nonce: string): string =>
  `peer-elements/1 login\0${host}\0${nonce}`;

/** HKDF inputs that turn a room's name into what the server knows it by. */
export const ROOM_KEY_CONTEXT = 'peer-elements/1 room key\0';
export const ROOM_ID_CONTEXT = 'peer-elements/1 room\0';
/** What a room's password is stretched with, and what becomes of it (PBKDF2, then HKDF). */
export const PASSWORD_CONTEXT = 'peer-elements/1 password\0';
export const LOCK_CONTEXT = 'peer-elements/1 lock';
export const PSK_CONTEXT = 'peer-elements/1 psk';
/** A pair's code and a group's room of the same text are different rooms; so is the door of a group where one has to ask. */
export type RoomKind = 'group' | 'pair' | 'door';
