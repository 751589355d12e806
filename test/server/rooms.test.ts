import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roomId } from '../../server/index.js';
import { until } from '../support/until.js';
import { createKey, room, startServer } from './client.js';

test('create, join and join-or-create', async (t) => {
  const { login } = await startServer(t);
  const [one, other] = await Promise.all([login(), login()]);
  assert.equal(await one.refused(0, room('a'), { entry: 'join' }), 'room-missing');
  const created = await one.join(0, room('a'), { entry: 'create', hello: 'b25l' });
  assert.deepEqual(created, {
    type: 'joined',
    n: 0,
    created: true,
    capacity: 32,
    members: [],
    earlier: 0,
    role: '',
  });
  assert.equal(await other.refused(5, room('a'), { entry: 'create' }), 'room-exists');
  const joined = await other.join(5, room('a'), { entry: 'join', capacity: 9, hello: 'dHdv' });
  const members = [{ id: one.id, hello: 'b25l', role: '' }];
  assert.deepEqual(joined, {
    type: 'joined',
    n: 5,
    created: false,
    capacity: 32,
    members,
    earlier: 1,
    role: '',
  });
  assert.deepEqual(await one.next('peer'), { type: 'peer', n: 0, id: other.id, hello: 'dHdv', role: '' });
  const third = await login();
  assert.equal((await third.join(0, room('a'))).created, false);
  assert.equal((await third.join(1, room('b'))).created, true);
});

test('of 40 simultaneous creators exactly one succeeds', async (t) => {
  const { login, server } = await startServer(t, { limits: { membersPerRoom: 40 } });
  const clients = await Promise.all(Array.from({ length: 40 }, () => login()));
  for (const client of clients) client.askToJoin(0, room('a'), { entry: 'create' });
  const answers = await Promise.all(clients.map((client) => client.any('joined', 'refused')));
  assert.equal(answers.filter(({ type }) => type === 'joined').length, 1);
  for (const client of clients) client.askToJoin(1, room('b'));
  const joined = await Promise.all(clients.map((client) => client.any('joined')));
  assert.equal(joined.filter((answer) => answer.type === 'joined' && answer.created).length, 1);
  assert.equal(server.stats().members, 41);
});

test('a pair has two places, and the third is told so until one is free', async (t) => {
  const { login } = await startServer(t);
  const [one, two, three] = await Promise.all([login(), login(), login()]);
  assert.equal((await one.join(0, room('p'), { capacity: 2 })).capacity, 2);
  await two.join(0, room('p'));
  assert.equal(await three.refused(0, room('p')), 'room-full');
  assert.equal(await three.refused(0, room('p'), { capacity: 10 }), 'room-full');
  two.send({ type: 'leave', n: 0 });
  await one.next('peer');
  assert.deepEqual(await one.next('gone'), { type: 'gone', n: 0, id: two.id, reason: 'left' });
  await three.join(0, room('p'));
  assert.equal((await one.next('peer')).id, three.id);
});

test('nobody gets a larger room than the server allows', async (t) => {
  const { login } = await startServer(t, { limits: { membersPerRoom: 2 } });
  const client = await login();
  assert.equal((await client.join(0, room('a'), { capacity: 500 })).capacity, 2);
  assert.equal((await client.join(1, room('b'), { capacity: 1 })).capacity, 1);
  assert.equal((await client.join(2, room('c'))).capacity, 2);
});

test('a dropped connection is told as lost, in every room it was in', async (t) => {
  const { login, server } = await startServer(t, { seatTimeout: 0 });
  const [stays, goes] = await Promise.all([login(), login()]);
  for (const n of [0, 1]) {
    await stays.join(n, room(String(n)));
    await goes.join(n + 10, room(String(n)));
    await stays.next('peer');
  }
  goes.ws.terminate();
  for (const n of [0, 1]) {
    assert.deepEqual(await stays.next('gone'), { type: 'gone', n, id: goes.id, reason: 'lost' });
  }
  assert.equal(server.stats().members, 2);
  assert.equal(server.stats().rooms, 2);
});

test('a closing handshake is no leaving either', async (t) => {
  const { login } = await startServer(t, { seatTimeout: 0 });
  const [stays, goes] = await Promise.all([login(), login()]);
  await stays.join(0, room('a'));
  await goes.join(0, room('a'));
  await stays.next('peer');
  goes.ws.close(1000);
  assert.equal((await stays.next('gone')).reason, 'lost');
});

test('the same room twice on one connection is refused; a room number in use ends it', async (t) => {
  const { login } = await startServer(t);
  const client = await login();
  await client.join(0, room('a'));
  assert.equal(await client.refused(1, room('a')), 'refused');
  client.send({ type: 'leave', n: 0 });
  client.send({ type: 'leave', n: 0 });
  client.send({ type: 'leave', n: 9 });
  assert.equal((await client.join(0, room('a'))).created, true);
  client.askToJoin(0, room('b'));
  assert.equal((await client.closed).code, 4400);
});

test('a connection may be in so many rooms and no more', async (t) => {
  const { login } = await startServer(t, { limits: { roomsPerConnection: 2 } });
  const client = await login();
  await client.join(0, room('a'));
  await client.join(1, room('b'));
  assert.equal(await client.refused(2, room('c')), 'refused');
  client.send({ type: 'leave', n: 0 });
  await client.join(2, room('c'));
});

