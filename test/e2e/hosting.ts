/** Where the pages under test come from. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type OutgoingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { root } from '../tools/workspace.mjs';
import { SignalServer } from '../wtr/signal-server.mjs';

export const bundlePath = join(root, 'dist/peer-elements.js');

/** A name no other test uses, for a room or as a code. */
export const uniqueName = (): string => crypto.randomUUID();

/** A whole page around `body`. */
export const html = (body: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>page</title>
<script type="module" src="/peer-elements.js"></script>
${body}`;

/** The real server with the pages in a directory of its own, as its users would put them there. */
export class RealServer {
  #dir = '';
  #server = new SignalServer();
  #pages = 0;
  readonly #args: readonly string[];

  /** @param args further arguments of the command */
  constructor(args: readonly string[] = []) {
    this.#args = args;
  }

  get signalUrl(): string {
    return this.#server.url;
  }

  /** @returns its address */
  async page(text: string): Promise<string> {
    const name = `page-${++this.#pages}.html`;
    await writeFile(join(this.#dir, name), text);
    return new URL(`/${name}`, this.signalUrl.replace('ws:', 'http:')).href;
  }

  /** A page with nothing but a room of this server. */
  room(room = uniqueName(), attributes = ''): Promise<string> {
    return this.page(html(`<peer-group url="/signal" room="${room}" ${attributes}></peer-group>`));
  }

  async start(): Promise<void> {
    if (!this.#dir) {
      this.#dir = await mkdtemp(join(tmpdir(), 'peer-elements-e2e-'));
      this.#server = new SignalServer(['--static', this.#dir, ...this.#args]);
    }
    await this.#server.start();
  }

  /** As an operator stops it: settles when everybody has gone. */
  drain(): Promise<void> {
    return this.#server.drain();
  }

  /** Sockets break without a word. */
  kill(): Promise<void> {
    return this.#server.stop('SIGKILL');
  }

  async dispose(): Promise<void> {
    await this.kill();
    if (this.#dir) await rm(this.#dir, { recursive: true });
  }
}

/** @param args further arguments of the command */
export function useServer(...args: string[]): RealServer {
  const server = new RealServer(args);
  before(() => server.start());
  after(() => server.dispose());
  return server;
}

interface Resource {
  readonly body: string;
  readonly headers: OutgoingHttpHeaders;
}

/** Nothing but files: the page and the bundle. */
export class Site {
  readonly #resources = new Map<string, Resource>();
  readonly #http: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    const found = this.#resources.get(pathname);
    if (found) response.writeHead(200, found.headers).end(found.body);
    else response.writeHead(404).end();
  });

  async start(): Promise<void> {
    this.add('/peer-elements.js', await readFile(bundlePath, 'utf8'));
    this.#http.listen(0);
    await once(this.#http, 'listening');
  }

  stop(): void {
    this.#http.close();
    this.#http.closeAllConnections();
  }

  add(path: string, body: string, headers: OutgoingHttpHeaders = {}): void {
    const type = path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8';
    this.#resources.set(path, { body, headers: { 'content-type': type, ...headers } });
  }

  /** @returns its address */
  page(body: string, headers: OutgoingHttpHeaders = {}, host = 'localhost'): string {
    const path = `/page-${this.#resources.size}.html`;
    this.add(path, body, headers);
    const { port } = this.#http.address() as AddressInfo;
    return `http://${host}:${port}${path}`;
  }
}

export function useSite(): Site {
  const site = new Site();
  before(() => site.start());
  after(() => site.stop());
  return site;
}
