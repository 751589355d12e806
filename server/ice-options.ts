/** The options `iceServers` and `turn`: what every browser takes, or a complaint that names the entry. */
import { MAX_ICE_CHARS, MAX_ICE_SERVERS, type IceServer } from '../src/protocol.js';
import { HOUR, fields, integer, show } from './limits.js';

/** A STUN or TURN server as RTCPeerConnection takes it; `url` is what browsers once called `urls`. */
export interface IceServerOptions {
  /** One or several of `stun:host[:port]`, `stuns:…`, `turn:host[:port][?transport=udp|tcp]`, `turns:…`. */
  urls?: string | readonly string[] | undefined;
  /** The same; not together with `urls`. */
  url?: string | readonly string[] | undefined;
  /** Needed for TURN, as is `credential`. Whoever may log in is told both: rather use `turn`. */
  username?: string | undefined;
  credential?: string | undefined;
}

/** A TURN server that shares a secret with this one, such as coturn with `use-auth-secret`. */
export interface TurnOptions {
  /** One or several of `turn:host[:port][?transport=udp|tcp]` and `turns:…`. */
  urls: string | readonly string[];
  /** What the TURN server was given as well (coturn: `static-auth-secret`). It never leaves the server. */
  secret: string;
  /**
   * How long a credential is good for, milliseconds, 1000 to 604 800 000 (a week). Default 3 600 000: a page is told
   * new ones in time, so it need not be long. The clocks of both servers have to agree better than that.
   */
  ttl?: number | undefined;
}

export interface TurnSettings {
  readonly urls: readonly string[];
  readonly secret: string;
  /** Milliseconds. */
  readonly ttl: number;
}

export interface IceSettings {
  /** The same for every page. */
  readonly servers: readonly IceServer[];
  readonly turn: TurnSettings | undefined;
}

export const DEFAULT_TURN_TTL = HOUR;
const MAX_TURN_TTL = 7 * 24 * HOUR;

/** What a STUN message has room for, bytes (RFC 8489, 14.3). */
const MAX_USERNAME_BYTES = 508;

const HOST = String.raw`(?:\[[\da-fA-F:.]+\]|[\w.-]+)(?::(\d{1,5}))?`;
const STUN_URL = new RegExp(`^stuns?:${HOST}$`);
const TURN_URL = new RegExp(String.raw`^turns?:${HOST}(?:\?transport=(?:udp|tcp))?$`);
const isTurn = (url: string): boolean => /^turns?:/.test(url);

function readUrl(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string, not ${show(value)}`);
  const [, port = '1'] = STUN_URL.exec(value) ?? TURN_URL.exec(value) ?? ['', '0'];
  if (Number(port) < 1 || Number(port) > 0xffff || value.length > MAX_ICE_CHARS) {
    const hint = 'like "stun:example.org:3478" or "turn:example.org:3478?transport=udp"';
    throw new RangeError(`${name} must be ${hint}, not ${show(value)}`);
  }
  return value;
}

function readUrls(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [readUrl(name, value)];
  if (value.length === 0) throw new RangeError(`${name} must not be empty`);
  return value.map((url, i) => readUrl(`${name}[${i}]`, url));
}

/** Its value never stands in a message: it may be a secret. */
function readText(name: string, value: unknown, maxBytes: number): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  const { length } = Buffer.from(value);
  if (length < 1 || length > maxBytes) throw new RangeError(`${name} must have 1 to ${maxBytes} bytes`);
  return value;
}

function readServer(name: string, value: unknown): IceServer {
  const { urls, url, username, credential } = fields(name, value, ['urls', 'url', 'username', 'credential']);
  if (urls !== undefined && url !== undefined) throw new TypeError(`${name} has both urls and url`);
  const read = readUrls(`${name}.urls`, urls ?? url);
  if (username === undefined && credential === undefined && !read.some(isTurn)) return { urls: read };
  if (username === undefined || credential === undefined) {
    throw new TypeError(`${name} needs both username and credential: no TURN server is used without`);
  }
  return {
    urls: read,
    username: readText(`${name}.username`, username, MAX_USERNAME_BYTES),
    credential: readText(`${name}.credential`, credential, MAX_ICE_CHARS),
  };
}

function readTurn(value: unknown): TurnSettings {
  const { urls, secret, ttl = DEFAULT_TURN_TTL } = fields('turn', value, ['urls', 'secret', 'ttl']);
  const read = readUrls('turn.urls', urls);
  const other = read.find((url) => !isTurn(url));
  if (other !== undefined) {
    throw new RangeError(`turn.urls has ${show(other)}, which needs no credential: name it in iceServers`);
  }
  return {
    urls: read,
    secret: readText('turn.secret', secret, 4096),
    ttl: integer('turn.ttl', ttl, 1000, MAX_TURN_TTL),
  };
}

/** @throws {TypeError | RangeError} naming the entry that some browser would not take */
export function readIce(iceServers: unknown = [], turn?: unknown): IceSettings {
  if (!Array.isArray(iceServers)) {
    throw new TypeError(`iceServers must be an array of RTCIceServer, not ${show(iceServers)}`);
  }
  const servers = iceServers.map((one, i) => readServer(`iceServers[${i}]`, one));
  const settings = { servers, turn: turn === undefined ? undefined : readTurn(turn) };
  const count = [...servers, ...(settings.turn ? [settings.turn] : [])].flatMap(({ urls }) => urls).length;
  if (count > MAX_ICE_SERVERS) {
    throw new RangeError(`iceServers and turn name ${count} addresses, the most is ${MAX_ICE_SERVERS}`);
  }
  return settings;
}
