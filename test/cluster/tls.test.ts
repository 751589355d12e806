/** A Redis that speaks TLS, with a certificate that is known only to who is given it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { room } from '../server/client.js';
import { until } from '../support/until.js';
import { Node } from './nodes.js';
import { RedisServer, startRedisCluster, tlsOf } from './redis-server.js';

const dir = mkdtempSync(join(tmpdir(), 'peer-elements-tls-'));
after(() => rmSync(dir, { recursive: true }));

interface Certificate {
  /** Files. */
  readonly cert: string;
  readonly key: string;
  /** For who is to trust it: Node reads that once, when a process starts. */
  readonly trusted: Record<string, string>;
}

/** The servers of a Redis Cluster show it to each other as clients, too, which ours for trying is not for. */
function certify(names: string): Certificate {
  const [cert, key] = ['cert', 'key'].map((part) => join(dir, `${names.length}-${part}.pem`));
  assert.ok(cert && key);
  const made = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const about = ['-subj', '/CN=test', '-addext', `subjectAltName=${names}`, '-out', cert, '-keyout', key];
  execFileSync('openssl', ['req', ...made, ...about], { stdio: 'ignore' });
  return { cert, key, trusted: { NODE_EXTRA_CA_CERTS: cert } };
}

async function meet(t: TestContext, urls: readonly string[], env: Record<string, string>): Promise<void> {
  const start = (url: string): Promise<Node> => Node.start({ redis: { url, lease: 3000 } }, t, env);
  const [a, b] = await Promise.all(urls.map(start));
  assert.ok(a && b);
  const [ann, bob] = [await a.login(), await b.login()];
  for (let n = 0; n < 6; n++) {
    assert.equal((await ann.join(n, room(String(n)))).created, true);
    assert.equal((await bob.join(n, room(String(n)))).earlier, 1);
    await ann.next('peer');
  }
  ann.message(5, bob.id, 'hello');
  assert.equal((await bob.next('message')).text, 'hello');
}

test('processes meet in a Redis behind TLS, if they trust its certificate and dial a name that is in it', async (t) => {
  const certificate = certify('DNS:localhost');
  const tls = await tlsOf(certificate);
  await RedisServer.of(t, ...tls.options);
  const [url, another] = [`rediss://localhost:${tls.port}`, `rediss://127.0.0.1:${tls.port}`];
  await meet(t, [url, url], certificate.trusted);
  const start = (url: string, env = {}): Promise<Node> => Node.start({ redis: url }, t, env);
  await assert.rejects(start(url), /rediss:.* cannot be reached: self-signed certificate/);
  await assert.rejects(start(another, certificate.trusted), /cannot be reached: .*does not match/);
});

test('they meet in a Redis Cluster behind TLS, too', async (t) => {
  const certificate = certify('DNS:localhost,IP:127.0.0.1');
  const tls = [await tlsOf(certificate), await tlsOf(certificate), await tlsOf(certificate)] as const;
  const servers = await startRedisCluster(t, tls);
  const urls = [`rediss://127.0.0.1:${tls[0].port}`, `rediss://localhost:${tls[1].port}`];
  await meet(t, urls, certificate.trusted);
  const areUsed = async (): Promise<boolean> =>
    (await Promise.all(servers.map((one) => one.keys()))).every(({ length }) => length > 0);
  await until(areUsed, { what: 'keys in each' });
});
