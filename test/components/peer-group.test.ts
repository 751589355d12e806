import { expect, fixture, html } from '@open-wc/testing';
import '../../components/define.js';
import { PeerGroupElement } from '../../components/peer-group.js';
import type { Peer, PeerError } from '../../src/index.js';
import { claimConsole } from '../support/console.js';
import { picture, shows, stopMedia } from '../support/media.js';
import {
  closeAll,
  joined,
  makeRoom,
  meshed,
  nextData,
  nextRequest,
  otherPage,
  uniqueName,
  upgraded,
} from '../support/sources.js';
import { spawnGuardedServer, spawnServer } from '../support/server.js';
import { SECRET, signToken } from '../support/tokens.js';
import { once, record, until } from '../support/until.js';

const groupIn = (room: string | null = uniqueName()): Promise<PeerGroupElement> =>
  fixture(html`<peer-group .room=${room} .signaling=${otherPage()}></peer-group>`);

describe('<peer-group>', () => {
  afterEach(closeAll);

  it('needs nothing but a room', async () => {
    const group = await fixture<PeerGroupElement>(html`<peer-group room=${uniqueName()}></peer-group>`);
    await joined(group);
    expect(group.state).to.equal('connected');
    expect(group.peerId).to.equal(await group.ready);
    expect([group.peers.size, group.error]).to.deep.equal([0, null]);
    const { entry, timeout, reconnectDelay, manual, ephemeral, displayName, profile } = group;
    expect({ entry, timeout, reconnectDelay, manual, ephemeral, displayName, profile }).to.deep.equal({
      entry: 'join-or-create',
      timeout: 10_000,
      reconnectDelay: 500,
      manual: false,
      ephemeral: false,
      displayName: '',
      profile: {},
    });
    group.close();
  });

  it('sends and receives streams, and tells of those that are muted', async () => {
    const group = await groupIn();
    const other = makeRoom({ room: group.room ?? '', stream: picture('blue') });
    const { detail } = await once<{ stream: MediaStream; peer: Peer }>(group, 'stream');
    await shows(detail.stream, 'blue');
    const camera = picture('red');
    group.stream = camera;
    group.addStream(picture('lime'), { metadata: 'screen', maxBitrate: 100_000 });
    group.videoQuality = { contentHint: 'motion' };
    const peer = other.peer(group.peerId ?? '')!;
    await until(() => peer.streams.length === 2, { what: 'two streams' });
    expect(peer.streams.map((stream) => peer.metadataOf(stream))).to.deep.equal([undefined, 'screen']);
    group.mute('video', true);
    await until(() => peer.muted.video, { what: 'it to be muted' });
    expect([group.muted, group.stream, group.localStreams.size]).to.deep.equal([
      { audio: false, video: true },
      camera,
      2,
    ]);
    await group.replaceTrack(camera.getTracks()[0]!, picture('yellow').getTracks()[0]!);
    group.mute('video', false);
    await shows(peer.streams[0]!, 'yellow');
    const [screen] = [...group.localStreams.keys()].slice(1) as [MediaStream];
    group.removeStream(screen);
    await once(other, 'streamend');
    group.stream = null;
    await once(other, 'streamend');
    expect(() => (group.stream = 7 as unknown as MediaStream)).to.throw(TypeError);
    stopMedia();
  });

  it('fires every event on itself, and carries messages', async () => {
    const group = await groupIn();
    const other = makeRoom({ room: group.room ?? '', displayName: 'Other' });
    const peer = await once<{ peer: { id: string; displayName: string } }>(group, 'peer');
    expect([peer.bubbles, peer.composed]).to.deep.equal([false, false]);
    expect(peer.detail.peer.displayName).to.equal('Other');
    expect(group.peer(other.peerId ?? '')).to.equal(peer.detail.peer);
    void other.send({ n: 1 }, { type: 'x' });
    const detail = await nextData(group);
    expect([detail.data, detail.type, detail.peer]).to.deep.equal([{ n: 1 }, 'x', peer.detail.peer]);
    void group.send('to you', { to: other.peerId ?? '' });
    expect((await nextData(other)).data).to.equal('to you');
    other.close();
    const leave = await once<{ reason: string }>(group, 'leave');
    expect(leave.detail.reason).to.equal('left');
  });

  it('asks, and is asked', async () => {
    const group = await groupIn();
    const other = makeRoom({ room: group.room ?? '' });
    await meshed(group, other);
    const to = other.peerId ?? '';
    group.addEventListener('request', (event) => {
      expect([event.bubbles, event.composed]).to.deep.equal([false, false]);
      event.respondWith([event.detail.data, event.detail.type, event.detail.peer.id === to]);
    });
    expect(await other.request('how are you?', { to: group.peerId ?? '', type: 'q' })).to.deep.equal([
      'how are you?',
      'q',
      true,
    ]);
    other.addEventListener('request', (event) => {
      event.respondWith(Promise.resolve(event.detail.metadata));
    });
    expect(await group.request(1, { to, metadata: 'm' })).to.equal('m');
    const answers = await group.request(1, { metadata: [2] });
    expect(answers).to.deep.equal(new Map([[to, { status: 'fulfilled', value: [2] }]]));
    expect(() => group.request(1, { too: to } as object)).to.throw(TypeError, '"too"');
    group.close();
    expect(() => group.request(1))
      .to.throw(DOMException)
      .with.property('name', 'InvalidStateError');
  });

  it('shows its state to CSS before its listeners run', async () => {
    const group = await groupIn(null);
    expect(group.matches(':state(new)')).to.equal(true);
    const seen: boolean[] = [];
    group.addEventListener('statechange', ({ detail }) => {
      seen.push(group.matches(`:state(${detail.state})`), !group.matches(`:state(${detail.previous})`));
    });
    group.room = uniqueName();
    await once(group, 'join');
    expect(seen).to.deep.equal([true, true, true, true]);
    expect(group.matches(':state(connected)')).to.equal(true);
  });

  it('joins once, however many attributes are set in one tick', async () => {
    const group = await groupIn(null);
    const joins = record(group, 'join');
    const changes = record(group, 'statechange');
    group.setAttribute('room', uniqueName());
    group.setAttribute('capacity', '5');
    group.setAttribute('room', uniqueName());
    group.setAttribute('entry', 'create');
    group.timeout = 5000;
    await once(group, 'join');
    expect([joins.length, changes.length]).to.deep.equal([1, 2]);
    expect([group.capacity, group.entry, group.timeout]).to.deep.equal([5, 'create', 5000]);
  });

  it('changes rooms when the attribute changes', async () => {
    const group = await groupIn();
    await joined(group);
    const old = makeRoom({ room: group.room ?? '' });
    const other = makeRoom({ room: uniqueName() });
    await meshed(group, old);
    const closes = record<{ code: string }>(group, 'close');
    const left = once(old, 'leave');
    group.setAttribute('room', other.room ?? '');
    await left;
    await meshed(group, other);
    expect(closes.map(({ detail }) => detail.code)).to.deep.equal(['closed']);
  });

  it('leaves when its room is taken away', async () => {
    const group = await groupIn();
    await joined(group);
    const closed = once(group, 'close');
    group.removeAttribute('room');
    group.room = null;
    await closed;
    expect(group.state).to.equal('closed');
  });

  it('is not disconnected by a move within the document', async () => {
    const group = await groupIn();
    await joined(group);
    const other = makeRoom({ room: group.room ?? '' });
    await meshed(group, other);
    const changes = record(group, 'statechange');
    const elsewhere = await fixture(html`<section></section>`);
    elsewhere.append(group);
    await group.updateComplete;
    document.body.prepend(group);
    void other.send('still there?');
    expect((await nextData(group)).data).to.equal('still there?');
    expect(changes).to.be.empty;
    group.remove();
  });

  it('leaves when it is removed, and joins again when it comes back', async () => {
    const group = await groupIn();
    await joined(group);
    const closed = once(group, 'close');
    group.remove();
    await closed;
    expect(group.state).to.equal('closed');
    document.body.append(group);
    await once(group, 'join');
    group.close();
    group.remove();
    document.body.append(group);
    await group.updateComplete;
    expect(group.state, 'what its author closed stays closed').to.equal('closed');
    group.remove();
  });

  it('waits for connect() when manual', async () => {
    const group = await fixture<PeerGroupElement>(
      html`<peer-group manual room=${uniqueName()} .signaling=${otherPage()}></peer-group>`,
    );
    expect(group.state).to.equal('new');
    group.room = uniqueName();
    await group.updateComplete;
    expect(group.state).to.equal('new');
    group.connect();
    await once(group, 'join');
    group.close();
    group.connect();
    await once(group, 'join');
  });

  it('keeps what was set and sent before it was upgraded', async () => {
    const room = uniqueName();
    const other = makeRoom({ room });
    await once(other, 'join');
    const early = document.createElement('early-group') as unknown as PeerGroupElement & {
      queue?: unknown[];
    };
    Object.assign(early, {
      room,
      displayName: 'Early',
      profile: { early: true },
      signaling: otherPage(),
      stream: picture('red'),
    });
    // What a page does that runs before the script, as the documentation says.
    early.send ??= (...message) => Promise.resolve(void (early.queue ??= []).push(message));
    void early.send('first');
    void early.send('second', { type: 't' });
    document.body.append(early);
    const heard = record<{ data: unknown; type: string }>(other, 'data');
    customElements.define('early-group', class extends PeerGroupElement {});
    const { detail } = await once<{ peer: { displayName: string; profile: unknown } }>(other, 'peer');
    expect([detail.peer.displayName, detail.peer.profile]).to.deep.equal(['Early', { early: true }]);
    await shows((await once<{ stream: MediaStream }>(other, 'stream')).detail.stream, 'red');
    stopMedia();
    void early.send('third');
    await until(() => heard.length === 3, { what: 'three messages' });
    expect(heard.map((event) => [event.detail.data, event.detail.type])).to.deep.equal([
      ['first', ''],
      ['second', 't'],
      ['third', ''],
    ]);
    expect(early.queue).to.be.empty;
    early.remove();
  });

  it('shows name and profile, also when they change', async () => {
    const group = await fixture<PeerGroupElement>(
      html`<peer-group name="Ada" room=${uniqueName()} .signaling=${otherPage()}></peer-group>`,
    );
    const other = makeRoom({ room: group.room ?? '' });
    const { detail } = await once<{ peer: { displayName: string; profile: unknown } }>(other, 'peer');
    expect(detail.peer.displayName).to.equal('Ada');
    const joins = record(group, 'close');
    group.setAttribute('name', 'Ada L.');
    await once(other, 'profile');
    group.profile = { mood: 'fine' };
    await once(other, 'profile');
    expect([detail.peer.displayName, detail.peer.profile]).to.deep.equal(['Ada L.', { mood: 'fine' }]);
    expect(joins, 'that is no reason to rejoin').to.be.empty;
  });

  it('stays where it is when a wrong value is refused', async () => {
    const group = await groupIn(uniqueName());
    await joined(group);
    const { room } = group;
    const states = record(group, 'statechange');
    expect(() => (group.room = 'x'.repeat(1025))).to.throw(TypeError, 'room');
    expect(() => (group.timeout = -1)).to.throw(TypeError, 'timeout');
    await group.updateComplete;
    expect([group.room, group.state, states.length]).to.deep.equal([room, 'connected', 0]);
  });

  it('throws misuse where it happens, and keeps the value it had', async () => {
    const group = await groupIn(null);
    const wrong: [string, unknown][] = [
      ['entry', 'sneak'],
      ['capacity', 0],
      ['timeout', 'soon'],
      ['reconnectDelay', -1],
      ['room', 'x'.repeat(1025)],
      ['displayName', 'x'.repeat(257)],
      ['iceServers', 'stun:x'],
      ['iceServers', [{ urls: 'nonsense' }]],
      ['rtcConfiguration', { bundlePolicy: 'loose' }],
    ];
    for (const [name, value] of wrong) {
      const before: unknown = Reflect.get(group, name);
      expect(() => Reflect.set(group, name, value), name).to.throw(TypeError);
      expect(Reflect.get(group, name), name).to.equal(before);
    }
    expect(() => group.send(() => 1)).to.throw(DOMException);
    group.close();
    expect(() => group.send(1)).to.throw(DOMException, 'connect()');
  });

  it('reports a wrong attribute as any uncaught error', async () => {
    const group = await groupIn(null);
    claimConsole(/capacity must be a whole number/);
    claimConsole(/ice-servers must be a JSON array/);
    const errors: string[] = [];
    const listen = (event: ErrorEvent): number => errors.push(event.message);
    window.addEventListener('error', listen, { capture: true });
    group.setAttribute('capacity', 'many');
    group.setAttribute('ice-servers', '{');
    window.removeEventListener('error', listen, { capture: true });
    expect(group.capacity ?? null).to.equal(null);
    expect(group.iceServers).to.equal(undefined);
  });

  it('reads ICE servers from JSON, also with the url of old', async () => {
    const servers = [{ url: 'stun:127.0.0.1:3478' }, { urls: ['stun:127.0.0.1:3479'] }];
    const group = await fixture<PeerGroupElement>(
      html`<peer-group
        ice-servers=${JSON.stringify(servers)}
        room=${uniqueName()}
        .signaling=${otherPage()}
      ></peer-group>`,
    );
    makeRoom({ room: group.room ?? '' });
    const connection = await until(() => [...group.peers.values()][0]?.connection, { what: 'a connection' });
    expect(connection.getConfiguration().iceServers?.map(({ urls }) => [urls].flat()[0])).to.deep.equal([
      'stun:127.0.0.1:3478',
      'stun:127.0.0.1:3479',
    ]);
  });

  it('asks nobody for help unless it is told to', async () => {
    const group = await groupIn();
    const other = makeRoom({ room: group.room ?? '' });
    await upgraded(group, other);
    const [peer] = group.peers.values();
    expect(peer?.connection?.getConfiguration().iceServers).to.be.empty;
  });

  it('asks to come in where it has to, and lets others in', async () => {
    const group = document.createElement('peer-group');
    group.setAttribute('room', uniqueName());
    group.setAttribute('admission', 'ask');
    group.setAttribute('deciders', 'moderators');
    document.body.append(group);
    await once(group, 'join');
    expect([group.knocking, group.knocks.size]).to.deep.equal([false, 0]);
    const other = makeRoom({ room: group.room!, admission: 'ask', displayName: 'Bob' });
    const asked = await nextRequest(group);
    expect([asked.detail.peer.displayName, [...group.knocks.keys()]]).to.deep.equal([
      'Bob',
      [asked.detail.peer.id],
    ]);
    asked.accept();
    await meshed(group, other);
    group.remove();
  });

  it('lets in who has the password, and joins anew with another one', async () => {
    const room = uniqueName();
    const inside = makeRoom({ room, password: 'open sesame' });
    await joined(inside);
    const group = document.createElement('peer-group');
    group.setAttribute('room', room);
    group.setAttribute('password', 'open, wheat');
    const failed = once<{ error: PeerError }>(group, 'error');
    document.body.append(group);
    const { error } = (await failed).detail;
    expect([error.code, group.state]).to.deep.equal(['wrong-password', 'failed']);
    group.password = 'open sesame';
    await meshed(group, inside);
    const left = once(inside, 'leave');
    group.removeAttribute('password');
    await left;
    await until(() => group.error?.code === 'wrong-password', { what: 'being kept out again' });
    expect(() => (group.password = 'x'.repeat(1025))).to.throw(TypeError);
    group.remove();
  });

  it('shares connection and id with others of the same url', async () => {
    const server = await spawnServer();
    const page = await fixture(
      html`<div>
        <peer-group url=${server.url} room="one"></peer-group>
        <peer-group url=${server.url} room="two"></peer-group>
      </div>`,
    );
    const groups = [...page.querySelectorAll('peer-group')];
    await joined(...groups);
    expect(groups[0]?.peerId).to.equal(groups[1]?.peerId);
    for (const group of groups) group.close();
    await server.dispose();
  });

  it('takes an address relative to the page', async () => {
    const group = await fixture<PeerGroupElement>(
      html`<peer-group
        url="/no-signalling-here"
        timeout="300"
        no-reconnect
        room=${uniqueName()}
      ></peer-group>`,
    );
    const { detail } = await once<{ error: PeerError }>(group, 'error');
    expect([detail.error.code, detail.error.final]).to.deep.equal(['timeout', true]);
    expect(group.matches(':state(failed)')).to.equal(true);
  });

  it('is accessible, and lets its content show', async () => {
    const group = await fixture(html`<peer-group><p>Inside</p></peer-group>`);
    expect(getComputedStyle(group).display).to.equal('block');
    expect(group.querySelector('p')?.getBoundingClientRect().height).to.be.above(0);
    await expect(group).to.be.accessible();
  });
});

