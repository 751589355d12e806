/** Rooms where one has to ask: who asks is nobody until somebody inside has let it in, whatever page or server pretends. */
import { expect } from '@open-wc/testing';
import type { Knocker, PeerError, PeerRoomOptions } from '../../src/index.js';
import { PeerRoom, broadcastChannelSignaling, webSocketSignaling } from '../../src/index.js';
import { Door } from '../../src/door/door.js';
import { createIdentity } from '../../src/identity.js';
import { Admissions, MOST_ADMISSIONS } from '../../src/moderation/admissions.js';
import { Moderation } from '../../src/moderation/moderation.js';
import { hear as hearWord, speak, type Spoken } from '../../src/moderation/word.js';
import { roomId } from '../../src/room-key.js';
import { initiate } from '../../src/session/session.js';
import { signalUrl } from '../support/server.js';
import {
  closeAll,
  joined,
  makeRoom,
  meshed,
  nextData,
  nextRequest,
  otherPage,
  uniqueName,
} from '../support/sources.js';
import { once, record, until } from '../support/until.js';

interface Ended {
  readonly peer: Knocker;
  readonly outcome: string;
}

/** A page that asks, or is asked. */
const makeAsking = (room: string, options: PeerRoomOptions = {}, url?: string): PeerRoom =>
  makeRoom({ room, admission: 'ask', signaling: otherPage(url), ...options });

const failure = async (room: PeerRoom): Promise<PeerError> =>
  (await once<{ error: PeerError }>(room, 'error')).detail.error;

/** Lets everybody in. */
function letIn(...rooms: readonly PeerRoom[]): void {
  for (const room of rooms) {
    room.addEventListener('joinrequest', (event) => {
      event.accept();
    });
  }
}

/** A room that its first member has made, and others whom it has let in. */
async function makeHouse(size: number, options: PeerRoomOptions = {}, url?: string): Promise<PeerRoom[]> {
  const room = uniqueName();
  const first = makeAsking(room, options, url);
  await once(first, 'join');
  const others: PeerRoom[] = [];
  for (let i = 1; i < size; i++) {
    const asked = nextRequest(first);
    const other = makeAsking(room, options, url);
    (await asked).accept();
    others.push(other);
    await meshed(first, ...others);
  }
  return [first, ...others];
}

