/** A tree, and the bytes beside it, to the value. Whatever is wrong with them, it throws; see `decode`. */
import {
  ARRAY,
  ERRORS,
  ERROR_FIELDS,
  MAX_DEPTH,
  MAX_HOLES,
  NAMED_ARRAY,
  NUMBER,
  REFERENCE,
  UNDEFINED,
  VIEWS,
  classNamed,
} from './kinds.js';

/** The part of a buffer that has arrived, and where it begins in that buffer. */
export interface Part {
  readonly start: number;
  readonly buffer: ArrayBuffer;
}

type Fields = Record<string, unknown>;
type Node = readonly unknown[];
type View = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;

function fail(): never {
  throw new TypeError('malformed');
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isHole = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
const text = (value: unknown): string => (typeof value === 'string' ? value : fail());
const number = (value: unknown): number => (typeof value === 'number' ? value : fail());

function readBigInt(value: unknown): bigint {
  const [, sign, digits] = /^(-?)([\da-f]+)$/.exec(text(value)) ?? fail();
  const size = BigInt(`0x${digits ?? ''}`);
  return sign ? -size : size;
}

export class Reader {
  readonly #parts: readonly Part[];
  readonly #blobs: readonly Blob[];
  /** In the order in which the writer met them; what is not finished is a gap. */
  readonly #met: (object | undefined)[] = [];

  constructor(parts: readonly Part[], blobs: readonly Blob[]) {
    this.#parts = parts;
    this.#blobs = blobs;
  }

  /** @throws {Error} for a tree that no writer has made; it may be changed, and is part of what comes out */
  read(tree: unknown, depth = 0): unknown {
    if (!isObject(tree)) return tree;
    // One more for a node that stands for no object.
    if (depth > MAX_DEPTH + 1) fail();
    if (!Array.isArray(tree)) return this.#fields(tree as Fields, depth);
    const node = tree as Node;
    const [kind, first] = node;
    switch (kind) {
      case UNDEFINED:
        return undefined;
      case NUMBER:
        return /^(NaN|-?Infinity|-0)$/.test(text(first)) ? Number(first) : fail();
      case 'bigint':
        return readBigInt(first);
      case REFERENCE:
        return this.#met[number(first)] ?? fail();
      case ARRAY:
        return this.#array(node, 1, node.length, depth);
      case NAMED_ARRAY:
        return this.#namedArray(node, number(first), depth);
      case 'Map':
        return this.#map(node, depth);
      case 'Set':
        return this.#set(node, depth);
      default:
        return ERRORS.has(text(kind)) ? this.#error(node, depth) : this.#whole(node, depth);
    }
  }

  /** An object is what it is in JSON, and JSON.parse has made it for nobody else. */
  #fields(fields: Fields, depth: number): object {
    this.#met.push(fields);
    for (const key of Object.keys(fields)) {
      const value = fields[key];
      // Own, and therefore never a setter, not even as `__proto__`.
      if (isObject(value)) fields[key] = this.read(value, depth + 1);
    }
    return fields;
  }

  #array(node: Node, from: number, to: number, depth: number): unknown[] {
    const array: unknown[] = [];
    this.#met.push(array);
    let holes = 0;
    for (let i = from; i < to; i++) {
      if (!isHole(node[i])) array[i - from] = this.read(node[i], depth + 1);
      else if (++holes > MAX_HOLES) fail();
    }
    array.length = to - from;
    return array;
  }

  #namedArray(node: Node, count: number, depth: number): unknown[] {
    const end = count + 2;
    if (!Number.isInteger(count) || count < 0 || end > node.length) fail();
    const array = this.#array(node, 2, end, depth);
    for (let i = end; i < node.length; i += 2) {
      const name = text(node[i]);
      if (Object.hasOwn(array, name)) fail();
      const value = this.read(node[i + 1], depth + 1);
      Object.defineProperty(array, name, { value, writable: true, enumerable: true, configurable: true });
      // An index is no name, and would make it longer.
      if (array.length !== count) fail();
    }
    return array;
  }

  #map(node: Node, depth: number): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>();
    this.#met.push(map);
    for (let i = 1; i < node.length; i += 2) {
      map.set(this.read(node[i], depth + 1), this.read(node[i + 1], depth + 1));
    }
    return map;
  }

  #set(node: Node, depth: number): Set<unknown> {
    const set = new Set();
    this.#met.push(set);
    for (let i = 1; i < node.length; i++) set.add(this.read(node[i], depth + 1));
    return set;
  }

  #error([kind, message, ...fields]: Node, depth: number): Error {
    const words = message === undefined || isObject(message) ? undefined : text(message);
    const error =
      kind === 'AggregateError'
        ? new AggregateError([], words)
        : new (classNamed(text(kind)) as ErrorConstructor)(words);
    this.#met.push(error);
    for (let i = 0; i < fields.length; i += 2) {
      const name = text(fields[i]) as 'cause';
      if (!ERROR_FIELDS.includes(name)) fail();
      const value = this.read(fields[i + 1], depth + 1);
      Object.defineProperty(error, name, { value, writable: true, configurable: true });
    }
    return error;
  }

  /** What is made of its parts at once, so that none of them can refer to it. */
  #whole([kind, ...nodes]: Node, depth: number): object {
    const at = this.#met.push(undefined) - 1;
    const object = this.#make(
      text(kind),
      nodes.map((node) => this.read(node, depth + 1)),
    );
    this.#met[at] = object;
    return object;
  }

  #make(kind: string, parts: readonly unknown[]): object {
    const [a, b, c, d] = parts;
    if (VIEWS.has(kind)) {
      const { buffer, start } = this.#part(a);
      return new (classNamed(kind) as View)(buffer, number(b) - start, number(c));
    }
    switch (kind) {
      case 'ArrayBuffer':
        return this.#part(a).buffer;
      case 'Boolean':
      case 'Number':
      case 'String':
      case 'BigInt':
        return typeof a === kind.toLowerCase() ? (Object(a) as object) : fail();
      case 'Date':
        return new Date(number(a));
      case 'RegExp':
        return new RegExp(text(a), text(b));
      case 'DOMException':
        return new DOMException(text(a), text(b));
      case 'ImageData':
        return new ImageData(a as ImageDataArray, number(b), number(c), {
          colorSpace: text(d) as PredefinedColorSpace,
        });
      case 'Blob':
      case 'File':
        return this.#blob(kind, parts);
      default:
        return fail();
    }
  }

  #part(index: unknown): Part {
    return this.#parts[number(index)] ?? fail();
  }

  #blob(kind: string, [index, size, type, name, lastModified]: Node): Blob {
    const blob = this.#blobs[number(index)] ?? fail();
    if (blob.size !== size) fail();
    const options = { type: text(type) };
    if (kind === 'File')
      return new File([blob], text(name), { ...options, lastModified: number(lastModified) });
    return blob.type === type && !(blob instanceof File) ? blob : new Blob([blob], options);
  }
}
