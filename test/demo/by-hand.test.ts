/** by-hand.html, used by two people who have no server but the one that the page's files come from. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, afterEach, before, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'puppeteer-core';
import { launchChromium, launchFirefox } from '../support/launch.js';
import { until } from '../support/until.js';
import { Visitor, elsewhere, type Site } from './site.js';

const require = createRequire(import.meta.url);
const library = (name: string): string => readFileSync(require.resolve(name), 'utf8');

let browser: Browser;
let site: Site;
const visitors: Visitor[] = [];
before(async () => {
  [browser, site] = await Promise.all([launchChromium(), elsewhere({ signalling: false })]);
});
after(async () => {
  await browser.close();
  await site.close();
});
afterEach(async () => {
  for (const { page, complaints, sockets } of visitors.splice(0)) {
    assert.deepEqual(complaints, [], page.url());
    assert.deepEqual(sockets, []);
    await page.close();
  }
});

async function visit(address = '', context?: BrowserContext): Promise<Visitor> {
  const visitor = await Visitor.open(browser, new URL(address, `${site.base}by-hand.html`).href, context);
  visitors.push(visitor);
  return visitor;
}

const phase = (page: Page, wanted: string): Promise<unknown> =>
  until(async () => (await page.evaluate(() => document.body.dataset['phase'])) === wanted, {
    what: `${page.url().slice(0, 60)} to be ${wanted}`,
  });
const linkOf = (page: Page): Promise<string> =>
  page.$eval('#link', (field) => (field as HTMLInputElement).value);
const troubleOf = (page: Page): Promise<string> => page.$eval('#trouble', ({ textContent }) => textContent);

async function invitation(page: Page): Promise<string> {
  await page.click('#invite');
  await phase(page, 'inviting');
  return linkOf(page);
}

/** Puts a text into the field and presses the button. */
async function enter(page: Page, text: string): Promise<void> {
  await page.$eval('#text', (field, value) => ((field as HTMLTextAreaElement).value = value), text);
  await page.click('#go');
}

async function together(...pages: Page[]): Promise<void> {
  for (const page of pages) await phase(page, 'together');
}

