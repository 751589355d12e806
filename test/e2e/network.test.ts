import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import puppeteer, { type Browser } from 'puppeteer-core';
import { findBrowser } from '../support/browsers.mjs';
import { launchChromium } from '../support/launch.js';
import { html, uniqueName, useServer, useSite } from './hosting.js';
import { play, useBrowsers } from './stage.js';
import { meet, talk } from './visitor.js';

/** As they come: what test/support/browsers.mjs sets for machines without a network is left out. */
const launchPlain = (browser: 'chrome' | 'firefox'): Promise<Browser> =>
  puppeteer.launch({
    browser,
    executablePath: findBrowser(browser === 'chrome' ? 'chromium' : 'firefox')!,
    args: browser === 'chrome' && process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });

/** Why host addresses cannot be hidden and found here, false where they can. */
function withoutNetwork(): string | false {
  if (process.platform !== 'linux') return false;
  const routes = readFileSync('/proc/net/route', 'utf8').split('\n').slice(1);
  const names = routes.map((line) => line.split('\t')).filter(([, target]) => target === '00000000');
  if (names.length === 0) return 'this machine has no default route';
  return names.every(([name]) => name === 'lo')
    ? 'the only network is loopback, which has no multicast'
    : false;
}

describe('browsers with default settings', () => {
  const skip = withoutNetwork();
  const browsers = useBrowsers({
    chromium: () => launchPlain('chrome'),
    other: () => launchPlain('chrome'),
    firefox: () => launchPlain('firefox'),
  });
  const server = useServer();

  for (const [first, second] of [
    ['chromium', 'other'],
    ['chromium', 'firefox'],
    ['firefox', 'chromium'],
  ] as const) {
    test(
      `${first} and ${second} find each other, their addresses hidden`,
      { skip },
      play(async (stage) => {
        const url = await server.room();
        const ann = await stage.enter(browsers[first], url);
        const bob = await stage.enter(browsers[second], url);
        await meet(ann, bob);
        await talk(ann, bob);
        for (const visitor of [ann, bob]) {
          await visitor.heard('upgrade');
          const hosts = await visitor.page.evaluate(() => {
            const { connection } = [...window.e2e.source.peers.values()][0]!;
            return [
              ...connection!.localDescription!.sdp.matchAll(/^a=candidate:.* (\S+) \d+ typ host/gm),
            ].map(([, address]) => address);
          });
          assert.ok(hosts.length > 0);
          for (const host of hosts) assert.match(host!, /\.local$/);
        }
      }),
    );
  }
});

describe('a page on plain http', () => {
  const browsers = useBrowsers({
    chromium: () => launchChromium('--host-resolver-rules=MAP insecure.test 127.0.0.1'),
  });
  const site = useSite();

  for (const [what, element] of [
    ['a room of tabs', `<peer-group room="tea"><peer-chat></peer-chat></peer-group>`],
    [
      'a room with a url',
      `<peer-group url="/signal" room="${uniqueName()}"><peer-chat></peer-chat></peer-group>`,
    ],
    ['a pair', `<peer-pair><peer-chat></peer-chat></peer-pair>`],
  ] as const) {
    test(
      `${what} says what is wrong`,
      play(async (stage) => {
        const ann = await stage.enter(browsers.chromium, site.page(html(element), {}, 'insecure.test'));
        assert.equal(await ann.page.evaluate(() => isSecureContext), false);
        const [{ code, final, message = '' } = {}] = await ann.heard('error');
        assert.deepEqual([code, final], ['insecure-context', true]);
        assert.match(message, /https.*localhost/);
        assert.equal((await ann.heard('close'))[0]?.code, 'insecure-context');
        await ann.until(
          'the reason in the chat',
          (text) => document.querySelector('peer-chat')!.shadowRoot!.textContent.includes(text),
          message,
        );
      }),
    );
  }
});
