/**
 * `npm test`: from a fresh clone to one last line that says how many tests passed and failed.
 *
 *   npm test                                everything
 *   npm test -- server firefox              these suites
 *   npm test -- test/src/room.test.ts       this file, in every suite it belongs to
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOrInstallBrowser } from './support/browsers.mjs';
import { count, totals } from './tools/results.mjs';
import { ensureBuilt, ensureInstalled, root } from './tools/workspace.mjs';

const say = (line) => console.log(line);
const headline = (text) => say(`\n━━ ${text} ${'━'.repeat(Math.max(0, 70 - text.length))}`);
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const inCi = process.env['CI'] !== undefined && !['', '0', 'false'].includes(process.env['CI']);

const asked = process.argv.slice(2);
const onlyFiles = asked.filter((arg) => arg.endsWith('.ts'));
const onlySuites = asked.filter((arg) => !arg.endsWith('.ts'));

ensureInstalled(say);
// What needs packages is imported only now that they are there.
const { filesOf, suites } = await import('./tools/suites.mjs');

const unknown = onlySuites.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  say(`Unknown: ${unknown.join(', ')}. Suites: ${suites.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const chosen = suites.filter(
  (suite) =>
    (onlySuites.length === 0 || onlySuites.includes(suite.name)) &&
    (onlyFiles.length === 0 || filesOf(suite, onlyFiles).length > 0),
);

const ENVIRONMENT = { chromium: 'CHROME_PATH', firefox: 'FIREFOX_PATH' };
const missing = new Set();
for (const browser of new Set(chosen.flatMap(({ browsers = [] }) => browsers))) {
  const path = findOrInstallBrowser(browser, say);
  if (path) process.env[ENVIRONMENT[browser]] = path;
  else missing.add(browser);
}

const started = performance.now();
const dir = mkdtempSync(join(tmpdir(), 'peer-elements-test-'));
const complete = asked.length === 0 && missing.size === 0;
const context = { dir, coverage: complete, only: onlyFiles };
if (complete) rmSync(join(root, 'coverage'), { recursive: true, force: true });
const buildError = chosen.some(({ needsBuild }) => needsBuild) ? build() : undefined;
/** @type {{ name: string, results: import('./tools/results.mjs').Result[] }[]} */
const done = [];

function build() {
  try {
    ensureBuilt(say);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

async function run(suite) {
  const asAWhole = (status, error) => [{ status, name: `the suite ${suite.name} as a whole`, error }];
  const files = filesOf(suite, onlyFiles);
  const lacking = (suite.browsers ?? []).filter((browser) => missing.has(browser));
  if (lacking.length > 0) {
    say(`SKIPPED: there is no ${lacking.join(' and no ')} here.`);
    return asAWhole('skipped');
  }
  if (suite.files && files.length === 0) {
    say('There are no test files yet.');
    return suite.mayBeEmpty ? [] : asAWhole('failed', 'it has no test files');
  }
  if (suite.needsBuild && buildError) return asAWhole('failed', buildError);
  return suite.run(context, files);
}

async function record(name, getResults) {
  headline(name);
  const since = performance.now();
  let results;
  try {
    results = await getResults();
  } catch (error) {
    results = [{ status: 'failed', name: `the suite ${name} as a whole`, error: String(error) }];
  }
  done.push({ name, results });
  say(`${name}: ${totals(results)} (${seconds(since)})`);
}

for (const suite of chosen) await record(suite.name, () => run(suite));
if (complete) {
  const { reportCoverage } = await import('./tools/coverage.mjs');
  await record('coverage', () => reportCoverage(dir));
}
rmSync(dir, { recursive: true, force: true });

headline(`all (${seconds(started)})`);
for (const { name, results } of done) say(`${name.padEnd(10)} ${totals(results)}`);
const all = done.flatMap(({ results }) => results);
const failures = done.flatMap(({ name, results }) =>
  results.filter(({ status }) => status === 'failed').map((result) => ({ ...result, suite: name })),
);
if (failures.length > 0) say('\nFailed:');
for (const { suite, file, name, error } of failures) {
  say(
    `✖ ${suite}  ${file ? `${file}: ` : ''}${name}${error ? `\n    ${error.replaceAll('\n', '\n    ')}` : ''}`,
  );
}

const { failed, skipped } = count(all);
if (inCi && skipped > 0) say('\nNothing may be skipped here (CI is set).');
process.exitCode = failed > 0 || all.length === 0 || (inCi && skipped > 0) ? 1 : 0;
say(`\n${totals(all)}`);
