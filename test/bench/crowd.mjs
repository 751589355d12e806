/**
 * Ten thousand at once, at the default limits: `node --import ./test/tools/typescript-loader.mjs test/bench/crowd.mjs -- [how many]`. Needs `ulimit -n` above that in each
 * of its two processes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Crowd, CrowdServer } from './crowd-client.ts';

const size = Number(process.argv[2] ?? 10_000);
const MB = 2 ** 20;

const server = await CrowdServer.start();
const crowd = Crowd.prepare(size);
const before = await server.measure();
const ms = await crowd.enter(server.url);
const rush = await server.measure();
await delay(3000);
const idle = await server.measure();
await delay(30_000); // Everybody is asked for a sign of life.
const later = await server.measure();
const kb = (to) => ((to.rss - before.rss) / size / 1024).toFixed(1);
console.log(
  `${size} in a room after ${(ms / 1000).toFixed(1)} s, ${rush.connections} connections, ${rush.members} members`,
);
console.log(
  `event loop of the server meanwhile: p99 ${rush.lag.p99.toFixed(0)} ms, longest ${rush.lag.max.toFixed(0)} ms`,
);
console.log(
  `turned away ${rush.rejected} times; the server took ${rush.cpu.toFixed(1)} s of a processor for all that`,
);
console.log(`with heartbeats: p99 ${later.lag.p99.toFixed(0)} ms, longest ${later.lag.max.toFixed(0)} ms`);
console.log(
  `memory: ${(before.rss / MB).toFixed(0)} MB before, ${(rush.rss / MB).toFixed(0)} MB after, ${(later.rss / MB).toFixed(0)} MB later`,
);
console.log(
  `a connection: ${kb(rush)} KB at once, ${kb(idle)} KB idle, ${kb(later)} KB after heartbeats; ${crowd.connected} still there`,
);
crowd.close();
await server.close();
process.exit();
