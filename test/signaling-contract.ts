/** What every signalling adaptor has to do, whatever carries it. Called by one test file per adaptor. */
import { expect } from '@open-wc/testing';
import { toBase64url } from '../src/base64url.js';
import type { JoinRequest, Signaling, SignalingSession } from '../src/signaling.js';
import { until } from './support/until.js';
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

/** A page whose connection can be taken away, as by a network that changes; it dials in vain until it is mended. */
export interface BreakablePage {
  readonly signaling: Signaling;
  cut(): void;
  mend(): void;
}

/**
 * @param page an adaptor as another page with another identity would have it
 * @param breakable the same where there is a connection that can be lost
 * @param isExact whether nobody is let in for a moment when many come for the last seats at once
 */
export function describeSignaling(
  name: string,
  page: () => Signaling,
  breakable?: () => BreakablePage,
  { isExact = true } = {},
): void {
  const sessions: SignalingSession[] = [];

  const closeAll = (): void => {
    for (const session of sessions.splice(0)) session.close();
  };

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
    afterEach(closeAll);

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
      const refused = () => racers.filter(({ sink }) => sink.all('close')[0]?.error?.code === 'room-full');
      if (isExact) expect(outcomes.filter(([first]) => first?.what === 'joined')).to.have.length(2);
      await until(() => refused().length === 6, { what: 'six to be refused' });
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

    it('has room for a message while it is in', async () => {
      const room = randomRoom();
      const other = await join(room);
      const { sink, session } = enter(page(), requestFor(room));
      expect(session.reserve(100, other.id), 'before').to.equal(false);
      await sink.heard('joined');
      expect(session.reserve(100, other.id)).to.equal(true);
      session.send(other.id, new Uint8Array(100));
      await other.sink.heard('message');
      session.close();
      expect(session.reserve(100, other.id), 'afterwards').to.equal(false);
      await other.sink.heard('gone');
      expect(sink.all('drain'), 'nobody was refused who had a reason to wait').to.be.empty;
    });
  });

  if (breakable) describeReturn(name, { page, breakable, join, closeAll });
}

interface Returning {
  readonly page: () => Signaling;
  readonly breakable: () => BreakablePage;
  readonly closeAll: () => void;
  join(room: string, more?: Partial<JoinRequest>, signaling?: Signaling): Promise<Member>;
}

function describeReturn(name: string, { page, breakable, closeAll, join }: Returning): void {
  describe(`${name} keeps the signalling contract when its connection is lost`, () => {
    afterEach(closeAll);

    /** A page that is away, and one that stayed. */
    const part = async (): Promise<{ away: Member & BreakablePage; stayed: Member; room: string }> => {
      const room = randomRoom();
      const stayed = await join(room, { hello: text('stayed') });
      const broken = breakable();
      const away = await join(room, { hello: text('away') }, broken.signaling);
      await stayed.sink.heard('peer');
      broken.cut();
      await away.sink.heard('reconnecting');
      return { away: { ...away, ...broken }, stayed, room };
    };

    const back = async ({ sink, session, mend }: Member & BreakablePage, to: Member): Promise<void> => {
      mend();
      await sink.heard('reconnect');
      session.send(to.id, text('back'));
      await to.sink.heard('message');
    };

    it('comes back without anyone having seen it leave', async () => {
      const { away, stayed } = await part();
      const before = stayed.sink.told.length;
      stayed.session.send(away.id, text('may be lost on the way'));
      await back(away, stayed);
      expect(stayed.sink.told.slice(before).map(({ what }) => what)).to.deep.equal(['message']);
      stayed.session.send(away.id, text('arrives'));
      // Some keep for a while what was said meanwhile.
      await until(
        () => toBase64url(away.sink.all('message').at(-1)!.bytes) === toBase64url(text('arrives')),
        {
          what: 'the message',
        },
      );
      expect(away.sink.all('joined'), 'that is told once').to.have.length(1);
      expect(away.sink.all('gone')).to.be.empty;
      const peers = away.sink.all('peer').map(({ id, newcomer }) => ({ id, newcomer }));
      expect(peers, 'who is there is told again').to.deep.equal([{ id: stayed.id, newcomer: false }]);
    });

    it('is shown those who came meanwhile as newcomers, and to them as a member', async () => {
      const { away, stayed, room } = await part();
      const newcomer = await join(room, { hello: text('new') });
      expect(newcomer.sink.all('joined')[0]?.peers.map(({ id }) => id)).to.deep.equal([stayed.id, away.id]);
      await back(away, newcomer);
      const [, peer] = await away.sink.heard('peer', 2);
      expect(peer).to.deep.equal({ what: 'peer', id: newcomer.id, hello: text('new'), newcomer: true });
      expect(newcomer.sink.all('peer'), 'nothing that it did not know').to.be.empty;
    });

    it('keeps its seat meanwhile', async () => {
      const room = randomRoom();
      const broken = breakable();
      const first = await join(room, { capacity: 2 });
      const away = await join(room, {}, broken.signaling);
      broken.cut();
      await away.sink.heard('reconnecting');
      const sink = new RecordingSink();
      page().join(requestFor(room), sink);
      const [close] = await sink.heard('close');
      expect(close?.error?.code).to.equal('room-full');
      await back({ ...away, ...broken }, first);
    });

    it('has no room for a message while it is away, and asks for what it has to say when it is back', async () => {
      const { away, stayed } = await part();
      expect(away.session.reserve(1, stayed.id)).to.equal(false);
      expect(away.sink.all('drain')).to.be.empty;
      await back(away, stayed);
      await away.sink.heard('drain');
      expect(away.session.reserve(1, stayed.id)).to.equal(true);
      expect(away.sink.all('drain')).to.have.length(1);
    });

    it('leaves at once when it is closed after its return', async () => {
      const { away, stayed } = await part();
      await back(away, stayed);
      away.session.close();
      const [gone] = await stayed.sink.heard('gone');
      expect(gone).to.deep.include({ id: away.id, reason: 'left' });
    });
  });
}
