/** Peers of whom nothing is heard: those that are still there, and those that are not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { until } from '../support/until.js';
import { useServer } from './hosting.js';
import { play, useBrowsers } from './stage.js';
import { meet, talk, type Visitor } from './visitor.js';

const KINDS = ['chromium', 'firefox'] as const;

/** Stops a whole browser: its sockets stay open, and nobody is there. */
function stop(browser: Browser): void {
  const pid = browser.process()?.pid;
  if (pid === undefined) throw new Error('There is no such browser process.');
  process.kill(-pid, 'SIGSTOP');
}

/** What a browser does to a tab that nobody looks at for long. */
async function setLifecycle({ page }: Visitor, state: 'frozen' | 'active'): Promise<void> {
  const session = await page.createCDPSession();
  await session.send('Page.setWebLifecycleState', { state });
  await session.detach();
}

const stateOf = (of: Visitor, id: string): Promise<string | undefined> =>
  of.page.evaluate((peer) => window.e2e.source.peers.get(peer)?.state, id);

describe('silence', () => {
  const browsers = useBrowsers({ chromium: 'chromium', other: 'chromium', firefox: 'firefox' });
  const server = useServer();

  test(
    'a browser that stands still is away and then gone, and a frozen tab is neither',
    { timeout: 150_000 },
    play(async (stage) => {
      const url = await server.room();
      const stopped = { chromium: await stage.launch('chromium'), firefox: await stage.launch('firefox') };
      const watchers = [await stage.enter(browsers.chromium, url), await stage.enter(browsers.firefox, url)];
      const frozen = await stage.enter(browsers.other, url);
      const silent = await Promise.all(KINDS.map((kind) => stage.enter(stopped[kind], url)));
      await meet(...watchers, frozen, ...silent);
      // All of them: who stops before its first word is not away, it has never been reached.
      for (const watcher of watchers) await watcher.heard('upgrade', watchers.length + silent.length);
      const frozenId = await frozen.id();
      const ids = await Promise.all(silent.map((visitor) => visitor.id()));
      await frozen.page.evaluate(() => {
        setInterval(() => (document.title = String(Number(document.title) + 1)), 100);
      });
      await setLifecycle(frozen, 'frozen');

      const started = performance.now();
      const seconds = (): string => ((performance.now() - started) / 1000).toFixed(1);
      for (const kind of KINDS) stop(stopped[kind]);
      try {
        await Promise.all(
          watchers.map(async (watcher, w) => {
            for (const id of ids) {
              const what = 'the silent one to be away';
              await until(async () => (await stateOf(watcher, id)) === 'disconnected', {
                what,
                timeout: 20_000,
              });
            }
            stage.say(`away for ${KINDS[w]} after ${seconds()} s`);
            const left = await watcher.heard('leave', ids.length, 60_000);
            stage.say(`gone for ${KINDS[w]} after ${seconds()} s`);
            assert.deepEqual(left.map(({ peer }) => peer).sort(), [...ids].sort());
            assert.deepEqual(
              left.map(({ reason }) => reason),
              ['lost', 'lost'],
            );
            assert.equal(await stateOf(watcher, frozenId), 'connected');
          }),
        );
      } finally {
        for (const kind of KINDS) await stage.kill(stopped[kind]);
      }

      await watchers[0]!.send('while you slept');
      await setLifecycle(frozen, 'active');
      await until(async () => (await frozen.received()).includes('while you slept'), {
        what: 'what was said',
      });
      // It gives those who have gone meanwhile the time that anybody has to come back.
      await frozen.heard('leave', ids.length);
      await talk(...watchers, frozen);
      // The others in the room never noticed.
      for (const watcher of watchers) assert.equal((await watcher.told('leave')).length, ids.length);
      assert.deepEqual(await frozen.told('gap'), []);
      // As Chromium calls it when it closes the socket of a frozen page.
      frozen.claim(/Page entered Back-Forward Cache/);
    }),
  );
});
