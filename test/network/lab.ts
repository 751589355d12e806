/**
 * The NAT laboratory: two homes, a server and an internet between them, on one machine (topology.ts draws it).
 *
 *     const lab = await createLab({ left: { nat: 'symmetric' }, right: { nat: 'cone', browser: 'firefox' } });
 *     const page = await lab.open('left');
 *
 * Everything in it is gone when it is closed, and when the process that made it ends, however that comes about.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { launch, type BrowserOptions, type Kind } from './browser.js';
import { Namespaces, type Service } from './namespaces.js';
import type { Nat } from './nat.js';
import { TURN_PORT, TurnServer, startProgram, startSignalling, type IceOptions } from './services.js';
import { SERVER_HOST, SIDES, SIGNAL_PORT, Topology, type Side } from './topology.js';

export type { IceOptions, Kind, Nat, Service, Side };

export interface HomeOptions {
  /** Default `none`. */
  readonly nat?: Nat;
  /** Default `chromium`; null for none. */
  readonly browser?: Kind | null;
}

export interface LabOptions extends BrowserOptions {
  readonly left?: HomeOptions;
  readonly right?: HomeOptions;
  /** Milliseconds one way, between the homes and between each of them and the server. Default 0. */
  readonly delay?: number;
  /** Part of the packets that gets lost one way, from 0 to 1, likewise. Default 0. */
  readonly loss?: number;
}

export interface Home {
  /** @throws when this home has none */
  readonly browser: Browser;
  readonly nat: Nat;
}

/** A page that brings the core along: `window.core` has what `peer-elements/core` exports. */
const CORE_PAGE = 'core.html';
const html = (script: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">
<script type="module">${script}</script>`;

export class Lab {
  /** Of the pages. */
  readonly origin = `http://${SERVER_HOST}:${SIGNAL_PORT}`;
  readonly signalUrl = `ws://${SERVER_HOST}:${SIGNAL_PORT}/signal`;
  readonly #namespaces = new Namespaces();
  readonly #topology = new Topology(this.#namespaces);
  readonly #turn = new TurnServer();
  readonly #browsers = new Map<Side, Browser>();
  readonly #pages = join(this.#namespaces.dir, 'pages');

  readonly left = this.#home('left');
  readonly right = this.#home('right');

  async build({ left = {}, right = {}, delay = 0, loss = 0, ...browserOptions }: LabOptions): Promise<void> {
    await this.#topology.build({ left: left.nat ?? 'none', right: right.nat ?? 'none' }, delay, loss);
    await mkdir(this.#pages);
    await this.addPage(CORE_PAGE, html(`import * as core from '/core.js';\nwindow.core = core;`));
    const launching = Object.entries({ left, right }).map(async ([side, { browser = 'chromium' }]) => {
      if (browser === null) return;
      const launched = await launch(this.#namespaces, side as Side, browser, browserOptions);
      this.#browsers.set(side as Side, launched);
    });
    // All of them to their end: what comes too late for a failure could not be closed.
    const outcomes = await Promise.allSettled([
      startSignalling(this.#namespaces, this.#pages),
      this.#turn.start(this.#namespaces),
      ...launching,
    ]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** Somebody new, with a browser profile of their own. @param path of a page; default: one with `window.core` */
  async open(side: Side, path = CORE_PAGE): Promise<Page> {
    const context = await this[side].browser.createBrowserContext();
    const page = await context.newPage();
    await page.goto(new URL(path, this.origin).href);
    return page;
  }

  /** Puts a page or a script beside the server's own. */
  addPage(name: string, text: string): Promise<void> {
    return writeFile(join(this.#pages, name), text);
  }

  /** Runs something on the server's machine, at SERVER_HOST. @param ready what it says once it can be used */
  startOnServer(argv: readonly string[], ready: RegExp): Promise<Service> {
    return this.#namespaces.start('server', argv, ready);
  }

  /** The laboratory's STUN and TURN. */
  iceServers(options?: IceOptions): RTCIceServer[] {
    return this.#turn.iceServers(options);
  }

  /** Signalling of its own for a test, with what the command cannot be told. @returns its address */
  async startSignalling(port: number, options: object): Promise<string> {
    await startProgram(this.#namespaces, port, options);
    return `ws://${SERVER_HOST}:${port}/signal`;
  }

  /** What a signalling server's `turn` needs to know of the laboratory's. */
  get turn(): TurnServer['options'] {
    return this.#turn.options;
  }

  /** From here on; what is connected may stay so. */
  setNat(side: Side, nat: Nat): void {
    this.#topology.setNat(side, nat);
  }

  /** Nothing comes through to this home or from it, and nobody is told. */
  cut(side: Side): void {
    this.#topology.cut(side);
  }

  restore(side: Side): void {
    this.#topology.restore(side);
  }

  /** This home is in another network at once. */
  changeAddress(side: Side): void {
    this.#topology.changeAddress(side);
  }

  async close(): Promise<void> {
    // They have nothing to lose, and Firefox would take its time.
    await Promise.allSettled([...this.#browsers.values()].map((browser) => browser.disconnect()));
    await this.#namespaces.close();
  }

  #home(side: Side): Home {
    const browsers = this.#browsers;
    const topology = this.#topology;
    return {
      get browser() {
        const browser = browsers.get(side);
        if (!browser) throw new Error(`There is no browser on the ${side}.`);
        return browser;
      },
      get nat() {
        return topology.nat(side);
      },
    };
  }
}

/** @throws when this machine has not what it takes: see requirements.mjs */
export async function createLab(options: LabOptions = {}): Promise<Lab> {
  const lab = new Lab();
  try {
    await lab.build(options);
  } catch (error) {
    await lab.close();
    throw error;
  }
  return lab;
}

export { SERVER_HOST, SIDES, TURN_PORT };
