/** How messages are delivered, the same on both paths and over whatever happens to them. */
import { expect } from '@open-wc/testing';
import type { DataDetail, Delivery, Peer, PeerError, PeerRoom, Signaling } from '../../src/index.js';
import {
  closeAll,
  makeMesh,
  makePair,
  makeRoom,
  meshed,
  nextData,
  otherPage,
  uniqueName,
  upgraded,
} from '../support/sources.js';
import { once, until } from '../support/until.js';

const DELIVERIES: readonly Delivery[] = ['reliable', 'unordered', 'fast', 'latest'];

const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);
const only = (room: PeerRoom): Peer => [...room.peers.values()][0]!;
const task = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** What comes, by how it was sent. */
function collect(room: PeerRoom): Record<Delivery, unknown[]> {
  const received: Record<Delivery, unknown[]> = { reliable: [], unordered: [], fast: [], latest: [] };
  room.addEventListener('data', ({ detail: { data, delivery } }) => received[delivery].push(data));
  return received;
}

const isRising = (values: readonly unknown[]): boolean =>
  values.every((value, i) => i === 0 || (value as number) > (values[i - 1] as number));

/** An adaptor that loses some of what is sealed. @param loses is told its type */
function lossy(loses: (type: number) => boolean, signaling = otherPage()): Signaling {
  return {
    relay: signaling.relay,
    identity: () => signaling.identity(),
    join: (request, sink) =>
      signaling.join(request, {
        ...sink,
        message: (from, bytes) => {
          if (!loses(bytes[0] ?? 0)) sink.message(from, bytes);
        },
      }),
  };
}

