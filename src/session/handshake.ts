/**
 * How two peers agree on keys that nobody between them can have, and prove to each other that they are who their ids
 * say. Sigma-I with a signed first message (Krawczyk, "SIGMA", 2003), on P-256:
 *
 *   M1  A→B   version, 1, ephemeral A(65), nonce A(16), public key A(65), flags(1), signature(64)
 *   M2  B→A   version, 2, ephemeral B(65), nonce B(16), public key B(65), nonce A(16), signature(64), mac B(32)
 *   M3  A→B   version, 3, signature A(64), mac A(32)
 *
 *   T    = SHA-256(… T ‖ room ‖ id A ‖ id B ‖ M1 ‖ M2 up to nonce A)
 *   keys = HKDF(ECDH(ephemerals), salt = SHA-256(psk ‖ T)) → A→B, B→A, mac A, mac B
 *   T2   = SHA-256(T ‖ M2)
 *
 * M1 names no receiver, so that one announcement serves a whole room. Its own signature binds the ephemeral key to
 * the sender: what B seals in its very first answer can be opened by the real A alone, before M3 has proved that A
 * is there. The nonce that M2 repeats tells a late answer to an earlier announcement from a forged one. One flag
 * says that A is anonymous: it has nothing to say of itself, so that whoever answers need not wait for it. The other one, that
 * it keeps a door rather than knocks at it.
 */
import { PeerError } from '../errors.js';
import { identityOfKey, isSigned, subtle, verifierOf, type Identity } from '../identity.js';
import { toBase64url } from '../base64url.js';
import { identityOf } from '../protocol.js';
import { concat, isSame, lengthPrefixed, utf8, type Bytes } from '../bytes.js';

export interface HandshakeContext {
  readonly identity: Identity;
  /** What signalling knows the room by. */
  readonly room: string;
  /** Secret that all members share, 32 bytes; zeros where there is none. */
  readonly psk: Bytes;
}

export interface SessionKeys {
  readonly send: CryptoKey;
  readonly receive: CryptoKey;
  /** For what this side proves outside of sealed frames, and what the other side does. */
  readonly prove: CryptoKey;
  readonly verify: CryptoKey;
  /** Names this session and no other, the same on both sides; 32 bytes. */
  readonly transcript: Bytes;
}

const VERSION = 1;
const POINT = 65;
const NONCE = 16;
const SIGNATURE = 64;
const MAC = 32;
const PUBLIC = 2 + POINT + NONCE + POINT;
const PUBLIC_1 = PUBLIC + 1;
const PUBLIC_2 = PUBLIC + NONCE;
const ANONYMOUS = 1;
const KEEPER = 2;
export const M1_BYTES = PUBLIC_1 + SIGNATURE;
export const M2_BYTES = PUBLIC_2 + SIGNATURE + MAC;
export const M3_BYTES = 2 + SIGNATURE + MAC;

const ECDH = { name: 'ECDH', namedCurve: 'P-256' };
const LABEL = 'peer-elements/1 ';

const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await subtle().digest('SHA-256', bytes));

const untrusted = (message: string): PeerError => new PeerError('untrusted', message);

interface PublicPart {
  readonly ephemeral: Bytes;
  readonly publicKey: Bytes;
  /** All that is covered by signatures: everything before the first one. */
  readonly bytes: Bytes;
}

const nonceOf = (message: Bytes): Bytes => message.slice(2 + POINT, 2 + POINT + NONCE);

export const makeNonce = (): Bytes => crypto.getRandomValues(new Uint8Array(NONCE));

/** Names the stay in a room that an announcement, M1, begins. */
export const stayOf = (m1: Uint8Array): string => toBase64url(nonceOf(new Uint8Array(m1)));

/** Whether who announces itself so keeps a door. */
export const isKeeper = (m1: Uint8Array): boolean => ((m1[PUBLIC] ?? 0) & KEEPER) !== 0;

function parsePublic(message: Bytes, number: 1 | 2): PublicPart {
  const length = number === 1 ? M1_BYTES : M2_BYTES;
  if (message.length !== length || message[0] !== VERSION || message[1] !== number) {
    throw untrusted('A handshake message has the wrong form.');
  }
  return {
    ephemeral: message.slice(2, 2 + POINT),
    publicKey: message.slice(2 + POINT + NONCE, PUBLIC),
    bytes: message.slice(0, number === 1 ? PUBLIC_1 : PUBLIC_2),
  };
}

/** A key for one handshake; may be made before anything else is known. */
export const makeEphemeralKey = async (): Promise<CryptoKeyPair> =>
  subtle().generateKey(ECDH, false, ['deriveBits']);

