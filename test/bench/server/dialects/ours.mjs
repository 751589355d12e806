/** Ours, log-in and all. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { encodeMessage } from '../../../../src/message-frame.ts';
import {
  DEFAULT_PATH,
  ID_CONTEXT,
  PROTOCOL_VERSION,
  loginMessage,
  parseServerFrame,
} from '../../../../src/protocol.ts';
import { BINARY, TEXT } from '../socket.mjs';

const ROOM = 0;
/** As long as what a page announces. */
const HELLO = 'h'.repeat(200);

const SLOTS = 10_000;

/** A person's key, of which each page that is open has a slot. */
function makeIdentity() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' });
  const raw = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const digest = createHash('sha256').update(ID_CONTEXT).update(raw).digest();
  return { privateKey, raw: raw.toString('base64url'), digest };
}

/**
 * Keys are made before anything is measured: a page has had its own since its first visit. One can be ten thousand
 * members, each with a signature of its own.
 */
export function makeKeys(count) {
  let identity;
  return Array.from({ length: count }, (_, i) => {
    if (i % SLOTS === 0) identity = makeIdentity();
    const slot = Buffer.alloc(2);
    slot.writeUInt16BE(i % SLOTS);
    return { ...identity, slot: i % SLOTS, packedId: Buffer.concat([identity.digest, slot]) };
  });
}

export const pathOf = () => DEFAULT_PATH;

export const opened = () => undefined;

/** Log-in and join go together, as a page sends them. */
function logIn(member, nonce) {
  const { privateKey, raw, slot } = member.key;
  const text = Buffer.from(loginMessage(`127.0.0.1:${member.port}`, nonce));
  const signature = sign('sha256', text, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const send = (frame) => member.socket.send(TEXT, JSON.stringify(frame));
  const login = { type: 'login', version: PROTOCOL_VERSION, key: raw, slot };
  send({ ...login, signature: signature.toString('base64url') });
  const room = createHash('sha256').update(member.room).digest('base64url');
  send({ type: 'join', n: ROOM, room, entry: 'join-or-create', capacity: 0, hello: HELLO });
}

export function heard(member, opcode, payload) {
  if (opcode !== TEXT) return;
  const frame = parseServerFrame(payload.toString());
  if (frame?.type === 'welcome') logIn(member, frame.nonce);
  else if (frame?.type === 'joined') member.joined();
  else if (frame?.type === 'refused') member.failed(`refused: ${frame.reason}`);
}

export const isMessage = (opcode) => opcode === BINARY;

export const message = (from, to, text) => ({
  opcode: BINARY,
  payload: encodeMessage(ROOM, to.key.packedId, Buffer.from(text)),
});

/** Behind the header. */
export const textAt = () => encodeMessage(ROOM, new Uint8Array(34), new Uint8Array(0)).length;
