/** Any value to a tree, and the bytes beside it. */
import { isPlain, tagOf } from './exact.js';
import {
  ARRAY,
  ERRORS,
  ERROR_FIELDS,
  HOLE,
  MARK,
  MAX_DEPTH,
  MAX_HOLES,
  MAX_TEXT_BYTES,
  NAMED_ARRAY,
  NUMBER,
  REFERENCE,
  UNDEFINED,
  VIEWS,
  classNamed,
  type Bytes,
} from './kinds.js';

/** The part of a buffer that is sent. */
interface Part {
  readonly index: number;
  readonly start: number;
  readonly end: number;
  /** What the start has to be a multiple of, so that every view fits where it was. */
  readonly align: number;
}

/** What makes up an instance of a class, or null when it is none, whatever it calls itself. */
function partsOf(kind: string, value: object): readonly unknown[] | null {
  try {
    switch (kind) {
      case 'Boolean':
      case 'Number':
      case 'String':
      case 'BigInt':
      case 'Date':
        return [(classNamed(kind) as DateConstructor).prototype.valueOf.call(value)];
      case 'RegExp': {
        const { source, flags } = value as RegExp;
        return Symbol.toStringTag in value ? null : [source, flags];
      }
      case 'Map':
        return [...(Map.prototype.entries.call(value) as Iterable<[unknown, unknown]>)].flat();
      case 'Set':
        return [...(Set.prototype.values.call(value) as Iterable<unknown>)];
      case 'DOMException': {
        const { message, name } = value as DOMException;
        return [message, name];
      }
      case 'ImageData': {
        // Not every browser has colour spaces.
        const { data, width, height, colorSpace = 'srgb' } = value as Partial<ImageData>;
        return [data, width, height, colorSpace];
      }
      case 'Error': {
        const { message } = value as { readonly message: unknown };
        const fields = ERROR_FIELDS.filter((name) => Object.hasOwn(value, name));
        return [
          Object.hasOwn(value, 'message') ? String(message) : undefined,
          ...fields.flatMap((name) => [name, (value as AggregateError)[name]]),
        ];
      }
      default:
        return null;
    }
  } catch {
    return null;
  }
}

/** Whether something made its class that is not JavaScript: then there is more to it than what it shows. */
function isNative(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype) return false;
  const maker: unknown = prototype.constructor;
  const source =
    typeof maker === 'function' && maker !== Object ? Function.prototype.toString.call(maker) : '';
  return /\[native code\]\s*\}$/.test(source) || isNative(prototype);
}

const base64 = (bytes: Uint8Array): string => `"${btoa(String.fromCharCode(...bytes))}"`;

/** Whether it has not been given away. */
function isWhole(buffer: ArrayBufferLike): boolean {
  try {
    return new Uint8Array(buffer).buffer === buffer;
  } catch {
    return false;
  }
}

/** Only those that every browser has: a class of the page's own arrives as an Error, as by structuredClone. */
const errorKind = ({ name }: Error): string => (ERRORS.has(name) ? name : 'Error');

export class Writer {
  readonly #blobs: Blob[] | undefined;
  /** Those that were met, and when. */
  readonly #met = new Map<object, number>();
  readonly #buffers = new Map<ArrayBufferLike, Part>();
  readonly #path: (string | number)[] = [];

  constructor(blobs: Blob[] | undefined) {
    this.#blobs = blobs;
  }