test('by hand: an invitation, an answer, and both talk, without a server', async () => {
  const ada = await visit();
  const origin = new URL(site.base).origin;
  for (const name of ['clipboard-read', 'clipboard-write'] as const) {
    await ada.page.browserContext().setPermission(origin, { permission: { name }, state: 'granted' });
  }
  await invitation(ada.page);
  await ada.page.click('#copy');
  await until(async () => (await ada.page.$eval('#copy', (button) => button.textContent)) === 'Copied');
  const offer = await ada.page.evaluate(() => navigator.clipboard.readText());
  assert.match(offer, /\/by-hand\.html#offer=[\w-]{100,2000}&code=[\da-z]{4}(?:-[\da-z]{4}){3}$/);

  const linus = await visit(offer);
  await phase(linus.page, 'answering');
  // As it comes out of a mail, and really pasted: no button has to be pressed.
  const answer = `Here you are:\n${(await linkOf(linus.page)).replaceAll(/.{70}/g, '$&\n')}\n`;
  await ada.page.evaluate((text) => navigator.clipboard.writeText(text), answer);
  await ada.page.focus('#text');
  await ada.page.keyboard.press('V', { commands: ['Paste'] });
  await together(ada.page, linus.page);
  await ada.says('Nobody else has heard of us');
  await linus.reads('Nobody else has heard of us');
  await linus.says('Not even a server');
  await ada.reads('Not even a server');
  assert.equal(linus.page.url(), `${site.base}by-hand.html`, 'what was in the address is used up');

  await linus.page.goto('about:blank');
  await phase(ada.page, 'over');
  await Promise.all([ada.page.waitForNavigation(), ada.page.click('[data-in~=over] a')]);
  await phase(ada.page, 'start');
});

test('by hand: whatever else is pasted is told from what is meant', async () => {
  const [ada, linus] = await Promise.all([visit(), visit()]);
  const said = async (page: Page, text: string, expected: RegExp): Promise<void> => {
    await enter(page, text);
    await until(async () => expected.test(await troubleOf(page)), { what: String(expected) });
  };
  await said(ada.page, ' ', /nothing to read/);
  await said(ada.page, 'How is the weather?', /neither an invitation nor an answer/);
  await said(ada.page, 'https://example.org/#room=tea', /neither an invitation nor an answer/);
  const offer = await invitation(ada.page);
  assert.equal(await troubleOf(ada.page), '');
  await said(ada.page, offer, /your own invitation/);

  const damaged = offer.replace(/(?<=offer=.{60}).{40}/, '');
  for (const part of [offer.slice(0, 200), offer.slice(90), offer.slice(90, 300), damaged]) {
    await said(linus.page, part, /A part of it is missing/);
  }
  await enter(linus.page, offer);
  await phase(linus.page, 'answering');
  const answer = await linkOf(linus.page);
  const third = await visit();
  await said(third.page, answer, /belongs where the invitation was made/);
  const other = await invitation(third.page);
  await said(third.page, answer, /answers another invitation/);
  await said(ada.page, answer.replace(/(?<=answer=.{60}).{40}/, ''), /A part of it is missing/);

  await said(ada.page, other, /an invitation as well/);
  await ada.page.click('#instead');
  await phase(ada.page, 'answering');
  await enter(third.page, await linkOf(ada.page));
  await together(ada.page, third.page);
});

test('by hand: an answer that is opened is handed to the tab that waits for it', async () => {
  const ada = await visit();
  const linus = await visit(await invitation(ada.page));
  await phase(linus.page, 'answering');
  const answer = await linkOf(linus.page);
  const stranger = await visit(answer);
  await phase(stranger.page, 'unclaimed');
  assert.equal(await linkOf(stranger.page), answer);
  const tab = await visit(answer, ada.page.browserContext());
  await phase(tab.page, 'handed');
  await together(ada.page, linus.page);
});

test('by hand: a link that has lost its end says so', async () => {
  const ada = await visit();
  const offer = await invitation(ada.page);
  const linus = await visit(offer.slice(0, 300));
  await until(async () => (await troubleOf(linus.page)).includes('A part of it is missing'));
  await phase(linus.page, 'start');
});

test('by hand: the QR code is the link, in the dark as well', async () => {
  const ada = await visit();
  await ada.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  const offer = await invitation(ada.page);
  const qr = await ada.page.waitForSelector('#qr svg');
  const seen = await qr?.screenshot({ encoding: 'base64' });
  const reader = await browser.newPage();
  await reader.addScriptTag({ content: library('jsqr') });
  const read = await reader.evaluate(async (png) => {
    const { jsQR } = globalThis as unknown as {
      jsQR: (pixels: Uint8ClampedArray, width: number, height: number) => { data: string } | null;
    };
    const picture = new Image();
    picture.src = `data:image/png;base64,${png ?? ''}`;
    await picture.decode();
    const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')!;
    context.drawImage(picture, 0, 0);
    const { data, width, height } = context.getImageData(0, 0, picture.width, picture.height);
    return jsQR(data, width, height)?.data;
  }, seen);
  await reader.close();
  assert.equal(read, offer);
});

test('by hand: where the browser can, the camera reads it', async () => {
  const ada = await visit();
  const offer = await invitation(ada.page);
  const page = await (await browser.createBrowserContext()).newPage();
  // No browser on Linux has one: this one sees what the test wants it to see. The camera is Chromium's own stand-in.
  await page.evaluateOnNewDocument(() => {
    const seen = { frames: 0, text: '' };
    class Detector {
      static getSupportedFormats = (): Promise<string[]> => Promise.resolve(['ean_13', 'qr_code']);
      detect(video: HTMLVideoElement): Promise<{ rawValue: string }[]> {
        if (video.videoWidth > 0) seen.frames++;
        return Promise.resolve(seen.text ? [{ rawValue: 'a poster' }, { rawValue: seen.text }] : []);
      }
    }
    Object.assign(globalThis, { BarcodeDetector: Detector, seen });
  });
  const linus = await Visitor.watch(page, new URL(site.base).origin);
  visitors.push(linus);
  await page.goto(`${site.base}by-hand.html`);
  const scan = (): Promise<void> => page.waitForSelector('#scan:not([hidden])').then((one) => one?.click());
  const isOpen = (): Promise<boolean> => page.$eval('#camera', (one) => (one as HTMLDialogElement).open);
  await scan();
  await page.waitForFunction('seen.frames > 2');
  await page.click('#camera button');
  await until(async () => !(await isOpen()));
  await phase(page, 'start');

  await scan();
  await until(isOpen);
  await page.evaluate(
    (text) => ((globalThis as unknown as { seen: { text: string } }).seen.text = text),
    offer,
  );
  await phase(page, 'answering');
  assert.equal(await isOpen(), false);
  const live = await page.$eval('#camera video', (video) =>
    (video.srcObject as MediaStream).getTracks().map(({ readyState }) => readyState),
  );
  assert.deepEqual(live, ['ended']);
});

test('by hand: by keyboard alone, from the first step to the last', async () => {
  const [ada, linus] = await Promise.all([visit(), visit()]);
  const focused = (page: Page): Promise<string> =>
    page.evaluate(() => document.activeElement?.id || (document.activeElement?.localName ?? ''));
  const tabTo = async (page: Page, id: string): Promise<void> => {
    for (let presses = 0; (await focused(page)) !== id; presses++) {
      assert.ok(presses < 30, `no way to ${id}`);
      await page.keyboard.press('Tab');
    }
  };
  await ada.page.bringToFront();
  await tabTo(ada.page, 'invite');
  await ada.page.keyboard.press('Enter');
  await phase(ada.page, 'inviting');
  await until(async () => (await focused(ada.page)) === 'copy');

  await linus.page.bringToFront();
  await tabTo(linus.page, 'text');
  await linus.page.keyboard.sendCharacter(await linkOf(ada.page));
  await tabTo(linus.page, 'go');
  await linus.page.keyboard.press('Enter');
  await phase(linus.page, 'answering');
  await until(async () => (await focused(linus.page)) === 'copy');

  await ada.page.bringToFront();
  await tabTo(ada.page, 'text');
  await ada.page.keyboard.sendCharacter(await linkOf(linus.page));
  await tabTo(ada.page, 'go');
  await ada.page.keyboard.press('Enter');
  await together(ada.page, linus.page);
  await until(async () => (await focused(ada.page)) === 'peer-chat');
  await ada.page.keyboard.type('No mouse was harmed');
  await ada.page.keyboard.press('Enter');
  await linus.reads('No mouse was harmed');
});

test('by hand: every state is for everyone, in every width and colour', async () => {
  const [ada, grace] = await Promise.all([visit(), visit()]);
  const check = async ({ page }: Visitor, state: string): Promise<void> => {
    await page.evaluate(library('axe-core'));
    for (const [width, value] of [
      [240, 'light'],
      [360, 'dark'],
      [1280, 'light'],
    ] as const) {
      await page.setViewport({ width, height: 800 });
      await page.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ]);
      const [overflow, violations] = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        const found = (await axe.run()).violations;
        const told = found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
        return [document.documentElement.scrollWidth - innerWidth, told] as const;
      });
      assert.deepEqual(violations, [], `${state}, ${width} px, ${value}`);
      assert.ok(overflow <= 0, `${state}: ${overflow} px too wide at ${width} px`);
    }
  };
  const offer = await invitation(ada.page);
  await enter(ada.page, await invitation(grace.page));
  await check(ada, 'inviting, with trouble');
  await ada.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await ada.page.hover('#copy');
  const contrast = await ada.page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(at: string): Promise<{ violations: unknown[] }> } };
    return (await axe.run('#copy')).violations;
  });
  assert.deepEqual(contrast, [], 'the main button under the pointer, in the dark');
  const linus = await visit(offer);
  await phase(linus.page, 'answering');
  await check(linus, 'answering');
  const answer = await linkOf(linus.page);
  await enter(ada.page, answer);
  await together(ada.page, linus.page);
  await check(ada, 'together');
  await linus.page.goto('about:blank');
  await phase(ada.page, 'over');
  await check(ada, 'over');
});

test('by hand: Chromium and Firefox, whoever invites', async (t) => {
  const firefox = await launchFirefox();
  t.after(() => firefox.close());
  const complaints: string[] = [];
  const open = async (of: Browser): Promise<Page> => {
    const page = await (await of.createBrowserContext()).newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${site.base}by-hand.html`);
    return page;
  };
  for (const [first, second] of [
    [browser, firefox],
    [firefox, browser],
  ] as const) {
    const [host, guest] = [await open(first), await open(second)];
    await enter(guest, await invitation(host));
    await phase(guest, 'answering');
    await enter(host, await linkOf(guest));
    await together(host, guest);
    await host.focus('peer-chat');
    await guest.evaluate(() => document.querySelector('peer-chat')?.post('From one to the other'));
    const heard = (): Promise<boolean> =>
      host.evaluate(() =>
        Boolean(
          document.querySelector('peer-chat')?.messages.some(({ text }) => text.startsWith('From one')),
        ),
      );
    await until(heard, { what: 'what the guest says' });
    await guest.close();
    await phase(host, 'over');
    await host.close();
  }
  assert.deepEqual(complaints, []);
});
