/**
 * How long it takes a page to hear from one that is in the room already: from its script's start to the first
 * message, and until the direct path stands.
 */
import { limited } from './stage.mjs';
import { fixed, ratio, summarize, table, target, times, turned } from './report.mjs';

const PLAYS = { first: 'connectFirst', second: 'connectSecond' };
/** Not counted: the browser has yet to load what everybody needs. */
const WARM_UP = 2;
const TIMEOUT = 15_000;

export const defaults = { runs: 20 };

/** @returns {Promise<Map<string, {times: object[], errors: string[]}>>} by contestant */
export async function measure(stage, contestants, { runs }, say) {
  const results = new Map(contestants.map(({ name }) => [name, { times: [], errors: [] }]));
  let taking = contestants;
  for (let round = -WARM_UP; round < runs; round++) {
    for (const contestant of turned(taking, round + WARM_UP)) {
      const { times: all, errors } = results.get(contestant.name);
      try {
        const time = await stage.play(contestant, PLAYS, TIMEOUT, (_first, second) =>
          limited(second.evaluate('window.result'), 3 * TIMEOUT, 'the second page does not answer'),
        );
        if (round >= 0) all.push(time);
      } catch (error) {
        errors.push(error.message.split('\n')[0]);
      }
    }
    // Who cannot take part at all is not waited for again.
    if (round === -1) taking = taking.filter(({ name }) => results.get(name).errors.length < WARM_UP);
    say(`connect ${Math.max(0, round + 1)}/${runs}`);
  }
  return results;
}

/** @returns {{ json: object, text: string }} */
export function report(results, contestants) {
  const rows = contestants.map(({ name, kind, what }) => {
    const { times: all, errors } = results.get(name);
    const of = (mark) => summarize(all.map((one) => one[mark]).filter((ms) => ms !== undefined));
    const marks = ['message', 'direct', 'navigation', 'open', 'join', 'peer'];
    return { name, kind, what, errors, ...Object.fromEntries(marks.map((mark) => [mark, of(mark)])) };
  });
  const median = (name, mark) => rows.find((row) => row.name === name)?.[mark]?.median;
  const best = Math.min(
    ...rows.filter(({ kind, message }) => kind === 'library' && message).map(({ message }) => message.median),
  );
  const head = [
    'connect, ms',
    'message',
    'p10',
    'p90',
    '/ raw',
    'direct',
    'p90',
    '/ raw',
    'navigation',
    'failed',
  ];
  const lines = rows.map(({ name, message, direct, navigation, errors }) => [
    name,
    ...[message?.median, message?.p10, message?.p90].map((ms) => fixed(ms)),
    times(ratio(message?.median, median('raw', 'message'))),
    ...[direct?.median, direct?.p90].map((ms) => fixed(ms)),
    times(ratio(direct?.median, median('raw', 'direct'))),
    fixed(navigation?.median),
    errors.length ? `${errors.length}` : '',
  ]);
  const ours = rows.find(({ name }) => name === 'ours');
  const targets = [
    target(
      'message, ours / best library',
      '≤',
      0.8,
      ratio(ours?.message?.median, best === Infinity ? undefined : best),
    ),
    target('direct path, ours / raw', '≤', 1.3, ratio(ours?.direct?.median, median('raw', 'direct'))),
  ];
  const stages = ['open', 'join', 'peer', 'message', 'direct']
    .filter((mark) => ours?.[mark])
    .map((mark) => `${mark} ${fixed(ours[mark].median)}`);
  const why = rows.flatMap(({ name, errors }) =>
    errors.length ? [`  ${name}: ${[...new Set(errors)].join('; ')}`] : [],
  );
  const text = [
    table(head, lines),
    ...(stages.length ? [`\nours, step by step: ${stages.join(', ')}`] : []),
    ...(why.length ? ['\nfailures:', ...why] : []),
    '\ntargets:',
    ...targets.map((one) => one.text),
  ].join('\n');
  return { json: { rows, targets }, text };
}
