/** What the contract asks for, and what came instead: without an assertion library. */
import { isSame, show } from './show.js';

/** An adaptor does not keep the contract. Test runners show `expected` and `actual`. */
export class ContractError extends Error {
  readonly expected: unknown;
  readonly actual: unknown;

  constructor(message: string, expected?: unknown, actual?: unknown, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ContractError';
    this.expected = expected;
    this.actual = actual;
  }
}

/** In a longer list, where the difference is says more than all of it. */
const LONG = 8;

/** @param what it is that has to be so. @throws {ContractError} */
export function equal(actual: unknown, expected: unknown, what: string): void {
  if (isSame(actual, expected)) return;
  if (Array.isArray(actual) && Array.isArray(expected) && Math.max(actual.length, expected.length) > LONG) {
    const [came, meant]: readonly (readonly unknown[])[] = [actual, expected];
    let at = 0;
    while (isSame(came?.[at], meant?.[at])) at++;
    what += ` (${String(actual.length)} instead of ${String(expected.length)}), number ${String(at + 1)}`;
    throw new ContractError(differing(what, meant?.[at], came?.[at]), expected, actual);
  }
  throw new ContractError(differing(what, expected, actual), expected, actual);
}

const differing = (what: string, expected: unknown, actual: unknown): string =>
  `${what}: expected ${show(expected)}, but it is ${show(actual)}`;

/** @param what has to be so, and is not. @throws {ContractError} */
export function hold(isSo: boolean, what: string): void {
  if (!isSo) throw new ContractError(what);
}
