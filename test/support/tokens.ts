/** Join tokens as a site's back-end would sign them. */
import { toBase64url } from '../../src/base64url.js';

export const SECRET = 'a secret between the site and its signalling server';

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const part = (value: object): string => toBase64url(bytes(JSON.stringify(value)));

/** @param claims such as `{ room, sub, role, exp }` */
export async function signToken(claims: object, secret = SECRET): Promise<string> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes(secret), hmac, false, ['sign']);
  const text = `${part({ alg: 'HS256' })}.${part(claims)}`;
  return `${text}.${toBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes(text))))}`;
}
