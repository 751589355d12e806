/** What a client may cost a server of our own before, or without, asking for a WebSocket. */
import type { Server as HttpServer } from 'node:http';
import { tickFor } from './heartbeat.js';
import type { Limits } from './limits.js';
import { Sockets } from './sockets.js';

/** A browser opens six connections to load a page from, and then that of the signalling. */
const SOCKETS_PER_CONNECTION = 7;
/** However few connections are allowed: who is one too many has to be told so. */
const LEAST_SOCKETS = 64;
/** How long a client may take nothing of a response, ms. */
const IDLE_TIMEOUT = 30_000;

export interface RequestTimes {
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly connectionsCheckingInterval: number;
  /** Of TLS. */
  readonly handshakeTimeout: number;
}

/** Options of an http or https server: a request, and before it the handshake, has as much time as a log-in. */
export const requestTimes = ({ loginTimeout }: Pick<Limits, 'loginTimeout'>): RequestTimes => ({
  headersTimeout: loginTimeout,
  // We want no request's body.
  requestTimeout: loginTimeout,
  connectionsCheckingInterval: tickFor(loginTimeout),
  handshakeTimeout: loginTimeout,
});

/**
 * Bounds the open sockets of a server, whatever they are used for: in all, and from one address.
 * @param proxies in front of it: then addresses at this level say nothing
 */
export function limitSockets(
  server: HttpServer,
  { connections, connectionsPerAddress }: Pick<Limits, 'connections' | 'connectionsPerAddress'>,
  proxies: number,
): Sockets {
  server.maxConnections = connections + Math.max(connections, LEAST_SOCKETS);
  // Not the server's own timeout, which would leave every WebSocket a timer that it has no use for.
  server.on('request', (_, response) => response.setTimeout(IDLE_TIMEOUT));
  const most = Math.max(LEAST_SOCKETS, SOCKETS_PER_CONNECTION * connectionsPerAddress);
  return new Sockets(server, proxies > 0 ? null : most);
}
