/** Whom the operator lets in: `authorize`, `validateCode`, `names`, `peerTimeout`. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SignalingServer, roomId, type Decision, type JoinAttempt } from '../../server/index.js';
import type { Logger } from '../../server/log.js';
import { createKey, room, startServer, type TestClient } from './client.js';

const TEA = roomId('tea', 'group');
const MUTE = { names: false } as const;

/** Shows something, asks to join, and tells what the server made of it. */
async function knock(
  client: TestClient,
  {
    n = 0,
    id = room('a'),
    token = '',
    name = '',
  }: { n?: number; id?: string; token?: string; name?: string },
): Promise<string> {
  client.send({ type: 'credentials', n, token, name });
  client.askToJoin(n, id);
  const answer = await client.any('joined', 'refused');
  if (answer.type === 'joined') return `in as "${answer.role}"`;
  assert.ok(answer.type === 'refused' && answer.n === n);
  return `${answer.code}: ${answer.reason}`;
}

/** Remembers what is logged as one text. */
function notebook(): Logger & { readonly text: () => string } {
  const lines: string[] = [];
  const note = (fields: object, message: string): void => {
    const { err } = fields as { err?: Error };
    lines.push(`${message} ${err ? String(err) : ''}`);
  };
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: note,
    error: note,
    text: () => lines.join('\n'),
  };
}

/** An `authorize` that answers when it is told to. */
function gate() {
  let answer: (decision: Decision) => void = () => undefined;
  let ask: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => (ask = resolve));
  return {
    asked,
    answer: (decision: Decision) => answer(decision),
    authorize: () => {
      ask();
      return new Promise<Decision>((resolve) => (answer = resolve));
    },
  };
}

const DECLINED = 'refused: The server does not let this page into the room.';
const UNDECIDED = 'refused: The server could not decide.';

