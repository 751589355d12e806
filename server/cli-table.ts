/** Every option of the command, once: its flag, its variable, its key in a file, its help and its place in the docs. */
import { DEFAULT_PATH } from '../src/protocol.js';
import {
  readInteger,
  readJson,
  readList,
  readNumbers,
  readOneOf,
  readProxies,
  readSecret,
  readSwitch,
  readText,
  type Reader,
} from './cli-values.js';
import { DEFAULT_LEASE, DEFAULT_PREFIX } from './cluster/settings.js';
import { DEFAULT_TURN_TTL } from './ice-options.js';
import { DEFAULT_METRICS_PATH, DEFAULT_PORT, DEFAULT_SEAT_TIMEOUT } from './options.js';

export interface Row {
  readonly flag: string;
  /** What stands for the value in the help; a switch has none. */
  readonly value?: string;
  readonly read: Reader;
  /** The default, in words. */
  readonly fallback: string;
  readonly meaning: string;
  /** Where in the server's options it goes; the command's own have none. */
  readonly option?: readonly [string, string?];
  /** What repeated flags, or a file and a flag, add up to; else the last one, of the first source, counts. */
  readonly repeats?: 'list' | 'object';
  /** May also be in a file, and is never shown. */
  readonly secret?: true;
}

export const LOG_LEVELS: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
export const DEFAULT_LOG_LEVEL = 'warn';
/** Milliseconds. */
export const DEFAULT_DRAIN = 30_000;

