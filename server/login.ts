/** Proof that a connection holds the key its id is made of. */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { fromBase64url } from '../src/base64url.js';
import { ID_CONTEXT, loginMessage, peerId, type ClientFrame } from '../src/protocol.js';

export type LoginFrame = Extract<ClientFrame, { type: 'login' }>;

const RAW_KEY_BYTES = 65;
const SIGNATURE_BYTES = 64;

/** As JWK: OpenSSL takes twice as long to make sense of DER, half of all that a log-in costs. */
function importKey(raw: Uint8Array): KeyObject | null {
  const point = Buffer.from(raw);
  const [x, y] = [point.toString('base64url', 1, 33), point.toString('base64url', 33)];
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    return null; // No point of the curve.
  }
}

function verifySignature(key: KeyObject, message: string, signature: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { key, dsaEncoding: 'ieee-p1363' } as const;
    // With a callback it runs in the thread pool: a crowd logging in does not stop the messages of the others.
    verify('sha256', Buffer.from(message), options, signature, (error, valid) => resolve(!error && valid));
  });
}

/**
 * The proven id, or null.
 * @param host as the client dialled it, lower case
 * @param nonce what this connection, and no other, was welcomed with
 */
export async function proveLogin(frame: LoginFrame, host: string, nonce: string): Promise<string | null> {
  const raw = fromBase64url(frame.key);
  const signature = fromBase64url(frame.signature);
  // 4 = uncompressed (SEC 1, 2.3.3): the hybrid form would give one key two ids.
  if (raw?.length !== RAW_KEY_BYTES || raw[0] !== 4 || signature?.length !== SIGNATURE_BYTES) return null;
  const key = importKey(raw);
  if (!key || !(await verifySignature(key, loginMessage(host, nonce), signature))) return null;
  return peerId(createHash('sha256').update(ID_CONTEXT).update(raw).digest('base64url'), frame.slot);
}
