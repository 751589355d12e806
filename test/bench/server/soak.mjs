/** One server for a long time, with people who come, talk, drop out and go: does its memory grow? */
import { fixed, table, whole } from '../report.mjs';
import { startClients, startServer, using } from './stage.mjs';
import { isFlat, line } from './trend.mjs';

export const SETTING = { people: 200, perRoom: 4, talk: 200, churn: 5 };
/** Until the first look, and between two, at most. */
const LOOKS = 120;
/** What the compiler and the pools take in the beginning is no growth. */
const SETTLING = 0.5;
/** Until the seats of the last ones are given up. */
const CLEARED_MS = 30_000;

const MEGABYTE = 1_000_000;
const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function look(server, clients, begun) {
  const { heapUsed } = await server.ask('collect');
  const [stats, told] = [await server.ask('stats'), await clients.ask('told')];
  const minutes = (performance.now() - begun) / 60_000;
  return { minutes, heap: heapUsed / MEGABYTE, rss: server.rss() / MEGABYTE, stats, told };
}

/** What is left when everybody has gone. */
async function cleared(server) {
  const patience = performance.now() + CLEARED_MS;
  for (;;) {
    const { connections, rooms, members, away } = await server.ask('stats');
    const left = { connections, rooms, members, away };
    if (Object.values(left).every((count) => count === 0) || performance.now() > patience) return left;
    await later(250);
  }
}

/** @param {(line: string) => void} say how it is going */
export function soak(minutes, say, profile) {
  return using([startServer('ours', {}, profile), startClients('ours')], async (server, clients) => {
    await clients.ask('churn', { port: server.said.port, ...SETTING });
    const begun = performance.now();
    const cpu = server.cpu();
    const samples = [];
    const between = Math.min(15_000, (minutes * 60_000) / LOOKS);
    while ((performance.now() - begun) / 60_000 < minutes) {
      await later(between);
      const sample = await look(server, clients, begun);
      samples.push(sample);
      const { heap, rss, stats, told } = sample;
      say(
        `${fixed(sample.minutes)} min: heap ${fixed(heap, 2)} MB, RSS ${fixed(rss)} MB, ` +
          `${stats.connections} connections, ${told.joins} joins, ${told.heard} messages`,
      );
    }
    const busy = (server.cpu() - cpu) / ((performance.now() - begun) / 1000);
    await clients.ask('stop');
    const left = await cleared(server);
    const { heap, rss, told } = await look(server, clients, begun);
    return { samples, busy, left, after: { heap, rss }, told };
  });
}

const PARTS = 6;

/** A row for each part of the time, then what became of it. */
export function report({ samples, busy, left, after, told }) {
  const settled = samples.slice(Math.floor(samples.length * SETTLING));
  const grows = ['heap', 'rss'].map((key) => {
    const points = settled.map((sample) => [sample.minutes, sample[key]]);
    const { slope, error } = line(points);
    return { key, slope: slope * 60, error: error * 60, flat: isFlat(points) };
  });
  const every = Math.max(1, Math.floor(samples.length / PARTS));
  const shown = samples.filter((_, i) => (i + 1) % every === 0 || i === 0);
  const rows = shown.map(({ minutes, heap, rss, stats, told: { joins, heard } }) => [
    fixed(minutes),
    fixed(heap, 2),
    fixed(rss),
    ...[stats.connections, stats.members, stats.away, joins, heard].map(whole),
  ]);
  const head = ['minutes', 'heap, MB', 'RSS, MB', 'connections', 'members', 'away', 'joins', 'messages'];
  const clean = Object.values(left).every((count) => count === 0);
  const text = [
    table(head, rows),
    '',
    ...grows.map(({ key, slope, error, flat }) => {
      const name = key === 'heap' ? 'heap after a collection' : 'RSS';
      return `  ${flat ? '✓' : '✗'} ${name} is flat: ${fixed(slope, 2)} ± ${fixed(error, 2)} MB an hour`;
    }),
    `  ${clean ? '✓' : '✗'} nothing is left when all have gone: ${JSON.stringify(left)}`,
    `  ${told.problems.length === 0 ? '✓' : '✗'} nobody was cut off or kept out ${told.problems.join('; ')}`.trimEnd(),
    `  empty again: heap ${fixed(after.heap, 2)} MB, RSS ${fixed(after.rss)} MB;` +
      ` ${fixed(busy * 100)} % of a core; ${whole(told.closed)} left, ${whole(told.dropped)} dropped out`,
  ].join('\n');
  return { text, figures: { samples, busy, left, after, grows, told } };
}
