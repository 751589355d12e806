/** Sixty small messages a second, all classes side by side: how long each is under way, and which never come. */
import { limited } from './stage.mjs';
import { fixed, quantile, table } from './report.mjs';
export { chart } from './delivery-chart.mjs';

const PLAYS = { first: 'talk', second: 'talk' };
const TIMEOUT = 30_000;
const RATE = 60;
const SECONDS = 20;
/** Before it counts: each connection finds its pace. */
const WARM_UP = RATE;
/** Nothing has arrived for so long: nothing will. */
const STALL = 5000;

export const defaults = { runs: 1, rate: RATE, seconds: SECONDS };

async function stream(sender, receiver) {
  const sent = await sender.evaluate((...given) => globalThis.side.stream(...given), RATE, SECONDS);
  await receiver.evaluate((ms) => globalThis.side.stalled(ms), STALL);
  return { sent, ticks: await receiver.evaluate('globalThis.side.ticks') };
}

/** Connects one after the other, and then lets all of them run at once, on the same lines. */
async function together(stage, contestants) {
  const plays = [];
  let start;
  const started = new Promise((resolve) => (start = resolve));
  for (const contestant of contestants) {
    await new Promise((ready) => {
      const play = stage.play(contestant, PLAYS, TIMEOUT, async (sender, receiver) => {
        const args = { direct: contestant.direct, timeout: TIMEOUT };
        const connected = Promise.all(
          [receiver, sender].map((page) => page.evaluate((given) => globalThis.side.connected(given), args)),
        );
        await limited(connected, 2 * TIMEOUT, 'not connected');
        ready();
        await started;
        return stream(sender, receiver);
      });
      plays.push(play.catch((error) => ({ error: error.message.split('\n')[0] })).finally(ready));
    });
  }
  start();
  return Promise.all(plays);
}

/** @returns {Promise<Map<string, { sent: number, ticks: [n: number, ms: number][], error?: string }[]>>} by contestant */
export async function measure(stage, contestants, { runs }, say) {
  const results = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < runs; round++) {
    const outcomes = await together(stage, contestants);
    for (const [i, { name }] of contestants.entries()) results.get(name).push(outcomes[i]);
    say(`delivery ${round + 1}/${runs}`);
  }
  return results;
}

function summary(runs) {
  const good = runs.filter(({ error }) => !error);
  const counted = good.map(({ sent, ticks }) => ({ sent, ticks: ticks.filter(([n]) => n >= WARM_UP) }));
  const times = counted.flatMap(({ ticks }) => ticks.map(([, ms]) => ms));
  if (times.length === 0) return { errors: runs.map(({ error }) => error ?? 'nothing arrived') };
  const numbers = counted.map(({ ticks }) => ticks.map(([n]) => n));
  const sent = counted.reduce((sum, run) => sum + run.sent - WARM_UP, 0);
  const distinct = numbers.reduce((sum, all) => sum + new Set(all).size, 0);
  return {
    p50: quantile(times, 0.5),
    p90: quantile(times, 0.9),
    p99: quantile(times, 0.99),
    max: Math.max(...times),
    sent,
    missing: sent - distinct,
    twice: times.length - distinct,
    late: numbers.reduce((sum, all) => sum + overtaken(all), 0),
    hasLast: good.every((run) => run.ticks.some(([n]) => n === run.sent - 1)),
    errors: runs.flatMap(({ error }) => error ?? []),
  };
}

/** How many came after a newer one. */
function overtaken(numbers) {
  let newest = -1;
  let count = 0;
  for (const n of numbers) {
    if (n < newest) count++;
    newest = Math.max(newest, n);
  }
  return count;
}

/** @returns {{ figures: object, text: string }} */
export function report(results, contestants) {
  const rows = contestants.map(({ name, what }) => ({ name, what, ...summary(results.get(name)) }));
  const show = (row, key) => fixed(row[key], 0);
  const text = table(
    [
      'under way, ms',
      'p50',
      'p90',
      'p99',
      'most',
      'sent',
      'never came',
      'after a newer one',
      'twice',
      'last one',
    ],
    rows.map((row) => [
      row.name,
      ...['p50', 'p90', 'p99', 'max', 'sent', 'missing', 'late', 'twice'].map((key) => show(row, key)),
      row.hasLast === undefined ? '–' : row.hasLast ? 'came' : 'lost',
    ]),
  );
  const failures = rows.filter(({ errors }) => errors.length > 0);
  const notes = failures.map(({ name, errors }) => `  ${name}: ${[...new Set(errors)].join('; ')}`);
  return {
    figures: { rows },
    text: [text, ...(notes.length > 0 ? ['', 'failures:', ...notes] : [])].join('\n'),
  };
}
