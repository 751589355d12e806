/** The demo as a visitor meets it: served, opened in browsers of several people, and listened to for complaints. */
import { createServer, type Server } from 'node:http';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'puppeteer-core';
import { SignalingServer } from '../../server/index.js';
import { until } from '../support/until.js';
import { root } from '../tools/workspace.mjs';

export const pages = readdirSync(join(root, 'demo'))
  .filter((name) => name.endsWith('.html'))
  .sort();

export const sourceOf = (name: string): string => readFileSync(join(root, 'demo', name), 'utf8');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

/** Nothing but what the pages bring themselves; scripts may stand in them. */
const POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types lit-html";

export interface Site {
  readonly base: string;
  close(): Promise<void>;
}

/** A host that knows nothing of us: files below `/some/where/`, under a strict policy, with signalling only if asked for. */
export async function elsewhere({ signalling }: { signalling: boolean }): Promise<Site> {
  const mount = '/some/where/';
  const http: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    const name = pathname.startsWith(mount) ? pathname.slice(mount.length) : '';
    const file = ['demo', 'dist']
      .map((dir) => join(root, dir, name))
      .find((path) => name && existsSync(path));
    response.setHeader('Content-Security-Policy', POLICY);
    if (!file) return response.writeHead(404).end();
    return response.setHeader('Content-Type', TYPES[extname(file)] ?? 'text/plain').end(readFileSync(file));
  });
  const server = signalling ? new SignalingServer({ server: http, path: `${mount}signal` }) : null;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  await server?.listen();
  return {
    base: `http://localhost:${(http.address() as AddressInfo).port}${mount}`,
    async close() {
      await server?.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** One page, and everything about it that nobody wants to see. */
export class Visitor {
  readonly page: Page;
  readonly complaints: string[] = [];
  /** Addresses of the WebSockets it opened. */
  readonly sockets: string[] = [];

  private constructor(page: Page) {
    this.page = page;
  }

  /** @param origin the only one it may talk to */
  static async watch(page: Page, origin: string): Promise<Visitor> {
    const visitor = new Visitor(page);
    const complain = (text: string): unknown => visitor.complaints.push(text);
    page.on('console', (message) => complain(`console: ${message.text()}`));
    page.on('pageerror', (error) => complain(`uncaught: ${String(error)}`));
    page.on('requestfailed', (request) => complain(`failed: ${request.url()}`));
    page.on('response', (response) => response.status() >= 400 && complain(`not found: ${response.url()}`));
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      const own = /^(?:data|blob|file):/.test(request.url()) || new URL(request.url()).origin === origin;
      if (!own) complain(`another origin: ${request.url()}`);
      void (own ? request.continue() : request.abort());
    });
    const devtools = await page.createCDPSession();
    await devtools.send('Network.enable');
    devtools.on('Network.webSocketCreated', ({ url }) => {
      visitor.sockets.push(url);
      if (new URL(url).origin.replace('ws', 'http') !== origin) complain(`another origin: ${url}`);
    });
    return visitor;
  }

  /** In a browser profile of its own, as another person would have, unless there is a `context` to share. */
  static async open(browser: Browser, url: string, context?: BrowserContext): Promise<Visitor> {
    const page = await (context ?? (await browser.createBrowserContext())).newPage();
    const visitor = await Visitor.watch(page, new URL(url).origin);
    await page.goto(url);
    return visitor;
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  /** What is to be read on the page, within the elements, too. */
  text(): Promise<string> {
    return this.page.evaluate(() => {
      const chat = document.querySelector('peer-chat');
      return `${document.body.innerText}\n${chat?.shadowRoot?.querySelector('[part=log]')?.textContent ?? ''}`;
    });
  }

  async reads(text: string | RegExp): Promise<void> {
    const there = async (): Promise<boolean> => {
      const read = await this.text();
      return typeof text === 'string' ? read.includes(text) : text.test(read);
    };
    await until(there, { what: `${this.page.url()} to show ${String(text)}` });
  }

  /** By keyboard, as a person would. */
  async says(text: string): Promise<void> {
    const field = await this.page.waitForSelector('peer-chat >>> textarea');
    await field?.type(text);
    await field?.press('Enter');
  }

  /** Resolves when it is connected to as many others. */
  async meets(others: number): Promise<void> {
    const count = (): Promise<number> =>
      this.page.evaluate(() => {
        const source = document.querySelector<HTMLElementTagNameMap['peer-group']>('peer-group, peer-pair');
        return [...(source?.peers.values() ?? [])].filter(({ state }) => state === 'connected').length;
      });
    await until(async () => (await count()) === others, { what: `${this.page.url()} to meet ${others}` });
  }

  /** STUN and TURN servers its connections were told of. */
  iceServers(): Promise<unknown[]> {
    return this.page.evaluate(() => {
      const source = document.querySelector<HTMLElementTagNameMap['peer-group']>('peer-group, peer-pair');
      return [...(source?.peers.values() ?? [])].flatMap(
        ({ connection }) => connection?.getConfiguration().iceServers ?? [],
      );
    });
  }
}
