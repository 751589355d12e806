/** Limits at their edge: so many, and not one more. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { SignalingServer } from '../../server/index.js';
import { FailedJoins } from '../../server/failed-joins.js';
import { until } from '../support/until.js';
import { TestClient, createKey, room, startServer, upgradeStatus } from './client.js';

/** Slower than any test is fast: what is used up stays used up. */
const NEVER = { upgradesPerSecond: 1, upgradeBurst: 5 };

test('so many upgrades at once, and the next is told to come back later', async (t) => {
  const { url, open, server } = await startServer(t, { limits: NEVER });
  const clients = Array.from({ length: 5 }, () => open());
  await Promise.all(clients.map((client) => client.next('welcome')));
  const refused = new TestClient(url);
  const [, response] = (await once(refused.ws, 'unexpected-response')) as [unknown, IncomingMessage];
  refused.ws.terminate();
  assert.equal(response.statusCode, 503);
  assert.match(response.headers['retry-after'] ?? '', /^\d+$/);
  assert.equal(server.stats().rejected, 1);
  assert.equal(server.stats().connections, 5);
  assert.equal((await fetch(url.replace('ws', 'http').replace('/signal', '/healthz'))).status, 200);
});

test('upgrades come back with time, as many as a second has', async (t) => {
  const { url } = await startServer(t, { limits: { upgradesPerSecond: 20, upgradeBurst: 2 } });
  const started = performance.now();
  let admitted = 0;
  while (admitted < 12) if ((await upgradeStatus(url)) === 101) admitted++;
  const ms = performance.now() - started;
  assert.ok(ms >= 490, `ten over the burst at twenty a second: ${ms} ms`);
});

test('what is refused for another reason counts as an upgrade too', async (t) => {
  const { url } = await startServer(t, { limits: NEVER, allowedOrigins: [] });
  for (let i = 0; i < 5; i++) assert.equal(await upgradeStatus(url, { origin: 'https://a.example' }), 403);
  assert.equal(await upgradeStatus(url, { origin: 'https://a.example' }), 503);
});

test('in a ws server, too many upgrades are closed with 1013', async (t) => {
  const wsServer = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(wsServer, 'listening');
  const server = new SignalingServer({ server: wsServer, limits: { upgradesPerSecond: 1, upgradeBurst: 1 } });
  t.after(async () => {
    await server.close({ drain: 0 });
    wsServer.close();
  });
  await new TestClient(server.address.url).next('welcome');
  assert.equal((await new TestClient(server.address.url).closed).code, 1013);
});

const guess = { entry: 'join' } as const;

test('so many joins of rooms that do not exist, then none of any room', async (t) => {
  const { login } = await startServer(t);
  const [host, client, neighbour] = [await login(), await login(), await login()];
  await host.join(0, room('z'));
  for (let i = 0; i < 10; i++) assert.equal(await client.refused(i, room(String(i)), guess), 'room-missing');
  for (const entry of ['join', 'create', 'join-or-create'] as const) {
    assert.equal(await client.refused(1, room('9'), { entry }), 'rate-limited');
    assert.equal(await client.refused(1, room('z'), { entry }), 'rate-limited', 'existing or not');
  }
  const again = await login();
  assert.equal(await again.refused(1, room('z'), guess), 'rate-limited', 'nor by another connection');
  assert.equal(await again.refused(1, room('z'), { entry: 'create' }), 'rate-limited');
  await neighbour.join(0, room('z'));
});

test('what people who know a room run into is no guess', async (t) => {
  const { login } = await startServer(t, { limits: { failedJoinsPerMinute: 1 } });
  const [host, client] = [await login(), await login()];
  await host.join(0, room('z'), { capacity: 1 });
  for (let i = 0; i < 5; i++) {
    assert.equal(await client.refused(1, room('z')), 'room-full');
    assert.equal(await client.refused(1, room('z'), { entry: 'create' }), 'room-exists');
  }
  assert.equal(await client.refused(1, room('y'), guess), 'room-missing');
  assert.equal(await client.refused(1, room('z')), 'rate-limited');
});

test('who comes back to its seat is not guessing', async (t) => {
  const { login } = await startServer(t, { limits: { failedJoinsPerMinute: 1 } });
  const key = createKey();
  const [member, other] = [await login({ key }), await login()];
  await member.join(0, room('a'), { hello: 'aGk' });
  assert.equal(await other.refused(1, room('b'), guess), 'room-missing');
  member.ws.terminate();
  const back = await login({ key });
  assert.equal((await back.join(0, room('a'), { entry: 'join', hello: 'aGk' })).created, false);
});

