/** Clients that never come to the point, at the level of TCP and HTTP. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { createSelfSigned } from '../../server/certificate.js';
import { until } from '../support/until.js';
import { startServer } from './client.js';

function dial(origin: string): { readonly socket: Socket; readonly closed: Promise<unknown> } {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  return { socket, closed: new Promise((resolve) => socket.once('close', resolve)) };
}

const HEAD = 'GET /signal HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';

test('an upgrade request that is never finished is cut, however busily it is written', async (t) => {
  const { origin, server, login } = await startServer(t, { limits: { loginTimeout: 300 } });
  const started = performance.now();
  const [silent, busy, late] = [dial(origin), dial(origin), dial(origin)];
  busy.socket.write(HEAD);
  const timer = setInterval(() => {
    if (busy.socket.writable) busy.socket.write('X-A: b\r\n');
  }, 20);
  t.after(() => clearInterval(timer));
  late.socket.write('G');
  await Promise.all([silent.closed, busy.closed, late.closed]);
  const ms = performance.now() - started;
  assert.ok(ms > 250 && ms < 3000, `${ms} ms`);
  assert.equal(server.stats().connections, 0);
  await (await login()).barrier();
});

test('over TLS, too: in the handshake, and between that and a request', async (t) => {
  const https = createSelfSigned(['localhost']);
  const { url, server } = await startServer(t, { limits: { loginTimeout: 300 }, https });
  const started = performance.now();
  const silent = dial(url);
  const half = dial(url);
  half.socket.write(Buffer.from([0x16, 3, 1, 2, 0, 1])); // A record's head, and the first byte of what it announces.
  const shaken = tlsConnect({ port: server.address.port, host: '127.0.0.1', rejectUnauthorized: false });
  shaken.on('error', () => undefined).resume();
  await once(shaken, 'secureConnect');
  const cut = once(shaken, 'close');
  shaken.write('GET /signal HTTP/1.1\r\n');
  await Promise.all([silent.closed, half.closed, cut]);
  const ms = performance.now() - started;
  assert.ok(ms > 250 && ms < 3000, `${ms} ms`);
});

test('who upgrades and then says nothing is cut after the same time', async (t) => {
  const { origin, server } = await startServer(t, { limits: { loginTimeout: 200 } });
  const { socket, closed } = dial(origin);
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
  socket.write(HEAD + key);
  await closed;
  assert.equal(server.stats().failedLogins, 1);
});

test('a frame that is begun and never ended does not keep a socket', async (t) => {
  const { origin, server } = await startServer(t, { limits: { loginTimeout: 200 } });
  const { socket, closed } = dial(origin);
  socket.write(`${HEAD}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`);
  await once(socket, 'data');
  const timer = setInterval(() => socket.writable && socket.write('\x00'), 20);
  t.after(() => clearInterval(timer));
  socket.write(Buffer.from([0x82, 0xfe, 0xff, 0xff, 0, 0, 0, 0]));
  await closed;
  await until(() => server.stats().connections === 0);
});

test('one address has so many sockets, whatever it does with them', async (t) => {
  const limits = { connectionsPerAddress: 1, loginTimeout: 60_000 };
  const { origin, login } = await startServer(t, { limits });
  const sockets: Socket[] = [];
  let cut = 0;
  for (let i = 0; i < 65; i++) {
    const { socket, closed } = dial(origin);
    void closed.then(() => cut++);
    sockets.push(socket);
    await once(socket, 'connect');
  }
  await until(() => cut === 1, { what: 'the 65th to be cut' });
  sockets[0]?.destroy();
  await until(() => login().then(() => true), { what: 'room for one more' });
  assert.equal(cut, 2, 'no other');
  for (const socket of sockets) socket.destroy();
});

test('in all there are so many sockets', async (t) => {
  const { origin, server } = await startServer(t, { limits: { connections: 1, loginTimeout: 60_000 } });
  assert.equal(server.server?.maxConnections, 65);
  let cut = 0;
  const all = Array.from({ length: 66 }, () => {
    const { socket, closed } = dial(origin);
    void closed.then(() => cut++);
    return socket;
  });
  await until(() => cut === 1, { what: 'the 66th to be cut' });
  for (const socket of all) socket.destroy();
});

test('a download that nobody reads is given up', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'peer-elements-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(join(root, 'large.bin'), Buffer.alloc(32_000_000));
  const { origin, server } = await startServer(t, { static: [root] });
  assert.ok(server.server);
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  socket.on('error', () => undefined);
  const [theirs] = (await once(server.server, 'connection')) as [Socket];
  socket.write('GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.pause();
  await once(server.server, 'request');
  assert.equal(theirs.timeout, 30_000);
  theirs.setTimeout(300);
  await once(theirs, 'close');
  socket.destroy();
});
