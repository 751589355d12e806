/** Bytes as text that needs no escaping, in JSON or in a URL. Imports nothing: client and server share it. */

const BASE64URL_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const BASE64URL_VALUES: ReadonlyMap<string, number> = new Map(
  [...BASE64URL_ALPHABET].map((char, value) => [char, value]),
);

/** Bytes as base64url without padding (RFC 4648, 5). */
export function toBase64url(bytes: Uint8Array): string {
  let out = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out += BASE64URL_ALPHABET.charAt((value >> bits) & 63);
    }
  }
  return bits === 0 ? out : out + BASE64URL_ALPHABET.charAt((value << (6 - bits)) & 63);
}

/** The bytes of base64url without padding, or null for anything that no encoder would have written. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length % 4 === 1) return null;
  const out = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let value = 0;
  let at = 0;
  for (const char of text) {
    const next = BASE64URL_VALUES.get(char);
    if (next === undefined) return null;
    value = ((value << 6) | next) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (value >> bits) & 0xff;
    }
  }
  return (value & ((1 << bits) - 1)) === 0 ? out : null;
}
