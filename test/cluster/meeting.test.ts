/** What members of one room notice of being connected to different processes: nothing. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createKey, room, type TestClient } from '../server/client.js';
import { until } from '../support/until.js';
import { startNodes, type Node } from './nodes.js';
import { RedisServer } from './redis-server.js';

let redis: RedisServer;
let a: Node, b: Node, c: Node;
before(async () => {
  redis = await RedisServer.create();
  [a, b, c] = (await startNodes(3, { redis: { url: redis.url, lease: 3000 } })) as [Node, Node, Node];
});
after(async () => {
  await Promise.all([a, b, c].map((node) => node.kill()));
  await redis.dispose();
});

let rooms = 0;
/** Another one for each test. */
const newRoom = (): string => String(rooms++).padStart(43, 'r');

test('they see each other come and go, and what one says arrives unchanged and in order', async () => {
  const name = newRoom();
  const [ann, bob, cid] = await Promise.all([a.login(), b.login(), c.login()]);
  assert.equal((await ann.join(1, name, { hello: 'YW5u', capacity: 3 })).created, true);
  const joined = await bob.join(2, name, { hello: 'Ym9i' });
  assert.deepEqual([joined.created, joined.capacity, joined.earlier], [false, 3, 1]);
  assert.deepEqual(joined.members, [{ id: ann.id, hello: 'YW5u', role: '' }]);
  assert.deepEqual(await ann.next('peer'), { type: 'peer', n: 1, id: bob.id, hello: 'Ym9i', role: '' });
  const { members } = await cid.join(3, name);
  assert.deepEqual(
    members.map(({ id }) => id),
    [ann.id, bob.id],
  );
  assert.equal((await ann.next('peer')).id, cid.id);
  assert.equal((await bob.next('peer')).id, cid.id);

  const said = Array.from({ length: 200 }, (_, i) => `${i} ${'\u0000ü'.repeat(i)}`);
  for (const text of said) ann.message(1, cid.id, text);
  bob.message(2, cid.id, 'and I');
  const heard: string[] = [];
  while (heard.length < 201) {
    const { n, id, text } = await cid.next('message');
    assert.equal(n, 3);
    if (id === ann.id) assert.equal(text, said[heard.length - (heard.includes('and I') ? 1 : 0)]);
    else assert.equal(id, bob.id);
    heard.push(text);
  }
  bob.message(2, bob.id, 'to myself');
  bob.message(2, room('z'), 'to nobody');
  bob.message(2, cid.id, 'farewell');
  bob.send({ type: 'leave', n: 2 });
  assert.equal((await cid.next('message')).text, 'farewell', 'before it is gone');
  assert.deepEqual(await ann.next('gone'), { type: 'gone', n: 1, id: bob.id, reason: 'left' });
  assert.deepEqual(await cid.next('gone'), { type: 'gone', n: 3, id: bob.id, reason: 'left' });
  const counts = await Promise.all([a, b, c].map((node) => node.stats()));
  assert.deepEqual(
    counts.map(({ members, rooms }) => [members, rooms]),
    [
      [1, 1],
      [0, 0],
      [1, 1],
    ],
    'each process counts its own',
  );
});

test('a pair has two places, wherever one asks', async () => {
  const name = newRoom();
  const [ann, bob, cid] = await Promise.all([a.login(), b.login(), c.login()]);
  await ann.join(0, name, { capacity: 2 });
  await bob.join(0, name, { capacity: 2 });
  assert.equal(await cid.refused(0, name, { capacity: 2 }), 'room-full');
  assert.equal(await cid.refused(0, name, { entry: 'create' }), 'room-exists');
  assert.equal(await cid.refused(0, newRoom(), { entry: 'join' }), 'room-missing');
  bob.send({ type: 'leave', n: 0 });
  await ann.next('peer');
  await ann.next('gone');
  assert.equal((await cid.join(0, name)).earlier, 1);
});

test('who comes back to another process has never been away for the others', async () => {
  const name = newRoom();
  const key = createKey();
  const [ann, bob] = [await a.login(), await b.login(key)];
  await ann.join(0, name);
  await bob.join(5, name, { hello: 'Ym9i' });
  await ann.next('peer');
  bob.ws.terminate();
  await until(async () => (await b.stats()).away === 1);
  const again = await c.login(key);
  const joined = await again.join(9, name, { hello: 'Ym9i' });
  assert.deepEqual([joined.created, joined.earlier], [false, 1]);
  // What is said before that is known everywhere would be lost.
  again.message(9, ann.id, 'I am back');
  assert.equal((await ann.next('message')).text, 'I am back', 'and nothing before it');
  ann.message(0, key.id, 'welcome');
  assert.equal((await again.next('message')).text, 'welcome');
  await until(async () => (await b.stats()).away === 0, { what: 'the seat to be moved' });
});

