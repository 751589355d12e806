/** Join tokens: what lets in, and everything that must not. The tokens are signed by another hand where that matters. */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { SignJWT, UnsecuredJWT, exportJWK, type JWTPayload } from 'jose';
import { SignalingServer, roomId, type TokenOptions } from '../../server/index.js';
import { identityOf } from '../../src/protocol.js';
import { room, startServer, type TestClient, type TestServer } from './client.js';

const SECRET = randomBytes(32).toString('hex');
const TEA = roomId('tea', 'group');
const IN_AN_HOUR = (): number => Math.floor(Date.now() / 1000) + 3600;

const MISSING = 'This server lets nobody in without a token.';
const EXPIRED = 'The token has expired.';
const EARLY = 'The token is not valid yet.';
const OTHER_ROOM = 'The token is for another room.';
const OTHER_PEER = 'The token is for another peer.';
const UNTRUSTED = 'The token was not signed with a key that this server trusts.';
const INVALID = 'The token is not valid here.';

type Signer = KeyObject | Uint8Array;
const shared = new TextEncoder().encode(SECRET);

const sign = (claims: JWTPayload, key: Signer = shared, alg = 'HS256', kid?: string): Promise<string> =>
  new SignJWT(claims).setProtectedHeader(kid === undefined ? { alg } : { alg, kid }).sign(key);

/** Whether a token lets a new client into a room: its role, or the reason why not. */
async function shown(
  { login }: TestServer,
  token: string | ((client: TestClient) => Promise<string>),
  id = TEA,
  slot = 0,
): Promise<string> {
  const client = await login({ slot });
  const text = typeof token === 'string' ? token : await token(client);
  if (text !== '') client.send({ type: 'credentials', n: 3, token: text, name: '' });
  client.askToJoin(3, id);
  const answer = await client.any('joined', 'refused');
  client.ws.terminate();
  if (answer.type === 'joined') return `in as "${answer.role}"`;
  assert.ok(answer.type === 'refused' && answer.code === 'refused');
  return answer.reason;
}

const start = (t: TestContext, tokens: TokenOptions): Promise<TestServer> =>
  startServer(t, { tokens, seatTimeout: 0 });

