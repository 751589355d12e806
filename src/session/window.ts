/**
 * Every message once and in order over pipes that may lose them: numbers, cumulative acknowledgement and a bounded
 * memory of what may have to be sent again. It knows no pipe: whoever has one takes frames here.
 */
import { PeerError } from '../errors.js';
import { concat, utf8, type Bytes } from '../bytes.js';
import { Queue } from '../queue.js';
import { encodeMessages, encodePiece, type Piece, type NumberedFrame } from './window-frame.js';

/** A message as it is handed in: JSON, or bytes. */
export type Message = string | Bytes;
type Segment = string | Piece;

/** A message's bytes, and whether they are text. */
export const packed = (message: Message): { readonly bytes: Bytes; readonly isText: boolean } =>
  typeof message === 'string' ? { bytes: utf8(message), isText: true } : { bytes: message, isText: false };

/** A buffer of its own is given away, a part of a larger one is copied. */
export const unpacked = (bytes: Bytes, isText: boolean): Received => {
  if (isText) return { text: new TextDecoder().decode(bytes) };
  return { bytes: bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer };
};

/** What may wait for its acknowledgement: beyond either, the next message waits to be numbered. */
const MAX_KEPT = 8192;
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
/** Longer messages travel in pieces, characters. */
const MAX_WHOLE = 16_384;
const PIECE_BYTES = 32_768;
/** Longest message, bytes; and its pieces, which cost something even when nothing is in them. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const MAX_PIECES = MAX_MESSAGE_BYTES / PIECE_BYTES;

interface Waiting {
  readonly segments: readonly Segment[];
  readonly signal: AbortSignal | undefined;
  readonly resolve: () => void;
  readonly reject: (error: PeerError) => void;
}

const sizeOf = (segment: Segment): number =>
  typeof segment === 'string' ? segment.length : segment.bytes.length;

/** Why nobody can be sent it, or null. @param most bytes @param what it is */
export function tooLarge(message: Message, most = MAX_MESSAGE_BYTES, what = 'A message'): PeerError | null {
  // A character has three bytes at most.
  if (message.length <= most / 3) return null;
  const { length } = typeof message === 'string' ? utf8(message) : message;
  if (length <= most) return null;
  return new PeerError('too-large', `${what} can have ${String(most)} bytes at most, not ${String(length)}.`);
}

function segmentsOf(message: Message): readonly Segment[] {
  if (typeof message === 'string' && message.length <= MAX_WHOLE) return [message];
  const error = tooLarge(message);
  if (error) throw error;
  const { bytes, isText } = packed(message);
  const count = Math.max(1, Math.ceil(bytes.length / PIECE_BYTES));
  return Array.from({ length: count }, (_, i) => ({
    bytes: bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES),
    isText,
    more: i + 1 < count,
  }));
}

/** One direction, as its sender sees it. */
export class Outgoing {
  /** Not numbered yet, and not all of them wanted any more. */
  readonly #waiting = new Queue<Waiting>();
  /** How many of the first one's segments have been numbered. */
  #begun = 0;
  /** Numbered and not acknowledged, oldest first. */
  readonly #kept: Segment[] = [];
  #keptBytes = 0;
  /** Number of the oldest of them. */
  #first = 1;
  /** How many of them the present pipe has been given. */
  #given = 0;
  /** What the last new beginning began with. */
  #opening: Waiting | null = null;

