/** The servers that the contestants talk to, and two pages of theirs at a time, on whatever network. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const SCHEMES = { peerjs: 'http' };
const PACKAGES = { mqtt: 'mosquitto' };
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
  play(contestant, plays, timeout, act, prepare) {
    const { browsers } = this.#network;
    return this.#meeting(contestant, timeout, prepare, async (enter) => {
      const first = await enter(browsers[0], { role: 'first', play: plays.first });
      await limited(first.evaluate('window.result'), timeout, 'the first page never joined');
      return act(first, await enter(browsers[1], { role: 'second', play: plays.second }));
    });
  }

  /**
   * Several pages, one after the other: the next one comes when the last one has what it wants of all others, and they of it.
   * @param act is given each one's result, how many were there before, and all pages
   */
  gather(contestant, count, timeout, act, prepare) {
    const { browsers } = this.#network;
    return this.#meeting(contestant, timeout, prepare, async (enter) => {
      const pages = [];
      for (let n = 0; n < count; n++) {
        const others = pages.map((_, i) => String(i));
        const args = { role: String(n), others, play: 'member' };
        const page = await enter(contestant.shared ? browsers[0] : browsers[n % 2], args);
        pages.push(page);
        const result = await limited(page.evaluate('window.result'), 2 * timeout, 'a page does not answer');
        const all = pages.map((one) => one.evaluate(`heardFrom(${n}).then(() => true)`));
        await limited(Promise.all(all), timeout, 'the others did not hear of who came');
        await act(result, n, pages);
      }
    });
  }

  /** Whatever ends, every page is closed. @param act is given what opens one */
  async #meeting({ module, server, direct, shared, options = {} }, timeout, prepare, act) {
    const { host, origin } = this.#network;
    const port = this.#ports[server];
    if (!port) throw new Error(`there is no ${PACKAGES[server]} here`);
    const url = `${SCHEMES[server] ?? 'ws'}://${host}:${port}/${PATHS[server] ?? ''}`;
    const common = { url, room: randomUUID(), direct, options, timeout };
    const contexts = [];
    const enter = async (browser, args) => {
      const [context = await browser.createBrowserContext()] = shared ? contexts : [];
      if (!contexts.includes(context)) contexts.push(context);
      const page = await context.newPage();
      await prepare?.(page);
      const address = new URL(`${module}.html`, origin);
      address.searchParams.set('args', JSON.stringify({ ...common, ...args }));
      await page.goto(address.href);
      return page;
    };
    try {
      return await act(enter);
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
