/** Who made a room may send others out of it, and whom it appoints; nobody else, whatever page or server pretends. */
import { expect } from '@open-wc/testing';
import { PeerError, type Peer, type PeerRoom, type Signaling, type SignalingSink } from '../../src/index.js';
import { createIdentity } from '../../src/identity.js';
import { Moderation } from '../../src/moderation/moderation.js';
import { hear, speak, type Statement, type Word } from '../../src/moderation/word.js';
import { broadcastChannelSignaling, webSocketSignaling } from '../../src/index.js';
import { HostilePeer } from '../support/hostile-peer.js';
import { signalUrl } from '../support/server.js';
import {
  closeAll,
  joined,
  makeMesh,
  makeRoom,
  meshed,
  nextData,
  otherPage,
  uniqueName,
  upgraded,
} from '../support/sources.js';
import { once, record, until } from '../support/until.js';

interface Left {
  readonly peer: Peer;
  readonly reason: string;
  readonly kick?: { readonly by: string; readonly reason: string; readonly ban: boolean };
}

const rejection = async (promise: Promise<unknown>): Promise<PeerError> =>
  promise.then(
    () => expect.fail('it was done'),
    (error: unknown) => error as PeerError,
  );

/** Resolves when `room` knows that `one` is a moderator. */
const knowsOf = (room: PeerRoom, one: PeerRoom): Promise<unknown> =>
  until(() => room.peer(one.peerId ?? '')?.moderator, { what: 'word of a moderator' });

/** Three, of whom the first has made the room, and the others know it. */
async function makeThree(url?: string): Promise<[PeerRoom, PeerRoom, PeerRoom]> {
  const room = uniqueName();
  const ada = makeRoom({ room, signaling: otherPage(url) });
  await once(ada, 'join');
  const [bob, cid] = [
    makeRoom({ room, signaling: otherPage(url) }),
    makeRoom({ room, signaling: otherPage(url) }),
  ];
  await meshed(ada, bob, cid);
  await Promise.all([knowsOf(bob, ada), knowsOf(cid, ada)]);
  return [ada, bob, cid];
}

for (const [what, url] of [
  ['between tabs', undefined],
  ['through the server', signalUrl],
] as const) {
  describe(`Moderators ${what}`, () => {
    afterEach(closeAll);

    it('are who made the room, and everybody knows it', async () => {
      const [ada, bob, cid] = await makeThree(url);
      expect([ada.moderator, bob.moderator, cid.moderator]).to.deep.equal([true, false, false]);
      expect(cid.peer(bob.peerId!)?.moderator).to.equal(false);
      const late = makeRoom({ room: ada.room!, signaling: otherPage(url) });
      const { detail } = await once<{ identity: string }>(late, 'moderator');
      expect(detail.identity).to.equal(ada.peerId);
    });

    it('send somebody out: it hears why, and so do the others; it may come again', async () => {
      const [ada, bob, cid] = await makeThree(url);
      const [closed, seen] = [once<{ code: string; reason: string }>(cid, 'close'), once<Left>(bob, 'leave')];
      const mine = once<Left>(ada, 'leave');
      const heard = record(cid, 'data');
      await ada.kick(cid.peerId!, { reason: 'Too loud' });
      expect((await closed).detail).to.include({ code: 'kicked', reason: 'Too loud' });
      expect([cid.state, cid.error?.code, cid.error?.final]).to.deep.equal(['failed', 'kicked', true]);
      for (const { detail } of [await seen, await mine]) {
        expect([detail.peer.id, detail.reason]).to.deep.equal([cid.peerId, 'kicked']);
        expect(detail.kick).to.deep.equal({ by: ada.peerId, reason: 'Too loud', ban: false });
      }
      await bob.send('without it');
      expect(heard).to.have.length(0);
      const untrusted = record(bob, 'untrusted');
      cid.connect();
      await meshed(ada, bob, cid);
      expect(untrusted).to.have.length(0);
    });

    it('are also those whom they appoint, after they have gone, too', async () => {
      const [ada, bob, cid] = await makeThree(url);
      await ada.appoint(bob.peerId!);
      await Promise.all([knowsOf(cid, bob), until(() => bob.moderator, { what: 'its own office' })]);
      expect((await rejection(bob.kick(ada.peerId!))).code).to.equal('refused');
      const late = makeRoom({ room: ada.room!, signaling: otherPage(url) });
      await meshed(ada, bob, cid, late);
      ada.close();
      await meshed(bob, cid, late);
      await knowsOf(late, bob);
      const closed = once<{ code: string }>(cid, 'close');
      const seen = once<Left>(late, 'leave');
      await bob.kick(cid.peerId!);
      expect((await closed).detail.code).to.equal('kicked');
      expect((await seen).detail.kick?.by).to.equal(bob.peerId);
    });

    it('are nobody else', async () => {
      const [ada, bob, cid] = await makeThree(url);
      const left = [ada, bob, cid].map((one) => record(one, 'leave'));
      const error = await rejection(bob.kick(cid.peerId!, { ban: true }));
      expect([error.code, error.final]).to.deep.equal(['refused', false]);
      expect((await rejection(bob.appoint(bob.peerId!))).code).to.equal('gone');
      expect((await rejection(bob.appoint(cid.peerId!))).code).to.equal('refused');
      expect((await rejection(ada.kick('A'.repeat(43)))).code).to.equal('gone');
      expect((await rejection(ada.kick(ada.peerId!, { ban: true }))).code).to.equal('refused');
      const heard = nextData(cid);
      await bob.send('still here', { to: cid.peerId! });
      await heard;
      expect(left.flat()).to.have.length(0);
    });
  });
}

