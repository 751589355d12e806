/** The lanes beside the conversation, over signalling: what they carry, and to whom they leave the room. */
import { expect } from '@open-wc/testing';
import { PeerError } from '../../src/errors.js';
import { Paths } from '../../src/paths.js';
import { until } from '../support/until.js';

type Bytes = Uint8Array<ArrayBuffer>;

class Side {
  readonly told: string[] = [];
  readonly paths: Paths;
  /** Whether signalling takes anything. */
  room = true;

  constructor(other: () => Side) {
    const binding = { prove: () => Promise.resolve(new Uint8Array(1)), verify: () => Promise.resolve(true) };
    const host = {
      transport: 'relay' as const,
      timeout: 1000,
      connection: () => null,
      release: () => undefined,
      hasRoom: () => this.room,
    };
    this.paths = new Paths(
      { host, polite: true, leads: true, binding },
      {
        seal: (type: number, text: Bytes) => {
          queueMicrotask(() => {
            other().paths.receive(type, text);
          });
        },
        settled: () => Promise.resolve(),
        message: (message) => this.told.push('value' in message ? String(message.value) : 'a message'),
        bye: () => undefined,
        laneFrame: (lane, bytes) => this.told.push(`${lane} ${String(bytes.length)}`),
        laneDrain: (lane) => this.told.push(`drain ${lane}`),
        moved: (to) => this.told.push(`moved ${String(to)}`),
        restarted: () => '0',
        gap: () => undefined,
        changed: () => undefined,
        attempt: () => undefined,
        failed: () => undefined,
        broken: () => undefined,
      },
    );
  }
}

describe('Lanes over signalling', () => {
  let a: Side;
  let b: Side;
  beforeEach(() => {
    a = new Side(() => b);
    b = new Side(() => a);
    for (const { paths } of [a, b]) {
      paths.keyed();
      paths.reach(true);
    }
  });
  afterEach(() => {
    for (const { paths } of [a, b]) paths.close(new PeerError('gone', 'The end.'), false);
  });

  it('carry what they are given, once the two have been introduced, and tell where they lead', async () => {
    await until(() => a.paths.hasLanes && b.paths.hasLanes, { what: 'lanes' });
    for (const [i, lane] of (['bulk', 'datagram', 'unordered'] as const).entries()) {
      expect(a.paths.hasRoom(lane, 10)).to.equal(true);
      a.paths.sendOn(lane, new Uint8Array(i + 1));
    }
    await until(() => b.told.includes('unordered 3'), { what: 'frames' });
    expect(b.told).to.include.members(['moved relay', 'bulk 1', 'datagram 2']);
    a.paths.reach(false);
    expect([a.paths.hasLanes, a.paths.hasRoom('datagram', 1), a.told.at(-1)]).to.deep.equal([
      false,
      false,
      'moved null',
    ]);
  });

  it('leave the room to what is said', async () => {
    await until(() => a.paths.hasLanes, { what: 'lanes' });
    void a.paths.send('"word"');
    expect(a.paths.hasRoom('unordered', 10), 'which needs little').to.equal(true);
    a.told.length = 0;
    expect(a.paths.hasRoom('bulk', 10)).to.equal(false);
    await until(() => a.told.includes('drain bulk'), { what: 'its turn' });
    expect(a.paths.hasRoom('bulk', 10)).to.equal(true);
    await until(() => b.told.includes('word'), { what: 'the word' });
  });

  it('wait for room together with what is said, and come after it', async () => {
    await until(() => a.paths.hasLanes, { what: 'lanes' });
    a.room = false;
    void a.paths.send('"word"');
    await Promise.resolve();
    await Promise.resolve();
    a.told.length = 0;
    expect(a.paths.hasRoom('bulk', 10)).to.equal(false);
    await Promise.resolve();
    expect(a.told, 'nobody is asked in vain').to.be.empty;
    a.room = true;
    a.paths.drain();
    expect(a.told).to.deep.equal(['drain unordered', 'drain datagram', 'drain bulk']);
    expect(a.paths.hasRoom('bulk', 10)).to.equal(true);
  });
});
