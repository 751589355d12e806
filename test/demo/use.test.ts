/** Every page of the demo, used by several people at once. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, afterEach, before, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'puppeteer-core';
import { launchChromium } from '../support/launch.js';
import { until } from '../support/until.js';
import { root } from '../tools/workspace.mjs';
import { SignalServer } from '../wtr/signal-server.mjs';
import { Visitor, elsewhere } from './site.js';

let browser: Browser;
const server = new SignalServer();
const visitors: Visitor[] = [];
before(async () => {
  [browser] = await Promise.all([launchChromium(), server.start()]);
});
after(async () => {
  await browser.close();
  await server.stop();
});
afterEach(async () => {
  const all = visitors.splice(0);
  for (const visitor of all) assert.deepEqual(visitor.complaints, [], visitor.page.url());
  for (const visitor of all)
    assert.deepEqual(await visitor.iceServers(), [], 'nobody else is asked for a path');
  await Promise.all(all.map((visitor) => visitor.close()));
});

const base = (): string => `http://localhost:${server.port}/`;

async function visit(address: string, context?: BrowserContext): Promise<Visitor> {
  const visitor = await Visitor.open(browser, new URL(address, base()).href, context);
  visitors.push(visitor);
  return visitor;
}

/** The window that a click opens. */
async function opened(visitor: Visitor, selector: string): Promise<Visitor> {
  const popup = new Promise<Page | null>((resolve) => visitor.page.once('popup', resolve));
  await visitor.page.click(selector);
  const page = await popup;
  assert.ok(page);
  const other = await Visitor.watch(page, new URL(base()).origin);
  visitors.push(other);
  return other;
}

const partOfPair = (visitor: Visitor): Promise<string | undefined> =>
  visitor.page.evaluate(() => document.body.dataset['phase']);
const phase = (visitor: Visitor, wanted: string): Promise<unknown> =>
  until(async () => (await partOfPair(visitor)) === wanted, { what: `the pair page to be ${wanted}` });

test('index: strangers meet in the lobby', async () => {
  const [ada, linus] = await Promise.all([visit('index.html'), visit('')]);
  await Promise.all([ada.meets(1), linus.meets(1)]);
  await ada.says('Is anybody here?');
  await linus.reads('Is anybody here?');
  await linus.says('Yes, right beside you.');
  await ada.reads('Yes, right beside you.');
});

test('index: the second window is one click away', async () => {
  const ada = await visit('index.html');
  const second = await opened(ada, 'a[data-window]');
  await Promise.all([ada.meets(1), second.meets(1)]);
  await second.says('Hello from the other window');
  await ada.reads('Hello from the other window');
});

