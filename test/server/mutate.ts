/** Frames that are almost right, from a seed, so that a failure can be had again. */
import { encodeMessage, packPeerId } from '../../src/message-frame.js';
import type { Random } from '../support/random.js';

export interface Mutant {
  readonly data: Buffer;
  readonly binary: boolean;
}

export class Mutator {
  #random: Random;
  #ids: readonly string[];
  #rooms: readonly string[];

  /** @param ids and `rooms` that exist, so that some of it hits */
  constructor(random: Random, ids: readonly string[], rooms: readonly string[]) {
    this.#random = random;
    this.#ids = ids;
    this.#rooms = rooms;
  }

  int(below: number): number {
    return Math.floor(this.#random() * below);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)] as T;
  }

  /** Something a client might send, right in every respect. */
  valid(): Mutant {
    const n = this.int(4);
    const join = {
      type: 'join',
      n,
      room: this.pick(this.#rooms),
      entry: this.pick(['join-or-create', 'create', 'join']),
      capacity: this.int(40),
      hello: 'aGVsbG8',
      lock: this.pick(['', 'L'.repeat(43)]),
    };
    const login = {
      type: 'login',
      version: 1,
      key: 'B'.repeat(87),
      slot: this.int(3),
      signature: 'A'.repeat(86),
    };
    const message = (): Mutant => ({
      data: Buffer.from(encodeMessage(n, packPeerId(this.pick(this.#ids)), Buffer.alloc(this.int(100), 65))),
      binary: true,
    });
    if (this.#random() < 0.4) return message();
    const frame = this.pick<object>([join, join, { type: 'leave', n }, { type: 'ping' }, login]);
    return { data: Buffer.from(JSON.stringify(frame)), binary: false };
  }

  /** One to three mutations of something valid. */
  mutant(): Mutant {
    let mutant = this.valid();
    for (let i = this.int(3); i >= 0; i--) mutant = this.#mutate(mutant);
    return mutant;
  }

  /** A mutant that changes nothing the server has to close the connection for, more often than not. */
  harmless(): Mutant {
    const n = this.pick([0, 1, 2, 3, 9, 0xffff]);
    const id = this.pick(this.#ids);
    if (this.#random() < 0.2) {
      const extra = this.pick([
        '"__proto__":{"type":"x"}',
        '"constructor":null',
        '"n":1e999',
        '"room":[[[[]]]]',
      ]);
      return { data: Buffer.from(`{${extra},"type":"ping"}`), binary: false };
    }
    if (this.#random() < 0.2)
      return { data: Buffer.from(`{"type":"leave","n":${Math.max(n, 4)}}`), binary: false };
    const payload = Buffer.from(Array.from({ length: this.int(60) }, () => this.int(256)));
    const frame = Buffer.from(encodeMessage(n, packPeerId(id), payload));
    // The id, or the slot below 10 000: all of it stays a message.
    if (this.#random() < 0.7) frame[3 + this.int(32)] = this.int(256);
    if (this.#random() < 0.3) frame.writeUInt16BE(this.int(10_000), 35);
    return { data: frame, binary: true };
  }

  #mutate({ data, binary }: Mutant): Mutant {
    const text = (): string => data.toString('latin1');
    const value = (): string =>
      this.pick([
        'null',
        '-1',
        '1e999',
        '65536',
        '0.5',
        '"x"',
        '[]',
        '{}',
        'true',
        '""',
        '"\\u0000"',
        '9e15',
      ]);
    const other = (changed: string | Buffer): Mutant => ({
      data: typeof changed === 'string' ? Buffer.from(changed, 'latin1') : changed,
      binary,
    });
    const kinds: (() => Mutant)[] = [
      () => other(this.#flip(data)),
      () => other(data.subarray(0, this.int(data.length + 1))),
      () => other(Buffer.concat([data, data])),
      () => other(Buffer.concat([data.subarray(0, this.int(data.length + 1)), data])),
      () => ({ data, binary: !binary }),
      () => other(text().replace(/:("[^"]*"|\d+)/g, (whole) => (this.int(3) ? whole : `:${value()}`))),
      () => other(text().replace('{', `{"__proto__":{"n":0,"type":"ping"},`)),
      () => other(text().replace('{', `{"type":"constructor","hasOwnProperty":1,`)),
      () => other(text().replace(/\d+/, this.pick(['9'.repeat(400), '-0', '1e3', '0x10', '00']))),
      () => other(this.pick(['[', '{"a":', '"\\u']).repeat(this.int(700))),
      () => other('{"type":"ping","x":' + '['.repeat(900) + ']'.repeat(900) + '}'),
      () => other(Buffer.concat([data, Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0])])),
      () => other(Buffer.alloc(this.int(5000), this.int(256))),
      () => other(text().replace(/"[a-z]+":/, (key) => `"x${key.slice(1)}`)),
    ];
    return this.pick(kinds)();
  }

  #flip(data: Buffer): Buffer {
    const flipped = Buffer.from(data);
    for (let i = this.int(4); i >= 0 && flipped.length > 0; i--) {
      const at = this.int(flipped.length);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << this.int(8));
    }
    return flipped;
  }
}
