import { expect } from '@open-wc/testing';
import { Backoff } from '../../../src/signaling/backoff.js';

describe('Backoff', () => {
  const most = (): number => 1;

  it('doubles what it may wait, up to the most', () => {
    const backoff = new Backoff(500, 3000);
    expect([1, 2, 3, 4, 5].map(() => backoff.next({ random: most }))).to.deep.equal([
      500, 1000, 2000, 3000, 3000,
    ]);
  });

  it('picks anything from nothing to that, so that clients do not come back in step', () => {
    const backoff = new Backoff(1000);
    expect(backoff.next({ random: () => 0 })).to.equal(0);
    expect(backoff.next({ random: () => 0.25 })).to.equal(500);
  });

  it('keeps to a lower limit where it is given one, and does not grow above it meanwhile', () => {
    const backoff = new Backoff(500);
    const limited = [1, 2, 3, 4].map(() => backoff.next({ random: most, limit: 1200 }));
    expect(limited).to.deep.equal([500, 1000, 1200, 1200]);
    expect([1, 2].map(() => backoff.next({ random: most }))).to.deep.equal([2000, 4000]);
  });

  it('begins anew after a reset', () => {
    const backoff = new Backoff(500);
    backoff.next({ random: most });
    backoff.next({ random: most });
    backoff.reset();
    expect(backoff.next({ random: most })).to.equal(500);
  });
});
