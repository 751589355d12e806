import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { RedisRegistry } from '../../server/cluster/redis.js';
import { isRemote, type Place } from '../../server/cluster/registry.js';
import { Names, SCRIPTS } from '../../server/cluster/scripts.js';
import { readRedis } from '../../server/cluster/settings.js';
import { silent } from '../../server/log.js';
import { Desk, newRoom, registryContract } from '../server/registry-contract.js';
import { RedisServer, startRedisCluster } from './redis-server.js';
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

test('what others are told of one who is back elsewhere in another role', async (t) => {
  const prefix = ownPrefix();
  const [a, b] = [await openDesk(t, redis, { prefix }), await openDesk(t, redis, { prefix })];
  const name = newRoom();
  await a.join(await a.place(name, 'a'));
  await a.join(await a.place(name, 'b', { role: 'host|1' }));
  a.told.length = 0;
  await b.join(await b.place(name, 'b', { role: 'guest|2' }));
  assert.deepEqual((await a.hear(3)).slice(1), ['ended b moved', 'peer b']);
  assert.equal(a.registry.find(name, 'b')?.role, 'guest|2');
  assert.deepEqual(a.ids(name), ['a', 'b']);
});

test('a script touches one room only: all its keys share a hash tag', () => {
  const names = new Names('some:', 3);
  for (const key of names.room(newRoom())) assert.match(key, /^some:\{r+\d+\}:\w+$/);
  assert.equal(names.cluster, 'some:{cluster}');
  // Keys that nobody declares could be anywhere.
  for (const { source } of Object.values(SCRIPTS)) {
    for (const [, key] of source.matchAll(/redis\.call\('(?!TIME|PUBLISH)\w+', ([^,)]+)/g)) {
      assert.ok(['members', 'leases', 'about', 'key', 'KEYS[1]'].includes(key ?? ''), key);
    }
  }
});

test('a version from the future is a new epoch: Redis has gone back in time', async (t) => {
  const prefix = ownPrefix();
  const [a, b] = [
    await openDesk(t, redis, { prefix, lease: 1500 }),
    await openDesk(t, redis, { prefix, lease: 1500 }),
  ];
  const name = newRoom();
  await a.join(await a.place(name, 'a'));
  await b.join(await b.place(name, 'b'));
  await b.join(await b.place(name, 'c'));
  await until(() => a.ids(name).length === 3);
  // As after a fail-over to a replica that had not heard of the last member.
  const [members, leases, about] = new Names(prefix, 0).room(name) as [string, string, string];
  await redis.say('HDEL', members, 'c');
  await redis.say('ZREM', leases, 'c');
  await redis.say('HSET', about, 'version', '2');
  const epoch = await redis.say('HGET', about, 'epoch');
  await until(async () => (await redis.say('HGET', about, 'epoch')) !== epoch);
  await until(async () => (await redis.say('HGET', members, 'c')) !== null, { what: 'c to say so again' });
  await b.join(await b.place(name, 'd'));
  await until(() => a.ids(name).length === 4 && b.ids(name).length === 4);
});

test('a change that is lost on its way is made up for', async (t) => {
  const prefix = ownPrefix();
  const a = await openDesk(t, redis, { prefix, lease: 1500 });
  const name = newRoom();
  await a.join(await a.place(name, 'a'));
  const [, , about] = new Names(prefix, 0).room(name) as [string, string, string];
  await redis.say('HINCRBY', about, 'version', '5');
  const b = await openDesk(t, redis, { prefix, lease: 1500 });
  await b.join(await b.place(name, 'b'));
  await until(() => a.ids(name).join() === 'a,b');
  assert.deepEqual(
    a.told.filter(({ what }) => what !== 'entered').map(({ what, id }) => `${what} ${id}`),
    ['peer b'],
  );
});

test('in a Redis Cluster of three servers, rooms are where their keys are', async (t) => {
  const servers = await startRedisCluster(t);
  const [a, b] = [
    await openDesk(t, servers[0], { lease: 3000 }),
    await openDesk(t, servers[1], { lease: 3000 }),
  ];
  const names = Array.from({ length: 12 }, newRoom);
  for (const name of names) {
    assert.equal((await a.join(await a.place(name, 'a'), { capacity: 2 })).created, true);
    assert.equal((await b.join(await b.place(name, 'b'))).earlier, 1);
    assert.equal(await b.refused(await b.place(name, 'c')), 'room-full');
  }
  await until(() => names.every((name) => a.ids(name).join() === 'a,b'));
  const used = await Promise.all(servers.map(async (server) => (await server.keys()).length));
  assert.ok(
    used.every((count) => count > 0),
    `keys: ${used.join(' ')}`,
  );
  const to = a.registry.find(names[0]!, 'b');
  assert.ok(to && isRemote(to));
  for (const name of names) b.registry.leave(b.registry.find(name, 'b') as Place, 'left');
  await until(() => names.every((name) => a.ids(name).join() === 'a'));
});
