/**
 * What we write and read of MQTT 3.1.1 ourselves, which is what is said: the library does it a few moments later. A page that is
 * being left has not got them, and where many words come they add up.
 */
import { concat, utf8, type Bytes } from '../bytes.js';

const PUBLISH = 3;
/** Longer packets are nothing of ours. */
const MAX_PACKET = 1_000_000;

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

/** Of a packet: where what its length counts begins, and where it ends; null while that has not come. */
function extentOf(bytes: Uint8Array): { readonly begin: number; readonly end: number } | null {
  let length = 0;
  for (let i = 1; i < Math.min(bytes.length, 5); i++) {
    const byte = bytes[i] ?? 0;
    length += (byte & 127) * 128 ** (i - 1);
    if (length > MAX_PACKET) throw new RangeError('The packet is too long.');
    if (byte < 128) return { begin: i + 1, end: i + 1 + length };
  }
  if (bytes.length >= 5) throw new RangeError('This is no packet.');
  return null;
}

/** Takes a stream of bytes apart. */
export class Packets {
  #rest: Uint8Array = new Uint8Array(0);

  /**
   * @returns the packets that are whole by now
   * @throws {RangeError} when it is no such stream
   */
  push(bytes: Uint8Array): Uint8Array[] {
    let rest = this.#rest.length > 0 ? concat(this.#rest, bytes) : bytes;
    const whole: Uint8Array[] = [];
    for (let found = extentOf(rest); found && found.end <= rest.length; found = extentOf(rest)) {
      whole.push(rest.subarray(0, found.end));
      rest = rest.subarray(found.end);
    }
    this.#rest = rest;
    return whole;
  }
}

/** Topic and text of a PUBLISH with QoS 0; null for any other packet. */
export function readPublish(packet: Uint8Array): { readonly topic: string; readonly text: string } | null {
  const [first = 0] = packet;
  const { begin } = extentOf(packet) ?? { begin: packet.length };
  if (first >> 4 !== PUBLISH || (first & 6) !== 0 || packet.length < begin + 2) return null;
  const at = begin + 2 + (((packet[begin] ?? 0) << 8) | (packet[begin + 1] ?? 0));
  const textOf = (from: number, to?: number): string => new TextDecoder().decode(packet.subarray(from, to));
  return { topic: textOf(begin + 2, at), text: textOf(at) };
}