for (const [what, url] of [
  ['between tabs', undefined],
  ['through the server', signalUrl],
] as const) {
  describe(`Who asks to come in ${what}`, () => {
    afterEach(closeAll);

    it('is no member and gets nothing, until it is let in', async () => {
      const [ada, bob] = await makeHouse(2, {}, url);
      const asked = [nextRequest(ada!), nextRequest(bob!)];
      const eve = makeAsking(ada!.room!, { displayName: 'Eve', profile: { colour: 'red' } }, url);
      const knocked = once<{ answering: boolean }>(eve, 'knock', { where: ({ detail }) => detail.answering });
      const [peers, data] = [record(eve, 'peer'), record(eve, 'data')];
      const [event] = await Promise.all(asked);
      const { peer } = event!.detail;
      await knocked;
      expect([peer.displayName, peer.profile]).to.deep.equal(['Eve', { colour: 'red' }]);
      expect([eve.state, eve.knocking, eve.peers.size]).to.deep.equal(['connecting', true, 0]);
      expect([ada!.peers.size, bob!.peers.size]).to.deep.equal([1, 1]);
      const heard = nextData(bob!);
      await ada!.send('among us');
      await heard;
      const ends = [once<Ended>(ada!, 'joinrequestend'), once<Ended>(bob!, 'joinrequestend')];
      const join = once<{ created: boolean }>(eve, 'join');
      expect([...bob!.knocks.keys()]).to.deep.equal([peer.id]);
      event!.accept();
      expect((await join).detail.created).to.equal(false);
      for (const { detail } of await Promise.all(ends)) {
        expect([detail.outcome, detail.peer.id]).to.deep.equal(['accepted', eve.peerId]);
      }
      await meshed(ada!, bob!, eve);
      expect([eve.knocking, data.length, peers.length, bob!.knocks.size]).to.deep.equal([false, 0, 2, 0]);
      const [first, second] = [nextData(bob!), nextData(eve)];
      await eve.send('thank you', { to: bob!.peerId! });
      await bob!.send('welcome', { to: eve.peerId! });
      expect([(await first).data, (await second).data]).to.deep.equal(['thank you', 'welcome']);
    });

    it('hears why it may not come in, and may ask again', async () => {
      const [ada] = await makeHouse(1, {}, url);
      const asked = nextRequest(ada!);
      const bob = makeAsking(ada!.room!, {}, url);
      const [failed, closed] = [failure(bob), once<{ code: string; reason: string }>(bob, 'close')];
      (await asked).reject('We are about to leave.');
      const error = await failed;
      expect([error.code, error.message, error.final]).to.deep.equal([
        'rejected',
        'We are about to leave.',
        true,
      ]);
      expect((await closed).detail).to.include({ code: 'rejected', reason: 'We are about to leave.' });
      const again = nextRequest(ada!);
      bob.connect();
      (await again).accept();
      await meshed(ada!, bob);
    });

    it('is let in once for as long as there is the room, until it is sent out', async () => {
      const [ada] = await makeHouse(1, {}, url);
      const identity = await createIdentity();
      const make = (): PeerRoom => {
        const options = { identity: () => Promise.resolve(identity) };
        const signaling = url ? webSocketSignaling({ url, ...options }) : broadcastChannelSignaling(options);
        return makeAsking(ada!.room!, { signaling });
      };
      const asked = nextRequest(ada!);
      const bob = make();
      (await asked).accept();
      await meshed(ada!, bob);
      const requests = record(ada!, 'joinrequest');
      bob.close();
      await until(() => ada!.peers.size === 0, { what: 'Bob to be gone' });
      const back = make();
      await meshed(ada!, back);
      expect(requests).to.have.length(0);
      const closed = once(back, 'close');
      await ada!.kick(identity.id);
      await closed;
      const third = nextRequest(ada!);
      back.connect();
      (await third).accept();
      await meshed(ada!, back);
      const gone = once(back, 'close');
      await ada!.kick(identity.id, { ban: true });
      await gone;
      requests.length = 0;
      const banned = failure(back);
      back.connect();
      expect((await banned).code).to.equal('kicked');
      expect(requests).to.have.length(0);
    });

    it('is one of many who come at once: one makes the room, and it lets in the others', async () => {
      const room = uniqueName();
      const rooms = Array.from({ length: 5 }, () => makeAsking(room, {}, url));
      letIn(...rooms);
      const created = rooms.map((one) => record<{ created: boolean }>(one, 'join'));
      await meshed(...rooms);
      expect(created.flat().filter(({ detail }) => detail.created)).to.have.length(1);
    });

    it('may be too many for the room', async () => {
      const [ada] = await makeHouse(1, { capacity: 2 }, url);
      letIn(ada!);
      const ends = [makeAsking(ada!.room!, {}, url), makeAsking(ada!.room!, {}, url)].map((one) =>
        Promise.race([joined(one).then(() => 'in'), failure(one).then(({ code }) => code)]),
      );
      expect((await Promise.all(ends)).sort()).to.deep.equal(['in', 'room-full']);
    });
  });
}

