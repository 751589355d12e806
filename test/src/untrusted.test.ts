import { expect } from '@open-wc/testing';
import type { Peer, PeerRoom, Signaling, SignalingPeer } from '../../src/index.js';
import { createIdentity } from '../../src/identity.js';
import { initiate } from '../../src/session/handshake.js';
import {
  closeAll,
  joined,
  makeMesh,
  makeRoom,
  meshed,
  nextData,
  otherPage,
  uniqueName,
} from '../support/sources.js';
import { once, record, until } from '../support/until.js';

type Bytes = Uint8Array;

interface Meddler {
  /** What a member announces, as another one is told. */
  readonly hello?: (hello: Bytes) => Bytes | Promise<Bytes>;
  /** A message on its way; several come out where it is doubled, none where it is lost. */
  readonly message?: (bytes: Bytes, index: number) => Bytes[];
}

/** An adaptor whose operator reads, changes, doubles and drops what it is to carry. */
function meddling(
  signaling: Signaling,
  { hello = (own) => own, message = (bytes) => [bytes] }: Meddler,
): Signaling {
  const seen = async (peer: SignalingPeer): Promise<SignalingPeer> => ({
    ...peer,
    hello: await hello(peer.hello),
  });
  return {
    relay: signaling.relay,
    identity: () => signaling.identity(),
    join(request, sink) {
      let count = 0;
      return signaling.join(request, {
        ...sink,
        peer: (peer) => void seen(peer).then(sink.peer),
        joined: (room) =>
          void Promise.all(room.peers.map(seen)).then((peers) => {
            sink.joined({ ...room, peers });
          }),
        message: (from, bytes) => {
          for (const changed of message(bytes, count++)) sink.message(from, changed);
        },
      });
    },
  };
}

const flipped = (bytes: Bytes, at: number): Bytes =>
  bytes.map((byte, i) => (i === (at + bytes.length) % bytes.length ? byte ^ 1 : byte));

/** One room that joins honestly, then one whose operator meddles; the second is given back. */
async function meddledPair(meddler: Meddler): Promise<[honest: PeerRoom, meddled: PeerRoom]> {
  const room = uniqueName();
  const honest = makeRoom({ room, timeout: 400 });
  await once(honest, 'join');
  return [honest, makeRoom({ room, timeout: 400, signaling: meddling(otherPage(), meddler) })];
}

