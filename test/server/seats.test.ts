import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test, type TestContext } from 'node:test';
import type { Limits } from '../../server/limits.js';
import { roomId } from '../../server/index.js';
import { until } from '../support/until.js';
import { createKey, room, startServer, type Key, type TestClient, type TestServer } from './client.js';

interface Met extends TestServer {
  /** Its room number is 1. */
  readonly watcher: TestClient;
  /** Its room number is 2, its hello "bQ". */
  readonly member: TestClient;
  readonly key: Key;
}

/** Two members of room a, the second of whom is about to get into trouble. */
async function meet(
  t: TestContext,
  { seatTimeout = 10_000, capacity = 0, ...limits }: Partial<Limits> & Terms = {},
): Promise<Met> {
  const started = await startServer(t, { seatTimeout, limits });
  const key = createKey();
  const [watcher, member] = [await started.login(), await started.login({ key })];
  await watcher.join(1, room('a'), { capacity, hello: 'dw' });
  await member.join(2, room('a'), { hello: 'bQ' });
  await watcher.next('peer');
  return { ...started, watcher, member, key };
}

interface Terms {
  seatTimeout?: number;
  capacity?: number;
}

/** Ends the connection without a word, and waits until the server knows. */
async function drop(started: TestServer, client: TestClient, away = 1): Promise<void> {
  client.ws.terminate();
  await haveGone(started, away);
}

async function haveGone({ server }: TestServer, away = 1): Promise<void> {
  await until(() => server.stats().away === away, { what: `${away} kept seats` });
}

test('who comes back in time with the same hello has never been away for the others', async (t) => {
  const met = await meet(t);
  const { watcher, member, key, login, server } = met;
  await drop(met, member);
  assert.equal(server.stats().members, 2, 'a kept seat is a membership');
  watcher.message(1, key.id, 'into the void');
  await watcher.barrier();
  assert.equal(server.stats().dropped, 1);

  const again = await login({ key });
  assert.deepEqual(await again.join(9, room('a'), { hello: 'bQ' }), {
    type: 'joined',
    n: 9,
    created: false,
    capacity: 32,
    members: [{ id: watcher.id, hello: 'dw', role: '' }],
    earlier: 1,
    role: '',
  });
  assert.deepEqual([server.stats().members, server.stats().away], [2, 0]);
  watcher.message(1, key.id, 'welcome back');
  assert.deepEqual(await again.next('message'), {
    type: 'message',
    n: 9,
    id: watcher.id,
    text: 'welcome back',
  });
  again.message(9, watcher.id, 'thanks');
  assert.equal((await watcher.next('message')).text, 'thanks', 'and nothing before it');
  again.send({ type: 'leave', n: 9 });
  assert.equal((await watcher.next('gone')).reason, 'left');
});

test('who goes to another page has left, even without a word of its own', async (t) => {
  const { watcher, member, server } = await meet(t);
  member.ws.close(1001);
  assert.equal((await watcher.next('gone')).reason, 'left');
  assert.deepEqual([server.stats().members, server.stats().away], [1, 0]);
});

test('who seemed to go to another page and is back soon has never been away', async (t) => {
  const met = await meet(t);
  const { watcher, member, key, login } = met;
  member.ws.close(1001);
  await haveGone(met);
  const again = await login({ key });
  await again.join(9, room('a'), { hello: 'bQ' });
  again.message(9, watcher.id, 'here');
  assert.equal((await watcher.next('message')).text, 'here', 'and nothing before it');
});

test('who comes while a member is away is told it, and told to it as one who came later', async (t) => {
  const met = await meet(t);
  const { watcher, member, key, login } = met;
  await drop(met, member);
  const newcomer = await login();
  const { members } = await newcomer.join(0, room('a'), { hello: 'bg' });
  assert.deepEqual(
    members.map(({ id }) => id),
    [watcher.id, key.id],
  );
  assert.equal((await watcher.next('peer')).id, newcomer.id);
  const again = await login({ key });
  const joined = await again.join(0, room('a'), { hello: 'bQ' });
  assert.deepEqual(
    joined.members.map(({ id }) => id),
    [watcher.id, newcomer.id],
  );
  assert.equal(joined.earlier, 1);
  await Promise.all([watcher.barrier(), newcomer.barrier()]);
});