describe('A ban', () => {
  afterEach(closeAll);

  it('is for all pages of an identity, at the server too, and for nobody else', async () => {
    const [ada, bob] = await makeThree(signalUrl);
    const identity = await createIdentity();
    const make = (): PeerRoom => {
      const signaling = webSocketSignaling({ url: signalUrl, identity: () => Promise.resolve(identity) });
      return makeRoom({ room: ada.room!, signaling });
    };
    const eve = make();
    await once(eve, 'join');
    await until(() => ada.peer(identity.id)?.state === 'connected' && bob.peer(identity.id), { what: 'Eve' });
    const closed = once<{ code: string; reason: string }>(eve, 'close');
    await ada.kick(identity.id, { ban: true, reason: 'Spam' });
    expect((await closed).detail).to.include({ code: 'kicked', reason: 'Spam' });
    const again = make();
    const { error } = (await once<{ error: PeerError }>(again, 'error')).detail;
    expect([error.code, error.final]).to.deep.equal(['kicked', true]);
    const stranger = makeRoom({ room: ada.room!, signaling: otherPage(signalUrl) });
    await until(() => bob.peer(stranger.peerId ?? '')?.state === 'connected', { what: 'a stranger' });
  });

  it('holds where signalling lets it in: nobody talks to it, and all are told', async () => {
    const [ada, bob] = await makeThree();
    const identity = await createIdentity();
    const make = (): PeerRoom => {
      const signaling = broadcastChannelSignaling({ identity: () => Promise.resolve(identity) });
      return makeRoom({ room: ada.room!, signaling });
    };
    const eve = make();
    await once(eve, 'join');
    await until(() => ada.peer(identity.id)?.state === 'connected' && bob.peer(identity.id), { what: 'Eve' });
    const closed = once(eve, 'close');
    await ada.kick(identity.id, { ban: true });
    await closed;
    await until(() => !bob.peer(identity.id), { what: 'Eve to be gone' });
    const late = makeRoom({ room: ada.room!, signaling: otherPage() });
    await joined(late);
    await knowsOf(late, ada);
    const told = [ada, bob, late].map((one) => once<{ id: string }>(one, 'untrusted'));
    const back = make();
    const [peers, data] = [record(back, 'peer'), record(back, 'data')];
    for (const { detail } of await Promise.all(told)) expect(detail.id).to.equal(identity.id);
    await Promise.all([ada, bob, late].map((one) => one.send('a secret')));
    expect([peers.length, data.length]).to.deep.equal([0, 0]);
    for (const one of [ada, bob, late]) expect(one.peer(identity.id)).to.equal(undefined);
  });
});

