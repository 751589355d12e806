/** What becomes of a room's name and password before anything leaves the page (WebCrypto). */
import { concat, utf8, type Bytes } from './bytes.js';
import { toBase64url } from './base64url.js';
import { subtle } from './identity.js';
import {
  LOCK_CONTEXT,
  MAX_ROOM_NAME_BYTES,
  PASSWORD_CONTEXT,
  PSK_CONTEXT,
  ROOM_ID_CONTEXT,
  ROOM_KEY_CONTEXT,
  type RoomKind,
} from './protocol.js';

export interface RoomKey {
  /** Secret that all members share, 32 bytes; zeros without a password. */
  readonly psk: Bytes;
  /** What signalling compares, 43 base64url characters from which the other one cannot be had; empty without a password. */
  readonly lock: string;
}

const NO_PASSWORD: RoomKey = { psk: new Uint8Array(32), lock: '' };
/** Of PBKDF2 with SHA-256 (OWASP Password Storage Cheat Sheet, 2023). */
const ITERATIONS = 600_000;
const MAX_PASSWORD_BYTES = 1024;

/** The same on every keyboard (RFC 8265, 4.2.2). */
const bytesOf = (password: string): Bytes => utf8(password.normalize('NFC'));

async function hkdf(secret: Bytes, info: string): Promise<Bytes> {
  const key = await subtle().importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info: utf8(info) };
  return new Uint8Array(await subtle().deriveBits(parameters, key, 256));
}

/**
 * What signalling knows a room by: 43 base64url characters from which the name cannot be read.
 * @param name the room's name or the pair's code, at most 1 KB of UTF-8
 * @throws {PeerError} `insecure-context` on plain http other than localhost
 */
export async function roomId(name: string, kind: RoomKind): Promise<string> {
  const key = await hkdf(utf8(name), ROOM_KEY_CONTEXT);
  return toBase64url(await hkdf(key, ROOM_ID_CONTEXT + kind));
}

/**
 * Takes some tenths of a second, outside of the page's own thread: whoever guesses pays that for each guess.
 * @param room its id, which keeps one list of guesses from serving for many rooms
 * @throws {PeerError} `insecure-context` on plain http other than localhost
 */
export async function roomKey(room: string, password = ''): Promise<RoomKey> {
  if (password === '') return NO_PASSWORD;
  const given = await subtle().importKey('raw', bytesOf(password), 'PBKDF2', false, ['deriveBits']);
  const salt = await subtle().digest('SHA-256', concat(utf8(PASSWORD_CONTEXT), utf8(room)));
  const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ITERATIONS };
  const key = new Uint8Array(await subtle().deriveBits(parameters, given, 256));
  const [psk, lock] = await Promise.all([hkdf(key, PSK_CONTEXT), hkdf(key, LOCK_CONTEXT)]);
  return { psk, lock: toBase64url(lock) };
}

export const SECRET_BYTES = 32;

/** Of a room where one has to ask: made of what its members know, and nobody else. @param secret 32 random bytes */
export async function keyOfSecret(secret: Bytes): Promise<RoomKey> {
  const [psk, lock] = await Promise.all([hkdf(secret, PSK_CONTEXT), hkdf(secret, LOCK_CONTEXT)]);
  return { psk, lock: toBase64url(lock) };
}

/** Whether `name` can name a room: 1 to 1024 bytes of UTF-8. */
export function isRoomName(name: string): boolean {
  const { length } = utf8(name);
  return length > 0 && length <= MAX_ROOM_NAME_BYTES;
}

/** At most 1024 bytes of UTF-8; empty for none. */
export const isPassword = (value: unknown): value is string =>
  typeof value === 'string' && bytesOf(value).length <= MAX_PASSWORD_BYTES;