test('another hello is another stay: the others see the old one go and the new one come', async (t) => {
  const met = await meet(t);
  const { watcher, member, key, login, server } = met;
  await drop(met, member);
  const reloaded = await login({ key });
  const joined = await reloaded.join(0, room('a'), { hello: 'bmV3' });
  assert.deepEqual([joined.created, joined.earlier], [false, 1]);
  assert.deepEqual(await watcher.next('gone'), { type: 'gone', n: 1, id: key.id, reason: 'lost' });
  assert.deepEqual(await watcher.next('peer'), { type: 'peer', n: 1, id: key.id, hello: 'bmV3', role: '' });
  await watcher.barrier();
  assert.deepEqual([server.stats().members, server.stats().away], [2, 0]);
});

test('a reloaded page creates anew the room that only its own seat was left of', async (t) => {
  const started = await startServer(t);
  const { login } = started;
  const key = createKey();
  const page = await login({ key });
  await page.join(0, room('a'), { entry: 'create', capacity: 2, hello: 'b25l' });
  await drop(started, page);
  const reloaded = await login({ key });
  const joined = await reloaded.join(0, room('a'), { entry: 'create', capacity: 5, hello: 'dHdv' });
  assert.deepEqual([joined.created, joined.capacity], [true, 5]);
});

test('with others in it the room exists for a reloaded page too, whose old stay ends all the same', async (t) => {
  const met = await meet(t);
  await drop(met, met.member);
  const reloaded = await met.login({ key: met.key });
  assert.equal(await reloaded.refused(0, room('a'), { entry: 'create', hello: 'bmV3' }), 'room-exists');
  assert.equal((await met.watcher.next('gone')).reason, 'lost');
});

test('who never heard that it created the room is told so when it asks again', async (t) => {
  const started = await startServer(t);
  const { login, server } = started;
  const key = createKey();
  const page = await login({ key });
  page.askToJoin(0, room('a'), { entry: 'create', hello: 'bQ' });
  await page.barrier().catch(() => undefined);
  await drop(started, page);
  const again = await login({ key });
  assert.equal((await again.join(0, room('a'), { entry: 'create', hello: 'bQ' })).created, true);
  assert.equal(server.stats().members, 1);
});

test('after the time the seat is free and the others are told; who comes later comes as new', async (t) => {
  const met = await meet(t, { seatTimeout: 100 });
  const { watcher, member, key, login, server } = met;
  const dropped = performance.now();
  await drop(met, member);
  assert.deepEqual(await watcher.next('gone'), { type: 'gone', n: 1, id: key.id, reason: 'lost' });
  assert.ok(performance.now() - dropped >= 99);
  assert.deepEqual([server.stats().members, server.stats().away], [1, 0]);
  const late = await login({ key });
  await late.join(0, room('a'), { hello: 'bQ' });
  assert.equal((await watcher.next('peer')).id, key.id);
});

test('the seat of a pair is held for its owner against a third', async (t) => {
  const met = await meet(t, { capacity: 2, seatTimeout: 800 });
  const { watcher, member, key, login } = met;
  const third = await login();
  await drop(met, member);
  assert.equal(await third.refused(0, room('a')), 'room-full');
  const again = await login({ key });
  assert.equal((await again.join(0, room('a'), { hello: 'bQ' })).capacity, 2);
  await drop(met, again);
  assert.equal(await third.refused(0, room('a')), 'room-full');
  assert.equal((await watcher.next('gone')).id, key.id);
  await third.join(0, room('a'));
});

test('a newer connection takes the seats of a half-open one over, and nobody sees it', async (t) => {
  const { watcher, member, key, login, server } = await meet(t);
  await member.join(3, room('b'), { hello: 'bQ' });
  member.ws.pause(); // The network is gone: it neither hears nor says that it is replaced.
  const newer = await login({ key });
  for (const [n, name] of [
    [5, 'a'],
    [6, 'b'],
  ] as const) {
    await newer.join(n, room(name), { hello: 'bQ' });
  }
  newer.message(5, watcher.id, 'it is me');
  assert.equal((await watcher.next('message')).text, 'it is me');
  assert.deepEqual([server.stats().members, server.stats().away], [3, 0]);
  member.ws.resume();
  assert.equal((await member.closed).code, 4409);
  await watcher.barrier();
});