async function makeEphemeral(
  number: number,
  identity: Identity,
  { privateKey, publicKey }: CryptoKeyPair,
  nonce = makeNonce(),
): Promise<{ key: CryptoKey; bytes: Bytes }> {
  const point = new Uint8Array(await subtle().exportKey('raw', publicKey));
  return {
    key: privateKey,
    bytes: concat(new Uint8Array([VERSION, number]), point, nonce, identity.publicKey),
  };
}

/** What M1's signature says: this ephemeral key is mine, in this room, under this id. */
const announcement = (room: string, id: string, bytes: Bytes): Bytes =>
  concat(utf8(`${LABEL}announce\0`), lengthPrefixed(utf8(room), utf8(id), bytes));

async function checkIdentity(id: string, publicKey: Bytes): Promise<void> {
  if ((await identityOfKey(publicKey)) !== identityOf(id)) {
    throw untrusted('The public key does not belong to the id.');
  }
}

async function checkSignature(
  verifier: Promise<CryptoKey | null>,
  signature: Bytes,
  text: Bytes,
): Promise<void> {
  const key = await verifier;
  if (!key || !(await isSigned(key, signature, text))) throw untrusted('A signature does not fit.');
}

async function checkMac(key: CryptoKey, mac: Bytes, text: Bytes): Promise<void> {
  if (!(await subtle().verify('HMAC', key, mac, text)))
    throw untrusted('The other side does not have the same keys.');
}

const mac = async (key: CryptoKey, text: Bytes): Promise<Bytes> =>
  new Uint8Array(await subtle().sign('HMAC', key, text));

interface Keys {
  readonly toB: CryptoKey;
  readonly toA: CryptoKey;
  readonly macA: CryptoKey;
  readonly macB: CryptoKey;
}

/** @throws {PeerError} `untrusted` when the other side's ephemeral is no point of the curve */
async function agree(own: CryptoKey, ephemeral: Bytes): Promise<CryptoKey> {
  try {
    const theirs = await subtle().importKey('raw', ephemeral, ECDH, false, []);
    const shared = await subtle().deriveBits({ name: 'ECDH', public: theirs }, own, 256);
    return await subtle().importKey('raw', shared, 'HKDF', false, ['deriveBits']);
  } catch {
    throw untrusted('An ephemeral key is not valid.');
  }
}

async function deriveKeys(agreed: Promise<CryptoKey>, psk: Bytes, transcript: Promise<Bytes>): Promise<Keys> {
  const [secret, salt] = await Promise.all([agreed, transcript.then((t) => sha256(concat(psk, t)))]);
  const info = utf8(`${LABEL}keys`);
  const bits = await subtle().deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, secret, 4 * 256);
  const aes = (at: number, usage: KeyUsage[]): Promise<CryptoKey> =>
    subtle().importKey('raw', bits.slice(at, at + 32), 'AES-GCM', false, usage);
  const hmac = (at: number): Promise<CryptoKey> =>
    subtle().importKey('raw', bits.slice(at, at + 32), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
      'verify',
    ]);
  const [toB, toA, macA, macB] = await Promise.all([
    aes(0, ['encrypt', 'decrypt']),
    aes(32, ['encrypt', 'decrypt']),
    hmac(64),
    hmac(96),
  ]);
  return { toB, toA, macA, macB };
}

const transcriptOf = (room: string, idA: string, idB: string, m1: Bytes, publicB: Bytes): Promise<Bytes> =>
  sha256(concat(utf8(`${LABEL}T\0`), lengthPrefixed(utf8(room), utf8(idA), utf8(idB), m1, publicB)));

const responderText = (transcript: Bytes): Bytes => concat(utf8(`${LABEL}resp\0`), transcript);
const initiatorText = (transcript: Bytes): Bytes => concat(utf8(`${LABEL}init\0`), transcript);

/**
 * The side that begins; one announcement can be answered by many. Every step of WebCrypto is a way to another thread
 * and back: what does not depend on each other goes there together, and a result is only given when all of it holds.
 */
export interface Initiator {
  readonly m1: Bytes;
  /** Whether a message of the right form claims to answer this announcement, and not an earlier one. */
  isAnswer(m2: Bytes): boolean;
  /**
   * Checks an answer and closes the handshake with `id`.
   * @returns with M3 still being signed: what the other side has sealed can be opened meanwhile
   * @throws {PeerError} `untrusted`
   */
  finish(id: string, m2: Bytes): Promise<{ readonly m3: Promise<Bytes>; readonly keys: SessionKeys }>;
}

export interface InitiateOptions {
  /** A new key of `makeEphemeralKey()`, for this alone. */
  readonly pair?: CryptoKeyPair;
  /** We have neither a name nor a profile to introduce us with. Default false. */
  readonly anonymous?: boolean;
  /** We keep a door. Default false. */
  readonly keeper?: boolean;
  /** Of `makeNonce()`, where the stay had to be named before. */
  readonly nonce?: Bytes | undefined;
}

