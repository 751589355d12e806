import { expect } from '@open-wc/testing';
import type { Bytes } from '../../../src/bytes.js';
import { PeerError } from '../../../src/errors.js';
import { WINDOW } from '../../../src/transfer/incoming.js';
import type { Transfer } from '../../../src/transfer/transfer.js';
import { BlockHash } from '../../../src/transfer/hash.js';
import { encodePiece } from '../../../src/transfer/wire.js';
import { until } from '../../support/until.js';
import { End, line, noise, parcel, read, streamed } from './line.js';

const MB = 1024 * 1024;

const same = (a: Bytes, b: Bytes): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);
const bytesOf = async (blob: Blob): Promise<Bytes> => new Uint8Array(await blob.arrayBuffer());

async function expectCode(promise: Promise<unknown>, code: string): Promise<PeerError> {
  const error: unknown = await promise.then(
    () => 'it was resolved',
    (reason: unknown) => reason,
  );
  expect(error).to.be.an.instanceOf(PeerError);
  expect((error as PeerError).code).to.equal(code);
  return error as PeerError;
}

describe('Large transfers', () => {
  let a: End;
  let b: End;
  beforeEach(() => {
    [a, b] = line();
  });
  afterEach(() => {
    expect(b.errors).to.be.empty;
    for (const end of [a, b]) end.transfers.fail(new PeerError('gone', 'The test is over.'));
  });

  it('bring what was sent, whatever its size, and say how far they are', async () => {
    for (const size of [0, 1, 65_536, MB, MB + 1, 3 * MB - 1, 6 * MB]) {
      const bytes = noise(size, size + 1);
      const { finished, transfer } = a.transfers.send(parcel(bytes));
      await finished;
      const whole = b.wholes.at(-1);
      expect(whole && same(whole.frame, bytes), String(size)).to.equal(true);
      expect([transfer.state, transfer.loaded, whole?.transfer.state]).to.deep.equal(['done', size, 'done']);
      expect([a.progress.at(-1), b.progress.at(-1)]).to.deep.equal([size, size]);
    }
    expect(
      b.offers.map(({ type, metadata, name, size }) => ({ type, metadata, name, size }))[1],
    ).to.deep.equal({
      type: 'file',
      metadata: { n: 1 },
      name: 'a.bin',
      size: 1,
    });
  });

  it('bring a value and each of its Blobs', async () => {
    const blobs = [noise(5), noise(2 * MB + 7, 5), noise(0), noise(70_000, 9)].map(
      (bytes) => new Blob([bytes]),
    );
    await a.transfers.send(parcel(noise(100), ...blobs)).finished;
    const [whole] = b.wholes;
    expect(whole?.frame.length).to.equal(100);
    expect(whole?.blobs.map(({ size }) => size)).to.deep.equal([5, 2 * MB + 7, 0, 70_000]);
    for (const [i, blob] of blobs.entries()) {
      expect(same(await bytesOf(blob), await bytesOf(whole?.blobs[i] ?? new Blob()))).to.equal(true);
    }
  });

  it('are fair to each other: a small one does not wait for a large one', async () => {
    const large = a.transfers.send(parcel(noise(8 * MB)));
    await until(() => b.offers[0]?.loaded, { what: 'the large one to begin' });
    await a.transfers.send(parcel(noise(MB, 2))).finished;
    expect(large.transfer.state).to.equal('active');
    await large.finished;
  });

  for (const [what, late, asBlob] of [
    ['', false, false],
    [', and whatever comes late', true, false],
    [', also with Blobs', true, true],
  ] as const) {
    it(`go on where they stood, however often the line is cut${what}`, async () => {
      a.late = late;
      const bytes = noise(12 * MB, 3);
      const parts = asBlob
        ? [new Blob([bytes.subarray(0, 5 * MB + 1)]), new Blob([bytes.subarray(5 * MB + 1)])]
        : [];
      const { finished } = a.transfers.send(parcel(asBlob ? noise(0) : bytes, ...parts));
      for (const share of [0.1, 0.4, 0.41, 0.8]) {
        await until(() => (b.offers[0]?.loaded ?? 0) > share * bytes.length, { what: `to come to ${share}` });
        a.cut = true;
        const sent = a.piecesSent;
        await until(() => a.piecesSent > sent + 2, { what: 'something to be lost' });
        a.mend();
        b.transfers.moved();
      }
      await finished;
      const { frame, blobs } = b.wholes[0] ?? { frame: noise(0), blobs: [] };
      expect(same(asBlob ? await bytesOf(new Blob([...blobs])) : frame, bytes)).to.equal(true);
      expect(a.piecesSent * 65_536, 'most of it went once').to.be.below(2 * bytes.length);
    });
  }

  it('notice by themselves when the end of what was sent is lost', async () => {
    const { finished } = a.transfers.send(parcel(noise(MB)));
    await until(() => (b.offers[0]?.loaded ?? 0) > 0, { what: 'it to begin' });
    a.cut = true;
    await until(() => a.room === 4 && a.piecesSent === 16, { what: 'all to be sent' });
    a.cut = false;
    a.flush();
    await finished;
  }).timeout(20_000);

  it('can be refused, with a reason', async () => {
    b.decide = (transfer) => {
      transfer.refuse('No, thanks.');
      return false;
    };
    const { finished, transfer } = a.transfers.send(parcel(noise(MB)));
    expect((await expectCode(finished, 'refused')).message).to.equal('No, thanks.');
    expect([transfer.state, b.offers[0]?.state]).to.deep.equal(['refused', 'refused']);
    expect(b.wholes).to.be.empty;
    expect(a.piecesSent).to.equal(0);
  });

  it('wait for a decision where somebody wants to think about it', async () => {
    b.decide = () => true;
    const { finished } = a.transfers.send(parcel(noise(MB)));
    await until(() => b.offers.length, { what: 'an offer' });
    expect([b.offers[0]?.state, a.piecesSent]).to.deep.equal(['offered', 0]);
    b.offers[0]?.accept();
    await finished;
    expect(b.wholes).to.have.length(1);
    expect(() => b.offers[0]?.stream()).to.throw(DOMException);
  });

  for (const [name, state, cancel] of [
    [
      'its sender',
      'cancelled',
      (out: Transfer) => {
        out.cancel('Changed my mind.');
      },
    ],
    [
      'its receiver',
      'cancelled',
      (_: Transfer, into: Transfer) => {
        into.cancel('Changed my mind.');
      },
    ],
  ] as const) {
    it(`can be cancelled by ${name} at any time`, async () => {
      const { finished, transfer } = a.transfers.send(parcel(noise(8 * MB)));
      await until(() => b.offers[0]?.loaded, { what: 'it to begin' });
      const [incoming] = b.offers;
      if (incoming) cancel(transfer, incoming);
      expect((await expectCode(finished, 'aborted')).message).to.equal('Changed my mind.');
      await until(() => incoming?.state === state, { what: 'both sides to know' });
      expect(incoming?.error?.message).to.equal('Changed my mind.');
      expect(b.wholes).to.be.empty;
    });
  }

  it('fail with the peer', async () => {
    const { finished, transfer } = a.transfers.send(parcel(noise(8 * MB)));
    await until(() => b.offers[0]?.loaded, { what: 'it to begin' });
    a.transfers.fail(new PeerError('gone', 'The peer is gone.'));
    await expectCode(finished, 'gone');
    expect(transfer.state).to.equal('failed');
  });

  it('fail where what is sent cannot be read any more', async () => {
    const broken = new ReadableStream({
      pull: (c) => {
        c.error(new Error('The disk is gone.'));
      },
    });
    const { finished } = a.transfers.send(streamed(broken));
    expect((await expectCode(finished, 'gone')).message).to.include('The disk is gone.');
    await until(() => b.offers[0]?.state === 'cancelled', { what: 'the other side to know' });
  });

  it('give their bytes as they come to who reads them, and only as fast as that', async () => {
    const bytes = noise(20 * MB, 4);
    let stream: ReadableStream<Bytes> | undefined;
    b.decide = (transfer) => {
      stream = transfer.stream();
      return false;
    };
    const { finished, transfer } = a.transfers.send(parcel(bytes));
    await until(() => (b.offers[0]?.loaded ?? 0) >= WINDOW, { what: 'the window to be full' });
    const standing = b.offers[0]?.loaded ?? 0;
    expect(standing, 'bounded by the window').to.be.at.most(WINDOW + MB);
    expect(transfer.state).to.equal('active');
    expect(same(await read(await until(() => stream)), bytes)).to.equal(true);
    await finished;
    expect(b.wholes, 'no value besides').to.be.empty;
  });

  it('end when their reader gives up', async () => {
    let stream: ReadableStream<Bytes> | undefined;
    b.decide = (transfer) => {
      stream = transfer.stream();
      return false;
    };
    const { finished } = a.transfers.send(parcel(noise(8 * MB)));
    await until(() => stream, { what: 'the stream' });
    await stream?.cancel();
    await expectCode(finished, 'aborted');
  });

  it('take a stream of any chunks, whose size nobody knows', async () => {
    const bytes = noise(3 * MB + 5, 6);
    const chunks = [bytes.slice(0, 3), '', bytes.slice(3, MB).buffer, new DataView(bytes.slice(MB).buffer)];
    const stream = new ReadableStream({
      pull: (c) => {
        const next = chunks.shift();
        if (next === undefined) c.close();
        else c.enqueue(next);
      },
    });
    const { finished, transfer } = a.transfers.send(streamed(stream));
    await until(() => b.streams.length, { what: 'a stream' });
    const [arriving] = b.streams;
    expect(transfer.size).to.equal(null);
    expect(same(await read(await until(() => arriving)), bytes)).to.equal(true);
    await finished;
  });

  it('read a stream once for several receivers, and no faster than the slowest', async () => {
    const [c, d] = line();
    let read = 0;
    const stream = new ReadableStream({
      pull: (controller) => {
        read += MB;
        controller.enqueue(noise(MB, read));
        if (read === 32 * MB) controller.close();
      },
    });
    const shipment = streamed(stream);
    d.decide = () => true;
    const slow = c.transfers.send(shipment);
    const fast = a.transfers.send(shipment);
    await until(() => b.streams.length, { what: 'a stream' });
    const whole = b.streams[0] && new Response(b.streams[0]).arrayBuffer();
    await until(() => read >= 8 * MB, { what: 'the fast one to come as far as the slow one allows' });
    expect(read).to.be.below(12 * MB);
    d.offers[0]?.accept();
    const other = await until(() => d.streams[0], { what: 'the other stream' });
    const both = await Promise.all([whole, new Response(other).arrayBuffer(), slow.finished, fast.finished]);
    expect([both[0]?.byteLength, both[1].byteLength]).to.deep.equal([32 * MB, 32 * MB]);
  });
});

