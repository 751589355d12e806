import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runCommand } from './run-command.mjs';
import { RESULTS_FILE, count, readResults, totals } from './results.mjs';

describe('what the runner counts of a Node suite', () => {
  let dir: string;
  before(async () => (dir = await mkdtemp(join(tmpdir(), 'peer-elements-reporter-'))));
  after(() => rm(dir, { recursive: true, force: true }));

  let runs = 0;
  async function resultsOf(code: string): Promise<ReturnType<typeof readResults>> {
    const file = join(dir, `${++runs}.test.mjs`);
    const results = join(dir, `${runs}.jsonl`);
    await writeFile(file, `import { after, before, describe, test } from 'node:test';\n${code}`);
    const reporter = pathToFileURL(join(import.meta.dirname, 'node-reporter.mjs')).href;
    const env = { [RESULTS_FILE]: results, NODE_TEST_CONTEXT: undefined, NODE_V8_COVERAGE: undefined };
    const argv = [process.execPath, '--test', `--test-reporter=${reporter}`, file];
    await runCommand(argv, { env, timeout: 20_000, quiet: true });
    return readResults(results);
  }

  test('every test, but not what only groups them', async () => {
    const results = await resultsOf(`
      describe('group', () => {
        test('passes', () => {});
        test('fails', () => { throw new Error('on purpose'); });
        test('is skipped', { skip: true }, () => {});
        describe('inner', () => test('passes', () => {}));
      });`);
    assert.equal(totals(results), '2 passed, 1 failed, 1 skipped');
    const failed = results.find(({ status }) => status === 'failed');
    assert.equal(failed?.name, 'group › fails');
    assert.equal(failed.error, 'on purpose');
  });

  for (const [what, code] of [
    [
      'a hook that throws',
      `describe('group', () => { after(() => { throw new Error('x'); }); test('t', () => {}); });`,
    ],
    ['a file that cannot be run', `throw new Error('x');`],
    ['a file without tests', ''],
    ['a process that ends early', `test('t', () => process.exit(3));`],
  ] as const) {
    test(`${what} is a failure`, async () => {
      assert.notEqual(count(await resultsOf(code)).failed, 0);
    });
  }
});
