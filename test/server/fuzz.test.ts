import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { parseMessage } from '../../src/message-frame.js';
import { isPeerId, isRoomId, parseClientFrame, parseServerFrame } from '../../src/protocol.js';
import { createKey, room, startServer, type Key, type TestClient, type TestServer } from './client.js';
import { random } from '../support/random.js';
import { Mutator } from './mutate.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1e9);
const SOCKET_FRAMES = 100_000;
const ATTACKERS = 8;

/** Nothing is slowed down, so that every frame is looked at. */
const limits = {
  messagesPerSecond: 1e6,
  messageBurst: 1e6,
  relayBytesPerSecond: 1e9,
  relayBurst: 1e9,
  connections: 1e5,
  connectionsPerAddress: 1e5,
};

/** @param ids that exist, so that some of it hits */
function seeded(t: TestContext, ids: readonly string[]): Mutator {
  t.diagnostic(`FUZZ_SEED=${SEED}`);
  return new Mutator(random(SEED), ids, ['a', 'b', 'c'].map(room));
}

test('the parsers return a typed value or null for 200 000 mutants', (t) => {
  const mutator = seeded(t, ['a', 'b'].map(room));
  let understood = 0;
  for (let i = 0; i < 200_000; i++) {
    const { data } = i % 3 === 0 ? mutator.harmless() : mutator.mutant();
    const text = data.toString();
    const frame = parseClientFrame(text);
    const message = parseMessage(data);
    parseServerFrame(text);
    if (frame || message) understood++;
    if (frame?.type === 'join') {
      assert.ok(isRoomId(frame.room) && Number.isInteger(frame.n) && frame.n >= 0 && frame.n <= 0xffff);
      assert.deepEqual(Object.keys(frame), ['type', 'n', 'room', 'entry', 'capacity', 'hello', 'lock']);
    }
    if (message) assert.ok(isPeerId(message.id) && message.payload.length === data.length - 37);
  }
  assert.ok(understood > 10_000 && understood < 190_000, String(understood));
  assert.equal(Object.getOwnPropertyNames(Object.prototype).includes('n'), false);
});

interface Attack extends TestServer {
  /** Two members of the room that the attackers are in. */
  readonly one: TestClient;
  readonly other: TestClient;
  readonly mutator: Mutator;
  /** Frames that reached the server on a connection it had not yet closed, by its own count. */
  taken: number;
  /** How connections ended, by close code. */
  readonly ends: Map<number, number>;
}

async function startAttack(t: TestContext): Promise<Attack> {
  const started = await startServer(t, { limits });
  const [one, other] = [await started.login(), await started.login()];
  await one.join(0, room('a'));
  await other.join(0, room('a'));
  const mutator = seeded(t, [one.id, other.id]);
  const attack: Attack = { ...started, one, other, mutator, taken: 0, ends: new Map() };
  started.server.socket.on('connection', (ws) => {
    ws.prependListener('message', () => {
      if (ws.readyState === ws.OPEN) attack.taken++;
    });
  });
  return attack;
}

/** One connection: frames that are wrong in ways to be put up with, then worse ones until the server has enough. */
async function attackOnce(attack: Attack, key: Key, slot: number): Promise<void> {
  const { mutator } = attack;
  const client = attack.open();
  if (mutator.int(20) === 0) await client.next('welcome');
  else {
    await client.login({ key, slot });
    await client.join(0, room('a'));
    for (let i = mutator.int(60); i > 0; i--) {
      const { data, binary } = mutator.harmless();
      client.ws.send(data, { binary });
    }
    client.send({ type: 'ping' });
    await client.any('pong');
  }
  while (client.ws.readyState === client.ws.OPEN) {
    const { data, binary } = mutator.mutant();
    client.ws.send(data, { binary });
    if (mutator.int(50) === 0) client.ws.close();
    await new Promise(setImmediate);
  }
  const { code } = await client.closed;
  attack.ends.set(code, (attack.ends.get(code) ?? 0) + 1);
}

/** Two members that keep talking while all that goes on, each waiting for what the other said. */
async function talk(one: TestClient, other: TestClient, done: () => boolean): Promise<number> {
  let said = 0;
  const hear = async (client: TestClient, from: TestClient, text: string): Promise<void> => {
    for (;;) {
      const received = await client.any('message');
      if (received.type !== 'message' || received.id !== from.id) continue;
      assert.equal(received.text, text);
      return;
    }
  };
  while (!done()) {
    one.message(0, other.id, `${said}`);
    await hear(other, one, `${said}`);
    other.message(0, one.id, `re ${said}`);
    await hear(one, other, `re ${said}`);
    said++;
  }
  return said;
}

test('100 000 mutants on real sockets harm nobody but their senders', { timeout: 120_000 }, async (t) => {
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => void uncaught.push(error);
  process.on('uncaughtExceptionMonitor', note);
  process.on('unhandledRejection', note);
  t.after(() => process.off('uncaughtExceptionMonitor', note).off('unhandledRejection', note));
  const attack = await startAttack(t);
  const { one, other } = attack;
  const before = process.memoryUsage().rss;
  let attacking = true;
  const talking = talk(one, other, () => !attacking);
  const key = createKey();
  const attackers = Array.from({ length: ATTACKERS }, async (_, slot) => {
    while (attack.taken < SOCKET_FRAMES) await attackOnce(attack, key, slot);
  });
  await Promise.all(attackers);
  attacking = false;
  const said = await talking;
  const grown = (process.memoryUsage().rss - before) / 2 ** 20;
  const ends = JSON.stringify(Object.fromEntries(attack.ends));
  t.diagnostic(
    `${attack.taken} frames taken, ${said} exchanges meanwhile, rss +${grown.toFixed()} MB, ${ends}`,
  );
  assert.ok(attack.taken >= SOCKET_FRAMES);
  assert.ok(said > 100);
  assert.ok(grown < 250, `rss grew by ${grown} MB`);
  assert.deepEqual(uncaught, []);
  assert.deepEqual(
    [...attack.ends.keys()].sort().filter((code) => !EXPECTED.has(code)),
    [],
  );
  for (const client of [one, other]) {
    client.send({ type: 'ping' });
    await client.any('pong');
  }
});

/** By its own wish, by ws for what is no text or too large, or by us. */
const EXPECTED = new Set([1005, 1006, 1007, 1009, 4400, 4401]);

async function upgraded(origin: string): Promise<Socket> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const key = Buffer.alloc(16, 7).toString('base64');
  socket.write(
    `GET /signal HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  await once(socket, 'data');
  return socket;
}

test('bytes that are no WebSocket frames end their own connection only', async (t) => {
  const attack = await startAttack(t);
  const { mutator, one } = attack;
  for (let i = 0; i < 500; i++) {
    const socket = await upgraded(attack.origin);
    const opcode = mutator.int(256);
    const length = mutator.pick([0, 5, 125, 126, 127]);
    const head = Buffer.from([opcode, (mutator.int(2) << 7) | length]);
    const noise = Buffer.from(Array.from({ length: mutator.int(300) }, () => mutator.int(256)));
    const ended = once(socket, 'close');
    socket.resume();
    socket.end(Buffer.concat([head, noise]));
    await ended;
  }
  one.send({ type: 'ping' });
  await one.any('pong');
});
