/** What can be asked of `npm run bench:server`. */
import { UsageError, known, lines, parse, whole, writable } from '../arguments.mjs';
import { CONTESTANTS } from './contestants.mjs';

/** In the order in which they run. */
export const BENCHMARKS = {
  idle: 'memory of many connections that are in a room and say nothing',
  messages: 'relayed messages: as many as go, what one costs, how late they are at a fixed rate',
  joins: 'connect, log in, join, until told',
  cluster: 'one process beside three over Redis: messages and joins',
  soak: 'only when asked for, and alone: people come, talk, drop out and go; does memory grow?',
};

const OPTIONS = {
  connections: { value: 'N', least: 2, most: 100_000, what: 'in idle; default 10000' },
  runs: { value: 'N', least: 1, most: 100, what: 'how often; default 1 for idle, 5 for the others' },
  seconds: { value: 'N', least: 1, most: 600, what: 'of each run of messages; default 5' },
  joins: { value: 'N', least: 1, most: 100_000, what: 'in each run of joins; default 3000' },
  minutes: { value: 'N', least: 1, most: 1440, what: 'of soak; default 30' },
  only: { value: 'A,B', what: 'these contestants; ratios need bare among them' },
  json: { value: 'FILE', what: 'also writes the figures there' },
  profile: { value: 'DIR', what: "also writes there what the servers' processor time was spent on" },
};

export const HELP = `Usage: npm run bench:server -- [benchmark …] [options]

Benchmarks, all but soak by default:
${lines(Object.entries(BENCHMARKS))}

Options:
${lines([
  ...Object.entries(OPTIONS).map(([name, { value, what }]) => [`--${name} ${value}`, what]),
  ['--help', 'this'],
])}

Contestants:
${lines(CONTESTANTS.map(({ name, what }) => [name, what]))}

What is measured and how: test/bench/server/README.md`;

/**
 * @param {string[]} args
 * @returns {{
 *   help: boolean, benchmarks: string[], only?: string[], minutes: number, json?: string, profile?: string,
 *   given: { connections?: number, runs?: number, seconds?: number, joins?: number },
 * }}
 * @throws {UsageError}
 */
export function readOptions(args) {
  const { values, positionals } = parse(args, Object.keys(OPTIONS));
  const all = Object.keys(BENCHMARKS);
  known('benchmark', positionals, all);
  const benchmarks = all.filter((name) =>
    positionals.length > 0 ? positionals.includes(name) : name !== 'soak',
  );
  if (benchmarks.includes('soak') && benchmarks.length > 1) throw new UsageError('soak runs alone.');
  const names = CONTESTANTS.map(({ name }) => name);
  const only = values.only === undefined ? undefined : known('contestant', values.only.split(','), names);
  const number = (name) => whole(name, values[name], OPTIONS[name]);
  const asked = ['connections', 'runs', 'seconds', 'joins'].map((name) => [name, number(name)]);
  return {
    help: values.help ?? false,
    benchmarks,
    only,
    minutes: number('minutes') ?? 30,
    given: Object.fromEntries(asked.filter(([, value]) => value !== undefined)),
    json: writable('json', values.json),
    profile: writable('profile', values.profile),
  };
}
