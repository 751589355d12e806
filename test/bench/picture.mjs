/** How long it takes a page with a moving picture to see that of one that is in the room already: from its script's start to the first frame. */
import { limited } from './stage.mjs';
import { bestLibrary, comparison, fixed, summarize, target, turned } from './report.mjs';

const PLAYS = { first: 'pictureFirst', second: 'pictureSecond' };
/** Not counted: the browser has yet to load what everybody needs. */
const WARM_UP = 1;
const TIMEOUT = 15_000;

export const defaults = { runs: 10 };

const once = (stage, contestant) =>
  stage.play(contestant, PLAYS, TIMEOUT, (_first, second) =>
    limited(second.evaluate('window.result'), 2 * TIMEOUT, 'the second page does not answer'),
  );

/** @returns {Promise<Map<string, {times: object[], errors: string[]}>>} by contestant */
export async function measure(stage, contestants, { runs }, say) {
  const results = new Map(contestants.map(({ name }) => [name, { times: [], errors: [] }]));
  for (let round = -WARM_UP; round < runs; round++) {
    for (const contestant of turned(contestants, round + WARM_UP)) {
      const { times, errors } = results.get(contestant.name);
      try {
        const taken = await once(stage, contestant);
        if (round >= 0) times.push(taken);
      } catch (error) {
        errors.push(error.message.split('\n')[0]);
      }
    }
    say(`picture ${Math.max(0, round + 1)}/${runs}`);
  }
  return results;
}

/** @type {import('./report.mjs').Measure} */
const PICTURE = {
  key: 'picture',
  title: 'first picture, ms',
  better: 'less',
  more: { failed: ({ errors }) => (errors.length > 0 ? String(errors.length) : '') },
};

/** @returns {{ figures: object, text: string }} */
export function report(results, contestants) {
  const rows = contestants.map(({ name, kind, what }) => {
    const { times, errors } = results.get(name);
    const of = (mark) => summarize(times.map((one) => one[mark]).filter((ms) => ms !== undefined));
    return { name, kind, what, errors, picture: of('picture'), stream: of('stream') };
  });
  const ours = rows.find(({ name }) => name === 'ours');
  const failures = rows.filter(({ errors }) => errors.length > 0);
  const targets = [target(rows, PICTURE, 'yard', 1.3)];
  const text = [
    comparison(rows, PICTURE),
    '',
    `ours: the stream is told of after ${fixed(ours?.stream?.median)} ms`,
    ...(failures.length > 0 ? ['', 'failures:'] : []),
    ...failures.map(({ name, errors }) => `  ${name}: ${[...new Set(errors)].join('; ')}`),
    '',
    'targets:',
    ...targets.map((one) => one.text),
  ].join('\n');
  return { figures: { rows, targets, best: bestLibrary(rows, PICTURE) }, text };
}
