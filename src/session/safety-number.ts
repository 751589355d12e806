/** What two people compare in order to know that nobody sits between their pages. */
import { identityOf } from '../protocol.js';
import { lengthPrefixed, utf8 } from '../bytes.js';

const GROUPS = 12;
const GROUP_BYTES = 5;

/** Sixty decimal digits in groups of five, made of both identities; the order does not matter. */
export async function safetyNumber(one: string, other: string): Promise<string> {
  const [first = '', second = ''] = [one, other].map(identityOf).sort();
  const text = lengthPrefixed(utf8('peer-elements/1 safety number'), utf8(first), utf8(second));
  const hash = new DataView(await crypto.subtle.digest('SHA-512', text));
  return Array.from({ length: GROUPS }, (_, group) => {
    const at = group * GROUP_BYTES;
    // 40 bits make five digits with a bias that does not matter.
    const value = hash.getUint32(at) * 256 + hash.getUint8(at + 4);
    return String(value % 100_000).padStart(5, '0');
  }).join(' ');
}
