/** The HTTP side of a server of our own: how it is, what it counts and, if wanted, files. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { METRICS_TYPE } from './metrics.js';
import { metricsGuard } from './metrics-access.js';
import type { MetricsSettings, Settings } from './options.js';
import { limitSockets, requestTimes } from './http-limits.js';
import type { Sockets } from './sockets.js';
import { createFiles } from './static.js';

/** What the routes tell. */
export interface Facts {
  /** Said by `/healthz` beside `"status": "ok"`. */
  health(): object;
  /** Why there should be no new visitors now; empty = they are welcome. */
  reasons(): readonly string[];
  metrics(): string;
}

const DENIED = {
  401: 'The metrics of this server need its token: Authorization: Bearer …\n',
  403: 'The metrics of this server are for its own network, or for who has its token\n',
} as const;

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

type Route = (request: IncomingMessage, response: ServerResponse) => void;

const answerJson = (response: ServerResponse, status: number, body: object): void =>
  answer(response, status, 'application/json', JSON.stringify(body));

function metricsRoute({ token }: MetricsSettings, render: () => string): Route {
  const guard = metricsGuard(token);
  return (request, response) => {
    const denied = guard(request);
    if (denied === null) return answer(response, 200, METRICS_TYPE, render());
    if (denied === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    answer(response, denied, 'text/plain', DENIED[denied]);
  };
}

function createRoutes(metrics: MetricsSettings | null, facts: Facts): ReadonlyMap<string, Route> {
  const health: Route = (_, response) => answerJson(response, 200, { status: 'ok', ...facts.health() });
  const ready: Route = (_, response) => {
    const reasons = facts.reasons();
    if (reasons.length === 0) return answerJson(response, 200, { status: 'ready' });
    answerJson(response, 503, { status: 'not ready', reasons });
  };
  const routes = new Map([
    ['/healthz', health],
    ['/readyz', ready],
  ]);
  if (metrics)
    routes.set(
      metrics.path,
      metricsRoute(metrics, () => facts.metrics()),
    );
  return routes;
}

function createListener({ static: directories, metrics }: Settings, facts: Facts): RequestListener {
  const files = createFiles(directories);
  const routes = createRoutes(metrics, facts);
  return (request, response) => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    const pathname = (request.url ?? '').split('?', 1)[0] ?? '';
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return answer(response, 405, 'text/plain', 'Method not allowed\n');
    }
    const route = routes.get(pathname);
    if (route) {
      response.setHeader('Cache-Control', 'no-store');
      return route(request, response);
    }
    files(request, response, pathname, () => answer(response, 404, 'text/plain', 'Not found\n'));
  };
}

/** An http server, or with a certificate an https one, that answers for `facts`, and its sockets. It does not listen yet. */
export function createOwnServer(
  settings: Settings,
  facts: Facts,
): { readonly server: Server; readonly sockets: Sockets } {
  const listener = createListener(settings, facts);
  const { https, limits, proxies } = settings;
  const times = requestTimes(limits);
  const server = https ? createHttpsServer({ ...times, ...https }, listener) : createServer(times, listener);
  return { server, sockets: limitSockets(server, limits, proxies) };
}
