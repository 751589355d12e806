/** One process beside three that share their rooms over Redis, members of each room on different ones. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../support/free-port.mjs';
import { findOrInstallPrograms } from '../../support/programs.mjs';
import { SETTING as JOINS } from './joins.mjs';
import { SETTING as MESSAGES } from './messages.mjs';
import { takes } from './servers/ours.mjs';
import { startClients, startServer, using, window } from './stage.mjs';

export const defaults = { runs: 5, seconds: 5, joins: 1500 };
/** Messages that a sender is ahead: three processes that share two cores with all the others need more to do in a turn. */
const AHEAD = 16;

export const CONTESTANTS = [
  { name: 'one', kind: 'bare', processes: 1, redis: false },
  { name: 'one, Redis', kind: 'ours', processes: 1, redis: true },
  { name: 'three, rooms whole', kind: 'ours', processes: 3, redis: true, whole: true },
  { name: 'three, rooms across', kind: 'ours', processes: 3, redis: true },
];

/** Why it cannot be measured; undefined where it can. @param {(line: string) => void} say */
export function obstacle(say) {
  if (!takes({ redis: 'redis://127.0.0.1' })) return 'this version of the server has no redis option';
  const lacking = findOrInstallPrograms({ 'redis-server': 'redis-server' }, say);
  return lacking.length > 0 ? `it needs ${lacking.join(', ')}` : undefined;
}

async function startRedis() {
  const port = await freePort();
  const argv = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    child.stdout.on('data', (text) => /Ready to accept connections/.test(text) && resolve());
  });
  const stop = async () => {
    process.off('exit', end);
    child.removeAllListeners('exit');
    const exited = once(child, 'exit');
    end();
    await exited;
  };
  return { url: `redis://127.0.0.1:${port}`, stop };
}

/** @returns {Promise<Record<string, number>>} */
export async function measure({ processes, redis, whole }, { seconds, joins, profile }) {
  const store = redis ? await startRedis() : undefined;
  const options = store ? { redis: store.url } : {};
  const starting = Array.from({ length: processes }, () => startServer('ours', options, profile));
  try {
    return await using([startClients('ours'), ...starting], async (clients, ...servers) => {
      const each = servers.map(({ said }) => said.port);
      // One after another they go from port to port: the two of a room to the same, or not.
      const ports = whole ? each.flatMap((port) => [port, port]) : each;
      const cpu = () => servers.reduce((sum, server) => sum + server.cpu(), 0);
      const { members, bytes, warmUp } = MESSAGES;
      await clients.ask('prepare', members + joins);
      await clients.ask('connect', { ports, first: 0, count: members, perRoom: 2, concurrency: 32 });
      const before = cpu();
      const whom = { ports, first: members, count: joins, ...JOINS };
      const taken = await clients.ask('connect', whom);
      const joinCost = ((cpu() - before) * 1e6) / joins;
      await clients.ask('saturate', { window: AHEAD, bytes });
      await window(servers, clients, warmUp);
      const { rate: saturated, cost } = await window(servers, clients, seconds * 1000);
      await clients.ask('quiet');
      const lost = await clients.ask('lost');
      if (lost.length > 0) throw new Error(`${lost.length} members were cut off: ${lost[0]}`);
      return { joins: (joins * 1000) / taken, joinCost, saturated, cost };
    });
  } finally {
    await store?.stop();
  }
}
