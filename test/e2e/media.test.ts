import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { html, uniqueName, useServer } from './hosting.js';
import { openEyes, paints, sees, seesAndHears } from './eyes.js';
import { play, useBrowsers, type Stage } from './stage.js';
import { meet, type Visitor } from './visitor.js';
import type { Browser } from 'puppeteer-core';

const PAIRINGS = [
  ['chromium', 'other'],
  ['chromium', 'firefox'],
  ['firefox', 'chromium'],
] as const;

async function enter(stage: Stage, browser: Browser, url: string): Promise<Visitor> {
  const visitor = await stage.enter(browser, url);
  await openEyes(visitor);
  await visitor.heard('join');
  return visitor;
}

/** Camera and microphone, as the browser has them for tests. */
const turnOn = (visitor: Visitor): Promise<void> =>
  visitor.page.evaluate(async () => {
    window.e2e.source.stream = await window.core.getMediaStream({
      // Firefox takes the even tone of its fake microphone for noise.
      audio: { noiseSuppression: false, echoCancellation: false, autoGainControl: false },
      video: { width: 160, height: 120, frameRate: 15 },
    });
  });

describe('camera and sound', () => {
  const browsers = useBrowsers({ chromium: 'chromium', other: 'chromium', firefox: 'firefox' });
  const server = useServer();

  /** The core is there for the page's own scripts, too. */
  const roomWithCore = (): Promise<string> =>
    server.page(
      html(`<peer-group url="/signal" room="${uniqueName()}"></peer-group>
        <script type="module">import * as core from '/peer-elements.js'; window.core = core;</script>`),
    );

  for (const [first, second] of PAIRINGS) {
    test(
      `${first} and then ${second}: both see and hear each other, and what colours they show`,
      play(async (stage) => {
        const url = await roomWithCore();
        const ann = await enter(stage, browsers[first], url);
        await turnOn(ann);
        const bob = await enter(stage, browsers[second], url);
        await turnOn(bob);
        await Promise.all([seesAndHears(ann, bob), seesAndHears(bob, ann)]);
        await Promise.all([paints(ann, 'red'), paints(bob, 'blue')]);
        await Promise.all([sees(ann, bob, 'blue'), sees(bob, ann, 'red')]);
        await paints(ann, 'yellow');
        await sees(bob, ann, 'yellow');
      }),
    );
  }

  test(
    'four with cameras: one shares a screen, one leaves, one comes late, one path is cut and comes back',
    play(async (stage) => {
      const url = await roomWithCore();
      const [ann, bob, eve, dan] = await Promise.all([
        enter(stage, browsers.chromium, url),
        enter(stage, browsers.other, url),
        enter(stage, browsers.firefox, url),
        enter(stage, browsers.other, url),
      ]);
      await meet(ann, bob, eve, dan);
      await Promise.all([
        paints(ann, 'red'),
        paints(bob, 'lime'),
        paints(eve, 'blue'),
        paints(dan, 'yellow'),
      ]);
      const all = async (...who: [Visitor, 'red' | 'lime' | 'blue' | 'yellow'][]): Promise<void> => {
        const views = who.flatMap(([by]) =>
          who.filter(([of]) => of !== by).map((one) => [by, ...one] as const),
        );
        await Promise.all(views.map(([by, of, colour]) => sees(by, of, colour)));
      };
      await all([ann, 'red'], [bob, 'lime'], [eve, 'blue'], [dan, 'yellow']);

      await ann.page.evaluate(async () => {
        window.e2e.source.addStream(await window.core.getMediaStream({ screen: true }), {
          metadata: 'screen',
        });
      });
      const annId = await ann.id();
      for (const visitor of [bob, eve, dan]) {
        const shown = (id: string): boolean => window.eyes.look(id, 'screen').width > 0;
        await visitor.until('the screen', shown, annId);
      }
      await ann.page.evaluate(() => {
        const screen = [...window.e2e.source.localStreams].find(
          ([, { metadata }]) => metadata === 'screen',
        )![0];
        window.e2e.source.removeStream(screen);
      });
      for (const visitor of [bob, eve, dan]) {
        const ended = (id: string): boolean => window.e2e.source.peer(id)!.streams.length === 1;
        await visitor.until('the end of the screen', ended, annId);
      }

      await dan.page.evaluate(() => window.e2e.source.close());
      for (const visitor of [ann, bob, eve]) await visitor.heard('streamend', visitor === ann ? 1 : 2);

      const late = await enter(stage, browsers.other, url);
      await paints(late, 'yellow');
      await all([ann, 'red'], [bob, 'lime'], [eve, 'blue'], [late, 'yellow']);

      const before = (await ann.told('streamend')).length;
      await ann.page.evaluate((id) => window.e2e.source.peer(id)!.connection!.close(), await eve.id());
      await ann.heard('downgrade');
      await ann.heard('upgrade', 5);
      await all([ann, 'red'], [bob, 'lime'], [eve, 'blue'], [late, 'yellow']);
      assert.equal((await ann.told('streamend')).length, before, 'it is the same stream as before');
    }),
  );
});
