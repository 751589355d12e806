/**
 * Whom a message is for or from, read and written as a page does it, but the way only Node can: what pages share would
 * build the id letter by letter, which took a tenth of all that relaying costs.
 */
import { MESSAGE_HEADER_BYTES, MESSAGE_KIND } from '../src/message-frame.js';
import { MAX_SLOT, identityOf, peerId } from '../src/protocol.js';

const IDENTITY_BYTES = 32;

export interface Address {
  /** The room, as the sender calls it. */
  readonly n: number;
  /** The receiver. */
  readonly id: string;
}

/** Null for anything that is no message. */
export function readAddress(frame: Buffer): Address | null {
  if (frame.length < MESSAGE_HEADER_BYTES || frame[0] !== MESSAGE_KIND) return null;
  if (frame.readUInt16BE(3 + IDENTITY_BYTES) > MAX_SLOT) return null;
  return { n: frame.readUInt16BE(1), id: readId(frame, 3) };
}

/** What stands for an id: the identity, and the slot. */
export const readId = (bytes: Buffer, at: number): string =>
  peerId(bytes.toString('base64url', at, at + IDENTITY_BYTES), bytes.readUInt16BE(at + IDENTITY_BYTES));

export function writeId(bytes: Buffer, at: number, id: string): void {
  bytes.write(identityOf(id), at, IDENTITY_BYTES, 'base64url');
  bytes.writeUInt16BE(Number(id.slice(44)), at + IDENTITY_BYTES);
}

/** Overwrites the room number of a message frame in place. */
export function writeRoom(frame: Uint8Array, n: number): void {
  frame[1] = n >> 8;
  frame[2] = n;
}

/** Overwrites room number and id. */
export function writeAddress(frame: Buffer, n: number, id: string): void {
  writeRoom(frame, n);
  writeId(frame, 3, id);
}
