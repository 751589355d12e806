import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { fromBase64url, toBase64url } from '../../src/base64url.js';
import { createKey, room, startServer, TestClient } from './client.js';

test('a key proves its id', async (t) => {
  const { open, server } = await startServer(t);
  const client = open();
  const key = await client.offerLogin();
  assert.deepEqual(await client.next('ready'), { type: 'ready', id: key.id });
  assert.equal(server.stats().connections, 1);
});

test('the welcome tells the version, a nonce of 32 bytes and what the page has to know of the limits', async (t) => {
  const limits = {
    pingInterval: 12_345,
    messagesPerSecond: 1,
    messageBurst: 2,
    relayBytesPerSecond: 3,
    relayBurst: 4,
  };
  const { open } = await startServer(t, { limits, seatTimeout: 77 });
  const [one, other] = await Promise.all([open().next('welcome'), open().next('welcome')]);
  assert.equal(one.version, 1);
  assert.equal(one.pingInterval, 12_345);
  assert.equal(one.seatTimeout, 77);
  assert.deepEqual(one.budget, { messages: 1, messageBurst: 2, bytes: 3, byteBurst: 4 });
  assert.equal(fromBase64url(one.nonce)?.length, 32);
  assert.notEqual(one.nonce, other.nonce);
});

test('a further page of an identity has its slot in its id', async (t) => {
  const { login } = await startServer(t);
  const key = createKey();
  const [first, third] = [await login({ key }), await login({ key, slot: 2 })];
  assert.equal(first.id, key.id);
  assert.equal(third.id, `${key.id}.2`);
  await first.barrier();
});

test('joins sent together with the log-in wait for it, in order', async (t) => {
  const { open } = await startServer(t);
  const client = open();
  await client.offerLogin();
  client.askToJoin(0, room('a'));
  client.askToJoin(1, room('b'));
  client.send({ type: 'leave', n: 0 });
  client.send({ type: 'ping' });
  await client.next('ready');
  assert.equal((await client.next('joined')).n, 0);
  assert.equal((await client.next('joined')).n, 1);
  await client.next('pong');
});

test('a host that is spelt in capitals is the same host', async (t) => {
  const { open, url } = await startServer(t);
  const client = open({ headers: { host: `LOCALHOST:${new URL(url).port}` } });
  await client.offerLogin({ host: `localhost:${new URL(url).port}` });
  await client.next('ready');
});

test('log-ins that prove nothing are closed with 4401', async (t) => {
  const { open, server } = await startServer(t);
  const stranger = open();
  const { nonce } = await stranger.next('welcome');
  const wrong = { ...createKey(), sign: createKey().sign };
  const short = { ...createKey(), sign: () => toBase64url(new Uint8Array(63)) };
  const zero = { ...createKey(), sign: () => toBase64url(new Uint8Array(64)) };
  const offCurve = { ...createKey(), raw: toBase64url(new Uint8Array(65).fill(4)) };
  const good = createKey();
  const point = fromBase64url(good.raw) ?? new Uint8Array();
  const hybrid = { ...good, raw: toBase64url(point.with(0, 6 + ((point[64] ?? 0) & 1))) };
  const compressed = { ...good, raw: toBase64url(point.subarray(0, 33)) };
  const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  const der = {
    ...good,
    raw: spki.export({ type: 'spki', format: 'der' }).toString('base64url').slice(0, 88),
  };
  const choices = [
    { key: wrong },
    { key: short },
    { key: zero },
    { key: offCurve },
    { key: hybrid },
    { key: compressed },
    { key: der },
    { host: 'elsewhere.example' },
    { nonce }, // of another connection
    { nonce: '' },
  ];
  for (const choice of choices) {
    const client = open();
    await client.offerLogin(choice);
    assert.equal((await client.closed).code, 4401, JSON.stringify(choice));
  }
  assert.equal(server.stats().failedLogins, choices.length);
});

test('a recorded log-in is worth nothing on another connection', async (t) => {
  const { open } = await startServer(t);
  const victim = open();
  let recorded = '';
  const send = victim.ws.send.bind(victim.ws) as (data: string) => void;
  victim.ws.send = (data: unknown) => send((recorded = String(data)));
  await victim.login();
  const thief = open();
  await thief.next('welcome');
  thief.ws.send(recorded);
  assert.equal((await thief.closed).code, 4401);
  await victim.barrier();
});

