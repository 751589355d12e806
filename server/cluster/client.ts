/**
 * The few things we want of a Redis client, whether it talks to one server or to a Redis Cluster. The package is
 * loaded only here, when there is a Redis to talk to: it would cost every other server 18 MB.
 */
import type { RedisClientOptions, createCluster as CreateCluster } from '@redis/client';
import type { RedisSettings } from './settings.js';

export type Arguments = readonly (string | Buffer)[];

export interface RedisClient {
  /** `key`: by which a Redis Cluster knows where to. */
  send(key: string, args: Arguments): Promise<unknown>;
  publish(channel: string, payload: string | Buffer): Promise<unknown>;
  /** How many listen to that channel; where it is not known, 0. */
  listeners(channel: string): Promise<number>;
  subscribe(channels: string[], heard: (payload: Buffer) => void): Promise<void>;
  /** At once; what is under way is lost. */
  destroy(): void;
}

const noop = (): void => undefined;

function destroying(client: { destroy(): unknown }): () => void {
  return () => {
    try {
      client.destroy();
    } catch {
      // It was over before.
    }
  };
}

/**
 * Connects, or rejects with whatever kept it from that.
 * @param lost called when a connection is lost; it is not made again
 */
export async function connect(settings: RedisSettings, lost: (error: Error) => void): Promise<RedisClient> {
  const { createClient, createCluster } = await import('@redis/client');
  const { answer } = settings.times;
  const options = {
    url: settings.url,
    socket: { connectTimeout: answer, reconnectStrategy: false },
    // What cannot be said now, is not to be said when it is no longer true.
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
  } as const satisfies RedisClientOptions;
  const commands = createClient(options);
  const subscriber = createClient(options);
  const destroy = (): void => [commands, subscriber].map(destroying).forEach((act) => act());
  for (const client of [commands, subscriber]) client.on('error', lost);
  try {
    await withTimeout(Promise.all([commands.connect(), subscriber.connect()]), 2 * answer);
    // Who may do nothing else may say this; and it says whether there is more than one.
    const greeting = await withTimeout(commands.sendCommand<Record<string, unknown>>(['HELLO']), answer);
    if (greeting['mode'] === 'cluster') {
      destroy();
      return await connectCluster(createCluster, settings, lost);
    }
  } catch (error) {
    destroy();
    throw error;
  }
  return {
    send: (_key, args) => commands.sendCommand([...args]),
    publish: (channel, payload) => commands.sendCommand(['PUBLISH', channel, payload]),
    listeners: async (channel) => {
      const reply = await commands.sendCommand<unknown[]>(['PUBSUB', 'NUMSUB', channel]);
      return Number(reply[1] ?? 0);
    },
    subscribe: (channels, heard) => subscriber.subscribe(channels, heard, true),
    destroy,
  };
}

/** Its connections come and go as it finds right; whether it still hears, is for its user to watch. */
async function connectCluster(
  createCluster: typeof CreateCluster,
  { url, times: { answer } }: RedisSettings,
  lost: (error: Error) => void,
): Promise<RedisClient> {
  const { username, password, protocol } = new URL(url);
  const credentials = {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  };
  const socket = { connectTimeout: answer, ...(protocol === 'rediss:' && { tls: true as const }) };
  const cluster = createCluster({
    rootNodes: [{ url }],
    defaults: { ...credentials, socket, disableClientInfo: true, maintNotifications: 'disabled' },
  });
  cluster.on('error', noop);
  try {
    await withTimeout(cluster.connect(), 2 * answer);
  } catch (error) {
    destroying(cluster)();
    throw error;
  }
  cluster.on('disconnect', () => lost(new Error('The connection to the Redis Cluster is lost')));
  return {
    send: (key, args) => cluster.sendCommand(key, false, [...args]),
    publish: (channel, payload) => cluster.sendCommand(undefined, false, ['PUBLISH', channel, payload]),
    listeners: () => Promise.resolve(0), // Each of its servers knows its own only.
    subscribe: (channels, heard) => cluster.subscribe(channels, heard, true),
    destroy: destroying(cluster),
  };
}

function withTimeout<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}
