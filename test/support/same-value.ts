/** Whether a value arrived as what it was: kinds, contents, order, and what is the same thing twice. */

type Fields = Record<PropertyKey, unknown>;

const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1);

const ERRORS = ['Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'];

/** The prototype that a clone has. */
function prototypeOf(value: object): unknown {
  if (value instanceof DOMException) return DOMException.prototype;
  if (value instanceof Error) {
    const standard = [...ERRORS, 'AggregateError'].includes(value.name) ? value.name : 'Error';
    return ((globalThis as Fields)[standard] as ErrorConstructor).prototype;
  }
  return tagOf(value) === 'Object' ? Object.prototype : Object.getPrototypeOf(value);
}

const bytesOf = (view: ArrayBufferView): number[] => [
  ...new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
];

/**
 * Where `actual` is not a faithful clone of `expected`, or null. Cycles and shared references have to be shared in the
 * same way. A buffer is compared when it is met itself: of one that only views show, only that needs to be there.
 */
export function difference(expected: unknown, actual: unknown): string | null {
  const partners = new Map<unknown, unknown>();
  const taken = new Set();

  const sameThing = (a: object, b: object, at: string): string | null | undefined => {
    if (partners.has(a)) return partners.get(a) === b ? null : `${at}: another reference`;
    if (a === b) return `${at}: not a fresh object`;
    if (taken.has(b)) return `${at}: shared where it was not`;
    partners.set(a, b);
    taken.add(b);
    return undefined;
  };

  const all = (pairs: Iterable<[string, unknown, unknown]>): string | null => {
    for (const [at, a, b] of pairs) {
      const found = compare(a, b, at);
      if (found) return found;
    }
    return null;
  };

  const list = (as: readonly unknown[], bs: readonly unknown[], at: string): string | null =>
    as.length === bs.length
      ? all(as.map((a, i) => [`${at}[${i}]`, a, bs[i]]))
      : `${at}: ${as.length} things, not ${bs.length}`;

  const fields = (a: object, b: object, at: string): string | null => {
    const keys = Object.keys(a);
    if (keys.join('\0') !== Object.keys(b).join('\0'))
      return `${at}: keys ${keys.join()}, not ${Object.keys(b).join()}`;
    return all(keys.map((key) => [`${at}.${key}`, (a as Fields)[key], (b as Fields)[key]]));
  };

  const compare = (a: unknown, b: unknown, at: string): string | null => {
    if (typeof a !== 'object' || a === null)
      return Object.is(a, b) ? null : `${at}: ${String(a)}, not ${String(b)}`;
    if (typeof b !== 'object' || b === null) return `${at}: an object, not ${String(b)}`;
    const known = sameThing(a, b, at);
    if (known !== undefined) return known;
    if (Object.getPrototypeOf(b) !== prototypeOf(a)) return `${at}: not the class of ${tagOf(a)}`;
    if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
      const shared = sameThing(a.buffer, b.buffer, `${at}.buffer`) ?? null;
      return shared ?? list(bytesOf(a), bytesOf(b), at);
    }
    if (a instanceof ArrayBuffer) {
      return list([...new Uint8Array(a)], [...new Uint8Array(b as ArrayBuffer)], at);
    }
    if (a instanceof Map) return list([...a].flat(), [...(b as Map<unknown, unknown>)].flat(), at);
    if (a instanceof Set) return list([...a], [...(b as Set<unknown>)], at);
    if (a instanceof RegExp) return compare(a.toString(), (b as RegExp).toString(), at);
    if (a instanceof Date) return compare(a.getTime(), (b as Date).getTime(), at);
    if (a instanceof DOMException)
      return compare(`${a.name} ${a.message}`, `${(b as Error).name} ${(b as Error).message}`, at);
    if (a instanceof Error) {
      const names = ['message', 'cause', 'errors'].filter(
        (name) => Object.hasOwn(a, name) || Object.hasOwn(b, name),
      );
      return all(names.map((name) => [`${at}.${name}`, (a as unknown as Fields)[name], (b as Fields)[name]]));
    }
    if (/^(Boolean|Number|String|BigInt)$/.test(tagOf(a))) return compare(a.valueOf(), b.valueOf(), at);
    if (Array.isArray(a) && a.length !== (b as unknown[]).length) return `${at}: another length`;
    return fields(a, b, at);
  };
  return compare(expected, actual, 'value');
}
