/** What may happen to servers that share a Redis, to that Redis, and to what is between them. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { SignalingServerOptions } from '../../server/index.js';
import type { TestClient } from '../server/client.js';
import { createKey, room } from '../server/client.js';
import { until } from '../support/until.js';
import { Node, startNodes } from './nodes.js';
import { Page } from './page.js';
import { RedisServer, Tunnel } from './redis-server.js';

/** Short, so that these tests are; one has the real one. Milliseconds. */
const LEASE = 3000;
/** Within which the others know that a process has died. */
const KNOWN = (LEASE * 4) / 3;

async function stage(
  t: TestContext,
  count: number,
  { lease = LEASE, ...options }: Omit<SignalingServerOptions, 'redis'> & { lease?: number } = {},
): Promise<[RedisServer, Node, Node, Node]> {
  const redis = await RedisServer.of(t);
  const nodes = await startNodes(count, { redis: { url: redis.url, lease }, ...options }, t);
  return [redis, ...nodes] as [RedisServer, Node, Node, Node];
}

const isReady = async (node: Node): Promise<boolean> => (await node.obstacles()).length === 0;

test('a process dies with 500 seats: the others are told of all of them in time, and of nobody else', async (t) => {
  const [, a, b, c] = await stage(t, 3, { lease: 15_000, limits: { membersPerRoom: 100 } });
  const names = [...'0123456789'].map(room);
  const [ann, bob] = [await a.login(), await b.login()];
  for (const [n, name] of names.entries()) {
    await ann.join(n, name);
    await bob.join(n, name);
    assert.equal((await ann.next('peer')).id, bob.id);
  }
  const doomed = await Promise.all(Array.from({ length: 50 }, () => c.login()));
  const seats = new Set<string>();
  for (const one of doomed) {
    for (const [n, name] of names.entries()) {
      one.askToJoin(n, name);
      seats.add(`${n} ${one.id}`);
    }
  }
  const hear = async (client: TestClient, what: 'peer' | 'gone'): Promise<void> => {
    const told = new Set<string>();
    for (let i = 0; i < seats.size; i++) {
      const one = await client.next(what);
      if (one.type === 'gone') assert.equal(one.reason, 'lost');
      told.add(`${one.n} ${one.id}`);
    }
    assert.deepEqual(told, seats);
  };
  await Promise.all([hear(ann, 'peer'), hear(bob, 'peer')]);
  const killed = performance.now();
  await c.kill();
  await Promise.all([hear(ann, 'gone'), hear(bob, 'gone')]);
  const took = performance.now() - killed;
  t.diagnostic(`told after ${Math.round(took)} ms`);
  assert.ok(took < 20_000, `${took} ms`);
  await Promise.all([ann.barrier(), bob.barrier()]);
  ann.message(0, bob.id, 'we are still here');
  assert.equal((await bob.next('message')).text, 'we are still here');
});

test('a process that stood still has lost the seat that another one took, and does not speak for it', async (t) => {
  const [, a, b, c] = await stage(t, 3);
  const [ann, bob, cid] = [await a.login(), await b.login(), await c.login()];
  await ann.join(0, room('p'), { capacity: 2 });
  await bob.join(0, room('p'), { capacity: 2 });
  await ann.next('peer');
  assert.equal(await cid.refused(0, room('p')), 'room-full');
  b.signal('SIGSTOP');
  assert.equal((await ann.next('gone')).id, bob.id);
  await cid.join(0, room('p'));
  assert.equal((await ann.next('peer')).id, cid.id);
  // Lies in the socket of a process that does not know yet that it was away.
  bob.message(0, ann.id, 'a voice from the past');
  b.signal('SIGCONT');
  assert.equal((await bob.any('refused', 'message')).type, 'refused');
  bob.message(0, ann.id, 'another one');
  await bob.barrier();
  cid.message(0, ann.id, 'I am in');
  assert.equal((await ann.next('message')).text, 'I am in', 'and nothing before it');
  await until(() => isReady(b));
  assert.equal((await b.stats()).members, 0);
});

test('a process that stood still takes up its seats again where nobody took them', async (t) => {
  const [, a, b] = await stage(t, 2);
  const [ann, bob] = [await a.login(), await b.login()];
  await ann.join(0, room('p'), { hello: 'YW5u', capacity: 2 });
  await bob.join(0, room('p'), { hello: 'Ym9i' });
  await ann.next('peer');
  b.signal('SIGSTOP');
  assert.equal((await ann.next('gone')).reason, 'lost');
  b.signal('SIGCONT');
  assert.deepEqual(await ann.next('peer'), { type: 'peer', n: 0, id: bob.id, hello: 'Ym9i', role: '' });
  await until(() => isReady(b));
  bob.message(0, ann.id, 'back');
  assert.equal((await ann.next('message')).text, 'back');
  ann.message(0, bob.id, 'hello again');
  assert.equal((await bob.next('message')).text, 'hello again', 'and nothing before it');
});

