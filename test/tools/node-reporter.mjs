/**
 * Second reporter of `node --test`: results for the runner to count. A test with subtests counts beside them, a
 * `describe` does not. A file is an event of its own only where it has no tests or could not be run.
 */
import { relative } from 'node:path';
import { root } from './workspace.mjs';
import { shortened, writeResult } from './results.mjs';

/** What the runner wraps is its first cause; what has causes of its own says them. */
function reason(error) {
  const messages = [];
  for (let one = error?.cause ?? error; one && messages.length < 4; one = one.cause) {
    messages.push(one.message ?? String(one));
  }
  return shortened(messages.join('\n'));
}

function statusOf(type, { skip, todo }) {
  if (skip !== undefined && skip !== false) return 'skipped';
  if (todo !== undefined && todo !== false) return 'skipped';
  return type === 'test:pass' ? 'passed' : 'failed';
}

const isFile = ({ nesting, name }) => nesting === 0 && /\.test\.m?[jt]s$/.test(name);

export default async function* report(source) {
  const path = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      path.length = data.nesting;
      path[data.nesting] = data.name;
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (type === 'test:pass' && isFile(data)) {
      writeResult({
        status: 'failed',
        name: 'the file as a whole',
        file: relative(root, data.name),
        error: 'it has no tests',
      });
      continue;
    }
    const isSuite = data.details?.type === 'suite';
    const status = statusOf(type, data);
    // A failed suite whose tests passed failed in one of its hooks; one whose tests failed is counted there.
    const ownFailure = status === 'failed' && data.details?.error?.failureType !== 'subtestsFailed';
    if ((isSuite || isFile(data)) && !ownFailure) continue;
    writeResult({
      status,
      name: [...path.slice(0, data.nesting), data.name].join(' › '),
      ...(data.file ? { file: relative(root, data.file) } : {}),
      ...(status === 'failed' ? { error: reason(data.details.error) } : {}),
    });
  }
  yield '';
}
