import { expect } from '@open-wc/testing';
import { decode, encode } from '../../../src/codec/value.js';
import { roundTrip } from '../../support/codec.js';
import { difference } from '../../support/same-value.js';

/** What both browsers' structuredClone agrees with, too. */
const expectFaithful = (value: unknown): unknown => {
  const back = roundTrip(value);
  expect(difference(value, back)).to.equal(null);
  return back;
};

describe('What JSON can say exactly', () => {
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
    ['n', '*', ['*']],
    { '*': ['*', ['u']] },
    JSON.parse('{"__proto__":{"x":1},"constructor":[]}'),
  ];
  for (const value of plain) {
    it(`is just that: ${JSON.stringify(value)}`, () => {
      expect(encode(value)).to.equal(JSON.stringify(value));
      expectFaithful(value);
    });
  }

  it('is so for instances of classes and for objects without a prototype', () => {
    class Point {
      x = 1;
      readonly #hidden = 2;
      get sum(): number {
        return this.x + this.#hidden;
      }
    }
    expect(encode(new Point())).to.equal('{"x":1}');
    expect(encode(Object.assign(Object.create(null) as object, { a: [1] }))).to.equal('{"a":[1]}');
    expect(encode(Object.create({ inherited: () => 1 }))).to.equal('{}');
  });

  it('is so for hundreds of objects, too', () => {
    const many = Array.from({ length: 500 }, (_, i) => ({ i, at: { x: i } }));
    expect(encode(many)).to.equal(JSON.stringify(many));
    many.push(many[0]!);
    expect(encode(many)).not.to.equal(JSON.stringify(many));
    expectFaithful(many);
  });

  it('is not mistaken for more, even where it looks like it', () => {
    for (const value of [['*'], ['*', 1], ['*', ['Date', 5]], ['*', ['a'], 0, 0]]) expectFaithful(value);
  });
});