describe('An operator who meddles with signalling', () => {
  afterEach(closeAll);

  it('sees nothing that is said, nor addresses, nor the room', async () => {
    const seen: string[] = [];
    const watched = (): Signaling =>
      meddling(otherPage(), {
        message: (bytes) => {
          seen.push(new TextDecoder('latin1').decode(bytes));
          return [bytes];
        },
      });
    const room = uniqueName();
    const a = makeRoom({ room, displayName: 'Ada', signaling: watched() });
    const b = makeRoom({ room, signaling: watched() });
    await meshed(a, b);
    void a.send('a secret');
    await nextData(b);
    expect(seen.length).to.be.above(4);
    for (const text of ['candidate', 'fingerprint', 'v=0', 'sdp', 'Ada', 'a secret', room]) {
      expect(seen.filter((bytes) => bytes.includes(text))).to.be.empty;
    }
  });

  it('is found out when it changes what a member announces', async () => {
    const [, meddled] = await meddledPair({ hello: (own) => flipped(own, 10) });
    // Only who is there first answers an announcement.
    await once(meddled, 'join');
    const other = makeRoom({ room: meddled.room ?? '', timeout: 400 });
    const { detail } = await once<{ id: string; reason: string }>(meddled, 'untrusted');
    await other.ready;
    expect([detail.id, detail.reason.length > 0]).to.deep.equal([other.peerId, true]);
    expect(record(meddled, 'peer')).to.be.empty;
  });

  it('is found out when it announces a key of its own in place of a member', async () => {
    const room = uniqueName();
    const mallory = await createIdentity();
    const { m1 } = await initiate({ identity: mallory, room: 'x'.repeat(43), psk: new Uint8Array(32) });
    const victim = makeRoom({ room, timeout: 400, signaling: meddling(otherPage(), { hello: () => m1 }) });
    await once(victim, 'join');
    const peers = record(victim, 'peer');
    makeRoom({ room, timeout: 400 });
    const { detail } = await once<{ reason: string }>(victim, 'untrusted');
    expect(detail.reason).to.include('does not belong');
    expect(peers).to.be.empty;
  });

  for (const [name, index] of [
    ['the answer to an announcement', 0],
    ['an offer or candidate', 1],
  ] as const) {
    for (const at of [0, 30, -1]) {
      it(`is found out when it changes ${name} (byte ${String(at)})`, async () => {
        const [, meddled] = await meddledPair({
          message: (bytes, i) => [i === index ? flipped(bytes, at) : bytes],
        });
        const { detail } = await once<{ id: string; reason: string }>(meddled, 'untrusted');
        expect(detail.reason).not.to.equal('');
      });
    }
  }

  it('can show a nameless newcomer that never comes, and learns nothing from it', async () => {
    const room = uniqueName();
    const heard: Bytes[] = [];
    const listening = meddling(otherPage(), {
      message: (bytes) => {
        heard.push(bytes);
        return [];
      },
    });
    const first = makeRoom({ room, timeout: 400, signaling: meddling(otherPage(), { message: () => [] }) });
    await joined(first);
    const peers = record<{ peer: Peer }>(first, 'peer');
    const data = record(first, 'data');
    const named = makeRoom({ room, displayName: 'Ada', signaling: listening, timeout: 400 });
    const nameless = makeRoom({
      room,
      timeout: 400,
      signaling: meddling(otherPage(), { message: () => [] }),
    });
    const peer = (await once<{ peer: Peer }>(first, 'peer')).detail.peer;
    void first.send('a secret', { to: peer.id });
    void nameless.send('not proven');
    await until(() => peer.state === 'failed', { what: 'the one that never answers to be given up' });
    await until(() => heard.length > 1, { what: 'an answer to the announcement' });
    await until(() => first.peer(named.peerId ?? '')?.state === 'failed', { what: 'the other as well' });
    expect(peers.map(({ detail }) => detail.peer.id)).to.deep.equal([nameless.peerId]);
    expect(data).to.be.empty;
    const text = heard.map((bytes) => new TextDecoder('latin1').decode(bytes)).join('');
    expect(text).not.to.include('a secret');
  });

  it('achieves nothing by sending everything twice', async () => {
    const [honest, meddled] = await meddledPair({ message: (bytes) => [bytes, bytes] });
    const doubts = record(meddled, 'untrusted');
    await meshed(honest, meddled);
    void honest.send('once');
    expect((await nextData(meddled)).data).to.equal('once');
    await until(() => doubts.length > 0, { what: 'that it was noticed' });
  });

  it('achieves nothing by sending what is old', async () => {
    let old: Bytes | undefined;
    const [honest, meddled] = await meddledPair({
      message: (bytes, i) => {
        if (i === 1) old = bytes;
        return i > 2 && old ? [old, bytes] : [bytes];
      },
    });
    await meshed(honest, meddled);
    void honest.send('hello');
    expect((await nextData(meddled)).data).to.equal('hello');
  });
});

describe('A safety number', () => {
  afterEach(closeAll);

  it('is the same on both sides, and another for everyone else', async () => {
    const [a, b, c] = (await makeMesh(3)) as [PeerRoom, PeerRoom, PeerRoom];
    const numbers = await Promise.all([
      a.peer(b.peerId ?? '')?.safetyNumber(),
      b.peer(a.peerId ?? '')?.safetyNumber(),
      a.peer(c.peerId ?? '')?.safetyNumber(),
    ]);
    expect(numbers[0]).to.match(/^\d{5}(?: \d{5}){11}$/);
    expect(numbers[1]).to.equal(numbers[0]);
    expect(numbers[2]).not.to.equal(numbers[0]);
  });
});