const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token', () => {
  test('lets in by itself, with the role it gives', async (t) => {
    const server = await start(t, { secret: SECRET });
    assert.equal(await shown(server, await sign({})), 'in as ""');
    for (const alg of ['HS256', 'HS384', 'HS512']) {
      const claims = { role: 'moderator', exp: IN_AN_HOUR() };
      assert.equal(await shown(server, await sign(claims, shared, alg)), 'in as "moderator"');
    }
    assert.equal(await shown(server, ''), MISSING);
  });

  test('is for a room by its name, be it a group or a pair, or for any', async (t) => {
    const server = await start(t, { secret: SECRET });
    const token = await sign({ room: 'tea' });
    assert.equal(await shown(server, token, TEA), 'in as ""');
    assert.equal(await shown(server, token, roomId('tea', 'pair')), 'in as ""');
    assert.equal(await shown(server, token, roomId('tea', 'door')), 'in as ""');
    assert.equal(await shown(server, token, roomId('Tea', 'group')), OTHER_ROOM);
    assert.equal(await shown(server, token, room('x')), OTHER_ROOM);
    assert.equal(await shown(server, await sign({ room: '*' }), room('x')), 'in as ""');
    assert.equal(await shown(server, await sign({ room: '' })), OTHER_ROOM);
    assert.equal(await shown(server, await sign({ room: ['tea'] })), OTHER_ROOM);
    assert.equal(await shown(server, await sign({ room: null })), OTHER_ROOM);
  });

  test('is for a peer, or for all pages of its identity, or for anybody', async (t) => {
    const server = await start(t, { secret: SECRET });
    assert.equal(await shown(server, ({ id }) => sign({ sub: id })), 'in as ""');
    assert.equal(await shown(server, ({ id }) => sign({ sub: id }), TEA, 2), 'in as ""');
    assert.equal(await shown(server, ({ id }) => sign({ sub: identityOf(id) }), TEA, 2), 'in as ""');
    assert.equal(await shown(server, ({ id }) => sign({ sub: `${id}.1` }), TEA), OTHER_PEER);
    assert.equal(await shown(server, await sign({ sub: room('y') })), OTHER_PEER);
    assert.equal(await shown(server, await sign({ sub: '' })), OTHER_PEER);
  });

  test('has its time', async (t) => {
    const server = await start(t, { secret: SECRET });
    const now = Math.floor(Date.now() / 1000);
    assert.equal(await shown(server, await sign({ exp: now - 1 })), EXPIRED);
    assert.equal(await shown(server, await sign({ exp: now })), EXPIRED);
    assert.equal(await shown(server, await sign({ nbf: now + 60 })), EARLY);
    assert.equal(await shown(server, await sign({ nbf: now - 1, exp: now + 60 })), 'in as ""');
  });

  test('gives no role that could not be told', async (t) => {
    const server = await start(t, { secret: SECRET });
    const reason = 'The role in the token must be a text of at most 64 characters.';
    assert.equal(await shown(server, await sign({ role: 'r'.repeat(64) })), `in as "${'r'.repeat(64)}"`);
    for (const role of ['r'.repeat(65), 7, null, ['host']]) {
      assert.equal(await shown(server, await sign({ role })), reason);
    }
  });

  test('comes from the right issuer, for the right audience', async (t) => {
    const server = await start(t, {
      secret: SECRET,
      issuer: 'https://site.example',
      audience: ['chat', 'game'],
    });
    const right = { iss: 'https://site.example', aud: 'game' };
    assert.equal(await shown(server, await sign(right)), 'in as ""');
    assert.equal(await shown(server, await sign({ ...right, aud: ['other', 'chat'] })), 'in as ""');
    for (const claims of [
      {},
      { iss: right.iss },
      { ...right, aud: 'shop' },
      { ...right, iss: 'https://evil.example' },
    ]) {
      assert.equal(await shown(server, await sign(claims)), INVALID);
    }
  });

  test('that somebody else signed, or changed, or that is none, says no more than that', async (t) => {
    const server = await start(t, { secret: SECRET });
    const [header = '', , signature = ''] = (await sign({ role: 'guest' })).split('.');
    const changed = [header, encode({ role: 'host' }), signature].join('.');
    assert.equal(await shown(server, changed), UNTRUSTED);
    assert.equal(await shown(server, await sign({}, randomBytes(32))), UNTRUSTED);
    // An expired one of a stranger is a stranger's.
    assert.equal(await shown(server, await sign({ exp: 1, room: 'x' }, randomBytes(32))), UNTRUSTED);
    for (const token of [
      'x',
      'a.b.c',
      '..',
      'e30.e30.',
      `${header}.${encode({})}`,
      '{"alg":"none"}',
      '\u0000',
    ]) {
      assert.equal(await shown(server, token), INVALID, token);
    }
  });

  test('is not checked as it likes: no "none", nothing but what the key is for', async (t) => {
    const server = await start(t, { secret: SECRET });
    assert.equal(await shown(server, new UnsecuredJWT({ role: 'host' }).encode()), INVALID);
    for (const alg of ['none', 'None', 'NONE', '', 'HS1', 'RS256', 'dir']) {
      const unsigned = `${encode({ alg })}.${encode({ role: 'host' })}`;
      const mac = createHmac('sha256', SECRET).update(unsigned).digest('base64url');
      for (const signature of ['', mac])
        assert.equal(await shown(server, `${unsigned}.${signature}`), INVALID, alg);
    }
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    assert.equal(await shown(server, await sign({}, privateKey, 'ES256')), INVALID);
    const critical = `${encode({ alg: 'HS256', crit: ['exp'], exp: 1 })}.${encode({})}`;
    const mac = createHmac('sha256', SECRET).update(critical).digest('base64url');
    assert.equal(await shown(server, `${critical}.${mac}`), INVALID);
  });

  test('where it is not required lets nobody in who shows a wrong one', async (t) => {
    const server = await start(t, { secret: SECRET, required: false });
    assert.equal(await shown(server, ''), 'in as ""');
    assert.equal(await shown(server, await sign({ role: 'host' })), 'in as "host"');
    assert.equal(await shown(server, await sign({}, randomBytes(32))), UNTRUSTED);
  });

  test('is checked before authorize is asked, which is told its role and may give another', async (t) => {
    const asked: string[] = [];
    const server = await startServer(t, {
      tokens: { secret: SECRET },
      names: false,
      authorize: (_, { role, token }) => {
        asked.push(`${role} ${String(token.split('.').length)}`);
        if (role === 'banned') return { reason: 'Not you.' };
        return role === 'guest' ? { role: 'speaker' } : true;
      },
    });
    assert.equal(await shown(server, await sign({ role: 'guest' })), 'in as "speaker"');
    assert.equal(await shown(server, await sign({ role: 'host' })), 'in as "host"');
    assert.equal(await shown(server, await sign({ role: 'banned' })), 'Not you.');
    assert.equal(await shown(server, await sign({ role: 'host' }, randomBytes(32))), UNTRUSTED);
    assert.deepEqual(asked, ['guest 3', 'host 3', 'banned 3']);
  });
});

