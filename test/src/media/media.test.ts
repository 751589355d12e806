/** Camera, sound and screen between pages, by nothing but the public API. */
import { expect } from '@open-wc/testing';
import type { Peer, PeerRoom } from '../../../src/index.js';
import {
  closeAll,
  makeMesh,
  makeRoom,
  meshed,
  otherPage,
  uniqueName,
  upgraded,
} from '../../support/sources.js';
import { passing, picture, pictureWithTone, shows, sounds, stopMedia, tone } from '../../support/media.js';
import { once, record, until } from '../../support/until.js';

/** How one sees the other. */
const seen = (by: PeerRoom, of: PeerRoom): Peer => by.peer(of.peerId!)!;

async function streamsOf(peer: Peer, count: number): Promise<readonly MediaStream[]> {
  await until(() => peer.streams.length === count && peer.mediaState !== 'connecting', {
    what: `${String(count)} streams`,
  });
  return peer.streams;
}

async function onlyStream(peer: Peer): Promise<MediaStream> {
  return (await streamsOf(peer, 1))[0]!;
}

const sections = (peer: Peer): number => (peer.connection?.localDescription?.sdp.match(/^m=/gm) ?? []).length;

describe('Media', () => {
  afterEach(() => {
    closeAll();
    stopMedia();
  });

  it('costs nothing where there is none: one section, for the channels', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    await upgraded(a, b);
    expect([sections(seen(a, b)), sections(seen(b, a))]).to.deep.equal([1, 1]);
    expect([seen(a, b).mediaState, seen(a, b).streams]).to.deep.equal(['none', []]);
  });

  it('brings picture and sound both ways, whoever comes first, in one negotiation', async () => {
    const room = uniqueName();
    const a = makeRoom({ room, stream: await pictureWithTone('red') });
    await until(() => a.state === 'connected');
    const b = makeRoom({ room, stream: await pictureWithTone('lime') });
    await meshed(a, b);
    const [atA, atB] = await Promise.all([onlyStream(seen(a, b)), onlyStream(seen(b, a))]);
    await Promise.all([
      shows(atA, 'lime'),
      shows(atB, 'red'),
      sounds(seen(a, b), atA),
      sounds(seen(b, a), atB),
    ]);
    expect([sections(seen(a, b)), sections(seen(b, a))]).to.deep.equal([3, 3]);
    await until(() => [seen(a, b), seen(b, a)].every(({ mediaState }) => mediaState === 'flowing'));
  });

  it('tells which stream is which, to peer and room, and when it ends', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const told = ['stream', 'track', 'streamend'].map((type) => record<{ metadata: unknown }>(b, type));
    const ofPeer = record(seen(b, a), 'stream');
    const screen = picture('blue');
    a.stream = await pictureWithTone('red');
    a.addStream(screen, { metadata: { label: 'screen', at: new Date(7) } });
    await streamsOf(seen(b, a), 2);
    const [camera, shared] = seen(b, a).streams as [MediaStream, MediaStream];
    await Promise.all([shows(camera, 'red'), shows(shared, 'blue')]);
    expect(seen(b, a).metadataOf(shared)).to.deep.equal({ label: 'screen', at: new Date(7) });
    expect(seen(b, a).metadataOf(camera)).to.equal(undefined);
    expect(a.localStreams.get(screen)).to.deep.equal({
      metadata: { label: 'screen', at: new Date(7) },
      to: null,
    });
    a.removeStream(screen);
    await until(() => told[2]!.length > 0);
    expect(told.map(({ length }) => length)).to.deep.equal([2, 3, 1]);
    expect(ofPeer).to.have.length(2);
    expect(told[2]![0]!.detail.metadata).to.deep.equal({ label: 'screen', at: new Date(7) });
    expect(seen(b, a).streams).to.deep.equal([camera]);
    expect(shared.getTracks()).to.deep.equal([]);
  });

  it('reaches those who come later, and only those who are meant', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    a.stream = picture('red');
    a.addStream(picture('yellow'), { to: b.peerId!, metadata: 'whispered' });
    await streamsOf(seen(b, a), 2);
    const c = makeRoom({ room: a.room!, signaling: otherPage() });
    await meshed(a, b, c);
    await shows(await onlyStream(seen(c, a)), 'red');
    expect(seen(b, a).streams).to.have.length(2);
    expect(seen(a, c).streams).to.have.length(0);
  });

  it('changes what is sent without a negotiation, and the stream stays the same to the others', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const first = picture('red');
    a.stream = first;
    const stream = await onlyStream(seen(b, a));
    await shows(stream, 'red');
    const negotiated = record(seen(a, b).connection!, 'signalingstatechange');
    await a.replaceTrack(first.getVideoTracks()[0]!, picture('blue').getVideoTracks()[0]!);
    await shows(stream, 'blue');
    a.stream = picture('lime');
    await shows(stream, 'lime');
    a.stream = null;
    await until(() => seen(b, a).streams.length === 0);
    await until(() => seen(b, a).mediaState === 'none');
    a.stream = picture('yellow');
    await shows(await onlyStream(seen(b, a)), 'yellow');
    expect(negotiated).to.have.length(0);
  });

  it('adds and removes single tracks', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const stream = picture('red');
    const [sound] = (await tone()).getTracks() as [MediaStreamTrack];
    a.addTrack(stream.getTracks()[0]!, stream, { metadata: 'mine' });
    const far = await onlyStream(seen(b, a));
    const added = once(far, 'addtrack');
    a.addTrack(sound, stream);
    await added;
    await sounds(seen(b, a), far);
    const removed = once(far, 'removetrack');
    a.removeTrack(sound);
    await removed;
    expect(far.getTracks().map(({ kind }) => kind)).to.deep.equal(['video']);
    expect(seen(b, a).metadataOf(far)).to.equal('mine');
    a.removeTrack(stream.getTracks()[0]!);
    await once(b, 'streamend');
  });

  it('takes back by itself what has ended by itself', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const { stream, stop } = await passing();
    a.stream = stream;
    await onlyStream(seen(b, a));
    const ended = once(b, 'streamend');
    await stop();
    await ended;
    expect([a.stream, a.localStreams.size]).to.deep.equal([null, 0]);
  });

  it('says who is muted, also to those who come later', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const stream = await pictureWithTone('red');
    a.stream = stream;
    const muted = record<{ kind: string; muted: boolean }>(b, 'mute');
    a.mute('audio', true);
    await until(() => seen(b, a).muted.audio);
    expect(stream.getAudioTracks()[0]!.enabled).to.equal(false);
    expect(stream.getVideoTracks()[0]!.enabled).to.equal(true);
    const c = makeRoom({ room: a.room! });
    await meshed(a, b, c);
    await until(() => seen(c, a).muted.audio, { what: 'it to be said again' });
    a.mute('audio', false);
    await until(() => !seen(b, a).muted.audio);
    expect(muted.map(({ detail }) => [detail.kind, detail.muted])).to.deep.equal([
      ['audio', true],
      ['audio', false],
    ]);
    expect([a.muted, stream.getAudioTracks()[0]!.enabled]).to.deep.equal([
      { audio: false, video: false },
      true,
    ]);
  });

  it('takes as much as there may be, and no more', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const sound = await tone();
    for (const one of [a, b]) {
      for (let i = 0; i < 4; i++) {
        const stream = new MediaStream([...picture('red').getTracks(), ...sound.clone().getTracks()]);
        one.addStream(stream, { metadata: i });
      }
    }
    await Promise.all([streamsOf(seen(a, b), 4), streamsOf(seen(b, a), 4)]);
    await until(() => [seen(a, b), seen(b, a)].every(({ mediaState }) => mediaState === 'flowing'));
    await Promise.all(seen(b, a).streams.map((stream) => shows(stream, 'red')));
    const { localDescription } = seen(a, b).connection!;
    expect([sections(seen(a, b)), localDescription!.sdp.length < 60_000]).to.deep.equal([9, true]);
  });

  it('comes back over another connection, in the same stream', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    a.stream = await pictureWithTone('red');
    b.stream = picture('blue');
    const [atA, atB] = await Promise.all([onlyStream(seen(a, b)), onlyStream(seen(b, a))]);
    await Promise.all([shows(atA, 'blue'), shows(atB, 'red')]);
    const before = seen(a, b).connection;
    const told = [...['stream', 'streamend'].map((type) => record(b, type)), record(b, 'mediastate')];
    before?.close();
    await until(() => seen(a, b).connection !== before && seen(a, b).mediaState === 'flowing', {
      what: 'another connection',
      timeout: 14_000,
    });
    await Promise.all([shows(atA, 'blue'), shows(atB, 'red'), sounds(seen(b, a), atB)]);
    expect(seen(b, a).streams).to.deep.equal([atB]);
    expect([told[0]!.length, told[1]!.length]).to.deep.equal([0, 0]);
  });

  it('limits what it takes of the line, and hints what it is about', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const camera = picture('red');
    const screen = picture('blue');
    a.stream = camera;
    a.videoQuality = { maxBitrate: 150_000, contentHint: 'motion' };
    a.addStream(screen, { maxBitrate: 50_000, maxFramerate: 5, contentHint: 'text' });
    await streamsOf(seen(b, a), 2);
    const limits = () =>
      Object.fromEntries(
        seen(a, b)
          .connection!.getSenders()
          .filter(({ track }) => track)
          .map((sender) => [sender.track!.contentHint, sender.getParameters().encodings[0]?.maxBitrate]),
      );
    await until(() => limits()['motion'] === 150_000 && limits()['text'] === 50_000, { what: 'limits' });
    a.videoQuality = {};
    await until(() => limits()['motion'] === undefined, { what: 'no limit' });
  });

  describe('without a direct path', () => {
    for (const [who, code] of [
      ['this page', 'unsupported'],
      ['the other page', 'negotiation-failed'],
    ] as const) {
      it(`is unavailable where ${who} takes none, and says so once`, async () => {
        const room = uniqueName();
        const [a, b] = [who === 'this page', who !== 'this page'].map((relay) =>
          makeRoom({ room, transport: relay ? 'relay' : 'auto' }),
        ) as [PeerRoom, PeerRoom];
        await meshed(a, b);
        const errors = record<{ error: { code: string; peers: string[] } }>(a, 'mediaerror');
        a.stream = picture('red');
        await until(() => errors.length > 0, { what: 'an error' });
        expect(seen(a, b).mediaState).to.equal('unavailable');
        await until(() => seen(b, a).mediaState === 'unavailable', { what: 'the other side to know' });
        expect(errors.map(({ detail }) => [detail.error.code, detail.error.peers])).to.deep.equal([
          [code, [b.peerId]],
        ]);
        a.stream = null;
        await until(() => seen(b, a).mediaState === 'none');
      });
    }

    it('is unavailable where this page opens no more of them', async () => {
      const room = uniqueName();
      const [a, b] = [0, 1].map((maxDirectPaths) => makeRoom({ room, maxDirectPaths })) as [
        PeerRoom,
        PeerRoom,
      ];
      await meshed(a, b);
      b.stream = picture('red');
      await until(() => [seen(a, b), seen(b, a)].every(({ mediaState }) => mediaState === 'unavailable'));
    });
  });

  describe('refuses', () => {
    const stream = (): MediaStream => picture('red');
    const wrong: [string, string, (room: PeerRoom) => unknown][] = [
      ['what is no stream', 'TypeError', (room) => (room.stream = {} as MediaStream)],
      ['an unknown option', 'TypeError', (room) => room.addStream(stream(), { too: 1 } as object)],
      ['a wrong rate', 'TypeError', (room) => room.addStream(stream(), { maxBitrate: 0 })],
      ['a wrong hint', 'TypeError', (room) => (room.videoQuality = { contentHint: 'x' as 'text' })],
      ['large metadata', 'TypeError', (room) => room.addStream(stream(), { metadata: 'x'.repeat(5000) })],
      ['what cannot be sent', 'DataCloneError', (room) => room.addStream(stream(), { metadata: () => 1 })],
      [
        'a fifth picture',
        'QuotaExceededError',
        (room) => {
          for (let i = 0; i < 5; i++) room.addStream(stream());
        },
      ],
      [
        'a track that is not sent',
        'InvalidAccessError',
        (room) => room.replaceTrack(stream().getTracks()[0]!, null),
      ],
    ];
    for (const [what, name, act] of wrong) {
      it(what, () => {
        const room = makeRoom({ manual: true });
        let error: unknown;
        try {
          act(room);
        } catch (cause) {
          error = cause;
        }
        expect((error as Error | undefined)?.name).to.equal(name);
      });
    }
  });
});
