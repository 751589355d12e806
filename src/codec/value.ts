/** Values to frames and back: JSON where that says it exactly, more where it does not. See kinds.ts. */
import { isExact, isMarked, isShallow } from './exact.js';
import type { Bytes } from './kinds.js';
import { Reader, type Part } from './read.js';
import { Writer } from './write.js';

export type Encoded = string | Bytes;

/** A value in a box, so that it can be null or undefined. */
export interface Decoded {
  readonly value: unknown;
}

/**
 * @param value anything that `structuredClone` takes and that is not bound to this browser: also Blob and File, where
 *   there is a place for them. Of a buffer goes what the views in the value show of it, unless it is in the value itself.
 * @param blobs takes each Blob and File that is met, in order; what is written is a place holder
 * @throws {DOMException} `DataCloneError`, naming what cannot be sent and where it is
 */
export function encode(value: unknown, blobs?: Blob[]): Encoded {
  return isExact(value) ? JSON.stringify(value) : new Writer(blobs).write(value);
}

/**
 * The value that a peer encoded; null when the frame is malformed.
 * @param blobs those that belong to it, in the order in which `encode` met them
 */
export function decode(frame: string | ArrayBuffer, blobs: readonly Blob[] = []): Decoded | null {
  try {
    if (typeof frame === 'string') return revive(JSON.parse(frame), blobs);
    const length = new DataView(frame).getUint32(0);
    const text = new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(frame, 4, length));
    const head: unknown = JSON.parse(text);
    return isMarked(head) ? readMarked(head, blobs, frame, 4 + length) : null;
  } catch {
    // Whatever a peer may send is not our error: the caller counts it as malformed.
    return null;
  }
}

/** Like `decode` for a text that has been parsed already. What is parsed is used up. */
export function revive(parsed: unknown, blobs: readonly Blob[] = []): Decoded | null {
  if (!isMarked(parsed)) return isShallow(parsed) ? { value: parsed } : null;
  try {
    return readMarked(parsed, blobs);
  } catch {
    return null;
  }
}

/** @param at where in the frame the parts begin */
function readMarked(
  head: readonly unknown[],
  blobs: readonly Blob[],
  frame = new ArrayBuffer(0),
  at = 0,
): Decoded {
  if (head.length % 2 !== 0) throw new TypeError('no tree');
  const parts: Part[] = [];
  for (let i = 2; i < head.length; i += 2) {
    const [start, content] = [head[i], head[i + 1]];
    if (!isCount(start)) throw new TypeError('no place');
    if (typeof content === 'string') {
      parts.push({ start, buffer: bytesOf(atob(content)) });
    } else {
      if (!isCount(content) || at + content > frame.byteLength) throw new RangeError('no such part');
      parts.push({ start, buffer: frame.slice(at, at + content) });
      at += content;
    }
  }
  return { value: new Reader(parts, blobs).read(head[1]) };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const bytesOf = (binary: string): ArrayBuffer =>
  Uint8Array.from({ length: binary.length }, (_, i) => binary.charCodeAt(i)).buffer;
