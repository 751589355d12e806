import { hkdfSync } from 'node:crypto';
import { ROOM_ID_CONTEXT, ROOM_KEY_CONTEXT, type RoomKind } from '../src/protocol.js';

const NO_SALT = new Uint8Array(0);

/**
 * What a room is called on the wire: 43 base64url characters, by HKDF-SHA-256 (RFC 5869).
 * The pages derive the same, so that the server need not learn the name.
 * @param name the room's name or the pair's code, as its author wrote it
 */
export function roomId(name: string, kind: RoomKind): string {
  const key = new Uint8Array(hkdfSync('sha256', Buffer.from(name), NO_SALT, ROOM_KEY_CONTEXT, 32));
  return Buffer.from(hkdfSync('sha256', key, NO_SALT, ROOM_ID_CONTEXT + kind, 32)).toString('base64url');
}