describe('Those who decide', () => {
  afterEach(closeAll);

  it('may leave it to a promise', async () => {
    const [ada] = await makeHouse(1);
    const answers = [() => Promise.resolve(false), () => Promise.reject(new Error('no idea')), () => true];
    const threw: unknown[] = [];
    ada!.addEventListener('joinrequest', (event) => {
      event.respondWith(answers.shift()!());
      queueMicrotask(() => {
        try {
          event.respondWith(true);
        } catch (error) {
          threw.push(error);
        }
      });
    });
    const bob = makeAsking(ada!.room!);
    expect((await failure(bob)).code).to.equal('rejected');
    bob.connect();
    const undecided = await failure(bob);
    expect([undecided.code, undecided.message]).to.deep.equal([
      'rejected',
      'The page that was asked could not decide.',
    ]);
    bob.connect();
    await meshed(ada!, bob);
    expect(threw.map((error) => (error as DOMException).name)).to.deep.equal(
      Array(3).fill('InvalidStateError'),
    );
  });

  it('may be any member, and the first decision counts', async () => {
    const [ada, bob] = await makeHouse(2);
    for (const [yes, no] of [
      [ada, bob],
      [bob, ada],
    ]) {
      const asked = [nextRequest(yes!), nextRequest(no!)];
      const eve = makeAsking(ada!.room!);
      const end = Promise.race([joined(eve).then(() => 'in'), failure(eve).then(({ code }) => code)]);
      const ends = [once<Ended>(ada!, 'joinrequestend'), once<Ended>(bob!, 'joinrequestend')];
      const [accepting, rejecting] = await Promise.all(asked);
      accepting!.accept();
      rejecting!.reject('no');
      await Promise.all(ends);
      // Nothing comes of what is said afterwards.
      accepting!.reject('no');
      rejecting!.accept();
      const outcome = await end;
      expect(outcome).to.be.oneOf(['in', 'rejected']);
      if (outcome === 'in') await meshed(ada!, bob!, eve);
      eve.close();
      await meshed(ada!, bob!);
      expect([ada!.knocks.size, bob!.knocks.size]).to.deep.equal([0, 0]);
    }
  });

  it('may leave while they decide: another one does, also without whoever made the room', async () => {
    const [ada, bob, cid] = await makeHouse(3);
    const asked = [nextRequest(ada!), nextRequest(bob!), nextRequest(cid!)];
    const eve = makeAsking(ada!.room!);
    await Promise.all(asked);
    ada!.close();
    bob!.close();
    await until(() => cid!.peers.size === 0);
    (await asked[2])!.accept();
    await meshed(cid!, eve);
    const next = nextRequest(eve);
    const late = makeAsking(ada!.room!);
    cid!.close();
    (await next).accept();
    await meshed(eve, late);
  });

  it('may be moderators alone, then also those whom they appoint', async () => {
    const [ada, bob] = await makeHouse(2, { deciders: 'moderators' });
    const requests = record(bob!, 'joinrequest');
    const asked = nextRequest(ada!);
    const eve = makeAsking(ada!.room!);
    const { peer } = (await asked).detail;
    expect([requests.length, bob!.knocks.size, ada!.knocks.size]).to.deep.equal([0, 0, 1]);
    const theirs = nextRequest(bob!);
    await ada!.appoint(bob!.peerId!);
    const event = await theirs;
    expect(event.detail.peer.id).to.equal(peer.id);
    ada!.close();
    event.accept();
    await meshed(bob!, eve);
  });

  it('may all be gone: then it says so', async () => {
    const [ada, bob] = await makeHouse(2, { deciders: 'moderators' });
    const asked = nextRequest(ada!);
    const eve = makeAsking(ada!.room!, { timeout: 1500 });
    const { peer } = (await asked).detail;
    expect(peer.id).to.equal(eve.peerId);
    const failed = failure(eve);
    ada!.close();
    const error = await failed;
    expect([error.code, error.final]).to.deep.equal(['timeout', true]);
    expect(error.message).to.include('gone');
    expect(bob!.state).to.equal('connected');
  });

  it('may not listen: then it says so, in time', async () => {
    const [ada] = await makeHouse(1);
    const eve = makeAsking(ada!.room!, { timeout: 1000 });
    const error = await failure(eve);
    expect([error.code, error.message]).to.deep.equal([
      'timeout',
      'Nobody inside answers those who ask to come in.',
    ]);
    await until(() => ada!.knocks.size === 0, { what: 'the knock to be over' });
  });

  it('hear when somebody gives up, or says another name', async () => {
    const [ada] = await makeHouse(1);
    const asked = nextRequest(ada!);
    const eve = makeAsking(ada!.room!, { displayName: 'Eve' });
    const { peer } = (await asked).detail;
    eve.displayName = 'Eva';
    await until(() => peer.displayName === 'Eva');
    const ended = once<Ended>(ada!, 'joinrequestend');
    eve.close();
    expect((await ended).detail.outcome).to.equal('gone');
    expect([eve.state, ada!.knocks.size]).to.deep.equal(['closed', 0]);
  });

  it('are not asked about further pages of their own', async () => {
    const identity = await createIdentity();
    const room = uniqueName();
    const make = (slot: number): PeerRoom => {
      const id = slot === 0 ? identity.id : `${identity.id}.${String(slot)}`;
      const page = { ...identity, id, slot, sign: (text: Uint8Array<ArrayBuffer>) => identity.sign(text) };
      return makeAsking(room, {
        signaling: broadcastChannelSignaling({ identity: () => Promise.resolve(page) }),
      });
    };
    const first = make(0);
    await joined(first);
    const requests = record(first, 'joinrequest');
    await meshed(first, make(1));
    expect(requests).to.have.length(0);
  });
});