describe('Against who does not keep to it, a receiver', () => {
  let b: End;
  const offer = (id: number, parts: readonly number[] | null) =>
    ({
      word: 'offer',
      id,
      type: '',
      metadata: null,
      name: '',
      mediaType: '',
      parts,
      isText: false,
      delivery: 'reliable',
    }) as const;
  beforeEach(() => {
    b = new End();
  });
  afterEach(() => {
    b.transfers.fail(new PeerError('gone', 'The test is over.'));
  });

  it('takes no more than was announced', () => {
    b.transfers.receive(offer(1, [10]));
    b.piece(encodePiece(1, 0, noise(11)));
    expect(b.errors.map((error) => (error as PeerError).code)).to.deep.equal(['protocol']);
  });

  it('takes no more than it has asked for', () => {
    b.decide = (transfer) => {
      transfer.stream();
      return false;
    };
    b.transfers.receive(offer(1, null));
    const piece = noise(MB);
    for (let at = 0; at <= WINDOW + 2 * MB && b.errors.length === 0; at += MB)
      b.piece(encodePiece(1, at, piece));
    expect(b.errors).to.have.length(1);
    expect(b.offers[0]?.loaded).to.be.at.most(WINDOW + MB);
  });

  it('keeps only so many offers, and says so of the rest', () => {
    b.decide = () => true;
    for (let id = 1; id <= 1000; id++) b.transfers.receive(offer(id, [1e12]));
    expect(b.offers).to.have.length(256);
    expect(b.words.filter(({ word }) => word === 'refuse')).to.have.length(744);
  });

  it('ignores an offer under a number that is taken, pieces of nothing, and words about nothing', () => {
    b.transfers.receive(offer(1, [10]));
    b.transfers.receive(offer(1, [20]));
    expect(b.offers).to.have.length(1);
    b.piece(encodePiece(7, 0, noise(11)));
    b.piece(noise(3));
    b.transfers.receive({ word: 'end', id: 9, size: 1, hash: '' });
    b.transfers.receive({ word: 'take', id: 9, at: 1, until: 10, again: true });
    b.transfers.receive({ word: 'done', id: 9 });
    expect(b.errors).to.be.empty;
  });

  it('asks once for what is missing, and takes nothing twice', async () => {
    const bytes = noise(100);
    b.transfers.receive(offer(1, [100]));
    const takes = () => b.words.filter(({ word }) => word === 'take').length;
    const before = takes();
    b.piece(encodePiece(1, 50, bytes.slice(50, 60)));
    b.piece(encodePiece(1, 60, bytes.slice(60, 70)));
    expect(takes()).to.equal(before + 1);
    b.piece(encodePiece(1, 0, bytes.slice(0, 60)));
    b.piece(encodePiece(1, 30, bytes.slice(30, 100)));
    b.piece(encodePiece(1, 0, bytes));
    expect(b.offers[0]?.loaded).to.equal(100);
    b.transfers.receive({ word: 'end', id: 1, size: 100, hash: 'wrong' });
    await until(() => b.offers[0]?.state === 'failed', { what: 'the wrong hash to be found out' });
    expect(b.offers[0]?.error?.code).to.equal('protocol');
    expect(b.wholes).to.be.empty;
  });

  for (const as of ['a value', 'a Blob', 'a stream'] as const) {
    it(`keeps ${as} that comes byte by byte in few parts`, async () => {
      const bytes = noise(300_000);
      const chunks: number[] = [];
      const { Blob } = globalThis;
      b.decide = (transfer) => {
        if (as !== 'a stream') return false;
        const reader = transfer.stream().getReader();
        // Nobody reads until all of it is there.
        void until(() => transfer.loaded === bytes.length).then(async () => {
          for (let next = await reader.read(); !next.done; next = await reader.read()) {
            chunks.push(next.value.length);
          }
        });
        return false;
      };
      globalThis.Blob = class extends Blob {
        constructor(parts: BlobPart[] = [], options?: BlobPropertyBag) {
          super(parts, options);
          for (const part of parts) if (part instanceof Uint8Array) chunks.push(part.length);
        }
      };
      try {
        b.transfers.receive(offer(1, as === 'a Blob' ? [0, bytes.length] : [bytes.length]));
        for (let at = 0; at < bytes.length; at++) b.piece(encodePiece(1, at, bytes.slice(at, at + 1)));
        const hash = new BlockHash();
        hash.update(bytes);
        const end = { word: 'end', id: 1, size: bytes.length, hash: await hash.digest() } as const;
        b.transfers.receive(end);
        await until(() => b.offers[0]?.state === 'done', { what: 'its end' });
        await until(() => as === 'a value' || chunks.reduce((sum, size) => sum + size, 0) === bytes.length);
      } finally {
        globalThis.Blob = Blob;
      }
      expect(b.errors).to.be.empty;
      expect(chunks.length).to.be.at.most(2 + (2 * bytes.length) / 4096);
      if (as === 'a value') expect(b.wholes[0]?.frame).to.deep.equal(bytes);
    });
  }

  it('does not put together in memory what is too large for that', () => {
    b.transfers.receive(offer(1, [1e12]));
    expect(b.offers[0]?.state).to.equal('refused');
  });
});
