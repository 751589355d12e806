import { expect } from '@open-wc/testing';
import type { PeerError } from '../../../src/errors.js';
import { Climb } from '../../../src/path/climb.js';
import { encodeSignal, parseSignal } from '../../../src/path/signal.js';
import { until } from '../../support/until.js';

/** Milliseconds. */
const TIMEOUT = 120;

describe('Climb', () => {
  const { setTimeout } = globalThis;
  const connections: RTCPeerConnection[] = [];
  /** What is to happen in a minute. */
  const later: (() => void)[] = [];
  const signals: Uint8Array<ArrayBuffer>[] = [];
  const failures: [code: string, last: boolean][] = [];
  let attempts = 0;
  let climb: Climb;

  beforeEach(() => {
    globalThis.setTimeout = ((act: () => void, delay?: number) => {
      if (delay !== 60_000) return setTimeout(act, delay);
      return later.push(act);
    }) as typeof globalThis.setTimeout;
    climb = new Climb(
      {
        polite: false,
        leads: true,
        timeout: TIMEOUT,
        binding: {
          prove: () => Promise.resolve(new Uint8Array(1)),
          verify: () => Promise.resolve(true),
        },
        connection() {
          // Without a TURN server there is no way for it.
          const connection = new RTCPeerConnection({ iceTransportPolicy: 'relay' });
          connections.push(connection);
          return connection;
        },
        release: () => undefined,
      },
      {
        signal: (bytes) => signals.push(bytes),
        attempt: () => attempts++,
        opened: () => undefined,
        lost: () => undefined,
        frame: () => undefined,
        drain: () => undefined,
        laneFrame: () => undefined,
        laneDrain: () => undefined,
        rerouted: () => undefined,
        failed: ({ code }: PeerError, last) => failures.push([code, last]),
      },
    );
  });

  afterEach(() => {
    globalThis.setTimeout = setTimeout;
    climb.close();
    for (const list of [connections, later, signals, failures]) list.length = 0;
    attempts = 0;
  });

  it('tries three times, each with a connection of its own, and once a minute from then on', async () => {
    climb.reach(true);
    await until(() => failures.length === 3, { what: 'three failures' });
    expect(failures).to.deep.equal([
      ['timeout', false],
      ['timeout', false],
      ['timeout', true],
    ]);
    expect([attempts, connections.length, later.length]).to.deep.equal([3, 3, 1]);
    expect(connections.every(({ signalingState }) => signalingState === 'closed')).to.equal(true);
    later.shift()?.();
    expect([attempts, connections.at(-1)?.signalingState]).to.deep.equal([4, 'stable']);
  });

  it('tries again at once when there is more room', async () => {
    climb.reach(true);
    await until(() => failures.length === 3, { what: 'three failures' });
    climb.retry();
    expect(attempts).to.equal(4);
  });

  it('asks again a minute after the other side has refused', async () => {
    climb.reach(true);
    const offer = await until(() => signals.map(parseSignal).find(Boolean), { what: 'an offer' });
    climb.receive(encodeSignal({ link: offer.link, message: { refused: true } }));
    expect(failures).to.deep.equal([['refused', true]]);
    expect([connections[0]?.signalingState, later.length]).to.deep.equal(['closed', 1]);
    later.shift()?.();
    expect(attempts).to.equal(2);
  });

  it('waits for signalling, without which no attempt makes sense', async () => {
    climb.reach(true);
    climb.reach(false);
    await until(() => failures.length === 1, { what: 'the end of the first' });
    expect([attempts, later.length]).to.deep.equal([1, 0]);
    climb.reach(true);
    expect(attempts).to.equal(2);
  });
});