test('who does not log in in time is closed with 4401', async (t) => {
  const { open, login } = await startServer(t, { limits: { loginTimeout: 200 } });
  const silent = open();
  const prompt = await login();
  assert.deepEqual(await silent.closed, { code: 4401, reason: 'No log-in in time' });
  await prompt.barrier();
});

test('nothing comes before the log-in', async (t) => {
  const { open } = await startServer(t);
  for (const frame of ['{"type":"ping"}', '{"type":"leave","n":0}', new Uint8Array(37)]) {
    const client = open();
    await client.next('welcome');
    client.ws.send(frame);
    assert.equal((await client.closed).code, 4401);
  }
});

test('another version, a second log-in and unknown frames are closed with 4400', async (t) => {
  const { open, login, server } = await startServer(t);
  const old = open();
  await old.offerLogin({ version: 0 });
  assert.deepEqual(await old.closed, { code: 4400, reason: 'This server speaks version 1' });
  const login2 = { type: 'login', version: 1, key: 'AA', slot: 0, signature: 'AA' };
  const frames = [JSON.stringify(login2), '', 'null', '[]', '{', '{"type":"peer"}', '{"type":"join","n":-1}'];
  for (const frame of [...frames, new Uint8Array(0), new Uint8Array(36).fill(1), new Uint8Array(37)]) {
    const client = await login();
    client.ws.send(frame);
    assert.equal((await client.closed).code, 4400, String(frame));
  }
  assert.equal(server.stats().badFrames, frames.length + 4);
});

test('a client that goes while its signature is checked leaves nothing behind', async (t) => {
  const { open, server, login } = await startServer(t, { seatTimeout: 0 });
  const client = open();
  const key = await client.offerLogin();
  client.askToJoin(0, room('a'));
  client.ws.terminate();
  await Promise.all([...server.socket.clients].map((one) => once(one, 'close')));
  const other = await login();
  await other.join(0, room('a'));
  assert.equal(server.stats().members, 1);
  assert.equal(server.kick(key.id), false);
});

test('a newer connection of an id takes over, and the rooms see a clean change', async (t) => {
  const { login, server } = await startServer(t);
  const key = createKey();
  const watcher = await login();
  await watcher.join(7, room('a'));
  const older = await login({ key });
  await older.join(0, room('a'), { hello: 'b2xk' });
  assert.equal((await watcher.next('peer')).hello, 'b2xk');
  const newer = await login({ key });
  assert.equal((await older.closed).code, 4409);
  const { members } = await newer.join(3, room('a'), { hello: 'bmV3' });
  assert.deepEqual(await watcher.next('gone'), { type: 'gone', n: 7, id: key.id, reason: 'lost' });
  assert.deepEqual(
    members.map(({ id }) => id),
    [watcher.id],
  );
  assert.deepEqual(await watcher.next('peer'), { type: 'peer', n: 7, id: key.id, hello: 'bmV3', role: '' });
  watcher.message(7, key.id, 'to the newer one');
  assert.equal((await newer.next('message')).text, 'to the newer one');
  assert.equal(server.stats().members, 2);
});

test('behind a proxy the signed host and the counted address are those which the proxy wrote', async (t) => {
  const { open, url } = await startServer(t, { trustProxy: true, limits: { connectionsPerAddress: 1 } });
  const from = (...forwarded: string[]): TestClient =>
    open({
      headers: { 'x-forwarded-for': forwarded.join(', '), 'x-forwarded-host': 'evil.example, Chat.Example' },
    });
  const client = from('9.9.9.9', '10.0.0.1');
  await client.offerLogin({ host: 'chat.example' });
  await client.next('ready');
  const same = from('8.8.8.8', '10.0.0.1');
  assert.equal((await same.closed).code, 1006, 'what the client claims to be does not count');
  const another = from('9.9.9.9', '10.0.0.2');
  await another.next('welcome');
  const wild = new TestClient(url, { headers: { 'x-forwarded-for': 'unknown' } });
  await wild.next('welcome');
});

test('without trustProxy forwarding headers mean nothing', async (t) => {
  const { open, url } = await startServer(t, { limits: { connectionsPerAddress: 1 } });
  const headers = { 'x-forwarded-for': '10.0.0.1', 'x-forwarded-host': 'evil.example' };
  const client = open({ headers });
  await client.offerLogin({ host: new URL(url).host });
  await client.next('ready');
  assert.equal((await open({ headers: { 'x-forwarded-for': '10.0.0.2' } }).closed).code, 1006);
});
