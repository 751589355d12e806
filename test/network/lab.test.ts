/** The laboratory itself: its networks let through what they should, and nothing else. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'puppeteer-core';
import { until } from '../support/until.js';
import { SERVER_HOST, TURN_PORT, createLab, type Lab, type Nat } from './lab.js';
import { connect, roundTrip, seen, start } from './probe.js';
import { useTimings } from './timings.js';

const timings = useTimings('WebRTC by hand');

describe('between two homes', () => {
  let lab: Lab;
  before(async () => {
    lab = await createLab();
  });
  after(() => lab.close());

  async function withPages<T>(
    nats: readonly [Nat, Nat],
    act: (pages: readonly [Page, Page]) => Promise<T>,
  ): Promise<T> {
    lab.setNat('left', nats[0]);
    lab.setNat('right', nats[1]);
    const pages = [await lab.open('left'), await lab.open('right')] as const;
    try {
      return await act(pages);
    } finally {
      await Promise.all(pages.map((page) => page.browserContext().close()));
    }
  }

  for (const [what, nat, ice, pair, kinds] of [
    ['no routers in between', 'none', {}, /^(?!.*relay)/, /^host/],
    ['cone to cone through STUN', 'cone', {}, /^(?!.*relay)/, /^host,srflx$/],
    // Chromium gathers no more as soon as it has a way, which may be the other side's relay.
    ['symmetric to symmetric through TURN', 'symmetric', { turn: ['udp'] }, /relay\/udp/, /^host/],
    ['no UDP through TURN over TCP', 'no-udp', { turn: ['udp', 'tcp'] }, /relay\/tcp/, /^host,relay$/],
  ] as const) {
    test(what, () =>
      withPages([nat, nat], async (pages) => {
        const outcomes = await connect(pages, { iceServers: lab.iceServers(ice) });
        for (const [i, outcome] of outcomes.entries()) {
          assert.equal(outcome.state, 'open');
          assert.match(outcome.pair, pair);
          assert.match((await seen(pages[i]!)).kinds.join(), kinds);
        }
        timings.add(what, { open: Math.max(...outcomes.map(({ time }) => time)) });
      }),
    );
  }

  test('symmetric to symmetric fails without TURN', () =>
    withPages(['symmetric', 'symmetric'], async (pages) => {
      const [{ state, time }] = await connect(pages, { iceServers: lab.iceServers() });
      assert.equal(state, 'failed');
      timings.add('symmetric to symmetric fails without TURN', { failed: time });
    }));

  test('where only signalling comes through, nothing else does', () =>
    withPages(['signalling-only', 'no-udp'], async (pages) => {
      const iceServers = lab.iceServers();
      for (const page of pages) await start(page, { iceServers });
      // TURN has no answer to this, but the right side can reach it, and is told so at once.
      const toTurn = (page: Page): Promise<string> =>
        page.evaluate((url) => {
          const options = { mode: 'no-cors', signal: AbortSignal.timeout(1000) } as const;
          return fetch(url, options).then(
            ({ type }) => type,
            (error: unknown) => (error as Error).name,
          );
        }, `http://${SERVER_HOST}:${TURN_PORT}`);
      assert.deepEqual(await Promise.all(pages.map(toTurn)), ['TimeoutError', 'TypeError']);
      for (const page of pages) {
        assert.equal(await page.evaluate(async () => (await fetch('/healthz')).status), 200);
        assert.deepEqual((await seen(page)).kinds, ['host']);
      }
    }));

  test('TURN refuses a credential whose time is over', () =>
    withPages(['cone', 'cone'], async ([page]) => {
      await start(page, { iceServers: lab.iceServers({ stun: false, turn: ['udp'], ttl: -60 }) });
      const { kinds, errors } = await until(() => seen(page).then((all) => all.complete && all), {
        what: 'all candidates',
      });
      assert.ok(!kinds.includes('relay'), kinds.join());
      assert.deepEqual(errors, [401]);
    }));

  test('nothing comes through a line that is cut, until it is mended', () =>
    withPages(['cone', 'cone'], async ([page]) => {
      const reach = (): Promise<boolean> =>
        page.evaluate(() =>
          fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(1000) }).then(
            ({ ok }) => ok,
            () => false,
          ),
        );
      assert.ok(await reach());
      lab.cut('left');
      assert.ok(!(await reach()));
      lab.restore('left');
      await until(reach, { what: 'an answer' });
    }));

  test('who changes the address is somebody else for STUN', () =>
    withPages(['cone', 'cone'], async ([page]) => {
      const publicAddress = (): Promise<string | undefined> =>
        page.evaluate(async (iceServers) => {
          const connection = new RTCPeerConnection({ iceServers });
          connection.createDataChannel('probe');
          const reflexive = new Promise<string>((resolve) => {
            connection.addEventListener('icecandidate', ({ candidate }) => {
              if (candidate?.type === 'srflx') resolve(candidate.address!);
            });
          });
          await connection.setLocalDescription();
          return reflexive.finally(() => connection.close());
        }, lab.iceServers());
      const before = await publicAddress();
      lab.changeAddress('left');
      const now = await publicAddress();
      assert.match(`${before} ${now}`, /^203\.0\.113\.\d+ 203\.0\.113\.\d+$/);
      assert.notEqual(now, before);
    }));
});

test('a delay is the same on every way', async () => {
  const lab = await createLab({ delay: 25, hideAddresses: false });
  try {
    const pages = [await lab.open('left'), await lab.open('right')] as const;
    const [{ state }] = await connect(pages, {});
    assert.equal(state, 'open');
    const toServer = await pages[0].evaluate(async (url) => {
      const socket = new WebSocket(url);
      const hear = (type: string): Promise<unknown> =>
        new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
      await hear('open');
      // It answers to being left.
      const left = performance.now();
      socket.close();
      await hear('close');
      return performance.now() - left;
    }, lab.signalUrl);
    const toPeer = await roundTrip(pages[0]);
    timings.add('25 ms one way: there and back', { server: toServer, peer: toPeer });
    for (const time of [toServer, toPeer]) assert.ok(time >= 49 && time < 75, `${time} ms`);
  } finally {
    await lab.close();
  }
});

test('a laboratory goes with its process, however that ends', async () => {
  const namespaces = (pid = 0): boolean =>
    spawnSync('ip', ['netns'], { encoding: 'utf8' }).stdout.includes(`peer-elements-${pid}-`);
  const script = `
    const { createLab } = await import('${new URL('lab.ts', import.meta.url).href}');
    await createLab({ left: { browser: null }, right: { browser: null } });
    console.log('ready');`;
  const loader = new URL('../tools/typescript-loader.mjs', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', loader, '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  assert.ok(namespaces(child.pid));
  child.kill('SIGKILL');
  await until(() => !namespaces(child.pid), { what: 'no namespaces' });
});
