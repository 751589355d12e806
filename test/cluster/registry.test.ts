import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { RedisRegistry } from '../../server/cluster/redis.js';
import { SCRIPTS } from '../../server/cluster/scripts.js';
import { readRedis } from '../../server/cluster/settings.js';
import { silent } from '../../server/log.js';
import { Desk, newRoom, registryContract } from '../server/registry-contract.js';
import { RedisServer } from './redis-server.js';
import { until } from '../support/until.js';

interface DeskChoice {
  readonly most?: number;
  /** Milliseconds. */
  readonly lease?: number;
  readonly prefix?: string;
}

async function openDesk(
  t: TestContext,
  { url }: { readonly url: string },
  { most = 32, lease = 15_000, prefix = 'pe:' }: DeskChoice = {},
): Promise<Desk> {
  const settings = readRedis({ url, lease, prefix });
  const desk = new Desk((events) => new RedisRegistry(settings, most, silent, events));
  t.after(() => desk.registry.close(0));
  await desk.registry.open();
  return desk;
}

let redis: RedisServer;
let prefixes = 0;
before(async () => (redis = await RedisServer.create()));
after(() => redis.dispose());
/** Of one test: the server is everybody's. */
const ownPrefix = (): string => `test${prefixes++}:`;

registryContract('in Redis', (t, most) => openDesk(t, redis, { most, prefix: ownPrefix() }));
