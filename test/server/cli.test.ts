import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { TestClient, upgradeStatus } from './client.js';
import { root, run, type Run } from './command.js';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

interface Served extends Run {
  readonly lines: readonly string[];
  readonly port: number;
  readonly origin: string;
}

async function serve(t: TestContext, args: string[], env: Record<string, string> = {}): Promise<Served> {
  const running = run(t, args, env);
  const out = await running.announced;
  const lines = out.trimEnd().split('\n');
  const port = Number(/localhost:(\d+)/.exec(out)?.[1]);
  return { ...running, lines, port, origin: `http://localhost:${port}` };
}

test('it says where everything is, serves it, and stops on SIGINT', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'peer-elements-'));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, 'mine.html'), 'mine');
  const args = ['--port', '0', '--static', directory, '--log-level', 'info'];
  const { lines, port, origin, child, ended } = await serve(t, args);
  assert.deepEqual(lines, [
    `peer-elements ${version}`,
    `demo        http://localhost:${port}/`,
    `signalling  ws://localhost:${port}/signal`,
    `<script type="module" src="http://localhost:${port}/peer-elements.js"></script>`,
  ]);
  assert.equal(await (await fetch(`${origin}/mine.html`)).text(), 'mine');
  assert.equal((await fetch(`${origin}/healthz`)).status, 200);
  assert.equal((await fetch(`${origin}/../package.json`)).status, 404);
  const client = await new TestClient(`ws://localhost:${port}/signal`).login();
  child.kill('SIGINT');
  assert.equal((await client.closed).code, 1012);
  const { code, err } = await ended;
  assert.equal(code, 0);
  assert.match(err, /"msg":"listening"/);
});

test('the seat timeout reaches the server', async (t) => {
  const { port } = await serve(t, ['--port', '0', '--seat-timeout', '123']);
  const client = new TestClient(`ws://localhost:${port}/signal`);
  assert.equal((await client.next('welcome')).seatTimeout, 123);
  client.ws.terminate();
});

test('what it is told in variables counts, and SIGTERM stops it as well', async (t) => {
  const env = {
    PEER_ELEMENTS_PORT: '0',
    PEER_ELEMENTS_HOST: '127.0.0.1',
    PEER_ELEMENTS_PATH: '/talk',
    PEER_ELEMENTS_ORIGIN: 'https://a.example, https://b.example',
  };
  const { lines, port, child, ended } = await serve(t, [], env);
  assert.equal(lines[2], `signalling  ws://localhost:${port}/talk`);
  const url = `ws://127.0.0.1:${port}/talk`;
  assert.equal(await upgradeStatus(url, { origin: 'https://b.example' }), 101);
  assert.equal(await upgradeStatus(url, { origin: 'https://c.example' }), 403);
  child.kill('SIGTERM');
  const { code, err } = await ended;
  assert.equal(code, 0);
  assert.equal(err, '');
});

test('a second signal ends it at once', async (t) => {
  const { port, child, ended } = await serve(t, ['--port', '0']);
  const client = await new TestClient(`ws://localhost:${port}/signal`).login();
  client.ws.pause(); // Would keep it waiting.
  child.kill('SIGINT');
  await assert.rejects(waitUntilRefused(port));
  child.kill('SIGINT');
  assert.equal((await ended).code, 1);
  client.ws.terminate();
});

/** Rejects as soon as nobody listens any more. */
async function waitUntilRefused(port: number): Promise<never> {
  for (;;) await fetch(`http://localhost:${port}/healthz`, { headers: { connection: 'close' } });
}

test('a taken port is explained in one line', async (t) => {
  const taken = createServer().listen(0);
  await once(taken, 'listening');
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const { code, out, err } = await run(t, ['--port', String(port)]).ended;
  assert.equal(code, 1);
  assert.equal(out, '');
  const expected = `Port ${port} is taken by another program: stop that, or try --port 0 for any free one`;
  assert.equal(err, `peer-elements: ${expected}\n`);
});

test('an address of another machine is explained in one line', async (t) => {
  const { code, err } = await run(t, ['--port', '0', '--host', '192.0.2.1']).ended;
  assert.equal(code, 1);
  assert.match(err, /^peer-elements: This machine has no address "192\.0\.2\.1"[^\n]*\n$/);
});

test('wrong use is told in one line', async (t) => {
  const { code, out, err } = await run(t, ['--bogus']).ended;
  assert.equal(code, 2);
  assert.equal(out, '');
  assert.equal(err, "peer-elements: Unknown option '--bogus' (--help lists the options)\n");
});

test('--help and --version', async (t) => {
  const [help, told] = await Promise.all([run(t, ['--help']).ended, run(t, ['--version']).ended]);
  assert.equal(help.code, 0);
  assert.ok(help.out.split('\n').every((line) => line.length <= 90));
  assert.deepEqual(told, { code: 0, out: `${version}\n`, err: '' });
});

test('SIGTERM drains: clients are asked to go before they are closed, and a second signal ends it', async (t) => {
  const { port, child, ended, origin } = await serve(t, ['--port', '0', '--log-level', 'info']);
  const client = await new TestClient(`ws://localhost:${port}/signal`).login();
  child.kill('SIGTERM');
  const { wait } = await client.next('bye');
  assert.ok(wait >= 0 && wait < 5000, 'within the first sixth of 30 s');
  assert.equal((await fetch(`${origin}/readyz`)).status, 503);
  await client.barrier(); // Still served.
  child.kill('SIGTERM');
  const { code, err } = await ended;
  assert.equal(code, 1);
  const lines = err
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string });
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['listening', 'draining'],
  );
  assert.ok(!err.includes(client.id));
});

test('when all have gone it stops, and says what there was', async (t) => {
  const { port, child, ended } = await serve(t, ['--port', '0', '--log-level', 'info', '--drain', '6000']);
  const client = await new TestClient(`ws://localhost:${port}/signal`).login();
  child.kill('SIGTERM');
  await client.next('bye');
  client.ws.close();
  const { code, err } = await ended;
  assert.equal(code, 0);
  const last = JSON.parse(err.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
  assert.deepEqual([last['msg'], last['logins'], last['messages']], ['closed', 1, 0]);
});

test('a file, variables and flags add up, with secrets in files', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'peer-elements-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'server.json');
  writeFileSync(join(directory, 'token'), 'from-a-file\n');
  const content = { port: 1, limits: { messageBurst: 500 }, metricsTokenFile: join(directory, 'token') };
  writeFileSync(file, JSON.stringify(content));
  const { port, origin } = await serve(t, ['--port', '0'], {
    PEER_ELEMENTS_CONFIG: file,
    PEER_ELEMENTS_LIMITS: 'messagesPerSecond=30',
  });
  const client = new TestClient(`ws://localhost:${port}/signal`);
  const { budget } = await client.next('welcome');
  assert.deepEqual([budget.messages, budget.messageBurst], [30, 500]);
  client.ws.terminate();
  const metrics = (headers: Record<string, string> = {}): Promise<number> =>
    fetch(`${origin}/metrics`, { headers }).then(({ status }) => status);
  assert.equal(await metrics(), 401);
  assert.equal(await metrics({ authorization: 'Bearer from-a-file' }), 200);
});

test('a variable that is no option is told of', async (t) => {
  const env = { PEER_ELEMENTS_PROT: 'secret', PEER_ELEMENTS_PORT: '0' };
  const { child, ended } = await serve(t, [], env);
  child.kill('SIGINT');
  const { err } = await ended;
  assert.match(err, /"name":"PEER_ELEMENTS_PROT","msg":"there is no such option/);
  assert.ok(!err.includes('secret'));
});
