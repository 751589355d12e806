/** What every signalling adaptor has to do, whatever carries it. Called by one test file per adaptor. */
import { expect } from '@open-wc/testing';
import { toBase64url } from '../src/protocol.js';
import type { JoinRequest, Signaling, SignalingSession } from '../src/signaling.js';
import { RecordingSink } from './support/recording-sink.js';

interface Member {
  readonly sink: RecordingSink;
  readonly session: SignalingSession;
  readonly id: string;
}

const randomRoom = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(32)));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const hello = text('hello');

const requestFor = (room: string, more: Partial<JoinRequest> = {}): JoinRequest => ({
  room,
  entry: 'join-or-create',
  hello,
  timeout: 10_000,
  reconnect: true,
  reconnectDelay: 20,
  ...more,
});

/** @param page an adaptor as another page with another identity would have it */
export function describeSignaling(name: string, page: () => Signaling): void {
  const sessions: SignalingSession[] = [];

  const enter = (
    signaling: Signaling,
    request: JoinRequest,
  ): { sink: RecordingSink; session: SignalingSession } => {
    const sink = new RecordingSink();
    const session = signaling.join(request, sink);
    sessions.push(session);
    return { sink, session };
  };

  const join = async (room: string, more: Partial<JoinRequest> = {}, signaling = page()): Promise<Member> => {
    const { sink, session } = enter(signaling, requestFor(room, more));
    await sink.heard('joined');
    const id = sink.all('open')[0]?.id ?? '';
    return { sink, session, id };
  };

  const refusal = async (
    room: string,
    more: Partial<JoinRequest> = {},
    signaling = page(),
  ): Promise<string> => {
    const { sink } = enter(signaling, requestFor(room, more));
    const [close] = await sink.heard('close');
    expect(sink.all('joined'), 'a refused page is never in').to.be.empty;
    expect(close?.error?.final).to.equal(true);
    return close?.error?.code ?? '';
  };

  describe(`${name} keeps the signalling contract`, () => {
    afterEach(() => {
      for (const session of sessions.splice(0)) session.close();
    });

    it('calls nothing on the sink before join() has returned', async () => {
      const { sink } = enter(page(), requestFor(randomRoom()));
      expect(sink.told).to.be.empty;
      await sink.heard('joined');
    });

    it('opens with an id, then joins', async () => {
      const { sink, id } = await join(randomRoom());
      expect(sink.told.map(({ what }) => what)).to.deep.equal(['open', 'joined']);
      expect(id).to.match(/^[\w-]{43}$/);
      expect(sink.all('joined')[0]).to.deep.include({ created: true, peers: [] });
    });

    it('shows newcomers to members and members to newcomers, each with its hello', async () => {
      const room = randomRoom();
      const first = await join(room, { hello: text('first') });
      const second = await join(room, { hello: text('second') });
      const [joined] = second.sink.all('joined');
      expect(joined?.created).to.equal(false);
      expect(joined?.peers).to.deep.equal([{ id: first.id, hello: text('first'), newcomer: false }]);
      const [peer] = await first.sink.heard('peer');
      expect(peer).to.deep.equal({ what: 'peer', id: second.id, hello: text('second'), newcomer: true });
    });

    it('carries bytes to one member alone, stamped with the sender, in order', async () => {
      const room = randomRoom();
      const [a, b, c] = [await join(room), await join(room), await join(room)];
      await a.sink.heard('peer', 2);
      for (let i = 0; i < 200; i++) a.session.send(b.id, new Uint8Array([i]));
      const heard = await b.sink.heard('message', 200);
      expect(heard.map(({ bytes }) => bytes[0])).to.deep.equal(Array.from({ length: 200 }, (_, i) => i));
      expect(new Set(heard.map(({ from }) => from))).to.deep.equal(new Set([a.id]));
      a.session.send(c.id, text('after'));
      const [after] = await c.sink.heard('message');
      expect(after?.bytes, 'c heard nothing meant for b').to.deep.equal(text('after'));
    });

    it('drops what is sent to a stranger', async () => {
      const room = randomRoom();
      const [a, b, stranger] = [await join(room), await join(room), await join(randomRoom())];
      a.session.send(stranger.id, text('psst'));
      a.session.send(b.id, text('hi'));
      stranger.session.send(b.id, text('let me in'));
      await b.sink.heard('message');
      expect(stranger.sink.all('message')).to.be.empty;
      expect(b.sink.all('message')).to.have.length(1);
    });

    it('tells the others when a member leaves', async () => {
      const room = randomRoom();
      const [a, b] = [await join(room), await join(room)];
      await a.sink.heard('peer');
      b.session.close();
      const [gone] = await a.sink.heard('gone');
      expect(gone).to.deep.include({ id: b.id, reason: 'left' });
    });

    it('is silent after close()', async () => {
      const room = randomRoom();
      const [a, b] = [await join(room), await join(room)];
      b.session.close();
      await a.sink.heard('gone');
      const { length } = b.sink.told;
      await join(room);
      await a.sink.heard('peer', 2);
      expect(b.sink.told).to.have.length(length);
      b.session.close();
    });

    it('can be closed before it is in', async () => {
      const room = randomRoom();
      const early = enter(page(), requestFor(room));
      early.session.close();
      const { sink } = await join(room);
      expect(early.sink.told).to.be.empty;
      expect(sink.all('joined')[0]?.peers).to.be.empty;
    });

    it('lets create fail where there is a room, and join where there is none', async () => {
      const room = randomRoom();
      expect(await refusal(room, { entry: 'join' })).to.equal('room-missing');
      await join(room, { entry: 'create' });
      expect(await refusal(room, { entry: 'create' })).to.equal('room-exists');
      const member = await join(room, { entry: 'join' });
      expect(member.sink.all('joined')[0]?.created).to.equal(false);
    });

    it('has exactly one creator, however many try', async () => {
      const room = randomRoom();
      const racers = Array.from({ length: 8 }, () => enter(page(), requestFor(room, { entry: 'create' })));
      const outcomes = await Promise.all(
        racers.map(({ sink }) => Promise.race([sink.heard('joined'), sink.heard('close')])),
      );
      const winners = outcomes.filter(([first]) => first?.what === 'joined');
      expect(winners).to.have.length(1);
    });

    it('keeps to the capacity that the creator fixed, and frees seats', async () => {
      const room = randomRoom();
      const [, second] = [await join(room, { capacity: 2 }), await join(room, { capacity: 9 })];
      expect(await refusal(room, { capacity: 9 })).to.equal('room-full');
      second.session.close();
      await join(room);
      expect(await refusal(room)).to.equal('room-full');
    });

    it('never lets more in than the capacity, however many try', async () => {
      const room = randomRoom();
      const racers = Array.from({ length: 8 }, () => enter(page(), requestFor(room, { capacity: 2 })));
      const outcomes = await Promise.all(
        racers.map(({ sink }) => Promise.race([sink.heard('joined'), sink.heard('close')])),
      );
      expect(outcomes.filter(([first]) => first?.what === 'joined')).to.have.length(2);
    });

    it('keeps several rooms of one page apart, under one id', async () => {
      const signaling = page();
      const rooms = [randomRoom(), randomRoom()] as const;
      const [here, there] = await Promise.all(rooms.map((room) => join(room, {}, signaling)));
      const other = await join(rooms[1]);
      expect(here?.id).to.equal(there?.id);
      other.session.send(there?.id ?? '', text('there'));
      await there?.sink.heard('message');
      expect(here?.sink.all('peer')).to.be.empty;
      expect(here?.sink.all('message')).to.be.empty;
    });

    it('refuses a room that this page is in already', async () => {
      const signaling = page();
      const room = randomRoom();
      const member = await join(room, {}, signaling);
      expect(await refusal(room, {}, signaling)).to.equal('refused');
      const other = await join(room);
      const [peer] = await member.sink.heard('peer');
      expect(peer?.id, 'the first one is undisturbed').to.equal(other.id);
    });

    it('lets a page come back under the same id', async () => {
      const signaling = page();
      const room = randomRoom();
      const witness = await join(room);
      const before = await join(room, { hello: text('1') }, signaling);
      before.session.close();
      const after = await join(room, { hello: text('2') }, signaling);
      expect(after.id).to.equal(before.id);
      const peers = await witness.sink.heard('peer', 2);
      expect(peers[1]?.hello).to.deep.equal(text('2'));
    });
  });
}