describe('authorize', () => {
  test('is told the upgrade, the room by name, the proven id and the token, for every join', async (t) => {
    const asked: (JoinAttempt & { url: string | undefined; agent: string | undefined })[] = [];
    const { open, server } = await startServer(t, {
      authorize: ({ url, headers }, attempt) => {
        asked.push({ url, agent: headers['user-agent'], ...attempt });
        return true;
      },
    });
    const client = open({ headers: { 'user-agent': 'tester' } });
    const { names } = await client.next('welcome');
    assert.equal(names, true);
    client.ws.close();
    const member = await open({ headers: { 'user-agent': 'tester' } }).login();
    assert.equal(await knock(member, { id: TEA, name: 'tea', token: 'ticket' }), 'in as ""');
    const pair = roomId('k3', 'pair');
    assert.equal(await knock(member, { n: 1, id: pair, name: 'k3' }), 'in as ""');
    // Where one asks to come in, as far as an operator is concerned, is the room.
    const door = roomId('tea', 'door');
    assert.equal(await knock(member, { n: 2, id: door, name: 'tea' }), 'in as ""');
    const common = { url: '/signal', agent: 'tester', id: member.id, role: '' };
    assert.deepEqual(asked, [
      { ...common, room: 'tea', roomId: TEA, kind: 'group', token: 'ticket' },
      { ...common, room: 'k3', roomId: pair, kind: 'pair', token: '' },
      { ...common, room: 'tea', roomId: door, kind: 'group', token: '' },
    ]);
    assert.equal(server.stats().members, 3);
  });

  test('answers with true, false, a role or a reason, at once or later', async (t) => {
    const answers = new Map<string, Decision>([
      ['yes', true],
      ['no', false],
      ['role', { role: 'host' }],
      ['reason', { reason: 'Ask Ada for an invitation.' }],
      ['allowed', { allow: true }],
      ['host', { allow: true, role: 'host' }],
      ['denied', { allow: false }],
      ['long', { allow: false, reason: 'x'.repeat(1000) }],
    ]);
    for (const later of [false, true]) {
      const { login } = await startServer(t, {
        ...MUTE,
        authorize: (_, { token }) => {
          const answer = answers.get(token) ?? false;
          return later ? new Promise((resolve) => setImmediate(resolve, answer)) : answer;
        },
      });
      const ask = async (token: string): Promise<string> => knock(await login(), { token });
      assert.equal(await ask('yes'), 'in as ""');
      assert.equal(await ask('no'), DECLINED);
      assert.equal(await ask('role'), 'in as "host"');
      assert.equal(await ask('reason'), 'refused: Ask Ada for an invitation.');
      assert.equal(await ask('allowed'), 'in as ""');
      assert.equal(await ask('host'), 'in as "host"');
      assert.equal(await ask('denied'), DECLINED);
      assert.equal(await ask('long'), `refused: ${'x'.repeat(256)}`);
    }
  });

  test('that throws, rejects or answers with anything else lets nobody in, and tells only the log', async (t) => {
    const mistakes: readonly unknown[] = [
      undefined,
      null,
      'yes',
      1,
      {},
      [],
      () => true,
      { allow: 'yes' },
      { role: 7 },
      { role: 'r'.repeat(65) },
      { reason: 7 },
      { role: 'host', colour: 'red' },
      { id: 'a row of some table' },
    ];
    const logger = notebook();
    const { login } = await startServer(t, {
      ...MUTE,
      logger,
      authorize: (_, { token }) => {
        if (token === 'throw') throw new Error('the password of the database is 1234');
        if (token === 'reject') return Promise.reject(new Error('nobody at home'));
        return mistakes[Number(token)] as boolean;
      },
    });
    const client = await login();
    assert.equal(await knock(client, { token: 'throw' }), UNDECIDED);
    assert.match(logger.text(), /the password of the database/);
    assert.equal(await knock(client, { token: 'reject' }), UNDECIDED);
    assert.match(logger.text(), /nobody at home/);
    for (const i of mistakes.keys())
      assert.equal(await knock(client, { token: String(i) }), UNDECIDED, String(i));
    assert.equal(logger.text().split('\n').length, mistakes.length + 2);
  });

  test('has a time, and holds up nobody else', async (t) => {
    const logger = notebook();
    let asked = 0;
    const { login, server } = await startServer(t, {
      ...MUTE,
      logger,
      limits: { authorizeTimeout: 300 },
      authorize: (_, { token }) => {
        asked++;
        return token === 'slow' ? new Promise(() => undefined) : true;
      },
    });
    const [slow, quick, other] = await Promise.all([login(), login(), login()]);
    const late = knock(slow, { token: 'slow' });
    assert.equal(await knock(quick, {}), 'in as ""');
    assert.equal(await knock(other, {}), 'in as ""');
    await quick.next('peer');
    quick.message(0, other.id, 'meanwhile');
    assert.equal((await other.next('message')).text, 'meanwhile');
    assert.equal(asked, 3, 'the slow one is being decided on');
    assert.equal(server.stats().members, 2);
    assert.equal(await late, 'refused: The server could not decide in time.');
    assert.match(logger.text(), /not decided in time/);
    assert.equal(await knock(slow, {}), 'in as ""');
  });

  test('that answers too late does not matter any more, whatever it answers', async (t) => {
    let answer: (decision: Decision) => void = () => undefined;
    let fail: (error: Error) => void = () => undefined;
    const { login, server } = await startServer(t, {
      ...MUTE,
      limits: { authorizeTimeout: 20 },
      authorize: () =>
        new Promise((resolve, reject) => {
          [answer, fail] = [resolve, reject];
        }),
    });
    const client = await login();
    assert.match(await knock(client, {}), /in time/);
    answer(true);
    assert.match(await knock(client, {}), /in time/);
    fail(new Error('at last'));
    await client.barrier();
    assert.equal(server.stats().members, 0);
  });

  test('what comes behind a join waits for its outcome', async (t) => {
    const door = gate();
    const { login, server } = await startServer(t, { ...MUTE, authorize: door.authorize });
    const client = await login();
    client.askToJoin(0, room('a'));
    client.send({ type: 'leave', n: 0 });
    client.send({ type: 'ping' });
    await door.asked;
    door.answer(true);
    await client.next('joined');
    await client.next('pong');
    assert.equal(server.stats().members, 0, 'it left');
  });

  test('of a client that is gone by then brings nobody in', async (t) => {
    const door = gate();
    const { login, server } = await startServer(t, { ...MUTE, authorize: door.authorize });
    const client = await login();
    client.askToJoin(0, room('a'));
    await door.asked;
    assert.equal(server.kick(client.id), true);
    await client.closed;
    door.answer(true);
    await (await login()).barrier();
    assert.equal(server.stats().members, 0);
  });
});

