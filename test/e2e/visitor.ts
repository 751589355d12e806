/** Somebody who looks at a page: one tab of a real browser. */
import type { BrowserContext, EvaluateFunc, Page } from 'puppeteer-core';
import { until } from '../support/until.js';
import { EVENTS, record, type Told } from './recorder.js';

/** Generous, for a machine that is busy with something else; what works is a thousand times faster. */
const PATIENCE = 20_000;

export class Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  #unclaimed: string[] = [];
  readonly #claims: RegExp[] = [];

  private constructor(page: Page) {
    this.page = page;
    this.context = page.browserContext();
  }

  /** @param prepare before anything is loaded */
  static async enter(
    context: BrowserContext,
    url: string,
    prepare: (page: Page) => Promise<void> = async () => {},
  ): Promise<Visitor> {
    const page = await context.newPage();
    const visitor = new Visitor(page);
    visitor.#listen(new URL(url).hostname);
    await page.evaluateOnNewDocument(record, EVENTS);
    await prepare(page);
    await page.goto(url);
    return visitor;
  }

  /** What was said that nobody expected. */
  get unclaimed(): readonly string[] {
    return this.#unclaimed;
  }

  /** Another tab of the same browser window, sharing storage and channels. */
  tab(url: string, prepare?: (page: Page) => Promise<void>): Promise<Visitor> {
    return Visitor.enter(this.context, url, prepare);
  }

  /** Lets the page say what matches, before or after. */
  claim(pattern: RegExp): void {
    this.#claims.push(pattern);
    this.#unclaimed = this.#unclaimed.filter((text) => !pattern.test(text));
  }

  /** Waits for a condition in the page. */
  async until<A extends unknown[]>(what: string, fn: EvaluateFunc<A>, ...args: A): Promise<void> {
    await until(() => this.page.evaluate(fn, ...args), { what, timeout: PATIENCE });
  }

  /** All events of a type so far. */
  told(type: string): Promise<Told[]> {
    return this.page.evaluate((of) => window.e2e.told.filter((told) => told.type === of), type);
  }

  /** The same, as soon as there are `count` of them. */
  async heard(type: string, count = 1, timeout = PATIENCE): Promise<Told[]> {
    const enough = (of: string, wanted: number): boolean =>
      window.e2e?.told.filter((told) => told.type === of).length >= wanted;
    const what = `${count} × "${type}"`;
    await until(() => this.page.evaluate(enough, type, count), { what, timeout });
    return this.told(type);
  }

  /** The own peer id. */
  async id(): Promise<string> {
    const [{ id = '' } = {}] = await this.heard('join');
    return id;
  }

  /** To everyone; resolves when it is on its way. */
  send(data: unknown, options: { to?: string | string[]; type?: string } = {}): Promise<void> {
    return this.page.evaluate((value, how) => window.e2e.source.send(value, how), data, options);
  }

  /** What has been received, of all types or one. */
  async received(kind?: string): Promise<unknown[]> {
    const messages = await this.told('data');
    return messages.filter((told) => kind === undefined || told.kind === kind).map(({ data }) => data);
  }

  /** Writes into the chat and presses Enter. */
  async say(text: string): Promise<void> {
    // Keys go to the tab in front.
    await this.page.bringToFront();
    const field = await this.page.evaluateHandle(() =>
      document.querySelector('peer-chat')!.shadowRoot!.querySelector('textarea')!,
    );
    await field.type(text);
    await this.page.keyboard.press('Enter');
  }

  /** What the chat shows of others' messages. */
  bubbles(): Promise<string[]> {
    return this.page.evaluate(() =>
      [...document.querySelector('peer-chat')!.shadowRoot!.querySelectorAll('[part~="bubble-other"]')].map(
        ({ textContent }) => textContent,
      ),
    );
  }

  /** Waits until the chat shows this message of somebody else. */
  async reads(text: string): Promise<void> {
    const what = `"${text}" in the chat`;
    await until(async () => (await this.bubbles()).includes(text), { what, timeout: PATIENCE });
  }

  /** For the report on a failed test. */
  async describe(): Promise<string> {
    const told = await this.page
      .evaluate(() => {
        const { told } = window.e2e;
        const messages = told.filter(({ type }) => type === 'data').slice(-10);
        return [...told.filter(({ type }) => type !== 'data').slice(-30), ...messages].map((one) =>
          JSON.stringify(one).slice(0, 300),
        );
      })
      .catch((error: unknown) => [`cannot be asked: ${String(error)}`]);
    return [this.page.url(), ...told, ...this.#unclaimed].join('\n    ');
  }

  #note(text: string): void {
    // Browsers ask for it on their own, and complain about the answer.
    if (text.includes('/favicon.ico')) return;
    if (!this.#claims.some((claim) => claim.test(text))) this.#unclaimed.push(text);
  }

  #listen(host: string): void {
    const { page } = this;
    page.on('console', (message) => {
      const { url = '' } = message.location();
      this.#note(`console.${message.type()}: ${message.text()} ${url}`);
    });
    page.on('pageerror', (error) => this.#note(`uncaught: ${String(error)}`));
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol.startsWith('http') && hostname !== host) this.#note(`third party: ${request.url()}`);
    });
    page.on('requestfailed', (request) =>
      this.#note(`failed: ${request.url()} ${request.failure()?.errorText ?? ''}`),
    );
    page.on('response', (response) => {
      if (response.status() >= 400) this.#note(`status ${response.status()}: ${response.url()}`);
    });
  }
}

/** Resolves when everyone is connected to everyone. */
export async function meet(...visitors: readonly Visitor[]): Promise<void> {
  const others = visitors.length - 1;
  await Promise.all(
    visitors.map((visitor) =>
      visitor.until(
        `connections to ${others} others`,
        (count) => {
          const peers = [...window.e2e.source.peers.values()];
          return peers.length === count && peers.every(({ state }) => state === 'connected');
        },
        others,
      ),
    ),
  );
}

/** Everyone says something, and everyone else hears it, once. */
export async function talk(...visitors: readonly Visitor[]): Promise<void> {
  const kind = crypto.randomUUID();
  await Promise.all(visitors.map((visitor, i) => visitor.send(i, { type: kind })));
  const expected = (self: number): number[] => visitors.map((_, i) => i).filter((i) => i !== self);
  for (const [i, visitor] of visitors.entries()) {
    await visitor.until(
      'a word from everyone',
      (of, count) => window.e2e.told.filter((told) => told.kind === of).length >= count,
      kind,
      visitors.length - 1,
    );
    const words = (await visitor.received(kind)) as number[];
    if (words.sort((a, b) => a - b).join() !== expected(i).join())
      throw new Error(`Visitor ${i} heard ${words.join()}`);
  }
}