test('index: the code that is shown joins the lobby from a file on a desk', async (t) => {
  const ada = await visit('index.html');
  const code = await ada.page.$eval('pre', (pre) => pre.textContent);
  const directory = mkdtempSync(join(tmpdir(), 'peer-elements-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'tea.html');
  writeFileSync(file, code);
  const page = await (await browser.createBrowserContext()).newPage();
  const linus = await Visitor.watch(page, new URL(base()).origin);
  visitors.push(linus);
  await page.goto(pathToFileURL(file).href);
  await Promise.all([ada.meets(1), linus.meets(1)]);
  await linus.says('Copied and pasted');
  await ada.reads('Copied and pasted');
});

test('chat: the address says which room, and the field changes it', async () => {
  const [ada, linus, alan] = await Promise.all([
    visit('chat.html?room=caf%C3%A9%20%26%20tea'),
    visit('chat.html#caf%C3%A9%20%26%20tea'),
    visit('chat.html'),
  ]);
  await Promise.all([ada.meets(1), linus.meets(1), alan.meets(0)]);
  const field = (visitor: Visitor): Promise<string> =>
    visitor.page.$eval('input', (input: HTMLInputElement) => input.value);
  assert.deepEqual(await Promise.all([ada, linus, alan].map(field)), ['café & tea', 'café & tea', 'tea']);
  await ada.says('Only for this room');
  await linus.reads('Only for this room');

  const input = await linus.page.$('input');
  await input?.click({ count: 3 });
  await input?.type('tea');
  await input?.press('Enter');
  await Promise.all([ada.meets(0), linus.meets(1), alan.meets(1)]);
  assert.equal(new URL(linus.page.url()).hash, '#tea');
  await linus.says('Two sugars, please');
  await alan.reads('Two sugars, please');
  assert.doesNotMatch(await alan.text(), /Only for this room/);
  assert.doesNotMatch(await ada.text(), /Two sugars/);
});

test('chat: an odd address is a room like any other', async () => {
  const [ada, linus] = await Promise.all([visit('chat.html#100%'), visit('chat.html#100%')]);
  await Promise.all([ada.meets(1), linus.meets(1)]);
});

test('pair: a link for one other person, and nobody else', async () => {
  const ada = await visit('pair.html');
  await ada.page.browserContext().setPermission(new URL(base()).origin, {
    permission: { name: 'clipboard-read' },
    state: 'granted',
  });
  await phase(ada, 'waiting');
  await ada.reads('host');
  const button = await ada.page.waitForSelector('peer-invite >>> .copy-link');
  await button?.click();
  await ada.page.waitForSelector('peer-invite >>> [role=status] p');
  const link = await ada.page.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /pair\.html#code=[0-9a-z]{4}(?:-[0-9a-z]{4}){3}$/);

  const linus = await visit(link);
  await Promise.all([phase(ada, 'together'), phase(linus, 'together')]);
  await ada.reads(/You\s+host/);
  await linus.reads(/You\s+guest/);
  await ada.says('Just the two of us');
  await linus.reads('Just the two of us');

  const third = await visit(link);
  await phase(third, 'busy');
  await third.reads('Two others are already using this code');
  await linus.says('Was that the door?');
  await ada.reads('Was that the door?');
  assert.doesNotMatch(await third.text(), /Just the two of us/);

  await third.page.click('#anew a');
  await phase(third, 'waiting');
  assert.notEqual(third.page.url(), link);

  await linus.page.reload();
  await Promise.all([phase(ada, 'together'), phase(linus, 'together')]);
  await linus.page.goto('about:blank');
  await phase(ada, 'waiting');
});

test('pair: the other one can be a second window of this browser', async () => {
  const ada = await visit('pair.html');
  await phase(ada, 'waiting');
  const other = await opened(ada, '#open');
  await Promise.all([phase(ada, 'together'), phase(other, 'together')]);
});

test('events: everyone paints one board, and reads what happened', async () => {
  const tile = (visitor: Visitor, index: number): Promise<boolean> =>
    visitor.page.$$eval('#board input', (all, at) => all[at]!.checked, index);
  const colour = (visitor: Visitor, index: number): Promise<string> =>
    visitor.page.$$eval('#board input', (all, at) => getComputedStyle(all[at]!).backgroundColor, index);
  const click = (visitor: Visitor, index: number): Promise<void> =>
    visitor.page.click(`#board input:nth-child(${index + 1})`);

  const ada = await visit('events.html');
  await ada.reads(/join\s+board/);
  await ada.page.type('#name', 'Ada');
  await ada.page.keyboard.press('Tab');
  await click(ada, 7);

  // Whoever comes later is sent what has been painted.
  const linus = await visit('events.html');
  await Promise.all([ada.meets(1), linus.meets(1)]);
  await linus.reads(/peer\s+Ada/);
  await until(() => tile(linus, 7));
  await linus.reads(/data\s+Ada paint \[\{"index":7,"on":true/);
  await until(async () => (await colour(linus, 7)) === (await colour(ada, 7)));

  await click(linus, 7);
  await until(async () => !(await tile(ada, 7)));
  await ada.reads(/data\s+Guest [\w-]+ paint \[\{"index":7,"on":false/);

  await linus.page.type('#name', 'Linus');
  await linus.page.keyboard.press('Tab');
  await ada.reads(/profile\s+Linus/);
  await linus.page.goto('about:blank');
  await ada.reads(/leave\s+Linus (?:left|lost)/);
});

test('files: a file goes from hand to hand', async () => {
  const ada = await visit('files.html');
  const linus = await visit(ada.page.url());
  await Promise.all([ada.meets(1), linus.meets(1)]);
  const input = await ada.page.waitForSelector('peer-files >>> input[type=file]');
  await input?.uploadFile(join(root, 'LICENSE'));
  await (await linus.page.waitForSelector('peer-files >>> .accept'))?.click();
  const link = await linus.page.waitForSelector('peer-files >>> a.save');
  const saved = await link?.evaluate(async (a) => (await fetch(a.href)).text());
  assert.equal(saved, readFileSync(join(root, 'LICENSE'), 'utf8'));
  await ada.page.waitForSelector('peer-files >>> .file.done');
});

test('status: two people see the same number, and one of them says so', async () => {
  const ada = await visit('status.html');
  const linus = await visit(ada.page.url());
  await Promise.all([ada.meets(1), linus.meets(1)]);
  await ada.page.type('#name', 'Ada');
  const numberAt = async ({ page }: Visitor): Promise<string> => {
    await (await page.waitForSelector('peer-status >>> .toggle'))?.click();
    const shown = (): Promise<string> =>
      page.$$eval('peer-status >>> .number [aria-hidden]', (all) =>
        all.map((one) => one.textContent).join(' '),
      );
    return until(async () => /^\d{5}( \d{5}){11}$/.exec(await shown())?.[0], { what: 'a number' });
  };
  assert.equal(await numberAt(linus), await numberAt(ada));
  await (await linus.page.waitForSelector('peer-status >>> .same'))?.click();
  await linus.page.waitForSelector('peer-status >>> .check');
  await linus.page.reload();
  await linus.page.waitForSelector('peer-status >>> .check');
});

test('door: who comes later is let in, or hears why not', async () => {
  const ada = await visit('door.html');
  await ada.meets(0);
  const linus = await opened(ada, 'a[href*=Linus]');
  const shown = ({ page }: Visitor): Promise<string> =>
    page.$eval('peer-door', ({ shadowRoot }) => shadowRoot?.textContent ?? '');
  const reads = (visitor: Visitor, text: string): Promise<unknown> =>
    until(async () => (await shown(visitor)).includes(text), { what: text });
  await reads(linus, 'Somebody inside can see it.');
  await reads(linus, 'You are asking as Linus.');
  await linus.meets(0);
  await (await ada.page.waitForSelector('peer-door >>> .let-in'))?.click();
  await Promise.all([ada.meets(1), linus.meets(1)]);
  await linus.says('Thank you for opening');
  await ada.reads('Thank you for opening');

  // Whoever was let in is inside as well.
  const grace = await opened(linus, 'a[href*=Grace]');
  await (await linus.page.waitForSelector('peer-door >>> .why'))?.click();
  await (await linus.page.waitForSelector('peer-door >>> input'))?.type('We are three already.');
  await linus.page.keyboard.press('Enter');
  await reads(grace, 'You were not let in');
  await reads(grace, 'We are three already.');
  await grace.meets(0);
  assert.doesNotMatch(await grace.text(), /Thank you for opening/);
});

test('video: one presses a button, and the other one sees them', async () => {
  const ada = await visit('video.html');
  const linus = await visit(ada.page.url());
  await Promise.all([ada.meets(1), linus.meets(1)]);
  await ada.page.type('#name', 'Ada');
  await (await ada.page.waitForSelector('peer-video >>> .control.video'))?.click();
  await ada.page.waitForSelector('peer-video >>> .tile.own.seen');
  await linus.page.waitForSelector('peer-video >>> .tile.seen:not(.own)');
  const name = (): Promise<string> =>
    linus.page.$eval('peer-video >>> .tile:not(.own) .name', (one) => one.textContent.trim());
  await until(async () => (await name()) === 'Ada', { what: 'her name' });
});

test('local: two tabs talk where there is nothing but files', async (t) => {
  const site = await elsewhere({ signalling: false });
  t.after(() => site.close());
  const ada = await visit(`${site.base}local.html`);
  const second = await visit(`${site.base}local.html`, ada.page.browserContext());
  await Promise.all([ada.meets(1), second.meets(1)]);
  await second.says('No server was asked');
  await ada.reads('No server was asked');
  await ada.page.bringToFront();
  await ada.says('And none answered');
  await second.reads('And none answered');
  assert.deepEqual([...ada.sockets, ...second.sockets], []);
});
