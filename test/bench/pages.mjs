/** The files of every contestant's page, built for a browser: `NAME.html` plays what its query says. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { root } from '../tools/workspace.mjs';

const require = createRequire(import.meta.url);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const html = (module) => `<!doctype html><title>${module}</title><link rel="icon" href="data:,">
<script type="module">
import { meet } from './${module}.js';
import * as page from './page.js';
const args = JSON.parse(new URLSearchParams(location.search).get('args'));
window.result = page[args.play](meet, args);
</script>
`;

/** @param {readonly string[]} modules in contestants/ @returns {Promise<Record<string, string>>} by name */
export async function buildPages(modules) {
  const { outputFiles } = await build({
    entryPoints: [here('page.mjs'), ...modules.map((name) => here(`contestants/${name}.mjs`))],
    outdir: '/',
    entryNames: '[name]',
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['production'],
    minify: true,
    legalComments: 'none',
    write: false,
    logLevel: 'error',
    // Ours is loaded as visitors load it.
    external: ['/core.js', '/mqtt.js'],
    // simple-peer was written for a bundler that brings Node's modules along.
    alias: { events: require.resolve('events/'), buffer: require.resolve('buffer/') },
    inject: [here('node-globals.mjs')],
    define: { global: 'globalThis' },
  });
  return {
    'core.js': readFileSync(join(root, 'dist/core.js'), 'utf8'),
    'mqtt.js': readFileSync(join(root, 'dist/signaling/mqtt.js'), 'utf8'),
    ...Object.fromEntries(outputFiles.map(({ path, text }) => [path.slice(1), text])),
    ...Object.fromEntries(modules.map((name) => [`${name}.html`, html(name)])),
  };
}
