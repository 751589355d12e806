/**
 * What goes through the lanes beside the conversation. Each frame also says what has arrived from the other side.
 *
 * Datagrams: `epoch(4) ‖ their epoch(4) ‖ n(1) ‖ n × (slot(1) ‖ version(8)) ‖ record …`, a record being
 * `flags(1) ‖ slot(1) ‖ version(8) ‖ length(4) ‖ message`, slot and version with `latest` only.
 * Unordered: `epoch(4) ‖ low(8) ‖ their epoch(4) ‖ base(8) ‖ length(4) ‖ bitmap ‖ record …`, a record being
 * `flags(1) ‖ id(8) ‖ length(4) ‖ piece`.
 *
 * An epoch is one memory of a sender; numbers of another one mean nothing.
 */
import type { Bytes } from '../bytes.js';
import { Reader, Writer } from './fields.js';

/** A value of one type: the other side keeps the version it has last seen in this slot. */
export interface Version {
  readonly slot: number;
  readonly version: number;
}

export interface Datagram {
  readonly bytes: Bytes;
  readonly isText: boolean;
  /** Null for what is sent once. */
  readonly latest: Version | null;
}

export interface DatagramFrame {
  readonly epoch: number;
  /** The memory of the other side that `seen` is about. */
  readonly theirs: number;
  readonly seen: readonly Version[];
  readonly records: readonly Datagram[];
}

export interface Segment {
  readonly id: number;
  readonly bytes: Bytes;
  readonly isText: boolean;
  /** A message begins here. */
  readonly starts: boolean;
  /** It goes on in the next one. */
  readonly more: boolean;
}

export interface UnorderedFrame {
  readonly epoch: number;
  /** The first number that may still come. */
  readonly low: number;
  readonly theirs: number;
  /** All numbers up to this one have arrived, */
  readonly base: number;
  /** and beyond it those whose bits are set, the lowest bit first. */
  readonly beyond: Bytes;
  readonly segments: readonly Segment[];
}

/** How many types there can be at once on their way to one peer. */
export const MAX_SLOTS = 256;
const MAX_EPOCH = 2 ** 32 - 1;
const MAX_PAST = 8;
const IS_TEXT = 1;
const IS_LATEST = 2;
const STARTS = 2;
const MORE = 4;

/** Never 0, which stands for none. */
const newEpoch = (): number => 1 + ((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % MAX_EPOCH);

/** Our own memory as a sender, and whose it is that we remember as a receiver. */
export class Epochs {
  #ours = newEpoch();
  #theirs = 0;
  /** What is under way still of one that they have forgotten themselves does not count any more. */
  readonly #past: number[] = [];

  get ours(): number {
    return this.#ours;
  }

  get theirs(): number {
    return this.#theirs;
  }

  /** The other side has forgotten us. */
  renew(): void {
    this.#ours = newEpoch();
  }

  /** Whether what comes under `epoch` counts. @param forget what we remember of another one */
  accept(epoch: number, forget: () => void): boolean {
    if (epoch === this.#theirs) return true;
    if (this.#past.includes(epoch)) return false;
    if (this.#theirs !== 0) this.#past.unshift(this.#theirs);
    this.#past.length = Math.min(this.#past.length, MAX_PAST);
    this.#theirs = epoch;
    forget();
    return true;
  }
}

export function encodeDatagrams({ epoch, theirs, seen, records }: DatagramFrame): Bytes {
  const out = new Writer().u32(epoch).u32(theirs).u8(seen.length);
  for (const { slot, version } of seen) out.u8(slot).f64(version);
  for (const { bytes, isText, latest } of records) {
    out.u8((isText ? IS_TEXT : 0) | (latest ? IS_LATEST : 0));
    if (latest) out.u8(latest.slot).f64(latest.version);
    out.bytes(bytes);
  }
  return out.done();
}

export function encodeUnordered(frame: UnorderedFrame): Bytes {
  const { epoch, low, theirs, base, beyond, segments } = frame;
  const out = new Writer().u32(epoch).f64(low).u32(theirs).f64(base).bytes(beyond);
  for (const { id, bytes, isText, starts, more } of segments) {
    out
      .u8((isText ? IS_TEXT : 0) | (starts ? STARTS : 0) | (more ? MORE : 0))
      .f64(id)
      .bytes(bytes);
  }
  return out.done();
}

/** What `read` makes of them, or null where they end too early or say what cannot be. */
function parsed<T>(bytes: Bytes, read: (from: Reader) => T): T | null {
  try {
    return read(new Reader(bytes));
  } catch {
    return null;
  }
}

function all<T>(from: Reader, read: () => T): T[] {
  const found: T[] = [];
  while (!from.isAtEnd) found.push(read());
  return found;
}

/** The other side's frame, or null for anything else. */
export const parseDatagrams = (bytes: Bytes): DatagramFrame | null =>
  parsed(bytes, (from) => {
    const version = (): Version => ({ slot: from.u8(), version: from.count() });
    const [epoch, theirs] = [from.u32(), from.u32()];
    const seen = Array.from({ length: from.u8() }, version);
    const records = all(from, () => {
      const flags = from.u8();
      const latest = flags & IS_LATEST ? version() : null;
      return { isText: (flags & IS_TEXT) !== 0, latest, bytes: from.bytes() };
    });
    return { epoch, theirs, seen, records };
  });

/** The other side's frame, or null for anything else. */
export const parseUnordered = (bytes: Bytes): UnorderedFrame | null =>
  parsed(bytes, (from) => {
    const [epoch, low, theirs, base, beyond] = [
      from.u32(),
      from.count(),
      from.u32(),
      from.count(),
      from.bytes(),
    ];
    const segments = all(from, () => {
      const flags = from.u8();
      return {
        isText: (flags & IS_TEXT) !== 0,
        starts: (flags & STARTS) !== 0,
        more: (flags & MORE) !== 0,
        id: from.count(),
        bytes: from.bytes(),
      };
    });
    return { epoch, low, theirs, base, beyond, segments };
  });
