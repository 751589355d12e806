import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Limits } from '../../server/limits.js';
import { createKey, room, startServer, type TestClient, type TestServer } from './client.js';

interface Two extends TestServer {
  readonly one: TestClient;
  readonly other: TestClient;
}

/** Two members of a room which is 1 to the one and 2 to the other. */
async function startTwo(t: TestContext, limits: Partial<Limits> = {}): Promise<Two> {
  const started = await startServer(t, { limits, seatTimeout: 0 });
  const [one, other] = [await started.login(), await started.login()];
  await one.join(1, room('a'));
  await other.join(2, room('a'));
  await one.next('peer');
  return { ...started, one, other };
}

test('a message arrives with its sender and the number the receiver gave the room', async (t) => {
  const { one, other, server } = await startTwo(t);
  one.message(1, other.id, 'hello');
  assert.deepEqual(await other.next('message'), { type: 'message', n: 2, id: one.id, text: 'hello' });
  other.message(2, one.id, '');
  assert.deepEqual(await one.next('message'), { type: 'message', n: 1, id: other.id, text: '' });
  assert.equal(server.stats().messages, 2);
});

test('every byte arrives as it was sent', async (t) => {
  const { one, other } = await startTwo(t);
  const bytes = Uint8Array.from({ length: 65_536 }, (_, i) => (i * 31) % 251);
  const arrived = new Promise<Buffer>((resolve) =>
    other.ws.once('message', (data) => resolve(data as Buffer)),
  );
  one.message(1, other.id, bytes);
  assert.deepEqual((await arrived).subarray(37), Buffer.from(bytes));
});

test('messages between many members all keep their order', async (t) => {
  const { one, other, login } = await startTwo(t);
  const third = await login({ key: createKey(), slot: 9999 });
  await third.join(0xffff, room('a'));
  for (let i = 0; i < 100; i++) {
    one.message(1, third.id, `one ${i}`);
    other.message(2, third.id, `other ${i}`);
  }
  const received: Record<string, string[]> = { [one.id]: [], [other.id]: [] };
  for (let i = 0; i < 200; i++) {
    const { id, n, text } = await third.next('message');
    assert.equal(n, 0xffff);
    received[id]?.push(text);
  }
  const expected = (name: string): string[] => Array.from({ length: 100 }, (_, i) => `${name} ${i}`);
  assert.deepEqual(received, { [one.id]: expected('one'), [other.id]: expected('other') });
  third.message(0xffff, one.id, 'back');
  await one.next('peer');
  assert.equal((await one.next('message')).id, third.id);
});

test('who says so much as a word to a room is a member of it', async (t) => {
  const { one, other, login, server } = await startTwo(t);
  const outsider = await login();
  await outsider.join(0, room('b'));
  outsider.message(0, one.id, 'from my room');
  outsider.message(1, one.id, 'with your number');
  outsider.message(2, one.id, 'with the number of another');
  one.message(1, outsider.id, 'out of the room');
  one.message(2, other.id, 'with a number of the other');
  one.message(1, one.id, 'to myself');
  one.message(1, createKey().id, 'to nobody');
  await Promise.all([outsider.barrier(), one.barrier(), other.barrier()]);
  assert.equal(server.stats().dropped, 7);
  assert.equal(server.stats().messages, 0);
});

test('a sender cannot pass for another', async (t) => {
  const { one, other, login } = await startTwo(t);
  const third = await login();
  await third.join(1, room('a'));
  // A frame as the server would send it on behalf of `one` is addressed to `one`, and comes from `third`.
  third.message(1, one.id, 'I am somebody else');
  await one.next('peer');
  assert.equal((await one.next('message')).id, third.id);
  await other.next('peer');
  await other.barrier();
});

test('who has left neither gets nor sends messages', async (t) => {
  const { one, other, server } = await startTwo(t);
  other.send({ type: 'leave', n: 2 });
  await one.next('gone');
  one.message(1, other.id, 'are you there?');
  other.message(2, one.id, 'no');
  await Promise.all([one.barrier(), other.barrier()]);
  assert.equal(server.stats().dropped, 2);
});

test('payload and control frames have their limits, and only the offender is closed', async (t) => {
  const { one, other, login } = await startTwo(t, { payload: 1000, controlPayload: 500 });
  one.message(1, other.id, 'x'.repeat(1000));
  assert.equal((await other.next('message')).text.length, 1000);
  const large = await login();
  await large.join(0, room('b'));
  large.message(0, one.id, 'x'.repeat(1001));
  assert.equal((await large.closed).code, 1009);
  const chatty = await login();
  chatty.ws.send(`{"type":"ping"${' '.repeat(485)}}`);
  await chatty.next('pong');
  chatty.ws.send(`{"type":"ping"${' '.repeat(486)}}`);
  assert.equal((await chatty.closed).code, 4400);
  await one.barrier();
});

