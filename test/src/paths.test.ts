/** How messages travel: the relay first, then directly, and back, without anybody noticing but by the events. */
import { expect } from '@open-wc/testing';
import type { GapDetail, PathDetail, Peer, PeerError, PeerRoom, Signaling } from '../../src/index.js';
import type { SignalingPeer, SignalingSink } from '../../src/signaling.js';
import {
  closeAll,
  makeMesh,
  makeRoom,
  meshed,
  nextData,
  otherPage,
  uniqueName,
  upgraded,
} from '../support/sources.js';
import { once, record, until } from '../support/until.js';

const PATH_EVENTS = ['peer', 'upgradeattempt', 'upgrade', 'upgradeerror', 'downgrade', 'leave'];

/** What happened to paths, in order. */
function story(room: PeerRoom): string[] {
  const told: string[] = [];
  for (const type of PATH_EVENTS) {
    room.addEventListener(type, (event) => {
      const {
        peer,
        path = peer.path,
        previous,
      } = (event as CustomEvent<Partial<PathDetail> & { peer: Peer }>).detail;
      told.push(`${type} ${String(path)}${previous === undefined ? '' : ` < ${String(previous)}`}`);
    });
  }
  return told;
}

/** Counts the connections that are open at once. */
function counting(): { readonly Connection: typeof RTCPeerConnection; most: number; open: number } {
  const count = { most: 0, open: 0, Connection: RTCPeerConnection };
  count.Connection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      count.most = Math.max(count.most, ++count.open);
    }
    override close(): void {
      if (this.signalingState !== 'closed') count.open--;
      super.close();
    }
  };
  return count;
}

/** An adaptor between whose two ends something can be done to what is sealed. */
function watched(onframe: (type: number) => boolean, signaling = otherPage()): Signaling {
  return {
    relay: signaling.relay,
    identity: () => signaling.identity(),
    join: (request, sink) =>
      signaling.join(request, {
        ...sink,
        message: (from, bytes) => {
          if (onframe(bytes[0] ?? 0)) sink.message(from, bytes);
        },
      }),
  };
}
const isData = (type: number): boolean => type > 16;

const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);
const only = (room: PeerRoom): Peer => [...room.peers.values()][0]!;
const collect = (room: PeerRoom): unknown[] => {
  const received: unknown[] = [];
  room.addEventListener('data', ({ detail }) => received.push(detail.data));
  return received;
};

