/** The others' packages are none of the project's: they are here only for the benchmarks. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const readJson = (path) => JSON.parse(readFileSync(here(path), 'utf8'));

/** @returns {Record<string, string>} by their names */
export const versions = () => readJson('package.json').dependencies;

/** @param {(line: string) => void} say */
export function ensureContestants(say) {
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