describe('The bundle', () => {
  it('may be loaded twice', async () => {
    const again = `../../components/define.ts?again=${String(performance.now())}`;
    await import(again);
    expect(customElements.get('peer-group')).to.equal(PeerGroupElement);
  });

  it('shows a token from its attribute, or one that a function gives anew', async () => {
    const server = await spawnGuardedServer('tokens', SECRET);
    try {
      const role = (name: string): Promise<string> => signToken({ role: name });
      const group = await fixture<PeerGroupElement>(
        html`<peer-group
          url=${server.url}
          ephemeral
          room=${uniqueName()}
          token=${await role('teacher')}
        ></peer-group>`,
      );
      await joined(group);
      const other = makeRoom({
        signaling: otherPage(server.url),
        room: group.room ?? '',
        token: () => role(''),
      });
      await meshed(group, other);
      const roleSeen = (): string | undefined => other.peer(group.peerId ?? '')?.role;
      expect([roleSeen(), group.nameVisible]).to.deep.equal(['teacher', false]);
      group.token = () => role('guest');
      expect([group.state, roleSeen()], 'a new token is for the next join').to.deep.equal([
        'connected',
        'teacher',
      ]);
      group.close();
      group.connect();
      await meshed(group, other);
      expect(roleSeen()).to.equal('guest');
      expect(() => (group.token = 'x'.repeat(2049))).to.throw(TypeError, /token must have at most 2048/);
      group.removeAttribute('token');
      group.token = null;
      group.close();
      group.connect();
      const { detail } = await once<{ error: PeerError }>(group, 'error');
      expect([detail.error.code, detail.error.final]).to.deep.equal(['refused', true]);
      group.close();
    } finally {
      await server.dispose();
    }
  });
});
