/** Pages of ours, with their sessions, behind one address while a new version goes in, process by process. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { WebSocket as NodeWebSocket } from 'ws';
import { PeerRoom } from '../../src/index.js';
import { webSocketSignaling } from '../../src/signaling/websocket.js';
import { until } from '../support/until.js';
import { Front } from './front.js';
import { Node, startNodes } from './nodes.js';
import { RedisServer } from './redis-server.js';

const PAGES = 5;
/** From one word to the next, ms: each is four messages. */
const PACE = 100;

interface Page {
  readonly room: PeerRoom;
  /** Numbers by who said them. */
  readonly heard: Map<string, number[]>;
  /** What should not happen. */
  readonly told: string[];
  reconnects: number;
}

function open(t: TestContext, url: string): Page {
  const signaling = webSocketSignaling({ url, WebSocket: NodeWebSocket as unknown as typeof WebSocket });
  const room = new PeerRoom({
    signaling,
    room: 'tea',
    transport: 'relay',
    ephemeral: true,
    reconnectDelay: 100,
  });
  const page: Page = { room, heard: new Map(), told: [], reconnects: 0 };
  t.after(() => room.close());
  room.addEventListener('data', ({ detail: { data, peer } }) => {
    const said = page.heard.get(peer.id);
    if (said) said.push(data as number);
    else page.heard.set(peer.id, [data as number]);
  });
  room.addEventListener('reconnect', () => void page.reconnects++);
  for (const name of ['leave', 'gap', 'untrusted', 'close'] as const) {
    room.addEventListener(name, () => void page.told.push(name));
  }
  room.connect();
  return page;
}

test('each process is restarted in turn: what pages say arrives once and in order, and nobody leaves', async (t) => {
  const redis = await RedisServer.of(t);
  const options = { redis: { url: redis.url, lease: 3000 }, seatTimeout: 10_000 };
  const nodes = await startNodes(3, options, t);
  const { url } = await Front.open(t, () => nodes);
  const pages = Array.from({ length: PAGES }, () => open(t, url));
  const reachable = ({ room }: Page): number =>
    [...room.peers.values()].filter(({ state }) => state === 'connected').length;
  await until(() => pages.every((page) => reachable(page) === PAGES - 1), { what: 'everybody to be met' });

  const sent: Promise<void>[] = [];
  let said = 0;
  const talk = setInterval(() => {
    for (const { room } of pages) sent.push(room.send(said));
    said++;
  }, PACE);
  t.after(() => clearInterval(talk));
  for (let i = 0; i < nodes.length; i++) {
    const [old, before] = [nodes[i]!, said];
    nodes[i] = await Node.start(options, t);
    await old.close();
    const isBack = ({ room, heard }: Page): boolean =>
      room.state === 'connected' &&
      pages.every(
        ({ room: { peerId } }) => peerId === room.peerId || (heard.get(peerId ?? '')?.at(-1) ?? 0) > before,
      );
    await until(() => pages.every(isBack), { timeout: 30_000, what: 'everybody to hear everybody again' });
  }
  clearInterval(talk);
  await Promise.all(sent);
  const all = Array.from({ length: said }, (_, i) => i);
  await until(() => pages.every(({ heard }) => [...heard.values()].every(({ length }) => length >= said)), {
    timeout: 30_000,
    what: 'all that was said',
  });
  for (const { heard, told, reconnects } of pages) {
    assert.deepEqual(told, []);
    assert.ok(reconnects > 0, 'it was moved');
    assert.equal(heard.size, PAGES - 1);
    for (const numbers of heard.values()) assert.deepEqual(numbers, all);
  }
  t.diagnostic(`${said} each, reconnected ${pages.map(({ reconnects }) => reconnects).join(' ')} times`);
});
