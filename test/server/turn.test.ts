/** ICE servers and TURN credentials: what is taken, what a page is told, and when it is told again. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { SignalingServer, type SignalingServerOptions } from '../../server/index.js';
import { readIce } from '../../server/ice-options.js';
import { IceHandout, mint } from '../../server/turn.js';
import type { IceServer } from '../../src/protocol.js';
import { room, startServer } from './client.js';

const TURN = 'turn:turn.example.org:3478?transport=udp';
const SECRET = 'north wind';
/** Milliseconds. */
const TTL = 600_000;
const stun = [{ urls: ['stun:stun.example.org'] }];

interface Credentials {
  /** Milliseconds since 1970. */
  readonly expiry: number;
  readonly tag: string;
}

/** Checks the credentials of a TURN server as it would itself. */
function check({ username = '', credential }: IceServer, secret = SECRET): Credentials {
  const [, seconds = '', tag = ''] = /^(\d+):([\w-]{12})$/.exec(username) ?? assert.fail(username);
  assert.equal(credential, createHmac('sha1', secret).update(username).digest('base64'));
  return { expiry: Number(seconds) * 1000, tag };
}

describe('options', () => {
  test('what some browser would not take is named', () => {
    const turn = { urls: TURN, secret: SECRET };
    const user = { username: 'u', credential: 'c' };
    const wrong: [object, ErrorConstructor, RegExp][] = [
      [{ iceServers: {} }, TypeError, /^iceServers must be an array of RTCIceServer, not an object$/],
      [{ iceServers: null }, TypeError, /^iceServers .* not null/],
      [{ iceServers: ['stun:a'] }, TypeError, /^iceServers\[0\] must be an object, not "stun:a"/],
      [{ iceServers: [...stun, {}] }, TypeError, /^iceServers\[1\]\.urls must be a string, not undefined/],
      [{ iceServers: [{ urls: [] }] }, RangeError, /^iceServers\[0\]\.urls must not be empty/],
      [{ iceServers: [{ urls: ['stun:a', 5] }] }, TypeError, /^iceServers\[0\]\.urls\[1\] .* not 5/],
      [{ iceServers: [{ urls: 'a.example' }] }, RangeError, /^iceServers\[0\]\.urls .* not "a\.example"/],
      [{ iceServers: [{ urls: 'https://a' }] }, RangeError, /^iceServers\[0\]\.urls/],
      [{ iceServers: [{ urls: 'stun://a' }] }, RangeError, /^iceServers\[0\]\.urls/],
      [{ iceServers: [{ urls: 'stun:' }] }, RangeError, /^iceServers\[0\]\.urls/],
      [{ iceServers: [{ urls: 'stun:a:0' }] }, RangeError, /^iceServers\[0\]\.urls/],
      [{ iceServers: [{ urls: 'stun:a:65536' }] }, RangeError, /^iceServers\[0\]\.urls/],
      [{ iceServers: [{ urls: 'stun:a?transport=udp' }] }, RangeError, /^iceServers\[0\]\.urls/],
      [{ iceServers: [{ urls: 'stun:a b' }] }, RangeError, /^iceServers\[0\]\.urls/],
      [{ iceServers: [{ urls: `stun:${'a'.repeat(508)}` }] }, RangeError, /^iceServers\[0\]\.urls/],
      [{ iceServers: [{ urls: 'turn:a?transport=sctp', ...user }] }, RangeError, /^iceServers\[0\]\.urls/],
      [{ iceServers: [{ urls: 'stun:a', url: 'stun:a' }] }, TypeError, /^iceServers\[0\] has both/],
      [{ iceServers: [{ urls: 'turn:a' }] }, TypeError, /^iceServers\[0\] needs both username and cred/],
      [{ iceServers: [{ urls: 'turn:a', username: 'u' }] }, TypeError, /^iceServers\[0\] needs both/],
      [{ iceServers: [{ urls: 'stun:a', credential: 'c' }] }, TypeError, /^iceServers\[0\] needs both/],
      [{ iceServers: [{ urls: 'turn:a', ...user, username: 5 }] }, TypeError, /^iceServers\[0\]\.username/],
      [
        { iceServers: [{ urls: 'turn:a', ...user, username: 'u'.repeat(509) }] },
        RangeError,
        /^iceServers\[0\]\.username must have 1 to 508 bytes/,
      ],
      [{ iceServers: [{ urls: 'turn:a', ...user, credential: '' }] }, RangeError, /^iceServers\[0\]\.cred/],
      [{ iceServers: [{ urls: 'stun:a', type: 'x' }] }, TypeError, /^Unknown option: iceServers\[0\]\.type/],
      [{ iceServers: Array(17).fill(stun[0]) }, RangeError, /name 17 addresses, the most is 16/],
      [{ iceServers: Array(16).fill(stun[0]), turn }, RangeError, /name 17 addresses, the most is 16/],
      [{ turn: TURN }, TypeError, /^turn must be an object/],
      [{ turn: { ...turn, uris: [] } }, TypeError, /^Unknown option: turn\.uris/],
      [{ turn: { secret: SECRET } }, TypeError, /^turn\.urls must be a string, not undefined/],
      [{ turn: { ...turn, urls: [] } }, RangeError, /^turn\.urls must not be empty/],
      [{ turn: { ...turn, urls: [TURN, 'x'] } }, RangeError, /^turn\.urls\[1\] must be like .* not "x"/],
      [{ turn: { ...turn, urls: 'stun:a' } }, RangeError, /^turn\.urls has "stun:a", .* iceServers/],
      [{ turn: { urls: TURN } }, TypeError, /^turn\.secret must be a string/],
      [{ turn: { ...turn, secret: '' } }, RangeError, /^turn\.secret must have 1 to 4096 bytes/],
      [{ turn: { ...turn, ttl: '1h' } }, TypeError, /^turn\.ttl must be an integer from 1000 to 604800000/],
      [{ turn: { ...turn, ttl: 999 } }, RangeError, /^turn\.ttl/],
      [{ turn: { ...turn, ttl: 604_800_001 } }, RangeError, /^turn\.ttl/],
    ];
    for (const [options, type, message] of wrong) {
      assert.throws(
        () => new SignalingServer(options),
        (error) => error instanceof type && message.test(error.message),
        message.source,
      );
    }
  });

  test('no complaint shows a secret', () => {
    const secrets = [
      { turn: { urls: TURN, secret: { key: SECRET } } },
      { turn: { urls: TURN, secret: SECRET.repeat(500) } },
      { iceServers: [{ urls: 'turn:a', username: 'u', credential: [SECRET] }] },
      { iceServers: [{ urls: 'turn:a', username: 'u', credential: SECRET.repeat(500) }] },
    ];
    for (const options of secrets) {
      assert.throws(
        () => new SignalingServer(options as unknown as SignalingServerOptions),
        (error) => error instanceof Error && !error.message.includes(SECRET),
      );
    }
  });

  test('what every browser takes is taken', () => {
    const user = { username: 'u', credential: 'c' };
    const { servers, turn } = readIce(
      [
        { url: 'stun:a.example' },
        { urls: ['stuns:a.example:5349', 'stun:[2001:db8::1]:3478', 'stun:192.0.2.1'] },
        { urls: ['turn:a.example:3478?transport=tcp', 'turns:a.example', 'stun:a.example'], ...user },
      ],
      { urls: [TURN, 'turns:turn.example.org:443?transport=tcp'], secret: SECRET },
    );
    assert.deepEqual(servers, [
      { urls: ['stun:a.example'] },
      { urls: ['stuns:a.example:5349', 'stun:[2001:db8::1]:3478', 'stun:192.0.2.1'] },
      { urls: ['turn:a.example:3478?transport=tcp', 'turns:a.example', 'stun:a.example'], ...user },
    ]);
    assert.equal(turn?.ttl, 3_600_000);
    assert.deepEqual(readIce(undefined, undefined), { servers: [], turn: undefined });
  });
});

