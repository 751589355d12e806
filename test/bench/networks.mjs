/** Where a benchmark can take place. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import puppeteer from 'puppeteer-core';
import { chromiumArgs, findBrowser } from '../support/browsers.mjs';

/**
 * @typedef {object} Network
 * @property {string} name
 * @property {string} host the server's, as pages call it
 * @property {string} origin of the pages
 * @property {readonly [import('puppeteer-core').Browser, import('puppeteer-core').Browser]} browsers one or two
 * @property {(argv: string[]) => Promise<string>} start a command on the server's host; resolves with its line of JSON
 * @property {() => Promise<void>} close
 */

/** Only a page that is isolated gets a clock finer than a tenth of a millisecond. */
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

async function serve(files) {
  const site = createServer(({ url }, response) => {
    const name = new URL(url, 'http://host').pathname.slice(1);
    const type = name.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8';
    response.writeHead(name in files ? 200 : 404, { 'content-type': type, ...ISOLATION });
    response.end(files[name]);
  });
  site.listen(0);
  await once(site, 'listening');
  return site;
}

/** @param {Record<string, string>} files pages and scripts by name @returns {Promise<Network>} nothing in between */
export async function loopback(files) {
  const executablePath = findBrowser('chromium');
  if (!executablePath) throw new Error('No chromium found.');
  const site = await serve(files);
  // How long something may take is for each benchmark to say.
  const browser = await puppeteer.launch({
    executablePath,
    pipe: true,
    args: chromiumArgs,
    protocolTimeout: 0,
  });
  const children = [];
  return {
    name: 'loopback',
    // An address: whose server listens to IPv4 alone would have to be found by a second try.
    host: '127.0.0.1',
    origin: `http://127.0.0.1:${site.address().port}`,
    // Two pages of one process: what it has loaded for the one the other finds, with every contestant alike.
    browsers: [browser, browser],
    async start([command, ...args]) {
      const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
      children.push(child);
      const died = once(child, 'exit').then(([code]) => Promise.reject(new Error(`It exited with ${code}.`)));
      died.catch(() => undefined);
      const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), died]);
      return line;
    },
    async close() {
      await browser.close();
      for (const child of children.filter(({ exitCode }) => exitCode === null)) {
        child.disconnect();
        await once(child, 'exit');
      }
      site.close();
      site.closeAllConnections();
    },
  };
}

const LAB = new URL('../network/', import.meta.url);

/**
 * @param loss percent of the packets that get lost one way
 * @returns {Promise<Network>} two homes and a server, each `delay` milliseconds away from the others
 */
export async function laboratory(files, delay, loss, say) {
  const { findOrInstallTools } = await import(new URL('requirements.mjs', LAB));
  const missing = findOrInstallTools(say);
  if (missing.length > 0)
    throw new Error(`This takes place in the network laboratory, which lacks ${missing.join(', ')}.`);
  await import('../tools/typescript-loader.mjs');
  const { createLab } = await import(new URL('lab.ts', LAB));
  // No names are resolved between the homes, and no STUN server is asked for what a name would hide.
  const lab = await createLab({ delay, loss: loss / 100, hideAddresses: false });
  for (const [name, text] of Object.entries(files)) await lab.addPage(name, text);
  return {
    name: `laboratory, ${delay} ms one way${loss > 0 ? `, ${loss} % lost` : ''}`,
    host: new URL(lab.origin).hostname,
    origin: lab.origin,
    browsers: [lab.left.browser, lab.right.browser],
    start: async (argv) => (await lab.startOnServer(argv, /^\{.*\}$/m)).said[0],
    close: () => lab.close(),
  };
}
