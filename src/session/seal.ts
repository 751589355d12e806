/**
 * Frames that only the other side of a session can have written, and only it can read:
 * `type(1) ‖ number(8) ‖ AES-256-GCM`. The number is the IV and never repeats under one key; the head is authenticated
 * with the rest. A frame that is not newer than the last one is refused, so that nothing can be replayed or reordered.
 */
import { PeerError } from '../errors.js';
import { concat, type Bytes } from '../bytes.js';
import type { SessionKeys } from './handshake.js';

const HEAD = 9;
const TAG = 16;
/** What sealing adds to a frame. */
export const SEAL_BYTES = HEAD + TAG;

const ivOf = (head: Bytes): Bytes => concat(new Uint8Array(4), head.subarray(1));

export class Sealer {
  readonly #keys: Pick<SessionKeys, 'send' | 'receive'>;
  #sent = 0n;
  #received = 0n;
  /** Both directions keep their order although every step is asynchronous. */
  #sealing: Promise<unknown> = Promise.resolve();
  #opening: Promise<unknown> = Promise.resolve();

  constructor(keys: Pick<SessionKeys, 'send' | 'receive'>) {
    this.#keys = keys;
  }

  /** Frames come out in the order in which they were put in. */
  seal(type: number, text: Uint8Array<ArrayBuffer>): Promise<Bytes> {
    const head = new Uint8Array(HEAD);
    head[0] = type;
    new DataView(head.buffer).setBigUint64(1, ++this.#sent);
    const parameters = { name: 'AES-GCM', iv: ivOf(head), additionalData: head };
    const sealed = crypto.subtle.encrypt(parameters, this.#keys.send, text);
    const result = Promise.all([sealed, this.#sealing]).then(([body]) => concat(head, new Uint8Array(body)));
    this.#sealing = result;
    return result;
  }

  /**
   * Opens frames in the order in which they were put in.
   * @throws {PeerError} `untrusted` for a frame that was forged, altered, replayed or reordered
   */
  open(frame: Bytes): Promise<{ readonly type: number; readonly text: Bytes }> {
    const opened = this.#opening.then(() => this.#open(frame));
    this.#opening = opened.catch(() => undefined);
    return opened;
  }

  async #open(frame: Bytes): Promise<{ type: number; text: Bytes }> {
    const refuse = (message: string): never => {
      throw new PeerError('untrusted', message);
    };
    if (frame.length < SEAL_BYTES) refuse('A sealed frame is too short.');
    const head = frame.slice(0, HEAD);
    const number = new DataView(head.buffer).getBigUint64(1);
    if (number <= this.#received) refuse('A sealed frame came again, or late.');
    const parameters = { name: 'AES-GCM', iv: ivOf(head), additionalData: head };
    let text: ArrayBuffer;
    try {
      text = await crypto.subtle.decrypt(parameters, this.#keys.receive, frame.subarray(HEAD));
    } catch {
      return refuse('A sealed frame was altered.');
    }
    this.#received = number;
    return { type: head[0] ?? 0, text: new Uint8Array(text) };
  }
}
