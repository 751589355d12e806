import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { helpText } from '../../server/cli-help.js';
import { UsageError, readCommand, type CliSettings } from '../../server/cli-options.js';
import { ROWS, WAYS } from '../../server/cli-table.js';
import { readLimits } from '../../server/limits.js';
import { readOptions } from '../../server/options.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'peer-elements-'));
after(() => rmSync(directory, { recursive: true }));

const file = (name: string, content: unknown): string => {
  const path = join(directory, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

function read(args: string[], env: Record<string, string> = {}): CliSettings {
  const command = readCommand(args, env);
  assert.equal(command.run, 'serve');
  return command.settings;
}

function complaint(args: string[], env: Record<string, string> = {}): string {
  try {
    readCommand(args, env);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    assert.ok(!error.message.includes('\n'), error.message);
    return error.message;
  }
  return assert.fail(`nothing wrong with ${args.join(' ')} ${JSON.stringify(env)}`);
}

test('every wrong value is named, with where it was found', () => {
  const wrong: [string[], RegExp][] = [
    [['extra'], /^Unexpected argument 'extra'/],
    [['--bogus'], /^Unknown option '--bogus'/],
    [['--no-port'], /^Unknown option '--no-port'/],
    [['--port'], /--port/],
    [['--port', 'http'], /^--port must be a whole number, not "http"$/],
    [['--port', '8e3'], /^--port must be a whole number/],
    [['--port', '70000'], /^--port: port must be an integer from 0 to 65535, not 70000$/],
    [['--port=-1'], /^--port: port must be/],
    [['--port', ''], /^--port must be a whole number, not ""$/],
    [['--path', 'signal'], /^--path: path must be like/],
    [['--origin', 'a.example'], /^--origin: allowedOrigins has "a.example"/],
    [['--host', ''], /^--host: host must not be empty/],
    [['--static', '/does/not/exist'], /^--static: there is no directory "\/does\/not\/exist"$/],
    [['--seat-timeout', '10s'], /^--seat-timeout must be a whole number, not "10s"$/],
    [['--seat-timeout', '999999999'], /^--seat-timeout: seatTimeout must be an integer from 0 to 3600000/],
    [['--trust-proxy', 'yes'], /^--trust-proxy must be true, false or a number of proxies, not "yes"$/],
    [['--trust-proxy', '99'], /^--trust-proxy: trustProxy must be/],
    [['--limits', 'payload'], /^--limits must be like "connections=500,payload=1000", not "payload"$/],
    [['--limits', 'payload=x'], /^--limits must be like/],
    [['--limits', 'speed=1'], /^--limits: Unknown option: limits.speed$/],
    [['--limits', '__proto__=1'], /^--limits: Unknown option: limits.__proto__$/],
    [['--limits', 'payload=1,fragments=0'], /^--limits: limits.fragments must be an integer from 1/],
    [['--metrics-path', 'm'], /^--metrics-path: metrics.path must be like/],
    [['--peer-timeout', '-1'], /--peer-timeout/],
    [['--token-issuer', 'me'], /^--token-issuer: tokens must have exactly one of/],
    [
      ['--token-secret', 'hush'],
      /^(?!.*hush)--token-secret: tokens.secret must have at least 32 bytes, not 4$/,
    ],
    [['--token-public-key', '/nowhere'], /^--token-public-key: .*\/nowhere/],
    [
      ['--turn-urls', 'http://x', '--turn-secret', 'hush'],
      /^--turn-urls, --turn-secret: turn.urls\[0\] must be like/,
    ],
    [['--turn-secret', 'hush'], /^(?!.*hush)--turn-secret: turn.urls must be/],
    [['--ice-servers', '[{hush}]'], /^--ice-servers must be JSON$/],
    [
      ['--ice-servers', '[{"urls":"turn:a.example","username":"u","credential":5}]'],
      /^--ice-servers: iceServers\[0\].credential/,
    ],
    [['--drain', '3600001'], /^--drain must be a number of milliseconds from 0 to 3600000, not 3600001$/],
    [['--log-level', 'loud'], /^--log-level must be one of .*, not "loud"$/],
    [['--cert', 'x'], /^--cert: cert and key need each other$/],
    [['--key', 'x', '--https'], /^--key: cert and key need each other$/],
    [['--cert', 'x', '--key', 'x', '--no-https'], /^--https: there is --cert too/],
    [['--config', '/does/not/exist'], /^--config: cannot read "\/does\/not\/exist" \(ENOENT\)$/],
    [['--help=yes'], /--help/],
  ];
  for (const [args, message] of wrong) assert.match(complaint(args), message, args.join(' '));
  const variables: [Record<string, string>, RegExp][] = [
    [{ PEER_ELEMENTS_PORT: 'tcp://10.0.0.1:80' }, /^PEER_ELEMENTS_PORT must be a whole number, not "tcp:/],
    [{ PEER_ELEMENTS_HTTPS: 'yes' }, /^PEER_ELEMENTS_HTTPS must be true or false, not "yes"$/],
    [{ PEER_ELEMENTS_LIMITS: 'payload=0' }, /^PEER_ELEMENTS_LIMITS: limits.payload must be/],
    [{ PEER_ELEMENTS_CONFIG: '/nowhere' }, /^PEER_ELEMENTS_CONFIG: cannot read "\/nowhere"/],
    [{ PEER_ELEMENTS_METRICS_TOKEN_FILE: '/nowhere' }, /^PEER_ELEMENTS_METRICS_TOKEN_FILE: cannot read/],
  ];
  for (const [env, message] of variables) assert.match(complaint([], env), message);
  const inFile: [unknown, RegExp][] = [
    [{ port: '8080' }, /^port in .*\.json must be a whole number, not "8080"$/],
    [{ port: 1.5 }, /^port in .* must be a whole number, not 1.5$/],
    [{ seatTimeout: -1 }, /^seatTimeout in .*\.json: seatTimeout must be/],
    [{ 'seat-timeout': 1 }, /\.json: there is no option "seat-timeout"$/],
    [{ config: 'x' }, /there is no option "config"$/],
    [{ https: 'true' }, /^https in .* must be true or false, not "true"$/],
    [{ origin: [1] }, /^origin in .*: Each of allowedOrigins must be a string/],
    [{ origin: {} }, /^origin in .* must be a list of texts, not an object$/],
    [{ limits: [1] }, /^limits in .* must be an object, not an array$/],
    [{ limits: { payload: '5' } }, /^limits in .*: limits.payload must be an integer .*, not "5"$/],
    [{ metricsToken: 5 }, /^metricsToken in .* must be text, and not empty$/],
    [{ metricsTokenFile: 5 }, /^metricsTokenFile in .* must be the name of a file$/],
    ['{ port: 1 }', /wrong-\d+\.json is not JSON: all names in quotes/],
    ['[]', /must have one JSON object$/],
    ['null', /must have one JSON object$/],
  ];
  for (const [i, [content, message]] of inFile.entries()) {
    assert.match(complaint(['--config', file(`wrong-${i}.json`, content)]), message);
  }
});

test('a flag goes before a variable, a variable before the file, the file before the default', () => {
  const defaults = { metrics: true };
  const given = ({ options }: CliSettings): object => JSON.parse(JSON.stringify(options)) as object;
  const none = read([]);
  assert.deepEqual(given(none), defaults);
  assert.deepEqual([none.https, none.drain, none.logLevel, none.strange], [null, 30_000, 'warn', []]);
  const config = file('order.json', {
    port: 3,
    path: '/file',
    host: 'file.example',
    static: root,
    limits: { payload: 3, fragments: 3, messageBurst: 3 },
    logLevel: 'error',
    https: true,
  });
  const env = {
    PEER_ELEMENTS_CONFIG: config,
    PEER_ELEMENTS_PORT: '2',
    PEER_ELEMENTS_PATH: '/variable',
    PEER_ELEMENTS_LIMITS: 'payload=2,fragments=2',
    PEER_ELEMENTS_ORIGIN: 'https://a.example, null',
    PEER_ELEMENTS_TRUST_PROXY: 'true',
    PEER_ELEMENTS_SEAT_TIMEOUT: '0',
    PEER_ELEMENTS_HOST: '',
  };
  const flags = ['--port', '1', '--limits', 'payload=9', '--limits', 'payload=1', '--no-https'];
  const { options, https, logLevel } = read(flags, env);
  assert.equal(options.port, 1);
  assert.equal(options.path, '/variable');
  assert.equal(options.host, 'file.example', 'an empty variable is none');
  assert.deepEqual(options.limits, { payload: 1, fragments: 2, messageBurst: 3 });
  assert.deepEqual(options.allowedOrigins, ['https://a.example', 'null']);
  assert.equal(options.trustProxy, true);
  assert.equal(options.seatTimeout, 0);
  assert.deepEqual(options.static, [root]);
  assert.deepEqual([https, logLevel], [null, 'error']);
  assert.deepEqual(read(['--origin', 'https://a.example', '--origin', 'null']).options.allowedOrigins, [
    'https://a.example',
    'null',
  ]);
  assert.equal(read(['--config', config], { PEER_ELEMENTS_CONFIG: '/nowhere' }).https, 'self-signed');
});

test('metrics: on, off, somewhere else, for who has a token', () => {
  assert.equal(read(['--no-metrics']).options.metrics, false);
  assert.equal(read([], { PEER_ELEMENTS_METRICS: 'false' }).options.metrics, false);
  assert.deepEqual(read(['--metrics-path', '/m']).options.metrics, { path: '/m' });
  assert.deepEqual(read(['--metrics', '--metrics-token', 't']).options.metrics, { token: 't' });
  assert.equal(read(['--no-metrics', '--metrics-token', 't']).options.metrics, false);
});

test('tokens: by a secret, a key or a set of keys', () => {
  const secret = 'x'.repeat(32);
  const { options } = read(
    [
      '--token-secret-file',
      file('token-secret', `${secret}\n`),
      '--token-issuer',
      'me,you',
      '--no-token-required',
    ],
    { PEER_ELEMENTS_TOKEN_AUDIENCE: 'tea', PEER_ELEMENTS_PEER_TIMEOUT: '5000' },
  );
  assert.deepEqual(options.tokens, { secret, issuer: ['me', 'you'], audience: ['tea'], required: false });
  assert.equal(options.peerTimeout, 5000);
  assert.deepEqual(read(['--token-jwks-url', 'https://a.example/keys']).options.tokens, {
    jwksUrl: 'https://a.example/keys',
  });
});

test('ICE servers, and a TURN server with its secret', () => {
  const secret = file('turn-secret', 'hush\n');
  const args = ['--turn-urls', 'turn:a.example,turns:b.example', '--turn-ttl', '60000'];
  const { options } = read(args, { PEER_ELEMENTS_TURN_SECRET_FILE: secret });
  assert.deepEqual(options.turn, {
    urls: ['turn:a.example', 'turns:b.example'],
    secret: 'hush',
    ttl: 60_000,
  });
  const iceServers = [{ urls: 'stun:a.example' }];
  assert.deepEqual(read(['--ice-servers', JSON.stringify(iceServers)]).options.iceServers, iceServers);
  assert.deepEqual(read(['--config', file('ice.json', { iceServers })]).options.iceServers, iceServers);
});

test('a secret may be in a file, and is never said', () => {
  const secret = file('secret', 'top secret value\n');
  const [flag, variable, key] = [
    ['--metrics-token-file', secret],
    'PEER_ELEMENTS_METRICS_TOKEN',
    'metricsToken',
  ];
  const told = [
    complaint(flag),
    complaint([], { [variable]: 'top secret value' }),
    complaint([], { [`${variable}_FILE`]: secret }),
    complaint(['--config', file('secret.json', { [key]: 'top secret value' })]),
    complaint(['--config', file('broken.json', '{"metricsToken": "top secret value",}')]),
  ];
  for (const message of told) assert.doesNotMatch(message, /top|secret value/);
  assert.match(told[0] ?? '', /^--metrics-token-file: metrics.token must be/);
  assert.match(complaint([...flag, '--metrics-token', 'x']), /exclude each other$/);
  file('secret', 'good\n');
  assert.deepEqual(read(flag, { [variable]: 'lower' }).options.metrics, { token: 'good' });
});

test('the table has every option of the server, and nothing twice', () => {
  const known = new Set(ROWS.flatMap(({ option }) => option?.[0] ?? []));
  // What a program gives that no command line can, and what the command makes itself.
  const own = ['server', 'https', 'logger', 'authorize', 'validateCode', 'names'];
  const missing = Object.keys(optionNames()).filter((name) => !known.has(name) && !own.includes(name));
  assert.deepEqual(missing, []);
  for (const part of ['flag', 'variable', 'key'] as const) {
    assert.equal(new Set(WAYS.map((way) => way[part])).size, WAYS.length, part);
  }
});

/** Read from the one place that knows them: what is not among them is complained about. */
function optionNames(): Record<string, true> {
  const source = readFileSync(join(root, 'server/options.ts'), 'utf8');
  const names: readonly string[] = /const NAMES = \[([^\]]+)\]/.exec(source)?.[1]?.match(/\w+/g) ?? [];
  assert.ok(names.includes('port') && names.includes('limits'));
  for (const name of names) assert.doesNotThrow(() => readOptions({ [name]: undefined }));
  return Object.fromEntries(names.map((name) => [name, true]));
}

/** Cells of a Markdown table's line, without what only makes it look good. */
const cells = (line: string): string => line.replace(/\s*\|\s*/g, '|').trim();

test('the help and the documentation have every option', () => {
  const help = helpText();
  const docs = readFileSync(join(root, 'docs/server.md'), 'utf8').split('\n').map(cells);
  const missing: string[] = [];
  for (const { row, flag, value, variable, key, inFile } of WAYS) {
    const called = value === undefined ? `--${flag}` : `--${flag} ${value}`;
    assert.ok(help.includes(`  ${called}`), called);
    const meaning = inFile ? `the same, in a file` : row.meaning;
    const line = `|\`${called}\`|\`${variable}\`|\`${key}\`|${inFile ? '' : row.fallback}|${meaning}|`;
    if (!docs.includes(cells(line))) missing.push(line);
  }
  assert.deepEqual(missing, [], `missing in docs/server.md:\n${missing.join('\n')}`);
  for (const name of Object.keys(readLimits())) assert.ok(help.includes(`${name}=`), name);
});
