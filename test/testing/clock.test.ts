/** Time that only goes on when told, in Node. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { VirtualClock } from '../../src/testing/index.js';

const real = { setTimeout, Date, random: Math.random, now: performance.now, timeout: AbortSignal.timeout };

describe('a virtual clock', () => {
  let clock: VirtualClock;
  let log: unknown[];
  beforeEach(() => {
    log = [];
    clock = new VirtualClock({ now: 1_000_000 }).install();
  });
  afterEach(() => {
    clock.uninstall();
  });
  const note = (what: unknown) => () => void log.push([clock.elapsed, what]);

  test('stands still until it is told to go on', async () => {
    setTimeout(note('a'), 30);
    setTimeout(note('b'), 10);
    setTimeout(note('c'), 30);
    const stopped = setTimeout(note('never'), 20);
    clearTimeout(stopped);
    assert.equal(clock.pending, 3);
    await clock.settle();
    assert.deepEqual(log, []);
    await clock.advance(29);
    assert.deepEqual(log, [[10, 'b']]);
    await clock.advance(1);
    assert.deepEqual(log.slice(1), [
      [30, 'a'],
      [30, 'c'],
    ]);
    assert.equal(clock.elapsed, 30);
  });

  test('hands over what a timer is given, and takes no time for less than a millisecond', async () => {
    setTimeout((...given: unknown[]) => log.push(given), 0, 1, 2);
    setTimeout(note('soon'), -5);
    setTimeout(note('for ever'), 2 ** 31);
    setTimeout(note('odd'), Number.NaN);
    await clock.advance(1);
    assert.deepEqual(log, [
      [1, 2],
      [1, 'soon'],
      [1, 'for ever'],
      [1, 'odd'],
    ]);
    assert.throws(() => (setTimeout as (act: unknown) => unknown)('alert()'), TypeError);
  });

  test('repeats, and lets a timer stop itself', async () => {
    const interval = setInterval(() => {
      note('tick')();
      if (log.length === 3) clearInterval(interval);
    }, 1000);
    await clock.advance(60_000);
    assert.deepEqual(log, [
      [1000, 'tick'],
      [2000, 'tick'],
      [3000, 'tick'],
    ]);
    assert.equal(clock.pending, 0);
  });

  test('has timers that are what they are in Node', async () => {
    const timer = setTimeout(note('late'), 10);
    assert.equal(timer.unref().hasRef(), false);
    assert.equal(timer.ref().hasRef(), true);
    await clock.advance(9);
    timer.refresh();
    await clock.advance(9);
    assert.deepEqual(log, []);
    clearTimeout(Number(timer));
    const other = setTimeout(note('closed'), 1) as unknown as { close(): void };
    other.close();
    await clock.advance(100);
    assert.deepEqual(log, []);
    const value = promisify(setTimeout)(50, 'later');
    assert.equal(await clock.until(value), 'later');
  });

  test('says what time it is', async () => {
    assert.equal(Date.now(), 1_000_000);
    const [before, then] = [new Date(), performance.now()];
    await clock.advance(250);
    assert.equal(new Date().getTime() - before.getTime(), 250);
    assert.equal(performance.now() - then, 250);
    assert.equal(clock.now, 1_000_250);
    assert.ok(new Date() instanceof Date);
    assert.equal(new Date(5).getTime(), 5);
    assert.equal(new Date(2020, 1).getMonth(), 1);
    assert.equal(Date.UTC(1970, 0, 1), 0);
    assert.equal(Date(), new Date().toString());
    class Day extends Date {}
    assert.ok(new Day() instanceof Day);
    assert.equal(new Day().getTime(), clock.now);
  });

  test('aborts when a signal’s time is over', async () => {
    const signal = AbortSignal.timeout(5000);
    await clock.advance(4999);
    assert.equal(signal.aborted, false);
    await clock.advance(1);
    assert.equal((signal.reason as DOMException).name, 'TimeoutError');
  });

  test('lets what follows happen before the next timer', async () => {
    const first = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) await crypto.subtle.digest('SHA-256', new Uint8Array(1 << 20));
      const { port1, port2 } = new MessageChannel();
      await new Promise((resolve) => {
        port1.onmessage = resolve;
        port2.postMessage(null);
      });
      port1.close();
      note('all of the first')();
    };
    setTimeout(() => void first(), 10);
    setTimeout(note('the second'), 11);
    await clock.advance(20);
    assert.deepEqual(log, [
      [10, 'all of the first'],
      [11, 'the second'],
    ]);
  });

  test('has cryptography answer in the order in which it was asked', async () => {
    const sizes = [1 << 24, 1, 1 << 20, 2];
    const asked = sizes.map((size, i) =>
      crypto.subtle.digest('SHA-256', new Uint8Array(size)).then(() => log.push(i)),
    );
    const failed = crypto.subtle.digest('none', new Uint8Array(1)).catch(() => log.push('failed'));
    await clock.settle();
    assert.deepEqual(log, [0, 1, 2, 3, 'failed']);
    await Promise.all([...asked, failed]);
  });

  test('answers also while nobody lets time pass', async () => {
    const hash = await crypto.subtle.digest('SHA-256', new Uint8Array());
    assert.equal(hash.byteLength, 32);
  });

  test('goes on until a condition is met, and no further', async () => {
    setInterval(note('tick'), 100);
    assert.deepEqual(await clock.until(() => log[4]), [500, 'tick']);
    assert.equal(clock.elapsed, 500);
    const met = clock.until(() => true);
    await met;
    assert.equal(clock.elapsed, 500);
  });

  test('says what has not happened, and why', async () => {
    const cause = new Error('not yet');
    const never = (): never => {
      throw cause;
    };
    await assert.rejects(clock.until(never, { limit: 200, what: 'the impossible' }), (error: Error) => {
      assert.equal(error.message, '200 ms of the virtual clock have passed without: the impossible');
      assert.equal(error.cause, cause);
      return true;
    });
    await assert.rejects(
      clock.until(() => log.length > 0, { limit: 5 }),
      /without: \(\) => log\.length > 0/,
    );
    await assert.rejects(clock.until(new Promise(() => undefined)), /600000 ms .* a promise to be settled/);
    await assert.rejects(clock.until(Promise.reject(cause)), cause);
    assert.equal(clock.elapsed, 600_205);
  });

  test('is shared by those who wait at the same time', async () => {
    const both = Promise.all([
      clock.advance(100).then(note('first')),
      clock.advance(300).then(note('second')),
      clock.until(() => clock.elapsed >= 200 || setTimeout(() => undefined, 50) === undefined, { what: 'x' }),
    ]);
    setInterval(() => undefined, 200);
    await both;
    assert.deepEqual(log, [
      [100, 'first'],
      [300, 'second'],
    ]);
  });

  test('has the same chance for the same seed', () => {
    const draw = (): number[] => [Math.random(), Math.random()];
    const first = draw();
    clock.uninstall();
    clock = new VirtualClock().install();
    assert.deepEqual(draw(), first);
    clock.uninstall();
    clock = new VirtualClock({ seed: 2 }).install();
    assert.notDeepEqual(draw(), first);
  });

  test('is one at a time, and leaves all as it was', () => {
    assert.throws(() => new VirtualClock().install(), { name: 'InvalidStateError' });
    clock.uninstall();
    const now = { setTimeout, Date, random: Math.random, now: performance.now, timeout: AbortSignal.timeout };
    assert.deepEqual(now, real);
    assert.ok(!Object.hasOwn(crypto.subtle, 'digest'));
    {
      using other = new VirtualClock().install();
      assert.equal(Date.now(), other.now);
    }
    assert.equal(setTimeout, real.setTimeout);
  });

  test('takes no nonsense', () => {
    assert.throws(() => clock.advance(-1), TypeError);
    assert.throws(() => clock.advance(Infinity), TypeError);
    assert.throws(() => new VirtualClock({ seed: Number.NaN }), TypeError);
  });
});
