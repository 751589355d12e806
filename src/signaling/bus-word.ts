/**
 * What members of a room say to each other where no server keeps the room: one line of text for each word, so that anything
 * can carry it. Whoever reads along can say something, too; so what would take somebody's place is signed.
 */
import { fromBase64url, toBase64url } from '../base64url.js';
import { utf8, type Bytes } from '../bytes.js';
import { identityOfKey, isSigned, verifierOf, type Identity } from '../identity.js';
import { MAX_HELLO_CHARS, identityOf, isLock, isPeerId, isRoomId } from '../protocol.js';

/**
 * - `who` is there? With `coming`: I am about to come in; with `waiting`: once somebody else is
 * - `here` I am in, on these terms; `was`: the same, passed on for somebody who may be away
 * - `alive` the same in short, now and then, with the number of members I know
 * - `full` there is no seat here for your stay
 * - `bye` I leave; from somebody who was about to come in: I do not
 * - `say` bytes for one member
 */
export type Kind = 'who' | 'here' | 'was' | 'alive' | 'full' | 'bye' | 'say';
const KINDS: readonly string[] = ['who', 'here', 'was', 'alive', 'full', 'bye', 'say'] satisfies Kind[];

export interface Word {
  readonly room: string;
  readonly kind: Kind;
  readonly from: string;
  /** Null for everybody. */
  readonly to: string | null;
  /**
   * When the sender's stay began, ms since 1970; of two members' the smaller one is the elder's. Of `full`: the receiver's. A
   * stay cannot be mistaken for another one of the same page.
   */
  readonly since: number;
  readonly rest: readonly string[];
}

/** Marks what is ours, whatever else travels there. */
const MARK = 'pe1';
/** A message of 64 KiB in base64url, and what is in front of it. */
export const MAX_WORD_CHARS = 90_000;

export const writeWord = ({ room, kind, from, to, since, rest }: Word): string =>
  [MARK, room, kind, from, to ?? '*', since, ...rest].join(' ');

const isTime = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

/** A word, or null for anything else. */
export function readWord(text: string): Word | null {
  if (text.length > MAX_WORD_CHARS || !text.startsWith(MARK)) return null;
  const [mark, room, kind = '', from, to, at, ...rest] = text.split(' ');
  const since = Number(at);
  if (mark !== MARK || !isRoomId(room) || !KINDS.includes(kind) || !isPeerId(from) || !isTime(since))
    return null;
  if (to !== '*' && !isPeerId(to)) return null;
  return { room, kind: kind as Kind, from, to: to === '*' ? null : to, since, rest };
}

/** What a member shows of itself; the room's terms are what its creator fixed. */
export interface Card {
  readonly id: string;
  readonly since: number;
  readonly capacity: number;
  /** Empty where the room has no password. */
  readonly lock: string;
  readonly hello: Uint8Array;
  /** As it goes into a word: with key and signature, so that others can pass it on. */
  readonly fields: readonly string[];
}

/** Of somebody else: it has shown that it is its own. */
export interface ProvenCard extends Card {
  readonly key: CryptoKey;
}

type Terms = Pick<Card, 'since' | 'capacity' | 'lock' | 'hello'>;

const HERE = 'peer-elements/1 bus here';
const BYE = 'peer-elements/1 bus bye';
const FULL = 'peer-elements/1 bus full';

const said = (...parts: readonly (string | number)[]): Bytes => utf8(parts.join('\0'));

const sign = async (identity: Identity, text: Bytes): Promise<string> =>
  toBase64url(await identity.sign(text));

export async function makeCard(
  identity: Identity,
  room: string,
  { since, capacity, lock, hello }: Terms,
): Promise<Card> {
  const { id, publicKey } = identity;
  const announced = toBase64url(hello);
  const signature = await sign(identity, said(HERE, room, id, since, capacity, lock, announced));
  const fields = [String(capacity), lock || '-', announced || '-', toBase64url(publicKey), signature];
  return { id, since, capacity, lock, hello, fields };
}

/** The owner's key, or null when `key` is not that of `id`. */
async function keyOf(id: string, key: string | undefined): Promise<CryptoKey | null> {
  const raw = fromBase64url(key ?? '');
  return raw && (await identityOfKey(raw)) === identityOf(id) ? verifierOf(raw) : null;
}

const isSignedBy = (key: CryptoKey, signature: string | undefined, text: Bytes): Promise<boolean> =>
  isSigned(key, new Uint8Array(fromBase64url(signature ?? '') ?? []), text);

/** What a `here` or `was` shows, or null when it is not the sender's. */
export async function readCard({ room, from, since, rest }: Word): Promise<ProvenCard | null> {
  const [most, secret = '', announced = '', raw, signature] = rest;
  const [capacity, lock, hello] = [
    Number(most),
    secret === '-' ? '' : secret,
    announced === '-' ? '' : announced,
  ];
  if (!(capacity > 0) || (lock && !isLock(lock)) || hello.length > MAX_HELLO_CHARS) return null;
  const bytes = fromBase64url(hello);
  const key = await keyOf(from, raw);
  if (!bytes || !key) return null;
  const text = said(HERE, room, from, since, capacity, lock, hello);
  if (!(await isSignedBy(key, signature, text))) return null;
  return { id: from, since, capacity, lock, hello: bytes, fields: rest.slice(0, 5), key };
}

/** Made beforehand: a page that goes away has no time to sign. */
export const signBye = (identity: Identity, room: string, since: number): Promise<string> =>
  sign(identity, said(BYE, room, identity.id, since));

export const isBye = (key: CryptoKey, { room, from, since, rest }: Word): Promise<boolean> =>
  isSignedBy(key, rest[0], said(BYE, room, from, since));

/** The rest of a `full` for that stay of `to`. */
export async function signFull(
  identity: Identity,
  room: string,
  to: string,
  since: number,
): Promise<string[]> {
  const signature = await sign(identity, said(FULL, room, identity.id, to, since));
  return [toBase64url(identity.publicKey), signature];
}

export async function isFull({ room, from, to, since, rest }: Word): Promise<boolean> {
  const key = await keyOf(from, rest[0]);
  return key !== null && isSignedBy(key, rest[1], said(FULL, room, from, to ?? '', since));
}
