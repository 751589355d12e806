import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { Heartbeat, tickOf } from '../../server/heartbeat.js';
import { readLimits } from '../../server/limits.js';
import { createKey, room, startServer } from './client.js';

test('a half-open connection is ended, and its rooms are told', async (t) => {
  const limits = { pingInterval: 100, pongTimeout: 200 };
  const { login } = await startServer(t, { limits, seatTimeout: 0 });
  const [watcher, dead] = [await login(), await login({ options: { autoPong: false } })];
  await watcher.join(0, room('a'));
  await dead.join(0, room('a'));
  assert.equal((await watcher.next('peer')).id, dead.id);
  const started = performance.now();
  assert.equal((await watcher.next('gone')).reason, 'lost');
  assert.ok(performance.now() - started < 2000);
  assert.equal((await dead.closed).code, 1006, 'without a closing handshake, which it could not answer');
});

test('one that has nothing to say, but answers, stays; the page can see the heartbeat', async (t) => {
  const { login, server } = await startServer(t, { limits: { pingInterval: 50, pongTimeout: 300 } });
  const client = await login();
  for (let i = 0; i < 12; i++) await client.next('ping');
  await client.barrier();
  assert.equal(server.stats().connections, 1);
});

test('frames are as good a sign of life as pongs', async (t) => {
  const { login } = await startServer(t, { limits: { pingInterval: 100, pongTimeout: 300 } });
  const client = await login({ options: { autoPong: false } });
  for (let i = 0; i < 6; i++) {
    await client.any('ping');
    client.send({ type: 'ping' });
  }
});

test('a client that is not being read is not taken for dead', async (t) => {
  const limits = { pingInterval: 50, pongTimeout: 50, messagesPerSecond: 20, messageBurst: 5 };
  const { login } = await startServer(t, { limits });
  const client = await login();
  for (let i = 0; i < 20; i++) client.send({ type: 'ping' });
  for (let i = 0; i < 20; i++) await client.next('pong');
});

test('one that never ends its closing handshake is cut off', async (t) => {
  const { server, origin } = await startServer(t);
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  await once(socket, 'connect');
  const key = createHash('sha256').update('').digest('base64').slice(0, 22) + '==';
  socket.write(
    `GET /signal HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  await once(socket, 'data');
  socket.write(Buffer.from([0x81, 0x80, 0, 0, 0, 0])); // An empty text frame is no frame of ours.
  socket.resume();
  await Promise.all([...server.socket.clients].map((one) => once(one, 'close')));
  socket.destroy();
  assert.equal(server.stats().connections, 0);
});

test('a process that stood still does not take everybody for dead', async () => {
  const heartbeat = new Heartbeat(10);
  const stalls: boolean[] = [];
  await new Promise<void>((resolve) => {
    const one = {
      beat: (_now: number, stalled: boolean): void => {
        stalls.push(stalled);
        const until = performance.now() + (stalls.length === 1 ? 300 : 0);
        while (performance.now() < until);
        if (stalls.length < 3) return;
        heartbeat.delete(one);
        resolve();
      },
    };
    heartbeat.add(one);
  });
  assert.equal(stalls[1], true);
});

test('with the default limits nothing is more than half a second off', () => {
  assert.equal(tickOf(readLimits()), 500);
  assert.equal(tickOf(readLimits({ pongTimeout: 20 })), 5);
});

test('a key may be used again as soon as its connection was given up', async (t) => {
  const { login } = await startServer(t, { limits: { pingInterval: 50, pongTimeout: 50 } });
  const key = createKey();
  const dead = await login({ key, options: { autoPong: false } });
  await dead.closed;
  await (await login({ key })).barrier();
});
