/** Many bytes at once on a path that stands: how fast they are, what they take, and what they leave for small messages. */
import { limited } from './stage.mjs';
import { comparison, fixed, quantile, summarize, target, turned, whole } from './report.mjs';

const PLAYS = { first: 'talk', second: 'talk' };
const TIMEOUT = 15_000;
const MB = 1e6;
/** Whoever is slower than one MB a second, after so many milliseconds of grace, is not waited for. */
const GRACE = 60_000;
const IDLE_TRIPS = [200, 5000];
/** Between two looks at the memory, ms: as it is, and after a collection, which takes the page some hundredths of a second. */
const LOOK = 250;
const LOOK_COLLECTED = 3000;

export const defaults = { runs: 3, size: 100 };

/**
 * Watches what a page's JavaScript holds: the heap, the browser's own for its objects, and the memory behind buffers.
 * @returns MB of growth at its peak, and at the peak of what is left after a collection; undefined where there was no time for one
 */
async function watchMemory(page) {
  const session = await page.createCDPSession();
  const used = async () => {
    const usage = await session.send('Runtime.getHeapUsage');
    return usage.usedSize + usage.embedderHeapUsedSize + usage.backingStorageSize;
  };
  const collected = async () => {
    await session.send('HeapProfiler.collectGarbage');
    return used();
  };
  const before = await collected();
  let peak = before;
  let peakCollected;
  let watching = true;
  let next = performance.now() + LOOK_COLLECTED;
  const watched = (async () => {
    while (watching) {
      peak = Math.max(peak, await used());
      if (performance.now() >= next) {
        const left = await collected();
        // What is left when it has ended is not what it takes.
        if (watching) peakCollected = Math.max(peakCollected ?? left, left);
        next = performance.now() + LOOK_COLLECTED;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  })().catch(() => undefined);
  return async () => {
    watching = false;
    await limited(watched, TIMEOUT, 'the page is busy').catch(() => undefined);
    return [peak, peakCollected].map((bytes) => bytes && (bytes - before) / MB);
  };
}

const brief = (error) => error.message.split('\n')[0];

async function transfer(sender, receiver, size) {
  const bytes = size * MB;
  const idle = await sender.evaluate((most) => globalThis.side.roundTrips(...most), IDLE_TRIPS);
  await receiver.evaluate((all) => globalThis.side.expectBytes(all), bytes);
  await sender.evaluate((all) => globalThis.side.prepareBytes(all), bytes);
  const [growthOfSender, growthOfReceiver] = await Promise.all([sender, receiver].map(watchMemory));
  const late = GRACE + 1000 * size;
  const sent = sender.evaluate(() => globalThis.side.bulk());
  // Whoever closes the pages ends what is still under way in them.
  sent.catch(() => undefined);
  const {
    ms,
    trips,
    why = '',
  } = await limited(sent, late, `not done in ${whole(late / 1000)} s`).catch((error) => ({
    why: brief(error),
  }));
  const [[sending, sendingKept], [receiving, receivingKept]] = await Promise.all([
    growthOfSender(),
    growthOfReceiver(),
  ]);
  const received = await limited(
    receiver.evaluate('globalThis.side.tally.bytes'),
    TIMEOUT,
    'the receiver is busy',
  ).catch(() => 0);
  return {
    idle: quantile(idle, 0.5),
    idleP95: quantile(idle, 0.95),
    lost: (bytes - received) / MB,
    why,
    ...(ms && { rate: size / (ms / 1000), sending, receiving, sendingKept, receivingKept }),
    ...(trips?.length > 0 && { busy: quantile(trips, 0.5), busyP95: quantile(trips, 0.95) }),
  };
}

const once = (stage, contestant, size) =>
  stage.play(contestant, PLAYS, TIMEOUT, async (sender, receiver) => {
    const args = { direct: contestant.direct, timeout: TIMEOUT };
    for (const page of [receiver, sender]) {
      await page.evaluate((given) => globalThis.side.connected(given), args);
    }
    return transfer(sender, receiver, size);
  });

/** @returns by contestant: what each run gave */
export async function measure(stage, contestants, { runs, size }, say) {
  const results = new Map(contestants.map(({ name }) => [name, { runs: [], errors: [] }]));
  for (let round = 0; round < runs; round++) {
    for (const contestant of turned(contestants, round)) {
      const result = results.get(contestant.name);
      // Who fails twice is not waited for again.
      if (result.errors.length + result.runs.filter(({ why }) => why).length > 1) continue;
      try {
        result.runs.push(await once(stage, contestant, size));
      } catch (error) {
        result.errors.push(brief(error));
      }
      say(`throughput ${round + 1}/${runs} ${contestant.name}`);
    }
  }
  return results;
}

/** @type {import('./report.mjs').Measure} */
const RATE = {
  key: 'rate',
  title: 'throughput, MB/s',
  better: 'more',
  more: {
    'sender, MB': ({ sending }) => whole(sending?.median),
    collected: ({ sendingKept }) => whole(sendingKept?.median),
    'receiver, MB': ({ receiving }) => whole(receiving?.median),
    'collected ': ({ receivingKept }) => whole(receivingKept?.median),
  },
};
/** @type {import('./report.mjs').Measure} */
const BUSY = {
  key: 'busy',
  title: 'round trip meanwhile, ms',
  better: 'less',
  show: (value) => fixed(value, 2),
  more: {
    p95: ({ busyP95 }) => fixed(busyP95?.median, 2),
    idle: ({ idle }) => fixed(idle?.median, 2),
    'idle p95': ({ idleP95 }) => fixed(idleP95?.median, 2),
  },
};

const KEYS = [
  ...['rate', 'sending', 'receiving', 'sendingKept', 'receivingKept'],
  ...['busy', 'busyP95', 'idle', 'idleP95'],
];

/** @returns {{ figures: object, text: string }} */
export function report(results, contestants, { size }) {
  const rows = contestants.map(({ name, kind, what }) => {
    const { runs, errors } = results.get(name);
    const of = (key) => summarize(runs.map((run) => run[key]).filter((value) => value !== undefined));
    return {
      name,
      kind,
      what,
      errors,
      ...Object.fromEntries(KEYS.map((key) => [key, of(key)])),
      lost: Math.max(0, ...runs.map(({ lost }) => lost)),
      why: [...new Set(runs.map(({ why }) => why).filter(Boolean))],
      muted: runs.some(({ rate, busy }) => rate !== undefined && busy === undefined),
    };
  });
  const notes = rows.flatMap(({ name, lost, why, errors, muted }) => {
    const all = [
      ...(lost > 0 ? [`lost ${fixed(lost)} MB`] : []),
      ...(muted ? ['no small message came back before the end'] : []),
      ...why,
      ...new Set(errors),
    ];
    return all.length > 0 ? [`  ${name}: ${all.join('; ')}`] : [];
  });
  const targets = [target(rows, RATE, 'yard', 0.9), target(rows, RATE, 'library', 1)];
  const text = [
    ...[RATE, BUSY].map((measured) => `${comparison(rows, measured)}\n`),
    `of ${whole(size)} MB, in the worst run:`,
    ...(notes.length > 0 ? notes : ['  nothing lost, nobody kept waiting']),
    '',
    'targets:',
    ...targets.map((one) => one.text),
  ].join('\n');
  return { figures: { rows, targets, size }, text };
}