describe('Words about a room', () => {
  afterEach(closeAll);

  const statementOf = (word: Word): Statement => JSON.parse(word.text) as Statement;

  /** What a page that came later was told of how the room began. */
  async function overheard(ada: PeerRoom): Promise<{ eve: HostilePeer; made: Word }> {
    const eve = await HostilePeer.meet(ada);
    const told = (): Word[] => [...eve.messages.values()].flatMap(({ words }) => (words ?? []) as Word[]);
    await until(() => told().length > 0, { what: 'words' });
    return { eve, made: told()[0]! };
  }

  it('that somebody has made up are worth nothing', async () => {
    const [ada, bob] = await makeThree();
    const { eve, made } = await overheard(ada);
    await until(() => ada.peer(eve.id)?.state === 'connected');
    const { room, life } = statementOf(made);
    const mallory = await createIdentity();
    const target = bob.peerId!;
    const kick = { kind: 'kick', room, life, id: target, ban: true, stay: '', reason: '' } as const;
    const own = await speak(mallory, kick);
    const appointed = await speak(mallory, { kind: 'appoint', room, life, id: mallory.id });
    const words: Word[] = [
      own.word,
      appointed.word,
      { ...own.word, key: made.key },
      { ...made, text: JSON.stringify(kick) },
      { ...made, text: '{}' },
      { text: 'no JSON', key: '!', signature: '' },
    ];
    const [left, doubted] = [record(ada, 'leave'), record(ada, 'untrusted')];
    eve.tell({ words }, { words: words.slice(0, 1) }, { words: 'nonsense' }, { words: [null] });
    // Another beginning is one word too many, and told of.
    const another = await speak(mallory, { kind: 'made', room, life: 'another' });
    eve.tell({ words: [another.word] });
    await until(() => doubted.length === 1);
    expect(doubted[0]!.detail).to.deep.include({ id: eve.id });
    expect(left).to.have.length(0);
    expect([ada.moderator, ada.peer(target)?.moderator]).to.deep.equal([true, false]);
  });

  it('who is sent out and does not go gets nothing any more, and is not heard', async () => {
    const [ada, bob] = await makeThree();
    const { eve } = await overheard(ada);
    await until(() => ada.peer(eve.id)?.state === 'connected');
    await ada.kick(eve.id);
    const [data, before] = [record(ada, 'data'), eve.messages.size];
    await ada.send('a secret');
    eve.tell({ type: '', data: 'I am still here' });
    await eve.idle();
    const marker = nextData(ada);
    await bob.send('marker', { to: ada.peerId! });
    await marker;
    expect(data.map(({ detail }) => (detail as { data: unknown }).data)).to.deep.equal(['marker']);
    expect(eve.messages.size).to.equal(before);
    expect(ada.peer(eve.id)).to.equal(undefined);
  });

  it('are of one life of a room, and a kick of one stay', async () => {
    const [identity, other] = [await createIdentity(), await createIdentity()];
    const room = 'r'.repeat(43);
    const kicks: string[] = [];
    const events = { appointed: () => undefined, disputed: () => undefined };
    const host = new Moderation(room, identity, { ...events, kicked: () => undefined });
    const [made] = await host.begin();
    const guest = new Moderation(room, other, { ...events, kicked: ({ id }) => kicks.push(id) });
    const from = { id: identity.id, newcomer: false };
    const { life } = statementOf(made!);
    const id = other.id;
    const kick = { kind: 'kick', room, life, id, ban: false, stay: 's', reason: '' } as const;
    const say = async (statement: Statement): Promise<void> =>
      guest.hear([(await speak(identity, statement)).word], from);
    await say(kick);
    expect(kicks, 'before it is known who made the room').to.have.length(0);
    await guest.hear([made!], from);
    await say({ ...kick, life: 'before' });
    await say({ ...kick, room: 's'.repeat(43) });
    expect(kicks).to.have.length(0);
    await say(kick);
    expect(kicks).to.deep.equal([id]);
    expect(await hear({ ...made!, text: made!.text.replace(life, 'x') })).to.equal(null);
  });

  it('show a server that tells two pages that they made the room', async () => {
    const lying = (inner: Signaling): Signaling => ({
      relay: inner.relay,
      identity: () => inner.identity(),
      join: (request, sink) =>
        inner.join(request, {
          ...sink,
          joined: ({ peers }) => {
            sink.joined({ created: true, peers: peers.map((peer) => ({ ...peer, newcomer: true })) });
          },
        }),
    });
    const [ada] = await makeThree();
    const doubted = once<{ reason: string }>(ada, 'untrusted');
    const bob = makeRoom({ room: ada.room!, signaling: lying(otherPage()) });
    const doubts = once<{ reason: string }>(bob, 'untrusted');
    for (const { detail } of await Promise.all([doubted, doubts]))
      expect(detail.reason).to.include('made this room');
    expect(ada.moderator).to.equal(true);
  });

  it('give way where a room has been made anew while its maker was away', async () => {
    const [ada] = await makeMesh(1);
    const before = await createIdentity();
    const room = 'r'.repeat(43);
    const appointed: string[] = [];
    const moderation = new Moderation(room, before, {
      appointed: (identity) => appointed.push(identity),
      disputed: () => expect.fail('nobody lies'),
      kicked: () => undefined,
    });
    await moderation.begin();
    const after = await createIdentity();
    const { word } = await speak(after, { kind: 'made', room, life: 'anew' });
    await moderation.hear([word], { id: after.id, newcomer: false });
    expect(appointed).to.deep.equal([before.id, after.id]);
    expect(moderation.isModerator(before.id)).to.equal(false);
    expect(ada!.moderator).to.equal(true);
  });
});

