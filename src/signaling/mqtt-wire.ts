/**
 * The two packets of MQTT 3.1.1 that we write ourselves: the library writes a moment later, and a page that is being left has not
 * got that moment.
 */
import { concat, utf8, type Bytes } from '../bytes.js';

/** At most so many bytes follow a byte of which the highest bit is set (2.2.3). */
function lengthOf(size: number): number[] {
  const bytes: number[] = [];
  let rest = size;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}

/** PUBLISH with QoS 0, not retained (3.3). */
export function publish(topic: string, text: string): Bytes {
  const [name, payload] = [utf8(topic), utf8(text)];
  const head = [0x30, ...lengthOf(2 + name.length + payload.length), name.length >> 8, name.length & 255];
  return concat(new Uint8Array(head), name, payload);
}

/** DISCONNECT (3.14): the broker forgets our last will. */
export const DISCONNECT: Bytes = new Uint8Array([0xe0, 0]);
