/** What chats say to each other, and the parsers that turn whatever arrives into a typed value or null. */
import { cleanFileName } from './file-text.js';

/** The `type` of a chat message. */
export const MESSAGE_TYPE = 'peer-chat';
/** The `type` of a newcomer's question for earlier messages and of the answer. */
export const HISTORY_TYPE = 'peer-chat-history';
/** The `type` of a file that belongs to a chat message. */
export const FILE_TYPE = 'peer-chat-file';

export const MAX_TEXT = 16_000;
export const MAX_NAME = 200;
export const MAX_HISTORY = 200;
/** Most files in one message. */
export const MAX_FILES = 20;
const MAX_ID = 64;
const MAX_MEDIA_TYPE = 100;
/** No chat is older than this; what claims to be comes from a broken clock. */
const EARLIEST = Date.UTC(2020, 0);

/** A file as the message names it; the file itself travels beside. */
export interface WireFile {
  readonly name: string;
  /** Bytes, as the author says. */
  readonly size: number;
  /** The media type, as the author says. */
  readonly type: string;
}

/** Says of a file which message it belongs to. */
export interface WireFileMetadata {
  readonly message: string;
  /** Its place among the message's files. */
  readonly index: number;
}

export interface WireMessage {
  readonly id: string;
  readonly text: string;
  /** Milliseconds since 1970 on the author's clock. */
  readonly time: number;
  /** What the author called themselves, empty for nameless ones. */
  readonly name: string;
  /** Absent where there are none; without them there is a text. */
  readonly files?: readonly WireFile[];
}

/** A message in a history: one peer tells what another wrote. */
export interface WireRecord extends WireMessage {
  readonly from: string;
}

export type WireHistory = { readonly want: number } | { readonly messages: readonly WireRecord[] };

type Unknowns<T> = { readonly [K in keyof T]?: unknown };

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isId = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_ID;

export const cleanName = (value: unknown): string =>
  typeof value === 'string' ? value.trim().slice(0, MAX_NAME) : '';

/** Between 0 and the most anybody may have; anything that is no number counts as `fallback`. */
export const clampHistory = (value: unknown, fallback = 0): number =>
  typeof value === 'number' && !Number.isNaN(value)
    ? Math.min(Math.max(Math.floor(value), 0), MAX_HISTORY)
    : fallback;

function parseFile(value: unknown): WireFile | null {
  if (!isObject(value)) return null;
  const { name, size, type } = value as Unknowns<WireFile>;
  if (typeof size !== 'number' || !(size >= 0 && size <= Number.MAX_SAFE_INTEGER)) return null;
  const mediaType = typeof type === 'string' && type.length <= MAX_MEDIA_TYPE ? type : '';
  return { name: cleanFileName(name), size: Math.floor(size), type: mediaType };
}

function parseFiles(value: unknown): WireFile[] {
  if (!Array.isArray(value)) return [];
  const files = value.slice(0, MAX_FILES).map(parseFile);
  // All or none: the place in the list is how a file is found again.
  return files.every((file) => file !== null) ? files : [];
}

export function parseFileMetadata(value: unknown): WireFileMetadata | null {
  if (!isObject(value)) return null;
  const { message, index } = value as Unknowns<WireFileMetadata>;
  if (!isId(message) || !Number.isInteger(index) || typeof index !== 'number') return null;
  return index >= 0 && index < MAX_FILES ? { message, index } : null;
}

export function parseMessage(value: unknown, now: number): WireMessage | null {
  if (!isObject(value)) return null;
  const { id, text, time, name, files: given } = value as Unknowns<WireMessage>;
  const files = parseFiles(given);
  if (!isId(id) || typeof text !== 'string' || text.length > MAX_TEXT) return null;
  if (!text.trim() && !files.length) return null;
  if (typeof time !== 'number' || Number.isNaN(time)) return null;
  const message = { id, text, time: Math.min(Math.max(time, EARLIEST), now), name: cleanName(name) };
  return files.length ? { ...message, files } : message;
}

function parseRecord(value: unknown, now: number): WireRecord | null {
  const message = parseMessage(value, now);
  const { from } = (message ? value : {}) as Unknowns<WireRecord>;
  return message && isId(from) ? { ...message, from } : null;
}

export function parseHistory(value: unknown, now: number): WireHistory | null {
  if (!isObject(value)) return null;
  const { want, messages } = value as { readonly want?: unknown; readonly messages?: unknown };
  if (typeof want === 'number') return { want: clampHistory(want) };
  if (!Array.isArray(messages)) return null;
  const records = messages.slice(-MAX_HISTORY).map((record: unknown) => parseRecord(record, now));
  return { messages: records.filter((record) => record !== null) };
}
