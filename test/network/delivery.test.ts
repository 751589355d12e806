/** Messages of each class over a line that is slow and loses packets: what they promise, however long it takes. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'puppeteer-core';
import type { Delivery, PeerRoomOptions } from '../../src/index.js';
import { until } from '../support/until.js';
import { createLab, type Lab } from './lab.js';

const DELIVERIES: readonly Delivery[] = ['reliable', 'unordered', 'fast', 'latest'];
const RATE = 60;
const SECONDS = 5;
const COUNT = RATE * SECONDS;
const PATIENCE = 40_000;

declare global {
  interface Window {
    received: Record<Delivery, number[]>;
    enter(options: PeerRoomOptions): Promise<void>;
    path(): string | null;
    stream(deliveries: readonly Delivery[], rate: number, count: number): Promise<void>;
  }
}

/** Runs in the page, so it uses nothing from outside. */
function prepare(): void {
  window.received = { reliable: [], unordered: [], fast: [], latest: [] };
  window.enter = async (options) => {
    const room = new window.core.PeerRoom(options);
    room.addEventListener('data', ({ detail: { data, delivery } }) => {
      window.received[delivery].push(data as number);
    });
    window.path = () => [...room.peers.values()][0]?.path ?? null;
    window.stream = (deliveries, rate, count) =>
      new Promise((resolve) => {
        let n = 0;
        const timer = setInterval(() => {
          for (const delivery of deliveries) void room.send(n, { delivery });
          if (++n < count) return;
          clearInterval(timer);
          resolve();
        }, 1000 / rate);
      });
    await new Promise((resolve) => {
      room.addEventListener('join', resolve, { once: true });
    });
  };
}

const isRising = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value > values[i - 1]!);

describe('with 50 ms one way and 5 % of packets lost', () => {
  let lab: Lab;
  before(async () => {
    lab = await createLab({ delay: 50, loss: 0.05, hideAddresses: false });
  });
  after(() => lab.close());

  async function meet(path: 'direct' | 'relay'): Promise<readonly [Page, Page]> {
    const pages = [await lab.open('left'), await lab.open('right')] as const;
    const options: PeerRoomOptions = { room: crypto.randomUUID(), url: lab.signalUrl, timeout: 20_000 };
    for (const page of pages) {
      await page.evaluate(prepare);
      await page.evaluate((given) => window.enter(given), {
        ...options,
        ...(path === 'relay' ? { transport: 'relay' as const } : {}),
      });
    }
    const isThere = async (): Promise<boolean> =>
      (await Promise.all(pages.map((page) => page.evaluate(() => window.path())))).every(
        (now) => now === path,
      );
    await until(isThere, { what: path, timeout: PATIENCE });
    return pages;
  }

  for (const path of ['direct', 'relay'] as const) {
    test(`every class keeps its word by the ${path} path`, async () => {
      const [sender, receiver] = await meet(path);
      // By the relay, a page may say some twenty things a second.
      const count = path === 'relay' ? COUNT / 3 : COUNT;
      await sender.evaluate((...given) => window.stream(...given), DELIVERIES, RATE, count);
      const received = (): Promise<Record<Delivery, number[]>> => receiver.evaluate(() => window.received);
      await until(
        async () => {
          const { reliable, unordered, latest } = await received();
          return reliable.length >= count && unordered.length >= count && latest.at(-1) === count - 1;
        },
        { what: 'all that arrive for sure', timeout: PATIENCE },
      );
      const { reliable, unordered, fast, latest } = await received();
      const all = Array.from({ length: count }, (_, n) => n);
      assert.deepEqual(reliable, all);
      assert.deepEqual(
        unordered.sort((a, b) => a - b),
        all,
      );
      assert.ok(isRising(latest), 'nothing stale');
      assert.equal(new Set(fast).size, fast.length, 'nothing twice');
      assert.ok(fast.length > 0);
      if (path === 'direct') assert.ok(fast.length < count, 'the line does lose packets');
      await Promise.all([sender, receiver].map((page) => page.browserContext().close()));
    });
  }
});
