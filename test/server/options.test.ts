import assert from 'node:assert/strict';
import { createServer as createNetServer } from 'node:net';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { SignalingServer } from '../../server/index.js';
import { TokenBucket, readLimits } from '../../server/limits.js';
import { startServer } from './client.js';

const create = (options: object): SignalingServer => new SignalingServer(options);

test('every wrong option is named', () => {
  const server = createServer();
  const wrong: [object, ErrorConstructor, RegExp][] = [
    [{ prot: 1 }, TypeError, /Unknown option: prot/],
    [{ ['__proto__x']: 1 }, TypeError, /Unknown option: __proto__x/],
    [{ toString: 1 }, TypeError, /Unknown option: toString/],
    [{ port: '8080' }, TypeError, /port must be an integer from 0 to 65535, not "8080"/],
    [{ port: null }, TypeError, /port .* not null/],
    [{ port: 65_536 }, RangeError, /port/],
    [{ port: -1 }, RangeError, /port/],
    [{ port: 1.5 }, RangeError, /port/],
    [{ port: NaN }, RangeError, /port/],
    [{ host: 1 }, TypeError, /host must be a string/],
    [{ host: '' }, RangeError, /host must not be empty/],
    [{ path: 'signal' }, RangeError, /path must be like/],
    [{ path: '/a?b' }, RangeError, /path/],
    [{ path: '/a#b' }, RangeError, /path/],
    [{ path: '/a b' }, RangeError, /path/],
    [{ path: [] }, TypeError, /path .* not an array/],
    [{ server: {} }, TypeError, /server must be an http, https or ws server, not an object/],
    [{ server: null }, TypeError, /server/],
    [{ server: createNetServer() }, TypeError, /server/],
    [{ server: 'http://localhost' }, TypeError, /server/],
    [{ server, port: 0 }, TypeError, /port and server exclude each other/],
    [{ server, host: 'localhost' }, TypeError, /host and server/],
    [{ server, static: ['.'] }, TypeError, /static and server/],
    [{ allowedOrigins: 'https://a.example' }, TypeError, /allowedOrigins must be an array/],
    [{ allowedOrigins: [1] }, TypeError, /allowedOrigins/],
    [{ allowedOrigins: [''] }, RangeError, /allowedOrigins/],
    [{ allowedOrigins: ['https://a.example/'] }, RangeError, /allowedOrigins has "https:\/\/a.example\/"/],
    [{ allowedOrigins: ['https://A.example'] }, RangeError, /allowedOrigins/],
    [{ allowedOrigins: ['https://a.example:443'] }, RangeError, /allowedOrigins/],
    [{ allowedOrigins: ['a.example'] }, RangeError, /allowedOrigins/],
    [{ allowedOrigins: ['*'] }, RangeError, /allowedOrigins/],
    [{ allowedOrigins: ['https://*.example'] }, RangeError, /allowedOrigins/],
    [{ trustProxy: 'yes' }, TypeError, /trustProxy/],
    [{ trustProxy: -1 }, RangeError, /trustProxy/],
    [{ static: '.' }, TypeError, /static must be an array/],
    [{ static: true }, TypeError, /static/],
    [{ static: [1] }, TypeError, /static/],
    [{ server, https: { cert: '', key: '' } }, TypeError, /https and server/],
    [{ server, metrics: true }, TypeError, /metrics and server/],
    [{ https: true }, TypeError, /https must be an object, not true/],
    [{ https: { cert: 'x' } }, TypeError, /https.key must be a string or a Buffer with PEM in it/],
    [
      { https: { cert: 'x', key: 'my secret' } },
      RangeError,
      /^(?!.*my secret).*https.cert and https.key must be/,
    ],
    [{ https: { cert: 'x', key: 'x', ca: 'x' } }, TypeError, /Unknown option: https.ca/],
    [{ metrics: 'yes' }, TypeError, /metrics must be an object, not "yes"/],
    [{ metrics: { path: 'metrics' } }, RangeError, /metrics.path must be like/],
    [{ metrics: { token: 'a b' } }, TypeError, /^(?!.*a b).*metrics.token must be a string of printable/],
    [{ metrics: { tokn: 'a' } }, TypeError, /Unknown option: metrics.tokn/],
    [{ logger: {} }, TypeError, /logger .* debug is missing/],
    [{ logger: null }, TypeError, /logger/],
    [{ logger: { debug() {}, info() {}, warn() {} } }, TypeError, /error is missing/],
    [{ seatTimeout: '1' }, TypeError, /seatTimeout must be an integer from 0 to 3600000, not "1"/],
    [{ seatTimeout: -1 }, RangeError, /seatTimeout/],
    [{ seatTimeout: 3_600_001 }, RangeError, /seatTimeout/],
    [{ limits: 5 }, TypeError, /limits must be an object/],
    [{ limits: { speed: 1 } }, TypeError, /Unknown option: limits.speed/],
    [{ redis: 5 }, TypeError, /redis must be an object, not 5/],
    [{ redis: '' }, RangeError, /redis is no URL: it must be like "redis:\/\/host:6379"/],
    [{ redis: 'http://host' }, RangeError, /redis .* "http:"/],
    [{ redis: 'redis://' }, RangeError, /redis/],
    [{ redis: 'redis://host/tea' }, RangeError, /database's number/],
    [{ redis: 'redis://host?x=1' }, RangeError, /nothing else/],
    [{ redis: { url: 'redis://host', uri: 1 } }, TypeError, /Unknown option: redis.uri/],
    [{ redis: { url: 7 } }, TypeError, /redis.url must be a string, not 7/],
    [{ redis: {} }, TypeError, /redis.url/],
    [{ redis: { url: 'redis://host', prefix: '{a}' } }, RangeError, /redis.prefix/],
    [{ redis: { url: 'redis://host', prefix: 1 } }, TypeError, /redis.prefix/],
    [{ redis: { url: 'redis://host', lease: 10 } }, RangeError, /redis.lease/],
    [{ limits: { maxRooms: 1 } }, TypeError, /Unknown option: limits.maxRooms/],
  ];
  for (const [options, type, message] of wrong) {
    assert.throws(
      () => create(options),
      (error) => error instanceof type && message.test(error.message),
      message.source,
    );
  }
  for (const options of [null, [], 'x', 5]) {
    assert.throws(() => create(options as unknown as object), /options must be an object/);
  }
  assert.equal(server.listenerCount('upgrade'), 0, 'nothing was attached to');
});

test('every limit is checked, and completed', () => {
  for (const name of Object.keys(readLimits())) {
    const one = (value: unknown) => () => readLimits({ [name]: value });
    assert.throws(one('5'), new RegExp(`limits.${name} must be an integer`));
    assert.throws(one('5'), TypeError);
    for (const value of [0, -1, 1.5, Infinity, 2 ** 32]) assert.throws(one(value), RangeError);
    assert.equal((readLimits({ [name]: 7 }) as unknown as Record<string, number>)[name], 7);
    assert.deepEqual(readLimits({ [name]: undefined }), readLimits());
  }
  assert.deepEqual(readLimits(), {
    connections: 10_000,
    connectionsPerAddress: 50,
    upgradesPerSecond: 500,
    upgradeBurst: 1000,
    loginTimeout: 5000,
    payload: 65_536,
    controlPayload: 4096,
    fragments: 16,
    bufferedChunks: 1024,
    messagesPerSecond: 20,
    messageBurst: 600,
    relayBytesPerSecond: 65_536,
    relayBurst: 262_144,
    budgetTimeout: 10_000,
    bufferStop: 262_144,
    bufferClose: 1_048_576,
    authorizeTimeout: 5000,
    bufferTimeout: 10_000,
    roomsPerConnection: 16,
    membersPerRoom: 32,
    failedJoinsPerMinute: 10,
    pingInterval: 25_000,
    pongTimeout: 10_000,
  });
});

test('no password of a wrong redis URL is shown', () => {
  for (const redis of [
    'redis://:geheim@',
    'http://:geheim@host',
    'redis://:geheim@host/tea',
    ':geheim@host',
  ]) {
    assert.throws(
      () => create({ redis }),
      (error: Error) => error instanceof RangeError && !error.message.includes('geheim'),
    );
  }
});

test('what is right is taken', () => {
  create({});
  new SignalingServer();
  create({ port: undefined, host: undefined, server: undefined, static: false, trustProxy: false });
  create({ seatTimeout: 0 });
  create({ allowedOrigins: ['null', 'https://a.example', 'http://[::1]:8080', 'app://x'] });
});

test('the socket is set up with the limits', () => {
  const { socket } = create({
    limits: { payload: 1000, controlPayload: 10, fragments: 3, bufferedChunks: 5 },
  });
  const { maxPayload, maxFragments, maxBufferedChunks, perMessageDeflate } = socket.options;
  assert.deepEqual(
    { maxPayload, maxFragments, maxBufferedChunks, perMessageDeflate },
    { maxPayload: 1037, maxFragments: 3, maxBufferedChunks: 5, perMessageDeflate: false },
  );
});

test('a bucket lets a burst through, then its rate, and takes what is larger than itself when full', () => {
  const bucket = new TokenBucket(10, 5, 0);
  for (let i = 0; i < 5; i++) {
    assert.equal(bucket.wait(1, 0), 0);
    bucket.spend(1);
  }
  assert.equal(bucket.wait(1, 0), 100);
  assert.equal(bucket.wait(1, 60), 40);
  assert.equal(bucket.wait(1, 100), 0);
  assert.equal(bucket.wait(50, 10_000), 0);
  bucket.spend(50);
  assert.equal(bucket.wait(1, 10_000), 4600);
});

test('a logger hears of the server, and of nobody in particular', async (t) => {
  const lines: string[] = [];
  const log =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const { server, login } = await startServer(t, { logger, path: '/x' });
  const client = await login();
  server.server?.emit('error', new Error('too many open files'));
  await server.close();
  assert.ok(lines.some((line) => line.startsWith('info closed {"logins":1,"messages":0,')));
  assert.ok(lines.some((line) => line.startsWith('error server error')));
  assert.ok(lines.includes('debug connection closed {"code":1012}'));
  assert.ok(!lines.some((line) => line.includes(client.id)));
});
