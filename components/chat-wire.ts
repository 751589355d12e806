/** What chats say to each other, and the parsers that turn whatever arrives into a typed value or null. */

/** The `type` of a chat message. */
export const MESSAGE_TYPE = 'peer-chat';
/** The `type` of a newcomer's question for earlier messages and of the answer. */
export const HISTORY_TYPE = 'peer-chat-history';

export const MAX_TEXT = 16_000;
export const MAX_NAME = 200;
export const MAX_HISTORY = 200;
const MAX_ID = 64;
/** No chat is older than this; what claims to be comes from a broken clock. */
const EARLIEST = Date.UTC(2020, 0);

export interface WireMessage {
  readonly id: string;
  readonly text: string;
  /** Milliseconds since 1970 on the author's clock. */
  readonly time: number;
  /** What the author called themselves, empty for nameless ones. */
  readonly name: string;
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

export function parseMessage(value: unknown, now: number): WireMessage | null {
  if (!isObject(value)) return null;
  const { id, text, time, name } = value as Unknowns<WireMessage>;
  if (!isId(id) || typeof text !== 'string' || text.length > MAX_TEXT || !text.trim()) return null;
  if (typeof time !== 'number' || Number.isNaN(time)) return null;
  return { id, text, time: Math.min(Math.max(time, EARLIEST), now), name: cleanName(name) };
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
