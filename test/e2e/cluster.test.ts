/** Who gets in, where pages are connected to different servers of a cluster: what holds at one of them holds at all. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startNodes, type Node } from '../cluster/nodes.js';
import { RedisServer } from '../cluster/redis-server.js';
import { html, uniqueName, useSite } from './hosting.js';
import { play, useBrowsers } from './stage.js';
import { meet, talk, type Visitor } from './visitor.js';

describe('a cluster', () => {
  const browsers = useBrowsers({ chromium: 'chromium', firefox: 'firefox' });
  const site = useSite();
  let redis: RedisServer;
  let nodes: Node[] = [];
  before(async () => {
    redis = await RedisServer.create();
    nodes = await startNodes(3, { redis: { url: redis.url, lease: 5000 } });
  });
  after(async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await redis.dispose();
  });

  /** A page at one of the servers. */
  const at = (server: number, attributes: string, tag = 'peer-group'): string =>
    site.page(html(`<${tag} url="${nodes[server]!.url}" ${attributes}></${tag}>`), {}, '127.0.0.1');

  const decide = (visitor: Visitor, answer: boolean): Promise<void> =>
    visitor.page.evaluate((accept) => {
      for (const knock of window.e2e.source.knocks.values()) {
        if (accept) knock.accept();
        else knock.reject('Not today.');
      }
    }, answer);

  const asked = (visitor: Visitor, id: string): Promise<void> =>
    visitor.until('a knock', (of) => window.e2e.source.knocks.has(of), id);

  test(
    'asks whoever is inside, wherever; who is banned does not get in by another server, somebody else may ask',
    play(async (stage) => {
      const room = `room="${uniqueName()}" admission="ask"`;
      const ann = await stage.enter(browsers.chromium, at(0, room));
      await ann.heard('join');
      const bob = await stage.enter(browsers.firefox, at(1, room));
      await ann.heard('joinrequest');
      await decide(ann, true);
      await meet(ann, bob);
      const cid = await stage.enter(browsers.chromium, at(2, room));
      const [{ id = '' } = {}] = await cid.heard('open');
      await Promise.all([asked(ann, id), asked(bob, id)]);
      assert.deepEqual(await cid.told('peer'), []);
      await decide(bob, true);
      await meet(ann, bob, cid);
      await talk(ann, bob, cid);
      await ann.page.evaluate((who) => window.e2e.source.kick(who, { ban: true, reason: 'Spam' }), id);
      const [closed] = await cid.heard('close');
      assert.deepEqual([closed?.code, closed?.reason], ['kicked', 'Spam']);
      const back = await stage.tab(cid, at(1, room));
      const [refused] = await back.heard('close');
      assert.equal(refused?.code, 'kicked');
      await meet(ann, bob);
      const other = await stage.enter(browsers.chromium, at(2, room));
      const [{ id: another = '' } = {}] = await other.heard('open');
      await asked(ann, another);
      await decide(ann, false);
      const [rejected] = await other.heard('close');
      assert.deepEqual([rejected?.code, rejected?.reason], ['rejected', 'Not today.']);
    }),
  );

  test(
    'lets exactly two of six have a code, and as many into a room as it takes, however they race',
    play(async (stage) => {
      const code = `code="${uniqueName()}"`;
      const room = `room="${uniqueName()}" capacity="3"`;
      for (const [attributes, tag, inside, otherwise] of [
        [code, 'peer-pair', 2, 'busy'],
        [room, 'peer-group', 3, 'room-full'],
      ] as const) {
        const racing = await Promise.all(
          Array.from({ length: 6 }, (_, i) => stage.enter(browsers.chromium, at(i % 3, attributes, tag))),
        );
        const ends = await Promise.all(
          racing.map(async (visitor) => {
            await visitor.until('an end', () =>
              window.e2e.told.some(({ type }) => type === 'join' || type === 'close'),
            );
            return (await visitor.told('close'))[0]?.code ?? 'in';
          }),
        );
        const expected = Array.from({ length: 6 }, (_, i) => (i < inside ? 'in' : otherwise));
        assert.deepEqual(ends.sort(), expected.sort());
      }
    }),
  );
});
