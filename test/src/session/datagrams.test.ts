/** Messages that may be lost, and those of which only the newest counts. */
import { expect } from '@open-wc/testing';
import { PeerError } from '../../../src/errors.js';
import { Datagrams, MAX_DATAGRAM } from '../../../src/session/datagrams.js';
import { encodeDatagrams, parseDatagrams } from '../../../src/session/parcel-frame.js';
import { Clock, Line, said } from '../../support/lanes.js';
import { random } from '../../support/random.js';

const gone = new PeerError('gone', 'It is gone.');

class Side {
  /** `kind text` of each. */
  readonly received: string[] = [];
  readonly line: Line;
  readonly datagrams: Datagrams;

  constructor(other: () => Side) {
    this.line = new Line((bytes) => {
      other().datagrams.receive(bytes);
    });
    this.datagrams = new Datagrams(this.line.lane, {
      message: (message, kind) => this.received.push(`${kind} ${'text' in message ? message.text : 'bytes'}`),
    });
  }
}

describe('Datagrams', () => {
  let clock: Clock;
  let a: Side;
  let b: Side;

  beforeEach(() => {
    clock = new Clock();
    a = new Side(() => b);
    b = new Side(() => a);
    for (const side of [a, b]) side.datagrams.moved('direct');
  });
  afterEach(() => {
    for (const side of [a, b]) side.datagrams.close(gone);
    clock.restore();
  });

  const latest = (text: string, type = ''): Promise<void> => a.datagrams.send('latest', text, type);
  const fast = (text: string): Promise<void> => a.datagrams.send('fast', text, '');
  /** Everything arrives until nobody has anything more to say. */
  const settle = (): void => {
    for (
      let i = 0;
      i < 50 && (a.line.frames.length > 0 || b.line.frames.length > 0 || clock.timers > 0);
      i++
    ) {
      a.line.arrive();
      b.line.arrive();
      clock.pass(20);
    }
  };

  it('travel together when one task says them, and are only bytes to the lane', async () => {
    void fast('1');
    void latest('2');
    void a.datagrams.send('fast', new Uint8Array(3), '');
    await said();
    expect(a.line.sent).to.equal(1);
    a.line.arrive();
    expect(b.received).to.deep.equal(['fast 1', 'fast bytes', 'latest 2']);
  });

  it('fit into one packet each, as far as they can', async () => {
    for (let i = 0; i < 40; i++) void fast('x'.repeat(100));
    await said();
    for (const { length } of a.line.frames) expect(length).to.be.at.most(1100);
    settle();
    expect(b.received).to.have.length(40);
  });

  describe('fast ones', () => {
    it('are sent once, whatever happens to them', async () => {
      a.line.loses = () => true;
      await fast('lost');
      a.line.loses = () => false;
      clock.pass(60_000);
      a.datagrams.moved('relay');
      await said();
      expect([a.line.sent, clock.timers]).to.deep.equal([1, 0]);
    });

    it('are dropped where there is no room, and nobody waits for them', async () => {
      a.line.full = true;
      await fast('dropped');
      a.line.full = false;
      a.datagrams.drain();
      await fast('not dropped');
      settle();
      expect(b.received).to.deep.equal(['fast not dropped']);
    });
  });

  describe('latest ones', () => {
    it('replace those of their type that have not left', async () => {
      a.line.full = true;
      const sent = [latest('x 1', 'x'), latest('y 1', 'y'), latest('x 2', 'x')];
      await sent[0];
      await said();
      a.line.full = false;
      a.datagrams.drain();
      await Promise.all(sent);
      settle();
      expect(b.received).to.deep.equal(['latest x 2', 'latest y 1']);
    });

    it('never come after a newer one, nor twice', async () => {
      for (let i = 0; i < 10; i++) {
        void latest(String(i));
        await said();
      }
      a.line.arrive((frames) => [...frames].reverse().flatMap((frame) => [frame, frame]));
      expect(b.received).to.deep.equal(['latest 9']);
    });

    it('are sent again until they are seen, later each time, and then not any more', async () => {
      a.line.loses = () => true;
      await latest('at last');
      const at = [0, 1, 2, 3].map(() => {
        const before = a.line.sent;
        let waited = 0;
        for (; a.line.sent === before; waited += 10) clock.pass(10);
        return waited;
      });
      expect(at[3]).to.be.above(at[0]!);
      a.line.loses = () => false;
      b.line.loses = () => true;
      clock.pass(4000);
      a.line.arrive();
      b.line.loses = () => false;
      clock.pass(4000);
      settle();
      const { sent } = a.line;
      clock.pass(600_000);
      expect([a.line.sent, clock.timers]).to.deep.equal([sent, 0]);
      expect(b.received).to.deep.equal(['latest at last']);
    });

    it('are sent again only as the newest of their type', async () => {
      a.line.loses = () => true;
      await latest('old', 'x');
      await latest('new', 'x');
      a.line.loses = () => false;
      clock.pass(1000);
      settle();
      expect(b.received).to.deep.equal(['latest new']);
    });

    it('are sent again on another path, and wait where there is none', async () => {
      a.line.loses = () => true;
      await latest('moved');
      a.line.loses = () => false;
      a.line.full = true;
      a.datagrams.moved(null);
      const waiting = latest('there was none', 'other');
      clock.pass(60_000);
      expect(a.line.frames).to.be.empty;
      expect(clock.timers, 'without a path nothing is tried').to.equal(0);
      a.line.full = false;
      a.datagrams.moved('relay');
      await waiting;
      settle();
      expect(b.received).to.deep.equal(['latest moved', 'latest there was none']);
    });

    it('all arrive, of however many types, in slots that are used again', async () => {
      const types = Array.from({ length: 1000 }, (_, i) => `type ${String(i)}`);
      const sent = types.map((type) => latest(type, type));
      await said();
      settle();
      await Promise.all(sent);
      expect(b.received.sort()).to.deep.equal(types.map((type) => `latest ${type}`).sort());
      const slots = new Set<number>();
      for (const type of types) {
        void latest(`${type} again`, type);
        await said();
        for (const frame of a.line.frames)
          for (const record of parseDatagrams(frame)?.records ?? []) slots.add(record.latest!.slot);
        settle();
      }
      expect(b.received).to.have.length(2000);
      expect(Math.max(...slots)).to.be.below(256);
    });

    it('end up the same on both sides however much is lost, doubled and disordered', async () => {
      const chance = random(7);
      for (const line of [a.line, b.line]) line.loses = () => chance() < 0.3;
      const last = new Map<string, number>();
      const mixed = <T>(items: T[]): T[] =>
        items.flatMap((item) => (chance() < 0.2 ? [item, item] : [item])).sort(() => chance() - 0.5);
      for (let i = 1; i <= 3000; i++) {
        const type = `t${String(Math.floor(chance() * 300))}`;
        last.set(type, i);
        void latest(`${type} ${String(i)}`, type);
        await said();
        if (chance() < 0.3) a.line.arrive(mixed);
        if (chance() < 0.3) b.line.arrive(mixed);
        clock.pass(5);
      }
      for (const line of [a.line, b.line]) line.loses = () => false;
      for (let i = 0; i < 100; i++) {
        a.line.arrive();
        b.line.arrive();
        clock.pass(100);
      }
      const atB = new Map<string, number>();
      for (const text of b.received) {
        const [, type = '', number] = text.split(' ');
        expect(Number(number), `${type} only gets newer`).to.be.above(atB.get(type) ?? 0);
        atB.set(type, Number(number));
      }
      expect([...atB].sort()).to.deep.equal([...last].sort());
      expect(clock.timers).to.equal(0);
    });
  });

  it('are refused when they are too large for one', async () => {
    for (const kind of ['fast', 'latest'] as const) {
      const fits = a.datagrams.send(kind, new Uint8Array(MAX_DATAGRAM), '');
      await fits;
      const error = await a.datagrams
        .send(kind, 'ä'.repeat(MAX_DATAGRAM / 2 + 1), '')
        .catch((reason: unknown) => reason);
      expect(error).to.include({ code: 'too-large' });
    }
  });

  it('that wait reject at the end', async () => {
    a.line.full = true;
    const waiting = latest('never').catch((error: unknown) => (error as PeerError).code);
    await said();
    a.datagrams.close(gone);
    expect(await waiting).to.equal('gone');
    expect(clock.timers).to.equal(0);
  });

  it('that were given up are not sent', async () => {
    a.line.full = true;
    const controller = new AbortController();
    void a.datagrams.send('latest', 'given up', 'x', controller.signal);
    await said();
    controller.abort();
    a.line.full = false;
    void latest('wanted', 'y');
    await said();
    settle();
    expect(b.received).to.deep.equal(['latest wanted']);
  });

  it('begin anew with a side that has forgotten everything, and heed no echo of before', async () => {
    await latest('one', 'x');
    const echo = a.line.frames[0]!;
    settle();
    await latest('two', 'x');
    settle();
    b.datagrams.restart();
    a.datagrams.restart();
    await latest('three', 'x');
    settle();
    b.datagrams.receive(echo);
    expect(b.received).to.deep.equal(['latest one', 'latest two', 'latest three']);
  });

  it('make nobody remember more than one number for each slot', () => {
    const records = Array.from({ length: 200 }, (_, i) => ({
      bytes: new Uint8Array(1),
      isText: true,
      latest: { slot: i, version: Number.MAX_SAFE_INTEGER },
    }));
    for (let epoch = 1; epoch < 100; epoch++) {
      b.datagrams.receive(encodeDatagrams({ epoch, theirs: 0, seen: [], records }));
    }
    clock.pass(1000);
    for (const frame of b.line.frames) expect(frame.length).to.be.below(3000);
    expect(clock.timers).to.equal(0);
  });
});
