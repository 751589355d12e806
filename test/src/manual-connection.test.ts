/** One connection, driven by hand: by events, or by three texts. */
import { expect } from '@open-wc/testing';
import { createConnection, PeerError, type ManualConnection } from '../../src/index.js';
import { once, record, until } from '../support/until.js';

const open: ManualConnection[] = [];
const make = (options?: Parameters<typeof createConnection>[0]): ManualConnection => {
  const connection = createConnection(options);
  open.push(connection);
  return connection;
};

/** Whatever one says, the other hears, as if it had travelled as JSON. */
function wire(a: ManualConnection, b: ManualConnection): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.addEventListener('signal', ({ detail }) => void to.receive(JSON.parse(JSON.stringify(detail))));
  }
}

const nextData = async (of: ManualConnection): Promise<unknown> =>
  (await once<{ data: unknown }>(of, 'data')).detail.data;

describe('A connection by hand', () => {
  afterEach(() => {
    for (const connection of open.splice(0)) connection.close();
  });

  it('comes about by signals, whoever begins, and both at once', async () => {
    for (const begin of [[0], [1], [0, 1]]) {
      const both = [make(), make({ polite: true })] as const;
      wire(...both);
      const opened = both.map((one) => once(one, 'open'));
      for (const i of begin) both[i]!.start();
      await Promise.all(opened);
      const [a, b] = both;
      const heard = [nextData(b), nextData(a)];
      a.send({ when: new Date(0), bytes: new Uint8Array([1, 2]) });
      b.send('yes');
      const [first, second] = await Promise.all(heard);
      expect(first).to.deep.equal({ when: new Date(0), bytes: new Uint8Array([1, 2]) });
      expect(second).to.equal('yes');
    }
  });

  it('comes about by three texts, which may be broken into lines; then it carries its own signals', async () => {
    const [a, b] = [make(), make({ polite: true })];
    const opened = [once(a, 'open'), once(b, 'open')];
    const offer = await a.offer();
    expect(offer).to.match(/^[\w-]{100,2000}$/);
    const answer = await b.answer(offer.replace(/.{60}/g, '$&\n'));
    await a.accept(` ${answer}\n`);
    await Promise.all(opened);
    const signals = record(a, 'signal');
    signals.length = 0;
    const canvas = document.createElement('canvas');
    canvas.getContext('2d')!.fillRect(0, 0, 10, 10);
    const stream = canvas.captureStream(5);
    const [track] = stream.getVideoTracks();
    const came = once<{ stream: MediaStream; track: MediaStreamTrack }>(b, 'stream');
    a.connection.addTrack(track!, stream);
    const { detail } = await came;
    expect([detail.track.kind, detail.stream.id]).to.deep.equal(['video', stream.id]);
    await until(() => a.connection.signalingState === 'stable' && b.connection.signalingState === 'stable');
    expect(signals).to.have.length(0);
    track!.stop();
  });

  it('leaves the first step to whoever gets the answer, which may take its time; later ones to either', async () => {
    const [a, b] = [make(), make({ polite: true })];
    const answer = await b.answer(await a.offer());
    // Begun by the other side, the handshake would be given up after minutes (RFC 5763, 5).
    expect(b.connection.localDescription!.sdp).to.include('a=setup:passive');
    const opened = [once(a, 'open'), once(b, 'open')];
    await a.accept(answer);
    await Promise.all(opened);
    const canvas = document.createElement('canvas');
    canvas.getContext('2d')!.fillRect(0, 0, 10, 10);
    const stream = canvas.captureStream(5);
    const came = once<{ track: MediaStreamTrack }>(a, 'stream');
    b.connection.addTrack(stream.getTracks()[0]!, stream);
    expect((await came).detail.track.kind).to.equal('video');
    for (const track of stream.getTracks()) track.stop();
  });

  it('says nothing of addresses that nobody can call', async () => {
    const offer = await make().offer();
    const bytes = Uint8Array.from(atob(offer.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    );
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    const { sdp } = (await new Response(plain).json()) as { sdp: string };
    expect(sdp).to.match(/^a=candidate:.* udp .*\r$/im);
    expect(sdp).not.to.match(/tcptype active/);
    expect(sdp).to.match(/^v=0\r\n(?:\S.*\r\n)+$/);
  });

  it('ends when it stays failed, not when it is for a moment, nor while its answer is on its way', async () => {
    const fail = ({ connection }: ManualConnection): void => {
      Object.defineProperty(connection, 'connectionState', { value: 'failed', configurable: true });
      connection.onconnectionstatechange?.(new Event('connectionstatechange'));
    };
    const [a, b, hasty] = [make(), make({ polite: true }), make()];
    const ends = [record(a, 'close'), record(b, 'close')];
    const answer = await b.answer(await a.offer());
    fail(a);
    Reflect.deleteProperty(a.connection, 'connectionState');
    fail(b);
    // Whose clock has been started after theirs.
    const gone = once(hasty, 'close');
    fail(hasty);
    await gone;
    expect(ends.flat()).to.have.length(0);

    Reflect.deleteProperty(b.connection, 'connectionState');
    const opened = [once(a, 'open'), once(b, 'open')];
    await a.accept(answer);
    await Promise.all(opened);
    const closed = once(b, 'close');
    fail(b);
    await closed;
  });

  it('sends a stream from the beginning', async () => {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d')!.fillRect(0, 0, 10, 10);
    const stream = canvas.captureStream(5);
    const [a, b] = [make({ stream }), make({ polite: true })];
    wire(a, b);
    const came = once<{ stream: MediaStream }>(b, 'stream');
    a.start();
    expect((await came).detail.stream.id).to.equal(stream.id);
    for (const track of stream.getTracks()) track.stop();
  });

  it('says what is wrong with what it is given', async () => {
    const [a, b] = [make(), make()];
    const errors = record<{ error: PeerError }>(a, 'error');
    for (const nonsense of [
      null,
      7,
      'text',
      {},
      { description: { type: 'rollback', sdp: '' } },
      { candidate: {} },
    ]) {
      await a.receive(nonsense);
    }
    expect(errors.map(({ detail }) => detail.error.code)).to.deep.equal(Array(6).fill('protocol'));
    await a.receive({ description: { type: 'offer', sdp: 'nonsense' } });
    expect(errors.at(-1)!.detail.error.code).to.equal('negotiation-failed');
    const offer = await b.offer();
    for (const wrong of ['', '!', 'abc', offer.slice(0, 50), 'x'.repeat(50_000)]) {
      const error = await b.answer(wrong).catch((cause: unknown) => cause as PeerError);
      expect(error).to.be.instanceOf(PeerError);
      expect((error as PeerError).code).to.equal('protocol');
    }
    const swapped = await b.accept(offer).catch((cause: unknown) => cause as PeerError);
    expect((swapped as PeerError).message).to.equal('That is no answer of the other side.');
  });

  it('does not unpack without end what is small', async () => {
    const a = make();
    const bomb = new Blob([new Uint8Array(10_000_000)])
      .stream()
      .pipeThrough(new CompressionStream('deflate-raw'));
    const bytes = new Uint8Array(await new Response(bomb).arrayBuffer());
    const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).replaceAll('+', '-');
    const error = await a
      .answer(text.replaceAll('/', '_').replaceAll('=', ''))
      .catch((cause: unknown) => cause);
    expect((error as PeerError).code).to.equal('protocol');
  });

  it('throws where it is misused, and ends once', async () => {
    const [a, b] = [make(), make({ polite: true })];
    expect(() => {
      a.send('too early');
    }).to.throw(DOMException, 'not open');
    wire(a, b);
    const opened = [once(a, 'open'), once(b, 'open')];
    a.start();
    await Promise.all(opened);
    expect(() => {
      a.send('x'.repeat(300_000));
    }).to.throw(PeerError, 'at most');
    expect(() => {
      a.send(() => 1);
    }).to.throw(DOMException);
    const [ours, theirs] = [record(a, 'close'), once(b, 'close')];
    a.close();
    a.close();
    await theirs;
    expect(ours).to.have.length(1);
  });
});
