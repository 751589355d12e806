/** Whatever a peer sends: null, or a fresh value that is no more than the frame. */
import { expect } from '@open-wc/testing';
import { decode, encode, revive } from '../../../src/codec/value.js';
import { binary, read } from '../../support/codec.js';
import { random as seeded } from '../../support/random.js';

const deep = (levels: number, wrap: (inner: unknown) => unknown): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = wrap(value);
  return value;
};

describe('A frame that no peer of ours has made', () => {
  const texts: [string, string][] = [
    ['no JSON', '{'],
    ['an empty text', ''],
    ['deeper than anything', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['deeper than anything in a tree', `["*",${'["Map",1,'.repeat(50_000)}1${']'.repeat(50_000)}]`],
    ['a mark and nothing else', '["*"]'],
    ['parts of bytes that a text does not have', '["*",["ArrayBuffer",0],0,1]'],
    ['what is no base64', '["*",["ArrayBuffer",0],0,"???"]'],
    ['bytes that begin nowhere', '["*",["ArrayBuffer",0],"0","AAAA"]'],
  ];
  for (const [name, text] of texts) {
    it(`is refused: ${name}`, () => {
      expect(decode(text)).to.equal(null);
    });
  }

  const trees: [string, unknown][] = [
    ['of no kind', [1, 2]],
    ['of an unknown kind', ['WeakMap']],
    ['of a kind that is a property of the table', ['constructor']],
    ['of a kind that is a property of the window', ['document']],
    ['of a kind that can do harm', ['Function', 'return 1']],
    ['a hole where there is no array', { a: [] }],
    ['nothing at all', []],
    ['a reference to what never was', ['a', ['r', 5]]],
    ['a reference to itself that is not finished', ['ImageData', ['r', 0], 1, 1, 'srgb']],
    ['a reference by name', ['a', ['r', 'length']]],
    ['a reference to a method', ['a', ['r', 'push']]],
    ['a reference before the first', ['a', ['r', -1]]],
    ['a number that is a word', ['n', 'five']],
    ['a number that is one', ['n', '5']],
    ['a bigint that is none', ['bigint', '0x10']],
    ['a bigint without digits', ['bigint', '-']],
    ['a bigint of an object', ['bigint', { a: 1 }]],
    ['a Date of a text', ['Date', '2020-01-01']],
    ['a Date of nothing', ['Date']],
    ['a RegExp with bad flags', ['RegExp', 'a', 'gg']],
    ['a RegExp that is none', ['RegExp', '(', '']],
    ['a RegExp of an object', ['RegExp', ['RegExp', 'a', ''], '']],
    ['a wrapper of another kind', ['Number', 'text']],
    ['a wrapper of an object', ['String', {}]],
    ['a wrapper of nothing', ['Boolean', null]],
    ['an error with a name that is not its own', ['Error', 'x', 'name', 'TypeError']],
    ['an error with a stack', ['Error', 'x', 'stack', 'at home']],
    ['an error with a prototype', ['Error', 'x', '__proto__', {}]],
    ['an error of no standard class', ['PeerError', 'x']],
    ['an error whose words are a number', ['Error', 5]],
    ['an array that says it is longer', ['A', 5, 1]],
    ['an array that says it is huge', ['A', 4294967295]],
    ['an array with half an item', ['A', 0.5, 1]],
    ['an array with less than nothing', ['A', -1, 'name', 1]],
    ['an array whose name is an index', ['A', 1, 'x', '4294967294', 1]],
    ['an array whose name is taken', ['A', 1, 'x', '0', 1]],
    ['an array whose name is its length', ['A', 1, 'x', 'length', 1_000_000]],
    ['an array with a nameless name', ['A', 1, 'x', {}, 1]],
    ['bytes that are not there', ['Uint8Array', 0, 0, 1]],
    ['a buffer that is not there', ['ArrayBuffer', 0]],
    ['a buffer of another kind', ['SharedArrayBuffer', 0]],
    ['a file that is not there', ['File', 0, 0, '', 'name', 0]],
    ['too much depth in objects', deep(300, (a) => ({ a }))],
    ['too much depth in arrays', deep(300, (a) => ['a', a])],
    ['too much depth in sets', deep(300, (a) => ['Set', a])],
    ['too much depth in wrappers', deep(300, (a) => ['Number', a])],
    ['too much depth in errors', deep(300, (a) => ['Error', 'x', 'cause', a])],
    ['too many holes', ['a', ...Array.from({ length: 2 ** 20 + 1 }, () => [])]],
  ];
  for (const [name, tree] of trees) {
    it(`is refused as a tree: ${name}`, () => {
      expect(read(tree)).to.equal(null);
      expect(read(['Map', 'data', { tree }])).to.equal(null);
    });
  }

  const frames: [string, ArrayBuffer][] = [
    ['no bytes', new ArrayBuffer(0)],
    ['a length beyond the end', new Uint8Array([255, 255, 255, 255, 1]).buffer],
    ['bad UTF-8', new Uint8Array([0, 0, 0, 2, 0xc3, 0x28]).buffer],
    ['no mark', binary({ value: 1 })],
    ['a part beyond the end', binary(['*', ['ArrayBuffer', 0], 0, 2], 1)],
    ['a part of less than nothing', binary(['*', ['ArrayBuffer', 0], 0, -5], 1)],
    ['a part that begins before its buffer', binary(['*', ['ArrayBuffer', 0], -1, 1], 1)],
    ['a part of a size that is text', binary(['*', ['ArrayBuffer', 0], 0, '1'], 1)],
    ['a part without a size', binary(['*', ['ArrayBuffer', 0], 0], 1)],
    ['a view beyond its part', binary(['*', ['Uint8Array', 0, 0, 2], 0, 1], 1)],
    ['a view before its part', binary(['*', ['Uint8Array', 0, 0, 1], 1, 1], 1)],
    ['a view of odd place', binary(['*', ['Uint16Array', 0, 1, 1], 0, 4], 1, 2, 3, 4)],
    ['a view of an unknown kind', binary(['*', ['Uint7Array', 0, 0, 1], 0, 1], 1)],
    ['a view of a text', binary(['*', ['Uint8Array', '0', 0, 1], 0, 1], 1)],
    ['an image of another size', binary(['*', ['ImageData', ['Uint8ClampedArray', 0, 0, 4], 9, 9, 'srgb'], 0, 4], 1, 2, 3, 4)], // prettier-ignore
  ];
  for (const [name, frame] of frames) {
    it(`is refused as bytes: ${name}`, () => {
      expect(decode(frame)).to.equal(null);
    });
  }

  it('touches no prototype', () => {
    const text = '["*",{"__proto__":{"polluted":["u"]},"constructor":{"prototype":["a"]},"a":["r",0]}]';
    const { value } = decode(text) as { value: object };
    expect(Object.getPrototypeOf(value)).to.equal(Object.prototype);
    expect(Object.hasOwn(value, '__proto__')).to.equal(true);
    const array = read(['A', 0, '__proto__', { polluted: 1 }])!.value;
    expect(Array.isArray(array) && Object.getPrototypeOf(array) === Array.prototype).to.equal(true);
    expect('polluted' in {}).to.equal(false);
  });

  it('makes errors of standard classes only, without what it says of itself', () => {
    const error = read(['TypeError', 'words'])!.value as Error;
    expect(Object.getPrototypeOf(error)).to.equal(TypeError.prototype);
    expect(error.name).to.equal('TypeError');
  });

  it('costs no more than its bytes: the same thing a hundred thousand times, names, and parts', () => {
    const again = read(['a', { a: 1 }, ...Array.from({ length: 100_000 }, () => ['r', 1])])!
      .value as unknown[];
    expect([again.length, new Set(again).size]).to.deep.equal([100_001, 1]);
    const views = binary(
      ['*', ['a', ...Array.from({ length: 20_000 }, () => ['Uint8Array', 0, 0, 1])], 0, 1],
      1,
    );
    const list = decode(views)!.value as Uint8Array[];
    expect(new Set(list.map(({ buffer }) => buffer)).size).to.equal(1);
    const digits = read(['bigint', 'f'.repeat(200_000)])!.value as bigint;
    expect(BigInt.asUintN(64, digits)).to.equal(2n ** 64n - 1n);
    const names = Array.from({ length: 50_000 }, (_, i) => [`n${i}`, i]).flat();
    expect(Object.keys(read(['A', 0, ...names])!.value as object)).to.have.length(50_000);
  });
});

describe('A parsed value', () => {
  it('of plain JSON is what it was', () => {
    const value = { type: '', data: [['*', 1]] };
    expect(revive(value)!.value).to.equal(value);
    expect(revive(deep(300, (a) => [a]))).to.equal(null);
    expect(revive(deep(300, (a) => ({ a })))).to.equal(null);
  });
});

describe('A frame that was changed on its way', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = seeded(seed);
  const below = (end: number): number => Math.floor(random() * end);
  const samples: unknown[] = [
    { many: new Uint8Array(600), a: new Uint8Array(9), b: [new Float64Array(2), 'x', new DataView(new ArrayBuffer(3))], c: [, -0] }, // prettier-ignore
    [new Uint8Array(5), new Map<unknown, unknown>([[{}, new Set([1n])]]), new Date(5), /a/g, new RangeError('x', { cause: [] }), undefined], // prettier-ignore
    Object.assign([1, , NaN], { name: Object('x'), again: new AggregateError([1], 'y') }), // prettier-ignore
  ];
  for (const [i, sample] of samples.entries()) {
    it(`gives null or a value, which can be sent on (sample ${i}, seed ${seed})`, () => {
      const frame = encode(sample);
      const bytes = typeof frame === 'string' ? new TextEncoder().encode(frame) : frame;
      let values = 0;
      for (let n = 0; n < 20_000; n++) {
        const mutated = bytes.slice(0, below(8) ? bytes.length : below(bytes.length));
        // Mostly what has a meaning there.
        for (let k = below(3); k >= 0; k--)
          mutated[below(mutated.length)] = '[]",019-ar'.charCodeAt(below(10));
        const decoded = decode(
          typeof frame === 'string' ? new TextDecoder().decode(mutated) : mutated.buffer,
        );
        if (decoded === null) continue;
        values++;
        encode(decoded.value);
      }
      expect(values).to.be.above(0);
      expect('polluted' in {}).to.equal(false);
    });
  }
});
