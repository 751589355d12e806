/** The suites of `npm test`, in the order in which they run. */
import { join } from 'node:path';
import { findOrInstallTools } from '../network/requirements.mjs';
import { findOrInstallPrograms } from '../support/programs.mjs';
import { runCommand } from './run-command.mjs';
import { withRoute } from './network.mjs';
import { RESULTS_FILE, readResults } from './results.mjs';
import { filesIn, root } from './workspace.mjs';

/**
 * @typedef {import('./results.mjs').Result} Result
 * @typedef {object} Context
 * @property {string} dir for whatever the suites leave for the runner
 * @property {boolean} coverage
 * @property {string[]} only files to run, all where empty
 *
 * @typedef {object} Suite
 * @property {string} name
 * @property {('chromium' | 'firefox')[]} [browsers] without them it cannot run
 * @property {() => string[]} [files] its test files
 * @property {boolean} [mayBeEmpty]
 * @property {boolean} [needsBuild] it uses what is in dist
 * @property {(context: Context, files: string[]) => Promise<Result[]>} run
 */

const SECOND = 1000;
const testsIn = (...dirs) => dirs.flatMap((dir) => filesIn(dir, '.test.ts'));
const bin = (path) => [process.execPath, join(root, 'node_modules', path)];

/** One command that passes or fails as a whole. */
async function step(name, argv, timeout = 360 * SECOND) {
  const started = performance.now();
  const { code, timedOut, output } = await runCommand(argv, { timeout, quiet: true, cwd: root });
  const seconds = ((performance.now() - started) / SECOND).toFixed(1);
  console.log(`${code === 0 ? '✔' : '✖'} ${name} (${seconds} s)`);
  if (code === 0) return { status: 'passed', name };
  console.log(output.trimEnd());
  return { status: 'failed', name, error: timedOut ? `no end after ${timeout / SECOND} s` : 'see above' };
}

/** Two at a time: as many as the smallest machine has cores. */
async function inPairs(tasks) {
  const results = [];
  const queue = tasks.map((task, index) => ({ task, index }));
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next.index] = await next.task();
  };
  await Promise.all([work(), work()]);
  return results;
}

const runCheck = () => {
  const tsc = bin('typescript/bin/tsc');
  const projects = ['src', 'components', 'server', 'test'];
  return inPairs([
    () => step('eslint', [...bin('eslint/bin/eslint.js'), '.']),
    ...projects.map((dir) => () => step(`tsc ${dir}`, [...tsc, '-p', `${dir}/tsconfig.json`, '--pretty'])),
    () => step('prettier', [...bin('prettier/bin/prettier.cjs'), '--check', '.']),
  ]);
};

/** A run whose reporter writes results; one that ended badly without saying why failed as a whole. */
async function reported(context, suite, argv, { timeout, env = {} }) {
  const file = join(context.dir, `${suite}.jsonl`);
  const { code, timedOut } = await runCommand(argv, {
    timeout,
    cwd: root,
    env: { ...env, [RESULTS_FILE]: file },
  });
  const results = readResults(file);
  const fail = (error) => results.push({ status: 'failed', name: `the suite ${suite} as a whole`, error });
  if (timedOut) fail(`no end after ${timeout / SECOND} s`);
  else if (code !== 0 && !results.some(({ status }) => status === 'failed')) fail(`exit code ${code}`);
  else if (results.length === 0) fail('it executed no test');
  return results;
}

