/**
 * What two peers say about large values. Words are messages of the conversation, each once and in order; the bytes
 * themselves come beside it, in pieces: `id(4) ‖ offset(8, float) ‖ bytes`.
 *
 *   sender    offer … ask* … end | drop          (ask: how far are you? after a path has changed)
 *   receiver  take* … done | refuse | stop       (take: I have so much, and have room up to there)
 */
import type { Bytes } from '../bytes.js';

export interface Offer {
  readonly word: 'offer';
  readonly id: number;
  readonly type: string;
  readonly metadata: unknown;
  /** Name and media type of what is a Blob or File as a whole; empty otherwise. */
  readonly name: string;
  readonly mediaType: string;
  /** Bytes of the encoded value, then of each Blob in it; null for a stream. */
  readonly parts: readonly number[] | null;
  /** The encoded value is text. */
  readonly isText: boolean;
  /** As the sender asked for it; large values keep no order with others anyway. */
  readonly delivery: TransferDelivery;
}

export type TransferDelivery = 'reliable' | 'unordered';

interface About {
  readonly id: number;
}
interface Reason extends About {
  readonly reason: string;
}

export interface Take extends About {
  readonly word: 'take';
  /** Bytes received, all that come before included. */
  readonly at: number;
  /** Offset up to which the receiver has room. */
  readonly until: number;
  /** Some of what was sent may be lost: go on from `at`. */
  readonly again: boolean;
}

export interface End extends About {
  readonly word: 'end';
  readonly size: number;
  /** Of the digests of its blocks, base64url. */
  readonly hash: string;
}

export type SenderWord =
  Offer | End | (About & { readonly word: 'ask' }) | (Reason & { readonly word: 'drop' });
export type ReceiverWord =
  Take | (About & { readonly word: 'done' }) | (Reason & { readonly word: 'refuse' | 'stop' });
export type TransferWord = SenderWord | ReceiverWord;

export interface TransferPiece extends About {
  readonly offset: number;
  readonly bytes: Bytes;
}

export const PIECE_HEAD_BYTES = 12;
/** Longest type, name or reason, characters. */
export const MAX_TEXT = 1024;
/** The encoded value and the Blobs in it. */
export const MAX_PARTS = 10_000;
const MAX_ID = 0xffff_ffff;

/** A value that `encode()` takes. */
export const wordValue = ({ word, ...rest }: TransferWord): unknown => ({ transfer: word, ...rest });

export const shortened = (text: string): string => text.slice(0, MAX_TEXT);

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_TEXT;
const isParts = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.length <= MAX_PARTS && value.every(isSize);

function parseOffer(id: number, fields: Record<string, unknown>): Offer | null {
  const { type, metadata, name, mediaType, parts, isText: text, delivery } = fields;
  if (!isText(type) || !isText(name) || !isText(mediaType) || typeof text !== 'boolean') return null;
  if (parts !== null && !(isParts(parts) && isSize(sizeOf(parts)))) return null;
  if (delivery !== 'reliable' && delivery !== 'unordered') return null;
  return { word: 'offer', id, type, metadata, name, mediaType, parts, isText: text, delivery };
}

/** Bytes of all parts. */
export const sizeOf = (parts: readonly number[]): number => parts.reduce((sum, size) => sum + size, 0);

/** Bytes of what stands before the Blobs: a File is as large as its content, not as all that is sent for it. */
export const headOf = (parts: readonly number[] | null): number =>
  parts && parts.length > 1 ? (parts[0] ?? 0) : 0;

/** A word from a decoded message, or null for anything else. */
export function parseWord(fields: Record<string, unknown>): TransferWord | null {
  const { transfer: word, id, at, until, again, reason, size, hash } = fields;
  if (!isSize(id) || id > MAX_ID) return null;
  switch (word) {
    case 'offer':
      return parseOffer(id, fields);
    case 'end':
      return isSize(size) && isText(hash) ? { word, id, size, hash } : null;
    case 'take':
      return isSize(at) && isSize(until) && typeof again === 'boolean'
        ? { word, id, at, until, again }
        : null;
    case 'ask':
    case 'done':
      return { word, id };
    case 'drop':
    case 'refuse':
    case 'stop':
      return isText(reason) ? { word, id, reason } : null;
    default:
      return null;
  }
}

/** @param frame is filled and given back; as long as what goes into it */
export function encodePiece(
  id: number,
  offset: number,
  bytes: Bytes,
  frame: Bytes = new Uint8Array(PIECE_HEAD_BYTES + bytes.length),
): Bytes {
  const view = new DataView(frame.buffer);
  view.setUint32(0, id);
  view.setFloat64(4, offset);
  frame.set(bytes, PIECE_HEAD_BYTES);
  return frame;
}

/** @returns null for anything else; the bytes are a view of the frame */
export function parsePiece(frame: Bytes): TransferPiece | null {
  if (frame.length <= PIECE_HEAD_BYTES) return null;
  const view = new DataView(frame.buffer, frame.byteOffset);
  const offset = view.getFloat64(4);
  return isSize(offset) ? { id: view.getUint32(0), offset, bytes: frame.subarray(PIECE_HEAD_BYTES) } : null;
}
