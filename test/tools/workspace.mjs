/** Brings a checkout into a state in which something can be run: packages installed, bundles built. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const at = (path) => join(root, path);
const readJson = (path) => JSON.parse(readFileSync(at(path), 'utf8'));

/**
 * What npm has put into node_modules it lists there, in the lock file's own form. Comparing the two says more than
 * dates do: a fresh clone dates every file to the same second.
 */
export function isInstalled() {
  if (!existsSync(at('node_modules/.package-lock.json'))) return false;
  const { packages: installed } = readJson('node_modules/.package-lock.json');
  return Object.entries(readJson('package-lock.json').packages).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

/**
 * @param {string} dir
 * @param {string} ending
 * @returns {string[]} paths from the root, sorted
 */
export function filesIn(dir, ending, { deep = true } = {}) {
  if (!existsSync(at(dir))) return [];
  const names = readdirSync(at(dir), { recursive: deep });
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => `${dir}/${name.replaceAll('\\', '/')}`)
    .sort();
}

const SOURCES = ['src', 'components', 'server', 'rollup.config.mjs', 'custom-elements-manifest.config.mjs'];
const SETTINGS = ['tsconfig.json', 'package.json', 'package-lock.json'];
const PRODUCTS = [
  'peer-elements.js',
  'core.js',
  'signaling/mqtt.js',
  'testing.js',
  'server.js',
  'cli.js',
  'types',
  'custom-elements.json',
];

const modified = (path) => statSync(at(path)).mtimeMs;

function newest(path) {
  if (!statSync(at(path)).isDirectory()) return modified(path);
  const below = readdirSync(at(path)).map((name) => newest(`${path}/${name}`));
  return Math.max(modified(path), ...below);
}

/** Whether `dist` is complete and nothing that goes into it has changed since. */
export function isBuilt() {
  const products = PRODUCTS.map((name) => `dist/${name}`);
  if (!products.every((path) => existsSync(at(path)))) return false;
  const oldest = Math.min(...products.map(modified));
  return [...SOURCES, ...SETTINGS].every((path) => newest(path) <= oldest);
}

function npm(...args) {
  const { status, error } = spawnSync('npm', args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed`);
}

/** @param {(line: string) => void} say */
export function ensureInstalled(say) {
  if (isInstalled()) return;
  say('Installing packages (npm ci) …');
  npm('ci', '--include=dev', '--no-audit', '--no-fund');
}

/** @param {(line: string) => void} say */
export function ensureBuilt(say) {
  if (isBuilt()) return;
  say('Building (npm run build) …');
  npm('run', '--silent', 'build');
}
