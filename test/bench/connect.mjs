/**
 * `npm run bench:connect`: how long it takes a page to hear from one that is in the room already, in Chromium on
 * loopback, beside WebRTC by hand. `-- --runs N` for another number of runs than 20. Every run has two fresh browser
 * profiles, and the two ways take turns, so that what disturbs the machine disturbs both.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import puppeteer from 'puppeteer-core';
import { WebSocketServer } from 'ws';
import { chromiumArgs, findBrowser } from '../support/browsers.mjs';
import { root } from '../tools/workspace.mjs';
import { SignalServer } from '../wtr/signal-server.mjs';
import { byHand, ours } from './connect-pages.mjs';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '20' } } });
const RUNS = Number(values.runs);
const WAYS = { byHand, ours };
/** Not counted: the browser has yet to load what everybody needs. */
const WARM_UP = 2;

/** A page is what its query says: the way and the role in it. */
function pageOf({ searchParams }) {
  const { head, [searchParams.get('role')]: script } = WAYS[searchParams.get('way')];
  const args = JSON.stringify([searchParams.get('signal'), searchParams.get('room')]);
  const start = `window.result = ({ ${script} }).${script.name}(...${args});`;
  return `<!doctype html><title>bench</title><script type="module">${head}\n${start}</script>`;
}

async function startSite() {
  const core = await readFile(join(root, 'dist/core.js'));
  const site = createServer((request, response) => {
    const url = new URL(request.url, 'http://host');
    const isCore = url.pathname === '/core.js';
    response.setHeader('content-type', isCore ? 'text/javascript' : 'text/html');
    response.end(isCore ? core : url.pathname === '/page' ? pageOf(url) : '');
  });
  site.listen(0);
  await once(site, 'listening');
  return site;
}

/** Passes every frame on to the others with the same query; who comes later finds the earlier ones. */
function attachRelay(site) {
  const rooms = new Map();
  new WebSocketServer({ server: site }).on('connection', (socket, { url }) => {
    const room = rooms.get(url) ?? new Set();
    rooms.set(url, room.add(socket));
    socket.on('message', (frame, isBinary) => {
      for (const other of room) if (other !== socket) other.send(frame, { binary: isBinary });
    });
    socket.on('close', () => room.delete(socket));
  });
}

async function run(browser, way, { port, signal }) {
  const room = randomUUID();
  const open = async (role) => {
    const context = await browser.createBrowserContext();
    const tab = await context.newPage();
    const url = new URL(`http://localhost:${port}/page`);
    for (const [key, value] of Object.entries({ way, role, signal, room })) url.searchParams.set(key, value);
    await tab.goto(url.href);
    return { context, result: await tab.evaluate('window.result') };
  };
  const first = await open('first');
  const second = await open('second');
  await Promise.all([first, second].map(({ context }) => context.close()));
  return second.result;
}

function quantile(sorted, part) {
  const at = (sorted.length - 1) * part;
  const below = Math.floor(at);
  const above = Math.ceil(at);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}

const summarize = (times) => {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), p10: quantile(sorted, 0.1), p90: quantile(sorted, 0.9) };
};

const cell = (text) => text.padStart(10);
const row = (name, { median, p10, p90 }, than) =>
  [
    name.padEnd(44),
    ...[median, p10, p90].map((ms) => cell(ms.toFixed(1))),
    cell(than ? `× ${(median / than.median).toFixed(2)}` : ''),
  ].join('');

function print(results) {
  const of = (way, mark) => summarize(results[way].map((result) => result[mark]));
  console.log(
    ['milliseconds'.padEnd(44), ...['median', 'p10', 'p90', 'ratio'].map((word) => cell(word))].join(''),
  );
  const base = of('byHand', 'message');
  console.log(row('WebRTC by hand: until the first message', base, base));
  console.log(row('PeerRoom: until the first message', of('ours', 'message'), base));
  console.log(row('  of these until `join`', of('ours', 'joined')));
  console.log(row('  of these until `peer`', of('ours', 'found')));
  const navigation = of('byHand', 'navigation');
  console.log(row('WebRTC by hand: from navigation', navigation, navigation));
  console.log(row('PeerRoom: from navigation, core.js included', of('ours', 'navigation'), navigation));
}

const site = await startSite();
attachRelay(site);
const { port } = site.address();
const server = new SignalServer();
await server.start();
const browser = await puppeteer.launch({
  executablePath: findBrowser('chromium'),
  pipe: true,
  args: chromiumArgs,
});
try {
  const signals = { byHand: `ws://localhost:${port}/`, ours: server.url };
  const results = { byHand: [], ours: [] };
  for (let i = -WARM_UP; i < RUNS; i++) {
    for (const [way, signal] of Object.entries(signals)) {
      const result = await run(browser, way, { port, signal });
      if (i >= 0) results[way].push(result);
    }
  }
  console.log(`${await browser.version()}, Node ${process.versions.node}, ${RUNS} runs each, loopback\n`);
  print(results);
} finally {
  await browser.close();
  await server.stop();
  site.close();
  site.closeAllConnections();
}
