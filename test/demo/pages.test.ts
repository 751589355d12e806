/** What is true of every page of the demo. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { launchChromium } from '../support/launch.js';
import { until } from '../support/until.js';
import { root } from '../tools/workspace.mjs';
import { SignalServer } from '../wtr/signal-server.mjs';
import { Visitor, elsewhere, pages, sourceOf, type Site } from './site.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Declaration {
  readonly tagName?: string;
  readonly attributes?: readonly { name: string }[];
  readonly events?: readonly { name: string }[];
  readonly members?: readonly { name: string }[];
}
const manifest = JSON.parse(readFileSync(join(root, 'dist/custom-elements.json'), 'utf8')) as {
  modules: { declarations: Declaration[] }[];
};
const elements = manifest.modules
  .flatMap(({ declarations }) => declarations)
  .filter(({ tagName }) => tagName);
const names = (list: readonly { name: string }[] | undefined): string[] =>
  (list ?? []).map(({ name }) => name);

let browser: Browser;
let site: Site;
const server = new SignalServer();
before(async () => {
  [browser, site] = await Promise.all([launchChromium(), elsewhere({ signalling: true }), server.start()]);
});
after(async () => {
  await browser.close();
  await Promise.all([server.stop(), site.close()]);
});
const served = (name: string): string => `http://localhost:${server.port}/${name}`;

/** The code that a page shows, once it does. */
const shownCode = ({ page }: Visitor): Promise<string> =>
  until(
    async () => {
      const code = await page.$eval('.code pre', (pre) => pre.textContent);
      return code.includes('peer-elements.js') && code;
    },
    { what: `${page.url()} to show its code` },
  );

/** Our elements in it, with their attributes. */
const elementsIn = ({ page }: Visitor, code: string): Promise<{ tag: string; attributes: string[] }[]> =>
  page.evaluate((html) => {
    const all = [...new DOMParser().parseFromString(html, 'text/html').querySelectorAll('*')];
    return all
      .filter(({ localName }) => localName.includes('-'))
      .map((element) => ({ tag: element.localName, attributes: element.getAttributeNames() }));
  }, code);

test('there are the pages that the demo consists of', () => {
  assert.deepEqual(pages, [
    'by-hand.html',
    'chat.html',
    'door.html',
    'events.html',
    'files.html',
    'index.html',
    'local.html',
    'pair.html',
    'status.html',
    'video.html',
  ]);
});

for (const name of pages) {
  describe(name, () => {
    test('is a sound document that names nobody else', () => {
      const html = sourceOf(name);
      assert.match(html, /^<!doctype html>\n<html lang="en">/);
      assert.match(html, /<title>.+peer-elements|<title>peer-elements.+<\/title>/);
      assert.match(html, /<meta name="viewport" content="width=device-width/);
      assert.match(html, /<meta charset="utf-8" \/>/);
      assert.equal(html.match(/<h1\b/g)?.length, 1);
      assert.doesNotMatch(html, /<[^>]*\son\w+=/, 'no inline event handlers');
      assert.doesNotMatch(html, /<[^>]*\sstyle=/, 'no inline styles');
      assert.doesNotMatch(html, /(?:src|href|url)="(?:\w+:|\/)/, 'relative addresses only');
      const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
      assert.equal(new Set(ids).size, ids.length, 'each id once');
    });

    test('looks right in every width and colour, for everyone', async () => {
      const visitor = await Visitor.open(browser, served(name));
      const { page } = visitor;
      await page.addScriptTag({ content: axe });
      for (const [width, scheme] of [
        [1280, 'light'],
        [360, 'dark'],
        [360, 'light'],
        [1280, 'dark'],
      ] as const) {
        await page.setViewport({ width, height: 800 });
        await page.emulateMediaFeatures([
          { name: 'prefers-color-scheme', value: scheme },
          // What fades in is judged when it is there.
          { name: 'prefers-reduced-motion', value: 'reduce' },
        ]);
        await page.evaluate(() => {
          for (const details of document.querySelectorAll('details')) details.open = true;
        });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${overflow} px too wide at ${width} px`);
        const violations = await page.evaluate(async () => {
          const { axe: checker } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          };
          const { violations: found } = await checker.run();
          return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
        });
        assert.deepEqual(violations, [], `${width} px, ${scheme}`);
      }
      assert.deepEqual(visitor.complaints, []);
      await visitor.close();
    });

    test('has links that lead somewhere', async () => {
      const visitor = await Visitor.open(browser, served(name));
      const links = await visitor.page.$$eval('a', (all) => all.map(({ href }) => href));
      assert.ok(links.length >= 5);
      for (const link of new Set(links)) assert.equal((await fetch(link)).status, 200, link);
      assert.ok(
        links.some((link) => new URL(link).pathname === '/index.html'),
        'a way back',
      );
      await visitor.close();
    });

    test('shows code that the elements understand', async () => {
      const visitor = await Visitor.open(browser, served(name));
      const code = await shownCode(visitor);
      const used = await elementsIn(visitor, code);
      assert.ok(used.length > 0);
      assert.match(code, /<script\s+type="module"\s+src="\S*peer-elements\.js"><\/script>/);
      for (const { tag, attributes } of used) {
        const declared = elements.find(({ tagName }) => tagName === tag);
        assert.ok(declared, `<${tag}>`);
        const unknown = attributes.filter((attribute) => !names(declared.attributes).includes(attribute));
        assert.deepEqual(unknown, [], `attributes of <${tag}>`);
      }
      const source = elements.find(({ tagName }) => tagName === used[0]?.tag);
      const heard = [
        ...[...code.matchAll(/\b(?:group|pair)\.addEventListener\('(\w+)'/g)].map(([, type]) => type),
        ...[...code.matchAll(/const type of \[([^\]]*)\]/g)].flatMap(([, list]) => list?.match(/\w+/g) ?? []),
      ];
      assert.deepEqual(
        heard.filter((type) => !names(source?.events).includes(type ?? '')),
        [],
        'events',
      );
      const members = [...code.matchAll(/(?<![\w\"'])(?:group|pair)\.(\w+)/g)].map(
        ([, member]) => member ?? '',
      );
      const known = [...names(source?.members), ...Object.getOwnPropertyNames(EventTarget.prototype)];
      assert.deepEqual(
        members.filter((member) => !known.includes(member)),
        [],
        'members',
      );
      await visitor.close();
    });

    test('works below any path, under a strict policy', async () => {
      const visitor = await Visitor.open(browser, site.base + name);
      const byHand = name === 'by-hand.html';
      await visitor.page.waitForSelector(
        byHand ? '[data-phase=start]' : 'peer-group:state(connected), peer-pair:state(connected)',
      );
      await shownCode(visitor);
      const alone = byHand || name === 'local.html';
      assert.deepEqual(visitor.sockets, alone ? [] : [`${site.base.replace('http', 'ws')}signal`]);
      assert.deepEqual(visitor.complaints, []);
      await visitor.close();
    });
  });
}

for (const name of pages.filter((page) => page !== 'index.html')) {
  test(`what ${name} shows is what it does`, async () => {
    const visitor = await Visitor.open(browser, served(name));
    const code = await shownCode(visitor);
    const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');
    const [loader = '', ...rest] = code.split('\n');
    assert.ok(sourceOf(name).includes(loader));
    assert.ok(flat(sourceOf(name)).includes(flat(rest.join('\n')).trim()));
    assert.match(code, /<peer-(?:group|pair)/);
    await visitor.close();
  });
}
