import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { useServer, useSite } from './hosting.js';
import { play, useBrowsers } from './stage.js';
import { meet, talk } from './visitor.js';

describe('history', () => {
  const browsers = useBrowsers({ chromium: 'chromium', firefox: 'firefox' });
  const server = useServer();
  const site = useSite();

  for (const [name, other] of [
    ['chromium', 'firefox'],
    ['firefox', 'chromium'],
  ] as const) {
    test(
      `a page that is left and returned to is in the room again in ${name}`,
      play(async (stage) => {
        const url = await server.room();
        const ann = await stage.enter(browsers[name], url);
        const bob = await stage.enter(browsers[other], url);
        await meet(ann, bob);
        let cached = 0;
        for (const round of [1, 2]) {
          await ann.page.goto(site.page('<title>elsewhere</title>elsewhere'));
          assert.equal((await bob.heard('leave', round)).at(-1)?.reason, 'left');
          await ann.page.goBack();
          await bob.heard('peer', round + 1);
          await meet(ann, bob);
          await talk(ann, bob);
          // A page out of the cache remembers what it was told before.
          if ((await ann.told('join')).length > 1) cached++;
        }
        stage.say(`${cached} of 2 times the page came out of the back/forward cache`);
        assert.deepEqual([await ann.told('error'), await bob.told('error')], [[], []]);
      }),
    );
  }
});
