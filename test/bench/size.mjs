/**
 * `npm run size`: what a page loads of ours, beside what it would load of others. `--check` fails where one of our
 * bundles outgrew its budget in size-budget.json, which is in bytes after brotli: what a CDN sends.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from '../tools/workspace.mjs';

const require = createRequire(import.meta.url);
const versionOf = (name) =>
  JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;

const OURS = ['peer-elements.js', 'core.js', 'signaling/mqtt.js', 'testing.js'];
const OTHERS = [
  { name: 'peerjs', source: `export { Peer } from 'peerjs'` },
  {
    // It was written for a bundler that brings Node's modules along.
    name: 'simple-peer',
    note: 'with Node stand-ins',
    source: `export { default } from 'simple-peer'`,
    options: {
      alias: { events: require.resolve('events/'), buffer: require.resolve('buffer/') },
      inject: [join(root, 'test/bench/node-globals.mjs')],
      define: { global: 'globalThis' },
    },
  },
  { name: 'trystero', note: 'nostr, its default', source: `export * from 'trystero'` },
  // What remains for a page that brings its own signalling.
  { name: '@trystero-p2p/core', note: 'no strategy', source: `export * from '@trystero-p2p/core'` },
];

/** As ours are made: one minified module with everything in it. */
async function bundle({ source, options = {} }) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: root },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['production'],
    minify: true,
    legalComments: 'none',
    write: false,
    logLevel: 'error',
    ...options,
  });
  return outputFiles[0].contents;
}

function measure(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params }).length,
  };
}

const row = (name, { raw, gzip, brotli }) =>
  [name.padEnd(40), ...[raw, gzip, brotli].map((n) => n.toLocaleString('en').padStart(10))].join('');

console.log(
  ['bytes'.padEnd(40), ...['minified', 'gzip', 'brotli'].map((word) => word.padStart(10))].join(''),
);

const budgets = JSON.parse(readFileSync(new URL('size-budget.json', import.meta.url), 'utf8'));
const tooBig = [];
for (const file of OURS) {
  const path = join(root, 'dist', file);
  if (!existsSync(path)) throw new Error(`${path} is missing: npm run build`);
  const size = measure(readFileSync(path));
  console.log(row(`dist/${file}`, size));
  const budget = budgets[file];
  if (size.brotli > budget) tooBig.push(`dist/${file}: ${size.brotli} bytes after brotli, budget ${budget}`);
}

if (process.argv.includes('--check')) {
  for (const line of tooBig) console.error(line);
  process.exitCode = tooBig.length > 0 ? 1 : 0;
} else {
  for (const other of OTHERS) {
    const { name, note } = other;
    const label = `${name} ${versionOf(name)}${note ? ` (${note})` : ''}`;
    console.log(row(label, measure(await bundle(other))));
  }
}
