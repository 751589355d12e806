import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get as httpGet, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { startServer, TestClient, upgradeStatus } from './client.js';

function createFiles(t: TestContext): { one: string; other: string } {
  const root = mkdtempSync(join(tmpdir(), 'peer-elements-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const [one, other] = [join(root, 'one'), join(root, 'other')] as const;
  for (const directory of [one, other, join(one, '.git')]) mkdirSync(directory);
  writeFileSync(join(root, 'secret.txt'), 'secret');
  writeFileSync(join(one, 'index.html'), '<!doctype html><title>one</title>');
  writeFileSync(join(one, 'empty.js'), '');
  writeFileSync(join(one, '.git', 'config'), 'secret');
  writeFileSync(join(one, '.env'), 'secret');
  writeFileSync(join(other, 'index.html'), 'never seen');
  writeFileSync(join(other, 'peer-elements.js'), 'export {};');
  writeFileSync(join(other, 'large.bin'), Buffer.alloc(8_000_000));
  return { one, other };
}

/** With the path exactly as given: fetch would tidy it up. */
async function raw(origin: string, path: string, headers: Record<string, string> = {}): Promise<string> {
  const { hostname, port } = new URL(origin);
  const request = httpGet({ hostname, port, path, headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return `${response.statusCode} ${Buffer.concat(chunks).toString()}`;
}

test('health is told in JSON, and nothing else is there', async (t) => {
  const { origin, login } = await startServer(t);
  await login();
  const response = await fetch(`${origin}/healthz?now`);
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { status: 'ok', connections: 1 });
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  for (const path of ['/', '/signal', '/healthz/', '/package.json']) {
    const missing = await fetch(origin + path);
    assert.equal(missing.status, 404, path);
    assert.equal(missing.headers.get('x-content-type-options'), 'nosniff');
  }
});

test('only GET and HEAD are answered', async (t) => {
  const { origin } = await startServer(t);
  const head = await fetch(`${origin}/healthz`, { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), '');
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const response = await fetch(`${origin}/healthz`, { method });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'GET, HEAD');
  }
});

test('directories are served, the first that has the file wins', async (t) => {
  const { one, other } = createFiles(t);
  const { origin } = await startServer(t, { static: [one, join(one, 'missing'), other] });
  const page = await fetch(`${origin}/?from=somewhere`);
  assert.match(await page.text(), /<title>one/);
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(page.headers.get('access-control-allow-origin'), null);
  const script = await fetch(`${origin}/peer-elements.js`);
  assert.equal(await script.text(), 'export {};');
  assert.match(script.headers.get('content-type') ?? '', /^text\/javascript/);
  assert.equal(script.headers.get('access-control-allow-origin'), '*');
  const etag = script.headers.get('etag') ?? '';
  const again = await fetch(`${origin}/peer-elements.js`, { headers: { 'if-none-match': etag } });
  assert.equal(again.status, 304);
  assert.equal(again.headers.get('access-control-allow-origin'), '*');
  writeFileSync(join(other, 'peer-elements.js'), 'export { rebuilt };');
  assert.equal(await (await fetch(`${origin}/peer-elements.js`)).text(), 'export { rebuilt };');
  assert.equal((await fetch(`${origin}/nothing.js`)).status, 404);
});

test('in production the directories are listed once', async (t) => {
  const { one, other } = createFiles(t);
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  t.after(() => {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  });
  const { origin } = await startServer(t, { static: [join(one, 'missing'), other] });
  assert.equal(await raw(origin, '/peer-elements.js'), '200 export {};');
  rmSync(join(other, 'peer-elements.js'));
  await assert.rejects(raw(origin, '/peer-elements.js'), 'the file has gone: the response breaks off');
  assert.match(await raw(origin, '/healthz'), /^200/);
});

test('no path leads out of a directory or to what begins with a dot', async (t) => {
  const { one, other } = createFiles(t);
  const { origin } = await startServer(t, { static: [one, other] });
  const paths = [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/x/../../secret.txt',
    '/%252e%252e/secret.txt',
    '//../secret.txt',
    '/.git/config',
    '/%2egit/config',
    '/.env',
    '/./.env',
    '/%00',
    '/%',
    '/%ff',
    '/index.html%00.js',
  ];
  for (const path of paths) assert.equal(await raw(origin, path), '404 Not found\n', path);
});

test('a range that makes no sense is no range', async (t) => {
  const { other } = createFiles(t);
  const { origin } = await startServer(t, { static: [other] });
  const range = (value: string): Promise<string> => raw(origin, '/peer-elements.js', { range: value });
  assert.equal(await range('bytes=0-5'), '206 export');
  assert.equal(await range('bytes=7-'), '206 {};');
  assert.equal(await range('bytes=99-'), '416 ');
  for (const odd of ['bytes=5-2', 'bytes=-3', 'bytes=a-b', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=1e9-2', '']) {
    assert.equal(await range(odd), '200 export {};', odd);
  }
});

test('a download that is broken off leaves no open file', async (t) => {
  const { other } = createFiles(t);
  const { origin, server } = await startServer(t, { static: [other] });
  const closed = new Promise((resolve) =>
    server.server?.once('request', (_, res) => res.on('close', resolve)),
  );
  const request = httpRequest(`${origin}/large.bin`).end();
  request.on('error', () => undefined);
  await once(request, 'response');
  request.destroy();
  await closed;
  assert.match(await raw(origin, '/healthz'), /^200/);
});

test('only pages of the allowed origins get in', async (t) => {
  const allowedOrigins = ['https://good.example', 'http://localhost:3000'];
  const { url, open, server } = await startServer(t, { allowedOrigins });
  for (const origin of allowedOrigins) await open({ origin }).login();
  await open().login(); // Not a page.
  const bad = [
    'https://good.example.evil.example',
    'https://evil-good.example',
    'https://evil.example/https://good.example',
    'https://good.example:443',
    'https://good.example:8443',
    'http://good.example',
    'https://good.example/',
    'https://GOOD.example',
    'https://good.example@evil.example',
    'https://sub.good.example',
    'https://good.example.',
    'https://good.example:',
    'https://good.example:443/',
    'https://user@good.example',
    'https://user:password@good.example',
    'https://good.example#',
    'https://good.example?',
    'https://good.example, https://good.example',
    'https://good.example https://evil.example',
    'HTTPS://good.example',
    'https:good.example',
    '//good.example',
    'good.example',
    'https://g\u00f6od.example',
    'https://xn--good-5qa.example',
    'https://g%6fod.example',
    'https://good.example\t.evil.example',
    'http://LOCALHOST:3000',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
    'null,https://good.example',
    'undefined',
    'http://localhost',
    'http://localhost:30000',
    'null',
    ' ',
    '*',
  ];
  for (const origin of bad) assert.equal(await upgradeStatus(url, { origin }), 403, origin);
  assert.equal(server.stats().rejected, bad.length);
});

test('two Origin headers are none of those that are allowed', async (t) => {
  const { origin } = await startServer(t, { allowedOrigins: ['https://good.example'] });
  const upgrade = async (...origins: string[]): Promise<string> => {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    const headers = origins.map((one) => `Origin: ${one}\r\n`).join('');
    socket.write(
      `GET /signal HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers}` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return answer.toString().slice(9, 12);
  };
  assert.equal(await upgrade('https://good.example'), '101');
  assert.equal(await upgrade('https://good.example', 'https://evil.example'), '403');
  assert.equal(await upgrade('https://evil.example', 'https://good.example'), '403');
  assert.equal(await upgrade('https://good.example', 'https://good.example'), '403');
  assert.equal(await upgrade(''), '403', 'an empty one is one');
});

test('an opaque origin gets in where it is listed, and an empty list lets no page in', async (t) => {
  const one = await startServer(t, { allowedOrigins: ['null'] });
  await one.open({ origin: 'null' }).login();
  const other = await startServer(t, { allowedOrigins: [] });
  assert.equal(await upgradeStatus(other.url, { origin: 'https://good.example' }), 403);
});

test('too many connections are told to come back later', async (t) => {
  const { url, open, server } = await startServer(t, { limits: { connections: 2 } });
  const [one] = [await open().login(), await open().login()];
  const refused = new TestClient(url);
  const [, response] = (await once(refused.ws, 'unexpected-response')) as [unknown, IncomingMessage];
  assert.equal(response.statusCode, 503);
  assert.equal(response.headers['retry-after'], '10');
  refused.ws.terminate();
  const [peer] = server.socket.clients;
  assert.ok(peer);
  one.ws.close();
  await once(peer, 'close');
  await open().login();
});

test('one network has its share, whatever its addresses look like', async (t) => {
  const { open, url } = await startServer(t, { trustProxy: 2, limits: { connectionsPerAddress: 1 } });
  const from = (address: string): { headers: Record<string, string> } => ({
    headers: { 'x-forwarded-for': `6.6.6.6, ${address}, 10.0.0.9` },
  });
  for (const address of ['1.2.3.4', '2001:db8:0:1::1', '2001:db8:0:2::1', '::1', 'fe80::1']) {
    await open(from(address)).login();
  }
  for (const address of ['::ffff:1.2.3.4', '2001:db8::1:ffff:0:0:1', '2001:0DB8:0:2:a:b:c:d', '::2', '6.6']) {
    const expected = address === '6.6' ? 101 : 503;
    assert.equal(await upgradeStatus(url, from(address)), expected, address);
  }
});

test('nobody chooses the address that it is counted for', async (t) => {
  const limits = { connectionsPerAddress: 1 };
  const claims = ['1.1.1.1', '9.9.9.9, 1.1.1.1', '::1', '1.1.1.1:80', '[::1]', 'unknown', ''];
  const trusting = async (trustProxy: boolean | number): Promise<(header: string) => Promise<number>> => {
    const { url, open } = await startServer(t, { trustProxy, limits });
    await open({ headers: { 'x-forwarded-for': '10.0.0.1' } }).login();
    return (header) => upgradeStatus(url, { headers: { 'x-forwarded-for': header } });
  };
  const nobody = await trusting(false);
  for (const claim of claims) assert.equal(await nobody(claim), 503, claim);
  const one = await trusting(1);
  // What the client itself claims stands in front of what the proxy wrote.
  for (const claim of claims) assert.equal(await one(`${claim}, 10.0.0.1`), 503, claim);
  for (const same of ['10.0.0.1:4711', '[::ffff:10.0.0.1]:4711', '::ffff:10.0.0.1']) {
    assert.equal(await one(same), 503, same);
  }
  for (const other of [
    '10.0.0.2',
    '10.0.0.2:4711',
    '[2001:db8::1]:4711',
    '[2001:db8:0:1::1]',
    '10.0.0.1, 10.0.0.3',
  ]) {
    assert.equal(await one(other), 101, other);
  }
  const two = await trusting(2);
  assert.equal(await two('6.6.6.6, 10.0.0.1, 10.0.0.9'), 503);
  assert.equal(await two('10.0.0.1, 6.6.6.6, 10.0.0.9'), 101);
});

test('what is no WebSocket request is answered as HTTP would', async (t) => {
  const { origin, login } = await startServer(t);
  const { port } = new URL(origin);
  const requests = [
    ['GET /signal HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n', / 400 /],
    ['GET /signal HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', / 400 /],
    ['GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', / 404 /],
    ['\x16\x03\x01 hello', / 400 /],
  ] as const;
  for (const [request, expected] of requests) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(request);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), expected);
    socket.destroy();
  }
  await login();
});
