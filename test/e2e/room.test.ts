import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { html, uniqueName, useServer, useSite } from './hosting.js';
import { play, useBrowsers, type Stage } from './stage.js';
import { meet, talk, type Visitor } from './visitor.js';

const ORDER = ['chromium', 'other', 'firefox'] as const;
const PAIRINGS = [
  ['chromium', 'other'],
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
] as const;

/** Values as JSON has them, strings of every width included. */
const JSON_VALUES = [0, -1.5, 'tea', '', '🫖 \u0000 "quoted"', true, null, [], { a: [{ b: {} }] }];

/** Sends binary values from one page to the other. @returns what each saw of them, as text */
async function sendBinary(from: Visitor, to: Visitor): Promise<[string[], string[]]> {
  const sent = await from.page.evaluate(async () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);
    const value = {
      part: bytes.subarray(10, 20),
      deep: [{ floats: new Float64Array([0.1, -Infinity]), big: new BigInt64Array([-(2n ** 63n)]) }],
      shorts: new Int16Array([-32_768, 32_767]),
      view: new DataView(bytes.buffer, 3, 5),
      buffer: bytes.buffer,
    };
    await window.e2e.source.send(value, { type: 'binary' });
    const { part, deep, shorts, view, buffer } = value;
    const seen = (one: ArrayBufferView | ArrayBuffer): string => {
      const raw = ArrayBuffer.isView(one)
        ? new Uint8Array(one.buffer, one.byteOffset, one.byteLength)
        : new Uint8Array(one);
      return `${one.constructor.name} ${raw.join()}`;
    };
    return [part, deep[0]!.floats, deep[0]!.big, shorts, view, buffer].map(seen);
  });
  await to.until('the binary message', () => window.e2e.told.some(({ kind }) => kind === 'binary'));
  const received = await to.page.evaluate(() => {
    const { data } = window.e2e.events.findLast(({ detail }) => detail.type === 'binary')!.detail;
    const { part, deep, shorts, view, buffer } = data;
    const seen = (one: ArrayBufferView | ArrayBuffer): string => {
      const raw = ArrayBuffer.isView(one)
        ? new Uint8Array(one.buffer, one.byteOffset, one.byteLength)
        : new Uint8Array(one);
      return `${one.constructor.name} ${raw.join()}`;
    };
    return [part, deep[0].floats, deep[0].big, shorts, view, buffer].map(seen);
  });
  return [sent, received];
}