test('Redis dies and comes back empty: nobody is told anything, and who waits gets in by itself', async (t) => {
  const [redis, a, b] = await stage(t, 2);
  const [ann, bob, cid, dan] = [await a.login(), await b.login(), await a.login(), await b.login()];
  await ann.join(0, room('r'), { hello: 'YW5u', capacity: 3 });
  await bob.join(0, room('r'));
  await cid.join(0, room('r'));
  await ann.next('peer');
  await ann.next('peer');
  await bob.next('peer');
  await redis.kill();
  await until(async () => !(await isReady(a)) && !(await isReady(b)));
  assert.match((await a.obstacles())[0] ?? '', /^redis: redis:.* cannot be reached/);
  ann.message(0, cid.id, 'by the same process');
  assert.equal((await cid.next('message')).text, 'by the same process');
  dan.askToJoin(0, room('r'));
  await dan.barrier();
  // Somebody whom nobody has met before comes to a process that cannot know where it is.
  const eve = await a.login();
  eve.askToJoin(0, room('s'));
  await eve.barrier();

  await redis.start();
  const started = performance.now();
  assert.equal((await dan.next('refused')).code, 'room-full', 'the room has its three members');
  assert.ok(performance.now() - started > LEASE / 4, 'they had time to say who is where');
  assert.equal((await eve.next('joined')).created, true);
  bob.message(0, cid.id, 'across again');
  assert.equal((await cid.next('message')).text, 'across again', 'and nothing before it');
  bob.send({ type: 'leave', n: 0 });
  assert.deepEqual(await ann.next('gone'), { type: 'gone', n: 0, id: bob.id, reason: 'left' });
  assert.equal((await cid.next('gone')).id, bob.id);
  assert.deepEqual((await dan.join(0, room('r'))).capacity, 3);
});

test('what happened while Redis was away is told when it is back', async (t) => {
  const [redis, a, b] = await stage(t, 2);
  const [ann, bob, cid] = [await a.login(), await b.login(), await b.login()];
  await ann.join(0, room('r'));
  await bob.join(0, room('r'));
  await cid.join(0, room('r'));
  await ann.next('peer');
  await ann.next('peer');
  await bob.next('peer');
  await redis.kill();
  await until(async () => !(await isReady(b)));
  bob.send({ type: 'leave', n: 0 });
  assert.equal((await cid.next('gone')).reason, 'left', 'the same process knows');
  await redis.start();
  assert.equal((await ann.next('gone')).id, bob.id);
  await until(async () => (await isReady(a)) && (await isReady(b)));
  await Promise.all([ann.barrier(), cid.barrier()]);
});

test('the first start of all does not wait for anybody', async (t) => {
  const [, a] = await stage(t, 1, { lease: 30_000 });
  const started = performance.now();
  await (await a.login()).join(0, room('r'));
  assert.ok(performance.now() - started < 8000);
});

for (const [what, act] of [
  ['killed', (redis: RedisServer) => redis.say('CLIENT', 'KILL', 'TYPE', 'pubsub')],
  ['paused', (redis: RedisServer) => redis.say('CLIENT', 'PAUSE', String(LEASE / 2))],
  ['all killed', (redis: RedisServer) => redis.say('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')],
] as const) {
  test(`subscriptions are ${what}: presence and messages are right again, and nobody was gone`, async (t) => {
    const [redis, a, b] = await stage(t, 2);
    const [ann, bob] = [await a.login(), await b.login()];
    await ann.join(0, room('r'));
    await bob.join(0, room('r'));
    await ann.next('peer');
    await act(redis);
    const cid = await b.login();
    cid.askToJoin(0, room('r'));
    await cid.any('joined');
    assert.equal((await ann.next('peer')).id, cid.id);
    assert.equal((await bob.next('peer')).id, cid.id);
    await until(async () => (await isReady(a)) && (await isReady(b)));
    bob.message(0, ann.id, 'here');
    assert.equal((await ann.next('message')).text, 'here');
  });
}

test('a subscription that brings nothing any more is found out, and made again', async (t) => {
  const redis = await RedisServer.of(t);
  const tunnel = await Tunnel.open(t, redis.port);
  const a = await Node.start({ redis: { url: tunnel.url, lease: LEASE } }, t);
  const b = await Node.start({ redis: { url: redis.url, lease: LEASE } }, t);
  const [ann, bob] = [await a.login(), await b.login()];
  await ann.join(0, room('r'));
  await bob.join(0, room('r'));
  await ann.next('peer');
  tunnel.cut('subscriptions');
  const cut = performance.now();
  const cid = await b.login();
  await cid.join(0, room('r'));
  assert.equal((await ann.next('peer')).id, cid.id);
  const took = performance.now() - cut;
  t.diagnostic(`told after ${Math.round(took)} ms`);
  assert.ok(took > LEASE / 12, 'it was not cut');
  // What is said before that is found out, is lost, as pages know.
  const again = setInterval(() => bob.message(0, ann.id, 'here'), 100);
  t.after(() => clearInterval(again));
  assert.equal((await ann.next('message')).text, 'here');
  clearInterval(again);
  assert.equal((await b.stats()).members, 2);
});

