/** Pages that talk by way of an MQTT broker, as their authors would write them. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { WebSocket } from 'ws';
import type * as Core from '../../src/index.js';
import type * as Mqtt from '../../src/signaling/mqtt.js';
import { Mosquitto } from '../support/mosquitto.mjs';
import { root } from '../tools/workspace.mjs';
import { uniqueName, useSite } from './hosting.js';
import { play, useBrowsers } from './stage.js';
import { meet, talk } from './visitor.js';

const POLICY = "default-src 'none'; script-src 'self'; connect-src ws://localhost:*; style-src 'self'";
const ELEMENTS = '<script type="module" src="/peer-elements.js"></script>';
const MQTT = '<script type="module" src="/signaling/mqtt.js"></script>';

describe('a page with an MQTT broker', () => {
  const browsers = useBrowsers({ chromium: 'chromium', firefox: 'firefox' });
  const site = useSite();
  const broker = new Mosquitto();

  before(async () => {
    site.add('/signaling/mqtt.js', await readFile(join(root, 'dist/signaling/mqtt.js'), 'utf8'));
    await broker.start();
  });
  after(() => broker.dispose());

  const page = (scripts: string, room: string, attributes = ''): string =>
    site.page(
      `<!doctype html><meta charset="utf-8"><title>mqtt</title>${scripts}
      <peer-group url="${broker.url.replace('127.0.0.1', 'localhost')}?relay=data" room="${room}" ${attributes}><peer-chat></peer-chat></peer-group>`,
      { 'content-security-policy': POLICY },
    );

  for (const [name, other] of [
    ['chromium', 'firefox'],
    ['firefox', 'chromium'],
  ] as const) {
    test(
      `under a strict policy, whichever script comes first, in ${name}`,
      play(async (stage) => {
        const room = uniqueName();
        const ann = await stage.enter(browsers[name], page(ELEMENTS + MQTT, room));
        const bob = await stage.enter(browsers[other], page(MQTT + ELEMENTS, room));
        await meet(ann, bob);
        await talk(ann, bob);
        await ann.say('by a broker?');
        await bob.reads('by a broker?');
      }),
    );

    test(
      `says good-bye when it is left, in ${name}`,
      play(async (stage) => {
        const room = uniqueName();
        const ann = await stage.enter(browsers[name], page(MQTT + ELEMENTS, room));
        const bob = await stage.enter(browsers[other], page(MQTT + ELEMENTS, room));
        await bob.heard('upgrade');
        await ann.page.goto(site.page('<title>elsewhere</title>elsewhere'));
        assert.equal((await bob.heard('leave'))[0]?.reason, 'left');
      }),
    );
  }

  // Firefox takes a page's sockets away before it tells the page that it is being left: there, the last will has to do.
  test(
    'has the broker bring its good-bye, where there is no direct path',
    play(async (stage) => {
      const room = uniqueName();
      const ann = await stage.enter(browsers.chromium, page(MQTT + ELEMENTS, room, 'transport="relay"'));
      const bob = await stage.enter(browsers.firefox, page(MQTT + ELEMENTS, room, 'transport="relay"'));
      await meet(ann, bob);
      await ann.page.goto(site.page('<title>elsewhere</title>elsewhere'));
      assert.equal((await bob.heard('leave'))[0]?.reason, 'left');
    }),
  );

  test(
    'has a bot of Node’s for company',
    play(async (stage) => {
      const [{ PeerRoom }, { mqttSignaling }] = (await Promise.all([
        import(pathToFileURL(join(root, 'dist/core.js')).href),
        import(pathToFileURL(join(root, 'dist/signaling/mqtt.js')).href),
      ])) as [typeof Core, typeof Mqtt];
      const room = uniqueName();
      const signaling = mqttSignaling({
        url: `${broker.url}?relay=data`,
        WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
      });
      const bot = new PeerRoom({ room, signaling, transport: 'relay' });
      bot.addEventListener('data', ({ detail: { data, peer } }) => void peer.send(`${String(data)}!`));
      const ann = await stage.enter(browsers.chromium, page(MQTT + ELEMENTS, room, 'transport="relay"'));
      await ann.heard('peer');
      await ann.send('Hello');
      await ann.heard('data');
      assert.ok((await ann.received()).includes('Hello!'));
      bot.close();
      assert.equal((await ann.heard('leave'))[0]?.reason, 'left');
    }),
  );

  test(
    'is told which module it has forgotten',
    play(async (stage) => {
      const ann = await stage.enter(browsers.chromium, page(ELEMENTS, uniqueName(), 'timeout="500"'));
      const [error] = await ann.heard('error');
      assert.deepEqual([error?.code, error?.final], ['unsupported', true]);
      assert.match(String(error?.message), /import peer-elements\/signaling\/mqtt/);
    }),
  );
});
