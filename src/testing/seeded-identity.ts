/**
 * Who a page of a virtual network is: the same one for the same seed, because an id decides who begins what. WebCrypto makes no key
 * from a seed, so the public one is computed here (FIPS 186-5, SEC 1 2.3). Whoever knows the seed has the key: for tests alone.
 */
import { toBase64url } from '../base64url.js';
import { createIdentity, subtle, type Identity } from '../identity.js';

type Point = readonly [x: bigint, y: bigint];

/** Of P-256. */
const PRIME = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const BASE: Point = [
  0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
];

const modulo = (n: bigint): bigint => ((n % PRIME) + PRIME) % PRIME;

/** Euclid's, extended. */
function inverse(n: bigint): bigint {
  let [a, b, x, y] = [modulo(n), PRIME, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b, x, y] = [b - quotient * a, a, y - quotient * x, x];
  }
  return modulo(x);
}

/** Neither of them, nor their sum, is the point at infinity: as long as the factors are smaller than the order. */
function sum([x, y]: Point, [u, v]: Point): Point {
  const slope = x === u ? 3n * (x * x - 1n) * inverse(2n * y) : (v - y) * inverse(u - x);
  const abscissa = modulo(slope * slope - x - u);
  return [abscissa, modulo(slope * (x - abscissa) - y)];
}

/** @param factor 1 or more */
function multiple(factor: bigint): Point {
  const half = factor > 1n ? multiple(factor >> 1n) : null;
  const even = half && sum(half, half);
  if (!even) return BASE;
  return factor & 1n ? sum(even, BASE) : even;
}

function coordinate(n: bigint): string {
  return toBase64url(Uint8Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * (31 - i))) & 255n)));
}

/** @param seed and `number`: 32 and 16 bits, unsigned. Another identity for each pair of them. */
export async function seededIdentity(seed: number, number: number): Promise<Identity> {
  // Zero has no public key.
  const secret = ((BigInt(seed) << 16n) | BigInt(number)) + 1n;
  const [x, y] = multiple(secret);
  const publicJwk = { kty: 'EC', crv: 'P-256', x: coordinate(x), y: coordinate(y) };
  const key = (jwk: JsonWebKey, use: 'sign' | 'verify'): Promise<CryptoKey> =>
    subtle().importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, true, [use]);
  const [publicKey, privateKey] = await Promise.all([
    key(publicJwk, 'verify'),
    key({ ...publicJwk, d: coordinate(secret) }, 'sign'),
  ]);
  return createIdentity({ publicKey, privateKey });
}
