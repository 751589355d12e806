import { expect } from '@open-wc/testing';
import { Queue } from '../../src/queue.js';

describe('A queue', () => {
  it('gives what went in first, however it fills and empties', () => {
    const queue = new Queue<number>();
    let [pushed, shifted] = [0, 0];
    for (const [more, fewer] of [
      [1, 1],
      [3000, 1],
      [5, 2000],
      [1000, 3],
      [0, 1000],
      [2, 5000],
    ] as const) {
      for (let i = 0; i < more; i++) queue.push(pushed++);
      for (let i = 0; i < fewer; i++) {
        expect(queue.peek()).to.equal(shifted < pushed ? shifted : undefined);
        queue.shift();
        shifted = Math.min(shifted + 1, pushed);
      }
      expect(queue.length).to.equal(pushed - shifted);
      expect([...queue]).to.deep.equal(Array.from({ length: pushed - shifted }, (_, i) => shifted + i));
    }
  });

  it('gives all that is left at once', () => {
    const queue = new Queue<string>();
    for (const item of ['a', 'b', 'c']) queue.push(item);
    queue.shift();
    expect(queue.drain()).to.deep.equal(['b', 'c']);
    expect([queue.length, queue.peek()]).to.deep.equal([0, undefined]);
    queue.push('d');
    expect(queue.drain()).to.deep.equal(['d']);
  });
});