describe('a role', () => {
  test('is told to its owner, to those who are there and to those who come', async (t) => {
    const { login } = await startServer(t, { ...MUTE, authorize: (_, { token }) => ({ role: token }) });
    const [host, guest] = await Promise.all([login(), login()]);
    assert.equal(await knock(host, { token: 'host' }), 'in as "host"');
    guest.send({ type: 'credentials', n: 0, token: 'guest', name: '' });
    const joined = await guest.join(0, room('a'));
    assert.equal(joined.role, 'guest');
    assert.deepEqual(
      joined.members.map(({ id, role }) => [id, role]),
      [[host.id, 'host']],
    );
    assert.equal((await host.next('peer')).role, 'guest');
  });

  test('of "moderator" has its owner obeyed as who made the room is', async (t) => {
    const { login } = await startServer(t, { ...MUTE, authorize: (_, { token }) => ({ role: token }) });
    const [maker, guard, guest] = await Promise.all([login(), login(), login()]);
    await knock(maker, { token: 'host' });
    await knock(guard, { token: 'moderator' });
    await knock(guest, { token: 'moderators' });
    await guard.next('peer');
    guest.send({ type: 'kick', n: 0, id: guard.id, ban: true });
    guest.send({ type: 'ping' });
    assert.equal((await guest.any('pong', 'gone')).type, 'pong');
    guard.send({ type: 'kick', n: 0, id: guest.id, ban: true });
    assert.equal((await guest.next('closed')).n, 0);
    assert.equal((await guard.next('gone')).reason, 'kicked');
  });

  test('may be another one for who comes back: then the others are told', async (t) => {
    const { login } = await startServer(t, { ...MUTE, authorize: (_, { token }) => ({ role: token }) });
    const key = createKey();
    const [stays, goes] = [await login(), await login({ key })];
    await knock(stays, { token: 'host' });
    await knock(goes, { token: 'guest' });
    await stays.next('peer');
    goes.ws.terminate();
    await goes.closed;
    const back = await login({ key });
    assert.equal(await knock(back, { token: 'guest' }), 'in as "guest"');
    await stays.barrier();
    back.ws.terminate();
    await back.closed;
    assert.equal(await knock(await login({ key }), { token: 'host' }), 'in as "host"');
    const told = await stays.next('peer');
    assert.deepEqual([told.id, told.role], [goes.id, 'host']);
  });

  test('goes with the join it was given for', async (t) => {
    const { login } = await startServer(t, { ...MUTE, authorize: (_, { token }) => ({ role: token }) });
    const client = await login();
    client.send({ type: 'credentials', n: 5, token: 'host', name: '' });
    assert.equal((await client.join(6, room('b'))).role, '', 'another number');
    assert.equal((await client.join(5, room('c'))).role, '', 'used up by then');
  });
});

