import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../support/until.js';
import { useServer } from './hosting.js';
import { play, useBrowsers } from './stage.js';
import { meet, talk, type Visitor } from './visitor.js';

/** Its peers' connections are remembered, to be compared with those of later. */
const remember = (visitor: Visitor): Promise<void> =>
  visitor.page.evaluate(() => {
    const connections = [...window.e2e.source.peers.values()].map(({ connection }) => connection);
    Object.assign(window, { remembered: connections });
  });
const isUnchanged = (visitor: Visitor): Promise<boolean> =>
  visitor.page.evaluate(() => {
    const { remembered } = window as unknown as { remembered: (RTCPeerConnection | null)[] };
    const now = [...window.e2e.source.peers.values()].map(({ connection }) => connection);
    return remembered.length > 0 && remembered.every((connection) => now.includes(connection));
  });

describe('a server that crashes', () => {
  const browsers = useBrowsers({ chromium: 'chromium', firefox: 'firefox' });
  const server = useServer();

  for (const [first, second] of [
    ['chromium', 'firefox'],
    ['firefox', 'chromium'],
  ] as const) {
    test(
      `does not part ${first} and ${second}, and its successor finds both again`,
      play(async (stage) => {
        const url = await server.room();
        const ann = await stage.enter(browsers[first], url);
        const bob = await stage.enter(browsers[second], url);
        await meet(ann, bob);
        for (const visitor of [ann, bob]) {
          await visitor.heard('upgrade');
          visitor.claim(
            /WebSocket connection to .* failed|can’t establish a connection|was interrupted|failed: .*\/signal/,
          );
          await remember(visitor);
        }

        await server.kill();
        for (const visitor of [ann, bob]) await visitor.heard('reconnecting');
        await talk(ann, bob);
        // At least one attempt comes to nothing.
        for (const visitor of [ann, bob]) await visitor.heard('reconnecterror');
        await talk(ann, bob);

        await server.start();
        for (const visitor of [ann, bob]) {
          await visitor.heard('reconnect', 1, 40_000);
          assert.equal(await visitor.page.evaluate(() => window.e2e.source.state), 'connected');
        }
        await talk(ann, bob);

        const cid = await stage.enter(browsers[second], url);
        await meet(ann, bob, cid);
        await talk(ann, bob, cid);
        for (const visitor of [ann, bob]) {
          assert.ok(await isUnchanged(visitor), 'the path between the two was replaced');
          assert.deepEqual([await visitor.told('leave'), await visitor.told('error')], [[], []]);
          assert.equal((await visitor.told('join')).length, 1);
          assert.equal((await visitor.told('peer')).length, 2);
        }
      }),
    );
  }
});

/** Says a number to everybody, again and again, as an application would: whatever happens meanwhile. */
const startCounting = (visitor: Visitor): Promise<void> =>
  visitor.page.evaluate(() => {
    let count = 0;
    const timer = setInterval(() => void window.e2e.source.send(count++, { type: 'count' }), 25);
    Object.assign(window, {
      stopCounting: () => {
        clearInterval(timer);
        return count;
      },
    });
  });
const stopCounting = (visitor: Visitor): Promise<number> =>
  visitor.page.evaluate(() => (window as unknown as { stopCounting: () => number }).stopCounting());

describe('a server that is stopped as an operator would', () => {
  const browsers = useBrowsers({ chromium: 'chromium', firefox: 'firefox' });
  const server = useServer('--drain', '6000');

  for (const transport of ['relay', 'auto'] as const) {
    test(
      `lets its pages go, and its successor has them all again with all that was said (${transport})`,
      play(async (stage) => {
        const url = await server.room(undefined, `transport="${transport}"`);
        const [ann, bob] = [
          await stage.enter(browsers.chromium, url),
          await stage.enter(browsers.firefox, url),
        ];
        await meet(ann, bob);
        for (const visitor of [ann, bob]) {
          if (transport === 'auto') await visitor.heard('upgrade');
          // While it drains, and until its successor listens.
          visitor.claim(
            /WebSocket connection to .* failed|can’t establish a connection|was interrupted|failed: .*\/signal|status 503: .*\/signal/,
          );
          await startCounting(visitor);
        }
        const started = performance.now();
        await server.drain();
        const took = performance.now() - started;
        stage.say(`drained in ${Math.round(took)} ms`);
        // They went by themselves: before anybody was closed, let alone cut off.
        assert.ok(took < 3000, `it took ${took} ms`);
        await server.start();
        for (const visitor of [ann, bob]) await visitor.heard('reconnect', 1, 40_000);
        await talk(ann, bob);
        for (const [from, to] of [
          [ann, bob],
          [bob, ann],
        ] as const) {
          const count = await stopCounting(from);
          const wanted = Array.from({ length: count }, (_, i) => i);
          await until(async () => (await to.received('count')).length >= count, { timeout: 20_000 });
          await talk(from, to);
          assert.deepEqual(await to.received('count'), wanted, 'each once and in order');
        }
        for (const visitor of [ann, bob]) {
          assert.deepEqual([await visitor.told('leave'), await visitor.told('error')], [[], []]);
          assert.deepEqual([await visitor.told('gap'), await visitor.told('close')], [[], []]);
          assert.equal((await visitor.told('join')).length, 1);
          assert.equal((await visitor.told('peer')).length, 1);
        }
      }),
    );
  }
});
