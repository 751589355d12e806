/** Many at once, and what they cost; `test/bench/crowd.mjs` is the same with ten thousand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Crowd, CrowdServer } from '../bench/crowd-client.js';
import { createKey, TestClient, room } from './client.js';

const SIZE = 2000;
const EARLIER = 500;
const KB = 1024;

test('two thousand who come at once all get in, at the default limits, and cost little', async (t) => {
  const server = await CrowdServer.start();
  t.after(() => server.close());
  // What a process needs once, whoever comes, is none of their business.
  const earlier = Crowd.prepare(EARLIER, SIZE);
  t.after(() => earlier.close());
  const crowd = Crowd.prepare(SIZE);
  t.after(() => crowd.close());
  await earlier.enter(server.url);
  const before = await server.measure();
  const ms = await crowd.enter(server.url);
  const { connections, members, rejected, rss, lag } = await server.measure();
  const each = (rss - before.rss) / SIZE / KB;
  t.diagnostic(
    `${ms.toFixed(0)} ms, ${rejected} turned away, lag p99 ${lag.p99.toFixed(0)} ms, ${each.toFixed(1)} KB each`,
  );
  const all = SIZE + EARLIER;
  assert.deepEqual({ connections, members }, { connections: all, members: all });
  assert.equal(crowd.connected, SIZE);
  assert.ok(ms < 60_000, `${ms} ms`);
  // Ten thousand take less than 20 KB each; so few share the same tens of megabytes that a heap needs for its garbage.
  assert.ok(each < 40, `${each} KB`);
});

test('memory stays bounded when a whole room writes to one that reads nothing, and nobody else notices', async (t) => {
  const limits = {
    bufferTimeout: 2000,
    relayBytesPerSecond: 2 ** 30,
    relayBurst: 2 ** 30,
    messagesPerSecond: 1e6,
    messageBurst: 1e6,
  };
  const server = await CrowdServer.start(limits);
  t.after(() => server.close());
  const login = async (): Promise<TestClient> => new TestClient(server.url).login({ key: createKey() });
  const [deaf, one, other] = [await login(), await login(), await login()];
  for (const client of [deaf, one, other]) await client.join(0, room('a'));
  const writers = await Promise.all(Array.from({ length: 8 }, login));
  for (const writer of writers) await writer.join(0, room('a'));
  const before = await server.measure();
  deaf.ws.pause();
  const block = new Uint8Array(16_384);
  let gone = false;
  void deaf.closed.then(() => (gone = true));
  // They take no notice of being told to stop.
  const flood = setInterval(() => {
    for (const writer of writers) {
      for (let i = 0; i < 8 && writer.ws.bufferedAmount < 2 ** 20; i++) writer.message(0, deaf.id, block);
    }
  }, 5);
  t.after(() => clearInterval(flood));
  let most = 0;
  let slowest = 0;
  const end = performance.now() + 5000;
  while (performance.now() < end) {
    const started = performance.now();
    one.message(0, other.id, 'as if nothing were');
    await other.any('message');
    slowest = Math.max(slowest, performance.now() - started);
    most = Math.max(most, (await server.measure()).rss);
  }
  clearInterval(flood);
  deaf.ws.resume();
  await deaf.closed;
  assert.ok(gone);
  t.diagnostic(
    `${((most - before.rss) / KB / KB).toFixed(0)} MB more, slowest message ${slowest.toFixed(0)} ms`,
  );
  assert.ok(most - before.rss < 96 * KB * KB, `${(most - before.rss) / KB / KB} MB`);
  assert.ok(slowest < 2000, `${slowest} ms`);
  for (const client of [one, other, ...writers]) client.ws.terminate();
});
