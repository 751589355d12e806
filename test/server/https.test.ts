import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { createSelfSigned } from '../../server/certificate.js';
import { SignalingServer } from '../../server/index.js';
import { until } from '../support/until.js';
import { TestClient, startServer } from './client.js';
import { run } from './command.js';

/** The serial number that a new connection to the port is shown, where the client trusts `ca`, or everything. */
async function serialAt(port: number, ca?: string): Promise<string> {
  const trust = ca === undefined ? { rejectUnauthorized: false } : { ca };
  const socket = tlsConnect({ port, host: 'localhost', servername: 'localhost', ...trust });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

test('a certificate made on the spot holds for its names, and is trusted by who is given it', async (t) => {
  const names = ['localhost', '127.0.0.1', '::1', 'fd00:1::20', '2001:db8::1:2:3', 'my-host', ...many()];
  const { cert, key } = createSelfSigned(names);
  const parsed = new X509Certificate(cert);
  for (const name of names) {
    const held = /^[\d.]+$|:/.test(name) ? parsed.checkIP(name) : parsed.checkHost(name);
    assert.ok(held, name);
  }
  assert.equal(parsed.checkHost('example.org'), undefined);
  assert.equal(parsed.checkIP('fd00:1::21'), undefined);
  assert.ok(parsed.verify(parsed.publicKey));
  assert.ok(parsed.checkPrivateKey(createPrivateKey(key)));
  assert.equal(parsed.ca, false);
  assert.ok(
    Date.parse(parsed.validFrom) < Date.now() && Date.parse(parsed.validTo) > Date.now() + 80 * 86_400_000,
  );
  const { server } = await startServer(t, { https: { cert, key }, host: 'localhost' });
  const { port, url } = server.address;
  assert.equal(url, `wss://${new URL(url).host}/signal`);
  assert.equal(await serialAt(port, cert), parsed.serialNumber);
  await assert.rejects(serialAt(port, createSelfSigned(['localhost']).cert), /self-signed|self signed/);
  assert.notEqual(new X509Certificate(createSelfSigned(names).cert).serialNumber, parsed.serialNumber);
});

/** Enough for every form of a length. */
const many = (): string[] => Array.from({ length: 60 }, (_, i) => `host-${i}.example`);

test('https and wss on one port, and a socket that never says a word does not hold up the end', async () => {
  const { cert, key } = createSelfSigned(['localhost', '127.0.0.1']);
  const server = new SignalingServer({ port: 0, host: '127.0.0.1', https: { cert, key: Buffer.from(key) } });
  await server.listen();
  const { port, url } = server.address;
  const client = await new TestClient(url, { ca: cert }).login();
  await client.barrier();
  const silent = connect(port, '127.0.0.1');
  silent.on('error', () => undefined);
  await once(silent, 'connect');
  const started = performance.now();
  await server.close();
  assert.ok(performance.now() - started < 900);
  assert.equal((await client.closed).code, 1012);
});

test('the command reads renewed certificates on SIGHUP, and keeps what it has when they are wrong', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'peer-elements-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const [certFile, keyFile] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  const put = ({ cert, key }: { cert: string; key: string }): string => {
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    return new X509Certificate(cert).serialNumber;
  };
  const [first, second] = [createSelfSigned(['localhost']), createSelfSigned(['localhost'])];
  const serial = put(first);
  const args = ['--port', '0', '--cert', certFile, '--key', keyFile, '--log-level', 'info'];
  const { child, ended, announced, errors } = run(t, args);
  const out = await announced;
  const port = Number(/https:\/\/localhost:(\d+)/.exec(out)?.[1]);
  assert.match(out, /^signalling {2}wss:\/\/localhost:\d+\/signal$/m);
  assert.ok(!out.includes('on the spot'));
  assert.equal(await serialAt(port), serial);
  const client = await new TestClient(`wss://localhost:${port}/signal`, {
    rejectUnauthorized: false,
  }).login();
  const renewed = put(second);
  child.kill('SIGHUP');
  await until(() => errors().includes('certificate read again'));
  assert.equal(await serialAt(port), renewed);
  await client.barrier(); // Connections that there are go on.
  writeFileSync(keyFile, first.key);
  child.kill('SIGHUP');
  await until(() => errors().includes('certificate left as it was'));
  assert.equal(await serialAt(port), renewed);
  child.kill('SIGINT');
  const { code, err } = await ended;
  assert.equal(code, 0);
  assert.ok(!err.includes('PRIVATE KEY'));
});

test('the command makes one for every address of this machine, and says that browsers will warn', async (t) => {
  const { child, announced, ended } = run(t, ['--port', '0', '--https']);
  const out = await announced;
  assert.match(out, /^demo {8}https:\/\/localhost:\d+\/$/m);
  const port = Number(/localhost:(\d+)/.exec(out)?.[1]);
  const addresses = [...out.matchAll(/^ {12}https:\/\/(.+):\d+\/$/gm)].map(([, host = '']) => host);
  const socket = tlsConnect({ port, host: 'localhost', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const parsed = new X509Certificate(socket.getPeerCertificate().raw);
  socket.destroy();
  assert.ok(parsed.checkHost('localhost') && parsed.checkIP('127.0.0.1') && parsed.checkIP('::1'));
  for (const address of addresses) assert.ok(parsed.checkIP(address.replace(/[[\]]/g, '')), address);
  child.kill('SIGINT');
  assert.match((await ended).out, /browsers warn of it, once for each address/);
});

test('certificates that cannot be used are told in one line, with the place that names them', async (t) => {
  const flags = run(t, ['--cert', '/nowhere/cert', '--key', '/nowhere/key']).ended;
  const variables = run(t, [], {
    PEER_ELEMENTS_CERT: '/nowhere/cert',
    PEER_ELEMENTS_KEY: '/nowhere/key',
  }).ended;
  const told = (where: string): string =>
    `peer-elements: ${where}: cannot read "/nowhere/cert" (ENOENT) (--help lists the options)\n`;
  for (const [ended, where] of [
    [flags, '--cert'],
    [variables, 'PEER_ELEMENTS_CERT'],
  ] as const) {
    const { code, err } = await ended;
    assert.deepEqual([code, err], [2, told(where)]);
  }
});
