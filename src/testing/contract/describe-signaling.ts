/** The contract as a suite of a test runner. */
import { signalingCases, type SignalingSuiteOptions } from './signaling-cases.js';

/** What mocha, jest, vitest and node:test have in common. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  /** @param timeout ms; runners that are not told in this way pass it over */
  readonly it: (title: string, run: () => Promise<void>, timeout?: number) => unknown;
}

/**
 * Declares a suite of tests that an adaptor has to pass.
 * @param name what the suite calls the adaptor
 * @param runner default: the global ones
 * @throws {TypeError} where there is no runner, or `options` are wrong
 */
export function describeSignaling(
  name: string,
  options: SignalingSuiteOptions,
  runner: Partial<TestRunner> = globalThis as Partial<TestRunner>,
): void {
  const { describe, it } = runner;
  if (!describe || !it) {
    throw new TypeError(
      "There are no global describe() and it() here: pass your test runner's as { describe, it }.",
    );
  }
  const cases = signalingCases(options);
  describe(`${name} keeps the signalling contract`, () => {
    for (const { title, timeout, run } of cases) it(title, () => run(), timeout);
  });
}
