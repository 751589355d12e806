/** How long it takes to a peer and back. */
import { expect } from '@open-wc/testing';
import type { Peer, PeerRoom } from '../../src/index.js';
import { closeAll, makeMesh, nextData, upgraded } from '../support/sources.js';
import { once, until } from '../support/until.js';

type Two = [PeerRoom, PeerRoom];

const only = (room: PeerRoom): Peer => [...room.peers.values()][0]!;
/** Whether it is a time that two pages of one browser may take; Firefox counts whole milliseconds. */
const isTime = (time: number | null): boolean => time !== null && time >= 0 && time < 10_000;

describe('A peer', () => {
  afterEach(closeAll);

  it('is measured over the relay and directly', async () => {
    for (const options of [{ transport: 'relay' }, { transport: 'direct' }] as const) {
      const [a] = (await makeMesh(2, options)) as Two;
      const time = await only(a).ping();
      expect(isTime(time), String(time)).to.equal(true);
      expect(isTime(only(a).rtt), String(only(a).rtt)).to.equal(true);
    }
  });

  it('is measured by itself once there is a direct path, and once there is something to say', async () => {
    const [a, b] = (await makeMesh(2)) as Two;
    await upgraded(a, b);
    await until(() => isTime(only(a).rtt) && isTime(only(b).rtt), { what: 'a time at both' });
    const [c, d] = (await makeMesh(2, { transport: 'relay' })) as Two;
    void c.send('a word');
    await nextData(d);
    await until(() => isTime(only(c).rtt) && isTime(only(d).rtt), { what: 'a time over the relay' });
  });

  it('is measured anew when the path changes, and answers a ping that was under way', async () => {
    const [a, b] = (await makeMesh(2)) as Two;
    await upgraded(a, b);
    await only(a).ping();
    let atDowngrade: number | null = 0;
    a.addEventListener('downgrade', () => (atDowngrade = only(a).rtt), { once: true });
    const downgrade = once(a, 'downgrade');
    only(b).connection?.close();
    const pings = Array.from({ length: 20 }, () => only(a).ping());
    await downgrade;
    expect(atDowngrade).to.equal(null);
    for (const time of await Promise.all(pings)) expect(isTime(time)).to.equal(true);
  });

  it('that is gone answers no more', async () => {
    const [a, b] = (await makeMesh(2)) as Two;
    const peer = only(a);
    await peer.ping();
    const leave = once(a, 'leave');
    b.close();
    // Asked before anybody could know.
    const asked = peer.ping().catch((error: unknown) => error);
    await leave;
    expect(await asked).to.satisfy((result: unknown) => typeof result === 'number' || isGone(result, peer));
    const error: unknown = await peer.ping().catch((reason: unknown) => reason);
    expect(isGone(error, peer), String(error)).to.equal(true);
    expect(peer.rtt).to.equal(null);
  });
});

function isGone(error: unknown, peer: Peer): boolean {
  const { code, peers } = error as { code?: string; peers?: readonly string[] };
  return code === 'gone' && peers?.join() === peer.id;
}
