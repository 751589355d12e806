/** What a SignalingServer can be told, and the checks that name whatever is wrong with it. */
import { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { WebSocketServer } from 'ws';
import { DEFAULT_PATH } from '../src/protocol.js';
import type { AccessSettings, Authorize, ValidateCode } from './access.js';
import { readIce, type IceServerOptions, type IceSettings, type TurnOptions } from './ice-options.js';
import { readRedis, type RedisOptions, type RedisSettings } from './cluster/settings.js';
import { HOUR, fields, integer, readLimits, show, type Limits } from './limits.js';
import { LOG_METHODS, silent, type Logger } from './log.js';
import { readTokens, type TokenOptions } from './token-options.js';

export interface HttpsOptions {
  /** Chain of certificates, PEM, the server's own first. */
  readonly cert: string | Buffer;
  /** Private key of the first, PEM, not encrypted. */
  readonly key: string | Buffer;
}

export interface MetricsOptions {
  /** Default `/metrics`. */
  readonly path?: string | undefined;
  /** Who reads sends it as `Authorization: Bearer …`. Default: none, and only near readers are let in. */
  readonly token?: string | undefined;
}

export interface MetricsSettings {
  readonly path: string;
  readonly token: string | undefined;
}

export interface SignalingServerOptions {
  /** Port of a server of its own; 0 = any free one. Default 8080. Not together with `server`. */
  port?: number | undefined;
  /** Address to listen on. Default: every interface. Not together with `server`. */
  host?: string | undefined;
  /**
   * Path of the WebSocket endpoint, compared exactly; `/` = any path. Default `/signal`. With a borrowed
   * WebSocketServer it counts only when given: that server has a path of its own.
   */
  path?: string | undefined;
  /**
   * A server to live in instead of a port: only upgrades (or connections) on `path` are taken from it, and it
   * is never closed. A borrowed WebSocketServer keeps its own frame limits: give it `maxPayload`.
   */
  server?: HttpServer | HttpsServer | WebSocketServer | undefined;
  /**
   * Origins of pages that may connect, `scheme://host[:port]`, compared as strings. Default: any. A request
   * without an Origin header does not come from a page and is let in: the list keeps pages out, not programs.
   */
  allowedOrigins?: readonly string[] | undefined;
  /**
   * Number of reverse proxies in front (true = 1) whose X-Forwarded-For and X-Forwarded-Host count: the entry
   * which the outermost of them wrote. Those in front of it are the client's own claim. Default false.
   */
  trustProxy?: boolean | number | undefined;
  /**
   * Certificate and private key, PEM, of a server of its own that speaks https and wss. Default: http. To change
   * them later: `setSecureContext()` of the member `server`. Not together with `server`.
   */
  https?: HttpsOptions | undefined;
  /** Directories served over HTTP, the first that has the file wins. Default false. Not with `server`. */
  static?: readonly string[] | false | undefined;
  /**
   * Whether a server of its own tells Prometheus what it counts: true = at `/metrics`, for who asks from this machine
   * or a private network and not through a proxy; with a `token`, for whoever shows it as a bearer. Default false.
   */
  metrics?: boolean | MetricsOptions | undefined;
  /** Pino or anything with its debug, info, warn and error. Default: silent. Gets no ids and no room names. */
  logger?: Logger | undefined;
  /**
   * How long the seats of a client that lost its connection wait for it, milliseconds: if it is back in time, the
   * others see neither leave nor join. Default 10 000; 0 = not at all.
   */
  seatTimeout?: number | undefined;
  /** Asked about every join, rejoins included. Default: everybody may come in. See `Decision` for what it answers. */
  authorize?: Authorize | undefined;
  /** Which names rooms, and which codes pairs, may have. Default: any. */
  validateCode?: ValidateCode | undefined;
  /**
   * Whether pages show the names of rooms, which they otherwise keep to themselves. Default: where there is
   * `authorize` or `validateCode`. False for an `authorize` that does not look at `room`.
   */
  names?: boolean | undefined;
  /** Tokens of the site's own back-end, without which nobody comes in. Default: none are asked for. */
  tokens?: TokenOptions | undefined;
  /**
   * How long somebody may be alone in a room of capacity two, as every pair is, milliseconds; then it is put out with
   * `timeout`. Default 0 = as long as it likes.
   */
  peerTimeout?: number | undefined;
  /**
   * STUN and TURN servers that pages use to find a direct path, where they name none themselves. Default: none, so that
   * nobody else is contacted. At most 16 addresses, those of `turn` included.
   */
  iceServers?: readonly IceServerOptions[] | undefined;
  /** A TURN server for which this one makes every page credentials that expire, and new ones in time. */
  turn?: TurnOptions | undefined;
  limits?: Partial<Limits> | undefined;
  /**
   * Servers that are given the same Redis act as one, on however many machines: rooms, seats and who is in them are
   * shared, and members of one room may be connected to any of them. Its URL, or that and more. Default: none.
   */
  redis?: string | RedisOptions | undefined;
}

export interface Settings {
  readonly port: number;
  readonly host: string | undefined;
  readonly path: string;
  readonly httpServer: HttpServer | HttpsServer | undefined;
  readonly wsServer: WebSocketServer | undefined;
  readonly allowedOrigins: ReadonlySet<string> | undefined;
  /** Proxies in front. */
  readonly proxies: number;
  readonly https: HttpsOptions | null;
  readonly static: readonly string[];
  readonly metrics: MetricsSettings | null;
  readonly logger: Logger;
  /** Milliseconds. */
  readonly seatTimeout: number;
  /** Null where everybody may come in. */
  readonly access: AccessSettings | null;
  /** Milliseconds; 0 = none. */
  readonly peerTimeout: number;
  readonly ice: IceSettings;
  readonly limits: Limits;
  readonly redis: RedisSettings | undefined;
}

const NAMES = [
  'port',
  'host',
  'path',
  'server',
  'allowedOrigins',
  'trustProxy',
  'https',
  'static',
  'metrics',
  'logger',
  'seatTimeout',
  'authorize',
  'validateCode',
  'names',
  'tokens',
  'peerTimeout',
  'iceServers',
  'turn',
  'limits',
  'redis',
] as const satisfies (keyof SignalingServerOptions)[];

export const DEFAULT_PORT = 8080;
export const DEFAULT_METRICS_PATH = '/metrics';
export const DEFAULT_SEAT_TIMEOUT = 10_000;

function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string, not ${show(value)}`);
  if (value === '') throw new RangeError(`${name} must not be empty`);
  return value;
}

function list(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new TypeError(`${name} must be an array of strings, not ${show(value)}`);
  return value.map((entry) => text(`Each of ${name}`, entry));
}

function readPath(value: unknown, name = 'path'): string {
  const path = text(name, value);
  if (!/^\/[^?#\s]*$/.test(path)) throw new RangeError(`${name} must be like "/signal", not ${show(value)}`);
  return path;
}

/** What a browser would send for this origin, or a complaint: an entry that can never match is a mistake. */
function checkOrigin(origin: string): string {
  const wellFormed = origin === 'null' || /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@*]+$/.test(origin);
  const web = /^https?:/.test(origin);
  if (!wellFormed || (web && (!URL.canParse(origin) || new URL(origin).origin !== origin))) {
    const hint = 'write it as a browser does, like "https://example.org"';
    throw new RangeError(`allowedOrigins has ${show(origin)}, which no page sends: ${hint}`);
  }
  return origin;
}

function readProxies(value: unknown): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return integer('trustProxy', value, 0, 16);
  throw new TypeError(`trustProxy must be a boolean or a number of proxies, not ${show(value)}`);
}

function readHttps(value: unknown): HttpsOptions | null {
  if (value === undefined) return null;
  const { cert, key } = fields('https', value, ['cert', 'key']);
  for (const [name, pem] of Object.entries({ cert, key })) {
    // Never shown: one of them is secret, and they are easily mixed up.
    if (typeof pem === 'string' || Buffer.isBuffer(pem)) continue;
    throw new TypeError(`https.${name} must be a string or a Buffer with PEM in it`);
  }
  const pair = { cert, key } as HttpsOptions;
  try {
    createSecureContext({ ...pair });
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    throw new RangeError(`https.cert and https.key must be a certificate and its key, as PEM (${why})`, {
      cause: error,
    });
  }
  return pair;
}

function readMetrics(value: unknown): MetricsSettings | null {
  if (value === undefined || value === false) return null;
  if (value === true) return { path: DEFAULT_METRICS_PATH, token: undefined };
  const { path = DEFAULT_METRICS_PATH, token } = fields('metrics', value, ['path', 'token']);
  if (token !== undefined && (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))) {
    throw new TypeError('metrics.token must be a string of printable ASCII characters without spaces');
  }
  return { path: readPath(path, 'metrics.path'), token };
}

function readLogger(value: unknown): Logger {
  const methods = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  for (const name of LOG_METHODS) {
    if (typeof methods[name] !== 'function') {
      throw new TypeError(`logger must have the methods ${LOG_METHODS.join(', ')}; ${name} is missing`);
    }
  }
  return value as Logger;
}

const isHttpServer = (value: unknown): value is HttpServer | HttpsServer =>
  value instanceof HttpServer || value instanceof HttpsServer;

/** By its looks: the page that borrows one may have another copy of the ws package. */
const isWebSocketServer = (value: unknown): value is WebSocketServer =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Record<string, unknown>)['handleUpgrade'] === 'function' &&
  typeof (value as Record<string, unknown>)['on'] === 'function';

function checkServer(given: Record<string, unknown>): void {
  const { server } = given;
  if (!isHttpServer(server) && !isWebSocketServer(server)) {
    throw new TypeError(`server must be an http, https or ws server, not ${show(server)}`);
  }
  for (const name of ['port', 'host', 'https', 'static', 'metrics'] as const) {
    const value = given[name];
    if (value !== undefined && value !== false) {
      throw new TypeError(`${name} and server exclude each other: a borrowed server listens for itself`);
    }
  }
}

function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new TypeError(`${name} must be a function, not ${show(value)}`);
}

/** @param timeout milliseconds for whatever has to be fetched */
function readAccess(given: Record<string, unknown>, timeout: number): AccessSettings | null {
  const { authorize, validateCode } = given as Pick<SignalingServerOptions, 'authorize' | 'validateCode'>;
  checkFunction('authorize', authorize);
  checkFunction('validateCode', validateCode);
  const tokens = given['tokens'] === undefined ? undefined : readTokens(given['tokens'], timeout);
  const areSeen = authorize !== undefined || validateCode !== undefined;
  const { names = areSeen } = given;
  if (typeof names !== 'boolean') throw new TypeError(`names must be true or false, not ${show(names)}`);
  if (names && !areSeen) throw new TypeError('names need authorize or validateCode, or nobody looks at them');
  if (!names && validateCode) throw new TypeError('validateCode looks at names: names must not be false');
  return areSeen || tokens ? { authorize, validateCode, tokens, names } : null;
}

/** @throws {TypeError | RangeError} naming the option that is unknown, of a wrong type or out of range */
export function readOptions(options: unknown = {}): Settings {
  const given = fields('options', options, NAMES);
  const {
    server,
    port = DEFAULT_PORT,
    host,
    path,
    allowedOrigins,
    trustProxy = false,
    logger = silent,
    seatTimeout = DEFAULT_SEAT_TIMEOUT,
    peerTimeout = 0,
  } = given;
  const limits = readLimits(given['limits']);
  if (server !== undefined) checkServer(given);
  const directories = given['static'] ?? false;
  const wsServer = isWebSocketServer(server) ? server : undefined;
  return {
    port: integer('port', port, 0, 0xffff),
    host: host === undefined ? undefined : text('host', host),
    path: path === undefined ? (wsServer ? '/' : DEFAULT_PATH) : readPath(path),
    httpServer: isHttpServer(server) ? server : undefined,
    wsServer,
    allowedOrigins:
      allowedOrigins === undefined
        ? undefined
        : new Set(list('allowedOrigins', allowedOrigins).map(checkOrigin)),
    proxies: readProxies(trustProxy),
    https: readHttps(given['https']),
    metrics: readMetrics(given['metrics']),
    static: directories === false ? [] : list('static', directories),
    logger: readLogger(logger),
    seatTimeout: integer('seatTimeout', seatTimeout, 0, HOUR),
    access: readAccess(given, limits.authorizeTimeout),
    peerTimeout: integer('peerTimeout', peerTimeout, 0, HOUR),
    ice: readIce(given['iceServers'], given['turn']),
    limits,
    redis: given['redis'] === undefined ? undefined : readRedis(given['redis']),
  };
}
