import { expect } from '@open-wc/testing';
import { toBase64url } from '../../../src/base64url.js';
import { createIdentity } from '../../../src/identity.js';
import { makeCard, signBye, signFull, writeWord, type Kind } from '../../../src/signaling/bus-word.js';
import { callbackSignaling, type CallbackSignalingOptions } from '../../../src/signaling/callbacks.js';
import type { JoinRequest, SignalingSession } from '../../../src/signaling.js';
import { describeSignaling } from '../../../src/testing/index.js';
import { careless, line, square } from '../../support/channels.js';
import { RecordingSink } from '../../support/recording-sink.js';
import { until } from '../../support/until.js';

const place = square('callbacks');

// Over a channel that reaches everybody. Where it has two ends, what needs a third page does not apply.
describeSignaling('callbackSignaling()', { page: () => callbackSignaling({ ...place.end(), wait: 100 }) });

const hello = new Uint8Array([1]);
const requestFor = (room: string, more: Partial<JoinRequest> = {}): JoinRequest => ({
  room,
  entry: 'join-or-create',
  hello,
  timeout: 10_000,
  reconnect: true,
  reconnectDelay: 20,
  ...more,
});

describe('callbackSignaling()', () => {
  const sessions: SignalingSession[] = [];
  let room = '';

  beforeEach(() => {
    room = toBase64url(crypto.getRandomValues(new Uint8Array(32)));
  });
  afterEach(() => {
    for (const session of sessions.splice(0)) session.close();
  });
  after(() => {
    place.close();
  });

  const enter = (
    options: Partial<CallbackSignalingOptions> = {},
    more: Partial<JoinRequest> = {},
  ): { sink: RecordingSink; session: SignalingSession } => {
    const sink = new RecordingSink();
    const adaptor = callbackSignaling({ ...place.end(), wait: 100, ...options });
    const session = adaptor.join(requestFor(room, more), sink);
    sessions.push(session);
    return { sink, session };
  };
  const idOf = (sink: RecordingSink): string => sink.all('open')[0]?.id ?? '';

  it('says what it takes', () => {
    expect(() => callbackSignaling({} as never)).to.throw(TypeError, '{ send, receive }');
    expect(() => callbackSignaling({ send: () => undefined } as never)).to.throw(TypeError);
  });

  it('listens once, and only when somebody joins', async () => {
    let listeners = 0;
    const adaptor = callbackSignaling({ send: () => undefined, receive: () => void listeners++, wait: 1 });
    expect(listeners).to.equal(0);
    for (const name of ['a', 'b']) {
      const sink = new RecordingSink();
      sessions.push(adaptor.join(requestFor(name.repeat(43)), sink));
      await sink.heard('joined');
    }
    expect(listeners).to.equal(1);
  });

  it('takes a channel that throws, or rejects, for one that loses words', async () => {
    const broken = (): never => {
      throw new Error('not open yet');
    };
    const { sink } = enter({ send: broken });
    await sink.heard('joined');
    const rejecting = enter({ send: () => Promise.reject(new Error('not open yet')) });
    await rejecting.sink.heard('joined');
  });

  it('understands bytes as well as text, and passes over everything else', async () => {
    const [here, there] = line();
    const a = enter({
      ...here,
      receive: (deliver) =>
        here.receive((text) => {
          for (const junk of [
            null,
            7,
            {},
            [],
            '',
            'pe1',
            `pe1 ${room} here x * 1`,
            new Uint8Array([255, 254]),
          ]) {
            deliver(junk);
          }
          const bytes = new TextEncoder().encode(text as string);
          deliver(bytes[4]! % 2 ? bytes : bytes.buffer);
        }),
    });
    const b = enter(there);
    await a.sink.heard('joined');
    await b.sink.heard('joined');
    await until(
      () => a.sink.all('peer').length + b.sink.all('peer').length + b.sink.all('joined')[0]!.peers.length,
    );
    b.session.send(idOf(a.sink), new Uint8Array([1, 2, 3]));
    const [message] = await a.sink.heard('message');
    expect([...message!.bytes]).to.deep.equal([1, 2, 3]);
  });

  it('comes to know of each other where most of it is lost, doubled or late', async () => {
    const [here, there] = line();
    const bad = { loss: 0.5, twice: 0.5, late: 0.3 };
    const a = enter({ ...careless(here, { ...bad, seed: 1 }), beat: 100 });
    const b = enter({ ...careless(there, { ...bad, seed: 2 }), beat: 100 });
    const knows = ({ sink }: typeof a, id: string): boolean =>
      [...sink.all('peer'), ...(sink.all('joined')[0]?.peers ?? [])].some((peer) => peer.id === id);
    await until(() => knows(a, idOf(b.sink)) && knows(b, idOf(a.sink)));
    expect(a.sink.all('gone')).to.be.empty;
  });

  it('gives what was doubled once, and nothing that comes too late', async () => {
    const [here, there] = line();
    const a = enter(here);
    await a.sink.heard('joined');
    const b = enter(careless(there, { twice: 1, late: 0.2 }));
    await a.sink.heard('peer');
    for (let i = 1; i <= 50; i++) b.session.send(idOf(a.sink), new Uint8Array([i]));
    await until(() => a.sink.all('message').at(-1)?.bytes[0] === 50 || a.sink.all('message').length > 30);
    const numbers = a.sink.all('message').map(({ bytes }) => bytes[0]!);
    expect(numbers).to.deep.equal([...new Set(numbers)].sort((x, y) => x - y));
  });

  it('lets a guest wait for its host, and both begin in any order', async () => {
    const [here, there] = line();
    const guest = enter({ ...there, role: 'guest', wait: 20 }, { capacity: 2 });
    await guest.sink.heard('open');
    const host = enter({ ...here, role: 'host', wait: 60 }, { capacity: 2 });
    await host.sink.heard('joined');
    const [joined] = await guest.sink.heard('joined');
    expect(host.sink.all('joined')[0]).to.deep.include({ created: true, peers: [] });
    expect(joined).to.deep.include({ created: false });
    expect(joined!.peers.map(({ id, newcomer }) => ({ id, newcomer }))).to.deep.equal([
      { id: idOf(host.sink), newcomer: false },
    ]);
  });

  it('has two who did not hear each other agree on who was first', async () => {
    const [here, there] = line();
    let isDeaf = true;
    const deaf: CallbackSignalingOptions = {
      send: (text) => void (isDeaf || here.send(text)),
      receive: (deliver) =>
        here.receive((text) => {
          if (!isDeaf) deliver(text);
        }),
    };
    const a = enter({ ...deaf, wait: 1, beat: 50 });
    const b = enter({ ...there, wait: 1, beat: 50 });
    await a.sink.heard('joined');
    await b.sink.heard('joined');
    isDeaf = false;
    const [atA] = await a.sink.heard('peer');
    const [atB] = await b.sink.heard('peer');
    expect([atA!.newcomer, atB!.newcomer].sort()).to.deep.equal([false, true]);
  });

  it('sends a third away who did not hear the two, and leaves them in peace', async () => {
    const a = enter({}, { capacity: 2 });
    await a.sink.heard('joined');
    const b = enter({}, { capacity: 2 });
    await b.sink.heard('joined');
    await a.sink.heard('peer');
    const told = [a, b].map(({ sink }) => sink.told.length);
    const { send, receive } = place.end();
    let isDeaf = true;
    const third = enter(
      { send: (text) => void (isDeaf || send(text)), receive, wait: 1, beat: 50 },
      { capacity: 2 },
    );
    await third.sink.heard('joined');
    isDeaf = false;
    const [close] = await third.sink.heard('close');
    expect(close?.error?.code).to.equal('room-full');
    expect([a, b].map(({ sink }) => sink.told.length)).to.deep.equal(told);
  });

  it('refuses another password, or none', async () => {
    const a = enter({}, { lock: 'l'.repeat(43) });
    await a.sink.heard('joined');
    for (const lock of [undefined, 'm'.repeat(43)]) {
      const { sink } = enter({}, lock === undefined ? {} : { lock });
      const [close] = await sink.heard('close');
      expect(close?.error?.code).to.equal('wrong-password');
    }
    expect(a.sink.all('peer')).to.be.empty;
  });

  it('misses who goes without a word, and greets who comes back', async () => {
    const { send, receive } = place.end();
    let isGone = false;
    const a = enter({ beat: 40, seat: 100 });
    await a.sink.heard('joined');
    const b = enter({ send: (text) => void (isGone || send(text)), receive, beat: 40, seat: 10_000 });
    await a.sink.heard('peer');
    isGone = true;
    const [gone] = await a.sink.heard('gone');
    expect(gone).to.deep.include({ id: idOf(b.sink), reason: 'lost' });
    isGone = false;
    const [, again] = await a.sink.heard('peer', 2);
    expect(again?.id).to.equal(idOf(b.sink));
    expect(b.sink.all('gone'), 'it heard a all the time').to.be.empty;
  });

  it('ends the older one of two pages with one id', async () => {
    const identity = await createIdentity();
    const same = { identity: () => Promise.resolve(identity) };
    const witness = enter();
    await witness.sink.heard('joined');
    const older = enter(same);
    await older.sink.heard('joined');
    const newer = enter(same);
    const [close] = await older.sink.heard('close');
    expect(close?.error?.code).to.equal('replaced');
    await newer.sink.heard('joined');
    await witness.sink.heard('peer', 2);
    newer.session.send(idOf(witness.sink), hello);
    await witness.sink.heard('message');
  });

  it('believes nobody who says that others leave, are other ones, or that there is no seat', async () => {
    const a = enter();
    await a.sink.heard('joined');
    const b = enter();
    await b.sink.heard('joined');
    await a.sink.heard('peer');
    const [idA, idB] = [idOf(a.sink), idOf(b.sink)];
    const liar = await createIdentity();
    const since = Date.now() + 60_000;
    const end = place.end();
    const say = (
      kind: Kind,
      from: string,
      at: number,
      rest: readonly string[] = [],
      to: string | null = idA,
    ): void => {
      end.send(writeWord({ room, kind, from, to, since: at, rest }));
    };
    const card = await makeCard(liar, room, { since, capacity: 2, lock: '', hello });
    const told = a.sink.told.length;
    // What the two said of themselves can be heard by everybody.
    const heard: string[] = [];
    end.receive((text) => heard.push(text as string));
    enter();
    await until(() => heard.some((word) => word.includes(`here ${idB}`)));
    const sinceOf = (id: string): number =>
      Number(heard.find((word) => word.includes(`here ${id}`))!.split(' ')[5]);
    say('bye', idB, sinceOf(idB));
    say('bye', idB, sinceOf(idB), [await signBye(liar, room, sinceOf(idB))]);
    say('here', idB, since, [...card.fields, '2']);
    say('here', idA, since, [...card.fields, '2']);
    say('full', idB, sinceOf(idA), await signFull(liar, room, idA, sinceOf(idA)));
    say('say', liar.id, since, ['1', 'AAAA']);
    await a.sink.heard('peer', 2);
    b.session.send(idA, hello);
    await a.sink.heard('message');
    expect(a.sink.told.slice(told).map(({ what }) => what)).to.deep.equal(['peer', 'message']);
  });
});
