/** What peers tell each other of the streams they send: all of it, whenever any of it changes. */
import { encode } from '../codec/value.js';

export type MediaKind = 'audio' | 'video';
export const KINDS: readonly MediaKind[] = ['audio', 'video'];

/** By kind: what of `stream` is switched off. */
export interface Muted {
  readonly audio: boolean;
  readonly video: boolean;
}

export interface TrackWord {
  readonly kind: MediaKind;
  /** Of the transceiver that carries it (RFC 8829, 4.2.3); null while none does. */
  readonly mid: string | null;
}

export interface StreamWord {
  /** Stands for the stream, as long as it is sent, over all connections. */
  readonly key: number;
  readonly metadata?: unknown;
  readonly tracks: readonly TrackWord[];
}

export interface MediaWord {
  /** The connection whose mids these are, empty without one. */
  readonly link: string;
  readonly muted: Muted;
  readonly streams: readonly StreamWord[];
}

/** Most tracks of a kind that one page sends to another at a time. */
export const MOST_OF_A_KIND = 4;
/** Longest metadata, bytes or characters as encoded. */
const MAX_METADATA = 4096;
const MID = /^[\w-]{1,16}$/;

/** @throws {DOMException} `DataCloneError` for what cannot be sent */
export const isSmall = (metadata: unknown): boolean => encode(metadata).length <= MAX_METADATA;

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function parseTrack(value: unknown): TrackWord | null {
  if (!isFields(value)) return null;
  const { kind, mid } = value;
  if ((kind !== 'audio' && kind !== 'video') || (mid !== null && typeof mid !== 'string')) return null;
  return mid === null || MID.test(mid) ? { kind, mid } : null;
}

function parseStream(value: unknown): StreamWord | null {
  if (!isFields(value) || !Array.isArray(value['tracks'])) return null;
  const { key, metadata, tracks } = value as Fields & { tracks: unknown[] };
  if (!Number.isSafeInteger(key) || tracks.length === 0 || tracks.length > KINDS.length * MOST_OF_A_KIND)
    return null;
  const parsed = tracks.map(parseTrack);
  if (parsed.includes(null) || !isSmall(metadata)) return null;
  return { key: key as number, metadata, tracks: parsed as TrackWord[] };
}

/** More than a page may have of anything, or the same twice. */
function isTooMuch(streams: readonly StreamWord[]): boolean {
  const tracks = streams.flatMap((stream) => stream.tracks);
  const mids = tracks.flatMap(({ mid }) => mid ?? []);
  return (
    KINDS.some((kind) => tracks.filter((track) => track.kind === kind).length > MOST_OF_A_KIND) ||
    new Set(streams.map(({ key }) => key)).size < streams.length ||
    new Set(mids).size < mids.length
  );
}

/** A peer's word, or null for anything else. */
export function parseMedia(value: unknown): MediaWord | null {
  if (!isFields(value) || !isFields(value['muted'])) return null;
  const { link, muted, streams } = value;
  const { audio, video } = muted;
  if (typeof link !== 'string' || link.length > 32) return null;
  if (typeof audio !== 'boolean' || typeof video !== 'boolean') return null;
  if (!Array.isArray(streams) || streams.length > KINDS.length * MOST_OF_A_KIND) return null;
  const parsed = streams.map(parseStream);
  if (parsed.includes(null) || isTooMuch(parsed as StreamWord[])) return null;
  return { link, muted: { audio, video }, streams: parsed as StreamWord[] };
}
