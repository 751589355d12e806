import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { html, uniqueName, useServer } from './hosting.js';
import { play, useBrowsers } from './stage.js';
import { meet, talk, type Visitor } from './visitor.js';

const role = (visitor: Visitor): Promise<string | null> =>
  visitor.page.evaluate(() => document.querySelector('peer-pair')!.role);

describe('a pair', () => {
  const browsers = useBrowsers({ chromium: 'chromium', other: 'chromium', firefox: 'firefox' });
  const server = useServer();
  const pairPage = (): Promise<string> =>
    server.page(html(`<peer-pair url="/signal" code="${uniqueName()}"></peer-pair>`));

  test(
    'the code that one page shows lets another in',
    play(async (stage) => {
      const ann = await stage.enter(
        browsers.chromium,
        await server.page(html('<peer-pair url="/signal"></peer-pair>')),
      );
      await ann.heard('join');
      const code = await ann.page.evaluate(() => document.querySelector('peer-pair')!.getAttribute('code'));
      assert.match(code ?? '', /^[0-9a-z]{4}(-[0-9a-z]{4}){3}$/);
      const url = await server.page(html(`<peer-pair url="/signal" code="${code}"></peer-pair>`));
      const bob = await stage.enter(browsers.firefox, url);
      await meet(ann, bob);
      await talk(ann, bob);
    }),
  );

  for (const [first, second, third] of [
    ['chromium', 'firefox', 'other'],
    ['firefox', 'chromium', 'other'],
    ['chromium', 'other', 'firefox'],
  ] as const) {
    test(
      `${first} is host, ${second} guest, ${third} finds it busy`,
      play(async (stage) => {
        const url = await pairPage();
        const host = await stage.enter(browsers[first], url);
        await host.heard('join');
        const guest = await stage.enter(browsers[second], url);
        await meet(host, guest);
        assert.deepEqual([await role(host), await role(guest)], ['host', 'guest']);
        const late = await stage.enter(browsers[third], url);
        await late.heard('busy');
        const [{ code, final } = {}] = await late.heard('error');
        assert.deepEqual([code, final], ['busy', true]);
        await late.heard('close');
        assert.equal(await late.page.evaluate(() => document.querySelector('peer-pair')!.state), 'failed');
        assert.deepEqual([await late.told('join'), await late.told('peer')], [[], []]);
        await talk(host, guest);
        for (const visitor of [host, guest]) {
          assert.deepEqual([await visitor.told('leave'), await visitor.told('error')], [[], []]);
          assert.equal((await visitor.told('peer')).length, 1);
        }
      }),
    );
  }

  for (const [first, second] of [
    ['chromium', 'firefox'],
    ['firefox', 'chromium'],
  ] as const) {
    test(
      `whoever reloads takes the seat again: host ${first}, guest ${second}`,
      play(async (stage) => {
        const url = await pairPage();
        const host = await stage.enter(browsers[first], url);
        await host.heard('join');
        const guest = await stage.enter(browsers[second], url);
        await meet(host, guest);
        let seen = { host: 1, guest: 1 };
        for (const [name, reloading, waiting] of [
          ['guest', guest, host],
          ['guest', guest, host],
          ['host', host, guest],
          ['host', host, guest],
        ] as const) {
          await reloading.page.reload();
          const other = name === 'guest' ? 'host' : 'guest';
          seen = { ...seen, [other]: seen[other] + 1, [name]: 1 };
          await waiting.heard('peer', seen[other]);
          await meet(host, guest);
          await talk(host, guest);
          assert.deepEqual(await reloading.told('busy'), [], 'it was busy against itself');
          assert.deepEqual(await reloading.told('error'), []);
        }
      }),
    );

    test(
      `one is host and one is guest, whoever reloads: host ${first}, guest ${second}`,
      play(async (stage) => {
        const url = await pairPage();
        const host = await stage.enter(browsers[first], url);
        await host.heard('join');
        const guest = await stage.enter(browsers[second], url);
        await meet(host, guest);
        for (const [reloading, waiting, peers] of [
          [guest, host, 2],
          [host, guest, 1],
        ] as const) {
          await reloading.page.reload();
          await waiting.heard('peer', peers);
          await meet(host, guest);
          const roles = [await role(host), await role(guest)];
          assert.deepEqual(roles.sort(), ['guest', 'host']);
        }
      }),
    );
  }
});
