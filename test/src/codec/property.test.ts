/** Values that nobody has thought of. */
import { expect } from '@open-wc/testing';
import * as fc from 'fast-check';
import { decode, encode } from '../../../src/codec/value.js';
import { roundTrip } from '../../support/codec.js';
import { difference } from '../../support/same-value.js';

const key = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', 'toJSON', 'length', '*', '0', '7', ''),
);
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\uD800', '*', '["*",1]', '\u2028\0'));
const bytes = fc.uint8Array({ maxLength: 40 });

const primitive = fc.oneof(
  text,
  fc.double(),
  fc.constantFrom(undefined, null, true, false, -0, NaN, Infinity, -Infinity),
  fc.bigInt(),
  fc.integer(),
);
const VIEWS = [
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView],
];
const view = fc
  .tuple(fc.constantFrom(...VIEWS), fc.nat(4), fc.nat(4), fc.nat(2))
  .map(([View, from, length, which]) => ({ View, from, length, which }));
const errors = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];

/** What has nothing inside: made anew for every run, since identity is what is looked at. */
const leaf: fc.Arbitrary<(buffers: readonly ArrayBuffer[]) => unknown> = fc.oneof(
  primitive.map((value) => () => value),
  fc.date({ noInvalidDate: false }).map((date) => () => new Date(date)),
  fc.tuple(fc.constantFrom('', 'a', '\\/', '[b"]+', '\u2028'), fc.constantFrom('', 'g', 'gimsuy', 'd')).map(
    ([source, flags]) =>
      () =>
        new RegExp(source, flags),
  ),
  fc.oneof(text, fc.double(), fc.boolean(), fc.bigInt()).map((value) => () => Object(value) as unknown),
  bytes.map((content) => () => content.slice().buffer),
  view.map(({ View, from, length, which }) => (buffers: readonly ArrayBuffer[]) => {
    const size = 'BYTES_PER_ELEMENT' in View ? View.BYTES_PER_ELEMENT : 1;
    return new (View as typeof Uint8Array)(buffers[which]!, from * size, length);
  }),
  fc.nat(2).map((which) => (buffers: readonly ArrayBuffer[]) => buffers[which]),
  fc.tuple(text, text).map(
    ([message, name]) =>
      () =>
        new DOMException(message, name),
  ),
);

/** Things that have others inside, by number: whatever refers to whatever, cycles and all. */
const thing = fc.record({
  kind: fc.constantFrom('object', 'null', 'class', 'array', 'named', 'map', 'set', 'error', 'aggregate'),
  parts: fc.array(fc.tuple(key, fc.oneof({ weight: 2, arbitrary: leaf }, fc.nat(50))), { maxLength: 6 }),
  which: fc.nat(errors.length - 1),
  message: text,
});
type Thing = typeof thing extends fc.Arbitrary<infer T> ? T : never;

class Instance {
  readonly #hidden = 1;
  get sum(): number {
    return this.#hidden;
  }
}

const define = (object: object, name: string, value: unknown): unknown =>
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });

const emptyThing = ({ kind, which, message }: Thing): object => {
  switch (kind) {
    case 'null':
      return Object.create(null) as object;
    case 'class':
      return new Instance();
    case 'array':
    case 'named':
      return [];
    case 'map':
      return new Map();
    case 'set':
      return new Set();
    case 'error':
      return new errors[which]!(message);
    case 'aggregate':
      return new AggregateError([], message);
    default:
      return {};
  }
};

function fill(object: object, kind: string, parts: readonly [string, unknown][]): void {
  for (const [i, [name, value]] of parts.entries()) {
    // Every third place stays a hole.
    if (kind === 'array') i % 3 === 1 ? (object as unknown[]).length++ : (object as unknown[]).push(value);
    else if (kind === 'map') (object as Map<unknown, unknown>).set(i % 2 ? name : value, value);
    else if (kind === 'set') (object as Set<unknown>).add(value);
    else if (kind === 'error') (object as Error).cause = value;
    else if (kind === 'aggregate') (object as AggregateError).errors.push(value);
    else if (kind === 'named' && /^(\d+|length)$/.test(name)) (object as unknown[]).push(value);
    else define(object, name, value);
  }
}

const graph = fc.array(thing, { minLength: 1, maxLength: 30 }).map((things) => {
  const buffers = [0, 1, 2].map((n) => new Uint8Array(64).map((_, i) => i + n).buffer);
  const objects = things.map(emptyThing);
  for (const [i, { kind, parts }] of things.entries()) {
    const resolved = parts.map(([name, part]): [string, unknown] => [
      name,
      typeof part === 'number' ? objects[part % objects.length] : part(buffers),
    ]);
    fill(objects[i]!, kind, resolved);
  }
  return objects[0];
});

/** Fails with the smallest value that shows it. */
const check = <T>(values: fc.Arbitrary<T>, property: (value: T) => void, runs = 1500): void => {
  fc.assert(fc.property(values, property), { numRuns: runs });
};

describe('Any value', () => {
  it('of JSON is sent as that JSON', () => {
    const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
    check(json, (value) => {
      const isTree = Array.isArray(value) && value[0] === '*';
      if (!isTree) expect(encode(value)).to.equal(JSON.stringify(value));
      expect(difference(value, roundTrip(value))).to.equal(null);
    });
  });

  it('arrives as what it was, with everything that refers to anything', () => {
    check(graph, (value) => {
      expect(difference(value, roundTrip(value))).to.equal(null);
      // In bytes, too.
      const message = { type: '', data: value, beside: new Uint8Array(1000) };
      expect(difference(message, roundTrip(message))).to.equal(null);
    });
  });

  it('arrives the same a second time: what came can be sent on', () => {
    check(graph, (value) => {
      const back = roundTrip(value);
      const [first, second] = [encode(back), encode(roundTrip(back))];
      expect(second).to.deep.equal(first);
    }, 500); // prettier-ignore
  });
});

describe('Any JSON', () => {
  const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'medium' },
      fc.oneof(text, fc.integer({ min: -2, max: 9 }), fc.constantFrom(null, true, 1e10)),
      fc
        .tuple(
          fc.constantFrom(
            ...['a', 'A', 'r', 'u', 'n', 'bigint', 'Date', 'RegExp', 'Map', 'Set', 'Error', 'AggregateError'],
            ...[
              'ArrayBuffer',
              'Uint8Array',
              'Float64Array',
              'DataView',
              'Number',
              'String',
              'BigInt',
              'Blob',
            ],
            ...['File', 'DOMException', 'ImageData', 'Function', 'constructor', '__proto__', 'cause'],
          ),
          fc.array(tie('node'), { maxLength: 5 }),
        )
        .map(([kind, rest]) => [kind, ...rest]),
      fc.array(fc.tuple(key, tie('node')), { maxLength: 4 }).map((pairs) => {
        const object = {};
        for (const [name, value] of pairs) define(object, name, value);
        return object;
      }),
    ),
  })).node;

  it('as a tree is refused, or a value that can be sent on as it is', () => {
    check(tree, (node) => {
      const decoded = decode(JSON.stringify(['*', node]));
      if (decoded) expect(difference(decoded.value, roundTrip(decoded.value))).to.equal(null);
      expect('polluted' in {}).to.equal(false);
    }, 5000); // prettier-ignore
  });
});
