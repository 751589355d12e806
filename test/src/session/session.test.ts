import { expect } from '@open-wc/testing';
import type { Bytes } from '../../../src/bytes.js';
import { createIdentity } from '../../../src/identity.js';
import { Session, initiate } from '../../../src/session/session.js';
import { until } from '../../support/until.js';

/** One end: what it sends waits to be handed over. */
interface End {
  readonly session: Session;
  readonly outbox: Bytes[];
  readonly doubts: string[];
  readonly m1: Bytes;
  keyed: number;
}

describe('A session', () => {
  async function makeEnds(): Promise<[End, End]> {
    const [alice, bob] = await Promise.all([createIdentity(), createIdentity()]);
    const contexts = [alice, bob].map((identity) => ({
      identity,
      room: 'r'.repeat(43),
      psk: new Uint8Array(32),
    }));
    const ends = await Promise.all(
      contexts.map(async (context, i) => {
        const initiator = await initiate(context);
        const end: End = {
          outbox: [],
          doubts: [],
          m1: initiator.m1,
          keyed: 0,
          session: new Session(
            { context, initiator, id: i === 0 ? bob.id : alice.id },
            {
              send: (bytes) => end.outbox.push(bytes),
              keyed: () => end.keyed++,
              frame: () => undefined,
              untrusted: (reason) => end.doubts.push(reason),
            },
          ),
        };
        return end;
      }),
    );
    return ends as [End, End];
  }

  async function next({ outbox }: End): Promise<Bytes> {
    await until(() => outbox.length > 0, { what: 'something to hand over' });
    return outbox.shift()!;
  }

  it('knows what is proven while only one side has new keys', async () => {
    const [alice, bob] = await makeEnds();
    bob.session.answer(alice.m1);
    alice.session.receive(await next(bob));
    bob.session.receive(await next(alice));
    const proves = async (by: End, to: End): Promise<boolean> =>
      to.session.verify(await by.session.prove('x', 'y'), 'x', 'y');
    expect([await proves(alice, bob), await proves(bob, alice)]).to.deep.equal([true, true]);

    const before = await alice.session.prove('x', 'y');
    bob.session.answer(alice.m1);
    const again = await next(bob);
    expect(bob.keyed).to.equal(2);
    expect([await proves(alice, bob), await proves(bob, alice)], 'only one has them').to.deep.equal([
      true,
      true,
    ]);
    expect(await bob.session.verify(before, 'x', 'z'), 'of something else').to.equal(false);
    alice.session.receive(again);
    const m3 = await next(alice);
    expect([await proves(alice, bob), await proves(bob, alice)], 'not confirmed').to.deep.equal([true, true]);
    bob.session.receive(m3);
    expect([await proves(alice, bob), await proves(bob, alice)], 'both have them').to.deep.equal([
      true,
      true,
    ]);
    expect(await bob.session.verify(before, 'x', 'y'), 'from before').to.equal(true);
    expect([...alice.doubts, ...bob.doubts]).to.deep.equal([]);
  });
});