test('a process that is cut off from Redis loses its members for the others, and finds them again', async (t) => {
  const redis = await RedisServer.of(t);
  const tunnel = await Tunnel.open(t, redis.port);
  const a = await Node.start({ redis: { url: tunnel.url, lease: LEASE } }, t);
  const b = await Node.start({ redis: { url: redis.url, lease: LEASE } }, t);
  const [ann, bob] = [await a.login(), await b.login()];
  await ann.join(0, room('r'), { hello: 'YW5u' });
  await bob.join(0, room('r'));
  await ann.next('peer');
  tunnel.cut('all');
  const cut = performance.now();
  assert.deepEqual(await bob.next('gone'), { type: 'gone', n: 0, id: ann.id, reason: 'lost' });
  const took = performance.now() - cut;
  assert.ok(took < KNOWN + 1000, `${took} ms`);
  assert.equal(await isReady(a), false);
  ann.message(0, bob.id, 'nobody hears this');
  await ann.barrier();
  tunnel.mend();
  assert.deepEqual(await bob.next('peer'), { type: 'peer', n: 0, id: ann.id, hello: 'YW5u', role: '' });
  await until(() => isReady(a));
  ann.message(0, bob.id, 'but this');
  assert.equal((await bob.next('message')).text, 'but this');
});

test('a page that waits for Redis in no room is sent elsewhere after a while', async (t) => {
  const [redis, a] = await stage(t, 1);
  await redis.kill();
  await until(async () => !(await isReady(a)));
  const ann = await a.login();
  ann.askToJoin(0, room('r'));
  assert.equal((await ann.closed).code, 1013);
});

test('a server without its Redis does not start, and says why', async (t) => {
  const redis = await RedisServer.of(t, '--requirepass', 'geheim');
  const start = (url: string): Promise<Node> => Node.start({ redis: url }, t);
  await assert.rejects(
    start('redis://127.0.0.1:1'),
    /RegistryError: redis:\/\/127\.0\.0\.1:1 cannot be reached/,
  );
  for (const url of [redis.url, redis.url.replace('//', '//:wrong@')]) {
    await assert.rejects(start(url), (error: Error) => {
      assert.match(error.message, /RegistryError: .* does not let us in/);
      assert.ok(!error.message.includes('wrong@'), 'no password in a message');
      return true;
    });
  }
  const node = await start(redis.url.replace('//', '//:geheim@'));
  await (await node.login()).join(0, room('r'));
});

test('an older connection of an id is closed wherever it is, and kick() and leave() reach everyone', async (t) => {
  const redis = await RedisServer.of(t);
  const [a, b] = (await startNodes(2, { redis: redis.url }, t)) as [Node, Node];
  const key = createKey();
  const older = await a.login(key);
  // Redis says which one is older, and that it is asked is not waited for; who is in has been told.
  await older.join(0, room('o'));
  await b.login(key);
  assert.equal((await older.closed).code, 4409);
  const [ann, bob] = [await a.login(), await b.login()];
  await ann.join(0, room('r'));
  await bob.join(0, room('r'));
  await ann.next('peer');
  await a.ask('leave', room('r'));
  assert.equal((await bob.next('closed')).n, 0);
  assert.equal((await ann.next('closed')).n, 0);
  await ann.join(1, room('r'));
  await bob.join(1, room('r'));
  await ann.next('peer');
  await a.ask('kick', bob.id);
  assert.equal((await bob.closed).code, 4403);
  assert.equal((await ann.next('gone')).reason, 'kicked');
});

test('each process is restarted in turn under load: nobody is gone, nothing comes twice or out of order', async (t) => {
  const redis = await RedisServer.of(t);
  const options = { redis: { url: redis.url, lease: LEASE }, seatTimeout: 10_000 };
  const nodes = await startNodes(3, options, t);
  let turn = 0;
  const pages = await Promise.all(
    Array.from({ length: 12 }, () => Page.open(room('r'), () => nodes[turn++ % nodes.length]!)),
  );
  const allMet = (): boolean => pages.every((page) => page.present && page.others.size === pages.length - 1);
  await until(allMet);
  for (const page of pages) page.told.length = 0;
  let said = 0;
  const talk = setInterval(() => {
    for (const [i, page] of pages.entries()) page.say(pages[(i + 1 + (said % 11)) % 12]!.id, String(said));
    said++;
  }, 100);
  t.after(() => clearInterval(talk));
  for (let i = 0; i < 3; i++) {
    const old = nodes[i]!;
    nodes[i] = await Node.start(options, t);
    await old.close();
    await until(allMet, { timeout: 20_000 });
  }
  clearInterval(talk);
  for (const page of pages) {
    assert.deepEqual(page.told, [], 'nobody was told of anybody');
    assert.ok(page.joins > 1);
    for (const { id } of pages) {
      const numbers = page.heard.filter(({ from }) => from === id).map(({ text }) => Number(text));
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].sort((x, y) => x - y),
      );
    }
  }
  const last = pages.map((page, i) => [page, pages[(i + 5) % 12]!] as const);
  for (const [from, to] of last) from.say(to.id, 'last');
  await until(() =>
    last.every(([from, to]) => to.heard.some((one) => one.from === from.id && one.text === 'last')),
  );
  await Promise.all(pages.map((page) => page.leave()));
});
