/** Ten thousand messages each way, while everything that carries them is broken again and again. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'puppeteer-core';
import { random } from '../support/random.js';
import { until } from '../support/until.js';
import { useServer, type RealServer } from './hosting.js';
import { play, useBrowsers, type Stage } from './stage.js';
import { meet, type Visitor } from './visitor.js';

const MESSAGES = 10_000;
const STEPS = 25;
/** In a second, as long as nothing is broken: slow enough that every fault falls among them. */
const PACE = 800;

/** What the page keeps hold of, so that the test can break it. */
interface Grip {
  readonly sockets: WebSocket[];
  readonly channels: RTCDataChannel[];
  readonly received: number[];
  sent: number;
  /** What went wrong while sending. */
  readonly failures: string[];
}
declare global {
  interface Window {
    grip: Grip;
  }
}

/** Is sent to the page as text, so it uses nothing from outside. */
function hold(): void {
  const grip: Grip = { sockets: [], channels: [], received: [], sent: 0, failures: [] };
  window.grip = grip;
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      grip.sockets.push(this);
    }
  };
  const { createDataChannel } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.createDataChannel = function (...args) {
    const channel = createDataChannel.apply(this, args);
    grip.channels.push(channel);
    return channel;
  };
  addEventListener(
    'data',
    (event) => {
      const { data, type } = (event as CustomEvent<{ data: number; type: string }>).detail;
      if (type === 'numbered') grip.received.push(data);
    },
    true,
  );
}

const startSending = (page: Page): Promise<void> =>
  page.evaluate(
    (count, pace) => {
      const { grip, e2e } = window;
      const timer = setInterval(() => {
        const until = Math.min(count, grip.sent + pace / 50);
        for (; grip.sent < until; grip.sent++) {
          e2e.source
            .send(grip.sent, { type: 'numbered' })
            .catch((error: unknown) => grip.failures.push(String(error)));
        }
        if (grip.sent === count) clearInterval(timer);
      }, 20);
    },
    MESSAGES,
    PACE,
  );

const received = (page: Page): Promise<number> => page.evaluate(() => window.grip.received.length);

type Fault = (who: Visitor, server: RealServer) => Promise<void>;

const FAULTS: Readonly<Record<string, Fault>> = {
  'data channel': ({ page }) =>
    page.evaluate(() => {
      window.grip.channels.at(-1)?.close();
    }),
  connection: ({ page }) =>
    page.evaluate(() => {
      [...window.e2e.source.peers.values()][0]?.connection?.close();
    }),
  WebSocket: ({ page }) =>
    page.evaluate(() => {
      window.grip.sockets.at(-1)?.close();
    }),
  server: async (_who, server) => {
    await server.kill();
    await server.start();
  },
  'connection and WebSocket': async (who, server) => {
    await FAULTS['connection']?.(who, server);
    await FAULTS['WebSocket']?.(who, server);
  },
  'server and data channel': async (who, server) => {
    await server.kill();
    await FAULTS['data channel']?.(who, server);
    await server.start();
  },
};
const NAMES = Object.keys(FAULTS);

async function endure(stage: Stage, ann: Visitor, bob: Visitor, server: RealServer): Promise<void> {
  const chance = random(7);
  const count = new Map<string, number>();
  await Promise.all([startSending(ann.page), startSending(bob.page)]);
  for (let step = 1; step <= STEPS; step++) {
    const enough = ((step - 0.5) * MESSAGES) / STEPS;
    await until(async () => Math.min(await received(ann.page), await received(bob.page)) >= enough, {
      what: `${enough} messages at both, after ${JSON.stringify([...count])}`,
      timeout: 60_000,
    });
    // Each of them in turn first, so that none depends on chance.
    const name = NAMES[step <= NAMES.length ? step - 1 : Math.floor(chance() * NAMES.length)] ?? '';
    await FAULTS[name]?.(chance() < 0.5 ? ann : bob, server);
    count.set(name, (count.get(name) ?? 0) + 1);
  }
  stage.say(`broken: ${[...count].map(([name, times]) => `${times} × ${name}`).join(', ')}`);
}

async function check(who: Visitor, stage: Stage): Promise<void> {
  await until(async () => (await received(who.page)) >= MESSAGES, { what: 'all messages', timeout: 60_000 });
  const { wrong, length, failures } = await who.page.evaluate(() => {
    const { received, failures } = window.grip;
    return { wrong: received.findIndex((n, i) => n !== i), length: received.length, failures };
  });
  assert.deepEqual({ wrong, length, failures }, { wrong: -1, length: MESSAGES, failures: [] });
  for (const type of ['leave', 'gap', 'error', 'untrusted', 'close']) {
    assert.deepEqual({ [type]: await who.told(type) }, { [type]: [] });
  }
  assert.equal((await who.told('peer')).length, 1);
  const changes = [...(await who.told('upgrade')), ...(await who.told('downgrade'))];
  stage.say(`${changes.length} changes of path, ${(await who.told('reconnect')).length} reconnects`);
}

describe('ten thousand messages each way', () => {
  const browsers = useBrowsers({ chromium: 'chromium', other: 'chromium', firefox: 'firefox' });
  const server = useServer();

  for (const [first, second] of [
    ['chromium', 'other'],
    ['chromium', 'firefox'],
  ] as const) {
    test(
      `arrive once and in order between ${first} and ${second}, whatever breaks`,
      { timeout: 180_000 },
      play(async (stage) => {
        const url = await server.room(undefined, 'reconnect-delay="50"');
        const [ann, bob] = [
          await stage.enter(browsers[first], url, (page) =>
            page.evaluateOnNewDocument(hold).then(() => undefined),
          ),
          await stage.enter(browsers[second], url, (page) =>
            page.evaluateOnNewDocument(hold).then(() => undefined),
          ),
        ];
        for (const visitor of [ann, bob]) {
          visitor.claim(
            /WebSocket connection to .* failed|can’t establish a connection|was interrupted|failed: .*\/signal/,
          );
        }
        await meet(ann, bob);
        await endure(stage, ann, bob, server);
        for (const visitor of [ann, bob]) await check(visitor, stage);
      }),
    );
  }
});