export const ROWS: readonly Row[] = [
  {
    flag: 'port',
    value: 'N',
    read: readInteger,
    fallback: String(DEFAULT_PORT),
    meaning: 'port to listen on, 0 = any free one',
    option: ['port'],
  },
  {
    flag: 'host',
    value: 'ADDRESS',
    read: readText,
    fallback: 'every interface',
    meaning: 'address to listen on',
    option: ['host'],
  },
  {
    flag: 'path',
    value: 'PATH',
    read: readText,
    fallback: DEFAULT_PATH,
    meaning: 'path of the signalling, / = any',
    option: ['path'],
  },
  {
    flag: 'origin',
    value: 'ORIGIN',
    read: readList,
    fallback: 'any',
    meaning: "a page's origin that may connect, like https://example.org",
    option: ['allowedOrigins'],
    repeats: 'list',
  },
  {
    flag: 'static',
    value: 'DIR',
    read: readList,
    fallback: 'none',
    meaning: 'serve this directory too, before the demo',
    option: ['static'],
    repeats: 'list',
  },
  {
    flag: 'https',
    read: readSwitch,
    fallback: 'off',
    meaning: 'speak https and wss; without --cert with a certificate that is made on the spot, for trying',
  },
  {
    flag: 'cert',
    value: 'FILE',
    read: readText,
    fallback: 'none',
    meaning: 'chain of certificates, PEM; read again on SIGHUP',
  },
  {
    flag: 'key',
    value: 'FILE',
    read: readText,
    fallback: 'none',
    meaning: 'private key of the first of them, PEM; read again on SIGHUP',
  },
  {
    flag: 'trust-proxy',
    value: 'N',
    read: readProxies,
    fallback: '0',
    meaning: 'how many proxies of yours stand before it, true = 1: their X-Forwarded- headers count',
    option: ['trustProxy'],
  },
  {
    flag: 'seat-timeout',
    value: 'MS',
    read: readInteger,
    fallback: String(DEFAULT_SEAT_TIMEOUT),
    meaning: 'how long a seat waits for who lost its connection, 0 = not at all',
    option: ['seatTimeout'],
  },
  {
    flag: 'redis',
    value: 'URL',
    read: readSecret,
    fallback: 'none',
    meaning: 'share rooms with the other servers at this Redis',
    option: ['redis', 'url'],
    secret: true,
  },
  {
    flag: 'redis-prefix',
    value: 'TEXT',
    read: readText,
    fallback: DEFAULT_PREFIX,
    meaning: 'what begins every key and channel there: servers with the same one act as one',
    option: ['redis', 'prefix'],
  },
  {
    flag: 'redis-lease',
    value: 'MS',
    read: readInteger,
    fallback: String(DEFAULT_LEASE),
    meaning: 'how long the members of a process that died stay',
    option: ['redis', 'lease'],
  },
  {
    flag: 'limits',
    value: 'NAME=N',
    read: readNumbers,
    fallback: 'see below',
    meaning: 'what one client may cost',
    option: ['limits'],
    repeats: 'object',
  },
  {
    flag: 'peer-timeout',
    value: 'MS',
    read: readInteger,
    fallback: '0',
    meaning: 'how long somebody may be alone in a room of two, 0 = as long as it likes',
    option: ['peerTimeout'],
  },
  {
    flag: 'token-secret',
    value: 'TEXT',
    read: readSecret,
    fallback: 'none',
    meaning: 'who joins needs a token (JWT) of your back-end, signed with this shared secret',
    option: ['tokens', 'secret'],
    secret: true,
  },
  {
    flag: 'token-public-key',
    value: 'FILE',
    read: readText,
    fallback: 'none',
    meaning: 'the same, signed with the private half of this key, PEM',
    option: ['tokens', 'publicKey'],
  },
  {
    flag: 'token-jwks-url',
    value: 'URL',
    read: readText,
    fallback: 'none',
    meaning: 'the same, signed with one of the keys that are told there',
    option: ['tokens', 'jwksUrl'],
  },
  {
    flag: 'token-issuer',
    value: 'TEXT',
    read: readList,
    fallback: 'any',
    meaning: 'what iss has to be',
    option: ['tokens', 'issuer'],
    repeats: 'list',
  },
  {
    flag: 'token-audience',
    value: 'TEXT',
    read: readList,
    fallback: 'any',
    meaning: 'what aud has to name',
    option: ['tokens', 'audience'],
    repeats: 'list',
  },
  {
    flag: 'token-required',
    read: readSwitch,
    fallback: 'on',
    meaning: 'with --no-token-required a token gives a role, and who has none comes in too',
    option: ['tokens', 'required'],
  },
  {
    flag: 'ice-servers',
    value: 'JSON',
    read: readJson,
    fallback: 'none',
    meaning: 'STUN and TURN servers for pages that name none, as RTCPeerConnection takes them',
    option: ['iceServers'],
    secret: true,
  },
  {
    flag: 'turn-urls',
    value: 'URL',
    read: readList,
    fallback: 'none',
    meaning: 'a TURN server for which pages are given credentials that expire',
    option: ['turn', 'urls'],
    repeats: 'list',
  },
  {
    flag: 'turn-secret',
    value: 'TEXT',
    read: readSecret,
    fallback: 'none',
    meaning: 'what it was given as well (coturn: static-auth-secret)',
    option: ['turn', 'secret'],
    secret: true,
  },
  {
    flag: 'turn-ttl',
    value: 'MS',
    read: readInteger,
    fallback: String(DEFAULT_TURN_TTL),
    meaning: 'how long such a credential is good for',
    option: ['turn', 'ttl'],
  },
  {
    flag: 'metrics',
    read: readSwitch,
    fallback: 'on',
    meaning:
      'tell Prometheus what is counted: who asks from this machine or a private network, and not through a proxy',
    option: ['metrics'],
  },
  {
    flag: 'metrics-path',
    value: 'PATH',
    read: readText,
    fallback: DEFAULT_METRICS_PATH,
    meaning: 'where',
    option: ['metrics', 'path'],
  },
  {
    flag: 'metrics-token',
    value: 'TEXT',
    read: readSecret,
    fallback: 'none',
    meaning: 'tell whoever shows this as a bearer token, and nobody else',
    option: ['metrics', 'token'],
    secret: true,
  },
  {
    flag: 'drain',
    value: 'MS',
    read: readInteger,
    fallback: String(DEFAULT_DRAIN),
    meaning: 'how long clients have to go elsewhere after SIGTERM, 0 = none',
  },
  {
    flag: 'log-level',
    value: 'LEVEL',
    read: readOneOf(LOG_LEVELS),
    fallback: DEFAULT_LOG_LEVEL,
    meaning: `JSON lines on standard error: ${LOG_LEVELS.join(' ')}`,
  },
];

/** One way to give an option: itself, or for a secret the file it is in. */
export interface Way {
  readonly row: Row;
  readonly flag: string;
  readonly variable: string;
  /** In a configuration file. */
  readonly key: string;
  readonly value: string | undefined;
  /** The value is the name of a file that has it. */
  readonly inFile: boolean;
}

const way = (row: Row, flag: string, value: string | undefined, inFile: boolean): Way => ({
  row,
  flag,
  variable: variableOf(flag),
  key: flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
  value,
  inFile,
});

export const variableOf = (flag: string): string =>
  `PEER_ELEMENTS_${flag.toUpperCase().replaceAll('-', '_')}`;

export const WAYS: readonly Way[] = ROWS.flatMap((row) => [
  way(row, row.flag, row.value, false),
  ...(row.secret ? [way(row, `${row.flag}-file`, 'FILE', true)] : []),
]);
