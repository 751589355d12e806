/** Small messages on a path that stands: round trips, and many of them one way. */
import { limited } from './stage.mjs';
import { comparison, fixed, quantile, summarize, target, turned, whole } from './report.mjs';

const PLAYS = { first: 'talk', second: 'talk' };
const TIMEOUT = 15_000;
/** As many as these, or as there are in so many milliseconds: far away, a trip takes its time. */
const WARM_UP_TRIPS = [200, 2000];
const TRIPS = [1000, 10_000];
/** Nothing has arrived for so long: nothing will. */
const STALL = 10_000;
const LIMIT = 120_000;

export const defaults = { runs: 3, count: 100_000 };

const TESTS = {
  async trips(sender) {
    const make = (most) => sender.evaluate((given) => globalThis.side.roundTrips(...given), most);
    await make(WARM_UP_TRIPS);
    const all = await make(TRIPS);
    return { median: quantile(all, 0.5), p99: quantile(all, 0.99) };
  },
  loop: (sender, receiver, count) => oneWay('loop', sender, receiver, count),
  paced: (sender, receiver, count) => oneWay('paced', sender, receiver, count),
};

async function oneWay(how, sender, receiver, count) {
  await receiver.evaluate((all) => globalThis.side.expect(all), count);
  // Whoever closes the pages ends what is still under way in them.
  const quiet = (promise) => (promise.catch(() => undefined), promise);
  const sent = quiet(sender.evaluate((name, all) => globalThis.side[name](all), how, count));
  const stalled = quiet(receiver.evaluate((ms) => globalThis.side.stalled(ms), STALL));
  const result = await limited(Promise.race([sent, stalled]), LIMIT, `not done in ${LIMIT / 1000} s`).catch(
    (error) => ({
      why: error.message.split('\n')[0],
    }),
  );
  if (result.refused) await stalledAfter(receiver);
  const tally = await limited(
    receiver.evaluate('globalThis.side.tally'),
    TIMEOUT,
    'the receiver is busy',
  ).catch(() => ({ received: 0, disordered: 0 }));
  const { ms, refused = 0, why = result === 'stalled' ? 'stalled' : '' } = result;
  return {
    ...tally,
    refused,
    why,
    lost: count - tally.received,
    ...(ms ? { rate: (count / ms) * 1000 } : {}),
  };
}

const stalledAfter = (receiver) => receiver.evaluate(() => globalThis.side.stalled(1000));

/** How many of `count` messages it has to send. */
const countOf = ({ most = {} }, test, count) => Math.min(count, most[test] ?? count);

async function once(stage, contestant, name, count) {
  return stage.play(contestant, PLAYS, TIMEOUT, async (sender, receiver) => {
    const args = { direct: contestant.direct, timeout: TIMEOUT };
    for (const page of [receiver, sender]) {
      await page.evaluate((given) => globalThis.side.connected(given), args);
    }
    return TESTS[name](sender, receiver, countOf(contestant, name, count));
  });
}

/** @returns by contestant, by test: what each run gave */
export async function measure(stage, contestants, { runs, count }, say) {
  const results = new Map(
    contestants.map(({ name }) => [name, { trips: [], loop: [], paced: [], errors: [] }]),
  );
  for (let round = 0; round < runs; round++) {
    for (const test of Object.keys(TESTS)) {
      for (const contestant of turned(contestants, round)) {
        const result = results.get(contestant.name);
        // Who cannot connect is not waited for again.
        if (result.errors.length > 1) continue;
        try {
          result[test].push(await once(stage, contestant, test, count));
        } catch (error) {
          result.errors.push(error.message.split('\n')[0]);
        }
      }
      say(`messages ${round + 1}/${runs} ${test}`);
    }
  }
  return results;
}

const ratesOf = (runs) => summarize(runs.map(({ rate }) => rate).filter((rate) => rate !== undefined));

/** The worst of all runs, as what was lost once may be lost again. */
function flaws(runs) {
  const worst = (key) => Math.max(0, ...runs.map((run) => run[key]));
  const why = [...new Set(runs.map((run) => run.why).filter(Boolean))];
  return [
    ...(worst('lost') ? [`lost ${whole(worst('lost'))}`] : []),
    ...(worst('disordered') ? [`disordered ${whole(worst('disordered'))}`] : []),
    ...why,
  ].join(', ');
}

/** @type {import('./report.mjs').Measure} */
const TRIP = {
  key: 'trip',
  title: 'round trip, ms',
  better: 'less',
  show: (value) => fixed(value, 2),
  more: { p99: ({ tripP99 }) => fixed(tripP99?.median, 2) },
};
/** @type {import('./report.mjs').Measure} */
const LOOP = { key: 'loop', title: 'loop, messages/s', better: 'more', show: whole };
/** @type {import('./report.mjs').Measure} */
const PACED = { key: 'paced', title: 'paced, messages/s', better: 'more', show: whole };

/** @returns {{ figures: object, text: string }} */
export function report(results, contestants, { count }) {
  const rows = contestants.map(({ name, kind, what }) => {
    const { trips, loop, paced, errors } = results.get(name);
    return {
      name,
      kind,
      what,
      errors,
      trip: summarize(trips.map(({ median }) => median)),
      tripP99: summarize(trips.map(({ p99 }) => p99)),
      loop: ratesOf(loop),
      paced: ratesOf(paced),
      runs: { loop, paced },
    };
  });
  const notes = rows.flatMap(({ name, runs, errors }) => {
    const all = [
      ...['loop', 'paced'].map((test) => [test, flaws(runs[test])]),
      ['failed', [...new Set(errors)].join('; ')],
    ];
    return all.filter(([, text]) => text).map(([test, text]) => `  ${name}, ${test}: ${text}`);
  });
  const fewer = contestants.flatMap((one) =>
    ['loop', 'paced']
      .map((test) => [test, countOf(one, test, count)])
      .filter(([, most]) => most < count)
      .map(([test, most]) => `${one.name} in ${test}: ${whole(most)}`),
  );
  const targets = [target(rows, TRIP, 'yard', 1.15), target(rows, LOOP, 'yard', 2)];
  const text = [
    ...[TRIP, LOOP, PACED].map((measured) => `${comparison(rows, measured)}\n`),
    `of ${whole(count)} messages${fewer.length > 0 ? ` (${fewer.join(', ')})` : ''}, in the worst run:`,
    ...(notes.length ? notes : ['  nothing lost, nothing out of order']),
    '',
    'targets:',
    ...targets.map((one) => one.text),
  ].join('\n');
  return { figures: { rows, targets, count }, text };
}
