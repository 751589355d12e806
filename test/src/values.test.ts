/** What is sent arrives as what it was, whichever path it takes. */
import { expect } from '@open-wc/testing';
import type { DataDetail, PeerRoom, Transport } from '../../src/index.js';
import { signalUrl } from '../support/server.js';
import { closeAll, makeMesh, nextData, upgraded } from '../support/sources.js';
import { difference } from '../support/same-value.js';
import { once, record, until } from '../support/until.js';

const bytes = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);

function richValue(): object {
  const value = {
    when: new Date(5),
    found: new Map<unknown, unknown>([[{ key: 1n }, new Set([NaN, -0, undefined])]]),
    list: [1, , /b/g], // prettier-ignore
    error: new RangeError('words', { cause: ['why'] }),
    views: [bytes.subarray(1, 3), new Uint16Array(bytes.buffer, 2, 1)],
    large: new Float64Array(20_000).map((_, i) => i / 3),
    text: 'x'.repeat(50_000),
  };
  return Object.assign(value, { self: value });
}

const only = ({ peers }: PeerRoom) => [...peers.values()][0]!;

describe('Values', () => {
  afterEach(closeAll);

  for (const transport of ['relay', 'direct'] as const satisfies Transport[]) {
    it(`arrive as what they were: ${transport}`, async () => {
      const [a, b] = (await makeMesh(2, { transport }, signalUrl)) as [PeerRoom, PeerRoom];
      if (transport === 'direct') await upgraded(a, b);
      // What is large comes beside the small ones, and so behind them.
      const values: unknown[] = [undefined, { a: undefined }, ['*', ['u']], 5n, -0, 'last', richValue()];
      const received = record<DataDetail>(b, 'data');
      // Together, so that texts travel within one another.
      await Promise.all(values.map((data) => a.send(data, { type: 't', metadata: [data] })));
      await until(() => received.length === values.length, { what: 'all of them' });
      for (const [i, value] of values.entries()) {
        const { data, metadata, transfer } = received[i]!.detail;
        const beside = (metadata as unknown[])[0];
        expect(difference(value, data) ?? difference(value, beside)).to.equal(null);
        // What is large comes apart from what goes with it.
        if (!transfer) expect(difference([value, value], [data, beside])).to.equal(null);
      }
    });
  }

  it('that are undefined arrive as that, and what is not said stays away', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const arrived = nextData(b);
    await only(a).send(undefined);
    const detail = await arrived;
    expect(detail.data).to.equal(undefined);
    expect(detail.metadata).to.equal(undefined);
    expect(detail.type).to.equal('');
  });

  it('that cannot be sent are refused at once, and nothing of them arrives', async () => {
    const [a, b] = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const refused = [() => 1, { deep: [Symbol('s')] }, document.body];
    for (const data of refused) {
      for (const send of [
        () => a.send(data),
        () => only(a).send(data),
        () => a.send(1, { metadata: data }),
      ]) {
        expect(send).to.throw(DOMException).with.property('name', 'DataCloneError');
      }
    }
    expect(() => a.send(1, { metadata: new Blob(['x']) }), 'no place for its bytes').to.throw(DOMException);
    const arrived = nextData(b);
    await a.send('fine');
    expect((await arrived).data).to.equal('fine');
  });

  it('make a profile, and a change of one is seen wherever it is', async () => {
    const profile = { since: new Date(0), seen: new Map([[1n, new Set(['a'])]]), icon: bytes };
    const [a, b] = (await makeMesh(2, { profile })) as [PeerRoom, PeerRoom];
    expect(difference(profile, only(b).profile)).to.equal(null);
    const told = record(b, 'profile');
    a.profile = structuredClone(profile);
    a.profile = { ...profile, seen: new Map([[1n, new Set(['b'])]]) };
    await until(() => told.length > 0, { what: 'the change' });
    a.profile = {
      ...profile,
      seen: new Map([[1n, new Set(['b'])]]),
      icon: new Uint8Array([9, ...bytes.subarray(1)]),
    };
    await until(() => told.length > 1, { what: 'another one' });
    expect((only(b).profile as typeof profile).icon[0]).to.equal(9);
    const last = nextData(b);
    await a.send('after all of them');
    await last;
    expect(told.length, 'the same again is no change').to.equal(2);
  });

  it('that a page has spoilt in a profile do no harm', async () => {
    const [a, b] = (await makeMesh(2, { profile: { x: 1 } })) as [PeerRoom, PeerRoom];
    (only(b).profile as { x: unknown }).x = () => 1;
    const told = once(b, 'profile');
    a.displayName = 'Ada';
    await told;
    expect(only(b).profile).to.deep.equal({ x: 1 });
  });
});
