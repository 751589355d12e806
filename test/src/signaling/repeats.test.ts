import { expect } from '@open-wc/testing';
import { Repeats } from '../../../src/signaling/repeats.js';

describe('What several lines bring', () => {
  it('is new once, by whichever comes first', () => {
    const repeats = new Repeats(3);
    expect([0, 2, 1].map((line) => repeats.isNew(line, 'a'))).to.deep.equal([true, false, false]);
  });

  it('is new again when it is said again, in any order and with losses', () => {
    const repeats = new Repeats(2);
    const heard = (line: number): boolean => repeats.isNew(line, 'again');
    // By line 0 twice before line 1 brings either of them.
    expect([heard(0), heard(0), heard(1), heard(1)]).to.deep.equal([true, true, false, false]);
    expect([heard(1), heard(0)]).to.deep.equal([true, false]);
    // Line 1 loses one: the next one that it brings is the one line 0 has brought.
    expect([heard(0), heard(0), heard(1)]).to.deep.equal([true, true, false]);
  });

  it('counts on one line alone', () => {
    const repeats = new Repeats(1);
    expect([repeats.isNew(0, 'a'), repeats.isNew(0, 'a')]).to.deep.equal([true, true]);
  });

  it('forgets what was not heard of for longest, and keeps nothing that is long', () => {
    const repeats = new Repeats(2);
    repeats.isNew(0, 'old');
    for (let i = 0; i < 511; i++) repeats.isNew(0, String(i));
    expect(repeats.isNew(1, 'old')).to.equal(false);
    for (let i = 511; i < 1023; i++) repeats.isNew(0, String(i));
    expect(repeats.isNew(1, 'old')).to.equal(true);
    const long = 'x'.repeat(5000);
    expect([repeats.isNew(0, long), repeats.isNew(1, long)]).to.deep.equal([true, true]);
  });
});
