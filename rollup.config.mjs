import { chmodSync, readFileSync } from 'node:fs';
import nodeResolve from '@rollup/plugin-node-resolve';
import esbuild, { minify } from 'rollup-plugin-esbuild';

const { name, version, license, dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

const TARGET = 'es2022';
/**
 * Has V8 compile all functions while the file arrives, on another thread. Compiled one by one when they are first
 * called, they held up the first message by a quarter. Has to come first in the file; other engines see a comment.
 * https://v8.dev/blog/explicit-compile-hints
 */
const COMPILE_HINT = '//# allFunctionsCalledOnLoad';

/** Relative imports and everything else that a consumer does not have to install. */
const fromDependencies = (id) =>
  id.startsWith('node:') || Object.keys(dependencies).some((dep) => id === dep || id.startsWith(`${dep}/`));

/** A self-contained module for a browser: one file, whatever it imports. */
const browserBundle = (input, file, banner, { legalComments = 'none', intro } = {}) => ({
  input,
  output: { file, format: 'es', sourcemap: true, intro },
  plugins: [
    // lit answers to `production` with the build that neither checks nor warns.
    nodeResolve({ browser: true, exportConditions: ['production'] }),
    esbuild({ target: TARGET, tsconfig: 'tsconfig.json' }),
    // The licence comments of every lit module would make up a tenth of the file: one line stands for them all.
    minify({ target: TARGET, legalComments, banner: `${COMPILE_HINT}\n${banner}` }),
  ],
});

/** npm marks bins as executable when it installs them; `dist/cli.js` is also run where nothing was installed. */
const executable = (file) => ({ name: 'executable', writeBundle: () => chmodSync(file, 0o755) });

const notice = `${name} ${version} | ${license}`;

export default [
  browserBundle(
    'components/define.ts',
    'dist/peer-elements.js',
    `/*! ${notice} | includes lit, Copyright 2017 Google LLC, BSD-3-Clause; lean-qr, Copyright 2021-2025 David Evans, MIT */`,
  ),
  browserBundle('src/index.ts', 'dist/core.js', `/*! ${notice} */`),
  browserBundle('src/testing/index.ts', 'dist/testing.js', `/*! ${notice} */`),
  browserBundle(
    'src/signaling/mqtt.ts',
    'dist/signaling/mqtt.js',
    `/*! ${notice} | includes mqtt, Copyright 2011-2014 Adam Rudd, 2015-2016 MQTT.js contributors, MIT */`,
    // What that brings in its turn is named at its end. It looks at what Node 20 has not got.
    { legalComments: 'eof', intro: 'const navigator = globalThis.navigator ?? {};' },
  ),
  {
    // Two entries of one build, so that the command imports the server instead of bringing a second copy.
    input: { server: 'server/index.ts', cli: 'server/cli.ts' },
    external: fromDependencies,
    output: {
      dir: 'dist',
      format: 'es',
      sourcemap: true,
      hoistTransitiveImports: false,
      entryFileNames: '[name].js',
      chunkFileNames: 'server-[name].js',
    },
    plugins: [
      nodeResolve({ exportConditions: ['node'] }),
      esbuild({ target: 'node20', tsconfig: 'server/tsconfig.json' }),
      executable('dist/cli.js'),
    ],
  },
];
