/** Clients that do not read as fast as they are written to. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Limits } from '../../server/limits.js';
import { room, startServer, type ReceivedOf, type TestClient, type TestServer } from './client.js';

/** Nobody is slowed down for what it says. */
const rich = {
  messagesPerSecond: 1e6,
  messageBurst: 1e6,
  relayBytesPerSecond: 1e9,
  relayBurst: 1e9,
  // What the kernel holds of one message too many.
  bufferClose: 2 ** 24,
};
const BLOCK = new Uint8Array(65_536);

interface Three extends TestServer {
  readonly writer: TestClient;
  readonly reader: TestClient;
  readonly third: TestClient;
}

/** Three in a room that is 1 to the writer, 2 to the reader and 3 to the third. */
async function startThree(t: TestContext, limits: Partial<Limits> = {}): Promise<Three> {
  const started = await startServer(t, { limits: { ...rich, ...limits } });
  const [writer, reader, third] = [await started.login(), await started.login(), await started.login()];
  await writer.join(1, room('a'));
  await reader.join(2, room('a'));
  await third.join(3, room('a'));
  await writer.next('peer');
  await writer.next('peer');
  await reader.next('peer');
  return { ...started, writer, reader, third };
}

/** Writes until it is told to stop. @returns how often it wrote */
async function fill(writer: TestClient, n: number, to: string): Promise<number> {
  for (let count = 1; ; count++) {
    writer.message(n, to, BLOCK);
    writer.send({ type: 'ping' });
    const answer = await writer.any('stop', 'pong');
    if (answer.type === 'stop') {
      assert.deepEqual(answer, { type: 'stop', n, id: to });
      await writer.next('pong');
      return count;
    }
  }
}

/** Takes so many messages. */
async function take(reader: TestClient, count: number): Promise<ReceivedOf<'message'>[]> {
  const messages: ReceivedOf<'message'>[] = [];
  for (let i = 0; i < count; i++) messages.push(await reader.next('message'));
  return messages;
}

test('who writes faster than is read is told to stop once, and to go when most of it is read', async (t) => {
  const { writer, reader, third } = await startThree(t);
  reader.ws.pause();
  const count = await fill(writer, 1, reader.id);
  writer.message(1, reader.id, 'one more');
  await writer.barrier();
  writer.message(1, third.id, 'to somebody else');
  assert.equal((await third.next('message')).text, 'to somebody else');
  await third.barrier();
  reader.ws.resume();
  const messages = await take(reader, count + 1);
  assert.equal(messages.at(-1)?.text, 'one more', 'nothing is lost, nothing overtaken');
  assert.deepEqual(await writer.next('go'), { type: 'go', n: 1, id: reader.id });
  await Promise.all([writer.barrier(), third.barrier()]);
});

test('everybody of whom something waits is told, and who writes later as soon as it does', async (t) => {
  const { writer, reader, third, login } = await startThree(t);
  reader.ws.pause();
  await fill(writer, 1, reader.id);
  third.message(3, reader.id, 'late');
  assert.deepEqual(await third.next('stop'), { type: 'stop', n: 3, id: reader.id });
  const silent = await login();
  await silent.join(0, room('a'));
  await silent.barrier();
  reader.ws.resume();
  await writer.next('peer');
  await third.next('peer');
  assert.equal((await writer.next('go')).id, reader.id);
  assert.equal((await third.next('go')).id, reader.id);
  await silent.barrier();
});

test('those of whom something waits are told to stop together', async (t) => {
  const { writer, reader, third } = await startThree(t, { bufferStop: 2 ** 20 });
  reader.ws.pause();
  let stopped = false;
  while (!stopped) {
    writer.message(1, reader.id, BLOCK);
    third.message(3, reader.id, 'waits as well');
    third.send({ type: 'ping' });
    writer.send({ type: 'ping' });
    stopped = (await writer.any('stop', 'pong')).type === 'stop';
    if (!stopped) await third.any('pong');
  }
  assert.equal((await third.any('stop')).type, 'stop', 'without another word');
});

test('a reader that is gone holds nobody up', async (t) => {
  const { writer, reader, login } = await startThree(t);
  reader.ws.pause();
  await fill(writer, 1, reader.id);
  reader.ws.terminate();
  assert.deepEqual(await writer.next('go'), { type: 'go', n: 1, id: reader.id });
  assert.ok(reader.key);
  const back = await login({ key: reader.key });
  await back.join(5, room('a'));
  writer.message(1, reader.id, 'welcome back');
  assert.equal((await back.next('message')).text, 'welcome back');
});

