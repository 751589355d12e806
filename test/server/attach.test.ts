import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { SignalingServer, type SignalingServerOptions } from '../../server/index.js';
import { TestClient, room, startServer, upgradeStatus } from './client.js';

async function borrowHttp(t: TestContext): Promise<{ http: Server; port: number }> {
  const http = createServer((request, response) => response.end(`theirs: ${request.url ?? ''}`));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  t.after(() => {
    http.closeAllConnections();
    http.close();
  });
  return { http, port: (http.address() as AddressInfo).port };
}

test('a port of its own: free, named in the address, reachable', async (t) => {
  const server = new SignalingServer({ port: 0 });
  assert.throws(() => server.address, /not listening/);
  await Promise.all([server.listen(), server.listen()]);
  t.after(() => server.close());
  const { host, port, url } = server.address;
  assert.ok(host === '::' || host === '0.0.0.0');
  assert.equal(url, `ws://localhost:${port}/signal`);
  assert.equal((server.server?.address() as AddressInfo).port, port);
  assert.ok(server.socket instanceof WebSocketServer);
  await new TestClient(url).login();
});

test('an IPv6 address is written as URLs want it', async (t) => {
  const server = new SignalingServer({ port: 0, host: '::1', path: '/' });
  await server.listen();
  t.after(() => server.close());
  assert.equal(server.address.url, `ws://[::1]:${server.address.port}/`);
  await new TestClient(server.address.url).login();
});

test('another path, or any', async (t) => {
  const one = await startServer(t, { path: '/a/b' });
  assert.match(one.url, /\/a\/b$/);
  await (await one.login()).barrier();
  for (const path of ['/signal', '/a/b/', '/a/bc', '/A/B', '//a/b']) {
    assert.equal(await upgradeStatus(one.url.replace('/a/b', path)), 404, path);
  }
  await new TestClient(`${one.url}?x=1`).login();
  const any = await startServer(t, { path: '/' });
  await new TestClient(`${any.url}what/ever?x`).login();
  assert.equal(one.server.stats().rejected, 5);
});

test('lives in an http server, whose routes and other upgrades stay as they were', async (t) => {
  const { http, port } = await borrowHttp(t);
  const theirs = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    if (request.url === '/theirs') theirs.handleUpgrade(request, socket, head, (ws) => ws.send('theirs'));
  });
  const { url, server, login } = await startServer(t, { server: http });
  assert.equal(server.server, http);
  assert.equal(url, `ws://127.0.0.1:${port}/signal`);
  const client = await login();
  const other = new WebSocket(`ws://127.0.0.1:${port}/theirs`);
  const [said] = (await once(other, 'message')) as [Buffer];
  assert.equal(said.toString(), 'theirs');
  const page = await fetch(`http://127.0.0.1:${port}/signal`);
  assert.equal(await page.text(), 'theirs: /signal');
  await server.close();
  assert.equal((await client.closed).code, 1012);
  assert.equal(http.listening, true);
  assert.equal(http.listenerCount('upgrade'), 1);
  assert.equal(other.readyState, WebSocket.OPEN);
  other.terminate();
});

test('alone in an http server it answers for foreign paths too', async (t) => {
  const { http, port } = await borrowHttp(t);
  await startServer(t, { server: http });
  assert.equal(await upgradeStatus(`ws://127.0.0.1:${port}/elsewhere`), 404);
});

test('two of them share an http server', async (t) => {
  const { http, port } = await borrowHttp(t);
  await startServer(t, { server: http, path: '/one' });
  await startServer(t, { server: http, path: '/two' });
  await Promise.all([
    new TestClient(`ws://127.0.0.1:${port}/one`).login(),
    new TestClient(`ws://127.0.0.1:${port}/two`).login(),
  ]);
});

test('a borrowed server may start to listen later', async (t) => {
  const http = createServer();
  const server = new SignalingServer({ server: http });
  await server.listen();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  t.after(() => http.close());
  await new TestClient(server.address.url).login();
  await server.close();
  assert.equal(http.listening, true);
});

test('an http server on a pipe has an address too', async (t) => {
  const http = createServer();
  const path = join(tmpdir(), `peer-elements-test-${process.pid}.sock`);
  http.listen(path);
  await once(http, 'listening');
  t.after(() => http.close());
  const server = new SignalingServer({ server: http });
  assert.deepEqual(server.address, { host: path, port: 0, url: `ws+unix:${path}:/signal` });
  await server.close();
});

