/** Questions and answers between browsers that have nothing in common but the standard. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useServer } from './hosting.js';
import { play, useBrowsers } from './stage.js';
import { meet, type Visitor } from './visitor.js';

/** Answers as a page would: by type, at once, later, or not at all. */
const answerAll = (visitor: Visitor): Promise<void> =>
  visitor.page.evaluate(() => {
    window.e2e.source.addEventListener('request', (event) => {
      const { data, type } = event.detail as { data: Uint8Array; type: string };
      if (type === 'reverse') event.respondWith(data.slice().reverse());
      if (type === 'fail') event.respondWith(Promise.reject(new RangeError('not today')));
      if (type === 'never') {
        event.signal.addEventListener('abort', () => (document.title = 'given up'));
        event.respondWith(new Promise(() => {}));
      }
    });
  });

/** What becomes of a request, in words that survive the way to the test. */
const ask = (visitor: Visitor, to: string, type: string, timeout = 10_000): Promise<string> =>
  visitor.page.evaluate(
    async (id, kind, ms) => {
      const asked = window.e2e.source.request(new Uint8Array([1, 2, 3]), { to: id, type: kind, timeout: ms });
      return asked.then(
        (answer) => `${answer!.constructor.name} ${String(answer)}`,
        (error: unknown) => {
          const { name, message, code = message } = error as Error & { code?: string };
          return `${name} ${code}`;
        },
      );
    },
    to,
    type,
    timeout,
  );

describe('requests', () => {
  const browsers = useBrowsers({ chromium: 'chromium', firefox: 'firefox' });
  const server = useServer();

  for (const [way, attributes] of [
    ['whichever path there is', ''],
    ['the relay', 'transport="relay"'],
  ] as const) {
    test(
      `between Chromium and Firefox, over ${way}`,
      play(async (stage) => {
        const url = await server.room(undefined, attributes);
        const ann = await stage.enter(browsers.chromium, url);
        const bob = await stage.enter(browsers.firefox, url);
        await meet(ann, bob);
        await Promise.all([answerAll(ann), answerAll(bob)]);
        for (const [from, to] of [
          [ann, bob],
          [bob, ann],
        ] as const) {
          const id = await to.id();
          assert.equal(await ask(from, id, 'reverse'), 'Uint8Array 3,2,1');
          assert.equal(await ask(from, id, 'fail'), 'RangeError not today');
          assert.equal(await ask(from, id, 'unknown'), 'PeerError refused');
          assert.equal(await ask(from, id, 'never', 100), 'PeerError timeout');
          await to.until('the end of what nobody waits for', () => document.title === 'given up');
          const [time, rtt] = await from.page.evaluate(async () => {
            const [peer] = window.e2e.source.peers.values();
            return [await peer!.ping(), peer!.rtt];
          });
          assert.ok(time! >= 0 && time! < 10_000 && rtt !== null, `${time} ms, ${rtt} ms`);
        }
        const answers = await ann.page.evaluate(async () => {
          const all = await window.e2e.source.request('all', { type: 'fail' });
          return [...all].map(([id, result]) => [id, result.status]);
        });
        assert.deepEqual(answers, [[await bob.id(), 'rejected']]);
      }),
    );
  }
});
