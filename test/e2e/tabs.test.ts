/** Tabs of one browser with nothing else running: those that crash, stand still, go away and come back, and many at once. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { launchFirefox } from '../support/launch.js';
import { until } from '../support/until.js';
import { count } from './counter.js';
import { crashable, separateTabs } from './crash.js';
import { html, uniqueName, useSite } from './hosting.js';
import { play, useBrowsers, type Stage } from './stage.js';
import { meet, talk, type Visitor } from './visitor.js';

const KINDS = ['chromium', 'firefox'] as const;

/** What a browser does to a tab that nobody looks at for long. */
async function setLifecycle({ page }: Visitor, state: 'frozen' | 'active'): Promise<void> {
  const session = await page.createCDPSession();
  await session.send('Page.setWebLifecycleState', { state });
  await session.detach();
}

/** Follows a link, which leaves the page to the browser's cache. */
async function follow({ page }: Visitor, url: string, title: string): Promise<void> {
  await page.evaluate((to) => {
    setTimeout(() => (to === 'back' ? history.back() : location.assign(to)));
  }, url);
  await until(() => page.evaluate((wanted) => document.title === wanted, title), { what: title });
}

const nothing = async (who: Visitor, ...types: string[]): Promise<void> => {
  for (const type of types) assert.deepEqual({ [type]: await who.told(type) }, { [type]: [] });
};

const tally = async (visitors: readonly Visitor[]): Promise<{ posted: number; heard: number }> => {
  const each = await Promise.all(
    visitors.map(({ page }) => page.evaluate(() => ({ ...window.tally, timers: undefined }))),
  );
  const sum = (of: 'posted' | 'heard'): number => each.reduce((total, one) => total + one[of], 0);
  return { posted: sum('posted'), heard: sum('heard') };
};

/** Waits until no page has a timer that could do anything: then nothing is said until somebody wants to say something. */
async function rest(visitors: readonly Visitor[]): Promise<void> {
  for (const { page } of visitors) {
    const timers = (): Promise<number[]> => page.evaluate(() => [...window.tally.timers.values()]);
    await until(async () => (await timers()).length === 0, { what: 'no timers', timeout: 30_000 }).catch(
      async (error: unknown) => {
        throw new Error(`Timers of ${(await timers()).join()} ms remain.`, { cause: error });
      },
    );
  }
}

