/** What one client may cost: defaults, validation, and the bucket that rates are measured with. */
import { MAX_CONTROL_BYTES, MAX_PAYLOAD_BYTES } from '../src/protocol.js';

/** Bytes and milliseconds throughout, except where the name says seconds or minutes. */
export interface Limits {
  /** Sockets open at once. Default 10 000. More are turned away with 503. */
  readonly connections: number;
  /** Sockets open at once from one IPv4 address or one IPv6 /64. Default 50. More are turned away with 503. */
  readonly connectionsPerAddress: number;
  /** WebSocket requests let in a second. Default 500. More are turned away with 503. */
  readonly upgradesPerSecond: number;
  /** WebSocket requests that may come at once. Default 1000. */
  readonly upgradeBurst: number;
  /** Time for a request, and again from the upgrade to a proven log-in. Default 5000. */
  readonly loginTimeout: number;
  /** Largest payload of a message between members. Default 65 536. */
  readonly payload: number;
  /** Largest control frame. Default 4096. */
  readonly controlPayload: number;
  /** WebSocket fragments a message may come in. Default 16. */
  readonly fragments: number;
  /** Chunks of an unfinished WebSocket frame held in memory. Default 1024. */
  readonly bufferedChunks: number;
  /** Frames a second, of any kind. Default 20. Over it the socket is not read until the budget is back. */
  readonly messagesPerSecond: number;
  /** Frames that may come at once. Default 600. */
  readonly messageBurst: number;
  /** Bytes of messages between members, a second. Default 65 536. */
  readonly relayBytesPerSecond: number;
  /** Bytes of messages between members that may come at once. Default 262 144. */
  readonly relayBurst: number;
  /** Time over its budget after which a client is closed with 4429. Default 10 000. */
  readonly budgetTimeout: number;
  /**
   * Bytes waiting to be read by a client beyond which those who send to it are told to stop, until half of that is left.
   * Default 262 144.
   */
  readonly bufferStop: number;
  /** Bytes waiting to be read by a client beyond which it is given up with 4008. Default 1 048 576. */
  readonly bufferClose: number;
  /** Time for which a client may read nothing of what waits before it is given up with 4008. Default 10 000. */
  readonly bufferTimeout: number;
  /** Time that `authorize`, `validateCode` and a token's key may take for one join, together. Default 5000. */
  readonly authorizeTimeout: number;
  /** Default 16. */
  readonly roomsPerConnection: number;
  /** Also what a room holds whose creator did not say. Default 32. */
  readonly membersPerRoom: number;
  /**
   * Joins a minute, from one IPv4 address or one IPv6 /64, of rooms that do not exist or with a wrong password. Default 10. Over
   * it, further ones are refused for the rest of the minute.
   */
  readonly failedJoinsPerMinute: number;
  /** From one heartbeat to the next. Default 25 000. */
  readonly pingInterval: number;
  /** A client silent for this long after a heartbeat is taken for dead. Default 10 000. */
  readonly pongTimeout: number;
}

const HIGHEST = 2 ** 31 - 1;
export const HOUR = 3_600_000;

/** Default, least and most of every limit. A table, so that what is validated cannot differ from what exists. */
const TABLE: { readonly [name in keyof Limits]: readonly [number, number, number] } = {
  connections: [10_000, 1, HIGHEST],
  connectionsPerAddress: [50, 1, HIGHEST],
  upgradesPerSecond: [500, 1, HIGHEST],
  upgradeBurst: [1000, 1, HIGHEST],
  loginTimeout: [5000, 1, HOUR],
  payload: [MAX_PAYLOAD_BYTES, 1, 2 ** 30],
  controlPayload: [MAX_CONTROL_BYTES, 1, 2 ** 30],
  fragments: [16, 1, HIGHEST],
  bufferedChunks: [1024, 1, HIGHEST],
  messagesPerSecond: [20, 1, HIGHEST],
  messageBurst: [600, 1, HIGHEST],
  relayBytesPerSecond: [65_536, 1, HIGHEST],
  relayBurst: [262_144, 1, HIGHEST],
  budgetTimeout: [10_000, 1, HOUR],
  bufferStop: [262_144, 1, HIGHEST],
  bufferClose: [1_048_576, 1, HIGHEST],
  bufferTimeout: [10_000, 1, HOUR],
  authorizeTimeout: [5000, 1, HOUR],
  roomsPerConnection: [16, 1, 0x10000],
  membersPerRoom: [32, 1, 0xffff],
  failedJoinsPerMinute: [10, 1, HIGHEST],
  pingInterval: [25_000, 1, HOUR],
  pongTimeout: [10_000, 1, HOUR],
};
const NAMES = Object.keys(TABLE) as (keyof Limits)[];

/** A value as it may stand in an error message. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}

/**
 * @throws {TypeError} when `value` is no number
 * @throws {RangeError} when it is no integer from `min` to `max`
 */
export function integer(name: string, value: unknown, min: number, max: number): number {
  const message = `${name} must be an integer from ${min} to ${max}, not ${show(value)}`;
  if (typeof value !== 'number') throw new TypeError(message);
  if (!Number.isInteger(value) || value < min || value > max) throw new RangeError(message);
  return value;
}

/** `value` as a plain object that has no other keys than `names`. @throws {TypeError} */
export function fields(name: string, value: unknown, names: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object, not ${show(value)}`);
  }
  const prefix = name === 'options' ? '' : `${name}.`;
  for (const key of Object.keys(value)) {
    if (!names.includes(key)) throw new TypeError(`Unknown option: ${prefix}${key}`);
  }
  return value as Record<string, unknown>;
}

/** The given limits, completed with the defaults. @throws {TypeError | RangeError} naming the wrong one */
export function readLimits(given: unknown = {}): Limits {
  const values = fields('limits', given, NAMES);
  const entries = NAMES.map((name) => {
    const [fallback, min, max] = TABLE[name];
    const value = values[name];
    return [name, value === undefined ? fallback : integer(`limits.${name}`, value, min, max)];
  });
  return Object.fromEntries(entries) as Limits;
}

/** Token bucket. Something dearer than the whole bucket passes when it is full, and leaves a debt. */
export class TokenBucket {
  #rate: number;
  #burst: number;
  #level: number;
  #at: number;

  /**
   * @param rate tokens a second
   * @param burst tokens it starts with and never exceeds
   * @param now milliseconds of any steady clock
   */
  constructor(rate: number, burst: number, now: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#level = burst;
    this.#at = now;
  }

  /** Milliseconds until `cost` may be spent; 0 = now. */
  wait(cost: number, now: number): number {
    this.#level = Math.min(this.#burst, this.#level + ((now - this.#at) * this.#rate) / 1000);
    this.#at = now;
    const missing = Math.min(cost, this.#burst) - this.#level;
    return missing <= 0 ? 0 : Math.ceil((missing * 1000) / this.#rate);
  }

  spend(cost: number): void {
    this.#level -= cost;
  }
}