test('a control limit above the payload limit is a limit still', async (t) => {
  const { one, other } = await startTwo(t, { payload: 100, controlPayload: 4096 });
  one.message(1, other.id, 'x'.repeat(101));
  assert.equal((await one.closed).code, 4400);
});

test('a message in too many fragments is given up', async (t) => {
  const { one, other } = await startTwo(t, { fragments: 4 });
  for (let i = 0; i < 3; i++) one.ws.send('{', { fin: false });
  for (let i = 0; i < 3; i++) one.ws.send('{', { fin: false });
  assert.equal((await one.closed).code, 1008);
  assert.equal((await other.next('gone')).reason, 'lost');
});

test('text that is no UTF-8 is given up', async (t) => {
  const { one } = await startTwo(t);
  one.ws.send(Buffer.from([0x7b, 0xff, 0x7d]), { binary: false });
  assert.equal((await one.closed).code, 1007);
});

test('over the message budget the socket is not read, and everything arrives', async (t) => {
  const { one, other, server } = await startTwo(t, { messagesPerSecond: 100, messageBurst: 20 });
  const started = performance.now();
  for (let i = 0; i < 80; i++) one.message(1, other.id, String(i));
  for (let i = 0; i < 80; i++) assert.equal((await other.next('message')).text, String(i));
  assert.ok(performance.now() - started >= 550, 'sixty over a budget of a hundred a second');
  await one.barrier();
  assert.equal(server.stats().messages, 80);
});

test('the relay budget counts bytes, and everything arrives', async (t) => {
  const limits = { relayBytesPerSecond: 100_000, relayBurst: 20_000 };
  const { one, other } = await startTwo(t, limits);
  const started = performance.now();
  for (let i = 0; i < 8; i++) one.message(1, other.id, String(i).repeat(10_000));
  one.send({ type: 'ping' });
  for (let i = 0; i < 8; i++) assert.equal((await other.next('message')).text[0], String(i));
  assert.ok(performance.now() - started >= 550, 'sixty kilobytes over a budget of a hundred a second');
  await one.next('pong');
});

test('one that floods is closed with 4429, at the latest after ten seconds', async (t) => {
  const { one, other } = await startTwo(t, { messagesPerSecond: 5, messageBurst: 10 });
  const started = performance.now();
  const timer = setInterval(() => one.message(1, other.id, 'again'), 100);
  t.after(() => clearInterval(timer));
  assert.equal((await one.closed).code, 4429);
  const seconds = (performance.now() - started) / 1000;
  assert.ok(seconds > 9 && seconds < 16, `after ${seconds} s`);
});

test('what could not be worked off in ten seconds is not kept', async (t) => {
  const { one, other } = await startTwo(t, { messagesPerSecond: 5, messageBurst: 10 });
  for (let i = 0; i < 5000; i++) one.message(1, other.id, '');
  assert.equal((await one.closed).code, 4429);
});

test('a flood of WebSocket pongs is a flood', async (t) => {
  const { one, other } = await startTwo(t, { messagesPerSecond: 1000, messageBurst: 10 });
  for (let i = 0; i < 300; i++) one.ws.pong();
  one.message(1, other.id, 'after them');
  const started = performance.now();
  await other.next('message');
  assert.ok(performance.now() - started > 100, 'they used the budget up');
});

test('a slow reader is closed with 4008, and the others go on', async (t) => {
  const rich = { messagesPerSecond: 1e6, messageBurst: 1e6, relayBytesPerSecond: 1e9, relayBurst: 1e9 };
  const { one, other, login, server } = await startTwo(t, { ...rich, bufferClose: 65_536 });
  const third = await login();
  await third.join(0, room('a'));
  await one.next('peer');
  other.ws.pause();
  const block = new Uint8Array(65_536);
  for (;;) {
    one.message(1, other.id, block);
    one.send({ type: 'ping' });
    const answer = await one.any('gone', 'pong');
    if (answer.type === 'pong') continue;
    assert.deepEqual(answer, { type: 'gone', n: 1, id: other.id, reason: 'lost' });
    break;
  }
  one.message(1, third.id, 'still here');
  await third.next('gone');
  assert.equal((await third.next('message')).text, 'still here');
  assert.equal(server.stats().members, 2);
  other.ws.resume();
  const { code } = await other.closed;
  assert.ok(code === 4008 || code === 1006, 'told why, if it reads on before it is cut off');
});