test('a room id is derived as a page derives it', async () => {
  const { subtle } = globalThis.crypto;
  const utf8 = new TextEncoder();
  const hkdf = async (secret: Uint8Array<ArrayBuffer>, info: string): Promise<Uint8Array<ArrayBuffer>> => {
    const key = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
    const terms = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info: utf8.encode(info) };
    return new Uint8Array(await subtle.deriveBits(terms, key, 256));
  };
  for (const name of ['tea', '', 'größer ☕', 'x'.repeat(1024)]) {
    for (const kind of ['group', 'pair'] as const) {
      const key = await hkdf(utf8.encode(name), 'peer-elements/1 room key\0');
      const id = Buffer.from(await hkdf(key, `peer-elements/1 room\0${kind}`)).toString('base64url');
      assert.equal(roomId(name, kind), id);
    }
  }
  assert.notEqual(roomId('tea', 'group'), roomId('tea', 'pair'));
});

test('leave(name) ends every membership of the group, the pair, the wire id, and then of the door', async (t) => {
  const { login, server } = await startServer(t);
  const [one, other] = await Promise.all([login(), login()]);
  await one.join(0, roomId('tea', 'group'));
  await other.join(4, roomId('tea', 'group'));
  await one.next('peer');
  await one.join(1, roomId('tea', 'pair'));
  await one.join(2, room('w'));
  await one.join(3, roomId('tea', 'door'));
  assert.equal(server.leave('coffee'), 0);
  assert.equal(server.leave('tea'), 3);
  assert.equal((await one.next('closed')).n, 0);
  assert.equal((await one.next('closed')).n, 1);
  assert.equal((await one.next('closed')).n, 3);
  assert.deepEqual(await other.next('closed'), {
    type: 'closed',
    n: 4,
    reason: 'The server closed the room.',
  });
  other.send({ type: 'leave', n: 4 }); // crossed our `closed`
  assert.equal(server.leave(room('w')), 1);
  await one.next('closed');
  assert.equal(server.stats().rooms, 0);
  assert.equal((await other.join(4, roomId('tea', 'group'))).created, true);
  assert.throws(() => server.leave(7 as unknown as string), TypeError);
});

test('kick(id) closes for good, and the others are told', async (t) => {
  const { login, server } = await startServer(t);
  const key = createKey();
  const [watcher, victim, page] = await Promise.all([login(), login({ key }), login({ key, slot: 1 })]);
  await watcher.join(0, room('a'));
  await victim.join(0, room('a'));
  await watcher.next('peer');
  assert.equal(server.kick(room('x')), false);
  assert.equal(server.kick(victim.id), true);
  assert.deepEqual(await victim.closed, { code: 4403, reason: 'Kicked' });
  assert.equal((await watcher.next('gone')).reason, 'kicked');
  assert.equal(server.kick(victim.id), false);
  await page.barrier();
});

test('who made a room sends others out of it, and out of nothing else', async (t) => {
  const { login } = await startServer(t);
  const key = createKey();
  const [maker, victim, watcher] = await Promise.all([login(), login({ key }), login()]);
  await maker.join(1, room('a'));
  await victim.join(2, room('a'));
  await victim.join(3, room('b'));
  await watcher.join(4, room('a'));
  for (const peer of ['victim', 'watcher']) assert.equal((await maker.next('peer')).n, 1, peer);
  await victim.next('peer');
  for (const ban of [false, true]) watcher.send({ type: 'kick', n: 4, id: victim.id, ban });
  watcher.send({ type: 'appoint', n: 4, id: watcher.id });
  maker.send({ type: 'kick', n: 9, id: victim.id, ban: true }); // It is in no such room.
  await Promise.all([watcher.barrier(), maker.barrier(), victim.barrier()]);
  maker.send({ type: 'kick', n: 1, id: victim.id, ban: false });
  const out = { type: 'closed', n: 2, reason: 'A moderator has sent you out.' } as const;
  assert.deepEqual(await victim.next('closed'), out);
  assert.deepEqual(await watcher.next('gone'), { type: 'gone', n: 4, id: victim.id, reason: 'kicked' });
  await victim.join(2, room('a'));
  maker.send({ type: 'kick', n: 1, id: victim.id, ban: true });
  assert.deepEqual(await victim.next('closed'), out);
  assert.equal(await victim.refused(2, room('a')), 'kicked');
  const page = await login({ key, slot: 3 });
  assert.equal(await page.refused(0, room('a')), 'kicked');
  assert.equal((await page.join(0, room('b'))).created, false, 'its other rooms are no business of theirs');
});

test('a seat that waits for its owner is taken from who is banned', async (t) => {
  const { login, server } = await startServer(t, { seatTimeout: 60_000 });
  const key = createKey();
  const [maker, victim] = await Promise.all([login(), login({ key })]);
  await maker.join(1, room('a'));
  await victim.join(2, room('a'), { hello: 'aGVsbG8' });
  await maker.next('peer');
  victim.ws.terminate();
  await until(() => server.stats().away === 1);
  maker.send({ type: 'kick', n: 1, id: victim.id, ban: true });
  assert.equal((await maker.next('gone')).reason, 'kicked');
  assert.equal(server.stats().away, 0);
  const back = await login({ key });
  assert.equal(await back.refused(2, room('a'), { hello: 'aGVsbG8' }), 'kicked');
});
