/** There and back through the codec, as a message goes. */
import { decode, encode, revive, type Decoded } from '../../src/codec/value.js';

/** What arrives; a text also as part of a longer one, as messages travel. Throws when nothing does. */
export function roundTrip(value: unknown, blobs?: Blob[]): unknown {
  const frame = encode(value, blobs);
  const decoded =
    typeof frame === 'string'
      ? revive((JSON.parse(`[1,2,${frame}]`) as unknown[])[2], blobs)
      : decode(frame.buffer, blobs);
  if (decoded === null) throw new Error(`Refused: ${typeof frame === 'string' ? frame : 'bytes'}`);
  return decoded.value;
}

/** A frame in bytes, made by hand. */
export function binary(head: unknown, ...rest: number[]): ArrayBuffer {
  const text = new TextEncoder().encode(typeof head === 'string' ? head : JSON.stringify(head));
  const frame = new Uint8Array(4 + text.length + rest.length);
  new DataView(frame.buffer).setUint32(0, text.length);
  frame.set(text, 4);
  frame.set(rest, 4 + text.length);
  return frame.buffer;
}

/** What a tree means, made by hand. */
export const read = (tree: unknown, blobs?: Blob[]): Decoded | null =>
  decode(JSON.stringify(['*', tree]), blobs);
