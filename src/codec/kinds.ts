/**
 * What writer and reader agree on.
 *
 * What JSON says exactly is that JSON. Anything else is the JSON array `["*", tree, …]`, in which text, finite
 * numbers, booleans, null and plain objects stand for themselves, and every array is a node that begins with its
 * kind: an array, a reference to an object that came before, or a class with what makes up an instance. So nothing
 * in the user's data can be taken for a node; only an array at the very top that begins with the mark has to be
 * written as a tree, too.
 *
 * Behind the tree come the buffers that it refers to by number, two items for each: where in it the part begins that
 * is sent, so that views keep the offsets they had, and the part in base64. With more bytes than are worth that, the
 * frame is `u32 length ‖ ["*", tree, start, size, …] ‖ the parts`.
 */
export const MARK = '*';

/** Objects within objects, beside the one that a message is wrapped in. Each counts where it is met first. */
export const MAX_DEPTH = 200;
/** In one array. Each costs a few bytes, so that a short frame cannot make a huge array. */
export const MAX_HOLES = 2 ** 20;

/** All of a value's. Texts travel many in one frame, bytes do not: a few of them are several times as fast as text. */
export const MAX_TEXT_BYTES = 512;

export const ARRAY = 'a';
/** Count of items, items, then names and values of what else the array has. */
export const NAMED_ARRAY = 'A';
/** Position in the order in which objects are met. */
export const REFERENCE = 'r';
export const UNDEFINED = 'u';
/** A number that JSON has no word for. */
export const NUMBER = 'n';
/** An array without anything in it. */
export const HOLE = '[]';

export const VIEWS: ReadonlySet<string> = new Set([
  ...['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32', 'BigInt64', 'BigUint64'].map(
    (type) => `${type}Array`,
  ),
  ...['Float16Array', 'Float32Array', 'Float64Array', 'DataView'],
]);

export const ERRORS: ReadonlySet<string> = new Set([
  'Error',
  ...['Eval', 'Range', 'Reference', 'Syntax', 'Type', 'URI', 'Aggregate'].map((type) => `${type}Error`),
]);

/** What an error may have beside its message. */
export const ERROR_FIELDS = ['cause', 'errors'] as const;

/** Only for names that are known to be those of a class: they may come from a peer. */
export const classNamed = (name: string): unknown => (globalThis as Record<string, unknown>)[name];

export type Bytes = Uint8Array<ArrayBuffer>;
