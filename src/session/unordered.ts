/**
 * Every message once, in whatever order they arrive: numbers, what has arrived of them, and a bounded memory of what may
 * have to be sent again. A lost one holds up nobody but itself.
 */
import { concat, type Bytes } from '../bytes.js';
import { PeerError } from '../errors.js';
import { Queue } from '../queue.js';
import type { PipeName } from './pipe.js';
import { BATCH, type Lane } from './lane.js';
import {
  Epochs,
  encodeUnordered,
  parseUnordered,
  type Segment,
  type UnorderedFrame,
} from './parcel-frame.js';
import { soon } from './soon.js';
import { packed, tooLarge, unpacked, type Message, type Received } from './window.js';

export interface UnorderedSink {
  /** Once each. */
  message(message: Received): void;
  broken(error: PeerError): void;
}

/** What may be on its way: beyond either, the next message waits to be numbered. */
const WINDOW = 4096;
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Longer messages travel in pieces; what a frame and a piece have beside them, bytes. */
const PIECE_BYTES = 16_384;
const HEAD = 28;
const PIECE_HEAD = 13;
/** Pieces of messages that are not complete: the longest one, and what the window lets come beside it. */
const MAX_PIECES = 2048;
/** What may arrive without being acknowledged, and for how long, ms. */
const ACK_SEGMENTS = 256;
const ACK_BYTES = 65_536;
const ACK_DELAY: Readonly<Record<PipeName, number>> = { direct: 50, relay: 250 };
/** Nothing has been acknowledged for so long: it goes again, ms; twice as long each time. */
const PATIENCE = 4000;
const MAX_PATIENCE = 32_000;

interface Waiting {
  readonly pieces: readonly Omit<Segment, 'id'>[];
  readonly signal: AbortSignal | undefined;
  readonly resolve: () => void;
  readonly reject: (error: PeerError) => void;
}

function piecesOf(message: Message): Omit<Segment, 'id'>[] {
  const { bytes, isText } = packed(message);
  const count = Math.max(1, Math.ceil(bytes.length / PIECE_BYTES));
  return Array.from({ length: count }, (_, i) => ({
    bytes: bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES),
    isText,
    starts: i === 0,
    more: i + 1 < count,
  }));
}

/** What has arrived, and which of it is new. */
class Arrivals {
  /** All up to this one. */
  base = 0;
  readonly #beyond = new Set<number>();
  readonly #pieces = new Map<number, Segment>();

  /** Nothing below `low` will come. */
  skipTo(low: number): void {
    if (low - 1 <= this.base) return;
    this.base = low - 1;
    for (const id of this.#beyond) if (id <= this.base) this.#beyond.delete(id);
    this.#advance();
  }

  forget(): void {
    this.base = 0;
    this.#beyond.clear();
    this.#pieces.clear();
  }

  /** @returns the message that is complete with it, or null @throws {PeerError} `too-large` when pieces never end */
  take(segment: Segment): Received | null {
    const { id, starts, more, bytes, isText } = segment;
    if (id <= this.base || id > this.base + WINDOW || this.#beyond.has(id)) return null;
    this.#beyond.add(id);
    this.#advance();
    if (starts && !more) return unpacked(bytes, isText);
    this.#pieces.set(id, { ...segment, bytes: bytes.slice() });
    if (this.#pieces.size > MAX_PIECES || bytes.length > PIECE_BYTES) {
      throw new PeerError('too-large', 'A message of this peer was longer than messages may be.');
    }
    return this.#assemble(id);
  }

  /** Of what is beyond the base: bit 0 is the number that follows it. */
  bitmap(): Bytes {
    const bits = new Uint8Array(Math.ceil((Math.max(this.base, ...this.#beyond) - this.base) / 8));
    for (const id of this.#beyond) {
      const at = id - this.base - 1;
      bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
    }
    return bits;
  }

  #advance(): void {
    while (this.#beyond.delete(this.base + 1)) this.base++;
  }

  #assemble(newest: number): Received | null {
    let first = this.#pieces.get(newest);
    while (first && !first.starts) first = this.#pieces.get(first.id - 1);
    const whole: Segment[] = [];
    for (let at = first; at; at = at.more ? this.#pieces.get(at.id + 1) : undefined) whole.push(at);
    const end = whole.at(-1);
    if (!end || end.more) return null;
    for (const { id } of whole) this.#pieces.delete(id);
    return unpacked(concat(...whole.map(({ bytes }) => bytes)), end.isText);
  }
}

export class Unordered {
  readonly #lane: Lane;
  readonly #sink: UnorderedSink;
  readonly #epochs = new Epochs();
  readonly #arrivals = new Arrivals();
  #pipe: PipeName = 'relay';
  /** Not numbered yet, and not all of them wanted any more. */
  readonly #waiting = new Queue<Waiting>();
  /** How many of the first one's pieces have been numbered. */
  #begun = 0;
  /** Numbered and not acknowledged, oldest first. */
  readonly #kept = new Map<number, Segment>();
  #keptBytes = 0;
  #next = 1;
  /** Those of them that go again. */
  #again: number[] = [];
  readonly #drainSoon = soon(() => {
    this.drain();
  });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #patience = PATIENCE;
  #unackedSegments = 0;
  #unackedBytes = 0;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;
  #ackWaits = false;
  #closed = false;

  constructor(lane: Lane, sink: UnorderedSink) {
    this.#lane = lane;
    this.#sink = sink;
  }

  /** Resolves once it is handed over; rejects with a PeerError: `too-large`, or how it ended. */
  send(message: Message, signal?: AbortSignal): Promise<void> {
    const error = tooLarge(message);
    if (error) return Promise.reject(error);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ pieces: piecesOf(message), signal, resolve, reject });
      this.#drainSoon();
    });
  }

