/** A Redis of a test's own, which can be killed and come back, and a way to it that can be cut. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createClient } from '@redis/client';
import { freePort as anyFreePort } from '../support/free-port.mjs';
import { until } from '../support/until.js';

export async function freePort(): Promise<number> {
  const port = await anyFreePort();
  // A Redis Cluster takes another one, higher by 10 000, for itself.
  return port < 55_000 ? port : freePort();
}

export class RedisServer {
  readonly port: number;
  readonly url: string;
  #dir: string;
  #options: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, dir: string, options: readonly string[]) {
    this.port = port;
    this.url = `redis://127.0.0.1:${port}`;
    this.#dir = dir;
    this.#options = options;
  }

  /** For as long as the test runs. */
  static async of(t: TestContext, ...options: string[]): Promise<RedisServer> {
    const redis = await RedisServer.create(...options);
    t.after(() => redis.dispose());
    return redis;
  }

  static async create(...options: string[]): Promise<RedisServer> {
    const dir = mkdtempSync(join(tmpdir(), 'peer-elements-redis-'));
    const redis = new RedisServer(await freePort(), dir, options);
    await redis.start();
    return redis;
  }

  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async start(): Promise<void> {
    const own = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#dir];
    const nothingKept = ['--save', '', '--appendonly', 'no'];
    this.#process = spawn('redis-server', [...own, ...nothingKept, ...this.#options], { stdio: 'ignore' });
    const answers = (): Promise<boolean> =>
      this.say('PING').then(
        () => true,
        (error: unknown) => String(error).includes('NOAUTH'),
      );
    await until(answers, { what: 'the Redis of this test' });
  }

  /** Without a word. What it knew is gone. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async say(...command: string[]): Promise<unknown> {
    const client = createClient({ url: this.url, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.sendCommand(command);
    } finally {
      if (client.isOpen) client.destroy();
    }
  }

  async keys(): Promise<string[]> {
    return (await this.say('KEYS', '*')) as string[];
  }
}

/** How a Redis is told to speak TLS, beside its port without. */
export interface Tls {
  /** Of a free port. */
  readonly port: number;
  readonly options: readonly string[];
}

/** @param cert of a certificate that signs itself, @param key its private key: files, both */
export async function tlsOf({ cert, key }: { cert: string; key: string }): Promise<Tls> {
  const port = await freePort();
  const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
  return { port, options: ['--tls-port', String(port), ...files, '--tls-auth-clients', 'no'] };
}

/** Three that share the slots among them. @param tls of each, by which they talk to each other then */
export async function startRedisCluster(
  t: TestContext,
  tls?: readonly [Tls, Tls, Tls],
): Promise<[RedisServer, RedisServer, RedisServer]> {
  const start = (i: 0 | 1 | 2): Promise<RedisServer> => {
    const secure = tls ? [...tls[i].options, '--tls-cluster', 'yes'] : [];
    return RedisServer.of(t, '--cluster-enabled', 'yes', ...secure);
  };
  const servers: [RedisServer, RedisServer, RedisServer] = [await start(0), await start(1), await start(2)];
  const first = String(tls?.[0].port ?? servers[0].port);
  const slots = 16_384;
  for (const [i, server] of servers.entries()) {
    const [from, to] = [Math.ceil((slots * i) / 3), Math.ceil((slots * (i + 1)) / 3) - 1];
    await server.say('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
    await server.say('CLUSTER', 'MEET', '127.0.0.1', first);
  }
  const isWhole = async (server: RedisServer): Promise<boolean> => {
    const info = String(await server.say('CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
  };
  await until(async () => (await Promise.all(servers.map(isWhole))).every(Boolean), {
    timeout: 30_000,
    what: 'the Redis Cluster',
  });
  return servers;
}

interface Pair {
  readonly inner: Socket;
  readonly outer: Socket;
  subscribes: boolean;
  cut: boolean;
}

/** A way to a port that can be cut without either end being told, as networks do. */
export class Tunnel {
  readonly port: number;
  #server: Server;
  #pairs = new Set<Pair>();
  #cut = false;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  static async open(t: TestContext, to: number): Promise<Tunnel> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const tunnel = new Tunnel(server);
    server.on('connection', (inner) => tunnel.#join(inner, connect(to, '127.0.0.1')));
    t.after(() => tunnel.#close());
    return tunnel;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** From now on nothing comes through; `subscriptions`: of the connections of which there are now, on those only. */
  cut(what: 'all' | 'subscriptions'): void {
    const subscriptions = [...this.#pairs].filter(({ subscribes }) => subscribes);
    if (what === 'all') this.#cut = true;
    else if (subscriptions.length === 0) throw new Error('Nobody subscribes through this tunnel');
    for (const pair of subscriptions) pair.cut = true;
  }

  mend(): void {
    this.#cut = false;
    for (const { inner, outer } of this.#pairs) [inner, outer].forEach((socket) => socket.destroy());
  }

  #join(inner: Socket, outer: Socket): void {
    const pair: Pair = { inner, outer, subscribes: false, cut: false };
    this.#pairs.add(pair);
    const pass = (from: Socket, to: Socket): void => {
      from.on('error', () => undefined);
      from.on('data', (bytes) => {
        pair.subscribes ||= bytes.toString('latin1').toLowerCase().includes('subscribe');
        if (!this.#cut && !pair.cut) to.write(bytes);
      });
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    };
    pass(inner, outer);
    pass(outer, inner);
  }

  #close(): void {
    this.#server.close();
    this.mend();
  }
}