describe('a public key', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = [
    [rsa, ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    [ec, ['ES256']],
    [generateKeyPairSync('ec', { namedCurve: 'P-384' }), ['ES384']],
    [generateKeyPairSync('ec', { namedCurve: 'P-521' }), ['ES512']],
    [generateKeyPairSync('ed25519'), ['EdDSA']],
  ] as const;

  for (const [{ publicKey, privateKey }, algorithms] of keys) {
    test(`checks ${algorithms.join(', ')}, and nothing else`, async (t) => {
      const server = await start(t, { publicKey: pem(publicKey) });
      for (const alg of algorithms) {
        assert.equal(await shown(server, await sign({ role: alg }, privateKey, alg)), `in as "${alg}"`);
      }
      const stranger = await sign(
        {},
        generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
        'RS256',
      );
      assert.equal(
        await shown(server, stranger),
        algorithms.includes('RS256' as never) ? UNTRUSTED : INVALID,
      );
      assert.equal(await shown(server, new UnsecuredJWT({}).encode()), INVALID);
    });
  }

  test('is no shared secret, although everybody could sign with it', async (t) => {
    const text = pem(rsa.publicKey);
    const server = await start(t, { publicKey: text });
    const der = rsa.publicKey.export({ type: 'spki', format: 'der' });
    for (const secret of [text, text.trim(), der]) {
      for (const [alg, hash] of [
        ['HS256', 'sha256'],
        ['HS512', 'sha512'],
      ] as const) {
        const unsigned = `${encode({ alg, typ: 'JWT' })}.${encode({ role: 'host' })}`;
        const mac = createHmac(hash, secret).update(unsigned).digest('base64url');
        assert.equal(await shown(server, `${unsigned}.${mac}`), INVALID);
      }
    }
  });

  test('may be in a file', async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'peer-elements-'));
    t.after(() => rmSync(dir, { recursive: true }));
    const file = join(dir, 'key.pem');
    writeFileSync(file, pem(ec.publicKey));
    const server = await start(t, { publicKey: file });
    assert.equal(await shown(server, await sign({}, ec.privateKey, 'ES256')), 'in as ""');
  });
});