test('a writer that comes back is told anew', async (t) => {
  const { writer, reader, login } = await startThree(t);
  reader.ws.pause();
  await fill(writer, 1, reader.id);
  assert.ok(writer.key);
  const back = await login({ key: writer.key });
  assert.equal((await writer.closed).code, 4409);
  await back.join(7, room('a'));
  back.message(7, reader.id, 'again');
  assert.deepEqual(await back.next('stop'), { type: 'stop', n: 7, id: reader.id });
  reader.ws.resume();
  assert.deepEqual(await back.next('go'), { type: 'go', n: 7, id: reader.id });
});

test('one who sees the reader leave and join again is told anew', async (t) => {
  const { writer, reader } = await startThree(t);
  reader.ws.pause();
  await fill(writer, 1, reader.id);
  reader.send({ type: 'leave', n: 2 });
  assert.equal((await writer.next('gone')).id, reader.id);
  reader.askToJoin(4, room('a'));
  assert.equal((await writer.next('peer')).id, reader.id);
  writer.message(1, reader.id, 'again');
  assert.equal((await writer.next('stop')).id, reader.id);
});

test('who reads nothing of what waits is closed with 4008 after a time, and those it held up go on', async (t) => {
  const { writer, reader, third, server } = await startThree(t, { bufferTimeout: 300 });
  reader.ws.pause();
  const started = performance.now();
  await fill(writer, 1, reader.id);
  assert.equal((await writer.next('go')).id, reader.id);
  assert.ok(performance.now() - started > 250);
  const closed = reader.closed;
  reader.ws.resume();
  const { code } = await closed;
  assert.ok(code === 4008 || code === 1006, `told why, if it reads on before it is cut off: ${code}`);
  assert.equal(server.stats().away, 1, 'it may come back');
  await third.barrier();
});

test('one that reads little by little is not closed', async (t) => {
  const limits = { bufferTimeout: 1000, bufferStop: 2 ** 24, bufferClose: 2 ** 25 };
  const { writer, reader } = await startThree(t, limits);
  const started = performance.now();
  const total = 300;
  const all = new Promise<void>((resolve) => {
    let count = 0;
    reader.ws.on('message', () => {
      if (++count === total) resolve();
      // As a page that is busy for a while with everything it is told.
      reader.ws.pause();
      setTimeout(() => reader.ws.resume(), 6);
    });
  });
  for (let i = 0; i < total; i++) writer.message(1, reader.id, BLOCK);
  await Promise.race([all, reader.closed.then(({ code }) => assert.fail(`closed with ${code}`))]);
  assert.ok(performance.now() - started > 1500, 'something waited for longer than bufferTimeout');
});

test('no more than bufferClose waits for anybody', async (t) => {
  const { writer, reader, third, server } = await startThree(t, { bufferStop: 65_536, bufferClose: 262_144 });
  const [, socket] = server.socket.clients;
  assert.ok(socket);
  reader.ws.pause();
  await fill(writer, 1, reader.id);
  // It does not stop.
  let most = 0;
  for (;;) {
    writer.message(1, reader.id, BLOCK);
    writer.send({ type: 'ping' });
    const answer = await writer.any('go', 'pong');
    most = Math.max(most, socket.bufferedAmount);
    if (answer.type === 'go') break;
  }
  assert.ok(most <= 262_144 + 65_600, String(most));
  writer.message(1, third.id, 'still here');
  assert.equal((await third.next('message')).text, 'still here');
});

test('a flood of pings from one that reads nothing is bounded as well', async (t) => {
  const { reader, server } = await startThree(t, { bufferClose: 65_536, bufferTimeout: 60_000 });
  const [, socket] = server.socket.clients;
  assert.ok(socket);
  reader.ws.pause();
  const ended = new Promise((resolve) => socket.once('close', resolve));
  const timer = setInterval(() => {
    for (let i = 0; i < 2000 && reader.ws.readyState === reader.ws.OPEN; i++) reader.ws.ping('x'.repeat(125));
  }, 1);
  t.after(() => clearInterval(timer));
  await ended;
});
