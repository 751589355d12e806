/** Which Redis, and the times that follow from how long a lease is. */
import { fields, integer, show } from '../limits.js';

export interface RedisOptions {
  /** `redis[s]://[[user]:password@]host[:port][/database]`; `rediss:` is TLS. Any node of a Redis Cluster will do. */
  url: string;
  /** Begins every key and channel. Default `pe:`. Servers with the same one act as one. */
  prefix?: string | undefined;
  /**
   * How long the members of a process that died stay, milliseconds: renewed three times as often. The others are
   * told within four thirds of it. Default 15 000.
   */
  lease?: number | undefined;
}

export interface RedisSettings {
  readonly url: string;
  /** The address without user and password. */
  readonly address: string;
  readonly database: number;
  readonly prefix: string;
  /** Milliseconds, all of them. */
  readonly times: Times;
}

export interface Times {
  readonly lease: number;
  /** Between two renewals. */
  readonly renewal: number;
  /** Without a renewal for so long, our memberships are doubtful. */
  readonly fence: number;
  /** After Redis has forgotten everything, time to say again who is where. */
  readonly recovery: number;
  /** What Redis may take to answer. */
  readonly answer: number;
  /** What a change may be on its way, when Redis has told of it otherwise. */
  readonly grace: number;
}

export const DEFAULT_PREFIX = 'pe:';
/** Milliseconds. */
export const DEFAULT_LEASE = 15_000;

export const timesOf = (lease: number): Times => ({
  lease,
  renewal: lease / 3,
  fence: lease * 0.8,
  recovery: lease / 3,
  answer: lease / 4,
  grace: lease / 15,
});

function readUrl(value: unknown): URL {
  if (typeof value !== 'string') throw new TypeError(`redis.url must be a string, not ${show(value)}`);
  const hint = 'it must be like "redis://host:6379" or "rediss://user:password@host/0"';
  // What follows has no place for the password that may be in it.
  if (!URL.canParse(value)) throw new RangeError(`redis is no URL: ${hint}`);
  const url = new URL(value);
  if (!['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    throw new RangeError(`redis has an address that is none of a Redis, "${url.protocol}": ${hint}`);
  }
  if (!/^\/?\d{0,4}$/.test(url.pathname) || url.search || url.hash) {
    throw new RangeError(`redis may have a database's number after its host, and nothing else: ${hint}`);
  }
  return url;
}

function readPrefix(value: unknown): string {
  if (typeof value === 'string' && /^[\w:.-]{1,64}$/.test(value)) return value;
  const message = `redis.prefix must be 1 to 64 letters, digits or one of _ : . -, not ${show(value)}`;
  throw typeof value === 'string' ? new RangeError(message) : new TypeError(message);
}

/** @throws {TypeError | RangeError} saying what is wrong, without the password */
export function readRedis(value: unknown): RedisSettings {
  const given =
    typeof value === 'string' ? { url: value } : fields('redis', value, ['url', 'prefix', 'lease']);
  const url = readUrl(given['url']);
  return {
    url: url.href,
    address: `${url.protocol}//${url.host}`,
    database: Number(url.pathname.slice(1)),
    prefix: readPrefix(given['prefix'] ?? DEFAULT_PREFIX),
    times: timesOf(integer('redis.lease', given['lease'] ?? DEFAULT_LEASE, 1000, 3_600_000)),
  };
}
