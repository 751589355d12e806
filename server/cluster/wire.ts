/** What processes tell each other through Redis, and what its scripts tell of a room. */
import { MESSAGE_HEADER_BYTES } from '../../src/message-frame.js';
import type { GoneReason } from '../../src/protocol.js';
import { readId, writeId } from '../address.js';

/** A member as Redis has it. */
export interface Entrant {
  readonly id: string;
  readonly node: string;
  readonly stamp: number;
  readonly order: number;
  readonly hello: string;
  readonly role: string;
}

export type Change =
  | { readonly op: 'came'; readonly entrant: Entrant; readonly created: boolean; readonly capacity: number }
  | {
      readonly op: 'moved';
      readonly id: string;
      readonly node: string;
      readonly stamp: number;
      readonly created: boolean;
      readonly role: string;
    }
  | { readonly op: 'gone'; readonly id: string; readonly reason: GoneReason }
  | { readonly op: 'closed' };

/** Where a room stood at some time. */
export interface Snapshot {
  readonly epoch: string;
  readonly version: number;
  readonly capacity: number;
  /** Oldest first. */
  readonly members: readonly Entrant[];
}

export type News =
  | {
      readonly type: 'change';
      readonly room: string;
      readonly epoch: string;
      readonly version: number;
      readonly change: Change;
    }
  | { readonly type: 'message'; readonly room: string; readonly to: string; readonly frame: Buffer }
  | { readonly type: 'beat'; readonly beat: string }
  | { readonly type: 'entered'; readonly id: string; readonly stamp: number; readonly by: string }
  | { readonly type: 'kicked'; readonly id: string; readonly by: string }
  | { readonly type: 'recovering'; readonly left: number };

const ROOM_BYTES = 43;
const PACKED_BYTES = 34;
/** Before the frame of a message: its kind, the room, the receiver. */
const ENVELOPE_BYTES = 1 + ROOM_BYTES + PACKED_BYTES;
const MESSAGE = 'm'.charCodeAt(0);
/** Several messages, each behind its length as u32: nearly all that passing one on costs is to publish it. */
const BATCH = 'M'.charCodeAt(0);

/** A frame for somebody on another node, its header the sender's. */
export function encodeRelay(room: string, to: string, frame: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(ENVELOPE_BYTES + frame.length);
  bytes[0] = MESSAGE;
  bytes.write(room, 1, 'latin1');
  writeId(bytes, 1 + ROOM_BYTES, to);
  bytes.set(frame, ENVELOPE_BYTES);
  return bytes;
}

export function encodeBatch(messages: readonly Buffer[]): Buffer {
  const [only] = messages;
  if (only && messages.length === 1) return only;
  const parts = messages.flatMap((message) => {
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(message.length);
    return [length, message];
  });
  return Buffer.concat([Buffer.of(BATCH), ...parts]);
}

/** What was published together, one by one. */
export function* unbatched(bytes: Buffer): Generator<Buffer> {
  if (bytes[0] !== BATCH) {
    yield bytes;
    return;
  }
  for (let at = 1; at + 4 <= bytes.length;) {
    const end = at + 4 + bytes.readUInt32BE(at);
    yield bytes.subarray(at + 4, end);
    at = end;
  }
}

export const encodeBeat = (beat: string): string => `b|${beat}`;
export const encodeKick = (id: string, by: string): string => `k|${id}|${by}`;

function parseRelay(bytes: Buffer): News | null {
  if (bytes.length < ENVELOPE_BYTES + MESSAGE_HEADER_BYTES) return null;
  return {
    type: 'message',
    room: bytes.toString('latin1', 1, 1 + ROOM_BYTES),
    to: readId(bytes, 1 + ROOM_BYTES),
    frame: bytes.subarray(ENVELOPE_BYTES),
  };
}

function parseChange([op, ...parts]: readonly string[]): Change | null {
  const [id = '', second = '', third = '', fourth = '', fifth = '', sixth = '', hello = ''] = parts;
  switch (op) {
    case '+': {
      const role = parts.slice(7).join('|');
      const entrant = { id, node: second, stamp: Number(third), order: Number(fourth), hello, role };
      return { op: 'came', entrant, created: fifth === '1', capacity: Number(sixth) };
    }
    case '>':
      return {
        op: 'moved',
        id,
        node: second,
        stamp: Number(third),
        created: fourth === '1',
        role: parts.slice(4).join('|'),
      };
    case '-':
      return { op: 'gone', id, reason: second as GoneReason };
    case 'x':
      return { op: 'closed' };
    default:
      return null;
  }
}

/** Null for what is none of ours: another version of this server may be in the same cluster. */
export function parseNews(bytes: Buffer): News | null {
  if (bytes[0] === MESSAGE) return parseRelay(bytes);
  const [kind, first = '', second = '', third = '', ...rest] = bytes.toString().split('|');
  switch (kind) {
    case 'c': {
      const change = parseChange(rest);
      return change && { type: 'change', room: first, epoch: second, version: Number(third), change };
    }
    case 'b':
      return { type: 'beat', beat: first };
    case 'e':
      return { type: 'entered', id: first, stamp: Number(second), by: third };
    case 'k':
      return { type: 'kicked', id: first, by: second };
    case 'r':
      return { type: 'recovering', left: Number(first) };
    default:
      return null;
  }
}

/** A member by what stands for it in the room's hash. */
function readEntrant(id: string, value: string): Entrant {
  const [node = '', stamp, order, , hello = '', ...role] = value.split('|');
  return { id, node, stamp: Number(stamp), order: Number(order), hello, role: role.join('|') };
}

/** What a script says of a room: epoch, version, capacity, and the hash of its members, field by field. */
export function readSnapshot(
  epoch: string,
  version: string,
  capacity: string,
  hash: readonly string[],
): Snapshot {
  const members: Entrant[] = [];
  for (let i = 0; i + 1 < hash.length; i += 2) members.push(readEntrant(hash[i] ?? '', hash[i + 1] ?? ''));
  members.sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  return { epoch, version: Number(version), capacity: Number(capacity), members };
}