describe('A room where one has to ask', () => {
  afterEach(closeAll);

  it('is made by whoever finds nobody, also while it waits', async () => {
    const [ada] = await makeHouse(1);
    const asked = nextRequest(ada!);
    const eve = makeAsking(ada!.room!);
    await asked;
    const join = once<{ created: boolean }>(eve, 'join');
    ada!.close();
    expect((await join).detail.created).to.equal(true);
    expect(eve.knocking).to.equal(false);
    await until(() => eve.moderator, { what: 'its own office' });
  });

  it('may be missing, or there already, as anywhere', async () => {
    const nowhere = makeAsking(uniqueName(), { entry: 'join', timeout: 500 });
    expect((await failure(nowhere)).code).to.equal('room-missing');
    const [ada] = await makeHouse(1, { entry: 'create' });
    expect((await failure(makeAsking(ada!.room!, { entry: 'create' }))).code).to.equal('room-exists');
    letIn(ada!);
    const bob = makeAsking(ada!.room!, { entry: 'join' });
    await meshed(ada!, bob);
  });

  it('may have a password as well, for the door', async () => {
    const [ada] = await makeHouse(1, { password: 'open sesame' });
    const requests = record(ada!, 'joinrequest');
    expect((await failure(makeAsking(ada!.room!, { password: 'sesame' }))).code).to.equal('wrong-password');
    expect(requests).to.have.length(0);
    letIn(ada!);
    await meshed(ada!, makeAsking(ada!.room!, { password: 'open sesame' }));
  });

  it('turns away whoever does not ask', async () => {
    const [ada] = await makeHouse(1);
    const eve = makeRoom({ room: ada!.room! });
    expect((await failure(eve)).code).to.equal('wrong-password');
  });

  it('says what its options may be', () => {
    expect(() => makeRoom({ manual: true, admission: 'knock' as 'ask' })).to.throw(TypeError, 'admission');
    expect(() => makeRoom({ manual: true, deciders: 'nobody' as 'members' })).to.throw(TypeError, 'deciders');
  });
});