  /** @throws {DOMException} `DataCloneError` */
  write(value: unknown): string | Bytes {
    const tree = this.#value(value);
    const parts = [...this.#buffers].map(([buffer, { start, end, align }]) => {
      const from = start - (start % align);
      return { from, bytes: new Uint8Array(buffer, from, end - from) };
    });
    const size = parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const isText = size <= MAX_TEXT_BYTES;
    const listed = parts.map(({ from, bytes }) => `,${from},${isText ? base64(bytes) : bytes.length}`);
    const text = `["${MARK}",${tree}${listed.join('')}]`;
    if (isText) return text;
    const head = new TextEncoder().encode(text);
    const frame = new Uint8Array(4 + head.length + size);
    new DataView(frame.buffer).setUint32(0, head.length);
    let at = 4;
    for (const bytes of [head, ...parts.map((part) => part.bytes)]) {
      frame.set(bytes, at);
      at += bytes.length;
    }
    return frame;
  }

  #refuse(what: string): never {
    const at = this.#path.length > 0 ? ` at ${this.#path.join('.')}` : '';
    throw new DOMException(`${what}${at} cannot be sent`, 'DataCloneError');
  }

  #value(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return JSON.stringify(value);
      case 'number':
        if (Object.is(value, -0)) return `["${NUMBER}","-0"]`;
        return Number.isFinite(value) ? String(value) : `["${NUMBER}","${String(value)}"]`;
      case 'boolean':
        return String(value);
      case 'undefined':
        return `["${UNDEFINED}"]`;
      case 'bigint':
        return `["bigint","${value.toString(16)}"]`;
      case 'object':
        return value === null ? 'null' : this.#object(value);
      default:
        return this.#refuse(`A ${typeof value}`);
    }
  }

  #at(key: string | number, value: unknown): string {
    this.#path.push(key);
    const text = this.#value(value);
    this.#path.pop();
    return text;
  }

  #node(kind: string, parts: readonly unknown[]): string {
    return `["${kind}"${parts.map((part, i) => `,${this.#at(i, part)}`).join('')}]`;
  }

  #object(value: object): string {
    const known = this.#met.get(value);
    if (known !== undefined) return `["${REFERENCE}",${known}]`;
    this.#met.set(value, this.#met.size);
    if (this.#path.length > MAX_DEPTH) {
      this.#path.length = 0;
      this.#refuse(`Something nested deeper than ${String(MAX_DEPTH)}`);
    }
    if (Array.isArray(value)) return this.#array(value);
    if (isPlain(value)) return this.#fields(value);
    const tag = tagOf(value);
    if (VIEWS.has(tag) && ArrayBuffer.isView(value)) return this.#view(tag, value);
    if (tag === 'ArrayBuffer') return this.#node(tag, [this.#part(value as ArrayBuffer)]);
    if (value instanceof Blob) return this.#blob(value);
    const kind = value instanceof DOMException ? 'DOMException' : value instanceof Error ? 'Error' : tag;
    const parts = partsOf(kind, value);
    if (parts) return this.#node(kind === 'Error' ? errorKind(value as Error) : kind, parts);
    if (tag !== 'Object' && isNative(value)) this.#refuse(tag);
    return this.#fields(value);
  }

  #fields(value: object): string {
    const fields = value as Record<string, unknown>;
    return `{${Object.keys(fields)
      .map((key) => `${JSON.stringify(key)}:${this.#at(key, fields[key])}`)
      .join()}}`;
  }

  #view(kind: string, view: ArrayBufferView): string {
    const { buffer, byteOffset, byteLength } = view;
    const { BYTES_PER_ELEMENT: align = 1, length = byteLength } = view as Partial<Uint8Array>;
    return this.#node(kind, [this.#part(buffer, byteOffset, byteLength, align), byteOffset, length]);
  }

  /** Index of the part of a buffer that is sent, which grows with everything that is seen of it. */
  #part(buffer: ArrayBufferLike, start = 0, length = buffer.byteLength, align = 1): number {
    const known = this.#buffers.get(buffer);
    const { index, ...part } = known ?? { index: this.#buffers.size, start, end: start, align };
    this.#buffers.set(buffer, {
      index,
      start: Math.min(part.start, start),
      end: Math.max(part.end, start + length),
      align: Math.max(part.align, align),
    });
    if (!known && !isWhole(buffer)) this.#refuse('ArrayBuffer');
    return index;
  }

  #blob(blob: Blob): string {
    const { size, type } = blob;
    if (!this.#blobs) return this.#refuse(tagOf(blob));
    const parts = [this.#blobs.push(blob) - 1, size, type];
    if (!(blob instanceof File)) return this.#node('Blob', parts);
    return this.#node('File', [...parts, blob.name, blob.lastModified]);
  }

  #array(array: readonly unknown[]): string {
    const names = Object.keys(array);
    if (array.length - names.length > MAX_HOLES) this.#refuse('An array of so many holes');
    // Not map(), which passes holes over.
    const items = Array.from(array, (item, i) =>
      item === undefined && !Object.hasOwn(array, i) ? HOLE : this.#at(i, item),
    );
    // Names come behind indices.
    const named = names
      .slice(items.filter((item) => item !== HOLE).length)
      .map((name) => `${JSON.stringify(name)},${this.#at(name, (array as never)[name])}`);
    if (named.length === 0) return `[${[`"${ARRAY}"`, ...items].join()}]`;
    return `[${[`"${NAMED_ARRAY}"`, array.length, ...items, ...named].join()}]`;
  }
}
