import { expect } from '@open-wc/testing';
import { PeerError, PeerRoom, type JoinDetail, type Peer } from '../../src/index.js';
import { once, record, until } from '../support/until.js';
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
import { spawnServer, type TestServer } from '../support/server.js';

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('It was not rejected.');
    },
    (error: unknown) => error,
  );

describe('PeerRoom', () => {
  afterEach(closeAll);

  it('opens, joins and tells its state', async () => {
    const room = makeRoom({ room: uniqueName() });
    expect([room.state, room.peerId, room.peers.size, room.error]).to.deep.equal([
      'connecting',
      null,
      0,
      null,
    ]);
    const order: string[] = [];
    for (const type of ['statechange', 'open', 'join']) room.addEventListener(type, () => order.push(type));
    const { detail } = await once<JoinDetail & { room: string }>(room, 'join');
    expect(order).to.deep.equal(['open', 'statechange', 'join']);
    expect(detail.id).to.equal(room.peerId);
    expect(detail).to.include({ room: room.room, created: true });
    expect(detail.peers.size).to.equal(0);
    expect(await room.ready).to.equal(room.peerId);
    expect(room.state).to.equal('connected');
  });

  it('waits for a name', async () => {
    const room = makeRoom();
    expect(room.state).to.equal('new');
    room.connect({ room: uniqueName() });
    expect(room.state).to.equal('connecting');
    await room.ready;
  });

  it('waits for connect() when manual', async () => {
    const room = makeRoom({ room: uniqueName(), manual: true });
    expect(room.state).to.equal('new');
    room.connect();
    room.connect();
    await once(room, 'join');
  });

  it('fires events that neither bubble nor compose, with a typed detail', async () => {
    const room = makeRoom({ room: uniqueName() });
    const open = await once(room, 'open');
    expect(open).to.be.an.instanceOf(CustomEvent);
    expect([open.bubbles, open.composed]).to.deep.equal([false, false]);
  });

  it('fires on the target it is given', async () => {
    const target = new EventTarget();
    const room = new PeerRoom({ room: uniqueName(), signaling: otherPage() }, target);
    await once(target, 'join');
    room.close();
  });

  it('shows members to newcomers', async () => {
    const [first] = await makeMesh(1);
    const newcomer = makeRoom({ room: first?.room ?? '' });
    const { detail } = await once<JoinDetail>(newcomer, 'join');
    expect([...detail.peers.keys()]).to.deep.equal([first?.peerId]);
    expect(detail.created).to.equal(false);
  });

  it('meshes and carries messages to all, to one and to some', async () => {
    const [a, b, c] = (await makeMesh(3)) as [PeerRoom, PeerRoom, PeerRoom];
    const all = [nextData(b), nextData(c)];
    await a.send({ to: 'all' }, { type: 'note', metadata: { m: 1 } });
    for (const detail of await Promise.all(all)) {
      expect(detail.data).to.deep.equal({ to: 'all' });
      expect([detail.type, detail.delivery, detail.peer.id]).to.deep.equal(['note', 'reliable', a.peerId]);
      expect(detail.metadata).to.deep.equal({ m: 1 });
    }
    const heardByC = record<{ data: unknown }>(c, 'data');
    await a.send('b alone', { to: b.peerId ?? '' });
    expect((await nextData(b)).data).to.equal('b alone');
    await a.send('both', { to: [b.peerId ?? '', c.peerId ?? ''] });
    await until(() => heardByC.length > 0, { what: 'a message at c' });
    expect(heardByC.map(({ detail }) => detail.data)).to.deep.equal(['both']);
  });

  it('carries bytes as they are', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const value = {
      pixels: new Uint8ClampedArray([1, 2, 3]),
      buffer: new ArrayBuffer(2),
      3: [new Float32Array([0.5])],
    };
    void a.send(value);
    expect((await nextData(b)).data).to.deep.equal(value);
  });

  it('keeps order and loses nothing in a loop that does not wait', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const received: unknown[] = [];
    b.addEventListener('data', ({ detail }) => received.push(detail.data));
    const sent = Array.from({ length: 5000 }, (_, i) => ({ i, filler: 'x'.repeat(500) }));
    await Promise.all(sent.map((data) => a.send(data)));
    await until(() => received.length === sent.length, { what: 'all messages' });
    expect(received).to.deep.equal(sent);
  });

  it('makes a sender wait that is faster than the network', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    await upgraded(a, b);
    const message = 'x'.repeat(50_000);
    let handed = 0;
    const sends = Array.from({ length: 40 }, () => a.send(message).then(() => handed++));
    // Within this task the network takes nothing away.
    for (let i = 0; i < 10; i++) await Promise.resolve();
    expect(handed, 'no more than the high-water mark at once').to.be.within(1, 9);
    const received = record(b, 'data');
    await Promise.all(sends);
    await until(() => received.length === 40, { what: 'all of them' });
  });

  it('keeps what is sent before it is in', async () => {
    const name = uniqueName();
    const host = makeRoom({ room: name });
    await once(host, 'join');
    const guest = makeRoom({ room: name, manual: true });
    const sent = [guest.send(1), guest.send(2)];
    guest.connect();
    void guest.send(3);
    const received: unknown[] = [];
    host.addEventListener('data', ({ detail }) => received.push(detail.data));
    await Promise.all(sent);
    await until(() => received.length === 3, { what: 'three messages' });
    expect(received).to.deep.equal([1, 2, 3]);
  });

  it('sends into an empty room to nobody', async () => {
    const [a] = (await makeMesh(1)) as [PeerRoom];
    await a.send('anybody?');
  });

  it('names whom a message does not reach, and reaches the others', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const nobody = 'x'.repeat(43);
    const heard = nextData(b);
    const error = await rejection(a.send('hi', { to: [nobody, b.peerId ?? ''] }));
    expect(error).to.be.an.instanceOf(PeerError);
    expect((error as PeerError).code).to.equal('gone');
    expect((error as PeerError).peers).to.deep.equal([nobody]);
    expect((await heard).data).to.equal('hi');
  });

  it('gives up a message whose signal is aborted before it is handed over', async () => {
    const room = makeRoom({ room: uniqueName() });
    const controller = new AbortController();
    const early = rejection(room.send('never mind', { signal: controller.signal }));
    controller.abort('changed my mind');
    const error = (await early) as PeerError;
    expect([error.code, error.cause]).to.deep.equal(['aborted', 'changed my mind']);
    // The peer is there, yet no path to it will ever open.
    const nowhere = { iceTransportPolicy: 'relay' } as const;
    const other = makeRoom({ room: room.room ?? '', rtcConfiguration: nowhere });
    await until(() => room.peers.size === 1, { what: 'a peer' });
    const late = new AbortController();
    const queued = [
      rejection(room.send('nor this', { signal: late.signal })),
      rejection(
        room.peer(other.peerId ?? '')?.send('nor that', { signal: late.signal }) ?? Promise.resolve(),
      ),
    ];
    late.abort();
    for (const rejected of queued) expect(((await rejected) as PeerError).code).to.equal('aborted');
  });

  it('throws misuse where it happens', async () => {
    const name = uniqueName();
    const wrong: [object, string][] = [
      [{ room: '' }, 'room'],
      [{ room: 'x'.repeat(1025) }, 'room'],
      [{ entry: 'sneak' }, 'entry'],
      [{ capacity: 0 }, 'capacity'],
      [{ capacity: 1.5 }, 'capacity'],
      [{ timeout: -1 }, 'timeout'],
      [{ timeout: Infinity }, 'timeout'],
      [{ reconnectDelay: 'soon' }, 'reconnectDelay'],
      [{ displayName: 'x'.repeat(257) }, 'name'],
      [{ profile: 'x'.repeat(65_535) }, 'profile'],
      [{ iceServers: 'stun:x' }, 'iceServers'],
      [{ rooms: 'x' }, '"rooms"'],
      [{ code: 'x' }, '"code"'],
    ];
    for (const [options, message] of wrong) {
      expect(() => new PeerRoom({ manual: true, ...options }), message).to.throw(TypeError, message);
    }
    expect(() => new PeerRoom({ manual: true, profile: () => 1 })).to.throw(DOMException);
    const room = makeRoom({ room: name });
    expect(() => room.send(() => 1))
      .to.throw(DOMException)
      .with.property('name', 'DataCloneError');
    expect(() => room.send(1, { too: 'x' } as object)).to.throw(TypeError, '"too"');
    expect(() => room.send(1, { type: 7 } as object)).to.throw(TypeError, 'type');
    expect(() => room.send(1, { delivery: 'carrier pigeon' } as object)).to.throw(TypeError, 'delivery');
    room.close();
    expect(() => room.send(1))
      .to.throw(DOMException)
      .with.property('name', 'InvalidStateError');
  });

  it('shows names and profiles, and what becomes of them', async () => {
    const name = uniqueName();
    const a = makeRoom({ room: name, displayName: 'Ada', profile: { colour: 'green' } });
    const b = makeRoom({ room: name });
    const { detail } = await once<{ peer: Peer }>(b, 'peer');
    expect([detail.peer.displayName, detail.peer.profile]).to.deep.equal(['Ada', { colour: 'green' }]);
    expect([detail.peer.id, detail.peer.identity]).to.deep.equal([a.peerId, a.peerId]);
    expect(b.peer(a.peerId ?? '')).to.equal(detail.peer);
    const own = once(detail.peer, 'profile');
    a.displayName = 'Ada L.';
    await once(b, 'profile');
    await own;
    expect(detail.peer.displayName).to.equal('Ada L.');
    a.profile = [1];
    await once(b, 'profile');
    expect(detail.peer.profile).to.deep.equal([1]);
    expect([a.displayName, a.profile]).to.deep.equal(['Ada L.', [1]]);
  });

  it('tells the others when somebody leaves', async () => {
    const [a, b, c] = (await makeMesh(3)) as [PeerRoom, PeerRoom, PeerRoom];
    const left = [
      once<{ peer: Peer; reason: string }>(a, 'leave'),
      once<{ peer: Peer; reason: string }>(c, 'leave'),
    ];
    const peer = a.peer(b.peerId ?? '');
    const closed = once<{ reason: string }>(peer as EventTarget, 'close');
    const { peerId } = b;
    const gone = once(b, 'close');
    b.close();
    for (const { detail } of await Promise.all(left)) {
      expect([detail.peer.id, detail.reason]).to.deep.equal([peerId, 'left']);
    }
    expect((await closed).detail.reason).to.equal('left');
    expect(peer?.state).to.equal('closed');
    expect((await gone).detail).to.deep.equal({ code: 'closed', reason: 'closed by this page' });
    expect([b.state, b.peers.size]).to.deep.equal(['closed', 0]);
    expect(((await rejection(peer?.send(1) ?? Promise.resolve())) as PeerError).code).to.equal('gone');
    await a.send('still here');
    expect((await nextData(c)).data).to.equal('still here');
  });

  it('closes once, and rejects what was not sent', async () => {
    const room = makeRoom({ room: uniqueName() });
    const closes = record(room, 'close');
    const ready = rejection(room.ready);
    const sent = rejection(room.send('early'));
    room.close();
    room.close();
    expect(closes).to.have.length(1);
    expect(((await ready) as PeerError).code).to.equal('aborted');
    expect(((await sent) as PeerError).code).to.equal('aborted');
    expect(room.error).to.equal(null);
  });

  it('can join again after the end', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const { peerId } = b;
    b.close();
    await once(a, 'leave');
    b.connect();
    await meshed(a, b);
    expect(await b.ready).to.equal(peerId);
    void b.send('back');
    expect((await nextData(a)).data).to.equal('back');
  });

  it('survives a quick leaving and rejoining', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    for (let i = 0; i < 3; i++) {
      b.close();
      b.connect();
    }
    await meshed(a, b);
    void b.send('back');
    expect((await nextData(a)).data).to.equal('back');
  });

  it('fails with a reason when it is not let in', async () => {
    const [a] = (await makeMesh(1, { capacity: 1 })) as [PeerRoom];
    for (const [options, code] of [
      [{ room: a.room ?? '' }, 'room-full'],
      [{ room: a.room ?? '', entry: 'create' }, 'room-exists'],
      [{ room: uniqueName(), entry: 'join' }, 'room-missing'],
    ] as const) {
      const room = makeRoom(options);
      const closed = once<{ code: string; error: PeerError }>(room, 'close');
      const { detail } = await once<{ error: PeerError }>(room, 'error', { what: code });
      expect([detail.error.code, detail.error.final]).to.deep.equal([code, true]);
      expect((await closed).detail.code).to.equal(code);
      expect(room.state).to.equal('failed');
      expect(room.error).to.equal(detail.error);
    }
  });

  it('fails where no adaptor speaks to the url', async () => {
    const room = new PeerRoom({ room: 'x', url: 'gopher://example.org' });
    const { detail } = await once<{ error: PeerError }>(room, 'error');
    expect(detail.error.code).to.equal('unsupported');
    expect(detail.error.message).to.include('gopher');
  });

  it('parts from one peer alone', async () => {
    const [a, b, c] = (await makeMesh(3)) as [PeerRoom, PeerRoom, PeerRoom];
    const left = once<{ peer: Peer; reason: string }>(b, 'leave');
    a.peer(b.peerId ?? '')?.close();
    expect((await left).detail.peer.id).to.equal(a.peerId);
    expect([a.peers.size, b.peers.size, c.peers.size]).to.deep.equal([1, 1, 2]);
  });

  it('gives statistics of a direct path', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    await upgraded(a, b);
    const [peer] = a.peers.values();
    const stats = await peer?.getStats();
    expect([...(stats?.values() ?? [])].map(({ type }: { type: string }) => type)).to.include('data-channel');
  });
});

