import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test, type TestContext } from 'node:test';
import { UsageError, readCommand } from '../../server/cli-options.js';
import { TestClient, upgradeStatus } from './client.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

interface Run {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
}

function run(t: TestContext, args: string[], env: Record<string, string> = {}): Run {
  const argv = ['--import', 'tsx', 'server/cli.ts', ...args];
  const child = spawn(process.execPath, argv, { cwd: root, env: { ...process.env, ...env } });
  t.after(() => child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
  return { child, ended };
}

interface Served extends Run {
  readonly lines: readonly string[];
  readonly port: number;
  readonly origin: string;
}

async function serve(t: TestContext, args: string[], env: Record<string, string> = {}): Promise<Served> {
  const { child, ended } = run(t, args, env);
  let out = '';
  for await (const data of child.stdout.iterator({ destroyOnReturn: false })) {
    out += String(data);
    if (out.includes('</script>\n')) break;
  }
  child.stdout.resume();
  const lines = out.trimEnd().split('\n');
  const port = Number(/localhost:(\d+)/.exec(out)?.[1]);
  return { child, ended, lines, port, origin: `http://localhost:${port}` };
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
  const flags = ['port', 'host', 'path', 'origin', 'static', 'seat-timeout', 'log-level', 'help', 'version'];
  for (const flag of flags) {
    assert.match(help.out, new RegExp(`--${flag}\\b`));
  }
  assert.ok(help.out.split('\n').every((line) => line.length <= 90));
  assert.deepEqual(told, { code: 0, out: `${version}\n`, err: '' });
});

test('every wrong value is named', () => {
  const wrong: [string[], RegExp][] = [
    [['extra'], /Unexpected argument 'extra'/],
    [['--port'], /--port/],
    [['--port', 'http'], /--port must be a number from 0 to 65535, not "http"/],
    [['--port', '70000'], /--port/],
    [['--port', '-1'], /--port/],
    [['--port', ''], /--port/],
    [['--path', 'signal'], /path/],
    [['--origin', 'a.example'], /allowedOrigins has "a.example"/],
    [['--host', ''], /host/],
    [['--static', '/does/not/exist'], /--static: there is no directory "\/does\/not\/exist"/],
    [['--seat-timeout', '10s'], /--seat-timeout must be a number of milliseconds, not "10s"/],
    [['--seat-timeout', '999999999'], /seatTimeout must be an integer from 0 to 3600000/],
    [['--log-level', 'loud'], /--log-level must be one of .*, not "loud"/],
    [['--help=yes'], /--help/],
  ];
  for (const [args, message] of wrong) {
    assert.throws(
      () => readCommand(args, {}),
      (error) => error instanceof UsageError && message.test(error.message) && !error.message.includes('\n'),
      args.join(' '),
    );
  }
});

test('an option goes before a variable, a variable before the default', () => {
  const read = (args: string[], env: Record<string, string>) => {
    const command = readCommand(args, env);
    assert.equal(command.run, 'serve');
    return command.settings;
  };
  assert.deepEqual(read([], {}), {
    port: 8080,
    host: undefined,
    path: '/signal',
    origins: undefined,
    directories: [],
    seatTimeout: 10_000,
    logLevel: 'warn',
  });
  const env = {
    PEER_ELEMENTS_PORT: '1',
    PEER_ELEMENTS_LOG_LEVEL: 'debug',
    PEER_ELEMENTS_SEAT_TIMEOUT: '0',
    PEER_ELEMENTS_STATIC: `${root},/`,
    PEER_ELEMENTS_HOST: '',
  };
  const settings = read(['--port', '2', '--origin', 'https://a.example', '--origin', 'null'], env);
  assert.equal(settings.port, 2);
  assert.equal(settings.logLevel, 'debug');
  assert.equal(settings.seatTimeout, 0);
  assert.equal(settings.host, undefined);
  assert.deepEqual(settings.directories, [root, '/']);
  assert.deepEqual(settings.origins, ['https://a.example', 'null']);
});
