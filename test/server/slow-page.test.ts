/** Pages of ours, with the real adaptor, that write to one which does not read as fast. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { WebSocket as NodeWebSocket } from 'ws';
import { PeerRoom } from '../../src/index.js';
import { createIdentity } from '../../src/identity.js';
import type { SignalingSession } from '../../src/signaling.js';
import { webSocketSignaling } from '../../src/signaling/websocket.js';
import { RecordingSink } from '../support/recording-sink.js';
import { once, until } from '../support/until.js';
import { room, startServer, type TestClient, type TestServer } from './client.js';

const limits = {
  messagesPerSecond: 1e5,
  messageBurst: 1e5,
  relayBytesPerSecond: 2 ** 30,
  relayBurst: 2 ** 28,
  bufferClose: 2 ** 26,
};
const PIECE = 32_768;

/** Sockets of a page, to be paused by the test as by a page that has no time. */
function sockets(): { readonly WebSocket: typeof WebSocket; readonly all: NodeWebSocket[] } {
  const all: NodeWebSocket[] = [];
  class Recorded extends NodeWebSocket {
    constructor(url: string) {
      super(url);
      all.push(this);
    }
  }
  return { all, WebSocket: Recorded as unknown as typeof WebSocket };
}

interface Scene extends TestServer {
  readonly page: { readonly sink: RecordingSink; readonly session: SignalingSession };
  readonly reader: TestClient;
  readonly other: TestClient;
  readonly sockets: NodeWebSocket[];
}

async function startScene(t: TestContext): Promise<Scene> {
  const started = await startServer(t, { limits });
  const [reader, other] = [await started.login(), await started.login()];
  await reader.join(0, room('a'));
  await other.join(0, room('a'));
  const identity = await createIdentity();
  const { WebSocket, all } = sockets();
  const signaling = webSocketSignaling({
    url: started.url,
    identity: () => Promise.resolve(identity),
    WebSocket,
  });
  const sink = new RecordingSink();
  const request = { room: room('a'), entry: 'join', hello: new Uint8Array(1), timeout: 5000 } as const;
  const session = signaling.join({ ...request, reconnect: true, reconnectDelay: 20 }, sink);
  t.after(() => session.close());
  await sink.heard('joined');
  return { ...started, page: { sink, session }, reader, other, sockets: all };
}

/** Writes until there is no room for more to the reader. @returns how many pieces that were */
async function fill({ page: { session }, reader, other }: Scene): Promise<number> {
  reader.ws.pause();
  let count = 0;
  await until(() => {
    for (let i = 0; i < 32; i++) {
      if (session.reserve(PIECE, reader.id)) {
        session.send(reader.id, new Uint8Array(PIECE));
        count++;
      } else if (session.reserve(1, other.id)) {
        session.send(other.id, new Uint8Array(1));
        return true; // It is not the budget that is used up.
      }
    }
    return false;
  });
  return count;
}

const pieces = async (reader: TestClient, count: number): Promise<void> => {
  for (let i = 0; i < count; i++) assert.equal((await reader.any('message')).type, 'message');
};

test('there is no room for who does not read, until it has read; there is for the others', async (t) => {
  const scene = await startScene(t);
  const { page, reader, other } = scene;
  const count = await fill(scene);
  assert.equal((await other.any('message')).type, 'message');
  page.session.send(reader.id, new Uint8Array(1)); // What cannot wait.
  reader.ws.resume();
  await page.sink.heard('drain');
  assert.equal(page.session.reserve(PIECE, reader.id), true);
  page.session.send(reader.id, new Uint8Array(PIECE));
  await pieces(reader, count + 2);
});

test('one that goes while it is behind, and comes again, is not behind any more', async (t) => {
  const scene = await startScene(t);
  const { page, reader, login } = scene;
  await fill(scene);
  reader.send({ type: 'leave', n: 0 });
  await page.sink.heard('gone');
  reader.ws.terminate();
  const again = await login(reader.key ? { key: reader.key } : {});
  await again.join(3, room('a'));
  await page.sink.heard('peer');
  assert.equal(page.session.reserve(PIECE, reader.id), true);
  page.session.send(reader.id, new Uint8Array(PIECE));
  await pieces(again, 1);
});

test('after a reconnect the server says anew who is behind', async (t) => {
  const scene = await startScene(t);
  const { page, reader } = scene;
  await fill(scene);
  scene.sockets[0]?.terminate();
  await page.sink.heard('reconnect');
  assert.equal(page.session.reserve(PIECE, reader.id), true);
  page.session.send(reader.id, new Uint8Array(PIECE));
  await until(() => !page.session.reserve(1, reader.id), { what: 'another "stop"' });
  const before = page.sink.all('drain').length;
  reader.ws.resume();
  await page.sink.heard('drain', before + 1);
});

test('send() of a room waits for the peer that does not read, and for no other', async (t) => {
  const { url } = await startServer(t, { limits });
  const make = async (WebSocket: typeof globalThis.WebSocket): Promise<PeerRoom> => {
    const signaling = webSocketSignaling({ url, WebSocket });
    const one = new PeerRoom({ signaling, room: 'slow', transport: 'relay', ephemeral: true, timeout: 3000 });
    t.after(() => one.close());
    const joined = once(one, 'join');
    one.connect();
    await joined;
    return one;
  };
  const reading = sockets();
  const writer = await make(sockets().WebSocket);
  const met = new Set<string>();
  writer.addEventListener('peer', ({ detail }) => void met.add(detail.peer.id));
  const reader = await make(reading.WebSocket);
  const other = await make(sockets().WebSocket);
  await until(() => met.size === 2, { what: 'everybody to be met' });
  const [to, elsewhere] = [reader.peerId, other.peerId] as [string, string];
  const heard: unknown[] = [];
  reader.addEventListener('data', ({ detail }) => void heard.push((detail.data as number[])[0]));
  reading.all[0]?.pause();
  const text = 'x'.repeat(30_000);
  let sent = 0;
  let stuck = false;
  while (!stuck) {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), 1000);
    await writer.send([sent, text], { to, signal: patience.signal }).then(
      () => sent++,
      () => (stuck = true),
    );
    clearTimeout(timer);
    assert.ok(sent < 5000, 'it waits at last');
  }
  const arrived = once(other, 'data');
  await writer.send('at once', { to: elsewhere });
  await arrived;
  const waiting = writer.send([sent, text], { to });
  reading.all[0]?.resume();
  await waiting;
  await until(() => heard.length === sent + 1, { what: 'all that was sent' });
  assert.deepEqual(
    heard,
    Array.from({ length: sent + 1 }, (_, i) => i),
  );
});