describe('What JSON cannot say', () => {
  const shared = { x: 1 };
  const bytes = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
  const named = Object.assign([1, , 3], { name: 'Ada', 'with "quotes"': [2] });
  const rich: [string, unknown][] = [
    ['undefined', undefined],
    ['a property that is undefined', { a: undefined, b: [undefined] }],
    ['numbers', [NaN, Infinity, -Infinity, -0, 0, [-0]]],
    ['-0 by itself', -0],
    ['a bigint', [0n, 1n, -1n, 2n ** 64n, -(2n ** 200n)]],
    ['Dates', [new Date(0), new Date(-1.5e12), new Date(NaN)]],
    ['a RegExp', [/a\/"b/gimsuy, new RegExp('')]],
    ['a Map', new Map<unknown, unknown>([[{ k: 1 }, new Map()], [NaN, undefined], ['__proto__', 1]])], // prettier-ignore
    ['a Set', new Set([1, '1', [1], new Set([undefined])])],
    ['holes', [, 1, , [,], ,]], // prettier-ignore
    ['an array with names', named],
    ['what a RegExp finds', /(?<first>b)(x)?/.exec('abc')],
    [
      'wrappers',
      [Object(1), Object(-0), Object(NaN), Object('text'), Object(true), Object(false), Object(5n)],
    ],
    ['the same thing twice', [shared, { shared }, shared]],
    ['the same Date twice', [new Date(5)].flatMap((date) => [date, { date }])],
    ['an ArrayBuffer', bytes.slice().buffer],
    ['no bytes at all', [new ArrayBuffer(0), new Uint8Array(), new Float64Array(bytes.buffer, 8, 0)]],
    ['a DataView', new DataView(bytes.slice().buffer, 2, 3)],
    [
      'views over one buffer',
      [bytes.subarray(1, 3), new Uint16Array(bytes.buffer, 2, 1), bytes, bytes.buffer],
    ],
    [
      'bytes under any name',
      { a: [null, { b: bytes }], again: bytes, 7: new Uint8Array([7]), ['__proto__']: bytes },
    ],
    ['properties called __proto__', JSON.parse('{"__proto__":{"__proto__":[1]},"a":1}', (key, value: unknown) => (key === 'a' ? undefined : value))], // prettier-ignore
    ['own data called toJSON', { toJSON: 'text', a: { toJSON: 1 } }],
    [
      'errors',
      [new Error('one'), new TypeError('two', { cause: { three: [new RangeError()] } }), new URIError('')],
    ],
    ['an AggregateError', new AggregateError([new Error('inner'), 5], 'outer', { cause: -0 })],
    ['a cause that is undefined', new Error('x', { cause: undefined })],
    ['an error of a class of its own', new (class Mine extends SyntaxError {})('mine')],
    ['an error with another name', Object.assign(new RangeError('mine'), { name: 'Mine' })],
    ['a DOMException', new DOMException('words', 'AbortError')],
    ['a lone surrogate beside bytes', ['\uD800 \u{1F600} \u0000 \u2028', bytes]],
  ];
  for (const [name, value] of rich) {
    it(`arrives all the same: ${name}`, () => {
      expectFaithful(value);
      expectFaithful({ type: '', data: [value, { deeper: value }] });
      // Then it is no text any more.
      expectFaithful([value, new Uint8Array(1000)]);
    });
  }

  const views = [
    ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
    ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
    ...('Float16Array' in globalThis ? [(globalThis as never)['Float16Array'] as typeof Float32Array] : []),
  ];
  for (const View of views) {
    it(`arrives all the same: a ${View.name}`, () => {
      expect(expectFaithful(new View(bytes.slice().buffer))).to.be.an.instanceOf(View);
      expectFaithful([new View(bytes.buffer, View.BYTES_PER_ELEMENT), bytes.subarray(5)]);
    });
  }

  it('keeps cycles, through everything that can have one', () => {
    const cyclic: Record<string, unknown> = {
      list: [],
      map: new Map(),
      set: new Set(),
      error: new Error('e'),
    };
    (cyclic['list'] as unknown[]).push(cyclic, cyclic['list']);
    (cyclic['map'] as Map<unknown, unknown>).set(cyclic['map'], cyclic).set('list', cyclic['list']);
    (cyclic['set'] as Set<unknown>).add(cyclic['set']).add(cyclic);
    (cyclic['error'] as Error).cause = cyclic['error'];
    Object.assign(cyclic['list'] as object, { self: cyclic['list'] });
    expectFaithful(cyclic);
    const around = roundTrip(cyclic['list']) as { self: unknown };
    expect(around.self).to.equal(around);
  });

  it('keeps what an error is, and nothing of where it happened', () => {
    const error = new TypeError('words', { cause: 'why' });
    error.stack = 'secret';
    expect(encode(error)).not.to.contain('secret');
    const back = roundTrip(error) as Error;
    expect([back.name, back.message, back.cause]).to.deep.equal(['TypeError', 'words', 'why']);
    expect(Object.keys(back)).to.deep.equal([]);
    expect(back.stack).not.to.contain('secret');
  });

  it('is text with a few bytes, and bytes with many', () => {
    expect(encode({ a: [bytes, undefined] })).to.be.a('string');
    expect(encode({ a: [new Uint8Array(1000)] })).to.be.an.instanceOf(Uint8Array);
  });

  it('sends no more of a buffer than is seen of it', () => {
    const back = roundTrip(bytes.subarray(2, 4)) as Uint8Array;
    expect([...back]).to.deep.equal([3, 4]);
    expect(back.buffer.byteLength).to.equal(2);
    const large = new Uint8Array(1e6);
    expect(encode([large.subarray(10, 12), large.subarray(20, 30)]).length).to.be.below(200);
    const far = encode([large.subarray(10, 12), large.subarray(2000, 2030)]);
    expect(far.length).to.be.below(2200);
  });

  it('reads as structuredClone does: what is own and enumerable', () => {
    const value = Object.create(
      { inherited: 1 },
      {
        got: { enumerable: true, get: () => [1, undefined] },
        hidden: { value: () => 1 },
        [Symbol('s')]: { enumerable: true, value: () => 1 },
        toJSON: { value: () => 'not asked' },
      },
    ) as object;
    const back = roundTrip(value);
    expect(difference(structuredClone(value), back)).to.equal(null);
    expect(back).to.deep.equal({ got: [1, undefined] });
    class Tagged {
      a = 1;
      get [Symbol.toStringTag](): string {
        return 'Map';
      }
      toJSON(): string {
        return 'not asked';
      }
    }
    const tagged = Object.create({ [Symbol.toStringTag]: 'Set' }) as object;
    const own = { [Symbol.toStringTag]: 'Date', b: -0 };
    expect(roundTrip([new Tagged(), own, tagged])).to.deep.equal([{ a: 1 }, { b: -0 }, {}]);
  });

  it('passes on what a getter throws', () => {
    const value = {
      get a(): never {
        throw new EvalError('mine');
      },
    };
    expect(() => encode([new Map([[1, value]])])).to.throw(EvalError, 'mine');
  });

  it('carries an image', () => {
    const image = new ImageData(new Uint8ClampedArray([1, 2, 3, 4, 5, 6, 7, 8]), 2, 1);
    const back = (roundTrip({ image }) as { image: ImageData }).image;
    expect(back).to.be.an.instanceOf(ImageData);
    expect([back.width, back.height, [...back.data]]).to.deep.equal([2, 1, [...image.data]]);
    expect(back.colorSpace).to.equal(image.colorSpace);
  });

  it('comes from another window, too', () => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const other = frame.contentWindow as unknown as { eval(code: string): unknown };
    const value = other.eval('({ plain: { a: [1] }, map: new Map([[1, new Date(5)]]), bytes: new Uint8Array([7]), e: new Error("e") })'); // prettier-ignore
    expect(difference(structuredClone(value), roundTrip(value))).to.equal(null);
    frame.remove();
  });
});

describe('Blobs and files', () => {
  const blob = new Blob(['some words'], { type: 'text/plain' });
  const file = new File(['content'], 'name.txt', { type: 'text/x', lastModified: 1234 });

  it('leave a place holder, and are put back', async () => {
    const blobs: Blob[] = [new Blob(['before'])];
    const frame = encode({ blob, files: new Set([file]), again: blob }, blobs);
    expect(blobs.slice(1)).to.deep.equal([blob, file]);
    expect(frame).not.to.contain('some words');
    // As they come from the network: bytes, and nothing more.
    const arrived = await Promise.all(blobs.map(async (each) => new Blob([await each.arrayBuffer()])));
    const back = decode(frame as string, arrived)!.value as { blob: Blob; files: Set<File>; again: Blob };
    expect(back.blob).not.to.be.an.instanceOf(File);
    expect(back.again).to.equal(back.blob);
    expect([back.blob.type, await back.blob.text()]).to.deep.equal(['text/plain', 'some words']);
    const [only] = [...back.files] as [File];
    expect(only).to.be.an.instanceOf(File);
    expect([only.name, only.type, only.lastModified, await only.text()]).to.deep.equal([
      ...['name.txt', 'text/x', 1234, 'content'],
    ]);
  });

  it('are refused where there is no place for them', () => {
    expect(() => encode({ a: [file] }))
      .to.throw(DOMException, 'File at a.0')
      .with.property('name', 'DataCloneError');
  });

  it('make a frame malformed when they are missing or others', () => {
    const frame = encode([blob], []) as string;
    for (const wrong of [undefined, [], [new Blob(['shorter'])]]) {
      expect(decode(frame, wrong)).to.equal(null);
    }
  });
});

describe('What cannot be sent', () => {
  const detached = new ArrayBuffer(8);
  structuredClone(detached, { transfer: [detached] });
  const sparse: unknown[] = [];
  sparse.length = 2 ** 32 - 1;
  let deep: unknown = [];
  for (let i = 0; i < 300; i++) deep = i % 2 ? [deep] : new Map([[i, deep]]);
  const refused: [string, unknown, string][] = [
    ['a function', () => 1, 'A function cannot be sent'],
    ['a symbol', { a: Symbol('s') }, 'A symbol at a cannot'],
    ['a wrapped symbol', Object(Symbol('s')), 'Symbol'],
    ['an element', { a: [1, document.createElement('p')] }, 'HTMLParagraphElement at a.1'],
    ['an element of a class of its own', document.createElement('peer-unknown'), 'HTMLElement'],
    ['the window', { window }, 'Window at window'],
    ['a WeakMap', [new WeakMap()], 'WeakMap at 0'],
    ['a WeakRef', new WeakRef({}), 'WeakRef'],
    ['a Promise', Promise.resolve(), 'Promise'],
    ['a URL', new URL('http://x'), 'URL'],
    ['an event', new Event('x'), 'Event'],
    ['an iterator', [][Symbol.iterator](), 'Array Iterator'],
    ['a generator', (function* () {})(), 'Generator'],
    ['a class derived from what is the browser’s', new (class extends EventTarget {})(), 'EventTarget'],
    ['a function in a Map', new Map([['k', () => 1]]), 'A function at 1'],
    ['a function as a cause', new Error('x', { cause: () => 1 }), 'A function at 2'],
    ['a method', { a: { toJSON: () => 1 } }, 'A function at a.toJSON'],
    ['a buffer that was given away', [detached], 'ArrayBuffer at 0'],
    ['a huge array of holes', { sparse }, 'holes at sparse'],
    ['what is nested too deeply', deep, 'deeper than 200'],
  ];
  for (const [name, value, message] of refused) {
    it(`is refused by name and place: ${name}`, () => {
      expect(() => encode(value))
        .to.throw(DOMException, message)
        .with.property('name', 'DataCloneError');
    });
  }

  it('is refused beyond 200 levels within a message, in trees as in JSON', () => {
    const nested = (depth: number, leaf: unknown): unknown => {
      let value: unknown = [leaf];
      for (let i = 1; i < depth; i++) value = [value];
      return { type: '', data: value };
    };
    for (const leaf of [1, undefined]) {
      expect(difference(nested(200, leaf), roundTrip(nested(200, leaf)))).to.equal(null);
      expect(() => encode(nested(201, leaf))).to.throw(DOMException, 'deeper');
    }
  });
});