describe('credentials', () => {
  test('are those of the TURN REST scheme', () => {
    // By hand: printf '1700000600:visitor' | openssl dgst -sha1 -hmac 'north wind' -binary | base64
    const made = mint({ urls: [TURN], secret: SECRET, ttl: TTL }, 'visitor', 1_700_000_000_000);
    assert.deepEqual(made, {
      urls: [TURN],
      username: '1700000600:visitor',
      credential: 'izS6l0UN7lqZB4eFeM8t+uKbY3w=',
    });
  });

  test('are good for no less than their time, in whole seconds', () => {
    const { username } = mint({ urls: [TURN], secret: SECRET, ttl: 1500 }, 'x', 1_700_000_000_001);
    assert.equal(username, '1700000002:x');
  });

  test('are made anew from two thirds to three quarters of their life, not all at once', () => {
    const settings = readIce([], { urls: TURN, secret: SECRET, ttl: TTL });
    const dues = Array.from({ length: 500 }, () => {
      const handout = new IceHandout(settings);
      handout.next(1000);
      assert.ok(!handout.isDue(1000 + (TTL * 2) / 3 - 1), 'too early');
      assert.ok(handout.isDue(1000 + (TTL * 3) / 4), 'too late');
      return handout.isDue(1000 + TTL * (2 / 3 + 1 / 24));
    });
    const half = dues.filter((early) => early).length;
    assert.ok(half > 150 && half < 350, `${half} of 500 in the first half of the time`);
  });

  test('of servers that are always the same are not made anew', () => {
    const handout = new IceHandout(readIce(stun));
    assert.deepEqual(handout.next(0), stun);
    assert.ok(!handout.isDue(Number.MAX_VALUE));
  });
});