for (const [why, act] of [
  ['silent after a heartbeat', (client: TestClient) => client.ws.pause()],
  ['closed by its own side', (client: TestClient) => client.ws.close(1000)],
  ['of text that is no UTF-8', (client: TestClient) => client.ws.send(Buffer.of(0xff), { binary: false })],
] as const) {
  test(`a connection that is lost keeps its seat: ${why}`, async (t) => {
    const met = await meet(t, { pingInterval: 100, pongTimeout: 200 });
    const { watcher, member, key, login } = met;
    act(member);
    await haveGone(met);
    await (await login({ key })).join(0, room('a'), { hello: 'bQ' });
    await watcher.barrier();
    member.ws.terminate();
  });
}

test('a connection closed with 4429 keeps its seat', async (t) => {
  const { watcher, member, key, login } = await meet(t, { messageBurst: 20, budgetTimeout: 100 });
  for (let i = 0; i < 100; i++) member.send({ type: 'ping' });
  assert.equal((await member.closed).code, 4429);
  await (await login({ key })).join(0, room('a'), { hello: 'bQ' });
  await watcher.barrier();
});

test('a connection closed with 4008 keeps its seat', async (t) => {
  const rich = { messagesPerSecond: 1e6, messageBurst: 1e6, relayBytesPerSecond: 1e9, relayBurst: 1e9 };
  const { watcher, member, key, login, server } = await meet(t, { ...rich, bufferClose: 65_536 });
  member.ws.pause();
  while (server.stats().away === 0) {
    watcher.message(1, member.id, new Uint8Array(65_536));
    await watcher.barrier();
  }
  await (await login({ key })).join(0, room('a'), { hello: 'bQ' });
  await watcher.barrier();
  member.ws.terminate();
});

for (const [code, what] of [
  [4400, 'bytes that are no frame'],
  [4400, '{"type":"nonsense"}'],
] as const) {
  test(`a connection closed with ${code} for ${what} gives its seat up at once`, async (t) => {
    const { watcher, member, server } = await meet(t);
    member.ws.send(what);
    assert.equal((await member.closed).code, code);
    assert.equal((await watcher.next('gone')).reason, 'lost');
    assert.equal(server.stats().away, 0);
  });
}

test('who leaves or is kicked keeps no seat', async (t) => {
  const { watcher, member, key, login, server } = await meet(t);
  member.send({ type: 'leave', n: 2 });
  assert.equal((await watcher.next('gone')).reason, 'left');
  await member.join(2, room('a'));
  await watcher.next('peer');
  server.kick(key.id);
  assert.equal((await watcher.next('gone')).reason, 'kicked');
  assert.equal(server.stats().away, 0);
  assert.equal((await (await login({ key })).join(0, room('a'))).earlier, 1);
  await watcher.next('peer');
});

test('kick(id) takes the seats that wait for it', async (t) => {
  const met = await meet(t);
  const { watcher, member, key, server } = met;
  await drop(met, member);
  assert.equal(server.kick(key.id), true);
  assert.deepEqual(await watcher.next('gone'), { type: 'gone', n: 1, id: key.id, reason: 'kicked' });
  assert.equal(server.kick(key.id), false);
  assert.deepEqual([server.stats().members, server.stats().away], [1, 0]);
});

test('leave(name) ends the memberships of those who are away, too', async (t) => {
  const started = await startServer(t);
  const { login, server } = started;
  const key = createKey();
  const [here, away] = [await login(), await login({ key })];
  await here.join(0, roomId('tea', 'group'));
  await away.join(0, roomId('tea', 'group'), { hello: 'bQ' });
  await here.next('peer');
  await drop(started, away);
  assert.equal(server.leave('tea'), 2);
  await here.next('closed');
  assert.deepEqual([server.stats().rooms, server.stats().members, server.stats().away], [0, 0, 0]);
  const again = await login({ key });
  assert.equal((await again.join(0, roomId('tea', 'group'), { hello: 'bQ' })).created, true);
  await here.barrier();
});

