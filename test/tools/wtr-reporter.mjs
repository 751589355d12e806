/** A line for every finished test file, and results for the runner to count. */
import { relative } from 'node:path';
import { root } from './workspace.mjs';
import { count, shortened, totals, writeResult } from './results.mjs';

function* testsIn(suite, path = []) {
  for (const test of suite.tests) yield { ...test, name: [...path, test.name].join(' › ') };
  for (const inner of suite.suites) yield* testsIn(inner, [...path, inner.name]);
}

function* resultsOf(session, file) {
  for (const { name, passed, skipped, error } of session.testResults ? testsIn(session.testResults) : []) {
    if (skipped) yield { status: 'skipped', name, file };
    else if (passed) yield { status: 'passed', name, file };
    else yield { status: 'failed', name, file, error: shortened(error?.message) };
  }
  // Not of a test: the file did not load, or did not come to an end.
  for (const { message } of session.errors) {
    yield { status: 'failed', name: 'the file as a whole', file, error: shortened(message) };
  }
}

export function resultsReporter() {
  return {
    reportTestFileResults({ sessionsForTestFile, testFile }) {
      const file = relative(root, testFile);
      for (const session of sessionsForTestFile) {
        const results = [...resultsOf(session, file)];
        if (results.length === 0) {
          const error = 'it has no tests';
          results.push({ status: 'failed', name: 'the file as a whole', file, error });
        }
        for (const result of results) writeResult(result);
        const mark = count(results).failed > 0 ? '✖' : '✔';
        process.stdout.write(`${mark} ${session.browser.name}  ${file}: ${totals(results)}\n`);
      }
    },
  };
}
