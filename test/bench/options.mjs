/** What can be asked of `npm run bench`. */
import { UsageError, known, lines, parse, whole, writable } from './arguments.mjs';
import { CONTESTANTS, chosen } from './contestants.mjs';

/** In the order in which they run. */
export const BENCHMARKS = {
  connect: 'until a page hears from one that is in the room already, and until their direct path stands',
  messages: 'small messages on a path that stands: round trips, and many of them one way',
  delivery: 'only when asked for: messages of each delivery class on a line that is slow and loses packets',
  throughput: 'many bytes at once: MB/s, memory, and round trips of small messages meanwhile',
  signalling:
    'the same as connect, through whatever brings pages together, for up to five; and what that takes in messages',
  picture: 'until a page sees the first picture of one that is in the room already',
};
/** It has a network of its own: the laboratory, far away and lossy. */
const APART = { delivery: { delay: 50, loss: 5 } };

const OPTIONS = {
  runs: {
    value: 'N',
    least: 1,
    most: 1000,
    what: 'how often; default 20 for connect, 10 for picture, 5 for signalling, 3 for messages and throughput, 1 for delivery',
  },
  count: { value: 'N', least: 1, most: 1_000_000, what: 'messages one way; default 100000' },
  size: {
    value: 'MB',
    least: 1,
    most: 1000,
    what: 'of the bytes in throughput, 1 MB = 1 000 000; default 100',
  },
  delay: {
    value: 'MS',
    least: 0,
    most: 500,
    what: 'in the network laboratory (Linux, root), so long one way from anybody to anybody; default: loopback',
  },
  loss: { value: 'PERCENT', least: 0, most: 50, what: 'with --delay: of the packets one way; default 0' },
  only: { value: 'A,B', what: 'these contestants; ratios need raw and a library among them' },
  json: { value: 'FILE', what: 'also writes the figures there' },
  svg: { value: 'FILE', what: 'also draws them there (delivery only)' },
};

export const HELP = `Usage: npm run bench -- [benchmark …] [options]

Benchmarks, all by default:
${lines(Object.entries(BENCHMARKS))}

Options:
${lines([
  ...Object.entries(OPTIONS).map(([name, { value, what }]) => [`--${name} ${value}`, what]),
  ['--help', 'this'],
])}

Contestants:
${lines(CONTESTANTS.map(({ name, what, tests }) => [name, `${what} (${tests.join(', ')})`]))}

What is measured and how: test/bench/README.md`;

/**
 * @param {string[]} args
 * @returns {{
 *   help: boolean, benchmarks: string[], only?: string[], runs?: number, count?: number, size?: number, delay?: number,
 *   loss: number, json?: string, svg?: string,
 * }}
 * @throws {UsageError}
 */
export function readOptions(args) {
  const { values, positionals } = parse(args, Object.keys(OPTIONS));
  const all = Object.keys(BENCHMARKS);
  known('benchmark', positionals, all);
  const names = CONTESTANTS.map(({ name }) => name);
  const only = values.only === undefined ? undefined : known('contestant', values.only.split(','), names);
  const asked = all.filter((name) => (positionals.length > 0 ? positionals.includes(name) : !APART[name]));
  const benchmarks = asked.filter((name) => chosen(name, only).length > 0);
  if (benchmarks.length === 0) {
    throw new UsageError(`None of ${only.join(', ')} takes part in ${asked.join(' or ')}.`);
  }
  const apart = APART[benchmarks.find((name) => APART[name])];
  if (apart && benchmarks.length > 1) throw new UsageError(`${Object.keys(APART).join()} runs alone.`);
  const network = { loss: 0, ...apart };
  const numbers = ['runs', 'count', 'size', 'delay', 'loss'].map((name) => [
    name,
    whole(name, values[name], OPTIONS[name]) ?? network[name],
  ]);
  return {
    help: values.help ?? false,
    benchmarks,
    only,
    ...Object.fromEntries(numbers),
    json: writable('json', values.json),
    svg: writable('svg', values.svg),
  };
}
