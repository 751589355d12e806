/** The servers that the contestants talk to, and two pages of theirs at a time, on whatever network. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const SCHEMES = { peerjs: 'http' };
const PATHS = { peerjs: 'peerjs', ours: 'signal' };

export class Stage {
  #network;
  #ports;

  /** @param {import('./networks.mjs').Network} network closed with the stage */
  constructor(network) {
    this.#network = network;
  }

  async open() {
    const servers = fileURLToPath(new URL('servers.mjs', import.meta.url));
    this.#ports = JSON.parse(await this.#network.start([process.execPath, servers]));
  }

  /** What a result has to name. */
  async describe() {
    const browser = await this.#network.browsers[0].version();
    return { browser, node: process.versions.node, network: this.#network.name };
  }

  /**
   * Two pages of a contestant, in fresh profiles, one after the other.
   * @param plays what of page.mjs runs in the first and in the second
   * @param timeout milliseconds that each has for getting ready
   * @param act is given both, once the first can be found and the second has started
   * @param prepare is given each of them before it has loaded anything
   */
  async play({ module, server, direct, options = {} }, plays, timeout, act, prepare) {
    const { host, origin, browsers } = this.#network;
    const url = `${SCHEMES[server] ?? 'ws'}://${host}:${this.#ports[server]}/${PATHS[server] ?? ''}`;
    const common = { url, room: randomUUID(), direct, options, timeout };
    const contexts = [];
    const enter = async (role, browser) => {
      const context = await browser.createBrowserContext();
      contexts.push(context);
      const page = await context.newPage();
      await prepare?.(page);
      const address = new URL(`${module}.html`, origin);
      address.searchParams.set('args', JSON.stringify({ ...common, role, play: plays[role] }));
      await page.goto(address.href);
      return page;
    };
    try {
      const first = await enter('first', browsers[0]);
      await limited(first.evaluate('window.result'), timeout, 'the first page never joined');
      return await act(first, await enter('second', browsers[1]));
    } finally {
      await Promise.all(contexts.map((context) => context.close()));
    }
  }

  close() {
    return this.#network.close();
  }
}

/** @throws an error that says `what` when it takes too long */
export async function limited(promise, ms, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(what)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
