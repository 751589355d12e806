/**
 * Pages that come, go, lose their connection and talk, over processes that are killed, frozen and restarted: whatever
 * happens, no change is skipped or told twice, no room has two creators or too many members, and in the end everybody
 * knows of everybody who is there, and of nobody else.
 *
 *   CHAOS_SECONDS=600 CHAOS_SEED=7 npm test -- test/cluster/chaos.test.ts
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { room } from '../server/client.js';
import { random as seededRandom } from '../support/random.js';
import { until } from '../support/until.js';
import { Node, startNodes } from './nodes.js';
import { Page } from './page.js';
import { RedisServer } from './redis-server.js';
import { Witness } from './witness.js';

const SECONDS = Number(process.env['CHAOS_SECONDS'] ?? 60);
const SEED = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);
const PAGES = 20;

test(`${SECONDS} s of everything at random, seed ${SEED}`, async (t) => {
  const random = seededRandom(SEED);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const redis = await RedisServer.of(t);
  const witness = await Witness.of(t, redis);
  const options = { redis: { url: redis.url, lease: 3000 }, seatTimeout: 2000 };
  const nodes = await startNodes(3, options, t);
  const names = [room('p'), room('q'), room('r')];
  const open = (name: string, n: number): Promise<Page> =>
    Page.open(name, () => pick(nodes), {
      capacity: name === names[0] ? 2 : 0,
      hello: Buffer.from(String(n)).toString('base64url'),
    });
  const pages = new Map<Page, string>();
  let made = 0;
  const add = async (): Promise<void> => {
    // One in five wants the pair that only two get.
    const name = random() < 0.2 ? names[0]! : pick(names.slice(1));
    pages.set(await open(name, made++), name);
  };
  while (pages.size < PAGES) await add();

  const deeds: string[] = [];
  let said = 0;
  const act = async (): Promise<void> => {
    const dice = random();
    const page = pick([...pages.keys()]);
    if (page.refused !== null || dice < 0.1) {
      pages.delete(page);
      await page.leave();
      await add();
    } else if (dice < 0.25) {
      page.drop();
    } else if (dice < 0.28) {
      deeds.push('freeze');
      const node = pick(nodes);
      node.signal('SIGSTOP');
      setTimeout(() => node.signal('SIGCONT'), random() * 5000);
    } else if (dice < 0.3) {
      deeds.push('kill');
      const i = Math.floor(random() * nodes.length);
      const dead = nodes[i]!;
      nodes[i] = await Node.start(options, t);
      await dead.kill();
    } else if (dice < 0.32) {
      deeds.push('deafen');
      await redis.say('CLIENT', 'KILL', 'TYPE', 'pubsub');
    } else {
      const to = [...page.others.keys()];
      for (let i = 0; i < 5 && to.length > 0; i++) page.say(pick(to), String(said++));
    }
  };
  const end = performance.now() + SECONDS * 1000;
  while (performance.now() < end) {
    await act();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  t.diagnostic(`${made} pages, ${said} messages, ${witness.changes} changes, ${deeds.join(' ')}`);

  const inRoom = (name: string): Page[] => [...pages].filter(([, its]) => its === name).map(([page]) => page);
  const agree = (name: string): boolean => {
    const present = inRoom(name).filter((page) => page.refused === null);
    return present.every(
      (page) =>
        page.present &&
        page.others.size === present.length - 1 &&
        present.every((other) => other === page || page.others.get(other.id)?.hello === other.hello),
    );
  };
  try {
    await until(() => names.every(agree), { timeout: 30_000, what: 'everybody to know who is there' });
    assert.deepEqual(witness.wrong, []);
    assert.ok(witness.changes > made, `${witness.changes} changes`);
    assert.ok(inRoom(names[0]!).filter((page) => page.present).length <= 2, 'a pair has two places');
    for (const page of pages.keys()) {
      const last = new Map<string, number>();
      for (const { from, text } of page.heard) {
        assert.ok(Number(text) > (last.get(from) ?? -1), `${text} after ${last.get(from)}`);
        last.set(from, Number(text));
      }
    }
    for (const page of pages.keys()) if (page.refused === null) page.heard.length = 0;
    for (const name of names) {
      const present = inRoom(name).filter((page) => page.present);
      for (const from of present) for (const to of present) if (to !== from) from.say(to.id, String(said++));
      await until(() => present.every((page) => page.heard.length === present.length - 1), {
        what: 'everybody to hear everybody once',
      });
    }
    const members = await Promise.all(nodes.map(async (node) => (await node.stats()).members));
    const present = [...pages.keys()].filter((page) => page.present).length;
    assert.equal(
      members.reduce((sum, n) => sum + n, 0),
      present,
    );
  } catch (error) {
    const state = [...pages].map(([page, name]) => ({
      id: page.id.slice(0, 4),
      room: name[0],
      present: page.present,
      refused: page.refused,
      others: [...page.others.keys()].map((id) => id.slice(0, 4)).join(' '),
    }));
    console.table(state);
    throw new Error(`CHAOS_SEED=${SEED} CHAOS_SECONDS=${SECONDS}: ${String(error)}`, { cause: error });
  }
  await Promise.all([...pages.keys()].map((page) => page.leave()));
});
