/** Values as a failure names them. */
const MOST = 200;
const BYTES = 24;

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

function bytesOf(bytes: Uint8Array): string {
  const shown = [...bytes.subarray(0, BYTES)].join(' ');
  return `bytes(${shown}${bytes.length > BYTES ? ` … ${String(bytes.length)} in all` : ''})`;
}

/** On one line, and not too long. */
export function show(value: unknown): string {
  if (isBytes(value)) return bytesOf(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return shorten(`[${value.map(show).join(', ')}]`);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value !== 'object' || value === null) return String(value);
  return shorten(
    `{ ${entriesOf(value)
      .map((entry) => entry.join(': '))
      .join(', ')} }`,
  );
}

/** Whether both are the same through and through: plain objects, lists, bytes and what is simpler. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  if (isBytes(a) || isBytes(b)) {
    return isBytes(a) && isBytes(b) && a.length === b.length && a.every((byte, i) => byte === b[i]);
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(Reflect.get(a, name), Reflect.get(b, name)))
  );
}

const entriesOf = (value: object): [string, string][] =>
  Object.entries(value).map(([name, item]) => [name, show(item)]);

const shorten = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST)}…` : text);
