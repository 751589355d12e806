/** Each option of the command, given in each of the ways there are: as it should be, and as it must not be. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { UsageError, readCommand, type CliSettings } from '../../server/cli-options.js';
import { WAYS } from '../../server/cli-table.js';

const directory = mkdtempSync(join(tmpdir(), 'peer-elements-'));
after(() => rmSync(directory, { recursive: true }));

const file = (name: string, content: string): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
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
    return error.message;
  }
  return assert.fail(`nothing wrong with ${args.join(' ')} ${JSON.stringify(env)}`);
}

const TOKEN_SECRET = 'north wind north wind north wind north';
const { publicKey } = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const keyFile = file('key.pem', publicKey);
const ice = [{ urls: 'stun:a.example' }];

/** By flag: as text, as JSON where that is not the same text, and what it cannot be without. */
const RIGHT: Record<string, readonly [string, unknown?, (readonly string[])?]> = {
  port: ['81', 81],
  host: ['127.0.0.1'],
  path: ['/here'],
  origin: ['https://a.example,null', ['https://a.example', 'null']],
  static: [directory],
  https: ['true', true],
  cert: ['a.pem', undefined, ['key']],
  key: ['b.pem', undefined, ['cert']],
  'trust-proxy': ['2', 2],
  'seat-timeout': ['5', 5],
  redis: ['redis://a.example'],
  'redis-file': [file('redis', 'redis://a.example')],
  'redis-prefix': ['tea:', undefined, ['redis']],
  'redis-lease': ['3000', 3000, ['redis']],
  limits: ['payload=5', { payload: 5 }],
  'peer-timeout': ['6', 6],
  'token-secret': [TOKEN_SECRET],
  'token-secret-file': [file('token-secret', TOKEN_SECRET)],
  'token-public-key': [keyFile],
  'token-jwks-url': ['https://a.example/keys'],
  'token-issuer': ['me', undefined, ['token-secret']],
  'token-audience': ['tea', undefined, ['token-secret']],
  'token-required': ['false', false, ['token-secret']],
  'ice-servers': [JSON.stringify(ice), ice],
  'ice-servers-file': [file('ice', JSON.stringify(ice))],
  'turn-urls': ['turn:a.example', undefined, ['turn-secret']],
  'turn-secret': ['hush', undefined, ['turn-urls']],
  'turn-secret-file': [file('turn-secret', 'hush'), undefined, ['turn-urls']],
  'turn-ttl': ['60000', 60_000, ['turn-urls', 'turn-secret']],
  metrics: ['false', false],
  'metrics-path': ['/m'],
  'metrics-token': ['t'],
  'metrics-token-file': [file('metrics-token', 't')],
  drain: ['7', 7],
  'log-level': ['info'],
};

/** Wrong, whether it is text or JSON. */
const WRONG: Record<string, string> = {
  port: 'http',
  path: 'signal',
  origin: 'a.example',
  static: '/nowhere',
  https: 'yes',
  cert: '/nowhere',
  key: '/nowhere',
  'trust-proxy': 'yes',
  'seat-timeout': '10s',
  redis: 'http://geheim@a.example',
  'redis-file': '/nowhere',
  'redis-prefix': '{tea}',
  'redis-lease': 'long',
  limits: 'payload',
  'peer-timeout': '1m',
  'token-secret': 'geheim',
  'token-secret-file': '/nowhere',
  'token-public-key': '/nowhere',
  'token-jwks-url': 'a.example',
  'token-issuer': 'me',
  'token-audience': 'tea',
  'token-required': 'no',
  'ice-servers': '{geheim}',
  'ice-servers-file': '/nowhere',
  'turn-urls': 'a.example',
  'turn-secret': 'geheim',
  'turn-secret-file': '/nowhere',
  'turn-ttl': '1h',
  metrics: 'off',
  'metrics-path': 'm',
  'metrics-token': 'geh eim',
  'metrics-token-file': '/nowhere',
  drain: 'soon',
  'log-level': 'loud',
};
/** Any text may be the name of one; that there is none is told when it is to be listened on. */
const NEVER_WRONG = ['host'];

const rowOf = (flag: string): (typeof WAYS)[number] => WAYS.find((way) => way.flag === flag)!;
/** A switch has no value on a command line. */
const asFlag = (flag: string, text: string): string =>
  rowOf(flag).value !== undefined ? `--${flag}=${text}` : text === 'false' ? `--no-${flag}` : `--${flag}`;

test('every option is taken as a flag, a variable and a key in a file alike', () => {
  assert.deepEqual(Object.keys(RIGHT).sort(), WAYS.map(({ flag }) => flag).sort());
  const none = JSON.stringify(read([]));
  for (const [flag, [, , beside = []]] of Object.entries(RIGHT)) {
    const flags = [flag, ...beside];
    const text = (name: string): string => RIGHT[name]![0];
    const variables = flags.map((name): [string, string] => [rowOf(name).variable, text(name)]);
    const keys = flags.map((name): [string, unknown] => [rowOf(name).key, RIGHT[name]![1] ?? text(name)]);
    const config = file(`right-${flag}.json`, JSON.stringify(Object.fromEntries(keys)));
    // Of a certificate it is also remembered which of them named it.
    const settle = (settings: CliSettings): string =>
      JSON.stringify(settings).replace(/"where":"[^"]*"/g, '');
    const byFlag = settle(read(flags.map((name) => asFlag(name, text(name)))));
    assert.equal(settle(read([], Object.fromEntries(variables))), byFlag, rowOf(flag).variable);
    assert.equal(settle(read(['--config', config])), byFlag, `${rowOf(flag).key} in a file`);
    assert.notEqual(byFlag, none, flag);
  }
});

test('every option that is wrong is named, as a flag, a variable and a key in a file', () => {
  assert.deepEqual([...Object.keys(WRONG), ...NEVER_WRONG].sort(), WAYS.map(({ flag }) => flag).sort());
  for (const [flag, value] of Object.entries(WRONG)) {
    const { variable, key } = rowOf(flag);
    const config = file(`wrong-${flag}.json`, JSON.stringify({ [key]: value }));
    const told: [string, string][] = [
      [`--${flag}`, complaint([`--${flag}=${value}`])],
      [variable, complaint([], { [variable]: value })],
      [`${key} in ${config}`, complaint(['--config', config])],
    ];
    for (const [where, message] of told) {
      assert.ok(message.includes(where), `${where}: ${message}`);
      assert.doesNotMatch(message, /\n|geh ?eim/, where);
    }
  }
});
