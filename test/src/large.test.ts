import { expect } from '@open-wc/testing';
import type { Bytes } from '../../src/bytes.js';
import type { DataDetail, PeerRoom, ProgressDetail, Transfer, TransferDetail } from '../../src/index.js';
import { PeerError } from '../../src/index.js';
import { noise, read } from './transfer/line.js';
import { closeAll, makeMesh, nextData, upgraded } from '../support/sources.js';
import { once, record, until } from '../support/until.js';

const MB = 1024 * 1024;
const MANY_SECONDS = 60_000;

const same = (a: Bytes, b: Bytes): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

const pair = async (options = {}): Promise<[PeerRoom, PeerRoom]> =>
  (await makeMesh(2, options)) as [PeerRoom, PeerRoom];

const transferAt = async (room: PeerRoom): Promise<TransferDetail> =>
  (await once<TransferDetail>(room, 'transfer')).detail;

describe('A large value', () => {
  afterEach(closeAll);

  for (const transport of ['direct', 'relay'] as const) {
    it(`arrives as it was sent (${transport})`, async () => {
      const [a, b] = await pair({ transport });
      const bytes = noise(5 * MB);
      const arrived = nextData(b);
      await a.send({ bytes, n: 7 }, { type: 'big', metadata: { x: 1 } });
      const { data, type, metadata } = await arrived;
      expect([type, metadata]).to.deep.equal(['big', { x: 1 }]);
      expect((data as { n: number }).n).to.equal(7);
      expect(same((data as { bytes: Bytes }).bytes, bytes)).to.equal(true);
    }).timeout(MANY_SECONDS);
  }

  it('tells both ends how far it is, and both the room and the peer', async () => {
    const [a, b] = await pair();
    await upgraded(a, b);
    const [out, into] = [record<ProgressDetail>(a, 'progress'), record<ProgressDetail>(b, 'progress')];
    const own: ProgressDetail[] = [];
    const [peer] = b.peers.values();
    const atPeer = peer && record(peer, 'progress');
    await a.send(noise(8 * MB), { onprogress: (detail) => own.push(detail) });
    for (const events of [out, into]) {
      const loaded = events.map(({ detail }) => detail.loaded);
      expect(loaded).to.deep.equal([...loaded].sort((one, other) => one - other));
      expect(events.at(-1)?.detail.total).to.equal(events.at(-1)?.detail.loaded);
    }
    expect([out[0]?.detail.direction, into[0]?.detail.direction]).to.deep.equal(['out', 'in']);
    expect(own.length).to.equal(out.length);
    expect(atPeer?.length).to.equal(into.length);
  }).timeout(MANY_SECONDS);

  it('does not hold up what is said after it', async () => {
    const [a, b] = await pair();
    await upgraded(a, b);
    const order: string[] = [];
    b.addEventListener('data', ({ detail }) => order.push(detail.type));
    const sent = a.send(noise(8 * MB), { type: 'large' });
    void a.send('hello', { type: 'small' });
    await sent;
    await until(() => order.length === 2, { what: 'both' });
    expect(order).to.deep.equal(['small', 'large']);
  }).timeout(MANY_SECONDS);

  it('goes on over the relay and back when the direct path breaks on the way', async () => {
    const [a, b] = await pair();
    await upgraded(a, b);
    const bytes = noise(24 * MB);
    const arrived = nextData(b);
    const sent = a.send(bytes);
    const { transfer } = await transferAt(b);
    await until(() => transfer.loaded > 2 * MB, { what: 'it to be on its way' });
    const [peer] = a.peers.values();
    const down = once(a, 'downgrade');
    peer?.connection?.close();
    await down;
    expect(transfer.state).to.equal('active');
    await sent;
    expect(same((await arrived).data as Bytes, bytes)).to.equal(true);
  }).timeout(MANY_SECONDS);

  it('can be refused, which rejects for that peer alone', async () => {
    const [a, b, c] = (await makeMesh(3)) as [PeerRoom, PeerRoom, PeerRoom];
    b.addEventListener('transfer', ({ detail }) => {
      detail.transfer.refuse('Not now.');
    });
    const arrived = nextData(c);
    const error: unknown = await a.send(noise(MB)).catch((reason: unknown) => reason);
    expect(error).to.be.an.instanceOf(PeerError);
    expect([(error as PeerError).code, (error as PeerError).peers]).to.deep.equal(['refused', [b.peerId]]);
    expect((error as PeerError).message).to.equal('Not now.');
    expect(((await arrived).data as Bytes).length).to.equal(MB);
  }).timeout(MANY_SECONDS);

  it('waits for a decision where a listener prevents what would happen by itself', async () => {
    const [a, b] = await pair();
    b.addEventListener('transfer', (event) => {
      event.preventDefault();
    });
    const arrived = record(b, 'data');
    const offered = transferAt(b);
    const sent = a.send(noise(MB));
    const { transfer, peer } = await offered;
    await a.send('a word between');
    await until(() => arrived.length === 1, { what: 'the word' });
    expect([transfer.state, peer.id]).to.deep.equal(['offered', a.peerId]);
    transfer.accept();
    await sent;
    expect(arrived).to.have.length(2);
  }).timeout(MANY_SECONDS);

  it('ends with the signal of its sender, on both sides', async () => {
    const [a, b] = await pair();
    await upgraded(a, b);
    const controller = new AbortController();
    const offered = transferAt(b);
    const sent = a.send(noise(64 * MB), { signal: controller.signal });
    const { transfer } = await offered;
    controller.abort();
    const error: unknown = await sent.catch((reason: unknown) => reason);
    expect((error as PeerError).code).to.equal('aborted');
    await until(() => transfer.state === 'cancelled', { what: 'the receiver to know' });
  }).timeout(MANY_SECONDS);

  it('is not sent at all when its signal has been aborted before, and leaves no listener on one that is not', async () => {
    const [a, b] = await pair();
    const offers = record(b, 'transfer');
    const [peer] = a.peers.values();
    const error: unknown = await peer
      ?.send(noise(MB), { signal: AbortSignal.abort() })
      .catch((reason: unknown) => reason);
    expect((error as PeerError).code).to.equal('aborted');
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, args);
    };
    await peer?.send(noise(MB), { signal });
    await until(() => listeners === 0, { what: 'the listeners to be gone' });
    expect(offers, 'only of the second').to.have.length(1);
  }).timeout(MANY_SECONDS);

  it('is refused at once where nobody could understand its offer', async () => {
    const [a, b] = await pair();
    const many = Array.from({ length: 10_000 }, () => new Blob(['x']));
    expect(() => a.send(many))
      .to.throw(DOMException)
      .with.property('name', 'DataCloneError');
    expect(() => a.send(noise(MB), { type: 'x'.repeat(1025) })).to.throw(TypeError, 'type');
    for (const data of [noise(MB), 'small', new ReadableStream()]) {
      expect(() => a.send(data, { metadata: 'x'.repeat(262_143) })).to.throw(TypeError, 'Metadata');
    }
    const arrived = nextData(b);
    await a.send('small', { type: 'x'.repeat(1025) });
    expect((await arrived).type).to.have.length(1025);
  }).timeout(MANY_SECONDS);

  it('rejects with gone when the receiver leaves', async () => {
    const [a, b] = await pair();
    await upgraded(a, b);
    const offered = transferAt(b);
    const sent = a.send(noise(64 * MB));
    await offered;
    b.close();
    const error: unknown = await sent.catch((reason: unknown) => reason);
    expect((error as PeerError).code).to.equal('gone');
  }).timeout(MANY_SECONDS);

  for (const size of [0, 1, 300_000]) {
    it(`of a File is its content and nothing more, also as a stream: ${size} bytes`, async () => {
      const [a, b] = await pair();
      const file = new File([noise(size)], 'a.bin');
      const streamed = new Promise<[Transfer, Promise<ArrayBuffer>]>((resolve) => {
        b.addEventListener('transfer', ({ detail: { transfer } }) => {
          resolve([transfer, new Response(transfer.stream()).arrayBuffer()]);
        });
      });
      const own: ProgressDetail[] = [];
      await a.send(file, { onprogress: (detail) => own.push(detail) });
      const [transfer, reading] = await streamed;
      const bytes = new Uint8Array(await reading);
      expect([transfer.size, transfer.loaded]).to.deep.equal([size, size]);
      expect(same(bytes, new Uint8Array(await file.arrayBuffer()))).to.equal(true);
      const last = own.at(-1);
      expect([last?.loaded, last?.total]).to.deep.equal([size, size]);
    }).timeout(MANY_SECONDS);
  }

  for (const transport of ['direct', 'relay'] as const) {
    it(`may be a File, which keeps its name, or be full of them (${transport})`, async () => {
      const [a, b] = await pair({ transport });
      const bytes = noise(2 * MB + 3);
      const file = new File([bytes], 'Prüfung.png', { type: 'image/png', lastModified: 1_700_000_000_000 });
      const offered = transferAt(b);
      const arrived = nextData(b);
      await a.send(file, { metadata: { n: 1 } });
      const { transfer, metadata } = await offered;
      const { data, transfer: own } = (await arrived) as DataDetail;
      expect([transfer.name, transfer.mediaType, metadata]).to.deep.equal([
        'Prüfung.png',
        'image/png',
        { n: 1 },
      ]);
      expect(own).to.equal(transfer);
      const { name, type, size, lastModified } = data as File;
      expect([data instanceof File, name, type, size, lastModified]).to.deep.equal([
        true,
        'Prüfung.png',
        'image/png',
        bytes.length,
        1_700_000_000_000,
      ]);
      expect(same(new Uint8Array(await (data as File).arrayBuffer()), bytes)).to.equal(true);
      const blob = new Blob(['small']);
      const album = nextData(b);
      await a.send(
        new Map<string, unknown>([
          ['cover', blob],
          ['pages', [file, blob]],
        ]),
      );
      const got = (await album).data as Map<string, unknown>;
      expect(await (got.get('cover') as Blob).text()).to.equal('small');
      const [first, second] = got.get('pages') as [File, Blob];
      expect([first.name, first.size, await second.text()]).to.deep.equal([
        'Prüfung.png',
        bytes.length,
        'small',
      ]);
      expect(second, 'what was shared is shared').to.equal(got.get('cover'));
    }).timeout(MANY_SECONDS);
  }

  it('may be a stream, which its receiver reads as it comes', async () => {
    const [a, b] = await pair();
    const bytes = noise(3 * MB);
    const { readable, writable } = new TransformStream<Bytes, Bytes>();
    const arrived = nextData(b);
    const sent = a.send(readable, { type: 'live' });
    const writer = writable.getWriter();
    await writer.write(bytes.slice(0, 1000));
    const { data, type } = await arrived;
    expect([type, data instanceof ReadableStream]).to.deep.equal(['live', true]);
    const whole = read(data as ReadableStream<Bytes>);
    await writer.write(bytes.slice(1000));
    await writer.close();
    await sent;
    expect(same(await whole, bytes)).to.equal(true);
  }).timeout(MANY_SECONDS);
});
