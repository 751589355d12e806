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

/** Bytes of one Blob, handed to the browser in blocks: it keeps them elsewhere, on disk if need be. */
class BlobParts {
  readonly #blobs: Blob[] = [];
  #pending: Bytes[] = [];
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
    if (this.#pendingBytes > 0) this.#blobs.push(new Blob(this.#pending));
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}

/** The encoded value, then the Blobs in it. */
export class PartsCollector implements Collector {
  readonly #sizes: readonly number[];
  readonly #whole: (frame: Bytes, blobs: readonly Blob[]) => void;
  readonly #frame: Bytes[] = [];
  readonly #blobs: readonly BlobParts[];
  #part = 0;
  #inPart = 0;
  #taken = 0;

  /** @param whole is given what has come once it is complete */
  constructor(sizes: readonly number[], whole: (frame: Bytes, blobs: readonly Blob[]) => void) {
    this.#sizes = sizes;
    this.#whole = whole;
    this.#blobs = sizes.slice(1).map(() => new BlobParts());
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
      else this.#blobs[this.#part - 1]?.write(own);
      this.#inPart += own.length;
      rest = rest.subarray(own.length);
    }
  }

  finish(): void {
    this.#whole(
      concat(...this.#frame),
      this.#blobs.map((parts) => parts.blob()),
    );
  }

  fail(): void {
    this.#frame.length = 0;
  }
}

/** What its reader has not asked for yet waits here, and holds up the sender. */
export class StreamCollector implements Collector {
  readonly stream: ReadableStream<Bytes>;
  #controller: ReadableStreamDefaultController<Bytes> | null = null;
  #written = 0;
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
        pull: pulled,
        cancel: cancelled,
      },
      queue,
    );
  }

  get taken(): number {
    const waiting = BLOCK_BYTES - (this.#controller?.desiredSize ?? BLOCK_BYTES);
    return this.#written - Math.max(0, waiting);
  }

  write(bytes: Bytes): void {
    this.#written += bytes.length;
    const own = bytes.subarray(this.#skip);
    this.#skip -= bytes.length - own.length;
    // Nothing to read is nothing to be told of.
    if (own.length > 0) this.#controller?.enqueue(own);
  }

  finish(): void {
    this.#controller?.close();
  }

  fail(error: unknown): void {
    this.#controller?.error(error);
  }
}
