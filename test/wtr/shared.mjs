/** What the browser suites have in common; chromium.mjs and firefox.mjs add the browser. */
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { findBrowser } from '../support/browsers.mjs';
import { root } from '../tools/workspace.mjs';
import { resultsReporter } from '../tools/wtr-reporter.mjs';
import { signalPlugin } from './signal-plugin.mjs';

/** Lets the console guard into every test file without a line that one could forget. */
const consoleGuard = {
  name: 'console-guard',
  transform(context) {
    if (!/^\/test\/.*\.test\.ts$/.test(context.path)) return undefined;
    // On the first line, so that no stack trace is off by one.
    return `import '/test/support/console.ts'; ${context.body}`;
  },
};

/** @param {import('../support/browsers.mjs').Kind} kind */
export function executable(kind) {
  const path = findBrowser(kind);
  if (!path) throw new Error(`No ${kind} found.`);
  return path;
}

/**
 * A context for every page: test files that run side by side share neither storage nor BroadcastChannels.
 * @param {{ browser: import('puppeteer-core').Browser }} given
 */
export const createPage = async ({ browser }) => (await browser.createBrowserContext()).newPage();

export const shared = {
  rootDir: root,
  files: ['test/wtr/*.test.ts', 'test/src/**/*.test.ts', 'test/components/**/*.test.ts'],
  // `production` is what visitors get, and it is silent.
  nodeResolve: { browser: true, exportConditions: ['production'] },
  concurrency: 2,
  testFramework: { config: { timeout: 15_000 } },
  testsFinishTimeout: 300_000,
  plugins: [
    esbuildPlugin({ ts: true, tsconfig: 'tsconfig.json', target: 'es2022' }),
    consoleGuard,
    signalPlugin(),
  ],
  reporters: [defaultReporter({ reportTestProgress: false }), resultsReporter()],
};
