/** Signalling that is there for the handshake only: what passes through it, and when a peer is there. */
import { expect } from '@open-wc/testing';
import {
  callbackSignaling,
  type PeerError,
  type PeerPair,
  type PeerPairOptions,
  type PeerRoom,
  type Signaling,
} from '../../src/index.js';
import { fromBase64url } from '../../src/base64url.js';
import { FrameType } from '../../src/path/relay.js';
import { readWord } from '../../src/signaling/bus-word.js';
import { peerServerSignaling } from '../../src/signaling/peerserver.js';
import { line } from '../support/channels.js';
import { spawnPeerServer, type TestServer } from '../support/server.js';
import { closeAll, makePair, makeRoom, nextRequest, uniqueName, upgraded } from '../support/sources.js';
import { once, record, until } from '../support/until.js';

/** Begins each message of the handshake: the version of it. */
const HANDSHAKE = 1;
/** What docs/signalling.md gives two members for each path that they build or try. */
const MOST_MESSAGES = 40;
const MOST_BYTES = 16_384;

/** Everything that pages have said through signalling. */
class Traffic {
  readonly texts: string[] = [];

  /** What one member said to another: the first byte of each, and its length. */
  get sealed(): { type: number; bytes: number }[] {
    return this.texts.flatMap((text) => {
      const word = readWord(text);
      if (word?.kind !== 'say') return [];
      const bytes = fromBase64url(word.rest[1] ?? '');
      return [{ type: bytes?.[0] ?? -1, bytes: bytes?.length ?? 0 }];
    });
  }

  get characters(): number {
    return this.texts.reduce((sum, { length }) => sum + length, 0);
  }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const bytesOf = (count: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i += 65_536) crypto.getRandomValues(bytes.subarray(i, i + 65_536));
  return bytes;
};

