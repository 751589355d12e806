/**
 * Messages that may be lost (`fast`), and messages of which only the newest of its type counts (`latest`): the receiver
 * drops what is older than what it has, and the newest is sent again until it has been seen.
 *
 * The sender gives each type a slot, and each value a version, which only grows. So all that a receiver remembers is one
 * number for each slot, whatever the other side makes up.
 */
import type { Bytes } from '../bytes.js';
import type { PeerError } from '../errors.js';
import type { PipeName } from './pipe.js';
import { BATCH, type Lane } from './lane.js';
import {
  Epochs,
  MAX_SLOTS,
  encodeDatagrams,
  parseDatagrams,
  type Datagram,
  type Version,
} from './parcel-frame.js';
import { RoundTrip } from './round-trip.js';
import { soon } from './soon.js';
import { packed, tooLarge, unpacked, type Message, type Received } from './window.js';

export type DatagramKind = 'fast' | 'latest';

export interface DatagramsSink {
  message(message: Received, kind: DatagramKind): void;
}

/** Longest message, bytes. */
export const MAX_DATAGRAM = 16_384;
/** What a frame and a record have beside messages, and what a version takes, bytes. */
const HEAD = 9;
const RECORD_HEAD = 14;
const SEEN = 9;
/** So many versions a frame can say to have arrived. */
const MAX_SEEN = 255;
/** How long these wait for something to go along with, ms. */
const ACK_DELAY: Readonly<Record<PipeName, number>> = { direct: 10, relay: 200 };

interface Waiting {
  readonly bytes: Bytes;
  readonly isText: boolean;
  readonly signal: AbortSignal | undefined;
  readonly resolve: () => void;
  readonly reject: (error: PeerError) => void;
}

/** The newest value of a type. */
interface Newest {
  readonly type: string;
  value: Waiting;
  slot: number;
  /** 0 before it is sent. */
  version: number;
  sentAt: number;
  tries: number;
}

type Item = Waiting | Newest;
const isNewest = (item: Item): item is Newest => 'value' in item;
const sizeOf = (item: Item): number => RECORD_HEAD + (isNewest(item) ? item.value : item).bytes.length;

