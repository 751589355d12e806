/** `npm run bench:server`: what the signalling server takes, beside what others take, in one run. README.md here. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { ensureBuilt, ensureInstalled } from '../../tools/workspace.mjs';
import { UsageError } from '../arguments.mjs';
import { ensureContestants, versions } from '../install.mjs';
import { turned } from '../report.mjs';
import { chosen } from './contestants.mjs';
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
    return end(`${error.message}\nEverything that can be asked for: npm run bench:server -- --help`, 2);
  }
}

const { help, benchmarks, only, given, minutes, json, profile } = options();
if (help) {
  say(HELP);
  process.exit();
}
if (process.platform !== 'linux') end('It reads memory and processor time from /proc: it needs Linux.', 1);
// Whoever waits for an end gets one: what was started ends as soon as this process is gone.
for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 })) {
  process.once(signal, () => process.exit(code));
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

ensureInstalled(say);
ensureBuilt(say);
ensureContestants(say);
if (profile) mkdirSync(profile, { recursive: true });
// What needs packages and a build is imported only now that they are there.
const { report } = await import('./tables.mjs');

const load = () => loadavg()[0].toFixed(1);
const result = { at: new Date().toISOString(), versions: versions(), node: process.version };
Object.assign(result, { cores: availableParallelism(), load: load() });
say(`Node ${result.node}, ${result.cores} cores, load ${result.load}; loopback, one process each`);

/** Each once in every round, so that all of them meet the same busy minutes of the machine. */
async function rounds(benchmark, contestants, measure, how) {
  const results = [];
  for (let round = 0; round < how.runs; round++) {
    for (const contestant of turned(contestants, round)) {
      progress(`${benchmark} ${round + 1}/${how.runs}: ${contestant.name}`);
      const { name } = contestant;
      results.push(
        await measure(contestant, how).then(
          (figures) => ({ name, figures }),
          (error) => ({ name, problem: error.message }),
        ),
      );
    }
  }
  progress('');
  return results;
}

for (const benchmark of benchmarks) {
  const module = await import(`./${benchmark}.mjs`);
  if (benchmark === 'soak') {
    const { text, figures } = module.report(await module.soak(minutes, progress, profile));
    say(`\nsoak, ${minutes} minutes\n\n${text}`);
    result.soak = figures;
    continue;
  }
  const obstacle = module.obstacle?.(say);
  if (obstacle) {
    say(`\n${benchmark}: skipped, ${obstacle}`);
    result[benchmark] = { skipped: obstacle };
    continue;
  }
  const how = { ...module.defaults, ...given, profile };
  const contestants = module.CONTESTANTS ?? chosen(only);
  const before = load();
  const { text, figures } = report(
    benchmark,
    contestants,
    await rounds(benchmark, contestants, module.measure, how),
  );
  say(
    `\n${benchmark}, runs of each: ${how.runs}, taking turns; load ${before} before, ${load()} after\n\n${text}`,
  );
  result[benchmark] = { runs: how.runs, ...figures };
}
if (json) writeFileSync(json, `${JSON.stringify(result, null, 2)}\n`);
// Redis clients of a server that was only asked what it takes, and the like, keep nobody waiting.
process.exit();