/** @returns {Suite} */
const nodeSuite = (
  name,
  files,
  { timeout = 180 * SECOND, concurrency = 2, routed = false, ...rest } = {},
) => ({
  name,
  files,
  ...rest,
  run(context, found) {
    const tool = (file) => new URL(file, import.meta.url).href;
    const argv = [
      process.execPath,
      '--enable-source-maps',
      `--import=${tool('typescript-loader.mjs')}`,
      '--test',
      `--test-concurrency=${concurrency}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      `--test-reporter=${tool('node-reporter.mjs')}`,
      '--test-reporter-destination=stderr',
      ...found,
    ];
    const env = context.coverage ? { NODE_V8_COVERAGE: join(context.dir, 'v8') } : {};
    return reported(context, name, routed ? withRoute(argv) : argv, { timeout, env });
  },
});

/**
 * Runs where the machine has what it takes.
 * @param {(say: (line: string) => void) => string[]} findMissing says what it has not
 * @param {Suite} suite
 * @returns {Suite}
 */
const demanding = (findMissing, suite) => ({
  ...suite,
  async run(context, found) {
    const missing = findMissing(console.log);
    if (missing.length === 0) return suite.run(context, found);
    console.log(`SKIPPED: there is no ${missing.join(' and no ')} here.`);
    return [{ status: 'skipped', name: `the suite ${suite.name} as a whole` }];
  },
});

const findRedis = (say) => findOrInstallPrograms({ 'redis-server': 'redis-server' }, say);
const findBroker = (say) => findOrInstallPrograms({ mosquitto: 'mosquitto' }, say);

/**
 * The same without the files that need something which is not here.
 * @param {Suite} suite
 * @param {(say: (line: string) => void) => string[]} findMissing
 * @param {RegExp} those the files' names
 * @returns {Suite}
 */
const sparing = (suite, findMissing, those) => ({
  ...suite,
  async run(context, found) {
    const spared = found.filter((file) => those.test(file));
    const missing = spared.length > 0 ? findMissing(console.log) : [];
    if (missing.length === 0) return suite.run(context, found);
    console.log(`SKIPPED: there is no ${missing.join(' and no ')} here for ${spared.join(', ')}.`);
    const rest = found.filter((file) => !those.test(file));
    return [
      ...(rest.length > 0 ? await suite.run(context, rest) : []),
      ...spared.map((file) => ({ status: 'skipped', file, name: 'the file as a whole' })),
    ];
  },
});

/** @returns {Suite} */
const browserSuite = (browser) => ({
  name: browser,
  browsers: [browser],
  needsBuild: true,
  files: () => testsIn('test/wtr', 'test/src', 'test/components'),
  run(context, found) {
    const argv = [
      ...bin('@web/test-runner/dist/bin.js'),
      '--config',
      `test/wtr/${browser}.mjs`,
      // The other kind rewrites lines, which leaves a log unreadable.
      '--static-logging',
      ...(context.coverage && browser === 'chromium' ? ['--coverage'] : []),
      ...found.flatMap((file) => ['--files', file]),
    ];
    const env = context.coverage ? { SERVER_COVERAGE: join(context.dir, 'v8') } : {};
    return reported(context, browser, withRoute(argv), { timeout: 800 * SECOND, env });
  },
});

const runSize = () =>
  step('size budget', [process.execPath, 'test/bench/size.mjs', '--check']).then((one) => [one]);

/** @type {Suite[]} */
export const suites = [
  { name: 'check', run: runCheck },
  nodeSuite('node', () => [
    // What the benchmarks have installed is below theirs.
    ...['test', 'test/bench', 'test/bench/server'].flatMap((dir) =>
      filesIn(dir, '.test.ts', { deep: false }),
    ),
    ...testsIn('test/tools', 'test/testing'),
  ]),
  nodeSuite('server', () => testsIn('test/server'), { timeout: 480 * SECOND }),
  demanding(
    (say) => [...findRedis(say), ...findOrInstallPrograms({ openssl: 'openssl' }, say)],
    nodeSuite('cluster', () => testsIn('test/cluster'), { concurrency: 1, timeout: 480 * SECOND }),
  ),
  sparing(browserSuite('chromium'), findBroker, /\/mqtt\.test\.ts$/),
  sparing(browserSuite('firefox'), findBroker, /\/mqtt\.test\.ts$/),
  demanding(
    (say) => [...findRedis(say), ...findBroker(say)],
    nodeSuite('e2e', () => testsIn('test/e2e'), {
      browsers: ['chromium', 'firefox'],
      needsBuild: true,
      concurrency: 1,
      timeout: 900 * SECOND,
      routed: true,
    }),
  ),
  demanding(
    findOrInstallTools,
    nodeSuite('network', () => testsIn('test/network'), {
      browsers: ['chromium', 'firefox'],
      needsBuild: true,
      concurrency: 1,
      timeout: 480 * SECOND,
    }),
  ),
  nodeSuite('demo', () => testsIn('test/demo'), {
    browsers: ['chromium'],
    needsBuild: true,
    concurrency: 1,
    routed: true,
  }),
  nodeSuite('package', () => testsIn('test/package'), {
    browsers: ['chromium'],
    needsBuild: true,
    timeout: 300 * SECOND,
  }),
  { name: 'size', needsBuild: true, run: runSize },
];

/** The suite's files, of those asked for. */
export const filesOf = (suite, only) =>
  (suite.files?.() ?? []).filter((file) => only.length === 0 || only.includes(file));