test('another network has its own guesses', async (t) => {
  const { login } = await startServer(t, { trustProxy: true, limits: { failedJoinsPerMinute: 1 } });
  const from = (address: string): Promise<TestClient> =>
    login({ options: { headers: { 'x-forwarded-for': address } } });
  const [one, same, other] = [
    await from('2001:db8::1'),
    await from('2001:db8::2'),
    await from('2001:db8:0:1::1'),
  ];
  assert.equal(await one.refused(1, room('b'), guess), 'room-missing');
  assert.equal(await same.refused(1, room('b'), guess), 'rate-limited');
  assert.equal(await other.refused(1, room('b'), guess), 'room-missing');
});

test('whoever guesses a password is stopped, and with it the network that does, at that room alone', async (t) => {
  const { login } = await startServer(t, { limits: { failedJoinsPerMinute: 2 } });
  const lock = 'L'.repeat(43);
  const host = await login();
  await host.join(0, room('a'), { lock });
  await host.join(1, room('b'), { lock });
  for (const wrong of ['M', 'N']) {
    const guesser = await login();
    assert.equal(await guesser.refused(0, room('a'), { lock: wrong.repeat(43) }), 'wrong-password');
  }
  const friend = await login();
  assert.equal(await friend.refused(0, room('a'), { lock }), 'rate-limited');
  assert.equal((await friend.join(1, room('b'), { lock })).earlier, 1);
  assert.equal((await friend.join(2, room('c'))).created, true);
  await host.next('peer');
  host.ws.terminate();
  const again = await login({ key: host.key! });
  assert.equal((await again.join(0, room('a'), { lock })).created, false, 'who comes back is not guessing');
});

test('guesses are forgotten after a minute, and so is who made them', () => {
  const failed = new FailedJoins(2);
  const [one, other] = [{ network: 'a' }, { network: 'b' }];
  const [join, either] = [
    { entry: 'join', room: 'x' },
    { entry: 'join-or-create', room: 'x' },
  ] as const;
  failed.note(one, 'x', 'room-missing', 0);
  failed.note(other, 'x', 'room-missing', 30_000);
  failed.note(one, 'y', 'room-missing', 59_000);
  for (const code of ['room-full', 'room-exists', 'refused']) failed.note(other, 'x', code, 59_000);
  assert.equal(failed.refuses(one, join, 59_999), true);
  assert.equal(failed.refuses(one, either, 59_999), true);
  assert.equal(failed.refuses({ network: 'a' }, either, 59_999), false);
  assert.equal(failed.refuses(other, join, 59_999), false);
  assert.equal(failed.refuses(one, join, 60_000), false);
  failed.note(other, 'x', 'room-missing', 60_000);
  assert.equal(failed.refuses(other, join, 60_000), true);
  assert.equal(failed.refuses(other, join, 90_000), false);
});

test('what is said to who may not come in does not tell how large the room is', async (t) => {
  const { login } = await startServer(t);
  const [host, client] = [await login(), await login()];
  await host.join(0, room('a'), { capacity: 1 });
  client.askToJoin(0, room('a'));
  assert.doesNotMatch((await client.next('refused')).reason, /\d/);
});

/** The head of a frame from a client that announces so many bytes, with a mask of zeros. */
function frameHead(opcode: number, length: number): Buffer {
  const head = Buffer.alloc(8);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | 126;
  head.writeUInt16BE(length, 2);
  return head;
}

async function rawUpgrade(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.setNoDelay(true);
  socket.write(
    'GET /signal HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  await once(socket, 'data');
  return socket;
}

test('a frame that comes in too many pieces is given up', async (t) => {
  const { server, url } = await startServer(t, { limits: { bufferedChunks: 8 } });
  const arrival = once(server.socket, 'connection') as Promise<[WebSocket & { _socket: Socket }]>;
  const socket = await rawUpgrade(url);
  const [ws] = await arrival;
  const errors: (Error & { code?: string })[] = [];
  ws.on('error', (error) => errors.push(error));
  const write = async (data: string | Buffer): Promise<void> => {
    const read = once(ws._socket, 'data');
    socket.write(data);
    await read;
  };
  await write(frameHead(2, 1000));
  for (let i = 0; i < 8; i++) await write('x');
  assert.equal(errors.length, 0, 'eight may wait for the rest');
  await write('x');
  await until(() => errors.length, { what: 'the end' });
  assert.equal(errors[0]?.code, 'WS_ERR_TOO_MANY_BUFFERED_PARTS');
  socket.destroy();
});

test('sixteen fragments are taken, the seventeenth is not', async (t) => {
  const { login } = await startServer(t);
  const client = await login();
  const frame = JSON.stringify({ type: 'ping' }).padEnd(16);
  for (let i = 0; i < 16; i++) client.ws.send(frame[i] ?? '', { fin: i === 15 });
  await client.next('pong');
  for (let i = 0; i < 17; i++) client.ws.send(frame[i] ?? ' ', { fin: i === 16 });
  assert.equal((await client.closed).code, 1008);
});
