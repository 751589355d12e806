/**
 * How long it takes a page to hear from one that is in the room already: from its script's start to the first
 * message, and until the direct path stands.
 */
import { limited } from './stage.mjs';
import { bestLibrary, comparison, fixed, summarize, target, turned } from './report.mjs';
import { prepareWays, waysOf, waysTaken } from './ways.mjs';

const PLAYS = { first: 'connectFirst', second: 'connectSecond' };
/** Not counted: the browser has yet to load what everybody needs, and their ways are looked at. */
const WARM_UP = 2;
const TIMEOUT = 15_000;

export const defaults = { runs: 20 };

async function once(stage, contestant) {
  return stage.play(contestant, PLAYS, TIMEOUT, (_first, second) => timesOf(second));
}

/** @returns {Promise<string[]>} its direct paths */
const rehearse = (stage, contestant) =>
  stage.play(
    contestant,
    PLAYS,
    TIMEOUT,
    async (_first, second) => {
      await timesOf(second);
      return waysOf(second);
    },
    prepareWays,
  );

const timesOf = (page) =>
  limited(page.evaluate('window.result'), 3 * TIMEOUT, 'the second page does not answer');

/** @returns {Promise<Map<string, {times: object[], errors: string[], ways: string[]}>>} by contestant */
export async function measure(stage, contestants, { runs }, say) {
  const results = new Map(contestants.map(({ name }) => [name, { times: [], errors: [], ways: [] }]));
  let taking = contestants;
  for (let round = -WARM_UP; round < runs; round++) {
    for (const contestant of turned(taking, round + WARM_UP)) {
      const { times, errors, ways } = results.get(contestant.name);
      try {
        if (round < 0) ways.push(...(await rehearse(stage, contestant)));
        else times.push(await once(stage, contestant));
      } catch (error) {
        errors.push(error.message.split('\n')[0]);
      }
    }
    // Who fails more often than not is not waited for again.
    taking = taking.filter(({ name }) => {
      const { times, errors } = results.get(name);
      return errors.length < 2 || errors.length < times.length;
    });
    say(`connect ${Math.max(0, round + 1)}/${runs}`);
  }
  return results;
}

const MARKS = ['message', 'direct', 'navigation', 'open', 'join', 'peer'];

const failed = ({ errors }) => (errors.length > 0 ? String(errors.length) : '');

/** @type {import('./report.mjs').Measure} */
const MESSAGE = {
  key: 'message',
  title: 'first message, ms',
  better: 'less',
  more: { 'since navigation': ({ navigation }) => fixed(navigation?.median), failed },
};

/** @type {import('./report.mjs').Measure} */
const DIRECT = { key: 'direct', title: 'direct path, ms', better: 'less', more: { failed } };

const WAYS = 'direct paths, from the second page to the first:';

/** @returns {{ figures: object, text: string }} */
export function report(results, contestants, { delay }) {
  const rows = contestants.map(({ name, kind, what, direct }) => {
    const { times, errors, ways } = results.get(name);
    const of = (mark) => summarize(times.map((one) => one[mark]).filter((ms) => ms !== undefined));
    const summaries = MARKS.map((mark) => [mark, of(mark)]);
    return { name, kind, what, hasDirect: direct, errors, ways, ...Object.fromEntries(summaries) };
  });
  const direct = rows.filter(({ hasDirect }) => hasDirect);
  const ours = rows.find(({ name }) => name === 'ours');
  const steps = ['open', 'join', 'peer', 'message', 'direct'].filter((mark) => ours?.[mark]);
  const failures = rows.filter(({ errors }) => errors.length > 0);
  const targets = [target(rows, MESSAGE, 'library', delay ? 0.7 : 0.8), target(rows, DIRECT, 'yard', 1.3)];
  const text = [
    comparison(rows, MESSAGE),
    '',
    ...(direct.length > 0 ? [comparison(direct, DIRECT), '', WAYS, ...waysTaken(direct)] : []),
    ...(steps.length > 0
      ? ['', `ours, step by step: ${steps.map((mark) => `${mark} ${fixed(ours[mark].median)}`).join(', ')}`]
      : []),
    ...(failures.length > 0 ? ['', 'failures:'] : []),
    ...failures.map(({ name, errors }) => `  ${name}: ${[...new Set(errors)].join('; ')}`),
    '',
    'targets:',
    ...targets.map((one) => one.text),
  ].join('\n');
  return { figures: { rows, targets, best: bestLibrary(rows, MESSAGE) }, text };
}