describe('a key set', () => {
  /** A JWKS endpoint whose answer can be changed. */
  async function publish(t: TestContext) {
    let [status, body, asked] = [200, '{"keys":[]}', 0];
    const http = createServer((_, response) => {
      asked++;
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    t.after(() => {
      http.close();
      http.closeAllConnections();
    });
    const add = async (...named: readonly (readonly [string, KeyObject])[]): Promise<void> => {
      const keys = await Promise.all(
        named.map(async ([kid, key]) => ({ ...(await exportJWK(key)), kid, use: 'sig' })),
      );
      body = JSON.stringify({ keys });
    };
    return {
      url: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}/jwks.json`,
      add,
      answer: (newStatus: number, newBody: string) => ([status, body] = [newStatus, newBody]),
      asked: () => asked,
    };
  }

  const one = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const two = generateKeyPairSync('rsa', { modulusLength: 2048 });

  test('is fetched once, when it is first needed', async (t) => {
    const set = await publish(t);
    await set.add(['one', one.publicKey], ['two', two.publicKey]);
    const server = await start(t, { jwksUrl: set.url });
    assert.equal(await shown(server, ''), MISSING);
    assert.equal(set.asked(), 0);
    assert.equal(await shown(server, await sign({ role: 'a' }, one.privateKey, 'ES256', 'one')), 'in as "a"');
    assert.equal(await shown(server, await sign({ role: 'b' }, two.privateKey, 'RS256', 'two')), 'in as "b"');
    assert.equal(await shown(server, await sign({ room: 'x' }, two.privateKey, 'PS256', 'two')), OTHER_ROOM);
    assert.equal(set.asked(), 1);
  });

  test('takes no key that is not in it, and strangers do not have it fetched again and again', async (t) => {
    const set = await publish(t);
    await set.add(['one', one.publicKey]);
    const server = await start(t, { jwksUrl: set.url });
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    assert.equal(await shown(server, await sign({}, stranger, 'ES256', 'one')), UNTRUSTED);
    for (const kid of ['x', 'y', 'z']) {
      assert.equal(await shown(server, await sign({}, stranger, 'ES256', kid)), UNTRUSTED);
    }
    assert.equal(await shown(server, await sign({}, two.privateKey, 'RS256', 'one')), UNTRUSTED);
    assert.equal(await shown(server, await sign({}, shared, 'HS256', 'one')), INVALID);
    assert.equal(await shown(server, new UnsecuredJWT({}).encode()), INVALID);
    assert.equal(set.asked(), 1);
  });

  test('that cannot be had lets nobody in, until it can be had', async (t) => {
    const set = await publish(t);
    const server = await start(t, { jwksUrl: set.url });
    const token = await sign({}, one.privateKey, 'ES256', 'one');
    for (const [status, body] of [
      [500, ''],
      [200, 'no JSON'],
      [200, '[]'],
    ] as const) {
      set.answer(status, body);
      assert.equal(await shown(server, token), 'The server could not decide.');
    }
    set.answer(200, '');
    await set.add(['one', one.publicKey]);
    assert.equal(await shown(server, token), 'in as ""');
  });
});

test('wrong options are named', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const text = pem(publicKey);
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const small = pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey);
  const other = pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey);
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    ['secret', /^TypeError: tokens must be an object/],
    [{}, /^TypeError: tokens must have exactly one of/],
    [{ secret: SECRET, publicKey: text }, /^TypeError: tokens must have exactly one of/],
    [{ secret: SECRET, colour: 'red' }, /^TypeError: Unknown option: tokens.colour/],
    [{ secret: 'short' }, /^RangeError: tokens.secret must have at least 32 bytes/],
    [{ secret: 7 }, /^TypeError: tokens.secret/],
    [{ publicKey: 7 }, /^TypeError: tokens.publicKey/],
    [{ publicKey: '/no/such/file.pem' }, /^TypeError: tokens.publicKey is neither PEM text nor a file/],
    [
      { publicKey: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----' },
      /^TypeError: tokens.publicKey is no/,
    ],
    [{ publicKey: pkcs8 }, /^RangeError: tokens.publicKey is a private key/],
    [{ publicKey: small }, /^RangeError: tokens.publicKey must have 2048 bits/],
    [{ publicKey: other }, /^RangeError: tokens.publicKey must be RSA/],
    [{ jwksUrl: 'file:///etc/passwd' }, /^TypeError: tokens.jwksUrl/],
    [{ jwksUrl: 'jwks.json' }, /^TypeError: tokens.jwksUrl/],
    [{ secret: SECRET, issuer: 7 }, /^TypeError: tokens.issuer/],
    [{ secret: SECRET, audience: [] }, /^TypeError: tokens.audience/],
    [{ secret: SECRET, required: 'yes' }, /^TypeError: tokens.required/],
  ];
  for (const [tokens, message] of wrong) {
    assert.throws(
      () => new SignalingServer({ tokens: tokens as TokenOptions }),
      (error) => message.test(String(error)),
      String(message),
    );
  }
});