describe('a page', () => {
  test('is told once it has proven its id, before it meets anybody', async (t) => {
    const { open } = await startServer(t, {
      iceServers: [{ url: 'stun:stun.example.org' }],
      turn: { urls: TURN, secret: SECRET, ttl: TTL },
    });
    const client = open();
    // The join arrives with the log-in, as a page sends it.
    const before = Date.now();
    await client.offerLogin();
    client.askToJoin(0, room('a'));
    const { id } = await client.next('ready');
    const { servers } = await client.next('ice');
    await client.next('joined');
    assert.equal(servers.length, 2);
    const [plain, turn] = servers;
    assert.deepEqual(plain, { urls: ['stun:stun.example.org'] });
    assert.deepEqual(turn?.urls, [TURN]);
    const { expiry, tag } = check(turn);
    assert.ok(expiry >= before + TTL && expiry <= Date.now() + TTL + 1000, new Date(expiry).toISOString());
    assert.ok(!id.includes(tag) && !JSON.stringify(servers).includes(SECRET));
  });

  test('is told nothing where nobody is named, or before the log-in', async (t) => {
    const silent = await startServer(t);
    const client = await silent.login();
    await client.join(0, room('a'));
    const { open } = await startServer(t, { iceServers: stun });
    const stranger = open();
    await stranger.offerLogin({ nonce: 'A'.repeat(43) });
    assert.equal((await stranger.closed).code, 4401);
    await assert.rejects(stranger.next('ice'), /closed/);
  });

  test('that has to be let in is told once it is, and a stranger never', async (t) => {
    const { login } = await startServer(t, {
      turn: { urls: TURN, secret: SECRET },
      authorize: (_, { token }) => token === 'open sesame',
      names: false,
    });
    const client = await login();
    assert.equal(await client.refused(0, room('a')), 'refused');
    for (const n of [1, 2]) {
      client.send({ type: 'credentials', n, token: 'open sesame', name: '' });
      client.askToJoin(n, room(String(n)));
      if (n === 1) check((await client.next('ice')).servers[0]!);
      await client.next('joined');
    }
    await client.barrier();
  });

  test('cannot be recognised by its name: each connection of an id has another', async (t) => {
    const { login } = await startServer(t, { turn: { urls: TURN, secret: SECRET } });
    const first = await login();
    const again = await login({ key: first.key! });
    assert.equal(again.id, first.id);
    const [one, two] = [await first.next('ice'), await again.next('ice')].map(({ servers }) =>
      check(servers[0]!),
    );
    assert.notEqual(one!.tag, two!.tag);
    assert.ok(!first.id.includes(one!.tag));
  });

  test(
    'is told new credentials before the old ones expire, again and again, under the same name',
    { timeout: 20_000 },
    async (t) => {
      const ttl = 1000;
      const limits = { pingInterval: 200, pongTimeout: 100 };
      const { login } = await startServer(t, {
        iceServers: stun,
        turn: { urls: [TURN], secret: SECRET, ttl },
        limits,
      });
      const client = await login();
      let last: Credentials | undefined;
      for (let round = 0; round < 4; round++) {
        const { servers } = await client.next('ice');
        assert.deepEqual(servers[0], stun[0]);
        const now = Date.now();
        const { expiry, tag } = check(servers[1]!);
        assert.ok(expiry > now, `${expiry - now} ms of life`);
        if (last) {
          assert.ok(now < last.expiry, `${now - last.expiry} ms after the old ones had expired`);
          assert.equal(tag, last.tag);
        }
        last = { expiry, tag };
      }
    },
  );

  test('hears of servers that are always the same once', async (t) => {
    const { login } = await startServer(t, { iceServers: stun, limits: { pingInterval: 20 } });
    const client = await login();
    await client.next('ice');
    for (let i = 0; i < 5; i++) {
      assert.equal((await client.any('ping', 'ice')).type, 'ping');
      await client.barrier();
    }
  });

  test('costs the server no timer of its own', async (t) => {
    const { login } = await startServer(t, { turn: { urls: TURN, secret: SECRET } });
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    await (await login()).next('ice');
    const before = timers();
    const clients = await Promise.all(Array.from({ length: 20 }, () => login()));
    await Promise.all(clients.map((client) => client.next('ice')));
    assert.ok(timers() < before + clients.length, `${timers() - before} more`);
  });
});
