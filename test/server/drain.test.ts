import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { Crowd, planDrain, type Leaver } from '../../server/drain.js';
import { until } from '../support/until.js';
import { TestClient, room, startServer } from './client.js';

/** Milliseconds; the phases are then 500, 1500 and 3000. */
const DRAIN = 3000;

test('the plan is 5, 15 and 30 seconds, and the same in less time', () => {
  assert.deepEqual(planDrain(30_000), { bye: 5000, close: 15_000, end: 30_000 });
  assert.deepEqual(planDrain(60_000), { bye: 5000, close: 15_000, end: 60_000 });
  assert.deepEqual(planDrain(3000), { bye: 500, close: 1500, end: 3000 });
});

test('while it drains it is not ready, lets nobody in and tells when to go', async (t) => {
  const { server, login, url, origin } = await startServer(t);
  const readyz = async (): Promise<unknown[]> => {
    const response = await fetch(`${origin}/readyz`);
    return [response.status, await response.json()];
  };
  const client = await login();
  assert.deepEqual(await readyz(), [200, { status: 'ready' }]);
  assert.equal(server.ready, true);
  const closing = server.close({ drain: DRAIN });
  assert.equal(server.ready, false);
  assert.deepEqual(await readyz(), [503, { status: 'not ready', reasons: ['draining'] }]);
  const { wait } = await client.next('bye');
  assert.ok(wait >= 0 && wait < 500, String(wait));
  assert.equal((await fetch(`${origin}/healthz`)).status, 200, 'it still lives');
  const late = new TestClient(url);
  const [, response] = (await once(late.ws, 'unexpected-response')) as [unknown, IncomingMessage];
  assert.equal(response.statusCode, 503);
  assert.match(response.headers['retry-after'] ?? '', /^\d+$/);
  late.ws.terminate();
  assert.equal(server.stats().rejectedFor.draining, 1);
  const started = performance.now();
  client.ws.close();
  await closing;
  assert.ok(performance.now() - started < 400, 'it waits for nobody who has gone');
  await assert.rejects(fetch(`${origin}/readyz`));
});

test('those who stay go on talking, then are closed one after another, the deaf at the end', async (t) => {
  const { server, login } = await startServer(t);
  const clients = await Promise.all(Array.from({ length: 20 }, () => login()));
  const [one, other] = clients as [TestClient, TestClient];
  await one.join(0, room('a'));
  await other.join(0, room('a'));
  const deaf = await login();
  deaf.ws.pause();
  const started = performance.now();
  const ends: number[] = [];
  const codes = clients.map(async ({ closed }) => {
    const { code } = await closed;
    ends.push(performance.now() - started);
    return code;
  });
  const closing = server.close({ drain: DRAIN });
  await one.any('bye');
  await other.any('bye');
  one.message(0, other.id, 'still there?');
  assert.equal((await other.next('message')).text, 'still there?');
  assert.deepEqual(new Set(await Promise.all(codes)), new Set([1012]));
  assert.ok(Math.min(...ends) > 450, 'nobody before the time in which they go by themselves');
  assert.ok(
    Math.max(...ends) - Math.min(...ends) > 600,
    `not all at once: ${ends.map(Math.round).join(' ')}`,
  );
  await closing;
  const took = performance.now() - started;
  assert.ok(took > DRAIN - 100 && took < DRAIN + 1000, `the deaf one was cut off at the end: ${took}`);
  deaf.ws.terminate();
});

test('nobody is told of who went to another server; who leaves has left', async (t) => {
  const { server, login } = await startServer(t, { seatTimeout: 40 });
  const [a, b, c, d] = await Promise.all([login(), login(), login(), login()]);
  for (const client of [a, b, c, d]) await client.join(0, room('a'));
  for (let i = 0; i < 3; i++) await a.next('peer');
  b.ws.terminate(); // Away before it begins.
  await until(() => server.stats().away === 1);
  const closing = server.close({ drain: DRAIN });
  await a.next('bye');
  c.ws.close();
  await until(() => server.stats().away === 2);
  // Longer than any seat would have waited, as the server's own clock has it.
  await once(AbortSignal.timeout(200), 'abort');
  d.send({ type: 'leave', n: 0 });
  assert.deepEqual(await a.next('gone'), { type: 'gone', n: 0, id: d.id, reason: 'left' });
  for (const { ws } of [a, d]) ws.close();
  await closing;
});

test('a quick close is for programs: all at once, no word before', async (t) => {
  const { server, login } = await startServer(t);
  const client = await login();
  const started = performance.now();
  await server.close();
  assert.ok(performance.now() - started < 500);
  await assert.rejects(client.any('bye'), /closed: 1012/);
});

test('a server without anybody closes at once, however long it may take', async (t) => {
  const { server } = await startServer(t);
  const started = performance.now();
  await server.close({ drain: 30_000 });
  assert.ok(performance.now() - started < 500);
});

test('ten thousand are closed in even shares', async () => {
  const crowd = new Crowd();
  let closed = 0;
  const shares: number[] = [];
  for (let i = 0; i < 10_000; i++) {
    const leaver: Leaver = {
      send: () => undefined,
      end: () => {
        closed++;
        queueMicrotask(() => crowd.delete(leaver));
      },
      terminate: () => assert.fail('nobody is deaf'),
    };
    crowd.add(leaver);
  }
  const watch = setInterval(() => shares.push(closed), 20);
  await crowd.drain(1200);
  clearInterval(watch);
  assert.equal(closed, 10_000);
  const largest = Math.max(...shares.map((n, i) => n - (shares[i - 1] ?? 0)));
  assert.ok(largest < 5000, `at most ${largest} at a time`);
});
