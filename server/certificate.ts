/**
 * A certificate that signs itself (RFC 5280), for trying https where there is no other. Node makes keys and signatures
 * but no certificates; the few structures that one consists of are written here.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';

export interface SelfSigned {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

const DAY = 24 * 60 * 60 * 1000;
/** Apple's limit for what is trusted by hand is 825 days; this one is made anew at every start. */
const VALID_DAYS = 90;
const COMMON_NAME = 'peer-elements, made on the spot';

/** DER tags (X.690). */
const TAG = {
  boolean: 1,
  integer: 2,
  bits: 3,
  octets: 4,
  oid: 6,
  utf8: 12,
  time: 23,
  sequence: 0x30,
  set: 0x31,
};
/** Object identifiers, encoded. */
const OID = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
  extendedKeyUsage: '551d25',
  serverAuth: '2b06010505070301',
};

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const bytes = [length >> 8, length & 255];
  const long = length < 256 ? [0x81, length] : [0x82, ...bytes];
  return Buffer.concat([Buffer.from([tag, ...(length < 128 ? [length] : long)]), body]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(TAG.sequence, ...parts);
const oid = (hex: string): Buffer => der(TAG.oid, Buffer.from(hex, 'hex'));
/** A whole number of bytes. */
const bits = (bytes: Buffer): Buffer => der(TAG.bits, Buffer.from([0]), bytes);
/** `YYMMDDHHMMSSZ`, as it has to be written until 2049. */
const time = (date: Date): Buffer =>
  der(TAG.time, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(2, 14)}Z`));
const extension = (name: string, value: Buffer): Buffer => sequence(oid(name), der(TAG.octets, value));

/** The 16 bytes of an address as the URL parser writes it: no zone, no dotted part. */
function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string | undefined): string[] => (part ? part.split(':') : []);
  const [first, last] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  const all = [...first, ...zeros, ...last].map((group) => group.padStart(4, '0'));
  return Buffer.from(all.join(''), 'hex');
}

/** GeneralName: a context tag for each kind. */
function generalName(name: string): Buffer {
  if (isIPv4(name)) return der(0x87, Buffer.from(name.split('.').map(Number)));
  return isIPv6(name) ? der(0x87, ipv6Bytes(name)) : der(0x82, Buffer.from(name, 'latin1'));
}

const pem = (label: string, bytes: Buffer): string =>
  `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`;

/**
 * A new P-256 key and a certificate for it, valid from a day ago (clocks differ) for 90 days.
 * @param names host names (ASCII) and addresses (without a zone) under which the server is dialled
 */
export function createSelfSigned(names: readonly string[], now = Date.now()): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const subject = sequence(
    der(TAG.set, sequence(oid(OID.commonName), der(TAG.utf8, Buffer.from(COMMON_NAME)))),
  );
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // Positive, and without leading zeros.
  const extensions = sequence(
    extension(OID.basicConstraints, sequence()),
    extension(OID.keyUsage, der(TAG.bits, Buffer.from([7, 0x80]))), // digitalSignature
    extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth))),
    extension(OID.subjectAltName, sequence(...names.map(generalName))),
  );
  const certified = sequence(
    der(0xa0, der(TAG.integer, Buffer.from([2]))), // v3
    der(TAG.integer, serial),
    algorithm,
    subject,
    sequence(time(new Date(now - DAY)), time(new Date(now + VALID_DAYS * DAY))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = sign('sha256', certified, privateKey);
  return {
    cert: pem('CERTIFICATE', sequence(certified, algorithm, bits(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