test('a room of kept seats alone exists until they expire', async (t) => {
  const met = await meet(t, { seatTimeout: 500 });
  const { watcher, member, login, server } = met;
  const third = await login();
  member.ws.terminate();
  await drop(met, watcher, 2);
  assert.equal(await third.refused(0, room('a'), { entry: 'create' }), 'room-exists');
  assert.equal(server.stats().rooms, 1);
  for (;;) {
    third.askToJoin(1, room('a'), { entry: 'create' });
    const answer = await third.any('joined', 'refused');
    if (answer.type === 'joined') break;
  }
  assert.deepEqual([server.stats().rooms, server.stats().members, server.stats().away], [1, 1, 0]);
});

test('whoever wins, owner or clock: one seat, one story', async (t) => {
  const met = await meet(t, { seatTimeout: 30, messageBurst: 1e5 });
  const { watcher, key, login, server } = met;
  let { member } = met;
  const outcomes = { kept: 0, anew: 0 };
  for (let round = 0; round < 60; round++) {
    const next = met.open();
    member.ws.terminate();
    const due = performance.now() + round;
    while (performance.now() < due) await new Promise(setImmediate);
    member = await next.login({ key });
    await member.join(round, room('a'), { hello: 'bQ' });
    member.message(round, watcher.id, String(round));
    const told: string[] = [];
    for (;;) {
      const received = await watcher.any('gone', 'peer', 'message');
      if (received.type === 'message') break;
      told.push(received.type);
    }
    if (told.length === 0) outcomes.kept++;
    else outcomes.anew++;
    if (told.length > 0) assert.deepEqual(told, ['gone', 'peer']);
    assert.deepEqual([server.stats().members, server.stats().away], [2, 0]);
  }
  t.diagnostic(JSON.stringify(outcomes));
  assert.ok(outcomes.kept > 0 && outcomes.anew > 0, JSON.stringify(outcomes));
  // No timer of an earlier round is left to end the present one.
  await (await login()).barrier();
  await watcher.barrier();
});

test('one id keeps as many seats as it may have rooms, the newest', async (t) => {
  const started = await startServer(t, { limits: { roomsPerConnection: 2 } });
  const { login } = started;
  const key = createKey();
  for (const [i, names] of ['ab', 'cd', 'e'].entries()) {
    const client = await login({ key });
    for (const [n, name] of [...names].entries()) await client.join(n, room(name));
    await drop(started, client, Math.min(2, i * 2 + 2));
  }
  const other = await login();
  const exists = [];
  for (const name of 'abcde') {
    other.askToJoin(0, room(name), { entry: 'join' });
    exists.push((await other.any('joined', 'refused')).type === 'joined');
    other.send({ type: 'leave', n: 0 });
  }
  assert.deepEqual(exists, [false, false, false, true, true]);
});

test('without a seat timeout nothing is kept', async (t) => {
  const { watcher, member, server } = await meet(t, { seatTimeout: 0 });
  member.ws.terminate();
  assert.equal((await watcher.next('gone')).reason, 'lost');
  assert.equal(server.stats().away, 0);
});

test('a server that closes tells nobody that the others go, and forgets the kept seats', async (t) => {
  const met = await meet(t);
  const { watcher, login, server } = met;
  const third = await login();
  await third.join(0, room('a'));
  await watcher.next('peer');
  await drop(met, met.member);
  await server.close();
  await assert.rejects(watcher.next('gone'), /closed: 1012/);
  await assert.rejects(third.next('gone'), /closed: 1012/);
  const { rooms, members, away } = server.stats();
  assert.deepEqual({ rooms, members, away }, { rooms: 0, members: 0, away: 0 });
});

test('a kept seat does not keep its dead socket', async (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const met = await meet(t);
  const dead = new WeakRef([...met.server.socket.clients].at(-1) ?? {});
  await drop(met, met.member);
  // A round of the event loop each, so that whatever is on the stack of this one is gone.
  for (let i = 0; i < 50 && dead.deref(); i++) {
    await new Promise(setImmediate);
    collect();
  }
  assert.equal(dead.deref(), undefined);
  assert.equal(met.server.stats().away, 1);
});
