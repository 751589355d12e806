/** Rooms, pairs and elements over a channel of the author's: `signaling: { send, receive }`. */
import { expect } from '@open-wc/testing';
import '../../components/define.js';
import { PeerPair, callbackSignaling, type Channel } from '../../src/index.js';
import { careless, line, square } from '../support/channels.js';
import { closeAll, makePair, makeRoom, meshed, nextData, uniqueName, upgraded } from '../support/sources.js';
import { once, record, until } from '../support/until.js';

describe('A channel of the author’s own', () => {
  afterEach(closeAll);

  it('joins two pairs that begin in any order, and brings them to a direct path', async () => {
    const [here, there] = line();
    const code = uniqueName();
    const a = makePair({ code, signaling: here });
    const greeting = a.send('hello?');
    await once(a, 'join');
    const b = makePair({ code, signaling: there });
    expect((await nextData(b)).data).to.equal('hello?');
    await greeting;
    await upgraded(a, b);
    expect([a.role, b.role]).to.deep.equal(['host', 'guest']);
    void b.send({ direct: new Date(7) });
    expect((await nextData(a)).data).to.deep.equal({ direct: new Date(7) });
    b.close();
    const left = await once<{ reason: string }>(a, 'leave');
    expect(left.detail.reason).to.equal('left');
  });

  it('tells a third that the code is taken', async () => {
    const place = square(uniqueName());
    const code = uniqueName();
    const host = makePair({ code, signaling: place.end() });
    await once(host, 'join');
    const guest = makePair({ code, signaling: place.end() });
    await meshed(host, guest);
    const disturbed = ['statechange', 'peer', 'leave', 'error'].map((type) => record(host, type));
    const third = makePair({ code, signaling: place.end() });
    await once(third, 'busy');
    expect(third.error?.code).to.equal('busy');
    void host.send('undisturbed');
    expect((await nextData(guest)).data).to.equal('undisturbed');
    expect(disturbed.flat()).to.be.empty;
    place.close();
  });

  it('is one connection for several rooms, under one id, and more than two can meet there', async () => {
    const place = square(uniqueName());
    const [one, two, three] = [place.end(), place.end(), place.end()];
    const [room, other] = [uniqueName(), uniqueName()];
    const all = [one, two, three].map((signaling) => makeRoom({ room, signaling }));
    const beside = [one, three].map((signaling) => makeRoom({ room: other, signaling }));
    await Promise.all([meshed(...all), meshed(...beside)]);
    expect(all[0]!.peerId).to.equal(beside[0]!.peerId);
    void all[1]!.send('to all');
    expect([(await nextData(all[0]!)).data]).to.deep.equal(['to all']);
    place.close();
  });

  it('has room for those who ask to come in, beside the room itself', async () => {
    const place = square(uniqueName());
    const room = uniqueName();
    const make = () => makeRoom({ room, signaling: place.end(), admission: 'ask' });
    const inside = make();
    await once(inside, 'join');
    inside.addEventListener('joinrequest', (event) => {
      event.accept();
    });
    await meshed(inside, make());
    place.close();
  });

  it('delivers everything once and in order where words get lost, doubled and late', async () => {
    const [here, there] = line();
    const bad = { loss: 0.1, twice: 0.2, late: 0.1 };
    const code = uniqueName();
    const signalings = [careless(here, { ...bad, seed: 3 }), careless(there, { ...bad, seed: 4 })].map(
      (channel) => callbackSignaling({ ...channel, beat: 200 }),
    );
    const [a, b] = signalings.map((signaling) => makePair({ code, signaling, transport: 'relay' })) as [
      PeerPair,
      PeerPair,
    ];
    const errors = [a, b].map((pair) => record(pair, 'untrusted'));
    const got = record<{ data: unknown }>(b, 'data');
    for (let i = 0; i < 100; i++) void a.send(i);
    await until(() => got.length === 100, { timeout: 12_000 });
    expect(got.map(({ detail }) => detail.data)).to.deep.equal(Array.from({ length: 100 }, (_, i) => i));
    expect(errors.flat()).to.be.empty;
  });

  it('is enough to get a direct path where it is lossy', async () => {
    const [here, there] = line();
    const code = uniqueName();
    const a = makePair({ code, signaling: careless(here, { loss: 0.1, twice: 0.2, seed: 5 }) });
    const b = makePair({ code, signaling: careless(there, { loss: 0.1, twice: 0.2, seed: 6 }) });
    await upgraded(a, b);
  });

  it('carries nothing that peers say where it is there for the handshake only', async () => {
    const [here, there] = line();
    const code = uniqueName();
    const make = (channel: Channel): PeerPair =>
      makePair({ code, signaling: callbackSignaling({ ...channel, relay: 'handshake only' }) });
    const [a, b] = [make(here), make(there)];
    const peers = record<{ peer: { path: string } }>(a, 'peer');
    await upgraded(a, b);
    await until(() => peers.length === 1);
    expect(a.peer?.path).to.equal('direct');
  });

  it('is taken by elements as well', async () => {
    const [here, there] = line();
    const elements = [here, there].map((signaling) => {
      const pair = document.createElement('peer-pair');
      Object.assign(pair, { code: 'over a line', signaling });
      return pair;
    });
    document.body.append(...elements);
    await meshed(...elements);
    for (const element of elements) element.remove();
  });

  it('is refused where it is none', () => {
    for (const signaling of [{ send: () => undefined }, { receive: () => undefined }, 'local:', {}]) {
      expect(() => new PeerPair({ signaling: signaling as never, manual: true })).to.throw(
        TypeError,
        'signaling',
      );
    }
  });
});
