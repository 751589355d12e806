/** The suite that adaptors are tested with: a good one passes, and each bad one fails where it is bad. */
import assert from 'node:assert/strict';
import { after, before, describe, it, test } from 'node:test';
import { describeSignaling, Network, signalingCases, VirtualClock } from '../../src/testing/index.js';
import type { Conditions } from '../../src/testing/index.js';
import { breakableOf } from './network-lines.js';
import { spoilers } from './spoilers.js';

describe('by a virtual clock', () => {
  const clock = new VirtualClock();
  before(() => clock.install());
  after(() => clock.uninstall());

  const kinds: [string, Conditions][] = [
    ['a slow network', { delay: 150, jitter: 100 }],
    ['a network that says things twice', { jitter: 30, duplicates: 0.5 }],
    ['a network that loses words', { jitter: 30, loss: 0.2 }],
  ];
  for (const [name, conditions] of kinds) {
    const network = new Network(conditions);
    const isReliable = !conditions.loss;
    const lines = isReliable ? { breakable: breakableOf(network) } : {};
    describeSignaling(name, { page: () => network.page(), clock, isReliable, ...lines }, { describe, it });
  }
});

describe('the suite fails an adaptor that', () => {
  for (const [what, { spoil, fails }] of Object.entries(spoilers)) {
    test(what, async () => {
      using clock = new VirtualClock().install();
      const network = new Network();
      const cases = signalingCases({
        page: () => spoil(network.page()),
        breakable: () => {
          const line = breakableOf(network)();
          return { ...line, signaling: spoil(line.signaling) };
        },
        clock,
        timeout: 3000,
      });
      for (const [title, message] of Object.entries(fails)) {
        const found = cases.find((one) => one.title === title);
        assert.ok(found, title);
        await assert.rejects(clock.until(found.run()), (error: Error) => {
          assert.match(error.message, message);
          return true;
        });
      }
    });
  }
});

describe('the suite', () => {
  test('says what it takes', () => {
    assert.throws(() => signalingCases({} as never), /page and breakable are functions/);
    const runner = { describe: undefined as never };
    assert.throws(
      () => describeSignaling('x', { page: () => new Network().page() }, runner),
      /\{ describe, it \}/,
    );
  });

  test('gives each case a title of its own, and leaves out what does not apply', () => {
    const page = (): never => assert.fail('Nothing is run.');
    const titles = (more = {}): string[] => signalingCases({ page, ...more }).map(({ title }) => title);
    assert.equal(new Set(titles({ breakable: page })).size, titles({ breakable: page }).length);
    assert.ok(titles().length < titles({ breakable: page }).length);
    assert.ok(titles({ isReliable: false }).length < titles().length);
  });

  test('waits in real time where no clock is given, and says for what', async () => {
    const page = () => ({
      ...new Network().page(),
      join: () => ({ reserve: () => false, send() {}, close() {} }),
    });
    const [first] = signalingCases({ page: page as never, timeout: 30 });
    await assert.rejects(
      first!.run(),
      /^ContractError: Waited 30 ms for "joined" for page 1 of this case, which was told nothing$/,
    );
  });
});