  /** There may be room. */
  drain(): void {
    if (this.#closed) return;
    for (let size = this.#nextSize(); size > 0 && this.#lane.hasRoom(HEAD + size); size = this.#nextSize()) {
      const segments = this.#take(size);
      if (segments.length === 0) break;
      this.#say(segments);
    }
    if (this.#ackWaits) this.#acknowledge();
    this.#watch();
  }

  /** From now on another path carries it, the same one anew, or none. */
  moved(to: PipeName | null): void {
    if (to) this.#pipe = to;
    this.#patience = PATIENCE;
    this.#sendAgain();
  }

  /** What came through the lane. */
  receive(bytes: Bytes): void {
    const frame = parseUnordered(bytes);
    if (!frame || this.#closed) return;
    if (frame.theirs === this.#epochs.ours) this.#acknowledged(frame);
    if (frame.segments.length > 0) this.#arrived(frame);
    if (!this.#isClosed()) this.drain();
  }

  /** The other side has forgotten everything. @returns how many messages it may not have received */
  restart(): number {
    const lost = [...this.#kept.values()].filter(({ more }) => !more).length;
    this.#epochs.renew();
    this.#kept.clear();
    this.#keptBytes = this.#begun = 0;
    this.#again = [];
    return lost;
  }

  /** Takes back what has not been numbered. */
  rejectAll(error: PeerError): void {
    const begun = this.#begun > 0 ? this.#waiting.peek() : undefined;
    for (const { reject } of this.#waiting.drain()) reject(error);
    if (begun) this.#waiting.push(begun);
  }

  /** The end. */
  close(error: PeerError): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#ackTimer);
    this.rejectAll(error);
  }

  /** What a message brings about may end everything. */
  #isClosed(): boolean {
    return this.#closed;
  }

  get #isFull(): boolean {
    const [low = this.#next] = this.#kept.keys();
    return this.#next >= low + WINDOW || this.#keptBytes >= WINDOW_BYTES;
  }

  *#upcoming(): Generator<Bytes> {
    for (const id of this.#again) {
      const segment = this.#kept.get(id);
      if (segment) yield segment.bytes;
    }
    if (this.#isFull) return;
    let skip = this.#begun;
    for (const { pieces } of this.#waiting) {
      for (const { bytes } of pieces.slice(skip)) yield bytes;
      skip = 0;
    }
  }

  /** Bytes of what will travel together next, about; 0 when there is nothing to send. */
  #nextSize(): number {
    // What has begun to go out has to be finished, whatever its sender wants by now.
    while (this.#begun === 0 && this.#waiting.peek()?.signal?.aborted) this.#waiting.shift();
    let size = 0;
    for (const { length } of this.#upcoming()) {
      if (size > 0 && HEAD + size + PIECE_HEAD + length > BATCH[this.#pipe]) break;
      size += PIECE_HEAD + length;
    }
    return size;
  }

  /** Segments of about so many bytes. */
  #take(size: number): Segment[] {
    const taken: Segment[] = [];
    for (let left = size; left > 0;) {
      const segment = this.#again.length > 0 ? this.#kept.get(this.#again.shift() ?? 0) : this.#number();
      if (segment) taken.push(segment);
      else if (this.#again.length === 0) break;
      left -= segment ? PIECE_HEAD + segment.bytes.length : 0;
    }
    return taken;
  }

  /** The next one of what waits, with a number. */
  #number(): Segment | undefined {
    while (this.#begun === 0 && this.#waiting.peek()?.signal?.aborted) this.#waiting.shift();
    const waiting = this.#waiting.peek();
    const piece = waiting?.pieces[this.#begun];
    if (!waiting || !piece || this.#isFull) return undefined;
    const segment = { ...piece, id: this.#next++ };
    this.#kept.set(segment.id, segment);
    this.#keptBytes += segment.bytes.length;
    if (++this.#begun === waiting.pieces.length) {
      this.#begun = 0;
      this.#waiting.shift();
      waiting.resolve();
    }
    return segment;
  }

  #say(segments: readonly Segment[]): void {
    const beyond = this.#unackedSegments > 0 ? this.#arrivals.bitmap() : new Uint8Array(0);
    this.#unackedSegments = this.#unackedBytes = 0;
    const { ours: epoch, theirs } = this.#epochs;
    const [low = this.#next] = this.#kept.keys();
    const { base } = this.#arrivals;
    this.#lane.send(encodeUnordered({ epoch, low, theirs, base, beyond, segments }));
  }

  #acknowledged({ base, beyond }: UnorderedFrame): void {
    if (base >= this.#next) return;
    const before = this.#kept.size;
    for (const id of this.#kept.keys()) {
      if (id > base) break;
      this.#forget(id);
    }
    beyond.subarray(0, WINDOW / 8).forEach((bits, i) => {
      for (let bit = 0; bit < 8; bit++) if (bits & (1 << bit)) this.#forget(base + 1 + 8 * i + bit);
    });
    if (this.#kept.size === before) return;
    // It gets through.
    this.#patience = PATIENCE;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #forget(id: number): void {
    this.#keptBytes -= this.#kept.get(id)?.bytes.length ?? 0;
    this.#kept.delete(id);
  }

  #arrived({ epoch, low, segments }: UnorderedFrame): void {
    const isCurrent = this.#epochs.accept(epoch, () => {
      this.#arrivals.forget();
    });
    if (!isCurrent) return;
    this.#arrivals.skipTo(low);
    for (const segment of segments) {
      this.#unackedSegments++;
      this.#unackedBytes += segment.bytes.length;
      if (!this.#give(segment)) return;
    }
    if (this.#unackedSegments >= ACK_SEGMENTS || this.#unackedBytes >= ACK_BYTES) {
      this.#acknowledge();
    } else {
      this.#ackTimer ??= setTimeout(() => {
        this.#ackTimer = undefined;
        this.#acknowledge();
      }, ACK_DELAY[this.#pipe]);
    }
  }

  /** As soon as there is room for it: nobody who only sends may take it from others. */
  #acknowledge(): void {
    if (this.#unackedSegments === 0) return;
    this.#ackWaits = !this.#lane.hasRoom(HEAD + WINDOW / 8);
    if (!this.#ackWaits) this.#say([]);
  }

  /** @returns false when that was the end */
  #give(segment: Segment): boolean {
    try {
      const message = this.#arrivals.take(segment);
      if (message) this.#sink.message(message);
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      this.#sink.broken(error);
    }
    return !this.#closed;
  }

  #sendAgain(): void {
    this.#again = [...this.#kept.keys()];
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.drain();
  }

  #watch(): void {
    if (this.#kept.size === 0 || this.#again.length > 0) return;
    this.#timer ??= setTimeout(() => {
      this.#patience = Math.min(MAX_PATIENCE, 2 * this.#patience);
      this.#timer = undefined;
      this.#sendAgain();
    }, this.#patience);
  }
}
