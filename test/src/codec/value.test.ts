import { expect } from '@open-wc/testing';
import { decode, encode } from '../../../src/codec/value.js';

const roundTrip = (value: unknown): unknown => {
  const encoded = encode(value);
  return decode(typeof encoded === 'string' ? encoded : encoded.buffer)?.value;
};

describe('encode and decode', () => {
  const plain: unknown[] = [
    null,
    true,
    false,
    0,
    -1.5,
    1e300,
    '',
    'text \u0000 \u{1F600} \uD800',
    [],
    {},
    [1, [2, [3]]],
    { a: { b: [null, 'c'] }, '': 1, toString: 2 },
  ];
  for (const value of plain) {
    it(`give back ${JSON.stringify(value)} as a string`, () => {
      expect(encode(value)).to.be.a('string');
      expect(roundTrip(value)).to.deep.equal(value);
    });
  }

  const bytes = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
  const views = [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ];
  for (const View of views) {
    it(`give back a ${View.name}`, () => {
      const value = new View(bytes.slice().buffer);
      const back = roundTrip(value);
      expect(back).to.be.an.instanceOf(View);
      expect(back).to.deep.equal(value);
    });
  }

  it('give back an ArrayBuffer and a DataView', () => {
    const buffer = roundTrip(bytes.buffer);
    expect(buffer).to.be.an.instanceOf(ArrayBuffer);
    expect(new Uint8Array(buffer as ArrayBuffer)).to.deep.equal(bytes);
    const view = roundTrip(new DataView(bytes.buffer, 2, 3)) as DataView;
    expect(view).to.be.an.instanceOf(DataView);
    expect([view.byteLength, view.getUint8(0)]).to.deep.equal([3, 3]);
  });

  it('send only the part of a buffer that a view shows', () => {
    const back = roundTrip(bytes.subarray(2, 4)) as Uint8Array;
    expect([...back]).to.deep.equal([3, 4]);
    expect(back.buffer.byteLength).to.equal(2);
  });

  it('find bytes anywhere, also none and the same twice', () => {
    const value = {
      a: [null, { b: bytes }],
      empty: new Uint8Array(),
      again: bytes,
      text: 'x',
      7: new Uint8Array([7]),
    };
    expect(encode(value)).to.be.an.instanceOf(Uint8Array);
    expect(roundTrip(value)).to.deep.equal(value);
  });

  it('leave out properties that are undefined, as JSON does', () => {
    expect(roundTrip({ a: undefined, b: 1 })).to.deep.equal({ b: 1 });
  });

  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const refused: [string, unknown, string][] = [
    ['undefined', undefined, 'undefined'],
    ['a function', () => 1, 'function'],
    ['a symbol', Symbol('s'), 'symbol'],
    ['a bigint', 1n, 'bigint'],
    ['NaN', NaN, 'NaN'],
    ['Infinity', { a: [Infinity] }, 'Infinity at a.0'],
    ['a hole', [1, , 2], 'undefined at 1'],
    ['a Date, which JSON would make a string', { when: new Date(0) }, 'Date at when'],
    ['a Map', [new Map()], 'Map at 0'],
    ['an element', document.createElement('p'), 'HTMLParagraphElement'],
    ['an object that says something else to JSON', { toJSON: () => 1 }, 'Object'],
    ['a cycle', cyclic, 'nested deeper'],
  ];
  for (const [name, value, message] of refused) {
    it(`refuse ${name}, saying where`, () => {
      expect(() => encode(value))
        .to.throw(DOMException, message)
        .with.property('name', 'DataCloneError');
    });
  }

  it('carry a property named __proto__ without touching any prototype', () => {
    const value = JSON.parse('{"__proto__":{"polluted":1}}') as object;
    const back = roundTrip(value) as object;
    expect(Object.getPrototypeOf(back)).to.equal(Object.prototype);
    expect(Object.hasOwn(back, '__proto__')).to.equal(true);
    expect('polluted' in {}).to.equal(false);
  });
});

describe('decode', () => {
  const binary = (header: unknown, ...rest: number[]): ArrayBuffer => {
    const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
    const frame = new Uint8Array(4 + text.length + rest.length);
    new DataView(frame.buffer).setUint32(0, text.length);
    frame.set(text, 4);
    frame.set(rest, 4 + text.length);
    return frame.buffer;
  };

  const malformed: [string, string | ArrayBuffer][] = [
    ['no JSON', '{'],
    ['an empty text', ''],
    ['no bytes', new ArrayBuffer(0)],
    ['a length beyond the end', new Uint8Array([255, 255, 255, 255, 1]).buffer],
    ['bad UTF-8', new Uint8Array([0, 0, 0, 2, 0xc3, 0x28]).buffer],
    ['a header without parts', binary({ value: 1 })],
    ['parts that are no list', binary({ value: null, parts: 5 })],
    ['a part of unknown kind', binary({ value: null, parts: [['Blob', 1]] }, 1)],
    ['a part that is a property of the table', binary({ value: null, parts: [['constructor', 1]] }, 1)],
    ['a part beyond the end', binary({ value: null, parts: [['Uint8Array', 2]] }, 1)],
    ['a part of odd size', binary({ value: null, parts: [['Uint16Array', 1]] }, 1)],
    ['a negative size', binary({ value: null, parts: [['Uint8Array', -5]] }, 1)],
    ['a path that leads nowhere', binary({ value: {}, parts: [['Uint8Array', 1, 'a']] }, 1)],
    ['a path through a string', binary({ value: 'a', parts: [['Uint8Array', 1, 0]] }, 1)],
    ['a path to what is taken', binary({ value: { a: 1 }, parts: [['Uint8Array', 1, 'a']] }, 1)],
    ['a path through a prototype', binary({ value: {}, parts: [['Uint8Array', 1, '__proto__', 'x']] }, 1)],
    [
      'a path to a constructor',
      binary({ value: {}, parts: [['Uint8Array', 1, 'constructor', 'prototype']] }, 1),
    ],
  ];
  for (const [name, frame] of malformed) {
    it(`gives null for ${name}`, () => {
      expect(decode(frame)).to.equal(null);
      expect('x' in {}).to.equal(false);
    });
  }

  it('never throws, whatever the bytes', () => {
    const sample = encode({ a: new Uint8Array(9), b: [new Float64Array(2), 'x'] }) as Uint8Array<ArrayBuffer>;
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
      return seed % below;
    };
    for (let i = 0; i < 20_000; i++) {
      const mutated = sample.slice(0, sample.length - random(4));
      for (let k = 0; k <= random(3); k++) mutated[random(mutated.length)] = random(256);
      decode(mutated.buffer);
    }
  });
});