describe('a room', () => {
  const browsers = useBrowsers({ chromium: 'chromium', other: 'chromium', firefox: 'firefox' });
  const server = useServer();
  const site = useSite();

  for (const [first, second] of PAIRINGS) {
    const title = `${first} and then ${second}`;
    const enterBoth = async (stage: Stage): Promise<[Visitor, Visitor]> => {
      const url = await server.room();
      const ann = await stage.enter(browsers[first], url);
      await ann.heard('join');
      return [ann, await stage.enter(browsers[second], url)];
    };

    test(
      `${title}: each is told of the other, by id`,
      play(async (stage) => {
        const [ann, bob] = await enterBoth(stage);
        const [[seenByAnn], [seenByBob]] = [await ann.heard('peer'), await bob.heard('peer')];
        assert.deepEqual([seenByAnn?.peer, seenByBob?.peer], [await bob.id(), await ann.id()]);
        assert.deepEqual(
          [(await ann.told('join'))[0]?.created, (await bob.told('join'))[0]?.created],
          [true, false],
        );
        await talk(ann, bob);
      }),
    );

    test(
      `${title}: values arrive as they were sent`,
      play(async (stage) => {
        const [ann, bob] = await enterBoth(stage);
        await meet(ann, bob);
        for (const [from, to] of [
          [ann, bob],
          [bob, ann],
        ] as const) {
          for (const value of JSON_VALUES) await from.send(value);
          await to.heard('data', JSON_VALUES.length);
          assert.deepEqual((await to.received()).slice(0, JSON_VALUES.length), JSON_VALUES);
          const [sent, received] = await sendBinary(from, to);
          assert.deepEqual(received, sent);
        }
      }),
    );

    test(
      `${title}: a thousand messages each way keep their order`,
      play(async (stage) => {
        const [ann, bob] = await enterBoth(stage);
        await meet(ann, bob);
        const numbers = Array.from({ length: 1000 }, (_, i) => i);
        const sendAll = (visitor: Visitor): Promise<unknown> =>
          visitor.page.evaluate(
            (all) => Promise.all(all.map((i) => window.e2e.source.send(i, { type: 'number' }))),
            numbers,
          );
        await Promise.all([sendAll(ann), sendAll(bob)]);
        for (const visitor of [ann, bob]) {
          await visitor.heard('data', numbers.length);
          assert.deepEqual(await visitor.received('number'), numbers);
        }
      }),
    );

    test(
      `${title}: names are shown, and changed`,
      play(async (stage) => {
        const [ann, bob] = await enterBoth(stage);
        await meet(ann, bob);
        for (const [one, other] of [
          [ann, bob],
          [bob, ann],
        ] as const) {
          await one.page.evaluate(() => (window.e2e.source.displayName = 'Zoë 🦊'));
          const [profile] = await other.heard('profile');
          assert.deepEqual([profile?.peer, profile?.name], [await one.id(), 'Zoë 🦊']);
        }
        const named = await server.room(undefined, 'name="early"');
        const cid = await stage.enter(browsers[first], named);
        const dan = await stage.enter(browsers[second], named);
        for (const visitor of [cid, dan]) assert.equal((await visitor.heard('peer'))[0]?.name, 'early');
      }),
    );

    test(
      `${title}: who walks away is seen to leave`,
      play(async (stage) => {
        const [ann, bob] = await enterBoth(stage);
        await meet(ann, bob);
        const id = await bob.id();
        await bob.page.goto(site.page('elsewhere'));
        const [left] = await ann.heard('leave');
        assert.deepEqual([left?.peer, left?.reason], [id, 'left']);
        assert.equal(await ann.page.evaluate(() => window.e2e.source.peers.size), 0);
      }),
    );
  }

  test(
    'three browsers hear each other, and `to` chooses among them',
    play(async (stage) => {
      const url = await server.room();
      const everyone: Visitor[] = [];
      for (const name of ORDER) everyone.push(await stage.enter(browsers[name], url));
      await meet(...everyone);
      await talk(...everyone);
      const ids = await Promise.all(everyone.map((visitor) => visitor.id()));
      for (const [i, visitor] of everyone.entries()) {
        const [next, last] = [(i + 1) % 3, (i + 2) % 3] as const;
        await visitor.send(`from ${i} to one`, { to: ids[next]!, type: 'to' });
        await visitor.send(`from ${i} to both`, { to: [ids[next]!, ids[last]!], type: 'to' });
      }
      for (const [i, visitor] of everyone.entries()) {
        const [before, after] = [(i + 2) % 3, (i + 1) % 3];
        const expected = [`from ${before} to one`, `from ${before} to both`, `from ${after} to both`];
        await visitor.until(
          'messages of its own',
          () => window.e2e.told.filter(({ kind }) => kind === 'to').length >= 3,
        );
        assert.deepEqual((await visitor.received('to')).sort(), expected.sort());
      }
    }),
  );

  test(
    'who crashes is missed, in every browser by every browser',
    play(async (stage) => {
      const url = await server.room();
      const victims = { chromium: await stage.launch('chromium'), firefox: await stage.launch('firefox') };
      const watching = { chromium: browsers.chromium, firefox: browsers.firefox };
      const kinds = ['chromium', 'firefox'] as const;
      const enter = (all: typeof victims): Promise<Visitor[]> =>
        Promise.all(kinds.map((kind) => stage.enter(all[kind], url)));
      const watchers = await enter(watching);
      const doomed = await enter(victims);
      await meet(...watchers, ...doomed);
      const ids = await Promise.all(doomed.map((visitor) => visitor.id()));
      const started = performance.now();
      await Promise.all(kinds.map((kind) => stage.kill(victims[kind])));
      await Promise.all(
        watchers.map(async (visitor, w) => {
          for (let count = 1; count <= doomed.length; count++) {
            const left = (await visitor.heard('leave', count, 60_000))[count - 1];
            const seconds = ((performance.now() - started) / 1000).toFixed(1);
            stage.say(`${kinds[w]} missed ${kinds[ids.indexOf(left?.peer ?? '')]} after ${seconds} s`);
            assert.equal(left?.reason, 'lost');
          }
        }),
      );
      for (const visitor of watchers) {
        assert.deepEqual((await visitor.told('leave')).map(({ peer }) => peer).sort(), [...ids].sort());
      }
      // Those who are left never lost each other.
      await talk(...watchers);
    }),
  );

  for (const [where, attributes] of [
    ['over the server', 'url="/signal"'],
    ['without one', ''],
  ] as const) {
    test(
      `five tabs ${where}: everyone hears everyone once`,
      play(async (stage) => {
        const url = await server.page(html(`<peer-group room="${uniqueName()}" ${attributes}></peer-group>`));
        const first = await stage.enter(browsers.chromium, url);
        const rest = await Promise.all(Array.from({ length: 4 }, () => stage.tab(first, url)));
        const everyone = [first, ...rest];
        await meet(...everyone);
        await talk(...everyone);
        const ids = new Set(await Promise.all(everyone.map((visitor) => visitor.id())));
        assert.equal(ids.size, 5);
        for (const visitor of everyone) {
          const known = (await visitor.told('peer')).map(({ peer }) => peer);
          assert.equal(new Set(known).size, 4);
          assert.deepEqual([known.length, (await visitor.received()).length], [4, 4]);
          assert.deepEqual(await visitor.told('leave'), []);
        }
      }),
    );
  }
});