describe('names', () => {
  test('are not asked for where nobody looks at them', async (t) => {
    for (const options of [{}, { ...MUTE, authorize: () => true }, { tokens: { secret: 's'.repeat(32) } }]) {
      const { open } = await startServer(t, options);
      assert.equal((await open().next('welcome')).names, false);
    }
    for (const options of [{ authorize: () => true }, { validateCode: () => true }]) {
      const { open } = await startServer(t, options);
      assert.equal((await open().next('welcome')).names, true);
    }
  });

  test('have to be those of the room', async (t) => {
    const seen: string[] = [];
    const { login } = await startServer(t, {
      validateCode: (code, kind) => {
        seen.push(`${kind} ${code}`);
        return code !== 'forbidden';
      },
    });
    const client = await login();
    assert.match(await knock(client, { id: TEA }), /^refused: This server asks for the name/);
    assert.match(await knock(client, { id: TEA, name: 'coffee' }), /^refused: The room is not of that name/);
    assert.match(
      await knock(client, { id: room('x'), name: 'tea' }),
      /^refused: The room is not of that name/,
    );
    assert.deepEqual(seen, [], 'what is not proven is not asked about');
    assert.equal(await knock(client, { id: TEA, name: 'tea' }), 'in as ""');
    const forbidden = roomId('forbidden', 'pair');
    assert.match(
      await knock(client, { n: 1, id: forbidden, name: 'forbidden' }),
      /^refused: There can be no room/,
    );
    assert.deepEqual(seen, ['group tea', 'pair forbidden']);
  });

  test('are valid by a promise, too; a validator that fails lets nobody in', async (t) => {
    const logger = notebook();
    const { login } = await startServer(t, {
      logger,
      validateCode: async (code) => {
        await Promise.resolve();
        if (code === 'throw') throw new Error('no database');
        return (code === 'mistake' ? 'yes' : code === 'tea') as boolean;
      },
    });
    const client = await login();
    for (const name of ['throw', 'mistake']) {
      assert.equal(await knock(client, { id: roomId(name, 'group'), name }), UNDECIDED);
    }
    assert.match(logger.text(), /no database/);
    assert.match(logger.text(), /validateCode must return true or false/);
    assert.match(await knock(client, { id: roomId('no', 'group'), name: 'no' }), /There can be no room/);
    assert.equal(await knock(client, { id: TEA, name: 'tea' }), 'in as ""');
  });
});

describe('peerTimeout', () => {
  test('puts out who waits too long for the other one of a pair', async (t) => {
    const { login, server } = await startServer(t, { peerTimeout: 150 });
    const [lonely, group] = await Promise.all([login(), login()]);
    await group.join(0, room('g'));
    await lonely.join(7, room('p'), { capacity: 2 });
    assert.deepEqual(await lonely.next('closed'), {
      type: 'closed',
      n: 7,
      reason: 'Nobody else came within 150 ms.',
      code: 'timeout',
    });
    assert.equal(server.stats().members, 1, 'the group has the time it wants');
    assert.equal((await lonely.join(7, room('p'), { capacity: 2 })).created, true);
  });

  test('counts while there is nobody else, and anew when the other one has gone', async (t) => {
    const { login, server } = await startServer(t, { peerTimeout: 250, seatTimeout: 0 });
    const [one, two, clock] = await Promise.all([login(), login(), login()]);
    await one.join(0, room('p'), { capacity: 2 });
    await two.join(0, room('p'), { capacity: 2 });
    await one.next('peer');
    // By the time at which this one is put out, a clock of the two would have ended before.
    await clock.join(0, room('c'), { capacity: 2 });
    await clock.next('closed');
    assert.equal(server.stats().members, 2);
    const left = performance.now();
    two.send({ type: 'leave', n: 0 });
    await one.next('gone');
    await one.next('closed');
    assert.ok(performance.now() - left > 200, 'not at once');
    assert.equal(server.stats().members, 0);
  });

  test('ends with the stay', async (t) => {
    const { login, server } = await startServer(t, { peerTimeout: 200 });
    const [gone, clock] = await Promise.all([login(), login()]);
    await gone.join(0, room('p'), { capacity: 2 });
    gone.send({ type: 'leave', n: 0 });
    await gone.join(0, room('g'), { capacity: 3 });
    await clock.join(0, room('c'), { capacity: 2 });
    await clock.next('closed');
    await gone.barrier();
    assert.equal(server.stats().members, 1);
  });
});

test('wrong options are named', () => {
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ authorize: true }, /^TypeError: authorize must be a function/],
    [{ validateCode: /x/ }, /^TypeError: validateCode must be a function/],
    [{ names: 'yes' }, /^TypeError: names must be true or false/],
    [{ names: true }, /^TypeError: names need authorize or validateCode/],
    [{ names: false, validateCode: () => true }, /^TypeError: validateCode looks at names/],
    [{ peerTimeout: -1 }, /^RangeError: peerTimeout/],
    [{ peerTimeout: '1' }, /^TypeError: peerTimeout/],
    [{ limits: { authorizeTimeout: 0 } }, /^RangeError: limits.authorizeTimeout/],
  ];
  for (const [options, message] of wrong) {
    assert.throws(
      () => new SignalingServer(options),
      (error) => message.test(String(error)),
    );
  }
});
