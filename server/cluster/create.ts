/** Which registry a server needs. */
import type { Logger } from '../log.js';
import { MemoryRegistry } from './memory.js';
import { RedisRegistry } from './redis.js';
import type { Place, Registry, RegistryEvents } from './registry.js';
import type { RedisSettings } from './settings.js';

interface RegistryChoice {
  readonly redis: RedisSettings | undefined;
  readonly limits: { readonly membersPerRoom: number };
  readonly logger: Logger;
}

/** One that asks nobody, unless there is a Redis to share. */
export function createRegistry<P extends Place>(
  { redis, limits: { membersPerRoom }, logger }: RegistryChoice,
  events: RegistryEvents<P>,
): Registry<P> {
  if (!redis) return new MemoryRegistry(membersPerRoom, events);
  return new RedisRegistry(redis, membersPerRoom, logger, events);
}
