/** Where the bytes of an incoming value go: into a value at its end, or through a stream as they come. */
import { concat, type Bytes } from '../bytes.js';
import { BLOCK_BYTES } from './hash.js';

export interface Collector {
  write(bytes: Bytes): void;
  /** Bytes that were written and do not burden this page's memory, or that it has asked for. */
  readonly taken: number;
  /** All is there, and as it was sent. */
  finish(): void;
  fail(error: unknown): void;
}

/** Smaller pieces, bytes, are put together: each would cost this page many times what it brings. */
const CRUMB = 4096;

/** A small part of a frame would keep all of it. */
const alone = (bytes: Bytes): Bytes => (2 * bytes.length < bytes.buffer.byteLength ? bytes.slice() : bytes);

/** What has come, one behind the other, in no more parts than it is worth. */
class Pile {
  #parts: Bytes[] = [];

  push(bytes: Bytes): void {
    const last = this.#parts.at(-1);
    if (last && last.length + bytes.length <= CRUMB) this.#parts.splice(-1, 1, concat(last, bytes));
    else this.#parts.push(alone(bytes));
  }

  take(): readonly Bytes[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }
}

/** Bytes of one Blob, handed to the browser in blocks: it keeps them elsewhere, on disk if need be. */
class BlobParts {
  readonly #blobs: Blob[] = [];
  readonly #pending = new Pile();
  #pendingBytes = 0;

  write(bytes: Bytes): void {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= BLOCK_BYTES) this.#flush();
  }

  blob(): Blob {
    this.#flush();
    return new Blob(this.#blobs);
  }

  #flush(): void {
    if (this.#pendingBytes > 0) this.#blobs.push(new Blob([...this.#pending.take()]));
    this.#pendingBytes = 0;
  }
}

/** The encoded value, then the Blobs in it. */
export class PartsCollector implements Collector {
  readonly #sizes: readonly number[];
  readonly #whole: (frame: Bytes, blobs: readonly Blob[]) => void;
  readonly #frame = new Pile();
  /** Made when something comes for them: a short offer can announce thousands. */
  readonly #blobs: (BlobParts | undefined)[] = [];
  #part = 0;
  #inPart = 0;
  #taken = 0;

  /** @param whole is given what has come once it is complete */
  constructor(sizes: readonly number[], whole: (frame: Bytes, blobs: readonly Blob[]) => void) {
    this.#sizes = sizes;
    this.#whole = whole;
  }

  get taken(): number {
    return this.#taken;
  }

  write(bytes: Bytes): void {
    this.#taken += bytes.length;
    for (let rest = bytes; rest.length > 0;) {
      const room = (this.#sizes[this.#part] ?? 0) - this.#inPart;
      if (room === 0) {
        this.#part++;
        this.#inPart = 0;
        continue;
      }
      const own = rest.subarray(0, room);
      if (this.#part === 0) this.#frame.push(own);
      else (this.#blobs[this.#part - 1] ??= new BlobParts()).write(own);
      this.#inPart += own.length;
      rest = rest.subarray(own.length);
    }
  }

  finish(): void {
    const blobs = Array.from(
      { length: this.#sizes.length - 1 },
      (_, i) => this.#blobs[i]?.blob() ?? new Blob(),
    );
    this.#whole(concat(...this.#frame.take()), blobs);
  }

  fail(): void {
    this.#frame.take();
    this.#blobs.length = 0;
  }
}

/** What its reader has not asked for yet waits here, and holds up the sender. */
export class StreamCollector implements Collector {
  readonly stream: ReadableStream<Bytes>;
  #controller: ReadableStreamDefaultController<Bytes> | null = null;
  #written = 0;
  /** The last of what comes faster than it is read, until there is more of it. */
  #crumb: Bytes = new Uint8Array(0);
  /** Bytes that the reader has no use for. */
  #skip: number;

  /**
   * @param pulled the reader has taken something
   * @param skip bytes at the beginning that are not for the reader
   */
  constructor(pulled: () => void, cancelled: () => void, skip = 0) {
    this.#skip = skip;
    const queue = new ByteLengthQueuingStrategy({ highWaterMark: BLOCK_BYTES });
    this.stream = new ReadableStream<Bytes>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          if (this.#crumb.length > 0 && this.#isEmpty) this.#enqueue();
          pulled();
        },
        cancel: cancelled,
      },
      queue,
    );
  }

  get taken(): number {
    const waiting = BLOCK_BYTES - (this.#controller?.desiredSize ?? BLOCK_BYTES);
    return this.#written - Math.max(0, waiting) - this.#crumb.length;
  }

  write(bytes: Bytes): void {
    this.#written += bytes.length;
    const own = bytes.subarray(this.#skip);
    this.#skip -= bytes.length - own.length;
    // Nothing to read is nothing to be told of.
    if (own.length === 0) return;
    this.#crumb = this.#crumb.length > 0 ? concat(this.#crumb, own) : alone(own);
    if (this.#isEmpty || this.#crumb.length > CRUMB) this.#enqueue();
  }

  finish(): void {
    if (this.#crumb.length > 0) this.#enqueue();
    this.#controller?.close();
  }

  fail(error: unknown): void {
    this.#controller?.error(error);
  }

  /** Its reader has all that there was. */
  get #isEmpty(): boolean {
    return this.#controller?.desiredSize === BLOCK_BYTES;
  }

  #enqueue(): void {
    const bytes = this.#crumb;
    this.#crumb = new Uint8Array(0);
    this.#controller?.enqueue(bytes);
  }
}
