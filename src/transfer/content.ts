/** What is sent piece by piece: parts that are there already, or a stream that is read once and for all receivers. */
import { concat, utf8, type Bytes } from '../bytes.js';
import { BLOCK_BYTES } from './hash.js';
import { sizeOf } from './wire.js';

/** One receiver's way through a content. */
export interface ContentReader {
  /**
   * Some bytes that begin at `at`; null at the end. One call at a time.
   * @param at not before what was released
   */
  read(at: number): Promise<Bytes | null>;
  /** What comes before will not be read again. */
  release(upTo: number): void;
  close(): void;
}

export interface Content {
  /** Bytes; null while nobody knows. */
  readonly size: number | null;
  open(): ContentReader;
}

export type ContentPart = Bytes | Blob;

const sizeOfPart = (part: ContentPart): number => (part instanceof Blob ? part.size : part.length);

/** Can be read again from anywhere. */
export class PartsContent implements Content {
  readonly #parts: readonly ContentPart[];
  readonly sizes: readonly number[];
  readonly size: number;

  constructor(parts: readonly ContentPart[]) {
    this.#parts = parts;
    this.sizes = parts.map(sizeOfPart);
    this.size = sizeOf(this.sizes);
  }

  open(): ContentReader {
    return new PartsReader(this);
  }

  /** What a Blob has from there on, where that is a block at least. */
  blobAt(at: number): Blob | null {
    let start = 0;
    for (const [i, part] of this.#parts.entries()) {
      const end = start + (this.sizes[i] ?? 0);
      if (at < end) {
        const isLarge = part instanceof Blob && end - at >= BLOCK_BYTES;
        return isLarge ? part.slice(at - start, at - start + MAX_RUN) : null;
      }
      start = end;
    }
    return null;
  }

  /** As far as the end of a block, so that those are hashed without being copied. */
  async block(at: number): Promise<Bytes | null> {
    if (at >= this.size) return null;
    const end = Math.min(this.size, at - (at % BLOCK_BYTES) + BLOCK_BYTES);
    const found: Bytes[] = [];
    let start = 0;
    for (const [i, part] of this.#parts.entries()) {
      const size = this.sizes[i] ?? 0;
      const [from, to] = [Math.max(at - start, 0), Math.min(end - start, size)];
      if (from < to) found.push(await bytesOf(part, from, to));
      start += size;
    }
    return found.length === 1 && found[0] ? found[0] : concat(...found);
  }
}

/** A part of a Blob that is being read from end to end. */
interface Run {
  readonly reader: ReadableStreamDefaultReader<Bytes>;
  /** What it brings next. */
  at: number;
  readonly end: number;
}

/** Bytes of it: Firefox may bring all of them at once. */
const MAX_RUN = 4 * 1024 * 1024;

/** Reads large Blobs as streams: slices of a block each keep page and browser waiting, and both busy twice as long. */
class PartsReader implements ContentReader {
  readonly #content: PartsContent;
  #run: Run | null = null;
  #closed = false;

  constructor(content: PartsContent) {
    this.#content = content;
  }

  async read(at: number): Promise<Bytes | null> {
    const run = this.#runAt(at);
    if (!run) return this.#content.block(at);
    const { value } = await run.reader.read();
    // It has ended too soon: asking for those very bytes tells why.
    if (!value) return this.#content.block(at);
    run.at += value.length;
    // Somebody who went on elsewhere has not waited for this.
    this.#end(this.#run);
    this.#run = run;
    if (this.#closed) this.close();
    return value;
  }

  release(): void {
    // It can be read again.
  }

  close(): void {
    this.#closed = true;
    this.#end(this.#run);
    this.#run = null;
  }

  /** It is the caller's until it has brought something. */
  #runAt(at: number): Run | null {
    const run = this.#run;
    this.#run = null;
    if (run?.at === at && at < run.end) return run;
    this.#end(run);
    const blob = this.#content.blobAt(at);
    return blob && { reader: blob.stream().getReader(), at, end: at + blob.size };
  }

  #end(run: Run | null): void {
    run?.reader.cancel().catch(() => undefined);
  }
}

const bytesOf = async (part: ContentPart, from: number, to: number): Promise<Bytes> =>
  part instanceof Blob ? new Uint8Array(await part.slice(from, to).arrayBuffer()) : part.subarray(from, to);

function chunkBytes(chunk: unknown): Bytes {
  if (typeof chunk === 'string') return utf8(chunk);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  // A copy: its owner may go on to use it.
  if (ArrayBuffer.isView(chunk))
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength).slice();
  throw new TypeError('A stream that is sent has to consist of bytes or text.');
}

/** Bytes of a stream that are kept for those who are behind. */
const MAX_KEPT = 8 * 1024 * 1024;

/** Keeps what not everybody has received yet; who reads first reads for all, and no further than the slowest allows. */
export class StreamContent implements Content {
  readonly size = null;
  readonly #reader: ReadableStreamDefaultReader<unknown>;
  readonly #released = new Map<symbol, number>();
  /** Chunks that are kept, one after the other, from `#start` on. */
  #chunks: Bytes[] = [];
  #start = 0;
  #end = 0;
  #done = false;
  #reading: Promise<void> | null = null;
  /** Who waits for the slowest. */
  #waiting: (() => void)[] = [];

  /** @throws {TypeError} when somebody else is reading it already */
  constructor(stream: ReadableStream<unknown>) {
    this.#reader = stream.getReader();
  }

  open(): ContentReader {
    const who = Symbol('reader');
    this.#released.set(who, 0);
    return {
      read: (at) => this.#read(at),
      release: (upTo) => {
        this.#released.set(who, upTo);
        this.#forget();
      },
      close: () => {
        this.#released.delete(who);
        if (this.#released.size > 0) this.#forget();
        else this.#reader.cancel().catch(() => undefined);
      },
    };
  }

  async #read(at: number): Promise<Bytes | null> {
    while (at >= this.#end && !this.#done) {
      while (this.#end - this.#start > MAX_KEPT) await new Promise<void>((go) => this.#waiting.push(go));
      this.#reading ??= this.#fetch().finally(() => (this.#reading = null));
      await this.#reading;
    }
    let start = this.#start;
    for (const chunk of this.#chunks) {
      if (at < start + chunk.length) return chunk.subarray(at - start);
      start += chunk.length;
    }
    return null;
  }

  async #fetch(): Promise<void> {
    const { value, done } = await this.#reader.read();
    if (done) {
      this.#done = true;
      return;
    }
    const bytes = chunkBytes(value);
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#end += bytes.length;
  }

  #forget(): void {
    const needed = Math.min(...this.#released.values());
    for (let [first] = this.#chunks; first && this.#start + first.length <= needed; [first] = this.#chunks) {
      this.#start += first.length;
      this.#chunks.shift();
    }
    for (const go of this.#waiting.splice(0)) go();
  }
}
