/** `npm run bench`: what peer-elements takes, beside what others take, in one run. README.md beside this file. */
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { findOrInstallBrowser } from '../support/browsers.mjs';
import { ensureBuilt, ensureInstalled } from '../tools/workspace.mjs';
import { UsageError } from './arguments.mjs';
import { chosen, modules } from './contestants.mjs';
import { ensureContestants, versions } from './install.mjs';
import { HELP, readOptions } from './options.mjs';

const say = (line) => console.log(line);

function end(problem, code) {
  console.error(problem);
  process.exit(code);
}

function options() {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return end(`${error.message}\nEverything that can be asked for: npm run bench -- --help`, 2);
  }
}

const { help, benchmarks, only, runs, count, size, delay, loss, json, svg } = options();
if (help) {
  say(HELP);
  process.exit();
}

// Whoever waits for an end gets one: what was started sees to its own as soon as this process is gone.
for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 })) {
  process.once(signal, () => process.exit(code));
}

/** On one line where that can be. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

ensureInstalled(say);
ensureBuilt(say);
ensureContestants(say);
if (!findOrInstallBrowser('chromium', say)) process.exit(1);
// What needs packages is imported only now that they are there.
const { buildPages } = await import('./pages.mjs');
const { laboratory, loopback } = await import('./networks.mjs');
const { Stage } = await import('./stage.mjs');

const pages = await buildPages(modules());
const network = await (delay === undefined ? loopback(pages) : laboratory(pages, delay, loss, say)).catch(
  (error) => end(error.message, 1),
);
const stage = new Stage(network);
const result = { at: new Date().toISOString(), versions: versions() };
try {
  await stage.open();
  Object.assign(result, await stage.describe(), { cores: availableParallelism(), load: loadavg()[0] });
  const { browser, node, cores, load } = result;
  say(`${browser}, Node ${node}, ${cores} cores, load ${load.toFixed(1)}; ${result.network}`);
  for (const name of benchmarks) {
    const { defaults, measure, report, chart } = await import(`./${name}.mjs`);
    const given = {
      ...defaults,
      ...(runs && { runs }),
      ...(count && { count }),
      ...(size && { size }),
      delay,
      loss,
    };
    const contestants = chosen(name, only);
    const results = await measure(stage, contestants, given, progress);
    progress('');
    const { text, figures } = report(results, contestants, given);
    say(`\n${name}, runs of each: ${given.runs}, taking turns\n\n${text}`);
    result[name] = { runs: given.runs, ...figures };
    if (svg && chart) writeFileSync(svg, chart(figures.rows, given));
  }
} finally {
  await stage.close();
}
if (json) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
