/** Joins what the browser and Node saw of the sources into one report. */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { transformSync } from 'esbuild';
import coverageLib from 'istanbul-lib-coverage';
import reportLib from 'istanbul-lib-report';
import reports from 'istanbul-reports';
import { runCommand } from './run-command.mjs';
import { filesIn, root } from './workspace.mjs';

const PARTS = ['src', 'components', 'server'];
/** Least share of lines, per cent, that the tests of each part run. */
const LINES = 90;

const readMap = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});

/** What Node recorded, of the sources and of the bundles made from them. */
async function coverageOfNode(dir) {
  if (!existsSync(join(dir, 'v8'))) return {};
  const argv = [
    ...[process.execPath, join(root, 'node_modules/c8/bin/c8.js'), 'report'],
    ...['--temp-directory', join(dir, 'v8'), '--reporter', 'json', '--reports-dir', join(dir, 'node')],
    ...PARTS.flatMap((part) => ['--include', `${part}/**/*.ts`]),
    '--exclude-after-remap',
  ];
  const { code, output } = await runCommand(argv, { timeout: 120_000, quiet: true, cwd: root });
  if (code !== 0) throw new Error(output);
  return readMap(join(dir, 'node/coverage-final.json'));
}

/** A file that no test loads counts too, unless nothing of it is left at run time. */
function unseen(file) {
  const source = readFileSync(file, 'utf8');
  const { code } = transformSync(source, {
    loader: 'ts',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  if (/^\s*(?:export \{\s*\};?\s*)?$/.test(code)) return undefined;
  const lines = source.split('\n').map((text, index) => {
    const line = index + 1;
    return { start: { line, column: 0 }, end: { line, column: text.length } };
  });
  return {
    path: file,
    statementMap: { ...lines },
    s: Object.fromEntries(lines.map((_, index) => [index, 0])),
    fnMap: {},
    f: {},
    branchMap: {},
    b: {},
  };
}

/**
 * Prints and writes the report.
 * @param {string} dir where the suites left what they recorded
 * @returns {Promise<import('./results.mjs').Result[]>} a result for every part
 */
export async function reportCoverage(dir) {
  const map = coverageLib.createCoverageMap(readMap(join(root, 'coverage/chromium/coverage-final.json')));
  map.merge(await coverageOfNode(dir));
  const sources = PARTS.flatMap((part) => filesIn(part, '.ts')).filter((file) => !file.endsWith('.d.ts'));
  for (const file of sources.map((path) => join(root, path))) {
    const missing = map.data[file] ? undefined : unseen(file);
    if (missing) map.addFileCoverage(missing);
  }
  const context = reportLib.createContext({ dir: join(root, 'coverage'), coverageMap: map });
  reports.create('text', { maxCols: 110, skipFull: true }).execute(context);
  for (const kind of ['html', 'lcovonly']) reports.create(kind).execute(context);

  return PARTS.map((part) => {
    const summary = coverageLib.createCoverageSummary();
    for (const file of map.files()) {
      if (relative(root, file).startsWith(`${part}/`)) summary.merge(map.fileCoverageFor(file).toSummary());
    }
    const { pct } = summary.lines;
    const name = `tests run at least ${LINES} % of the lines of ${part}`;
    console.log(`${pct >= LINES ? '✔' : '✖'} ${name}: ${pct} %`);
    if (pct >= LINES) return { status: 'passed', name };
    return { status: 'failed', name, error: `${pct} %` };
  });
}
