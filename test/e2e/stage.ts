/** The frame of every test: browsers, the visitors in them, and silence on their consoles. */
import type { Browser, Page } from 'puppeteer-core';
import { after, before, type TestContext } from 'node:test';
import { launchChromium, launchFirefox } from '../support/launch.js';
import { crashable } from './crash.js';
import { Visitor } from './visitor.js';

export type Kind = 'chromium' | 'firefox';

const launch = (kind: Kind): Promise<Browser> => (kind === 'chromium' ? launchChromium() : launchFirefox());

/** Browser processes that all tests of a `describe` share. */
export function useBrowsers<Name extends string>(
  wanted: Record<Name, Kind | (() => Promise<Browser>)>,
): Readonly<Record<Name, Browser>> {
  const browsers = {} as Record<Name, Browser>;
  before(async () => {
    for (const name of Object.keys(wanted) as Name[]) {
      const how: Kind | (() => Promise<Browser>) = wanted[name];
      browsers[name] = await (typeof how === 'function' ? how() : launch(how));
    }
  });
  after(async () => {
    await Promise.all(Object.values<Browser>(browsers).map((browser) => browser.close()));
  });
  return browsers;
}

export class Stage {
  /** Tells beside the result what was measured. */
  readonly say: (line: string) => void;
  readonly #visitors = new Set<Visitor>();
  readonly #own = new Set<Browser>();

  constructor(context: TestContext) {
    this.say = (line) => context.diagnostic(line);
  }

  /** Somebody new, with a browser profile of their own. */
  async enter(browser: Browser, url: string, prepare?: (page: Page) => Promise<void>): Promise<Visitor> {
    return this.#keep(await Visitor.enter(await browser.createBrowserContext(), url, prepare));
  }

  /** Somebody who opened another tab. */
  async tab(beside: Visitor, url: string, prepare?: (page: Page) => Promise<void>): Promise<Visitor> {
    return this.#keep(await beside.tab(url, prepare));
  }

  /** A browser process for this test alone, which may come to harm. */
  async launch(kind: Kind | (() => Promise<Browser>)): Promise<Browser> {
    const browser = await (typeof kind === 'function' ? kind() : launch(kind));
    this.#own.add(browser);
    return browser;
  }

  /** As a crash would: no page can say good-bye. */
  async kill(browser: Browser): Promise<void> {
    for (const visitor of this.#visitors) {
      if (visitor.page.browser() === browser) this.#visitors.delete(visitor);
    }
    this.#own.delete(browser);
    const child = browser.process();
    if (child?.pid === undefined) throw new Error('There is no such browser process.');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    // It leads a process group, with those who draw the pages and keep the sockets.
    process.kill(-child.pid, 'SIGKILL');
    await gone;
  }

  /** A visitor whose tab will crash: its browser goes on, and keeps what it has of that visitor. */
  async fragile(browser: Browser, enter: () => Promise<Visitor>): Promise<[Visitor, () => Promise<void>]> {
    const [visitor, crash] = await crashable(browser, enter, ({ page }) => page);
    return [visitor, () => (this.#visitors.delete(visitor), crash())];
  }

  /** @throws when a page said what nobody claimed */
  async end(): Promise<void> {
    const said = [...this.#visitors].flatMap(({ unclaimed }) => unclaimed);
    const contexts = new Set([...this.#visitors].map(({ context }) => context));
    await Promise.all([...contexts].map((context) => context.close()));
    await Promise.all([...this.#own].map((browser) => browser.close()));
    if (said.length > 0) throw new Error(`Nobody claimed this:\n    ${said.join('\n    ')}`);
  }

  async describe(): Promise<string> {
    return (await Promise.all([...this.#visitors].map((visitor) => visitor.describe()))).join('\n  ');
  }

  #keep(visitor: Visitor): Visitor {
    this.#visitors.add(visitor);
    return visitor;
  }
}

/** A test's function with visitors in it. What they were told is said when it fails. */
export const play =
  (act: (stage: Stage) => Promise<void>) =>
  async (context: TestContext): Promise<void> => {
    const stage = new Stage(context);
    try {
      await act(stage);
    } catch (error) {
      context.diagnostic(`The visitors' views:\n  ${await stage.describe()}`);
      await stage.end().catch(() => undefined);
      throw error;
    }
    await stage.end();
  };