describe('Who comes in without being let in', () => {
  afterEach(closeAll);

  type Made = Parameters<PeerRoom['join']>[1];

  /** A member that keeps nothing to itself. */
  class Leaky extends PeerRoom {
    made: Made | null = null;

    override join(...args: Parameters<PeerRoom['join']>): ReturnType<PeerRoom['join']> {
      this.made = args[1];
      return super.join(...args);
    }
  }

  /** A page that passes the door by, with what it has been told. */
  class Intruder extends PeerRoom {
    told = { psk: new Uint8Array(32), lock: '' };

    protected override async enter(...[joining, { name }]: Parameters<PeerRoom['enter']>): Promise<void> {
      const { identity, room } = joining;
      const { psk, lock } = this.told;
      const context = { identity, room, psk };
      const initiator = await initiate(context, { anonymous: true });
      const request = { ...this.requestFor(name), room, lock, entry: 'join' } as const;
      this.entering(this.join(joining, { request, context, initiator, door: null }, this.host));
    }
  }

  for (const [what, isLeaked] of [
    ['by a server that forgets what it is told', false],
    ['by what a member has leaked, who may not decide', true],
  ] as const) {
    it(`${what}: nobody talks to it, and all are told`, async () => {
      const room = uniqueName();
      const timeout = 1500;
      const ada = makeAsking(room, { deciders: 'moderators', timeout });
      await once(ada, 'join');
      const bob = new Leaky({ room, admission: 'ask', signaling: otherPage(), timeout });
      const eve = new Intruder({ room, manual: true, signaling: otherPage(), displayName: 'Eve' });
      try {
        (await nextRequest(ada)).accept();
        await meshed(ada, bob);
        const { lock = '' } = bob.made!.request;
        eve.told = { lock, psk: isLeaked ? bob.made!.context.psk : new Uint8Array(32) };
        const told = [ada, bob].map((one) => once<{ id: string; reason: string }>(one, 'untrusted'));
        const [peers, data] = [record(eve, 'peer'), record(eve, 'data')];
        eve.connect();
        for (const { detail } of await Promise.all(told)) {
          expect([detail.id, detail.reason]).to.deep.equal([
            eve.peerId,
            'Signalling has let it in, and nobody in the room has.',
          ]);
        }
        const heard = nextData(bob);
        await ada.send('a secret');
        await heard;
        expect([peers.length, data.length, ada.peers.size, bob.peers.size]).to.deep.equal([0, 0, 1, 1]);
      } finally {
        bob.close();
        eve.close();
      }
    });
  }

  it('is not helped by whoever pretends to keep the door', async () => {
    const [ada] = await makeHouse(1);
    const identity = await createIdentity();
    const door = await roomId(ada!.room!, 'door');
    const signaling = broadcastChannelSignaling({ identity: () => Promise.resolve(identity) });
    const room = await roomId(ada!.room!, 'group');
    const forged = await speak(identity, { kind: 'made', room, life: 'forged', asks: 'members' });
    const place = {
      signaling,
      request: { room: door, timeout: 5000, reconnect: true, reconnectDelay: 500 },
      context: { identity, room: door, psk: new Uint8Array(32) },
    };
    const nothing = (): void => undefined;
    const events = { open: nothing, trouble: nothing, met: nothing, gone: nothing, untrusted: nothing };
    const liar = new Door(place, true, {
      ...events,
      ready: nothing,
      ended: nothing,
      greet: () => ({ secret: new Uint8Array(32), words: [forged.word] }),
      heard: nothing,
    });
    const asked = nextRequest(ada!);
    const bob = makeAsking(ada!.room!);
    const { detail } = await once<{ id: string; reason: string }>(bob, 'untrusted');
    expect(detail.id).to.equal(identity.id);
    (await asked).accept();
    await meshed(ada!, bob);
    liar.close();
  });

  it('is no member by the word of somebody who may not say so', async () => {
    const [maker, member, eve] = [await createIdentity(), await createIdentity(), await createIdentity()];
    const room = 'r'.repeat(43);
    const events = { appointed: () => undefined, kicked: () => undefined, disputed: () => undefined };
    const host = new Moderation(room, maker, events);
    const [made] = await host.begin('moderators');
    const guest = new Moderation(room, member, events);
    const from = { id: maker.id, newcomer: false };
    const { life } = JSON.parse(made!.text) as { life: string };
    const admit = (id: string, stay: string) => ({ kind: 'admit', room, life, id, stay }) as const;
    await guest.hear([made!, (await speak(maker, admit(member.id, 'm'))).word], from);
    expect([guest.asks, guest.isAdmitted(member.id, 'm')]).to.deep.equal(['moderators', true]);
    await guest.hear([(await speak(member, admit(eve.id, 'e'))).word], from);
    expect([guest.isAdmitted(eve.id, 'e'), guest.mayDecide(member.id)]).to.deep.equal([false, false]);
    await guest.hear([(await speak(maker, { kind: 'appoint', room, life, id: member.id })).word], from);
    const stale = await speak(member, { ...admit(eve.id, 'e'), life: 'before' });
    await guest.hear([stale.word], from);
    expect(guest.isAdmitted(eve.id, 'e')).to.equal(false);
    await guest.hear([(await speak(member, admit(eve.id, 'e'))).word], from);
    expect([guest.isAdmitted(eve.id, 'e'), guest.isAdmitted(eve.id, 'later')]).to.deep.equal([true, false]);
    const kick = { kind: 'kick', room, life, id: eve.id, ban: false, stay: 'e', reason: '' } as const;
    await guest.hear([(await speak(maker, kick)).word], from);
    expect([guest.isAdmitted(eve.id, 'e'), guest.isWelcome(eve.id)]).to.deep.equal([false, false]);
    // Whoever comes later learns the same, in the same order.
    const late = new Moderation(room, eve, events);
    late.recall((await Promise.all(guest.words.map(hearWord))).filter((one) => one !== null));
    expect([late.isAdmitted(member.id, 'm'), late.isAdmitted(eve.id, 'e')]).to.deep.equal([true, false]);
  });
});

describe('What is known of who was let in', () => {
  it('is bounded: those who are there are kept, and who vouches for them', async () => {
    const identity = await createIdentity();
    const admissions = new Admissions();
    const spoken = (by: string): Spoken => ({
      word: { text: '', key: '', signature: '' },
      by,
      statement: { kind: 'made', room: '', life: '' },
    });
    const idOf = (i: number): string => `${String(i)}${identity.id}`.slice(0, 43);
    const admit = (i: number, stay: string) =>
      ({ kind: 'admit', room: 'r', life: 'l', id: idOf(i), stay }) as const;
    const isPresent = (id: string): boolean => id === idOf(2);
    // 2 was let in by 1, and 1 by whoever made the room; 1 has gone.
    admissions.take(spoken(identity.id), admit(1, 'first'), isPresent);
    admissions.take(spoken(idOf(1)), admit(2, 'second'), isPresent);
    for (let i = 3; i < 2 * MOST_ADMISSIONS; i++)
      admissions.take(spoken(idOf(1)), admit(i, 'gone'), isPresent);
    expect(admissions.words.length).to.be.at.most(MOST_ADMISSIONS);
    expect([admissions.includes(idOf(1), 'first'), admissions.includes(idOf(2), 'second')]).to.deep.equal([
      true,
      true,
    ]);
    expect(admissions.includes(idOf(3), 'gone')).to.equal(false);
  });
});