describe('Delivery', () => {
  afterEach(closeAll);

  for (const path of ['direct', 'relay'] as const) {
    const connect = async (): Promise<[PeerRoom, PeerRoom]> => {
      const [a, b] = (await makeMesh(2, path === 'relay' ? { transport: 'relay' } : {})) as [
        PeerRoom,
        PeerRoom,
      ];
      if (path === 'direct') await upgraded(a, b);
      return [a, b];
    };

    describe(`by the ${path} path`, () => {
      for (const delivery of DELIVERIES) {
        it(`brings ${delivery} messages, and says how they were sent`, async () => {
          const [a, b] = await connect();
          await until(async () => {
            // The lane of datagrams may open a moment after the path: until then they are dropped.
            const next = nextData(b);
            await a.send({ x: 1 }, { delivery, type: 'move', metadata: ['m'] });
            const detail = (await Promise.race([next, task().then(task)])) as DataDetail | undefined;
            if (!detail && delivery === 'fast') return false;
            const { data, type, metadata, ...rest } = detail ?? (await next);
            expect([data, type, metadata, rest.delivery]).to.deep.equal([{ x: 1 }, 'move', ['m'], delivery]);
            return true;
          });
          // One of those before may still be on its way.
          const bytes = once<DataDetail>(b, 'data', { where: ({ detail }) => !('x' in detail.data) });
          void only(a).send(new Uint8Array([1, 2]), { delivery });
          expect((await bytes).detail.data).to.deep.equal(new Uint8Array([1, 2]));
        });
      }

      it('brings all of many, and of the latest the last one', async () => {
        const [a, b] = await connect();
        const received = collect(b);
        const count = path === 'relay' ? 200 : 2000;
        for (const n of numbers(count)) {
          for (const delivery of DELIVERIES) void a.send(n, { delivery });
          if (n % 20 === 0) await task();
        }
        await until(
          () =>
            received.reliable.length >= count &&
            received.unordered.length >= count &&
            received.latest.at(-1) === count - 1,
          { what: 'all', timeout: 30_000 },
        );
        expect(received.reliable).to.deep.equal(numbers(count));
        expect([...received.unordered].sort((x, y) => Number(x) - Number(y))).to.deep.equal(numbers(count));
        expect(isRising(received.latest)).to.equal(true);
        expect(new Set(received.fast).size, 'no fast one twice').to.equal(received.fast.length);
      }).timeout(40_000);

      it('brings one unordered message of a megabyte, and small ones beside it', async () => {
        const [a, b] = await connect();
        const received = collect(b);
        const big = new Uint8Array(1_000_000).map((_, i) => i % 251);
        void a.send(big, { delivery: 'unordered' });
        void a.send('small', { delivery: 'unordered' });
        await until(() => received.unordered.length === 2, { what: 'both', timeout: 30_000 });
        const [first, second] = received.unordered;
        expect([first, second]).to.deep.include('small');
        const bytes = (first === 'small' ? second : first) as Uint8Array;
        expect(bytes.length === big.length && bytes.every((byte, i) => byte === big[i])).to.equal(true);
      }).timeout(40_000);
    });
  }

  it('keeps its word while a path is cut again and again', async function () {
    this.timeout(60_000);
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const received = [collect(a), collect(b)];
    for (const round of numbers(6)) {
      await upgraded(a, b);
      for (const n of numbers(200, round * 200)) {
        for (const delivery of DELIVERIES) for (const room of [a, b]) void room.send(n, { delivery });
        if (n % 40 === 0) await task();
      }
      const downgraded = [a, b].map((room) => once(room, 'downgrade'));
      (round % 2 === 0 ? only(a) : only(b)).connection?.close();
      await Promise.all(downgraded);
    }
    const last = 1199;
    await until(
      () =>
        received.every(
          ({ reliable, unordered, latest }) =>
            reliable.length > last && unordered.length > last && latest.at(-1) === last,
        ),
      { what: 'all', timeout: 40_000 },
    );
    for (const { reliable, unordered, fast, latest } of received) {
      expect(reliable).to.deep.equal(numbers(last + 1));
      expect([...unordered].sort((x, y) => Number(x) - Number(y))).to.deep.equal(numbers(last + 1));
      expect(isRising(latest)).to.equal(true);
      expect(new Set(fast).size, 'no fast one twice').to.equal(fast.length);
    }
  });

  it('keeps its word over signalling that loses every third sealed frame', async function () {
    this.timeout(60_000);
    let count = 0;
    const signaling = (): Signaling => lossy((type) => type >= 20 && ++count % 3 === 0);
    const room = uniqueName();
    const [a, b] = [0, 1].map(() => makeRoom({ room, transport: 'relay', signaling: signaling() })) as [
      PeerRoom,
      PeerRoom,
    ];
    await meshed(a, b);
    const received = collect(b);
    for (const n of numbers(60)) {
      for (const delivery of ['unordered', 'latest', 'fast'] as const) void a.send(n, { delivery });
      await task();
    }
    await until(() => received.unordered.length >= 60 && received.latest.at(-1) === 59, {
      what: 'all',
      timeout: 50_000,
    });
    expect([...received.unordered].sort((x, y) => Number(x) - Number(y))).to.deep.equal(numbers(60));
    expect(isRising(received.latest)).to.equal(true);
    expect(received.fast.length).to.be.within(1, 59);
  });

  it('lets the newest wait for a peer, and drops what is fast', async () => {
    const code = uniqueName();
    const a = makePair({ code, transport: 'relay' });
    const sent = numbers(3).map((n) => a.send(n, { delivery: 'latest' }));
    await a.send('fast', { delivery: 'fast' });
    const b = makePair({ code, transport: 'relay' });
    const received: unknown[] = [];
    b.addEventListener('data', ({ detail }) => received.push(detail.data));
    await Promise.all(sent);
    void a.send('end');
    await until(() => received.includes('end') && received.includes(2), { what: 'the newest' });
    expect(received).to.have.members([2, 'end']);
  });

  it('refuses what does not fit, or is not known', async () => {
    const [a] = (await makeMesh(2, { transport: 'relay' })) as [PeerRoom];
    for (const delivery of ['fast', 'latest'] as const) {
      const error: unknown = await a
        .send('x'.repeat(17_000), { delivery })
        .catch((reason: unknown) => reason);
      expect(error).to.include({ code: 'too-large' });
      expect((error as PeerError).message).to.match(/16384 bytes at most/);
    }
    const unknown = { delivery: 'slow' as Delivery };
    expect(() => a.send(1, unknown)).to.throw(TypeError, /one of reliable, unordered, fast, latest.*"slow"/);
    expect(() => only(a).send(1, unknown)).to.throw(TypeError, /"slow"/);
  });

  it('rejects as gone whatever was for somebody who has left', async () => {
    const [a, b] = (await makeMesh(2, { transport: 'relay' })) as [PeerRoom, PeerRoom];
    const peer = only(a);
    b.close();
    await until(() => peer.state === 'closed', { what: 'it to be gone' });
    for (const delivery of DELIVERIES) {
      expect(await peer.send(1, { delivery }).catch((error: unknown) => error)).to.include({ code: 'gone' });
    }
  });
});
