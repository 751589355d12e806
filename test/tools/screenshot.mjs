/* global document -- in the pages */
/** Takes docs/screenshot.png anew: two windows of the demo, talking. `node test/tools/screenshot.mjs` */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { chromiumArgs, findBrowser } from '../support/browsers.mjs';
import { SignalServer } from '../wtr/signal-server.mjs';
import { ensureBuilt, root } from './workspace.mjs';

const file = join(root, 'docs/screenshot.png');
const SAID = [
  ['Ada', 'Is this really only two lines of HTML?'],
  ['Linus', 'Two lines. Look at the source if you don’t believe me.'],
  ['Grace', 'Hello from the train, by the way!'],
  ['Ada', 'And where does the server keep all we say?'],
  ['Linus', 'Nowhere. It introduced us, that was all.'],
  ['Grace', 'Then I can mention the cake.'],
  ['Ada', 'There is cake?'],
];

const frame = (address, scheme) => `
  <figure class="${scheme}">
    <figcaption><i></i><i></i><i></i><span>localhost:8080/chat.html#tea</span></figcaption>
    <iframe src="${address}" title="${scheme}"></iframe>
  </figure>`;

const desk = (address) => `<!doctype html>
  <style>
    body { display: grid; grid-template: 1fr / 1fr 1fr; gap: 36px; box-sizing: border-box; height: 100vh; margin: 0;
      padding: 40px; background: #d9ddf3; font: 13px system-ui, sans-serif; }
    figure { display: grid; grid-template-rows: 40px 1fr; margin: 0; overflow: hidden; border-radius: 14px;
      box-shadow: 0 18px 40px -12px rgb(30 36 90 / 0.45), 0 0 0 1px rgb(30 36 90 / 0.12); }
    .light { color-scheme: light; translate: 0 -12px; }
    .dark { color-scheme: dark; translate: 0 12px; }
    figcaption { display: flex; align-items: center; gap: 7px; padding: 0 14px;
      background: light-dark(#e4e7ee, #1f232a); color: light-dark(#5c6370, #a0a7b3); }
    i { width: 11px; height: 11px; border-radius: 50%; background: light-dark(#c3c8d3, #3b414c); }
    span { flex: 1; margin: 0 40px 0 14px; padding: 4px 12px; border-radius: 8px; background: light-dark(#fff, #14161a); }
    iframe { width: 100%; height: 100%; border: 0; }
  </style>
  ${frame(address, 'light')}${frame(address, 'dark')}`;

ensureBuilt(console.log);
const server = new SignalServer();
const [browser] = await Promise.all([
  puppeteer.launch({ executablePath: findBrowser('chromium'), pipe: true, args: chromiumArgs }),
  server.start(),
]);
try {
  const address = `http://localhost:${server.port}/chat.html#tea`;
  const train = await browser.newPage();
  await train.goto(address);
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800, deviceScaleFactor: 1.5 });
  // As if the server had it: around any other origin, the frames would be no secure context.
  const here = new URL('/desk', address).href;
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    if (request.url() === here) void request.respond({ contentType: 'text/html', body: desk(address) });
    else void request.continue();
  });
  await page.goto(here);

  const windowOf = async (scheme) => {
    const inside = await (await page.waitForSelector(`.${scheme} iframe`)).contentFrame();
    await inside.waitForSelector('peer-group:state(connected)');
    return inside;
  };
  const [light, dark] = [await windowOf('light'), await windowOf('dark')];
  const people = { Ada: light, Linus: dark, Grace: train.mainFrame() };
  for (const [name, one] of Object.entries(people)) {
    await one.evaluate((own) => (document.querySelector('peer-group').displayName = own), name);
  }
  // Names and messages travel the same way, in order: once these are there, so is everything else.
  const sees = (one, what, ...args) => one.waitForFunction(what, { polling: 50 }, ...args);
  const everyone = Object.values(people);
  const named = () => {
    const peers = [...document.querySelector('peer-group').peers.values()];
    return peers.length === 2 && peers.every(({ displayName }) => displayName);
  };
  await Promise.all(everyone.map((one) => sees(one, named)));
  for (const one of everyone) await one.evaluate(() => document.querySelector('peer-chat').clear());
  for (const [name, text] of SAID) {
    await people[name].evaluate((said) => document.querySelector('peer-chat').post(said), text);
    const heard = (said) => document.querySelector('peer-chat').messages.at(-1)?.text === said;
    await Promise.all(everyone.map((one) => sees(one, heard, text)));
  }
  const field = await dark.waitForSelector('peer-chat >>> textarea');
  await field.type('Chocolate, and there are three sl');
  mkdirSync(join(root, 'docs'), { recursive: true });
  await page.screenshot({ path: file, optimizeForSpeed: false });
  console.log(`${file}: ${Math.round(statSync(file).size / 1024)} KB`);
} finally {
  await browser.close();
  await server.stop();
}
