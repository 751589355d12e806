/**
 * What members of a room say to each other: binary frames that the server re-addresses in place and never looks into.
 *
 *   0      1         3            35       37
 *   kind   room n    identity     slot     payload …
 *   u8     u16       32 bytes     u16
 *
 * The id is the receiver's on the way to the server and the sender's on the way from it. The header has the same
 * length both ways, so that the server overwrites it and forwards the very bytes it received.
 */
import { fromBase64url, toBase64url } from './base64url.js';
import { MAX_SLOT, identityOf, peerId } from './protocol.js';

export const MESSAGE_KIND = 1;
export const MESSAGE_HEADER_BYTES = 37;

export interface Message {
  readonly n: number;
  readonly id: string;
  readonly payload: Uint8Array;
}

/** Without a view of its own for each number: this is done for every message. */
function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value;
}

const readUint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

/** The 34 bytes that stand for `id` in a message's header. */
export function packPeerId(id: string): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(34);
  packed.set(fromBase64url(identityOf(id)) ?? []);
  writeUint16(packed, 32, Number(id.slice(44)));
  return packed;
}

/** A message frame for the room that is `n` on this connection. */
export function encodeMessage(n: number, packedId: Uint8Array, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(MESSAGE_HEADER_BYTES + payload.length);
  frame.set(payload, MESSAGE_HEADER_BYTES);
  readdressMessage(frame, n, packedId);
  return frame;
}

/** Overwrites room number and id of a message frame in place. */
export function readdressMessage(frame: Uint8Array, n: number, packedId: Uint8Array): void {
  frame[0] = MESSAGE_KIND;
  writeUint16(frame, 1, n);
  frame.set(packedId, 3);
}

/** A message frame's parts; `payload` is a view of it. Null for anything else. */
export function parseMessage(frame: Uint8Array): Message | null {
  if (frame.length < MESSAGE_HEADER_BYTES || frame[0] !== MESSAGE_KIND) return null;
  const slot = readUint16(frame, 35);
  if (slot > MAX_SLOT) return null;
  const id = peerId(toBase64url(frame.subarray(3, 35)), slot);
  return { n: readUint16(frame, 1), id, payload: frame.subarray(MESSAGE_HEADER_BYTES) };
}
