import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { WebSocket } from 'ws';
import { launchChromium } from '../support/launch.js';
import { root } from '../tools/workspace.mjs';
import { installTarball, run, type Consumer } from './tarball.js';

const bin = (name: string): string => join(root, 'node_modules/.bin', name);

/** What a visitor of `dir`, served as it is, sees of the page that `html` is. */
async function serveFolder(dir: string, html: string): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    if (path === '/') {
      response.setHeader('content-type', 'text/html').end(html);
      return;
    }
    response.setHeader('content-type', 'text/javascript');
    readFile(join(dir, path)).then(
      (body) => response.end(body),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

/** Every public way in, used so that a compiler has to look at it. */
const TYPED_PAGE = `
import 'peer-elements';
import type { PeerGroupElement } from 'peer-elements';
import { PeerRoom, PeerError } from 'peer-elements/core';
import { describeSignaling, Network, VirtualClock } from 'peer-elements/testing';

const group: PeerGroupElement = document.createElement('peer-group');
group.room = 'tea';
export const code: string = new PeerError('gone', 'example').code;
export { PeerRoom, group };

const network = new Network({ loss: 0.2 });
export const room = new PeerRoom({ room: 'tea', signaling: network.page() });
export const met = (clock: VirtualClock): Promise<number> => clock.until(() => room.peers.size);
describeSignaling('mine', { page: () => network.page() });
group.signaling = network.page();
`;
const TYPED_SERVER = `
import { SignalingServer } from 'peer-elements/server';
export const server = new SignalingServer({ port: 0 });
`;

describe('the published package', () => {
  let consumer: Consumer;
  before(async () => (consumer = await installTarball()));
  after(() => consumer.dispose());

  test('publint has nothing to say', async () => {
    const { messages, pkg } = await publint({ pkgDir: root, strict: true, pack: false });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg as Record<string, unknown>)),
      [],
    );
  });

  test('every way in has types that resolve as the code does', async () => {
    const json = '--exclude-entrypoints=./custom-elements.json';
    await run(root, bin('attw'), consumer.tarball, '--profile', 'esm-only', json);
  });

  test('it brings what runs and what documents it, and nothing else', () => {
    const strays = consumer.files.filter(
      (path) => !/^(dist|demo|docs)\//.test(path) && !/^(package\.json|[A-Z]+(\.md)?)$/.test(path),
    );
    assert.deepEqual(strays, []);
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    for (const [, file = ''] of readme.matchAll(/\]\((docs\/[\w-]+\.md)/g)) {
      assert.ok(consumer.files.includes(file), `${file} is missing`);
    }
    assert.ok(consumer.files.includes('docs/grafana.json'));
    for (const file of [
      'peer-elements.js',
      'core.js',
      'signaling/mqtt.js',
      'testing.js',
      'server.js',
      'cli.js',
      'custom-elements.json',
    ]) {
      assert.ok(consumer.files.includes(`dist/${file}`), `dist/${file} is missing`);
    }
  });

  test('the browser bundles import nothing', async () => {
    for (const file of ['peer-elements.js', 'core.js', 'testing.js', 'signaling/mqtt.js']) {
      const code = await readFile(join(root, 'dist', file), 'utf8');
      assert.doesNotMatch(code, /\bimport\s*["'{*(]|\bfrom\s*["']/, file);
      assert.doesNotMatch(code, /dev mode|litIssuedWarnings/, `${file} has lit's development build in it`);
    }
  });

  test('importing the core does nothing, in plain Node neither', async () => {
    const script = `
      const before = new Set(Object.getOwnPropertyNames(globalThis));
      const { PeerRoom } = await import('peer-elements/core');
      const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name));
      console.log(JSON.stringify({ room: typeof PeerRoom, added, handles: process.getActiveResourcesInfo() }));`;
    const { handles, ...said } = JSON.parse(
      await run(consumer.dir, process.execPath, '--input-type=module', '-e', script),
    ) as { handles: string[] };
    assert.deepEqual(said, { room: 'function', added: [] });
    assert.ok(!handles.some((name) => /Timeout|TCP|UDP|Message/.test(name)), handles.join());
  });

  test('a page’s code is tested where it was installed, with nothing else there', async () => {
    const script = `
      import { PeerRoom, PeerError } from 'peer-elements/core';
      import { Network, VirtualClock } from 'peer-elements/testing';
      const clock = new VirtualClock().install();
      const network = new Network();
      const [a, b] = [1, 2].map(() => new PeerRoom({ room: 'tea', capacity: 2, signaling: network.page() }));
      await clock.until(() => a.peers.size && b.peers.size);
      const c = new PeerRoom({ room: 'tea', signaling: network.page() });
      await clock.until(() => c.state === 'failed');
      console.log(c.error instanceof PeerError, c.error.code);
      for (const room of [a, b]) room.close();`;
    const said = await run(consumer.dir, process.execPath, '--input-type=module', '-e', script);
    assert.match(said, /^true room-full$/m);
  });

  test('the server runs where it was installed', async () => {
    const script = `
      import { SignalingServer } from 'peer-elements/server';
      const server = new SignalingServer({ port: 0 });
      await server.listen();
      console.log(typeof server.address.port);
      await server.close();`;
    const said = await run(consumer.dir, process.execPath, '--input-type=module', '-e', script);
    assert.match(said, /^number$/m);
  });

  test('npx peer-elements serves the demo, the bundle and the signalling', async () => {
    const command = join(consumer.dir, 'node_modules/.bin/peer-elements');
    const child = spawn(command, ['--port', '0'], {
      cwd: consumer.dir,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const signal = await new Promise<string>((resolve, reject) => {
        let output = '';
        child.once('exit', (code) => reject(new Error(`It exited with ${code}:\n${output}`)));
        child.stdout.on('data', (chunk: Buffer) => {
          output += chunk.toString();
          const url = /^signalling\s+(ws:\S+)/m.exec(output)?.[1];
          if (url) resolve(url);
        });
      });
      const page = new URL('/', signal.replace('ws:', 'http:'));
      assert.match(await (await fetch(page)).text(), /<!doctype html>/i);
      const bundle = await fetch(new URL('peer-elements.js', page));
      assert.match(bundle.headers.get('content-type') ?? '', /javascript/);
      assert.equal(await bundle.text(), await readFile(join(root, 'dist/peer-elements.js'), 'utf8'));
      const socket = new WebSocket(signal);
      const [welcome] = (await once(socket, 'message')) as unknown[];
      assert.equal((JSON.parse(String(welcome)) as { type: string }).type, 'welcome');
      socket.terminate();
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      assert.deepEqual(await exit, [0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('a plain page gets its elements from one script', async () => {
    const html = `<!doctype html><meta charset=utf-8><title>page</title><link rel=icon href="data:,">
      <script type="importmap">{ "imports": { "peer-elements": "/node_modules/peer-elements/dist/peer-elements.js" } }</script>
      <script type="module" src="/node_modules/peer-elements/dist/peer-elements.js"></script>
      <peer-group room="tea"></peer-group>`;
    const site = await serveFolder(consumer.dir, html);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(String(error)));
      await page.goto(site.url);
      const seen = await page.evaluate(async () => {
        const exports = (await import('peer-elements')) as Record<string, unknown>;
        await customElements.whenDefined('peer-group');
        return {
          upgraded: document.querySelector('peer-group')?.constructor === customElements.get('peer-group'),
          core: typeof exports['PeerRoom'],
          global: Object.keys(window).filter((key) => /peer/i.test(key)),
        };
      });
      assert.deepEqual(seen, { upgraded: true, core: 'function', global: [] });
      assert.deepEqual(said, []);
    } finally {
      await browser.close();
      site.close();
    }
  });

  for (const [resolution, module] of [
    ['bundler', 'esnext'],
    ['nodenext', 'nodenext'],
  ] as const) {
    test(`TypeScript understands it with moduleResolution ${resolution}`, async () => {
      const compile = async (file: string, code: string, options: object): Promise<void> => {
        const common = { noEmit: true, strict: true, target: 'es2022', exactOptionalPropertyTypes: true };
        const compilerOptions = { ...common, moduleResolution: resolution, module, ...options };
        const project = join(consumer.dir, `tsconfig.${file}.json`);
        await writeFile(join(consumer.dir, file), code);
        await writeFile(project, JSON.stringify({ compilerOptions, files: [file] }));
        await run(consumer.dir, bin('tsc'), '-p', project);
      };
      await compile('page.ts', TYPED_PAGE, { lib: ['es2023', 'dom', 'dom.iterable'], types: [] });
      const typeRoots = [join(root, 'node_modules/@types')];
      await compile('server.ts', TYPED_SERVER, {
        lib: ['es2023'],
        types: ['node'],
        typeRoots,
        skipLibCheck: true,
      });
    });
  }
});