export async function initiate(
  { identity, room, psk }: HandshakeContext,
  { pair, anonymous = false, keeper = false, nonce }: InitiateOptions = {},
): Promise<Initiator> {
  const ephemeral = await makeEphemeral(1, identity, pair ?? (await makeEphemeralKey()), nonce);
  const flags = (anonymous ? ANONYMOUS : 0) | (keeper ? KEEPER : 0);
  const said = concat(ephemeral.bytes, new Uint8Array([flags]));
  const m1 = concat(said, await identity.sign(announcement(room, identity.id, said)));
  // The same answer again would give the same keys, and with them frames under numbers that were used before.
  const answers = new Set<string>();

  async function proof(macA: CryptoKey, t2: Bytes): Promise<Bytes> {
    const own = await identity.sign(initiatorText(t2));
    return concat(new Uint8Array([VERSION, 3]), own, await mac(macA, concat(t2, own)));
  }

  return {
    m1,
    isAnswer: (m2) => m2.length !== M2_BYTES || isSame(m2.slice(PUBLIC, PUBLIC_2), nonceOf(m1)),
    async finish(id, m2) {
      const theirs = parsePublic(m2, 2);
      const signature = m2.slice(PUBLIC_2, PUBLIC_2 + SIGNATURE);
      const verifier = verifierOf(theirs.publicKey);
      const agreed = agree(ephemeral.key, theirs.ephemeral);
      const transcript = transcriptOf(room, identity.id, id, m1, theirs.bytes);
      const [keys, t, t2] = await Promise.all([
        deriveKeys(agreed, psk, transcript),
        transcript,
        transcript.then((t) => sha256(concat(t, m2))),
        transcript.then((t) => checkSignature(verifier, signature, responderText(t))),
        checkIdentity(id, theirs.publicKey),
      ]);
      await checkMac(keys.macB, m2.slice(PUBLIC_2 + SIGNATURE), concat(t, signature));
      const answer = toBase64url(t2);
      if (answers.has(answer)) throw untrusted('An answer came again.');
      answers.add(answer);
      return {
        m3: proof(keys.macA, t2),
        keys: { send: keys.toB, receive: keys.toA, prove: keys.macA, verify: keys.macB, transcript: t2 },
      };
    },
  };
}

/** The side that answers. */
export interface Responder {
  readonly m2: Bytes;
  /** The other side has nothing to say of itself. */
  readonly anonymous: boolean;
  /** Usable at once for sealing: only who made the announcement can open it. What comes back is proven by `confirm()`. */
  readonly keys: SessionKeys;
  /** @throws {PeerError} `untrusted` */
  confirm(m3: Bytes): Promise<void>;
}

/**
 * Answers the announcement of `id`.
 * @param pair a new key of `makeEphemeralKey()`, for this alone
 * @throws {PeerError} `untrusted`
 */
export async function respond(
  context: HandshakeContext,
  id: string,
  m1: Bytes,
  pair?: CryptoKeyPair,
): Promise<Responder> {
  const { identity, room, psk } = context;
  const theirs = parsePublic(m1, 1);
  const verifier = verifierOf(theirs.publicKey);

  async function answer(): Promise<Pick<Responder, 'm2' | 'keys'>> {
    const ephemeral = await makeEphemeral(2, identity, pair ?? (await makeEphemeralKey()));
    const publicPart = concat(ephemeral.bytes, nonceOf(m1));
    const agreed = agree(ephemeral.key, theirs.ephemeral);
    const transcript = transcriptOf(room, id, identity.id, m1, publicPart);
    const [keys, t, signature] = await Promise.all([
      deriveKeys(agreed, psk, transcript),
      transcript,
      transcript.then((t) => identity.sign(responderText(t))),
    ]);
    const m2 = concat(publicPart, signature, await mac(keys.macB, concat(t, signature)));
    const t2 = await sha256(concat(t, m2));
    return {
      m2,
      keys: { send: keys.toA, receive: keys.toB, prove: keys.macB, verify: keys.macA, transcript: t2 },
    };
  }

  const [{ m2, keys }] = await Promise.all([
    answer(),
    checkIdentity(id, theirs.publicKey),
    checkSignature(verifier, m1.slice(PUBLIC_1), announcement(room, id, theirs.bytes)),
  ]);
  return {
    m2,
    anonymous: ((m1[PUBLIC] ?? 0) & ANONYMOUS) !== 0,
    keys,
    async confirm(m3) {
      if (m3.length !== M3_BYTES || m3[0] !== VERSION || m3[1] !== 3) {
        throw untrusted('A handshake message has the wrong form.');
      }
      const signed = m3.slice(2, 2 + SIGNATURE);
      await Promise.all([
        checkMac(keys.verify, m3.slice(2 + SIGNATURE), concat(keys.transcript, signed)),
        checkSignature(verifier, signed, initiatorText(keys.transcript)),
      ]);
    },
  };
}