describe('PeerRoom over our server', () => {
  let server: TestServer;
  before(async () => {
    server = await spawnServer();
  });
  after(() => server.dispose());
  afterEach(closeAll);

  it('goes on talking while the server is dead, and finds back', async () => {
    const [a, b] = (await makeMesh(2, { reconnectDelay: 20 }, server.url)) as [PeerRoom, PeerRoom];
    await upgraded(a, b);
    const leaves = [record(a, 'leave'), record(b, 'leave')];
    const lost = once<{ attempt: number }>(a, 'reconnecting');
    await server.kill();
    expect((await lost).detail.attempt).to.equal(1);
    expect(a.state).to.equal('disconnected');
    await a.send('no server');
    expect((await nextData(b)).data).to.equal('no server');
    const back = [once(a, 'reconnect'), once(b, 'reconnect')];
    const failed = once<{ error: PeerError }>(a, 'reconnecterror');
    expect((await failed).detail.error.code).to.equal('unreachable');
    await server.start();
    await Promise.all(back);
    expect(a.state).to.equal('connected');
    const c = makeRoom({ room: a.room ?? '', signaling: otherPage(server.url) });
    await meshed(a, b, c);
    void c.send('third');
    await Promise.all([nextData(a), nextData(b)]);
    expect(leaves, 'nobody was ever gone').to.deep.equal([[], []]);
  });

  it('is told of an unreachable server, and goes on trying', async () => {
    await server.stop();
    const room = makeRoom({ room: uniqueName(), signaling: otherPage(server.url), reconnectDelay: 20 });
    const { detail } = await once<{ error: PeerError }>(room, 'error');
    expect([detail.error.code, detail.error.final]).to.deep.equal(['unreachable', false]);
    expect(room.state).to.equal('connecting');
    await server.start();
    await once(room, 'join');
    expect(room.state).to.equal('connected');
  });

  it('shares one connection and one id among the rooms of a page', async () => {
    const [one, two] = [
      new PeerRoom({ room: uniqueName(), url: server.url }),
      new PeerRoom({ room: uniqueName(), url: server.url }),
    ];
    await Promise.all([once(one, 'join'), once(two, 'join')]);
    expect(one.peerId).to.equal(two.peerId);
    one.close();
    two.close();
  });

  it('fails when the page is in that room already', async () => {
    const options = { room: uniqueName(), url: server.url };
    const one = new PeerRoom(options);
    await once(one, 'join');
    const two = new PeerRoom(options);
    const { detail } = await once<{ error: PeerError }>(two, 'error');
    expect(detail.error.code).to.equal('refused');
    expect(one.state).to.equal('connected');
    one.close();
  });

  it('understands addresses as authors write them', async () => {
    const { host } = new URL(server.url);
    for (const url of [`http://${host}`, `ws://${host}/`, `http://${host}/signal#x`]) {
      const room = new PeerRoom({ room: uniqueName(), url });
      await once(room, 'join');
      room.close();
    }
  });
});
