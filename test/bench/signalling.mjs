/**
 * What it takes to come into a room, by whatever brings its members together: how long, for the second one and for the third to
 * fifth, and how much is said to signalling.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { countFrames, countOf } from './frames.mjs';
import { bestLibrary, comparison, fixed, ratio, summarize, table, turned } from './report.mjs';

const MEMBERS = 5;
/** Not timed: the browser has yet to load what everybody needs, and what is said is counted. */
const COUNTED = 2;
const TIMEOUT = 20_000;
/** A little is still said after the paths stand, ms. */
const AFTERWARDS = 1000;

export const defaults = { runs: 5 };

const membersOf = ({ members = MEMBERS }) => members;

/** @returns {Promise<object[]>} the times of each who came, the first one left out */
async function timed(stage, contestant) {
  const times = [];
  await stage.gather(contestant, membersOf(contestant), TIMEOUT, (one, n) => n > 0 && times.push(one));
  return times;
}

/** @returns {Promise<object[]>} what each who came said and was told, and what all others did meanwhile */
async function counted(stage, contestant) {
  const tallies = new Map();
  const joins = [];
  let before = new Map();
  const count = async (_times, n, pages) => {
    await pause(AFTERWARDS);
    const now = new Map(await Promise.all(pages.map(async (page) => [page, await countOf(page, tallies)])));
    const { sent, received, bytes } = now.get(pages[n]);
    const others = pages.slice(0, n).map((page) => {
      const [then, since] = [before.get(page), now.get(page)];
      return {
        frames: since.sent + since.received - then.sent - then.received,
        bytes: since.bytes - then.bytes,
      };
    });
    const sum = (key) => others.reduce((total, one) => total + one[key], 0);
    if (n > 0) joins.push({ sent, received, bytes, elsewhere: sum('frames'), elsewhereBytes: sum('bytes') });
    before = now;
  };
  await stage.gather(contestant, membersOf(contestant), TIMEOUT, count, (page) => countFrames(page, tallies));
  return joins;
}

/** @returns {Promise<Map<string, {times: object[][], joins: object[][], errors: string[]}>>} by contestant */
export async function measure(stage, contestants, { runs }, say) {
  const results = new Map(contestants.map(({ name }) => [name, { times: [], joins: [], errors: [] }]));
  let taking = contestants;
  for (let round = -COUNTED; round < runs; round++) {
    for (const contestant of turned(taking, round + COUNTED)) {
      const { times, joins, errors } = results.get(contestant.name);
      try {
        if (round < 0) joins.push(await counted(stage, contestant));
        else times.push(await timed(stage, contestant));
      } catch (error) {
        // A page may throw anything.
        errors.push(String(error?.message ?? error).split('\n')[0]);
      }
    }
    // Who fails more often than not is not waited for again.
    taking = taking.filter(({ name }) => {
      const { times, errors } = results.get(name);
      return errors.length < 2 || errors.length < times.length;
    });
    say(`signalling ${Math.max(0, round + 1)}/${runs}`);
  }
  return results;
}

const failed = ({ errors }) => (errors.length > 0 ? String(errors.length) : '');

const measured = (key, title) => ({ key, title, better: 'less', yard: 'ours', more: { failed } });

/** @type {readonly import('./report.mjs').Measure[]} */
const MEASURES = [
  measured('message', '2nd: first message, ms'),
  measured('direct', '2nd: direct path, ms'),
  measured('messages', '3rd to 5th: a message from everybody, ms'),
  measured('directs', '3rd to 5th: direct paths to everybody, ms'),
];

const mean = (values) =>
  values.length > 0 ? values.reduce((sum, one) => sum + one, 0) / values.length : undefined;

/** @param which of those who came: 0 is the second */
function saidBy({ joins }, which) {
  const those = joins.map((all) => all[which]).filter((one) => one !== undefined);
  const of = (key) => mean(those.map((one) => one[key]));
  const sum = (a, b) => (a === undefined ? undefined : a + b);
  return {
    sent: of('sent'),
    received: of('received'),
    bytes: of('bytes'),
    all: sum(sum(of('sent'), of('received')), of('elsewhere')),
    allBytes: sum(of('bytes'), of('elsewhereBytes')),
  };
}

function frames(rows, key, title) {
  const ours = rows.find(({ name }) => name === 'ours')?.[key];
  const times = (value, by) => (ratio(value, by) === undefined ? '' : `× ${ratio(value, by).toFixed(2)}`);
  return table(
    [title, 'sent', 'received', 'KB', 'with the others', 'KB', '/ ours', 'KB / ours'],
    rows
      .filter((row) => row[key].sent !== undefined)
      .map(({ name, [key]: { sent, received, bytes, all, allBytes } }) => [
        name,
        fixed(sent),
        fixed(received),
        fixed(bytes / 1000),
        fixed(all),
        fixed(allBytes / 1000),
        times(all, ours?.all),
        times(allBytes, ours?.allBytes),
      ]),
  );
}

/** @returns {{ figures: object, text: string }} */
export function report(results, contestants) {
  const rows = contestants.map(({ name, kind, what }) => {
    const result = results.get(name);
    const all = (key, from, to) =>
      summarize(result.times.flatMap((run) => run.slice(from, to).flatMap((one) => one[key] ?? [])));
    return {
      name,
      kind,
      what,
      errors: result.errors,
      message: all('message', 0, 1),
      direct: all('direct', 0, 1),
      messages: all('messages', 1),
      directs: all('directs', 1),
      second: saidBy(result, 0),
      fifth: saidBy(result, MEMBERS - 2),
    };
  });
  const failures = rows.filter(({ errors }) => errors.length > 0);
  const text = [
    ...MEASURES.flatMap((one) => [
      comparison(
        rows.filter((row) => row[one.key]),
        one,
      ),
      '',
    ]),
    frames(rows, 'second', 'said when the 2nd comes'),
    '',
    frames(rows, 'fifth', 'said when the 5th comes'),
    ...(failures.length > 0 ? ['', 'failures:'] : []),
    ...failures.map(({ name, errors }) => `  ${name}: ${[...new Set(errors)].join('; ')}`),
  ].join('\n');
  return { figures: { rows, best: bestLibrary(rows, MEASURES[0]) }, text };
}
