import { expect } from '@open-wc/testing';
import type { PeerError } from '../../../src/errors.js';
import { DirectPath, type Binding } from '../../../src/path/direct.js';
import { until } from '../../support/until.js';

type Proof = Uint8Array<ArrayBuffer>;
interface Side {
  readonly path: DirectPath;
  readonly told: string[];
  /** Lanes that told of room. */
  readonly drained: string[];
}

const own = (): Promise<Proof> => Promise.resolve(new Uint8Array([1]));
const honest: Binding = { prove: own, verify: () => Promise.resolve(true) };
/** What the connection is closed under, in the middle of it. */
const closing =
  <T>(connection: () => RTCPeerConnection | undefined, result: T) =>
  (): Promise<T> => {
    connection()?.close();
    return Promise.resolve(result);
  };

/** Shows the answer only once a channel is open, as Chromium does when the page is busy. */
class LateAnswer extends RTCPeerConnection {
  #shown = false;
  override get remoteDescription(): RTCSessionDescription | null {
    return this.#shown ? super.remoteDescription : null;
  }
  override get signalingState(): RTCSignalingState {
    return this.#shown || super.signalingState !== 'stable' ? super.signalingState : 'have-local-offer';
  }
  override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
    const channel = super.createDataChannel(label, options);
    channel.addEventListener('open', () => {
      // Behind the event itself, and what it has begun.
      setTimeout(() => {
        this.#shown = true;
        this.dispatchEvent(new Event('signalingstatechange'));
      });
    });
    return channel;
  }
}