describe('A moderator and signalling', () => {
  afterEach(closeAll);

  it('may tell of a kick in either order: it is the reason that counts', async () => {
    let sink: SignalingSink | undefined;
    const spied = (inner: Signaling): Signaling => ({
      relay: inner.relay,
      identity: () => inner.identity(),
      join: (request, given) => inner.join(request, (sink = given)),
    });
    const room = uniqueName();
    const ada = makeRoom({ room, signaling: otherPage() });
    await once(ada, 'join');
    const bob = makeRoom({ room, signaling: spied(otherPage()) });
    await upgraded(ada, bob);
    const closed = once<{ code: string; reason: string }>(bob, 'close');
    sink?.close(new PeerError('kicked', 'You were sent out.', { final: true }));
    void ada.kick(bob.peerId!, { reason: 'Too loud' });
    expect((await closed).detail).to.include({ code: 'kicked', reason: 'Too loud' });
  });
});

describe('Kicks are asked for', () => {
  afterEach(closeAll);

  it('with options that are checked, and from inside', async () => {
    const room = makeRoom({ manual: true, room: uniqueName() });
    expect(() => room.kick('x', { ban: 1 as unknown as boolean })).to.throw(TypeError, 'ban');
    expect(() => room.kick('x', { reason: 'x'.repeat(257) })).to.throw(TypeError, 'reason');
    expect(() => room.kick('x', { colour: 'red' } as object)).to.throw(TypeError, 'colour');
    expect((await rejection(room.kick('x'))).code).to.equal('refused');
    expect((await rejection(room.appoint('x'))).code).to.equal('refused');
  });
});