export class Datagrams {
  readonly #lane: Lane;
  readonly #sink: DatagramsSink;
  readonly #epochs = new Epochs();
  readonly #roundTrip = new RoundTrip();
  #pipe: PipeName = 'relay';
  #fast: Waiting[] = [];
  readonly #types = new Map<string, Newest>();
  readonly #slots: Newest[] = [];
  /** To be sent, for the first time or again; and sent, but not seen yet. */
  readonly #due = new Set<Newest>();
  readonly #unseen = new Set<Newest>();
  #version = 0;
  /** By slot, the version that we gave out last. */
  readonly #given = new Map<number, number>();
  /** By slot, what we have and the other side does not know that we do. */
  readonly #owed = new Map<number, number>();
  readonly #drainSoon = soon(() => {
    this.drain();
  });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(lane: Lane, sink: DatagramsSink) {
    this.#lane = lane;
    this.#sink = sink;
  }

  /** Why nobody can be sent it in this way, or null. */
  static tooLarge(message: Message): PeerError | null {
    return tooLarge(message, MAX_DATAGRAM, 'A message that may be lost or replaced');
  }

  /**
   * Resolves once it is handed over, dropped (`fast`) or replaced (`latest`); rejects with a PeerError: `too-large`,
   * or how it ended.
   */
  send(kind: DatagramKind, message: Message, type: string, signal?: AbortSignal): Promise<void> {
    const error = Datagrams.tooLarge(message);
    if (error) return Promise.reject(error);
    return new Promise((resolve, reject) => {
      const waiting = { ...packed(message), signal, resolve, reject };
      if (kind === 'fast') this.#fast.push(waiting);
      else this.#replace(type, waiting);
      this.#drainSoon();
    });
  }

  /** There may be room. */
  drain(): void {
    if (this.#closed) return;
    const fast = this.#fast.splice(0);
    const items = [...fast, ...this.#sendable()].filter(
      (item) => isNewest(item) || item.signal?.aborted !== true,
    );
    for (let i = 0; i < items.length;) i += this.#sendSome(items.slice(i)) || Infinity;
    // What there is no room for would be old by the time there is.
    for (const { resolve } of fast) resolve();
    this.#plan();
  }

  /** From now on another path carries it, the same one anew, or none. */
  moved(to: PipeName | null): void {
    this.#roundTrip.reset();
    for (const newest of this.#unseen) {
      newest.tries = 0;
      this.#due.add(newest);
    }
    if (!to) return;
    this.#pipe = to;
    this.drain();
  }

  /** What came through the lane. */
  receive(bytes: Bytes): void {
    const frame = parseDatagrams(bytes);
    if (!frame || this.#closed) return;
    const before = this.#unseen.size;
    if (frame.theirs === this.#epochs.ours) for (const version of frame.seen) this.#seen(version);
    for (const record of frame.records) if (!this.#isClosed()) this.#take(record, frame.epoch);
    // Slots have become free.
    if (this.#unseen.size < before && this.#due.size > 0) this.drain();
    if (this.#owed.size >= MAX_SEEN) this.#acknowledge();
    else if (this.#owed.size > 0) this.#acknowledgeSoon();
  }

  /** The other side has forgotten everything. */
  restart(): void {
    this.#epochs.renew();
    for (const newest of this.#unseen) this.#due.add(newest);
  }

  /** Takes back what has never been sent. */
  rejectAll(error: PeerError): void {
    for (const { reject } of this.#fast.splice(0)) reject(error);
    for (const newest of this.#due) {
      newest.value.reject(error);
      if (newest.version === 0) this.#due.delete(newest);
    }
  }

  /** The end. */
  close(error: PeerError): void {
    this.rejectAll(error);
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#ackTimer);
  }

  /** What a message brings about may end everything. */
  #isClosed(): boolean {
    return this.#closed;
  }

  #replace(type: string, value: Waiting): void {
    const before = this.#types.get(type);
    before?.value.resolve();
    const newest = before ?? { type, value, slot: -1, version: 0, sentAt: 0, tries: 0 };
    newest.value = value;
    newest.version = newest.tries = 0;
    this.#types.set(type, newest);
    // The one before need not arrive any more.
    this.#unseen.delete(newest);
    this.#due.add(newest);
  }

  #sendable(): Newest[] {
    for (const newest of this.#due) {
      if (newest.version > 0 || !newest.value.signal?.aborted) continue;
      this.#due.delete(newest);
      if (newest.slot < 0) this.#types.delete(newest.type);
    }
    let isFull = false;
    return [...this.#due].filter((newest) => {
      if (newest.slot < 0 && !isFull) isFull = !this.#giveSlot(newest);
      return newest.slot >= 0;
    });
  }

  /** As long as a type's value has not been seen, its slot is not given to another one. */
  #giveSlot(newest: Newest): boolean {
    const isFree = (other: Newest): boolean => !this.#due.has(other) && !this.#unseen.has(other);
    const slot = this.#slots.length < MAX_SLOTS ? this.#slots.length : this.#slots.findIndex(isFree);
    if (slot < 0) return false;
    const before = this.#slots[slot];
    if (before) this.#types.delete(before.type);
    newest.slot = slot;
    this.#slots[slot] = newest;
    return true;
  }

  /** Sends the first ones that share a frame. @returns how many; 0 when there is no room */
  #sendSome(items: readonly Item[]): number {
    const seen = Math.min(this.#owed.size, MAX_SEEN);
    let size = HEAD + seen * SEEN;
    let count = 0;
    for (const item of items) {
      if (count > 0 && size + sizeOf(item) > BATCH[this.#pipe]) break;
      size += sizeOf(item);
      count++;
    }
    if (!this.#lane.hasRoom(size)) return 0;
    this.#say(items.slice(0, count).map((item) => this.#handOver(item)));
    return count;
  }

  #handOver(item: Item): Datagram {
    if (!isNewest(item)) return { ...item, latest: null };
    if (item.version === 0) item.version = ++this.#version;
    else item.tries++;
    item.sentAt = performance.now();
    this.#due.delete(item);
    this.#unseen.add(item);
    const { value, slot, version } = item;
    value.resolve();
    return { bytes: value.bytes, isText: value.isText, latest: { slot, version } };
  }

  #say(records: readonly Datagram[]): void {
    const seen = [...this.#owed].slice(0, MAX_SEEN).map(([slot, version]) => ({ slot, version }));
    for (const { slot } of seen) this.#owed.delete(slot);
    const { ours: epoch, theirs } = this.#epochs;
    this.#lane.send(encodeDatagrams({ epoch, theirs, seen, records }));
  }

  #acknowledge(): void {
    // Without room it will be asked for again.
    const count = Math.min(this.#owed.size, MAX_SEEN);
    if (count > 0 && this.#lane.hasRoom(HEAD + SEEN * count)) this.#say([]);
  }

  #acknowledgeSoon(): void {
    this.#ackTimer ??= setTimeout(() => {
      this.#ackTimer = undefined;
      this.#acknowledge();
    }, ACK_DELAY[this.#pipe]);
  }

  #seen({ slot, version }: Version): void {
    const newest = this.#slots[slot];
    if (newest?.version !== version || !this.#unseen.delete(newest)) return;
    this.#due.delete(newest);
    if (newest.tries === 0) this.#roundTrip.measured(performance.now() - newest.sentAt);
  }

  #take({ bytes, isText, latest }: Datagram, epoch: number): void {
    if (latest) {
      const isCurrent = this.#epochs.accept(epoch, () => {
        this.#given.clear();
        this.#owed.clear();
      });
      const { slot, version } = latest;
      if (!isCurrent) return;
      const given = this.#given.get(slot) ?? 0;
      this.#owed.set(slot, Math.max(given, version));
      if (version <= given) return;
      this.#given.set(slot, version);
    }
    this.#sink.message(unpacked(bytes, isText), latest ? 'latest' : 'fast');
  }

  /** Looks after what has not been seen when it is time for the first of it. What is due already waits for room. */
  #plan(): void {
    clearTimeout(this.#timer);
    const waiting = [...this.#unseen].filter((newest) => !this.#due.has(newest));
    if (waiting.length === 0) return;
    const now = performance.now();
    const dueAt = ({ sentAt, tries }: Newest): number => sentAt + this.#roundTrip.patience(tries);
    const next = Math.min(...waiting.map(dueAt));
    this.#timer = setTimeout(
      () => {
        const late = performance.now() + 1;
        for (const newest of waiting) {
          if (this.#unseen.has(newest) && dueAt(newest) <= late) this.#due.add(newest);
        }
        this.drain();
      },
      Math.max(10, next - now),
    );
  }
}