function describeIt(name: string, ends: (traffic: Traffic) => readonly [Signaling, Signaling]): void {
  describe(`Over ${name}, for the handshake only`, () => {
    let traffic: Traffic;
    const pairs = (options: PeerPairOptions = {}): [PeerPair, PeerPair] => {
      const code = uniqueName();
      return ends(traffic).map((signaling) => makePair({ code, signaling, ...options })) as [
        PeerPair,
        PeerPair,
      ];
    };

    beforeEach(() => {
      traffic = new Traffic();
    });
    afterEach(closeAll);

    /** @param paths how many have been built, or tried */
    const expectHandshakeOnly = (paths: number): void => {
      const { sealed } = traffic;
      expect(sealed.filter(({ type }) => type !== HANDSHAKE && type !== FrameType.signal)).to.be.empty;
      const [most, bytes] = [sealed.length, sealed.reduce((sum, one) => sum + one.bytes, 0)];
      expect(most, 'messages').to.be.within(1, MOST_MESSAGES * paths);
      expect(bytes, 'bytes').to.be.within(1, MOST_BYTES * paths);
    };

    it('nothing of what is said passes through it, however much and in whichever way', async () => {
      const [a, b] = pairs();
      const got = record<{ data: unknown; delivery: string }>(b, 'data');
      await upgraded(a, b);
      const before = traffic.sealed.length;
      const file = bytesOf(3_000_000);
      for (const n of numbers(300)) {
        void a.send(n, { delivery: 'unordered' });
        void a.send(n, { delivery: 'fast' });
        void a.send({ n }, { delivery: 'latest', type: 'newest' });
        await a.send(n);
      }
      await a.send(new File([file], 'large'));
      const of = (delivery: string) => got.filter(({ detail }) => detail.delivery === delivery);
      await until(() => of('reliable').length > 300 && of('unordered').length >= 300);
      const { data } = of('reliable').at(-1)!.detail as { data: File };
      expect(new Uint8Array(await data.arrayBuffer())).to.deep.equal(file);
      b.addEventListener('request', (event) => {
        event.respondWith(event.detail.data);
      });
      expect(await a.request('and an answer')).to.equal('and an answer');
      expectHandshakeOnly(1);
      // A candidate may come behind the path; it is not by what is said that there is more.
      expect(traffic.sealed.length - before).to.be.at.most(MOST_MESSAGES / 2);
    });

    it('a peer is there once its direct path stands, and what was said before comes first, once and in order', async () => {
      const code = uniqueName();
      const [here, there] = ends(traffic);
      const a = makePair({ code, signaling: here, displayName: 'Ann' });
      const sends = numbers(50).map((n) => a.send(n));
      await until(() => a.state === 'connected');
      const b = makePair({ code, signaling: there });
      const paths: unknown[] = [];
      b.addEventListener('peer', ({ detail: { peer } }) =>
        paths.push([peer.path, peer.state, peer.displayName]),
      );
      const got = record<{ data: unknown }>(b, 'data');
      // It is in sight, but not yet there.
      await until(() => a.peers.size === 1);
      sends.push(...numbers(50).map((n) => a.send(50 + n)));
      await Promise.all(sends);
      await until(() => got.length >= 100);
      expect(got.map(({ detail }) => detail.data)).to.deep.equal(numbers(100));
      expect(paths).to.deep.equal([['direct', 'connected', 'Ann']]);
      expectHandshakeOnly(1);
    });

    it('what is said while the path is broken waits for the next one', async () => {
      const [a, b] = pairs();
      const got = record<{ data: unknown }>(b, 'data');
      const told: unknown[] = [];
      for (const type of ['downgrade', 'upgrade'] as const) {
        a.addEventListener(type, ({ detail: { path } }) => told.push([type, path]));
      }
      const wrong = [a, b].flatMap((pair) => ['leave', 'gap', 'error'].map((type) => record(pair, type)));
      await upgraded(a, b);
      for (const times of [1, 2, 3]) {
        for (const n of numbers(20)) void a.send(40 * (times - 1) + n);
        (times % 2 ? a : b).peer?.connection?.close();
        for (const n of numbers(20)) void a.send(40 * (times - 1) + 20 + n);
        await until(() => got.length >= 40 * times);
        await upgraded(a, b);
      }
      expect(got.map(({ detail }) => detail.data)).to.deep.equal(numbers(120));
      expect(told.slice(-2)).to.deep.equal([
        ['downgrade', null],
        ['upgrade', 'direct'],
      ]);
      expect(wrong.flat()).to.be.empty;
      expectHandshakeOnly(4);
    });

    it('says after a few attempts that there is no direct path, and lets nobody take it for a peer', async () => {
      const nowhere = { rtcConfiguration: { iceTransportPolicy: 'relay' as const }, timeout: 1000 };
      const [a, b] = pairs(nowhere);
      const peers = [a, b].map((pair) => record(pair, 'peer'));
      const sent = a.send('in vain').catch((error: unknown) => error);
      const { detail } = await once<{ error: PeerError }>(a, 'error');
      expect(detail.error).to.include({ code: 'negotiation-failed', final: false });
      expect(detail.error.message).to.equal('No direct path to this peer could be found.');
      expect(detail.error.peers).to.deep.equal([b.peerId]);
      expect(await sent).to.include({ code: 'negotiation-failed' });
      expect(peers.flat()).to.be.empty;
      expect([a.state, a.peer?.path ?? null]).to.deep.equal(['connected', null]);
      expectHandshakeOnly(6);
    });

    it('is refused where there can be nothing but a relay', async () => {
      const [a] = pairs({ transport: 'relay' });
      const { detail } = await once<{ error: PeerError }>(a, 'error');
      expect(detail.error).to.include({ code: 'unsupported', final: true });
      expect(detail.error.message).to.include('transport "relay" needs another one');
      const { RTCPeerConnection: made } = globalThis;
      Reflect.deleteProperty(globalThis, 'RTCPeerConnection');
      try {
        const [poor] = pairs();
        const { detail } = await once<{ error: PeerError }>(poor, 'error');
        expect(detail.error).to.include({ code: 'unsupported', final: true });
        expect(detail.error.message).to.include('no WebRTC');
      } finally {
        globalThis.RTCPeerConnection = made;
      }
      expect(traffic.sealed).to.be.empty;
    });

    it('shows whoever asks at the door by name, and by a profile that is small', async () => {
      const room = uniqueName();
      const signalings = ends(traffic);
      const [inside, outside] = signalings.map((signaling, i) =>
        makeRoom({
          room,
          signaling,
          admission: 'ask',
          manual: i === 1,
          displayName: 'Eve',
          profile: { text: 'x'.repeat(20_000) },
        }),
      ) as [PeerRoom, PeerRoom];
      await once(inside, 'join');
      const asked = nextRequest(inside);
      outside.connect();
      const request = await asked;
      expect([request.detail.peer.displayName, request.detail.peer.profile]).to.deep.equal(['Eve', {}]);
      request.accept();
      await upgraded(inside, outside);
      const [peer] = inside.peers.values();
      expect((peer?.profile as { text: string }).text).to.have.length(20_000);
      expect(traffic.sealed.filter(({ bytes }) => bytes > 4096)).to.be.empty;
    });
  });
}

describeIt('two functions', (traffic) => {
  const [here, there] = line();
  return [here, there].map((end) =>
    callbackSignaling({
      receive: (deliver) => end.receive(deliver),
      send: (text) => {
        traffic.texts.push(text);
        end.send(text);
      },
      relay: 'handshake only',
    }),
  ) as [Signaling, Signaling];
});

describe('A PeerServer', () => {
  let server: TestServer;
  before(async () => {
    server = await spawnPeerServer();
  });
  after(() => server.dispose());

  describeIt('a PeerServer', (traffic) => {
    const Watched = class extends WebSocket {
      override send(data: string): void {
        const { payload } = JSON.parse(data) as { payload?: string };
        if (payload !== undefined) traffic.texts.push(payload);
        super.send(data);
      }
    };
    return [1, 2].map(() =>
      peerServerSignaling({ url: `peerjs:127.0.0.1:${server.port}`, wait: 400, WebSocket: Watched }),
    ) as [Signaling, Signaling];
  });
});