  /** Resolves once the whole message has been taken; rejects with a PeerError: `too-large`, or what `rejectAll()` says. */
  push(message: Message, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ segments: segmentsOf(message), signal, resolve, reject });
    });
  }

  /** Numbers the message at once, where it is small and nothing goes before it. @returns whether it did */
  accept(message: Message): boolean {
    const isSmall = typeof message === 'string' && message.length <= MAX_WHOLE;
    if (!isSmall || this.#isFull || this.#waiting.length > 0) return false;
    this.#kept.push(message);
    this.#keptBytes += message.length;
    return true;
  }

  /** Numbered, and not acknowledged. */
  get unacknowledged(): number {
    return this.#kept.length;
  }

  /** Size of the next frame, about; 0 when there is nothing to send. @param batch as for `take()` */
  nextSize(batch: number): number {
    let size = 0;
    for (let i = this.#given; i < this.#kept.length && size < batch; i++) size += sizeOf(this.#kept[i] ?? '');
    if (size > 0 || this.#isFull) return size;
    for (const { segments } of this.#waiting) {
      size += sizeOf(segments[this.#begun] ?? '');
      if (size >= batch) break;
    }
    return size;
  }

  /**
   * The next frame, for a pipe that has room for it; null when there is nothing to send.
   * @param batch characters up to which messages travel together
   */
  take(acknowledged: number, batch: number): Message | null {
    const number = this.#first + this.#given;
    const next = this.#peek();
    if (next === undefined) return null;
    this.#give(next);
    if (typeof next !== 'string') return encodePiece(number, acknowledged, next);
    const messages = [next];
    let size = next.length;
    for (let more = this.#peek(); typeof more === 'string'; more = this.#peek()) {
      size += more.length;
      if (size > batch) break;
      messages.push(more);
      this.#give(more);
    }
    return encodeMessages(number, acknowledged, messages);
  }

  /** The other side has everything up to `number`. False when it never got as far. */
  acknowledge(number: number): boolean {
    const count = number - this.#first + 1;
    if (count > this.#kept.length) return false;
    if (count <= 0) return true;
    for (const segment of this.#kept.splice(0, count)) this.#keptBytes -= sizeOf(segment);
    this.#first += count;
    this.#given = Math.max(0, this.#given - count);
    return true;
  }

  /** What has not been acknowledged will be sent again. */
  rewind(): void {
    this.#given = 0;
  }

  /**
   * The other side has forgotten everything.
   * @param first goes before whatever waits
   * @returns how many messages the other side may not have received
   */
  restart(first: Message): number {
    const ends = this.#kept.filter((segment) => typeof segment === 'string' || !segment.more);
    this.#kept.length = this.#keptBytes = this.#given = this.#begun = 0;
    this.#first = 1;
    const waiting = this.#waiting.drain();
    const before = this.#opening;
    const nobody = (): void => undefined;
    this.#opening = { segments: segmentsOf(first), signal: undefined, resolve: nobody, reject: nobody };
    this.#waiting.push(this.#opening);
    // Where nothing gets out, one new beginning after the other would pile up.
    for (const item of waiting) if (item !== before) this.#waiting.push(item);
    return ends.length;
  }

  /** Takes back what has not been numbered. */
  rejectAll(error: PeerError): void {
    const begun = this.#begun > 0 ? this.#waiting.peek() : undefined;
    for (const { reject } of this.#waiting.drain()) reject(error);
    if (begun) this.#waiting.push(begun);
  }

  get #isFull(): boolean {
    return this.#kept.length >= MAX_KEPT || this.#keptBytes >= MAX_KEPT_BYTES;
  }

  #peek(): Segment | undefined {
    const again = this.#kept[this.#given];
    if (again !== undefined || this.#isFull) return again;
    // What has begun to go out has to be finished, whatever its sender wants by now.
    while (this.#begun === 0 && this.#waiting.peek()?.signal?.aborted) this.#waiting.shift();
    return this.#waiting.peek()?.segments[this.#begun];
  }

  #give(segment: Segment): void {
    if (this.#given++ < this.#kept.length) return;
    this.#kept.push(segment);
    this.#keptBytes += sizeOf(segment);
    const waiting = this.#waiting.peek();
    if (!waiting || ++this.#begun < waiting.segments.length) return;
    this.#begun = 0;
    this.#waiting.shift();
    waiting.resolve();
  }
}

/** A message as it comes out. */
export type Received =
  { readonly value: unknown } | { readonly text: string } | { readonly bytes: ArrayBuffer };

/** One direction, as its receiver sees it. */
export class Incoming {
  #received = 0;
  #pieces: Bytes[] = [];
  #piecesBytes = 0;

  /** Number of the last message received. */
  get received(): number {
    return this.#received;
  }

  /**
   * What is new in a frame, in order.
   * @returns null when frames before it are missing
   * @throws {PeerError} `too-large` when pieces never end
   */
  receive(frame: NumberedFrame): Received[] | null {
    const skip = this.#received + 1 - frame.first;
    if (skip < 0) return null;
    if (frame.kind === 'messages') {
      const fresh = frame.messages.slice(skip);
      this.#received += fresh.length;
      return fresh.map((value) => ({ value }));
    }
    if (skip > 0) return [];
    this.#received++;
    return this.#piece(frame.piece);
  }

  #piece({ bytes, isText, more }: Piece): Received[] {
    this.#piecesBytes += bytes.length;
    if (this.#piecesBytes > MAX_MESSAGE_BYTES || this.#pieces.length >= MAX_PIECES) {
      this.#forget();
      throw new PeerError('too-large', 'A message of this peer was longer than messages may be.');
    }
    this.#pieces.push(bytes);
    if (more) return [];
    const whole = concat(...this.#pieces);
    this.#forget();
    return [unpacked(whole, isText)];
  }

  #forget(): void {
    this.#pieces = [];
    this.#piecesBytes = 0;
  }
}
