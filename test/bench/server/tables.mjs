/** What is told of each measure: a table for each figure, and what was aimed at. */
import { comparison, fixed, summarize, target, whole } from '../report.mjs';

const YARD = { yard: 'bare' };

/** @typedef {import('../report.mjs').Measure} Measure */

/** @type {Record<string, Measure>} */
export const MEASURES = {
  rss: { ...YARD, key: 'rss', title: 'memory, KB of RSS a connection', better: 'less' },
  heap: { ...YARD, key: 'heap', title: 'of which JavaScript heap, KB', better: 'less' },
  saturated: { ...YARD, key: 'saturated', title: 'messages a second', better: 'more', show: whole },
  cost: { ...YARD, key: 'cost', title: 'processor time a message, µs', better: 'less' },
  busy: { ...YARD, key: 'busy', title: 'of a core meanwhile, %', better: 'more', show: whole },
  p50: { ...YARD, key: 'p50', title: 'latency p50, ms', better: 'less', show: (ms) => fixed(ms, 2) },
  p99: { ...YARD, key: 'p99', title: 'latency p99, ms', better: 'less', show: (ms) => fixed(ms, 2) },
  joins: { ...YARD, key: 'joins', title: 'joins a second', better: 'more', show: whole },
  joinCost: { ...YARD, key: 'joinCost', title: 'processor time a join, µs', better: 'less', show: whole },
};

const KEYS = {
  idle: ['rss', 'heap'],
  messages: ['saturated', 'cost', 'busy', 'p50', 'p99'],
  joins: ['joins', 'joinCost'],
  cluster: ['saturated', 'cost', 'joins', 'joinCost'],
};

/** What an idle connection may take at most, KB. */
const MOST_KB = 20;

function atMost(rows) {
  const value = rows.find(({ name }) => name === 'ours')?.rss?.median;
  const what = 'memory, ours, KB';
  if (value === undefined) return { what, aim: MOST_KB, text: `  – ${what} ≤ ${MOST_KB}: not measured` };
  const met = value <= MOST_KB;
  return {
    what,
    aim: MOST_KB,
    value,
    met,
    text: `  ${met ? '✓' : '✗'} ${what} ≤ ${MOST_KB}: ${fixed(value)}`,
  };
}

const TARGETS = {
  idle: (rows) => [target(rows, MEASURES.rss, 'yard', 1.5), atMost(rows)],
  messages: (rows) => [
    target(rows, MEASURES.saturated, 'yard', 0.8),
    // The same in what can be compared on a machine that others use as well.
    target(rows, MEASURES.cost, 'yard', 1.25),
  ],
  joins: () => [],
  cluster: () => [],
};

/**
 * @param {keyof typeof KEYS} benchmark
 * @param {readonly { name: string, kind: string }[]} contestants
 * @param {readonly { name: string, figures?: Record<string, number>, problem?: string }[]} results of every run
 */
export function report(benchmark, contestants, results) {
  const of = (name) => results.filter((result) => result.name === name && result.figures);
  const rows = contestants.map(({ name, kind }) => {
    const summaries = KEYS[benchmark].map((key) => [
      key,
      summarize(of(name).map(({ figures }) => figures[key])),
    ]);
    return { name, kind, ...Object.fromEntries(summaries) };
  });
  // What the cluster is set beside is one process of its own.
  const yard = benchmark === 'cluster' ? contestants[0].name : YARD.yard;
  const tables = KEYS[benchmark].map((key) => comparison(rows, { ...MEASURES[key], yard }));
  const targets = TARGETS[benchmark](rows);
  const failed = results.filter(({ problem }) => problem !== undefined);
  const text = [
    tables.join('\n\n'),
    ...(targets.length > 0 ? ['', ...targets.map((each) => each.text)] : []),
    ...failed.map(({ name, problem }) => `  failed: ${name}: ${problem}`),
  ].join('\n');
  return { text, figures: { rows, targets, failed } };
}
