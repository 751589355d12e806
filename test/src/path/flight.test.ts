import { expect } from '@open-wc/testing';
import { Flight } from '../../../src/path/flight.js';

interface Line {
  /** Bytes in a millisecond. */
  readonly rate: number;
  /** There and back, ms. */
  readonly trip: number;
}
interface Course {
  /** Share of what the line could have carried. */
  readonly use: number;
  /** Round trips of the pieces, ms, in the order of their arrival. */
  readonly trips: readonly number[];
  /** The largest and the smallest piece. */
  readonly pieces: readonly [most: number, least: number];
}

/** Sends as much as it may over a line that carries one piece after the other; time is counted, not waited for. */
function drive(flight: Flight, { rate, trip }: Line, from: number, ms: number): Course {
  const onTheirWay: { readonly total: number; readonly sent: number; readonly acknowledged: number }[] = [];
  const trips: number[] = [];
  let [now, free, total, most, least] = [from, from, driven.get(flight) ?? 0, 0, Infinity];
  const before = total;
  while (now < from + ms) {
    for (; flight.hasRoom(flight.piece); total += flight.piece) {
      const size = flight.piece;
      [most, least] = [Math.max(most, size), Math.min(least, size)];
      flight.sent(size, now);
      free = Math.max(free, now) + size / rate;
      onTheirWay.push({ total: total + size, sent: now, acknowledged: free + trip });
    }
    const first = onTheirWay.shift()!;
    now = first.acknowledged;
    flight.acknowledge(first.total, now);
    trips.push(now - first.sent);
  }
  for (const { total: last, acknowledged } of onTheirWay) flight.acknowledge(last, acknowledged);
  driven.set(flight, total);
  return { use: (total - before) / (rate * ms), trips, pieces: [most, least] };
}
const driven = new WeakMap<Flight, number>();

const MBIT = 125;
const late = ({ trips }: Course): readonly number[] => trips.slice(Math.floor(trips.length / 2));
const longest = (course: Course): number => late(course).reduce((most, trip) => Math.max(most, trip), 0);

describe('Flight', () => {
  for (const [what, line] of [
    ['a very fast line', { rate: 1000 * MBIT, trip: 1 }],
    ['a fast line with a long way', { rate: 200 * MBIT, trip: 150 }],
    ['a line as at home', { rate: 20 * MBIT, trip: 30 }],
    ['a slow line', { rate: MBIT, trip: 50 }],
  ] as const) {
    it(`keeps ${what} full, and what queues there short`, () => {
      const course = drive(new Flight(), line, 0, 9000);
      // The beginning included, where nobody knows yet what it holds.
      expect(course.use).to.be.greaterThan(0.85);
      // What it holds twice, a piece, and a little.
      const [, least] = course.pieces;
      expect(longest(course)).to.be.lessThan(
        2 * (line.trip + (2 * least) / line.rate) + 12 + 32_768 / line.rate,
      );
    });
  }

  it('sends small pieces where large ones would take long', () => {
    expect(drive(new Flight(), { rate: MBIT, trip: 50 }, 0, 5000).pieces[1]).to.equal(8192);
    expect(drive(new Flight(), { rate: 800 * MBIT, trip: 10 }, 0, 5000).pieces[0]).to.equal(65_536);
  });

  it('finds out when the way has become longer, or the line slower', () => {
    const flight = new Flight();
    drive(flight, { rate: 100 * MBIT, trip: 10 }, 0, 5000);
    // Until the next look at how short a round trip can be.
    drive(flight, { rate: 100 * MBIT, trip: 100 }, 5000, 10_000);
    const longer = drive(flight, { rate: 100 * MBIT, trip: 100 }, 15_000, 20_000);
    expect(longer.use).to.be.greaterThan(0.9);
    drive(flight, { rate: 10 * MBIT, trip: 100 }, 35_000, 10_000);
    const slower = drive(flight, { rate: 10 * MBIT, trip: 100 }, 45_000, 20_000);
    expect(slower.use).to.be.greaterThan(0.9);
    expect(longest(slower)).to.be.lessThan(300);
  });

  it('ignores what cannot be, and takes one word for many', () => {
    const flight = new Flight();
    let sent = 0;
    for (; flight.hasRoom(1000); sent += 1000) flight.sent(1000, 0);
    for (const total of [-1, 0, NaN, 0.5, sent + 1, Infinity]) flight.acknowledge(total, 1);
    expect(flight.hasRoom(1000)).to.equal(false);
    flight.acknowledge(sent - 1000, 20);
    expect(flight.hasRoom(sent - 1000)).to.equal(true);
    flight.acknowledge(1000, 30);
    expect(flight.hasRoom(sent - 1000), 'nothing is taken back').to.equal(true);
  });

  it('lets one piece go alone that is larger than all there may be', () => {
    const flight = new Flight();
    expect(flight.hasRoom(1_000_000)).to.equal(true);
    flight.sent(1_000_000, 0);
    expect(flight.hasRoom(1)).to.equal(false);
  });
});
