/**
 * What a session says over its paths, the same on each.
 *
 * As text, a JSON array: `[number, acknowledged, message, …]` for messages from that number on (0: none, just the
 * acknowledgement), or `[word, …]`. As bytes, one piece of a message that is binary or long:
 * `flags(1) ‖ number(8) ‖ acknowledged(8) ‖ piece`.
 */
import { concat, type Bytes } from '../bytes.js';

/** Where one side stands; the other continues from there. */
export interface Resume {
  /** Made up by this side for as long as it remembers what it has received. */
  readonly memory: string;
  /** The other side's memory that `received` is about; empty before anything was heard of it. */
  readonly of: string;
  /** Counts these words, so that a late one is recognised. */
  readonly turn: number;
  /** Number of the last message received. */
  readonly received: number;
  /** How many messages this side could not bring over, since the other one had forgotten what it had received. */
  readonly lost: number;
  /** The direct path serves this side. */
  readonly direct: boolean;
  /** Wants the same from the other side. */
  readonly ask: boolean;
}

export interface Piece {
  readonly bytes: Bytes;
  /** UTF-8 of a message that is text. */
  readonly isText: boolean;
  /** The message goes on in the next one. */
  readonly more: boolean;
}

interface Numbers {
  /** Number of the first message in it; 0 when there is none. */
  readonly first: number;
  readonly acknowledged: number;
}

export type NumberedFrame =
  | (Numbers & { readonly kind: 'messages'; readonly messages: readonly unknown[] })
  | (Numbers & { readonly kind: 'piece'; readonly piece: Piece });

export type WindowFrame =
  | NumberedFrame
  | { readonly kind: 'resume'; readonly resume: Resume }
  | { readonly kind: 'bye' }
  | { readonly kind: 'ping' | 'pong'; readonly id: number };

const HEAD = 17;
/** Longest frame, characters or bytes: four times what an honest one may have. */
const MAX_FRAME = 262_144;
const IS_TEXT = 1;
const MORE = 2;

/** @param messages each of them JSON already */
export const encodeMessages = (first: number, acknowledged: number, messages: readonly string[]): string =>
  messages.length === 0
    ? `[0,${String(acknowledged)}]`
    : `[${String(first)},${String(acknowledged)},${messages.join(',')}]`;

export function encodePiece(first: number, acknowledged: number, { bytes, isText, more }: Piece): Bytes {
  const head = new Uint8Array(HEAD);
  head[0] = (isText ? IS_TEXT : 0) | (more ? MORE : 0);
  const view = new DataView(head.buffer);
  view.setFloat64(1, first);
  view.setFloat64(9, acknowledged);
  return concat(head, bytes);
}

export const encodeResume = (resume: Resume): string => JSON.stringify(['resume', resume]);
export const BYE = '["bye"]';
/** @param id by which an answer is known: a late one is none */
export const encodePing = (word: 'ping' | 'pong', id: number): string => `["${word}",${String(id)}]`;

const isMemory = (value: unknown): value is string => typeof value === 'string' && value.length <= 32;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function parsePiece(frame: ArrayBuffer): WindowFrame | null {
  if (frame.byteLength < HEAD) return null;
  const view = new DataView(frame);
  const flags = view.getUint8(0);
  const first = view.getFloat64(1);
  const acknowledged = view.getFloat64(9);
  if (flags > (IS_TEXT | MORE) || !isCount(first) || first === 0 || !isCount(acknowledged)) return null;
  const bytes = new Uint8Array(frame, HEAD);
  const piece = { bytes, isText: (flags & IS_TEXT) !== 0, more: (flags & MORE) !== 0 };
  return { kind: 'piece', first, acknowledged, piece };
}

function parseResume(value: unknown): WindowFrame | null {
  if (typeof value !== 'object' || value === null) return null;
  const { memory, of, turn, received, lost, direct, ask } = value as Record<string, unknown>;
  if (!isMemory(memory) || !isMemory(of)) return null;
  if (!isCount(turn) || !isCount(received) || !isCount(lost)) return null;
  if (typeof direct !== 'boolean' || typeof ask !== 'boolean') return null;
  return { kind: 'resume', resume: { memory, of, turn, received, lost, direct, ask } };
}

/** The other side's frame, or null for anything else. */
export function parseWindowFrame(frame: string | ArrayBuffer): WindowFrame | null {
  if (typeof frame !== 'string') return frame.byteLength > MAX_FRAME ? null : parsePiece(frame);
  if (frame.length > MAX_FRAME) return null;
  let fields: unknown;
  try {
    fields = JSON.parse(frame);
  } catch {
    return null;
  }
  if (!Array.isArray(fields)) return null;
  const [head, second] = fields as unknown[];
  if (head === 'resume') return parseResume(second);
  if (head === 'bye') return { kind: head };
  if (!isCount(second)) return null;
  if (head === 'ping' || head === 'pong') return { kind: head, id: second };
  if (!isCount(head)) return null;
  return { kind: 'messages', first: head, acknowledged: second, messages: fields.slice(2) };
}
