import { expect } from '@open-wc/testing';
import { PeerError } from '../../../src/errors.js';
import { RoundTrips } from '../../../src/session/round-trips.js';

const never = new AbortController().signal;

/** A clock that the test sets. */
function withClock(): { time: number } {
  const clock = { time: 100_000 };
  performance.now = () => clock.time;
  return clock;
}

describe('Round trips', () => {
  const { now } = performance;
  afterEach(() => {
    performance.now = now;
  });

  it('are smoothed', () => {
    const clock = withClock();
    const sent: number[] = [];
    const trips = new RoundTrips((id) => sent.push(id));
    expect(trips.smoothed).to.equal(null);
    trips.measure();
    clock.time += 80;
    trips.answered(sent.at(-1)!);
    expect(trips.smoothed).to.equal(80);
    clock.time += 5000;
    trips.measure();
    clock.time += 160;
    trips.answered(sent.at(-1)!);
    expect(trips.smoothed).to.equal(90);
  });

  it('are measured no more often than every five seconds', () => {
    const clock = withClock();
    let sent = 0;
    const trips = new RoundTrips(() => sent++);
    for (let i = 0; i < 100; i++, clock.time += 100) trips.measure();
    expect(sent).to.equal(2);
    trips.moved();
    trips.measure();
    expect(sent, 'but at once by another pipe').to.equal(3);
  });

  it('take no late, double or made-up answer for one', async () => {
    const clock = withClock();
    const sent: number[] = [];
    const trips = new RoundTrips((id) => sent.push(id));
    for (const id of [0, 1, -1, 2 ** 53]) trips.answered(id);
    trips.measure();
    clock.time += 5000;
    trips.measure();
    clock.time += 10;
    trips.answered(sent[0]!);
    expect(trips.smoothed, 'the second one replaced the first').to.equal(null);
    trips.answered(sent[1]!);
    clock.time += 1000;
    trips.answered(sent[1]!);
    expect(trips.smoothed).to.equal(10);
    const pinged = trips.ping(never);
    trips.moved();
    expect(trips.smoothed).to.equal(null);
    clock.time += 7;
    trips.answered(sent[2]!);
    expect(trips.smoothed, 'by the pipe that was').to.equal(null);
    trips.answered(sent[3]!);
    expect(await pinged).to.equal(7);
    expect(trips.smoothed).to.equal(7);
  });

  it('are each known to whoever asked for them', async () => {
    const clock = withClock();
    const sent: number[] = [];
    const trips = new RoundTrips((id) => sent.push(id));
    const pings = [1, 2, 3].map((step) => {
      clock.time += step;
      return trips.ping(never);
    });
    clock.time += 100;
    for (const id of sent.reverse()) trips.answered(id);
    expect(await Promise.all(pings)).to.deep.equal([105, 103, 100]);
  });

  it('end with patience, and with everything', async () => {
    const trips = new RoundTrips(() => {});
    const patience = new AbortController();
    const pings = [patience.signal, never].map((signal) =>
      trips.ping(signal).catch((error: unknown) => error),
    );
    patience.abort(new PeerError('timeout', 'late'));
    trips.close(new PeerError('gone', 'over'));
    const [late, gone] = await Promise.all(pings);
    expect(late).to.have.property('code', 'timeout');
    expect(gone).to.have.property('code', 'gone');
    trips.answered(1);
    trips.answered(2);
    expect(trips.smoothed).to.equal(null);
  });
});
