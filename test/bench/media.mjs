/**
 * What camera and sound cost: the processor time of each peer more in a mesh where everyone sends, and how long a page takes from
 * joining to the first picture of somebody else.
 *
 *     node --import ./test/tools/typescript-loader.mjs test/bench/media.mjs [most pages, 2 to 8; default 4]
 */
/* global document, window */
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { launchChromium } from '../support/launch.ts';
import { until } from '../support/until.ts';
import { SignalServer } from '../wtr/signal-server.mjs';
import { root } from '../tools/workspace.mjs';

const MOST = Math.min(Math.max(Number(process.argv[2] ?? 4), 2), 8);
/** How long the processor is watched, and what comes before, ms. */
const [WATCHED, SETTLING] = [5000, 3000];
/** Of /proc, a second. */
const TICKS = 100;
const VIDEO = { width: 640, height: 360, frameRate: 25 };

const stat = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
  } catch {
    return null;
  }
};

/** Seconds that all processes of the browser have worked. */
function worked(group) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const ours = all.map(stat).filter((fields) => fields && Number(fields[2]) === group);
  return ours.reduce((sum, fields) => sum + Number(fields[11]) + Number(fields[12]), 0) / TICKS;
}

/** In the page: joins with camera and microphone. @returns ms until the first picture of somebody else */
async function join(url, room, video) {
  const { PeerRoom, getMediaStream } = await import('/peer-elements.js');
  const stream = await getMediaStream({ audio: true, video });
  const start = performance.now();
  window.room = new PeerRoom({ url, room, stream, ephemeral: true });
  return new Promise((resolve) => {
    window.room.addEventListener('stream', ({ detail }) => {
      const shown = Object.assign(document.createElement('video'), {
        srcObject: detail.stream,
        autoplay: true,
      });
      document.body.append(shown);
      shown.requestVideoFrameCallback(() => resolve(performance.now() - start));
    });
  });
}

const flowing = (others) => {
  const peers = [...window.room.peers.values()];
  return peers.length === others && peers.every(({ mediaState }) => mediaState === 'flowing');
};

const server = new SignalServer(['--static', `${root}/demo`]);
await server.start();
const browser = await launchChromium();
try {
  const group = browser.process().pid;
  const pages = [];
  const measured = [];
  for (let count = 1; count <= MOST; count++) {
    const page = await (await browser.createBrowserContext()).newPage();
    await page.goto(new URL('/', server.url.replace('ws:', 'http:')).href);
    const first = page.evaluate(join, server.url, 'bench', VIDEO);
    pages.push(page);
    if (count === 1) continue;
    const ms = await first;
    await until(
      async () => (await Promise.all(pages.map((one) => one.evaluate(flowing, count - 1)))).every(Boolean),
      {
        what: 'pictures everywhere',
        timeout: 30_000,
      },
    );
    await pause(SETTLING);
    const before = worked(group);
    await pause(WATCHED);
    const cores = (worked(group) - before) / (WATCHED / 1000);
    measured.push({ pages: count, flows: count * (count - 1), cores, ms });
    console.log(`${count} pages: ${cores.toFixed(2)} cores, first picture after ${ms.toFixed(0)} ms`);
  }
  const [low, high] = [measured[0], measured.at(-1)];
  if (low !== high) {
    const share = (100 * (high.cores - low.cores)) / (high.flows - low.flows);
    console.log(
      `each peer more: ${share.toFixed(1)} % of a core in each page (one picture and sound each way)`,
    );
  }
} finally {
  await browser.close();
  await server.stop();
}