test('a newer connection takes over from one that its process believes in', async () => {
  const name = newRoom();
  const key = createKey();
  const [ann, older] = [await a.login(), await b.login(key)];
  await ann.join(0, name);
  await older.join(5, name, { hello: 'Ym9i' });
  await ann.next('peer');
  const newer = await c.login(key);
  await newer.join(1, name, { hello: 'Ym9i' });
  assert.equal((await older.closed).code, 4409);
  newer.message(1, ann.id, 'it is me');
  assert.equal((await ann.next('message')).text, 'it is me', 'and nothing before it');
});

test('a page that was loaded anew elsewhere is another stay', async () => {
  const name = newRoom();
  const key = createKey();
  const [ann, bob] = [await a.login(), await b.login(key)];
  await ann.join(0, name);
  await bob.join(5, name, { hello: 'b25l' });
  await ann.next('peer');
  bob.ws.terminate();
  const anew = await c.login(key);
  await anew.join(1, name, { hello: 'dHdv' });
  assert.deepEqual(await ann.next('gone'), { type: 'gone', n: 0, id: key.id, reason: 'lost' });
  assert.deepEqual(await ann.next('peer'), { type: 'peer', n: 0, id: key.id, hello: 'dHdv', role: '' });
  await until(async () => (await b.stats()).away === 0);
});

test('a seat that nobody comes back to is given up in time, and why', async (t) => {
  const terms = { redis: { url: redis.url, prefix: 'hasty:' }, seatTimeout: 300 };
  const [a, b] = (await startNodes(2, terms, t)) as [Node, Node];
  const name = newRoom();
  const [ann, bob, cid] = [await a.login(), await b.login(), await b.login()];
  await ann.join(0, name);
  await bob.join(0, name);
  await cid.join(0, name);
  assert.deepEqual([(await ann.next('peer')).id, (await ann.next('peer')).id], [bob.id, cid.id]);
  bob.ws.terminate();
  assert.equal((await ann.next('gone')).reason, 'lost');
  cid.ws.close(1001);
  assert.equal((await ann.next('gone')).reason, 'left');
});

test('rooms that are left leave nothing behind in Redis', async () => {
  const name = newRoom();
  const clients: TestClient[] = [await a.login(), await b.login()];
  for (const client of clients) await client.join(0, name);
  assert.equal((await redis.keys()).filter((key) => key.includes(name)).length, 3);
  for (const key of await redis.keys()) assert.ok(Number(await redis.say('PTTL', key)) > 0, `${key} stays`);
  for (const client of clients) client.send({ type: 'leave', n: 0 });
  await until(async () => (await redis.keys()).every((key) => !key.includes(name)));
});

test('50 rounds of 40 who want the same pair: always exactly two get in, and one of them made it', async () => {
  const nodes = [a, b, c];
  const racers = await Promise.all(Array.from({ length: 40 }, (_, i) => nodes[i % 3]!.login()));
  for (let round = 0; round < 50; round++) {
    const name = newRoom();
    for (const racer of racers) racer.askToJoin(round, name, { capacity: 2 });
    const answers = await Promise.all(racers.map((racer) => racer.any('joined', 'refused')));
    const won = answers.filter((answer) => answer.type === 'joined');
    assert.equal(won.length, 2, `round ${round}`);
    assert.equal(won.filter(({ created }) => created).length, 1, `round ${round}`);
    for (const racer of racers) racer.send({ type: 'leave', n: round });
  }
});

test('who is banned through one process is out of all, and does not get in by another', async () => {
  const name = newRoom();
  const key = createKey();
  const [ann, bob, cid] = await Promise.all([a.login(), b.login(key), c.login()]);
  await ann.join(1, name);
  await bob.join(2, name);
  await cid.join(3, name);
  await ann.next('peer');
  await ann.next('peer');
  assert.equal((await bob.next('peer')).id, cid.id);
  cid.send({ type: 'kick', n: 3, id: bob.id, ban: true }); // It is nobody.
  await cid.barrier();
  ann.send({ type: 'appoint', n: 1, id: cid.id });
  ann.send({ type: 'kick', n: 1, id: bob.id, ban: true });
  assert.equal((await bob.next('closed')).reason, 'A moderator has sent you out.');
  for (const [one, n] of [
    [ann, 1],
    [cid, 3],
  ] as const) {
    assert.deepEqual(await one.next('gone'), { type: 'gone', n, id: bob.id, reason: 'kicked' });
  }
  for (const node of [a, b, c]) {
    const page = await node.open().login({ key, slot: 5 });
    assert.equal(await page.refused(0, name), 'kicked');
  }
  const dan = await b.login();
  await dan.join(4, name);
  cid.send({ type: 'kick', n: 3, id: dan.id, ban: false });
  assert.equal((await dan.next('closed')).n, 4, 'whom it has appointed, may');
});
