/**
 * The hash of something of any length, made as its bytes pass by: WebCrypto hashes only what is there as a whole, so it
 * is the hash of the hashes of its blocks.
 */
import { concat, type Bytes } from '../bytes.js';
import { toBase64url } from '../base64url.js';

/** Bytes of all blocks but the last. */
export const BLOCK_BYTES = 1024 * 1024;

const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

export class BlockHash {
  readonly #digests: Promise<Bytes>[] = [];
  #block = new Uint8Array(0);
  #filled = 0;
  #length = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  update(bytes: Bytes): void {
    this.#length += bytes.length;
    for (let at = 0; at < bytes.length;) {
      const rest = bytes.subarray(at);
      // Whole blocks need not be put together first.
      if (this.#filled === 0 && rest.length >= BLOCK_BYTES) {
        this.#digests.push(sha256(rest.subarray(0, BLOCK_BYTES)));
        at += BLOCK_BYTES;
      } else {
        at += this.#fill(rest);
      }
    }
  }

  /** @returns base64url */
  async digest(): Promise<string> {
    const rest = this.#filled > 0 ? [sha256(this.#block.subarray(0, this.#filled))] : [];
    return toBase64url(await sha256(concat(...(await Promise.all([...this.#digests, ...rest])))));
  }

  #fill(bytes: Bytes): number {
    if (this.#block.length === 0) this.#block = new Uint8Array(BLOCK_BYTES);
    const count = Math.min(bytes.length, BLOCK_BYTES - this.#filled);
    this.#block.set(bytes.subarray(0, count), this.#filled);
    this.#filled += count;
    if (this.#filled === BLOCK_BYTES) {
      // It is copied before this returns.
      this.#digests.push(sha256(this.#block));
      this.#filled = 0;
    }
    return count;
  }
}
