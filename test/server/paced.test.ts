/** A page of ours that says much, with the real adaptor, at a server that allows little. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { WebSocket as NodeWebSocket } from 'ws';
import { createIdentity } from '../../src/identity.js';
import type { SignalingSession } from '../../src/signaling.js';
import { webSocketSignaling } from '../../src/signaling/websocket.js';
import { RecordingSink } from '../support/recording-sink.js';
import { room, startServer, type TestClient } from './client.js';

const TOTAL = 2 * 2 ** 20;
const PIECE = 32_768;
const PIECES = TOTAL / PIECE;

/** The default limits in fast motion: what takes ten seconds there takes a quarter of a second here. */
const limits = {
  relayBytesPerSecond: 2 ** 20,
  relayBurst: 2 ** 18,
  messagesPerSecond: 1000,
  messageBurst: 600,
  budgetTimeout: 250,
};

interface Two {
  readonly page: { readonly sink: RecordingSink; readonly session: SignalingSession };
  readonly receiver: TestClient;
  /** How often the server had to stop reading from the page. */
  pauses(): number;
}

/** @param route the address at which the page reaches the server */
async function startTwo(
  t: TestContext,
  route: (url: string) => string | Promise<string> = (url) => url,
): Promise<Two> {
  const { url, login, server } = await startServer(t, { limits });
  const receiver = await login();
  await receiver.join(0, room('a'));
  const identity = await createIdentity();
  const signaling = webSocketSignaling({
    url: await route(url),
    identity: () => Promise.resolve(identity),
    WebSocket: NodeWebSocket as unknown as typeof WebSocket,
  });
  const sink = new RecordingSink();
  const request = { room: room('a'), entry: 'join', hello: new Uint8Array(1), timeout: 5000 } as const;
  const session = signaling.join({ ...request, reconnect: false, reconnectDelay: 20 }, sink);
  t.after(() => session.close());
  await sink.heard('joined');
  const socket = [...server.socket.clients].at(-1);
  assert.ok(socket);
  let pauses = 0;
  const pause = socket.pause.bind(socket);
  socket.pause = () => {
    pauses++;
    pause();
  };
  return { page: { sink, session }, receiver, pauses: () => pauses };
}

const piece = (i: number): Uint8Array => {
  const bytes = new Uint8Array(PIECE);
  new DataView(bytes.buffer).setUint32(0, i);
  return bytes;
};

/** A network that may hold back what the page says, however much that is, and later delivers it all at once. */
class Network {
  #held: (() => void)[] | null = null;
  #server = createServer((page) => this.#carry(page));
  #target = 0;

  async to(url: string): Promise<string> {
    this.#target = Number(new URL(url).port);
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/signal`;
  }

  stall(): void {
    this.#held ??= [];
  }

  recover(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const deliver of held) deliver();
  }

  close(): void {
    this.#server.close();
  }

  #carry(page: Socket): void {
    const server = connect(this.#target, '127.0.0.1');
    page.on('error', () => server.destroy());
    server.on('error', () => page.destroy());
    page.on('close', () => server.destroy());
    server.pipe(page);
    page.on('data', (data) => {
      if (this.#held) this.#held.push(() => server.write(data));
      else server.write(data);
    });
  }
}

/** Says everything, as fast as the page is allowed to. `arrived` rejects when it is closed meanwhile. */
function sendAll(
  { session, sink }: Two['page'],
  receiver: TestClient,
): { sent(): number; arrived: Promise<void> } {
  let next = 0;
  const send = (): void => {
    while (next < PIECES && session.reserve(PIECE, receiver.id)) session.send(receiver.id, piece(next++));
  };
  sink.drain = send;
  const arrived = new Promise<void>((resolve, reject) => {
    sink.close = (error) => reject(error ?? new Error('closed'));
    let count = 0;
    receiver.ws.on('message', (data, binary) => {
      if (!binary) return;
      assert.equal((data as Buffer).readUInt32BE(37), count++);
      if (count === PIECES) resolve();
    });
  });
  send();
  return { sent: () => next, arrived };
}

test('a page that reserves what it sends is never slowed down by the server, let alone closed', async (t) => {
  const { page, receiver, pauses } = await startTwo(t);
  const { sent, arrived } = sendAll(page, receiver);
  assert.ok(sent() > 1 && sent() < PIECES, `a burst at once, not all: ${sent()}`);
  await arrived;
  assert.equal(pauses(), 0, 'it stayed within the budget all the time');
});

test('one that does not is closed', async (t) => {
  const { page, receiver, pauses } = await startTwo(t);
  for (let i = 0; i < PIECES; i++) page.session.send(receiver.id, piece(i));
  const [close] = await page.sink.heard('close');
  assert.equal(close?.error?.code, 'rate-limited');
  assert.ok(pauses() > 0);
});

test('what a network held back, and then delivers all at once, is within the budget still', async (t) => {
  const network = new Network();
  t.after(() => network.close());
  const { page, receiver, pauses } = await startTwo(t, (url) => network.to(url));
  const { sent, arrived } = sendAll(page, receiver);
  await once(receiver.ws, 'message');
  network.stall();
  // At full rate, the server would need four times as long as it has patience for what this amounts to.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const held = sent();
  network.recover();
  await arrived;
  assert.ok(held < PIECES / 2, `it waited to be read: ${held}`);
  assert.equal(pauses(), 0);
});
