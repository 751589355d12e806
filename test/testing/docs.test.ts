/** The page and the test that docs/testing.md shows, exactly as they stand there, run as their reader would run them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { root } from '../tools/workspace.mjs';

const exec = promisify(execFile);
const WAYS_IN = { 'peer-elements/core': 'src/index.ts', 'peer-elements/testing': 'src/testing/index.ts' };

/** Code of the docs that begins with the name of its file. */
async function shown(file: string): Promise<string> {
  const page = await readFile(join(root, 'docs/testing.md'), 'utf8');
  const start = page.indexOf(`\`\`\`js\n// ${file}\n`);
  assert.notEqual(start, -1, file);
  let code = page.slice(start + 6, page.indexOf('\n```', start));
  for (const [name, path] of Object.entries(WAYS_IN)) {
    code = code.replaceAll(`'${name}'`, `'${pathToFileURL(join(root, path)).href}'`);
  }
  return code;
}

test('the example of the docs', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'peer-elements-docs-'));
  try {
    await writeFile(join(dir, 'package.json'), '{ "type": "module" }');
    for (const file of ['counter.js', 'counter.test.js']) await writeFile(join(dir, file), await shown(file));
    const loader = pathToFileURL(join(root, 'test/tools/typescript-loader.mjs')).href;
    const argv = [`--import=${loader}`, '--test', '--test-reporter=tap', join(dir, 'counter.test.js')];
    // Where it is set, it is taken for a part of this test.
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    const said = await exec(process.execPath, argv, { env }).catch(
      (error: unknown) => error as { stdout: string },
    );
    assert.match(said.stdout, /^# pass 1$/m, said.stdout);
    assert.match(said.stdout, /^# fail 0$/m);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