describe('DirectPath', () => {
  const sides: Side[] = [];
  afterEach(() => {
    for (const { path } of sides.splice(0)) path.close();
  });

  function makeSide(
    polite: boolean,
    binding: Binding,
    other: () => Side | undefined,
    connection = new RTCPeerConnection(),
  ): Side {
    const told: string[] = [];
    const drained: string[] = [];
    const path = new DirectPath(
      { polite, connection, timeout: 15_000, binding },
      {
        signal: (message) => other()?.path.receive(message),
        offered: () => undefined,
        opened: () => told.push('opened'),
        frame: (frame) => told.push(typeof frame === 'string' ? frame : 'bytes'),
        drain: () => undefined,
        laneFrame: (lane, bytes) => told.push(`${lane} ${String(bytes.length)}`),
        laneDrain: (lane) => drained.push(lane),
        rerouted: () => undefined,
        interrupted: () => undefined,
        closed: ({ code }: PeerError) => told.push(code),
      },
    );
    const side = { path, told, drained };
    sides.push(side);
    return side;
  }

  function connect(binding: (connection: () => RTCPeerConnection | undefined) => Partial<Binding>): {
    one: Side;
    two: Side;
  } {
    const one: Side = makeSide(true, honest, () => two);
    const two: Side = makeSide(
      false,
      { ...honest, ...binding(() => sides.at(-1)?.path.connection) },
      () => one,
    );
    one.path.start();
    return { one, two };
  }

  it('opens once both have proved themselves, and takes frames from then on', async () => {
    const { one, two } = connect(() => ({}));
    await until(() => one.path.isOpen && two.path.isOpen, { what: 'both open' });
    one.path.send('hello');
    await until(() => two.told.includes('hello'), { what: 'a frame' });
    expect([one.told, two.told]).to.deep.equal([['opened'], ['opened', 'hello']]);
  });

  it('waits for the answer where a channel opens before it can be seen', async () => {
    const seen: string[][] = [];
    const binding: Binding = {
      prove: (...text) => (seen.push(text), own()),
      verify: (_, ...text) => Promise.resolve(seen.push(text) > 0),
    };
    const one: Side = makeSide(true, binding, () => two, new LateAnswer());
    const two: Side = makeSide(false, honest, () => one);
    one.path.start();
    await until(() => one.told.length > 0 && two.told.length > 0, { what: 'both to be told' });
    expect([one.told, two.told]).to.deep.equal([['opened'], ['opened']]);
    expect(seen).to.have.length(2);
    expect(seen.flat().every((text) => text.startsWith('sha-256 '))).to.equal(true);
  });

  describe('lanes', () => {
    const LANES = ['bulk', 'datagram', 'unordered'] as const;

    /** Two sides of which the second one believes the first only once it is told to. */
    function reluctant(): { one: Side; two: Side; believe: () => void } {
      let believe = (): void => undefined;
      const believed = new Promise<boolean>((resolve) => {
        believe = () => {
          resolve(true);
        };
      });
      return { ...connect(() => ({ verify: () => believed })), believe };
    }

    /** A lane of the first side opens a moment after the path. */
    const send = async (side: Side, lane: (typeof LANES)[number], length: number): Promise<void> => {
      await until(() => side.path.lane(lane).hasRoom(length), { what: `room in ${lane}` });
      side.path.lane(lane).send(new Uint8Array(length));
    };

    it('carry bytes both ways beside the first channel', async () => {
      const { one, two } = connect(() => ({}));
      await until(() => one.path.isOpen && two.path.isOpen, { what: 'both open' });
      for (const lane of LANES) await Promise.all([send(one, lane, 3), send(two, lane, 16_384)]);
      await until(() => one.told.length === 4 && two.told.length === 4, { what: 'all frames' });
      expect(one.told).to.have.members(['opened', ...LANES.map((lane) => `${lane} 16384`)]);
      expect(two.told).to.have.members(['opened', ...LANES.map((lane) => `${lane} 3`)]);
    });

    it('are closed until both have proved themselves, and keep what comes before', async () => {
      const { one, two, believe } = reluctant();
      await until(() => one.path.isOpen, { what: 'one side' });
      for (const lane of LANES) await send(one, lane, 3);
      one.path.send('hello');
      expect(LANES.map((lane) => two.path.lane(lane).hasRoom(1))).to.deep.equal([false, false, false]);
      two.path.lane('unordered').send(new Uint8Array(1));
      believe();
      await until(() => two.told.length === 5, { what: 'what came before' });
      expect(two.told[0]).to.equal('opened');
      expect(two.told).to.have.members(['opened', 'hello', ...LANES.map((lane) => `${lane} 3`)]);
      expect(one.told).to.deep.equal(['opened']);
    });

    it('keep a few datagrams only, and end a path that brings too much before it is trusted', async () => {
      const { one, two, believe } = reluctant();
      await until(() => one.path.isOpen, { what: 'one side' });
      for (let i = 0; i < 300; i++) await send(one, 'datagram', 1);
      // In order behind them, as far as one can see.
      await until(() => one.path.lane('datagram').hasRoom(32_768), { what: 'all of them gone' });
      believe();
      await until(() => two.path.isOpen, { what: 'both open' });
      await send(one, 'bulk', 3);
      await until(() => two.told.includes('bulk 3'), { what: 'the last one' });
      expect(two.told.filter((told) => told === 'datagram 1').length).to.be.within(1, 299);

      const next = reluctant();
      await until(() => next.one.path.isOpen, { what: 'one side' });
      for (let i = 0; i < 257; i++) await send(next.one, 'unordered', 1);
      await until(() => next.two.told.length > 0, { what: 'an end' });
      expect(next.two.told).to.deep.equal(['gone']);
    });

    it('are full at some point, each for itself, and say when they are not any more', async () => {
      const { one, two } = connect(() => ({}));
      await until(() => one.path.isOpen && two.path.isOpen, { what: 'both open' });
      await until(() => one.path.lane('bulk').hasRoom(65_536), { what: 'room' });
      const bulk = one.path.lane('bulk');
      let sent = 0;
      one.drained.length = 0;
      for (; bulk.hasRoom(65_536); sent++) bulk.send(new Uint8Array(65_536));
      expect(sent).to.equal(1);
      expect([one.path.lane('unordered').hasRoom(1000), one.path.hasRoom()]).to.deep.equal([true, true]);
      await until(() => one.drained.includes('bulk'), { what: 'room again' });
      expect(bulk.hasRoom(32_768)).to.equal(true);
    });
  });

  it('trusts nobody whose proof does not fit, and says so', async () => {
    const { two } = connect(() => ({ verify: () => Promise.resolve(false) }));
    await until(() => two.told.length > 0, { what: 'an end' });
    expect(two.told).to.deep.equal(['untrusted']);
  });

  it('accuses nobody when it is closed while it proves itself', async () => {
    const { two } = connect((connection) => ({ prove: closing(connection, new Uint8Array([1])) }));
    await until(() => two.told.at(-1) === 'gone', { what: 'an end' });
    expect(two.told).not.to.include('untrusted');
  });

  it('accuses nobody when it is closed while the other is checked', async () => {
    const { two } = connect((connection) => ({ verify: closing(connection, false) }));
    await until(() => two.told.at(-1) === 'gone', { what: 'an end' });
    expect(two.told).not.to.include('untrusted');
  });
});