async function borrowWs(t: TestContext, options: SignalingServerOptions = {}): Promise<SignalingServer> {
  const wsServer = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/ws' });
  await once(wsServer, 'listening');
  const server = new SignalingServer({ ...options, server: wsServer });
  await server.listen();
  t.after(async () => {
    await server.close({ drain: 0 });
    for (const client of wsServer.clients) client.terminate();
    wsServer.close();
  });
  return server;
}

test('lives in a ws server, which outlives it', async (t) => {
  const server = await borrowWs(t);
  const { url } = server.address;
  assert.match(url, /^ws:\/\/127\.0\.0\.1:\d+\/ws$/);
  assert.equal(server.server, null);
  const [one, other] = [await new TestClient(url).login(), await new TestClient(url).login()];
  await one.join(0, room('a'));
  await other.join(0, room('a'));
  other.message(0, one.id, 'hi');
  await one.next('peer');
  assert.equal((await one.next('message')).text, 'hi');
  await server.close();
  assert.equal((await one.closed).code, 1012);
  const later = new WebSocket(url);
  await once(later, 'open');
  later.terminate();
});

test('in a ws server the limits of the protocol hold as well', async (t) => {
  const server = await borrowWs(t, {
    allowedOrigins: ['https://good.example'],
    limits: { connectionsPerAddress: 1, payload: 100 },
  });
  const { url } = server.address;
  const bad = new TestClient(url, { origin: 'https://bad.example' });
  assert.equal((await bad.closed).code, 4403);
  const good = await new TestClient(url, { origin: 'https://good.example' }).login();
  assert.equal((await new TestClient(url).closed).code, 1013);
  assert.equal(server.stats().rejected, 2);
  good.message(0, good.id, 'x'.repeat(101));
  assert.equal((await good.closed).code, 4400);
});

test('in a ws server for several paths it takes only the one it was given', async (t) => {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const wsServer = new WebSocketServer({ server: http });
  wsServer.on('connection', (ws, request) => {
    ws.binaryType = 'fragments';
    if (request.url === '/echo') ws.on('message', (data) => ws.send(data));
  });
  const server = new SignalingServer({ server: wsServer, path: '/ours' });
  t.after(async () => {
    await server.close({ drain: 0 });
    wsServer.close();
    http.close();
    http.closeAllConnections();
  });
  assert.equal(server.server, http);
  const base = server.address.url.replace('/ours', '');
  const echo = new WebSocket(`${base}/echo`);
  await once(echo, 'open');
  echo.send('hello');
  assert.equal(String((await once(echo, 'message'))[0]), 'hello');
  echo.terminate();
  const [one, other] = [await new TestClient(`${base}/ours`).login(), new TestClient(`${base}/ours`)];
  await other.login();
  await one.join(0, room('a'));
  await other.join(0, room('a'));
  other.message(0, one.id, 'in fragments');
  await one.next('peer');
  assert.equal((await one.next('message')).text, 'in fragments');
});

test('close() ends every client with 1012, cuts stragglers off and can be called again', async () => {
  const server = new SignalingServer({ port: 0, host: '127.0.0.1' });
  await server.listen();
  const { url, port } = server.address;
  const client = await new TestClient(url).login();
  const deaf = await new TestClient(url).login();
  deaf.ws.pause();
  const lingering = connect(port, '127.0.0.1');
  lingering.on('error', () => undefined);
  await once(lingering, 'connect');
  const closing = server.close({ drain: 100 });
  assert.equal(server.close(), closing);
  await closing;
  assert.deepEqual(await client.closed, { code: 1012, reason: 'The server restarts' });
  deaf.ws.terminate();
  await assert.rejects(server.listen(), /closed/);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
  const { connections, rooms, members, away } = server.stats();
  assert.deepEqual({ connections, rooms, members, away }, { connections: 0, rooms: 0, members: 0, away: 0 });
});

test('close() before listen(), and while it is under way', async () => {
  await new SignalingServer({ port: 0 }).close();
  const server = new SignalingServer({ port: 0, host: '127.0.0.1' });
  const listening = server.listen();
  await server.close();
  await listening;
  assert.equal(server.server?.listening, false);
  assert.throws(() => new SignalingServer({ port: 0 }).close({ drain: -1 }), RangeError);
});

test('a port that is taken rejects with the reason', async (t) => {
  const { port } = await borrowHttp(t);
  const server = new SignalingServer({ port, host: '127.0.0.1' });
  await assert.rejects(server.listen(), { code: 'EADDRINUSE' });
  await server.close();
});
