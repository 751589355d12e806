import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeptSeats } from '../../server/kept-seats.js';
import { until } from '../support/until.js';

interface Named {
  readonly id: string;
  readonly name: string;
}

test('by id, expired once, and not at all where released before', async () => {
  const expired: string[] = [];
  const kept = new KeptSeats<Named>(30, 2, ({ name }) => expired.push(name));
  const [a, b, c] = [
    { id: 'x', name: 'a' },
    { id: 'x', name: 'b' },
    { id: 'x', name: 'c' },
  ] as const;
  for (const seat of [a, b, c, { id: 'y', name: 'other' }]) kept.keep(seat);
  assert.deepEqual(expired, ['a'], 'the oldest made room');
  assert.deepEqual(kept.of('x'), [b, c]);
  assert.equal(kept.size, 3);
  assert.deepEqual([kept.release(b), kept.release(b), kept.release(a)], [true, false, false]);
  assert.equal(kept.size, 2);
  await until(() => expired.length === 3);
  assert.deepEqual(expired, ['a', 'c', 'other']);
  assert.equal(kept.size, 0);
});

test('cleared, nothing expires any more', async () => {
  const expired: string[] = [];
  const kept = new KeptSeats<Named>(5, 2, ({ name }) => expired.push(name));
  kept.keep({ id: 'x', name: 'cleared' });
  kept.clear();
  assert.deepEqual([kept.size, kept.of('x')], [0, []]);
  kept.keep({ id: 'x', name: 'later' });
  await until(() => expired.length > 0);
  assert.deepEqual(expired, ['later']);
});

test('without a time a seat expires at once', () => {
  const expired: string[] = [];
  const kept = new KeptSeats<Named>(0, 2, ({ name }) => expired.push(name));
  kept.keep({ id: 'x', name: 'a' });
  assert.deepEqual([kept.size, expired], [0, ['a']]);
});

test('while nobody could come back, none expires', async () => {
  const expired: string[] = [];
  let asked = 0;
  const kept = new KeptSeats<Named>(
    5,
    2,
    ({ name }) => expired.push(name),
    () => ++asked > 3,
  );
  kept.keep({ id: 'x', name: 'patient' });
  await until(() => expired.length > 0);
  assert.deepEqual([expired, asked, kept.size], [['patient'], 4, 0]);
});
