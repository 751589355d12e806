/** Numbers and bytes, one behind the other. Reading beyond the end throws a RangeError. */
import type { Bytes } from '../bytes.js';

export class Writer {
  #bytes: Bytes = new Uint8Array(1536);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    this.#view(1).setUint8(0, value);
    return this;
  }

  u32(value: number): this {
    this.#view(4).setUint32(0, value);
    return this;
  }

  f64(value: number): this {
    this.#view(8).setFloat64(0, value);
    return this;
  }

  /** Behind their length. */
  bytes(value: Bytes): this {
    this.u32(value.length);
    this.#view(value.length);
    this.#bytes.set(value, this.#length - value.length);
    return this;
  }

  done(): Bytes {
    return this.#bytes.slice(0, this.#length);
  }

  #view(size: number): DataView {
    const at = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return new DataView(this.#bytes.buffer, at, size);
  }
}

export class Reader {
  readonly #bytes: Bytes;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  u8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#skip(4));
  }

  /** @throws {RangeError} also for what is no number from 0 to 2⁵³ − 1 */
  count(): number {
    const value = this.#view.getFloat64(this.#skip(8));
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('not a count');
    return value;
  }

  bytes(): Bytes {
    const length = this.u32();
    const start = this.#skip(length);
    if (this.#at > this.#bytes.length) throw new RangeError('beyond the end');
    return this.#bytes.subarray(start, this.#at);
  }

  #skip(size: number): number {
    const at = this.#at;
    this.#at += size;
    return at;
  }
}
