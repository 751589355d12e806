import { expect } from '@open-wc/testing';
import { FicklePair, type FicklePairOptions } from '../../support/fickle-pair.js';

const PAIRS = 50;
const ROUNDS = 20;
/** Pairs that are at it at the same time: much of a negotiation is waiting. */
const LANES = 4;

/** Of the first pair; the next one has the next. The same in every run, so that what fails can be seen again. */
const SEED = 1;

async function play(pairs: number, options?: FicklePairOptions) {
  const outcome = { rounds: 0, collisions: 0, failures: [] as string[] };
  const playOne = async (pair: FicklePair): Promise<void> => {
    try {
      await pair.connect();
      for (let round = 0; round < ROUNDS; round++) {
        await pair.interleave();
        outcome.rounds++;
      }
    } catch (error) {
      outcome.failures.push(String(error));
    } finally {
      pair.close();
      outcome.collisions += pair.collisions;
    }
  };
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < pairs && outcome.failures.length === 0)
      await playOne(new FicklePair(SEED + next++, options));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return outcome;
}

describe('Negotiation at random', () => {
  it(`converges after each of ${PAIRS * ROUNDS} interleavings`, async function () {
    this.timeout(280_000);
    const { rounds, collisions, failures } = await play(PAIRS);
    expect(failures.join('\n')).to.equal('');
    expect(rounds).to.equal(PAIRS * ROUNDS);
    expect(collisions, 'nothing to give way to').to.be.above(PAIRS);
  });

  it('does not where nobody gives way, so that the test above can fail', async () => {
    const { failures } = await play(LANES, { polite: [false, false], patience: 3000 });
    expect(failures.join('\n')).to.match(/seed \d+, round \d+: signalling is have-local-offer; after/);
  });
});
