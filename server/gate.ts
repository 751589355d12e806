/** Who is let in, as far as the upgrade request tells. */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { TokenBucket } from './limits.js';
import { Headcount, network } from './network.js';
import type { Settings } from './options.js';
import type { RejectionReason } from './stats.js';

export interface Refusal {
  /** HTTP status for an upgrade that is turned away … */
  readonly status: 403 | 404 | 503;
  /** … and the close code where the upgrade is past. */
  readonly code: 4403 | 1013;
  readonly reason: string;
  readonly counted: RejectionReason;
}

const NOT_FOUND: Refusal = { status: 404, code: 4403, reason: 'No signalling at this path', counted: 'path' };
const FOREIGN: Refusal = { status: 403, code: 4403, reason: 'This origin is not allowed', counted: 'origin' };
const FULL: Refusal = { status: 503, code: 1013, reason: 'Too many connections', counted: 'connections' };
/** Told the same: whom it concerns need not know what else shares its network. */
const CROWDED: Refusal = { ...FULL, counted: 'address' };
const HURRIED: Refusal = { status: 503, code: 1013, reason: 'Too many connections at once', counted: 'rate' };
const LEAVING: Refusal = {
  status: 503,
  code: 1013,
  reason: 'This server is about to go',
  counted: 'draining',
};

/** The entry of a forwarding header that the outermost of our own proxies wrote. */
function forwarded(request: IncomingMessage, name: string, proxies: number): string | undefined {
  const header = request.headers[name];
  if (proxies === 0 || typeof header !== 'string') return undefined;
  const entries = header.split(',').map((entry) => entry.trim());
  return entries.at(-Math.min(proxies, entries.length));
}

/** The address in an entry of X-Forwarded-For, in which some proxies write a port as well. */
function addressIn(entry: string | undefined): string | undefined {
  const [, v6, v4] = /^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(entry ?? '') ?? [];
  const address = v6 ?? v4 ?? entry ?? '';
  return isIP(address) === 0 ? undefined : address;
}

/** Ends an upgrade request as HTTP would. */
export function turnAway(socket: Duplex, { status, reason }: Refusal): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: text/plain',
    `Content-Length: ${reason.length}`,
    'X-Content-Type-Options: nosniff',
    ...(status === 503 ? ['Retry-After: 10'] : []),
  ];
  // A client that keeps its half open must not keep ours.
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${reason}`);
}

export class Gate {
  #settings: Settings;
  #upgrades: TokenBucket;
  #open = 0;
  #perNetwork = new Headcount();
  #shut = false;

  constructor(settings: Settings) {
    const { upgradesPerSecond, upgradeBurst } = settings.limits;
    this.#settings = settings;
    this.#upgrades = new TokenBucket(upgradesPerSecond, upgradeBurst, performance.now());
  }

  get open(): number {
    return this.#open;
  }

  /** From now on nobody is let in. */
  shut(): void {
    this.#shut = true;
  }

  isOurs(request: IncomingMessage): boolean {
    const { path } = this.#settings;
    return path === '/' || request.url?.split('?', 1)[0] === path;
  }

  /** Why this request is turned away; null = it is let in. What is asked for too fast costs nothing but the answer. */
  check(request: IncomingMessage): Refusal | null {
    const { allowedOrigins, limits } = this.#settings;
    if (this.#upgrades.wait(1, performance.now()) > 0) return HURRIED;
    this.#upgrades.spend(1);
    if (!this.isOurs(request)) return NOT_FOUND;
    if (this.#shut) return LEAVING;
    const { origin } = request.headers;
    if (allowedOrigins && origin !== undefined && !allowedOrigins.has(origin)) return FOREIGN;
    const here = this.#perNetwork.of(this.networkOf(request));
    if (this.#open >= limits.connections) return FULL;
    return here >= limits.connectionsPerAddress ? CROWDED : null;
  }

  /** Takes a place for a connection from that network. */
  enter(network: string): void {
    this.#open++;
    this.#perNetwork.enter(network);
  }

  /** Gives it back. */
  leave(network: string): void {
    this.#open--;
    this.#perNetwork.leave(network);
  }

  /** The host as the client dialled it, lower case. */
  hostOf(request: IncomingMessage): string {
    const host = forwarded(request, 'x-forwarded-host', this.#settings.proxies) ?? request.headers.host ?? '';
    return host.toLowerCase();
  }

  /** Where a request comes from, as far as addresses tell customers apart. */
  networkOf(request: IncomingMessage): string {
    const claimed = forwarded(request, 'x-forwarded-for', this.#settings.proxies);
    return network(addressIn(claimed) ?? request.socket.remoteAddress ?? '');
  }
}
