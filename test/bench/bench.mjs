/**
 * `npm run bench`: what peer-elements takes, beside what others take, in one run. See README.md beside this file.
 *
 *   npm run bench [-- options]             both
 *   npm run bench:connect [-- options]     until two pages hear each other
 *   npm run bench:messages [-- options]    what they hear then
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBuilt, ensureInstalled } from '../tools/workspace.mjs';

const say = (line) => console.log(line);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const readJson = (path) => JSON.parse(readFileSync(here(path), 'utf8'));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string' },
    count: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'string' },
    delay: { type: 'string' },
  },
});

function numberOf(name, fallback) {
  const value = values[name] === undefined ? fallback : Number(values[name]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a whole number from 1.`);
  return value;
}

/** The others' packages are none of the project's: they are here only for this. */
function ensureContestants() {
  const installed = 'node_modules/.package-lock.json';
  const { packages: wanted } = readJson('package-lock.json');
  const has = existsSync(here(installed)) ? readJson(installed).packages : {};
  const complete = Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || has[path]?.version === version,
  );
  if (complete) return;
  say('Installing what to compare with (npm ci in test/bench) …');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: here('.'),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) throw new Error('npm ci in test/bench failed');
}

/** On one line where that can be. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

ensureInstalled(say);
ensureBuilt(say);
ensureContestants();
// What needs packages is imported only now that they are there.
const { chosen, modules } = await import('./contestants.mjs');
const { buildPages } = await import('./pages.mjs');
const { laboratory, loopback } = await import('./networks.mjs');
const { Stage } = await import('./stage.mjs');
const TESTS = { connect: await import('./connect.mjs'), messages: await import('./messages.mjs') };

const unknown = positionals.filter((name) => !(name in TESTS));
if (unknown.length > 0)
  throw new Error(`Unknown: ${unknown.join()}. Benchmarks: ${Object.keys(TESTS).join()}`);

const versions = readJson('package.json').dependencies;
const pages = await buildPages(modules());
const stage = new Stage(
  values.delay === undefined ? await loopback(pages) : await laboratory(pages, numberOf('delay')),
);
const json = { at: new Date().toISOString(), versions, tests: {} };
try {
  await stage.open();
  Object.assign(json, await stage.describe());
  say(`${json.browser}, Node ${json.node}, ${json.network}`);
  for (const [name, { defaults, measure, report }] of Object.entries(TESTS)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const options = { runs: numberOf('runs', defaults.runs), count: numberOf('count', defaults.count ?? 1) };
    const contestants = chosen(name, values.only);
    const results = await measure(stage, contestants, options, progress);
    progress('');
    const { text, json: figures } = report(results, contestants, options);
    say(`\n${options.runs} runs each, medians; taking turns\n\n${text}`);
    json.tests[name] = { ...options, ...figures };
  }
} finally {
  await stage.close();
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(json, null, 2)}\n`);
