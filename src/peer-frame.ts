/** What two peers say to each other over a path, once decoded. */
import { isSame } from './bytes.js';
import { decode, encode, revive, type Decoded, type Encoded } from './codec/value.js';
import { PeerError } from './errors.js';
import { parseRequestFrame, type RequestFrame } from './request-frame.js';
import { parseMedia, type MediaWord } from './media/wire.js';
import type { Received } from './session/window.js';
import { MOST_TOLD } from './moderation/moderation.js';
import { parseWords, type Word } from './moderation/word.js';
import { parseWord, type TransferWord } from './transfer/wire.js';

export interface Greeting {
  readonly name: string;
  readonly profile: unknown;
}

export type PeerFrame =
  | RequestFrame
  | { readonly kind: 'hello'; readonly greeting: Greeting }
  | { readonly kind: 'data'; readonly type: string; readonly data: unknown; readonly metadata: unknown }
  | { readonly kind: 'media'; readonly word: MediaWord }
  | { readonly kind: 'transfer'; readonly word: TransferWord }
  | { readonly kind: 'words'; readonly words: readonly Word[] };

/** What a peer has said that has not said anything of itself yet. */
export const NO_GREETING: Greeting = { name: '', profile: {} };

const MAX_NAME_CHARS = 256;
/** Longest profile, bytes or characters. */
const MAX_PROFILE = 65_536;
/** Longest message of those that are remembered, bytes or characters: more than an honest one can have. */
const MAX_REMEMBERED = 524_288;
const REMEMBERED: readonly PeerFrame['kind'][] = ['hello', 'transfer', 'media'];

export function isSameGreeting(...greetings: [Greeting, Greeting]): boolean {
  try {
    const [a, b] = greetings.map((greeting) => encode(greeting)) as [Encoded, Encoded];
    return typeof a === 'string' || typeof b === 'string' ? a === b : isSame(a, b);
  } catch {
    // What a page has been given is the page's to change, also into what cannot be sent.
    return false;
  }
}
export const isAnonymous = (greeting: Greeting): boolean => isSameGreeting(greeting, NO_GREETING);

/** What is undefined stays away: that says the same, and JSON is enough for it. So does no type, where there is data. */
export function messageFrame(type: string, data: unknown, metadata: unknown): object {
  const frame: { type?: string; data?: unknown; metadata?: unknown } = {};
  if (type !== '' || data === undefined) frame.type = type;
  if (data !== undefined) frame.data = data;
  if (metadata !== undefined) frame.metadata = metadata;
  return frame;
}

/** The value of a message, in a box; null when it is malformed. @param blobs those that belong to it */
export function opened(message: Received, blobs?: readonly Blob[]): Decoded | null {
  if ('value' in message) return revive(message.value, blobs);
  return decode('text' in message ? message.text : message.bytes, blobs);
}

/**
 * What a peer's message says, or null when it is malformed.
 * @throws {PeerError} `protocol` for what is remembered, unlike what is only passed on, and too long for that
 */
export function readPeerFrame(message: Received): PeerFrame | null {
  const frame = parsePeerFrame(opened(message)?.value);
  // What came with others in one frame is no longer than a frame may be.
  if ('value' in message || !frame || !REMEMBERED.includes(frame.kind)) return frame;
  const length = 'text' in message ? message.text.length : message.bytes.byteLength;
  if (length <= MAX_REMEMBERED) return frame;
  throw new PeerError('protocol', 'A peer wanted more of it to be remembered than is allowed.');
}

/** A peer's frame from a decoded value, or null for anything else. */
export function parsePeerFrame(value: unknown): PeerFrame | null {
  if (typeof value !== 'object' || value === null) return null;
  const asked = parseRequestFrame(value);
  if (asked !== undefined) return asked;
  const {
    data,
    type = data === undefined ? undefined : '',
    metadata,
    hello,
    transfer,
    words,
    media,
  } = value as Record<string, unknown>;
  if (transfer !== undefined) {
    const word = parseWord(value as Record<string, unknown>);
    return word && { kind: 'transfer', word };
  }
  if (words !== undefined) {
    const all = parseWords(words, MOST_TOLD);
    return all && { kind: 'words', words: all };
  }
  if (media !== undefined) {
    const word = parseMedia(media);
    return word && { kind: 'media', word };
  }
  if (typeof type === 'string') return { kind: 'data', type, data, metadata };
  const greeting = parseGreeting(hello);
  return greeting && { kind: 'hello', greeting };
}

/** A greeting from a decoded value, or null for anything else. */
export function parseGreeting(value: unknown): Greeting | null {
  if (typeof value !== 'object' || value === null) return null;
  const { name, profile } = value as Record<string, unknown>;
  return typeof name === 'string' && name.length <= MAX_NAME_CHARS ? { name, profile } : null;
}

/** @throws {TypeError} when the name is longer than 256 characters */
export function checkName(name: string): string {
  if (name.length <= MAX_NAME_CHARS) return name;
  throw new TypeError(`A name has at most ${String(MAX_NAME_CHARS)} characters.`);
}

/** @throws {TypeError} when it is larger than 64 KB @throws {DOMException} `DataCloneError` when it cannot be sent */
export function checkProfile(profile: unknown): void {
  if (encode(profile).length <= MAX_PROFILE) return;
  throw new TypeError(`profile is for small values, of ${String(MAX_PROFILE)} bytes at most.`);
}
