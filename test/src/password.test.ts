/** Rooms and pairs with a password: who has it meets, and who has not is told so and learns nothing. */
import { expect } from '@open-wc/testing';
import type { PeerError, PeerPair, PeerRoom } from '../../src/index.js';
import { toBase64url } from '../../src/base64url.js';
import { roomId, roomKey } from '../../src/room-key.js';
import type { JoinRequest, Signaling } from '../../src/signaling.js';
import { signalUrl } from '../support/server.js';
import { closeAll, makePair, makeRoom, meshed, nextData, otherPage, uniqueName } from '../support/sources.js';
import { once, record, until } from '../support/until.js';

const refusal = async (source: PeerRoom | PeerPair): Promise<PeerError> =>
  (await once<{ error: PeerError }>(source, 'error')).detail.error;

/** What leaves the page for signalling. */
function overheard(inner: Signaling, change: (request: JoinRequest) => JoinRequest = (request) => request) {
  const requests: JoinRequest[] = [];
  const signaling: Signaling = {
    relay: inner.relay,
    identity: () => inner.identity(),
    join: (request, sink) => {
      requests.push(request);
      return inner.join(change(request), sink);
    },
  };
  return { signaling, requests };
}

for (const [what, url] of [
  ['between tabs', undefined],
  ['through the server', signalUrl],
] as const) {
  describe(`A password ${what}`, () => {
    afterEach(closeAll);

    it('lets those in who have it, and tells the others', async () => {
      const room = uniqueName();
      const make = (password?: string, more = {}): PeerRoom =>
        makeRoom({ room, password, signaling: otherPage(url), ...more });
      const [ada, bob] = [make('caffè'), make('caffe\u0300')];
      await meshed(ada, bob);
      const peers = record(ada, 'peer');
      for (const wrong of ['Caffè', 'caffè ', '', undefined]) {
        const stranger = make(wrong);
        const error = await refusal(stranger);
        expect([error.code, error.final, stranger.state]).to.deep.equal(['wrong-password', true, 'failed']);
        expect(stranger.peers.size).to.equal(0);
      }
      const heard = nextData(bob);
      await ada.send('hello');
      expect((await heard).data).to.equal('hello');
      expect([ada.peers.size, peers.length, record(ada, 'untrusted').length]).to.deep.equal([1, 0, 0]);
      // Who was refused may try another one.
      const third = make('wrong');
      await refusal(third);
      third.connect({ password: 'caffè' });
      await meshed(ada, bob, third);
    });

    it('is also of no use where the room has none', async () => {
      const room = uniqueName();
      const open = makeRoom({ room, signaling: otherPage(url) });
      await once(open, 'join');
      const error = await refusal(makeRoom({ room, password: 'x', signaling: otherPage(url) }));
      expect(error.code).to.equal('wrong-password');
    });

    it('goes with a pair as well', async () => {
      const code = uniqueName();
      const pairOf = (password: string): PeerPair => makePair({ code, password, signaling: otherPage(url) });
      const [ada, bob] = [pairOf('one'), pairOf('one')];
      await meshed(ada, bob);
      expect((await refusal(pairOf('another'))).code).to.equal('wrong-password');
    });
  });
}

describe('A password', () => {
  afterEach(closeAll);

  it('never leaves the page, nor anything that tells it without a guess of a tenth of a second', async () => {
    const room = uniqueName();
    const { signaling, requests } = overheard(otherPage());
    await once(makeRoom({ room, password: 'open sesame', signaling }), 'join');
    const [request] = requests;
    expect(request?.room).to.equal(await roomId(room, 'group'));
    const { lock, psk } = await roomKey(request?.room ?? '', 'open sesame');
    expect(request?.lock).to.equal(lock);
    expect(lock).to.match(/^[\w-]{43}$/);
    expect(JSON.stringify({ ...request, hello: [...request!.hello] })).not.to.include('sesame');
    expect(psk).to.have.length(32);
    expect((await roomKey(await roomId('another', 'group'), 'open sesame')).lock).not.to.equal(lock);
    const started = performance.now();
    await roomKey(request!.room, 'open');
    expect(performance.now() - started).to.be.greaterThan(20);
  });

  it('becomes the same as ever: 600 000 rounds of PBKDF2-SHA-256, then HKDF', async () => {
    // As Node computes it by itself.
    const { lock, psk } = await roomKey('r'.repeat(43), 'open sesame');
    expect(lock).to.equal('R_bUKBmHbQHCFnu0kzFFtSBKpggNJDZfopq4h8XyCbA');
    expect(toBase64url(psk)).to.equal('-6fxPK_d-KeOl9Hda6iGPTBPj9I6Sf2ZSM6sgu8AjeI');
  });

  it('keeps out who signalling lets in without it', async () => {
    const room = uniqueName();
    const ada = makeRoom({ room, password: 'right', transport: 'relay' });
    await once(ada, 'join');
    const { lock } = await roomKey(await roomId(room, 'group'), 'right');
    const forged = overheard(otherPage(), (request) => ({ ...request, lock }));
    const stranger = makeRoom({ room, password: 'wrong', transport: 'relay', signaling: forged.signaling });
    const doubts = record<{ id: string }>(stranger, 'untrusted');
    const [data, peers] = [record(stranger, 'data'), record(stranger, 'peer')];
    await until(() => doubts.length > 0, { what: 'doubts' });
    expect(ada.peers.get(stranger.peerId ?? '')?.state).not.to.equal('connected');
    // To everyone: it is never handed over to the one who cannot prove itself.
    ada.send('a secret').catch(() => undefined);
    const bob = makeRoom({ room, password: 'right', transport: 'relay' });
    await until(() => ada.peers.get(bob.peerId ?? '')?.state === 'connected', { what: 'bob' });
    const heard = nextData(bob);
    await ada.send('another', { to: bob.peerId ?? '' });
    expect((await heard).data).to.equal('another');
    expect([data.length, peers.length]).to.deep.equal([0, 0]);
  });

  it('has a limit', () => {
    for (const wrong of ['x'.repeat(1025), 'ü'.repeat(513), 5, null]) {
      expect(() => makeRoom({ password: wrong as string })).to.throw(TypeError, 'password must have at most');
    }
    makeRoom({ password: 'x'.repeat(1024), manual: true });
  });
});
