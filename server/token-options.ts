/** By whom join tokens are signed: what the operator says of it, checked, and what follows from it. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import { fields, show } from './limits.js';

/** Exactly one of `secret`, `publicKey` and `jwksUrl` is given. */
export interface TokenOptions {
  /** Shared with whoever signs, at least 32 bytes: HS256, HS384 and HS512. */
  secret?: string | Uint8Array | undefined;
  /**
   * PEM text (SPKI or a certificate), or the path of such a file. RSA of 2048 bits or more: RS256 to RS512 and PS256 to
   * PS512; P-256, P-384, P-521: ES256, ES384, ES512; Ed25519: EdDSA.
   */
  publicKey?: string | undefined;
  /** `https:` or `http:` address of a JSON Web Key Set, fetched when first needed: the algorithms of public keys. */
  jwksUrl?: string | undefined;
  /** What `iss` has to be, or one of several. Default: not looked at. */
  issuer?: string | readonly string[] | undefined;
  /** What `aud` has to name, or one of several. Default: not looked at. */
  audience?: string | readonly string[] | undefined;
  /** Whether nobody comes in without one. Default true. A token that is wrong never lets anybody in. */
  required?: boolean | undefined;
}

export interface TokenSettings {
  readonly key: KeyObject | Uint8Array | JWTVerifyGetKey;
  /** A token may not choose for itself how it is checked. */
  readonly algorithms: readonly string[];
  readonly issuer: readonly string[] | undefined;
  readonly audience: readonly string[] | undefined;
  readonly required: boolean;
}

type Key = Pick<TokenSettings, 'key' | 'algorithms'>;

const NAMES = [
  'secret',
  'publicKey',
  'jwksUrl',
  'issuer',
  'audience',
  'required',
] as const satisfies (keyof TokenOptions)[];

const LEAST_SECRET_BYTES = 32;
const LEAST_RSA_BITS = 2048;

const SHARED: readonly string[] = ['HS256', 'HS384', 'HS512'];
const PSS: readonly string[] = ['PS256', 'PS384', 'PS512'];
const RSA: readonly string[] = ['RS256', 'RS384', 'RS512', ...PSS];
const EDWARDS: readonly string[] = ['EdDSA', 'Ed25519'];
const CURVES: ReadonlyMap<string | undefined, string> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
]);
/** Never a shared one: whoever knows a public key could sign with it. */
const PUBLIC: readonly string[] = [...RSA, ...CURVES.values(), ...EDWARDS];

function readSecret(value: unknown): Key {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    throw new TypeError(`tokens.secret must be a string or bytes, not ${show(value)}`);
  }
  const key = new Uint8Array(Buffer.from(value));
  if (key.length < LEAST_SECRET_BYTES) {
    throw new RangeError(`tokens.secret must have at least ${LEAST_SECRET_BYTES} bytes, not ${key.length}`);
  }
  return { key, algorithms: SHARED };
}

function readPem(value: string): string {
  if (value.includes('-----BEGIN')) return value;
  try {
    return readFileSync(value, 'utf8');
  } catch (cause) {
    throw new TypeError(
      `tokens.publicKey is neither PEM text nor a file that can be read: ${String(cause)}`,
      {
        cause,
      },
    );
  }
}

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): readonly string[] {
  const { modulusLength = 0, namedCurve } = asymmetricKeyDetails;
  switch (asymmetricKeyType) {
    case 'rsa':
    case 'rsa-pss':
      if (modulusLength < LEAST_RSA_BITS) {
        throw new RangeError(`tokens.publicKey must have ${LEAST_RSA_BITS} bits, not ${modulusLength}`);
      }
      return asymmetricKeyType === 'rsa' ? RSA : PSS;
    case 'ed25519':
      return EDWARDS;
    default: {
      const algorithm = CURVES.get(namedCurve);
      if (algorithm !== undefined) return [algorithm];
      throw new RangeError(
        `tokens.publicKey must be RSA, P-256, P-384, P-521 or Ed25519, not ${namedCurve ?? asymmetricKeyType}`,
      );
    }
  }
}

function readPublicKey(value: unknown): Key {
  if (typeof value !== 'string') throw new TypeError(`tokens.publicKey must be a string, not ${show(value)}`);
  const pem = readPem(value);
  if (pem.includes('PRIVATE KEY-----')) {
    throw new RangeError('tokens.publicKey is a private key: this server needs its public half only');
  }
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (cause) {
    throw new TypeError(`tokens.publicKey is no public key in PEM: ${String(cause)}`, { cause });
  }
  return { key, algorithms: algorithmsOf(key) };
}

function readKeySet(value: unknown, timeout: number): Key {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new TypeError(`tokens.jwksUrl must be an http or https address, not ${show(value)}`);
  }
  return { key: createRemoteJWKSet(url, { timeoutDuration: timeout }), algorithms: PUBLIC };
}

function readNames(name: string, value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (names.length > 0 && names.every((each) => typeof each === 'string' && each !== '')) {
    return names as readonly string[];
  }
  throw new TypeError(`${name} must be a string or several, not ${show(value)}`);
}

/**
 * @param timeout milliseconds to wait for a key set
 * @throws {TypeError | RangeError} naming the option that is wrong
 */
export function readTokens(given: unknown, timeout: number): TokenSettings {
  const { secret, publicKey, jwksUrl, issuer, audience, required = true } = fields('tokens', given, NAMES);
  if ([secret, publicKey, jwksUrl].filter((value) => value !== undefined).length !== 1) {
    throw new TypeError('tokens must have exactly one of secret, publicKey and jwksUrl');
  }
  if (typeof required !== 'boolean') {
    throw new TypeError(`tokens.required must be true or false, not ${show(required)}`);
  }
  const key =
    secret !== undefined
      ? readSecret(secret)
      : publicKey !== undefined
        ? readPublicKey(publicKey)
        : readKeySet(jwksUrl, timeout);
  return {
    ...key,
    issuer: readNames('tokens.issuer', issuer),
    audience: readNames('tokens.audience', audience),
    required,
  };
}