describe('Paths', () => {
  afterEach(closeAll);

  it('tell their story: relay first, then direct', async () => {
    const room = uniqueName();
    const [a, b] = [makeRoom({ room }), makeRoom({ room })];
    const stories = [story(a), story(b)];
    await upgraded(a, b);
    const expected = ['peer relay', 'upgradeattempt direct < relay', 'upgrade direct < relay'];
    expect(stories).to.deep.equal([expected, expected]);
  });

  it('carry messages before, while and after they change, each once and in order', async () => {
    const room = uniqueName();
    const a = makeRoom({ room });
    await once(a, 'join');
    const b = makeRoom({ room });
    const [atA, atB] = [collect(a), collect(b)];
    await Promise.all([once(a, 'peer'), once(b, 'peer')]);
    let sent = 0;
    while (only(a).path !== 'direct' || only(b).path !== 'direct') {
      await Promise.all([a.send(sent), b.send(sent)]);
      sent++;
      await new Promise((resolve) => setTimeout(resolve));
    }
    for (; sent % 10 !== 0; sent++) await Promise.all([a.send(sent), b.send(sent)]);
    await until(() => atA.length === sent && atB.length === sent, { what: 'all of them' });
    expect([atA, atB]).to.deep.equal([numbers(sent), numbers(sent)]);
  });

  it('go back to the relay when a connection ends, and get another one', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    await upgraded(a, b);
    const told = story(a);
    const peer = only(a);
    const before = peer.connection;
    const downgrade = once(b, 'downgrade');
    before?.close();
    await downgrade;
    void b.send('after');
    expect((await nextData(a)).data).to.equal('after');
    await upgraded(a, b);
    expect(peer.connection).not.to.equal(before);
    expect(told).to.deep.equal([
      'downgrade relay < direct',
      'upgradeattempt direct < relay',
      'upgrade direct < relay',
    ]);
  });

  it('survive being cut again and again, with 2000 messages each way', async function () {
    this.timeout(60_000);
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const [atA, atB] = [collect(a), collect(b)];
    for (const round of numbers(10)) {
      await upgraded(a, b);
      const batch = numbers(200, round * 200);
      const sends = batch.flatMap((n) => [a.send(n), b.send(n)]);
      (round % 2 === 0 ? only(a) : only(b)).connection?.close();
      await Promise.all(sends);
    }
    await until(() => atA.length >= 2000 && atB.length >= 2000, { what: 'all messages' });
    expect([atA, atB]).to.deep.equal([numbers(2000), numbers(2000)]);
  });

  it('stay on the relay when no direct path can be had, and say so', async () => {
    const room = uniqueName();
    const nowhere = { room, rtcConfiguration: { iceTransportPolicy: 'relay' }, timeout: 200 } as const;
    const [a, b] = [makeRoom(nowhere), makeRoom(nowhere)];
    const errors = record(a, 'error');
    const { detail } = await once<PathDetail>(a, 'upgradeerror');
    expect([detail.path, detail.previous]).to.deep.equal(['direct', 'relay']);
    // Firefox says itself that there is no way, Chromium never does.
    expect(detail.error?.code).to.be.oneOf(['timeout', 'negotiation-failed']);
    void b.send('still here');
    expect((await nextData(a)).data).to.equal('still here');
    expect(errors).to.be.empty;
  });

  describe('with transport="relay"', () => {
    it('never make a connection', async () => {
      const count = counting();
      const [a, b] = (await makeMesh(2, { transport: 'relay', RTCPeerConnection: count.Connection })) as [
        PeerRoom,
        PeerRoom,
      ];
      void a.send('sealed');
      expect((await nextData(b)).data).to.equal('sealed');
      expect([only(a).path, only(a).connection, count.most]).to.deep.equal(['relay', null, 0]);
    });

    it('do so too towards a peer that would like one, and gets none', async () => {
      const room = uniqueName();
      const count = counting();
      const a = makeRoom({ room });
      const b = makeRoom({ room, transport: 'relay', RTCPeerConnection: count.Connection });
      const [{ detail }] = await Promise.all([once<PathDetail>(a, 'upgradeerror'), meshed(a, b)]);
      expect(detail.error?.code).to.equal('refused');
      void a.send('sealed');
      expect((await nextData(b)).data).to.equal('sealed');
      expect(count.most).to.equal(0);
    });
  });

  describe('with transport="direct"', () => {
    it('never relay what is said', async () => {
      const types: number[] = [];
      const room = uniqueName();
      const direct = () =>
        makeRoom({ room, transport: 'direct', signaling: watched((type) => types.push(type) > 0) });
      const [a, b] = [direct(), direct()];
      const told = story(a);
      await until(() => a.peers.size === 1, { what: 'the other one' });
      void a.send('early');
      expect((await nextData(b)).data).to.equal('early');
      await meshed(a, b);
      expect(types.filter(isData)).to.be.empty;
      expect(told).to.deep.equal(['peer direct']);
    });

    it('give up on what cannot be had, with an error that names the peer', async () => {
      const room = uniqueName();
      const nowhere = {
        room,
        transport: 'direct',
        rtcConfiguration: { iceTransportPolicy: 'relay' },
        timeout: 200,
      } as const;
      const [a, b] = [makeRoom(nowhere), makeRoom(nowhere)];
      const failed = once<{ error: PeerError }>(a, 'error');
      await until(() => a.peers.size === 1, { what: 'the other one' });
      const sent = a.send('lost').catch((error: unknown) => error);
      const { detail } = await failed;
      expect([detail.error.code, detail.error.final]).to.deep.equal(['negotiation-failed', false]);
      expect(detail.error.peers).to.deep.equal([b.peerId]);
      expect(only(a).state).to.equal('failed');
      expect(await sent).to.include({ code: 'negotiation-failed' });
      expect(a.state, 'the room goes on').to.equal('connected');
    });

    it('rebuild what ends, and lose nothing', async () => {
      const [a, b] = (await makeMesh(2, { transport: 'direct' })) as [PeerRoom, PeerRoom];
      const told = story(a);
      const received = collect(b);
      const sends = numbers(200).map((n) => a.send(n));
      only(a).connection?.close();
      await Promise.all(sends);
      await until(() => received.length >= 200, { what: 'all messages' });
      expect(received).to.deep.equal(numbers(200));
      expect(told).to.include.members(['downgrade null < direct', 'upgrade direct < null']);
    });
  });

  it('are no more than a page wants; the others stay on the relay', async () => {
    const room = uniqueName();
    const count = counting();
    const few = makeRoom({ room, maxDirectPaths: 2, RTCPeerConnection: count.Connection });
    const others = numbers(4).map(() => makeRoom({ room }));
    await meshed(few, ...others);
    const direct = (): number => [...few.peers.values()].filter(({ path }) => path === 'direct').length;
    await until(() => direct() === 2, { what: 'two direct paths' });
    const heard = others.map(nextData);
    void few.send('to all');
    for (const { data } of await Promise.all(heard)) expect(data).to.equal('to all');
    expect(count.most, 'and never one more').to.be.at.most(2);
    const reached = [...few.peers.values()].find(({ path }) => path === 'direct');
    const upgrade = once<PathDetail>(few, 'upgrade');
    others.find(({ peerId }) => peerId === reached?.id)?.close();
    expect((await upgrade).detail.path, 'another one takes the place that became free').to.equal('direct');
    expect(count.most).to.be.at.most(2);
  });

  it('are not asked for again and again where all others have as many as they want', async () => {
    const room = uniqueName();
    const rooms = numbers(3).map(() => makeRoom({ room, maxDirectPaths: 1, timeout: 1000 }));
    const [attempts, refusals] = ['upgradeattempt', 'upgradeerror'].map((type) => {
      const all = rooms.map((one) => record(one, type));
      return () => all.flat().length;
    }) as [() => number, () => number];
    await meshed(...rooms);
    await until(() => refusals() >= 2, { what: 'two to refuse' });
    // Time enough for as many more.
    for (const _ of numbers(20)) {
      await Promise.all(rooms.flatMap(({ peers }) => [...peers.values()].map((peer) => peer.ping())));
    }
    expect(attempts()).to.be.at.most(8);
  });

  it('bring everything over signalling that loses every tenth message', async function () {
    this.timeout(60_000);
    let count = 0;
    const lossy = (): Signaling => watched((type) => !isData(type) || ++count % 10 !== 0);
    const room = uniqueName();
    const a = makeRoom({ room, transport: 'relay', signaling: lossy() });
    const b = makeRoom({ room, transport: 'relay', signaling: lossy() });
    const [atA, atB] = [collect(a), collect(b)];
    await meshed(a, b);
    for (const n of numbers(100)) {
      await Promise.all([a.send(n), b.send(n)]);
      await new Promise((resolve) => setTimeout(resolve));
    }
    await until(() => atA.length >= 100 && atB.length >= 100, { what: 'all messages', timeout: 40_000 });
    expect([atA, atB]).to.deep.equal([numbers(100), numbers(100)]);
  });

  it('tell of a gap when a peer has forgotten us meanwhile', async () => {
    let sink: SignalingSink | undefined;
    let known: SignalingPeer | undefined;
    const room = uniqueName();
    let lost = false;
    const forgetful = watched(() => !lost);
    const b = makeRoom({
      room,
      transport: 'relay',
      signaling: {
        ...forgetful,
        identity: () => forgetful.identity(),
        join: (request, given) => {
          sink = {
            ...given,
            peer: (peer) => {
              known = peer;
              given.peer(peer);
            },
          };
          return forgetful.join(request, sink);
        },
      },
    });
    await once(b, 'join');
    const a = makeRoom({ room, transport: 'relay' });
    await meshed(a, b);
    void a.send('before');
    await nextData(b);
    lost = true;
    await a.send('lost 1');
    await a.send('lost 2');
    const gaps = [once<GapDetail>(a, 'gap'), once<GapDetail>(b, 'gap')];
    sink?.gone(a.peerId ?? '', 'lost');
    expect(b.peers.size).to.equal(0);
    lost = false;
    sink?.peer(known!);
    // What was received just before may not have been acknowledged yet.
    for (const gap of gaps) expect((await gap).detail.lost).to.be.within(2, 4);
    void a.send('after');
    expect((await nextData(b)).data).to.equal('after');
  });
});
