/** Who a page is (WebCrypto). */
import { concat, utf8, type Bytes } from './bytes.js';
import { PeerError } from './errors.js';
import { toBase64url } from './base64url.js';
import { ID_CONTEXT, identityOf, loginMessage, peerId } from './protocol.js';
import { keepFirst, knowIdentity, knownIdentity, storedKeyPair } from './key-store.js';
import { holdFirstSlot, takeSlot } from './slot.js';

export interface Identity {
  /** base64url(SHA-256(context ‖ raw public key)), 43 characters, and `.1` … for further pages of one identity. */
  readonly id: string;
  /** Which page of the identity it is; 0 is the first. */
  readonly slot: number;
  /** Raw P-256 public key, 65 bytes. */
  readonly publicKey: Bytes;
  /** ECDSA P-256 with SHA-256, 64 bytes. What is signed begins with a label, so that no signature serves two purposes. */
  sign(text: Bytes): Promise<Bytes>;
}

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };

/** @throws {PeerError} `insecure-context` on plain http other than localhost */
export function subtle(): SubtleCrypto {
  // Browsers leave it out on insecure pages, which the types do not say.
  const found = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (found) return found;
  throw new PeerError(
    'insecure-context',
    'This page may not use cryptography: serve it over https, or from localhost while developing.',
    { final: true },
  );
}

const makeKeyPair = (): Promise<CryptoKeyPair> => subtle().generateKey(ECDSA, false, ['sign', 'verify']);

/**
 * An identity of one's own.
 * @param keyPair ECDSA on P-256, kept by the caller, who is the same one again with it: outside a browser, for instance. Default: a new
 * one, whose private key no script can read
 * @throws {PeerError} `insecure-context` on plain http other than localhost
 */
export const createIdentity = async (keyPair?: CryptoKeyPair): Promise<Identity> =>
  fromKeyPair(keyPair ?? (await makeKeyPair()), () => Promise.resolve(0));

/**
 * The identity that this browser has at this origin, the same at every visit; a new one where none can be kept.
 * @throws {PeerError} `insecure-context` on plain http other than localhost
 */
export async function keptIdentity(): Promise<Identity> {
  subtle();
  const first = knownIdentity() === null ? await firstIdentity() : null;
  return first ?? storedIdentity();
}

/** A new visitor need not wait until the key is written: nobody else has it. Null where another page was faster. */
async function firstIdentity(): Promise<Identity | null> {
  const making = makeKeyPair();
  const identity = making.then((pair) => fromKeyPair(pair, () => Promise.resolve(0)));
  const isFirst = await keepFirst(making, async () => {
    const { id } = await identity;
    await holdFirstSlot(id);
    return id;
  });
  return isFirst ? identity : null;
}

async function storedIdentity(): Promise<Identity> {
  const known = knownIdentity();
  // Most often it is that one: then its slot is there as soon as its key.
  const expected = known ? takeSlot(known) : undefined;
  const kept = await storedKeyPair(makeKeyPair);
  if (!kept) return createIdentity();
  const identity = await fromKeyPair(kept, (id) => (id === known && expected ? expected : takeSlot(id)));
  knowIdentity(identityOf(identity.id));
  return identity;
}

/** For signatures of whoever has this raw public key; null for what is no key. */
export const verifierOf = (publicKey: Bytes): Promise<CryptoKey | null> =>
  subtle()
    .importKey('raw', publicKey, ECDSA, false, ['verify'])
    .catch(() => null);

/** Whether a signature of `Identity.sign()` is of that key's owner. */
export const isSigned = (verifier: CryptoKey, signature: Bytes, text: Bytes): Promise<boolean> =>
  subtle()
    .verify(SIGNING, verifier, signature, text)
    .catch(() => false);

/** The identity that a raw public key makes; ids that claim another one are not its owner's. */
export async function identityOfKey(publicKey: Bytes): Promise<string> {
  return toBase64url(new Uint8Array(await subtle().digest('SHA-256', concat(utf8(ID_CONTEXT), publicKey))));
}

async function fromKeyPair(
  { publicKey, privateKey }: CryptoKeyPair,
  slotOf: (identity: string) => Promise<number>,
): Promise<Identity> {
  const raw = new Uint8Array(await subtle().exportKey('raw', publicKey));
  const identity = await identityOfKey(raw);
  const slot = await slotOf(identity);
  return {
    id: peerId(identity, slot),
    slot,
    publicKey: raw,
    async sign(text) {
      return new Uint8Array(await subtle().sign(SIGNING, privateKey, text));
    },
  };
}

/** Signature that proves an identity to a server; see `loginMessage()`. */
export const signLogin = (identity: Identity, host: string, nonce: string): Promise<Uint8Array> =>
  identity.sign(utf8(loginMessage(host, nonce)));
