/**
 * Values to frames and back: a string where JSON can say it, bytes where there are ArrayBuffers or views inside.
 *
 * Bytes are laid out as `u32 length ‖ JSON {value, parts} ‖ the parts' bytes`: each part names its kind, its byte
 * length and the path at which it belongs, where `value` has null.
 */
export type Encoded = string | Uint8Array<ArrayBuffer>;

type Path = (string | number)[];
/** Where in a value one is; a path is made of it only when somebody wants to know. */
interface Place {
  readonly outer: Place | null;
  readonly key: string | number;
  readonly depth: number;
}
interface Part {
  readonly kind: string;
  readonly bytes: Uint8Array;
  readonly path: Path;
}

const MAX_DEPTH = 200;

const VIEWS: readonly (new (buffer: ArrayBuffer) => ArrayBufferView)[] = [
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
  DataView,
];
const VIEW_BY_NAME: ReadonlyMap<string, (typeof VIEWS)[number]> = new Map(
  VIEWS.map((View) => [View.name, View]),
);

const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1);

function refuse(what: string, path: Path): never {
  const at = path.length > 0 ? ` at ${path.join('.')}` : '';
  throw new DOMException(`${what}${at} cannot be sent`, 'DataCloneError');
}

function pathOf(place: Place | null): Path {
  const path: Path = [];
  for (let at = place; at; at = at.outer) path.unshift(at.key);
  return path;
}

function collectObject(value: object, place: Place | null, parts: Part[]): void {
  const depth = (place?.depth ?? 0) + 1;
  if (depth > MAX_DEPTH + 1) refuse(`Something nested deeper than ${String(MAX_DEPTH)}`, []);
  const collectItem = (item: unknown, key: string | number): void => {
    if (!isPlain(item)) collect(item, { outer: place, key, depth }, parts);
  };
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    parts.push({ kind: tagOf(value), bytes, path: pathOf(place) });
  } else if (value instanceof ArrayBuffer) {
    parts.push({ kind: 'ArrayBuffer', bytes: new Uint8Array(value), path: pathOf(place) });
  } else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (value[i] === undefined) refuse('undefined', [...pathOf(place), i]);
      collectItem(value[i], i);
    }
  } else if (tagOf(value) === 'Object' && !('toJSON' in value)) {
    const fields = value as Record<string, unknown>;
    for (const key of Object.keys(fields)) if (fields[key] !== undefined) collectItem(fields[key], key);
  } else {
    refuse(tagOf(value), pathOf(place));
  }
}

/** Most values, and nothing more to say about them. */
const isPlain = (value: unknown): boolean =>
  typeof value === 'string' || Number.isFinite(value) || typeof value === 'boolean' || value === null;

/** Finds the binary parts of a value and refuses what neither JSON nor a part can say. */
function collect(value: unknown, place: Place | null, parts: Part[]): void {
  if (typeof value === 'object' && value !== null) collectObject(value, place, parts);
  else if (typeof value === 'number') refuse(String(value), pathOf(place));
  else if (!isPlain(value)) refuse(typeof value === 'function' ? 'A function' : typeof value, pathOf(place));
}

/**
 * @param value anything JSON can say, and ArrayBuffers and views of them anywhere inside
 * @throws {DOMException} `DataCloneError`, naming what cannot be sent and where it is
 */
export function encode(value: unknown): Encoded {
  const parts: Part[] = [];
  if (!isPlain(value)) collect(value, null, parts);
  if (parts.length === 0) return JSON.stringify(value);
  return encodeBinary(value, parts);
}

function encodeBinary(value: unknown, parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const isBinary = (item: unknown): boolean => ArrayBuffer.isView(item) || item instanceof ArrayBuffer;
  const header = new TextEncoder().encode(
    JSON.stringify(
      {
        value,
        parts: parts.map(({ kind, bytes, path }) => [kind, bytes.length, ...path]),
      },
      (_key, item: unknown) => (isBinary(item) ? null : item),
    ),
  );
  const size = parts.reduce((sum, { bytes }) => sum + bytes.length, 4 + header.length);
  const frame = new Uint8Array(size);
  new DataView(frame.buffer).setUint32(0, header.length);
  frame.set(header, 4);
  let at = 4 + header.length;
  for (const { bytes } of parts) {
    frame.set(bytes, at);
    at += bytes.length;
  }
  return frame;
}

/** The value that a peer encoded, in a box so that it can be null; null when the frame is malformed. */
export function decode(frame: string | ArrayBuffer): { readonly value: unknown } | null {
  try {
    return { value: typeof frame === 'string' ? (JSON.parse(frame) as unknown) : decodeBinary(frame) };
  } catch {
    // Whatever a peer may send is not our error: the caller counts it as malformed.
    return null;
  }
}

function decodeBinary(frame: ArrayBuffer): unknown {
  const length = new DataView(frame).getUint32(0);
  const text = new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(frame, 4, length));
  const header = JSON.parse(text) as { value: unknown; parts: [string, number, ...Path][] };
  const root: { value: unknown } = { value: header.value };
  let at = 4 + length;
  for (const [kind, size, ...path] of header.parts) {
    if (!(size >= 0 && at + size <= frame.byteLength)) throw new RangeError('part beyond the end');
    place(root, ['value', ...path], revive(kind, frame.slice(at, at + size)));
    at += size;
  }
  return root.value;
}

function revive(kind: string, buffer: ArrayBuffer): ArrayBuffer | ArrayBufferView {
  if (kind === 'ArrayBuffer') return buffer;
  const View = VIEW_BY_NAME.get(kind);
  if (!View) throw new TypeError('unknown kind of part');
  return new View(buffer);
}

/** Only replaces a null that is there as an own property: a path cannot reach a prototype or add anything. */
function place(root: object, path: Path, part: unknown): void {
  let target = root as Record<string | number, unknown>;
  const last = path.length - 1;
  for (const [i, key] of path.entries()) {
    if (!Object.hasOwn(target, key)) throw new TypeError('path leads nowhere');
    if (i === last) {
      if (target[key] !== null) throw new TypeError('path is taken');
      target[key] = part;
    } else {
      target = target[key] as Record<string | number, unknown>;
    }
  }
}
