import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { bundlePath, html, uniqueName, useServer, useSite } from './hosting.js';
import { play, useBrowsers } from './stage.js';
import { meet, talk } from './visitor.js';

const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self' ws://localhost:*; style-src 'self'";
const NAMES = ['chromium', 'firefox'] as const;

const integrityOf = (bytes: string | Buffer): string =>
  `sha384-${createHash('sha384').update(bytes).digest('base64')}`;

describe('a page', () => {
  const browsers = useBrowsers({ chromium: 'chromium', firefox: 'firefox' });
  const server = useServer();
  const site = useSite();
  const otherOf = (name: 'chromium' | 'firefox') => browsers[name === 'chromium' ? 'firefox' : 'chromium'];

  for (const name of NAMES) {
    test(
      `under a strict policy, with integrity, in ${name}`,
      play(async (stage) => {
        const integrity = integrityOf(await readFile(bundlePath));
        const page = (hash: string): string =>
          site.page(
            `<!doctype html><meta charset="utf-8"><title>strict</title>
          <script type="module" src="/peer-elements.js" integrity="${hash}" crossorigin></script>
          <peer-group url="${server.signalUrl}" room="${room}"><peer-chat></peer-chat></peer-group>`,
            { 'content-security-policy': POLICY },
          );
        const room = uniqueName();
        const ann = await stage.enter(browsers[name], page(integrity));
        const bob = await stage.enter(otherOf(name), page(integrity));
        await meet(ann, bob);
        await ann.say('strict?');
        await bob.reads('strict?');
        await bob.say('very');
        await ann.reads('very');
        for (const visitor of [ann, bob]) {
          const styled = await visitor.page.evaluate(() => {
            const chat = document.querySelector('peer-chat')!;
            const log = chat.shadowRoot!.querySelector('[part="log"]')!;
            return [
              getComputedStyle(document.querySelector('peer-group')!).display,
              getComputedStyle(log).overflowY,
            ];
          });
          assert.deepEqual(styled, ['block', 'auto']);
        }
        // The policy is in force, and so is the integrity: the same page with another hash stays as it is.
        const eve = await stage.enter(browsers[name], page(integrityOf('something else')));
        eve.claim(/integrity|Subresource|failed: .*peer-elements\.js/i);
        assert.equal(await eve.page.evaluate(() => customElements.get('peer-group') === undefined), true);
        assert.equal(
          await eve.page.evaluate(() => {
            const style = document.createElement('style');
            style.textContent = 'peer-group { display: grid }';
            document.head.append(style);
            return getComputedStyle(document.querySelector('peer-group')!).display;
          }),
          'inline',
        );
        await eve.until('the violation', () =>
          window.e2e.forbidden.some((what) => what.startsWith('style-src')),
        );
        eve.claim(/Content.Security.Policy/i);
      }),
    );

    test(
      `two copies of the script do no harm in ${name}`,
      play(async (stage) => {
        site.add('/copy.js', await readFile(bundlePath, 'utf8'), { 'access-control-allow-origin': '*' });
        const url = site.page(
          html(`<script type="module" src="/copy.js"></script>
        <script type="module" src="/peer-elements.js?again"></script>
        <peer-group url="${server.signalUrl}" room="${uniqueName()}"><peer-chat></peer-chat></peer-group>`),
        );
        const ann = await stage.enter(browsers[name], url);
        const bob = await stage.enter(otherOf(name), url);
        await meet(ann, bob);
        await ann.say('once');
        await bob.reads('once');
        assert.deepEqual(await bob.bubbles(), ['once']);
        assert.equal((await ann.told('join')).length, 1);
        const loaded = await ann.page.evaluate(() => performance.getEntriesByType('resource').length);
        assert.ok(loaded >= 3, `only ${loaded} resources were loaded`);
      }),
    );

    for (const [way, make] of Object.entries({
      'createElement, attributes before': (url: string, room: string) => {
        const group = document.createElement('peer-group');
        group.setAttribute('url', url);
        group.setAttribute('room', room);
        document.body.append(group);
      },
      'createElement, attributes after': (url: string, room: string) => {
        const group = document.createElement('peer-group');
        document.body.append(group);
        group.setAttribute('room', room);
        group.setAttribute('url', url);
      },
      'createElement, properties': (url: string, room: string) => {
        document.body.append(Object.assign(document.createElement('peer-group'), { url, room }));
      },
      innerHTML: (url: string, room: string) => {
        document.body.innerHTML = `<div><peer-group url="${url}" room="${room}"></peer-group></div>`;
      },
      template: (url: string, room: string) => {
        const template = document.createElement('template');
        template.innerHTML = `<peer-group url="${url}" room="${room}"></peer-group>`;
        document.body.append(template.content.cloneNode(true));
      },
    })) {
      test(
        `an element made by ${way} joins once in ${name}`,
        play(async (stage) => {
          const room = uniqueName();
          const bob = await stage.enter(otherOf(name), await server.room(room));
          const ann = await stage.enter(browsers[name], await server.page(html('<body></body>')));
          await ann.until('the elements', () => customElements.get('peer-group') !== undefined);
          await ann.page.evaluate(make, '/signal', room);
          await meet(ann, bob);
          await talk(ann, bob);
          assert.equal((await ann.told('join')).length, 1);
          assert.deepEqual([await ann.told('close'), await bob.told('leave')], [[], []]);
        }),
      );
    }

    test(
      `what was given to an element before the script came is kept in ${name}`,
      play(async (stage) => {
        const room = uniqueName();
        const bob = await stage.enter(otherOf(name), await server.room(room));
        await bob.heard('join');
        const page = `<!doctype html><meta charset="utf-8"><title>late</title>
        <peer-group id="group" url="/signal"></peer-group>
        <script>
          group.room = ${JSON.stringify(room)};
          group.displayName = 'early';
          group.profile = { colour: 'teal' };
          group.queue = [['first', { type: 'early' }], [{ second: [2] }, { type: 'early' }]];
          const script = document.createElement('script');
          script.type = 'module';
          script.src = '/peer-elements.js';
          addEventListener('load', () => document.head.append(script));
        </script>`;
        const ann = await stage.enter(browsers[name], await server.page(page));
        await meet(ann, bob);
        assert.equal((await bob.heard('peer'))[0]?.name, 'early');
        await bob.heard('data', 2);
        assert.deepEqual(await bob.received('early'), ['first', { second: [2] }]);
        const profile = await bob.page.evaluate(() => [...window.e2e.source.peers.values()][0]!.profile);
        assert.deepEqual(profile, { colour: 'teal' });
        await talk(ann, bob);
      }),
    );

    test(
      `an element that is moved stays connected in ${name}`,
      play(async (stage) => {
        const url = await server.page(
          html(`<main></main><peer-group url="/signal" room="${uniqueName()}"></peer-group>`),
        );
        const ann = await stage.enter(browsers[name], url);
        const bob = await stage.enter(otherOf(name), url);
        await meet(ann, bob);
        await ann.heard('upgrade');
        const isSame = await ann.page.evaluate(async () => {
          const { source } = window.e2e;
          const connection = () => [...source.peers.values()][0]?.connection;
          const before = connection();
          document.querySelector('main')!.append(source);
          await new Promise(requestAnimationFrame);
          source.remove();
          document.body.prepend(source);
          await new Promise(requestAnimationFrame);
          return before !== undefined && connection() === before;
        });
        assert.ok(isSame);
        await talk(ann, bob);
        for (const visitor of [ann, bob]) {
          for (const type of ['leave', 'close', 'error']) assert.deepEqual(await visitor.told(type), []);
          for (const type of ['join', 'peer']) assert.equal((await visitor.told(type)).length, 1);
        }
        // Taken out for good, it leaves.
        await ann.page.evaluate(() => window.e2e.source.remove());
        assert.equal((await bob.heard('leave'))[0]?.reason, 'left');
      }),
    );
  }

  test(
    'nobody but the page and its server is called',
    play(async (stage) => {
      const called = new Set<string>();
      const url = await server.page(
        html(`<peer-group url="/signal" room="${uniqueName()}"><peer-chat></peer-chat></peer-group>`),
      );
      const watched = () =>
        stage.enter(browsers.chromium, url, async (page) => {
          await page.setRequestInterception(true);
          page.on('request', (request) => {
            called.add(new URL(request.url()).origin);
            void request.continue();
          });
          const session = await page.createCDPSession();
          await session.send('Network.enable');
          session.on('Network.webSocketCreated', ({ url: socket }) => called.add(new URL(socket).origin));
        });
      const ann = await watched();
      const bob = await watched();
      await meet(ann, bob);
      await ann.say('psst');
      await bob.reads('psst');
      const { origin, host } = new URL(url);
      assert.deepEqual([...called].sort(), [origin, `ws://${host}`].sort());
      for (const visitor of [ann, bob]) {
        await visitor.heard('upgrade');
        const servers = await visitor.page.evaluate(() =>
          [...window.e2e.source.peers.values()].flatMap(
            ({ connection }) => connection!.getConfiguration().iceServers,
          ),
        );
        assert.deepEqual(servers, []);
      }
    }),
  );
});
