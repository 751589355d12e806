/** Many who connect at once, as pages do: log in, join a room, back off when turned away. */
import { once } from 'node:events';
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { Backoff } from '../../src/signaling/backoff.js';
import { parseServerFrame, PROTOCOL_VERSION, loginMessage } from '../../src/protocol.js';
import { createKey, type Key } from '../server/client.js';

/** As many as one address may have. */
const PER_ADDRESS = 50;
/** First step of the back-off of a page, ms. */
const FIRST_STEP = 500;

export interface Measure {
  readonly connections: number;
  readonly members: number;
  /** Bytes. */
  readonly rss: number;
  /** Upgrades turned away. */
  readonly rejected: number;
  /** Seconds of the processors since the last measure. */
  readonly cpu: number;
  /** Of the event loop since the last measure, ms. */
  readonly lag: { readonly p99: number; readonly max: number };
}

export class CrowdServer {
  readonly url: string;
  #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(limits: object = {}): Promise<CrowdServer> {
    const loader = new URL('../tools/typescript-loader.mjs', import.meta.url).href;
    const child = fork(
      fileURLToPath(new URL('crowd-server.mjs', import.meta.url)),
      [JSON.stringify(limits)],
      {
        execArgv: ['--expose-gc', `--import=${loader}`],
      },
    );
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    return new CrowdServer(child, url);
  }

  async measure(): Promise<Measure> {
    this.#child.send('measure');
    const [measure] = (await once(this.#child, 'message')) as [Measure];
    return measure;
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }
}

/** One page. Resolves once it is in its room. */
function enter(url: string, key: Key, index: number): Promise<WebSocket> {
  const backoff = new Backoff(FIRST_STEP);
  const localAddress = `127.0.${1 + Math.floor(index / PER_ADDRESS / 250)}.${1 + (Math.floor(index / PER_ADDRESS) % 250)}`;
  return new Promise((resolve) => {
    const dial = (): void => {
      const ws = new WebSocket(url, { localAddress, perMessageDeflate: false });
      let joined = false;
      ws.on('error', () => undefined);
      ws.on('close', () => {
        if (!joined) setTimeout(dial, backoff.next());
      });
      ws.on('message', (data) => {
        const frame = parseServerFrame((data as Buffer).toString());
        if (frame?.type === 'welcome') {
          const signature = key.sign(loginMessage(new URL(url).host, frame.nonce));
          ws.send(
            JSON.stringify({ type: 'login', version: PROTOCOL_VERSION, key: key.raw, slot: 0, signature }),
          );
          const room = String(Math.floor(index / 2)).padStart(43, 'r');
          const hello = 'x'.repeat(240); // As long as an announcement is.
          ws.send(JSON.stringify({ type: 'join', n: 0, room, entry: 'join-or-create', hello }));
        } else if (frame?.type === 'joined') {
          joined = true;
          resolve(ws);
        }
      });
    };
    dial();
  });
}

/** So many, each from an address that has no more than its share, two in a room. */
export class Crowd {
  #keys: readonly Key[];
  #sockets: readonly WebSocket[] = [];

  #first: number;

  private constructor(keys: readonly Key[], first: number) {
    this.#keys = keys;
    this.#first = first;
  }

  /** @param first number of the first of them, where there is another crowd: addresses and rooms go by it */
  static prepare(size: number, first = 0): Crowd {
    return new Crowd(Array.from({ length: size }, createKey), first);
  }

  /** All at once. @returns how long it took until the last was in, ms */
  async enter(url: string): Promise<number> {
    const started = performance.now();
    this.#sockets = await Promise.all(this.#keys.map((key, i) => enter(url, key, this.#first + i)));
    return performance.now() - started;
  }

  /** Those that are still connected. */
  get connected(): number {
    return this.#sockets.filter((ws) => ws.readyState === ws.OPEN).length;
  }

  close(): void {
    for (const ws of this.#sockets) ws.terminate();
  }
}