describe('tabs', () => {
  const browsers = useBrowsers({
    chromium: 'chromium',
    firefox: () => launchFirefox(separateTabs),
  });
  const site = useSite();
  const page = (attributes = ''): string =>
    site.page(html(`<peer-group url="local:" room="${uniqueName()}" ${attributes}></peer-group>`));

  /** Three tabs, and what makes the last one crash. */
  const fill = async (stage: Stage, browser: Browser, url: string) => {
    const ann = await stage.enter(browser, url);
    const bob = await stage.tab(ann, url);
    const [eve, crash] = await crashable(
      browser,
      () => stage.tab(ann, url),
      ({ page: tab }) => tab,
    );
    await meet(ann, bob, eve);
    return { ann, bob, eve, crash };
  };

  for (const kind of KINDS) {
    for (const transport of ['auto', 'relay'] as const) {
      test(
        `one that crashes is gone at once, and its seat free, in ${kind} with transport ${transport}`,
        play(async (stage) => {
          const url = page(`capacity="3" transport="${transport}"`);
          const { ann, bob, eve, crash } = await fill(stage, browsers[kind], url);
          if (transport === 'auto') for (const one of [ann, bob, eve]) await one.heard('upgrade', 2);
          const late = await stage.tab(ann, url);
          assert.equal((await late.heard('error'))[0]?.code, 'room-full');
          const id = await eve.id();
          const started = performance.now();
          await crash();
          for (const one of [ann, bob]) {
            const [left] = await one.heard('leave');
            assert.deepEqual([left?.peer, left?.reason], [id, 'lost']);
            await nothing(one, 'error', 'gap');
            // It is the lock that says so, long before a path is missed. Firefox itself ends the path, which can be quicker.
            if (kind === 'chromium') await nothing(one, 'downgrade');
          }
          stage.say(`gone for both after ${(performance.now() - started).toFixed(0)} ms`);
          await late.page.evaluate(() => {
            window.e2e.source.connect();
          });
          await meet(ann, bob, late);
          await talk(ann, bob, late);
        }),
      );
    }

    test(
      `one that is left is gone, and back when it is returned to, in ${kind}`,
      play(async (stage) => {
        const url = page();
        const ann = await stage.enter(browsers[kind], url);
        const bob = await stage.tab(ann, url);
        await meet(ann, bob);
        for (const one of [ann, bob]) await one.heard('upgrade');
        const id = await ann.id();
        await ann.page.bringToFront();
        for (const times of [1, 2]) {
          await follow(ann, site.page('<!doctype html><title>elsewhere</title>'), 'elsewhere');
          const left = await bob.heard('leave', times);
          assert.deepEqual([left.at(-1)?.peer, left.at(-1)?.reason], [id, 'left']);
          assert.equal(await bob.page.evaluate(() => window.e2e.source.peers.size), 0);
          await follow(ann, 'back', 'page');
          const back = await bob.heard('peer', times + 1);
          assert.equal(back.at(-1)?.peer, id);
          await meet(ann, bob);
          await talk(ann, bob);
          for (const one of [ann, bob]) await nothing(one, 'error', 'gap', 'untrusted', 'reconnecting');
          const joins = (await ann.told('join')).length;
          // Firefox keeps no page that holds a lock: there it is loaded anew.
          assert.equal(joins, kind === 'chromium' ? times + 1 : 1);
          assert.equal((await ann.told('close')).length, joins - 1);
        }
      }),
    );

    test(
      `one of a pair takes its seat again when it is loaded anew in ${kind}`,
      play(async (stage) => {
        const url = site.page(html(`<peer-pair url="local:" code="${uniqueName()}"></peer-pair>`));
        const host = await stage.enter(browsers[kind], url);
        await host.heard('join');
        const guest = await stage.tab(host, url);
        await meet(host, guest);
        for (const one of [guest, host]) {
          await one.page.bringToFront();
          await one.page.reload();
          await meet(host, guest);
          await talk(host, guest);
          await nothing(one, 'busy', 'error');
        }
      }),
    );
  }

  for (const transport of ['auto', 'relay'] as const) {
    test(
      `one that is frozen stays, and hears what was said meanwhile, with transport ${transport}`,
      play(async (stage) => {
        const url = page(`transport="${transport}"`);
        const { ann, bob, eve } = await fill(stage, browsers.chromium, url);
        if (transport === 'auto') for (const one of [ann, bob, eve]) await one.heard('upgrade', 2);
        await setLifecycle(eve, 'frozen');
        const said = Array.from({ length: 50 }, (_, i) => i);
        for (const n of said) await ann.send(n, { type: 'meanwhile' });
        // Somebody comes, and somebody goes.
        const late = await stage.tab(ann, url);
        await late.until('the two who are awake', () => window.e2e.source.peers.size >= 2);
        const bobId = await bob.id();
        await bob.page.close();
        await ann.heard('leave');
        await setLifecycle(eve, 'active');
        await until(async () => (await eve.received('meanwhile')).length >= said.length, {
          what: 'all of it',
        });
        assert.deepEqual(await eve.received('meanwhile'), said);
        assert.deepEqual(
          (await eve.heard('leave')).map(({ peer }) => peer),
          [bobId],
        );
        await meet(ann, eve, late);
        await talk(ann, eve, late);
        for (const one of [ann, late]) {
          const gone = (await one.told('leave')).map(({ peer }) => peer);
          assert.ok(!gone.includes(await eve.id()), 'it was thrown out');
          await nothing(one, 'gap', 'error');
        }
      }),
    );
  }

  for (const [kind, tabs] of [
    ['chromium', 20],
    ['firefox', 6],
  ] as const) {
    test(
      `${tabs} of them cost each other little, and nothing while nobody says anything, in ${kind}`,
      { timeout: 120_000 },
      play(async (stage) => {
        const url = page('transport="relay"');
        const prepare = async (page: Page): Promise<void> => {
          await page.evaluateOnNewDocument(count);
        };
        const all = [await stage.enter(browsers[kind], url, prepare)];
        while (all.length < tabs - 1) all.push(await stage.tab(all[0]!, url, prepare));
        await meet(...all);
        await rest(all);
        const before = await tally(all);
        const last = await stage.tab(all[0]!, url, prepare);
        all.push(last);
        await meet(...all);
        await rest(all);
        const after = await tally(all);
        const [posted, heard] = [after.posted - before.posted, after.heard - before.heard];
        stage.say(`the last one to join: ${posted} messages in all, heard ${heard} times`);
        // So many for each member, however many there are. Each is heard by one, but for two: who comes tries the channel, and
        // says that it is there.
        assert.ok(posted <= 20 * tabs, `${posted} messages for ${tabs} tabs`);
        assert.ok(heard <= posted + 2 * tabs, `${posted} messages were heard ${heard} times`);
        await talk(...all);
        await rest(all);
        for (const one of all) await nothing(one, 'leave', 'error', 'gap');
      }),
    );
  }
});
