/** A browser behind a router of the laboratory, driven from outside of it. */
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { findBrowser } from '../support/browsers.mjs';
import { root } from '../tools/workspace.mjs';
import type { Namespaces } from './namespaces.js';
import { SERVER_HOST, SIGNAL_PORT, type Side } from './topology.js';

export type Kind = 'chromium' | 'firefox';

export interface BrowserOptions {
  /** As visitors' browsers do: nobody learns a private address. Default true. */
  readonly hideAddresses?: boolean | undefined;
}

/** The server's pages count as secure although they come by http from an address that is not this machine's. */
const SECURE_ORIGIN = `http://${SERVER_HOST}:${SIGNAL_PORT}`;

export async function launch(
  namespaces: Namespaces,
  side: Side,
  kind: Kind,
  { hideAddresses = true }: BrowserOptions,
): Promise<Browser> {
  const executablePath = wrapper(namespaces, side, kind);
  const userDataDir = join(namespaces.dir, `${side}-profile`);
  mkdirSync(userDataDir);
  if (kind === 'firefox')
    return launchFirefox(namespaces, side, { executablePath, userDataDir, hideAddresses });
  return puppeteer.launch({
    executablePath,
    userDataDir,
    pipe: true,
    args: [
      '--no-sandbox',
      `--unsafely-treat-insecure-origin-as-secure=${SECURE_ORIGIN}`,
      ...(hideAddresses ? [] : ['--disable-features=WebRtcHideLocalIpsWithMdns']),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/** A command that starts the browser in its namespace; open pipes go through. */
function wrapper(namespaces: Namespaces, side: Side, kind: Kind): string {
  const path = findBrowser(kind);
  if (!path) throw new Error(`No ${kind} found.`);
  const file = join(namespaces.dir, `${side}-${kind}`);
  writeFileSync(file, `#!/bin/sh\nexec ${namespaces.inside(side, [path]).join(' ')} "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

interface FirefoxOptions {
  readonly executablePath: string;
  readonly userDataDir: string;
  readonly hideAddresses: boolean;
}

/**
 * Firefox is driven through a port of its own loopback, which is not ours. But a socket in the file system is the same
 * in every namespace: what comes to that port here goes through one, to the same port over there.
 */
async function launchFirefox(
  namespaces: Namespaces,
  side: Side,
  { hideAddresses, ...options }: FirefoxOptions,
): Promise<Browser> {
  const path = join(namespaces.dir, `${side}.socket`);
  const entrance = createServer((here) => {
    const there = connect(path);
    here.pipe(there).pipe(here);
    for (const socket of [here, there])
      socket.on('error', () => [here, there].forEach((end) => end.destroy()));
  });
  entrance.listen(0, '127.0.0.1');
  await once(entrance, 'listening');
  const { port } = entrance.address() as AddressInfo;
  const exit = join(root, 'test/network/exit.mjs');
  await namespaces.start(side, [process.execPath, exit, path, String(port)], /ready/);
  const browser = await puppeteer.launch({
    ...options,
    browser: 'firefox',
    debuggingPort: port,
    extraPrefsFirefox: {
      'dom.securecontext.allowlist': SERVER_HOST,
      'media.peerconnection.ice.obfuscate_host_addresses': hideAddresses,
    },
  });
  browser.once('disconnected', () => entrance.close());
  return browser;
}
