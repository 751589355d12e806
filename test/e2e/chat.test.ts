import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { html, uniqueName, useServer, useSite } from './hosting.js';
import { play, useBrowsers } from './stage.js';
import { meet } from './visitor.js';

/** To the letter what the documentation promises. */
const SMALLEST = `<script type="module" src="peer-elements.js"></script>
<peer-group room="tea"><peer-chat></peer-chat></peer-group>`;

describe('a chat', () => {
  const browsers = useBrowsers({ chromium: 'chromium', firefox: 'firefox' });
  const site = useSite();
  const server = useServer();

  for (const name of ['chromium', 'firefox'] as const) {
    test(
      `the smallest page talks in two tabs of ${name} with nothing else running`,
      play(async (stage) => {
        const url = site.page(SMALLEST);
        const ann = await stage.enter(browsers[name], url);
        const bob = await stage.tab(ann, url);
        await meet(ann, bob);
        await ann.say('tea?');
        await bob.reads('tea?');
        await bob.say('with milk, please 🥛');
        await ann.reads('with milk, please 🥛');
        assert.deepEqual(await bob.bubbles(), ['tea?']);
      }),
    );
  }

  for (const [first, second] of [
    ['chromium', 'firefox'],
    ['firefox', 'chromium'],
  ] as const) {
    test(
      `markup from ${first} stays text in ${second}`,
      play(async (stage) => {
        const name = `<img src=x onerror="pwned=1">${first}`;
        const message = `<script>pwned=2</script><b onclick="pwned=3">&lt;bold&gt;</b><iframe srcdoc="hi"></iframe>`;
        const url = await server.page(
          html(`<peer-group url="/signal" room="${uniqueName()}"><peer-chat></peer-chat></peer-group>`),
        );
        const ann = await stage.enter(browsers[first], url);
        await ann.page.evaluate((text) => (window.e2e.source.displayName = text), name);
        const bob = await stage.enter(browsers[second], url);
        await meet(ann, bob);
        await ann.say(message);
        await bob.reads(message);
        const shown = await bob.page.evaluate(() => {
          const chat = document.querySelector('peer-chat')!.shadowRoot!;
          chat.querySelector<HTMLElement>('[part="people-button"]')!.click();
          return { names: [...chat.querySelectorAll('[part="name"]')].map(({ textContent }) => textContent) };
        });
        assert.deepEqual(shown.names, [name]);
        await bob.until(
          'the name in the list of people',
          (text) => {
            const people = document.querySelector('peer-chat')!.shadowRoot!.querySelectorAll('#people bdi');
            return [...people].some(({ textContent }) => textContent === text);
          },
          name,
        );
        const injected = await bob.page.evaluate(() => {
          const found = document
            .querySelector('peer-chat')!
            .shadowRoot!.querySelectorAll('img,script,b,iframe');
          return [...found].map(({ outerHTML }) => outerHTML).concat('pwned' in window ? 'a script ran' : []);
        });
        assert.deepEqual(injected, []);
      }),
    );
  }
});
