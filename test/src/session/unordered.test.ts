/** Every message once, in whatever order they arrive. */
import { expect } from '@open-wc/testing';
import { PeerError } from '../../../src/errors.js';
import { encodeUnordered, type Segment } from '../../../src/session/parcel-frame.js';
import { Unordered } from '../../../src/session/unordered.js';
import type { Message } from '../../../src/session/window.js';
import { Clock, Line, said } from '../../support/lanes.js';
import { random } from '../../support/random.js';

const gone = new PeerError('gone', 'It is gone.');

class Side {
  readonly received: (string | Uint8Array)[] = [];
  readonly broken: string[] = [];
  readonly line: Line;
  readonly unordered: Unordered;

  constructor(other: () => Side) {
    this.line = new Line((bytes) => {
      other().unordered.receive(bytes);
    });
    this.unordered = new Unordered(this.line.lane, {
      message: (message) => {
        if ('text' in message) this.received.push(message.text);
        else if ('bytes' in message) this.received.push(new Uint8Array(message.bytes));
      },
      broken: ({ code }) => this.broken.push(code),
    });
  }
}

const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `message ${String(i)}`);

describe('Unordered', () => {
  let clock: Clock;
  let a: Side;
  let b: Side;

  beforeEach(() => {
    clock = new Clock();
    a = new Side(() => b);
    b = new Side(() => a);
    for (const side of [a, b]) side.unordered.moved('direct');
  });
  afterEach(() => {
    for (const side of [a, b]) side.unordered.close(gone);
    clock.restore();
  });

  const send = (message: Message): Promise<void> => a.unordered.send(message);
  const settle = (step = 60): void => {
    for (
      let i = 0;
      i < 2000 && (a.line.frames.length > 0 || b.line.frames.length > 0 || clock.timers > 0);
      i++
    ) {
      a.line.arrive();
      b.line.arrive();
      clock.pass(step);
    }
  };

  it('are given out as they come: a lost one holds up nobody', async () => {
    for (const text of texts(3)) {
      void send(text);
      await said();
    }
    a.line.arrive(([, second, third]) => [third!, second!]);
    expect(b.received).to.deep.equal(['message 2', 'message 1']);
    clock.pass(10_000);
    settle();
    expect(b.received).to.deep.equal(['message 2', 'message 1', 'message 0']);
  });

  it('travel together when one task says them, in frames of one packet', async () => {
    for (const text of texts(100)) void send(text);
    await said();
    expect(a.line.sent).to.be.below(10);
    for (const { length } of a.line.frames) expect(length).to.be.at.most(1100);
    settle();
    expect(b.received).to.deep.equal(texts(100));
  });

  it('come once each over lines that lose, double and disorder, and paths that change', async () => {
    const chance = random(11);
    for (const line of [a.line, b.line]) line.loses = () => chance() < 0.2;
    const mixed = <T>(items: T[]): T[] =>
      items.flatMap((item) => (chance() < 0.2 ? [item, item] : [item])).sort(() => chance() - 0.5);
    const sent = texts(3000);
    const big = new Uint8Array(100_000).map((_, i) => i % 251);
    for (const [i, text] of sent.entries()) {
      void send(text);
      if (i % 1000 === 500) void send(big);
      if (i % 7 === 0) await said();
      if (i % 11 === 0) a.line.arrive(mixed);
      if (i % 13 === 0) b.line.arrive(mixed);
      if (i % 100 === 0) clock.pass(60);
      if (i % 400 === 399) {
        for (const { line } of [a, b]) line.frames.length = 0;
        for (const { unordered } of [a, b]) unordered.moved(i % 800 === 799 ? 'relay' : 'direct');
      }
    }
    await said();
    settle(500);
    const strings = b.received.filter((message) => typeof message === 'string');
    expect(strings.sort()).to.deep.equal([...sent].sort());
    const bytes = b.received.filter((message) => typeof message !== 'string');
    expect(bytes.map((message) => message.length)).to.deep.equal([100_000, 100_000, 100_000]);
    for (const message of bytes) expect(message.every((byte, i) => byte === big[i])).to.equal(true);
    expect(clock.timers, 'and nothing is left to do').to.equal(0);
  });

  it('wait when too much is on its way, and go on as it arrives', async () => {
    let resolved = 0;
    for (const text of texts(5000)) void send(text).then(() => resolved++);
    await said();
    expect(resolved).to.equal(4096);
    settle();
    await said();
    expect([resolved, b.received.length]).to.deep.equal([5000, 5000]);
  });

  it('wait for room, and for a path', async () => {
    a.line.full = true;
    a.unordered.moved(null);
    let resolved = false;
    void send('patient').then(() => (resolved = true));
    await said();
    clock.pass(60_000);
    expect([resolved, clock.timers, a.line.sent]).to.deep.equal([false, 0, 0]);
    a.line.full = false;
    a.unordered.moved('relay');
    await said();
    expect(resolved).to.equal(true);
    settle();
    expect(b.received).to.deep.equal(['patient']);
  });

  it('are not sent again when they are known to have arrived', async () => {
    for (const text of texts(4)) {
      void send(text);
      await said();
    }
    a.line.arrive(([first, , third, fourth]) => [first!, third!, fourth!]);
    clock.pass(60);
    b.line.arrive();
    const { sent } = a.line;
    a.unordered.moved('relay');
    expect(a.line.sent).to.equal(sent + 1);
    settle();
    expect(b.received).to.deep.equal(['message 0', 'message 2', 'message 3', 'message 1']);
  });

  it('that nobody wants any more are not sent, unless they have begun to be', async () => {
    a.line.full = true;
    const controller = new AbortController();
    void a.unordered.send('given up', controller.signal);
    void send('wanted');
    await said();
    controller.abort();
    a.line.full = false;
    a.unordered.drain();
    settle();
    expect(b.received).to.deep.equal(['wanted']);
  });

  it('that wait reject at the end, and so do those that are too long', async () => {
    a.line.full = true;
    const waiting = send('never').catch((error: unknown) => (error as PeerError).code);
    const long = send(new Uint8Array(16 * 1024 * 1024 + 1)).catch(
      (error: unknown) => (error as PeerError).code,
    );
    expect(await long).to.equal('too-large');
    a.unordered.close(gone);
    expect(await waiting).to.equal('gone');
  });

  it('begin anew with a side that has forgotten everything, and say what may be lost', async () => {
    a.line.loses = () => true;
    for (const text of texts(3)) void send(text);
    await said();
    a.line.loses = () => false;
    expect(a.unordered.restart()).to.equal(3);
    void send('after');
    await said();
    settle();
    expect(b.received).to.deep.equal(['after']);
  });

  describe('from somebody who means no good', () => {
    const segment = (id: number, rest: Partial<Segment> = {}): Segment => ({
      id,
      bytes: new Uint8Array(1),
      isText: true,
      starts: true,
      more: false,
      ...rest,
    });
    const receive = (segments: Segment[], low = 1): void => {
      b.unordered.receive(
        encodeUnordered({ epoch: 1, low, theirs: 0, base: 0, beyond: new Uint8Array(0), segments }),
      );
    };

    it('are taken as far ahead as a sender may go, and no further', () => {
      receive([segment(4096), segment(4097), segment(Number.MAX_SAFE_INTEGER)]);
      expect(b.received).to.have.length(1);
    });

    it('end everything when their pieces never do', () => {
      for (let id = 1; b.broken.length === 0 && id < 10_000; id += 100) {
        receive(Array.from({ length: 100 }, (_, i) => segment(id + i, { starts: id + i === 1, more: true })));
      }
      expect(b.broken[0]).to.equal('too-large');
      expect(b.received).to.be.empty;
    });

    it('acknowledge nothing that was never sent', async () => {
      void send('one');
      await said();
      const beyond = new Uint8Array(60_000).fill(255);
      for (const theirs of [0, 1, 2 ** 32 - 1]) {
        a.unordered.receive(
          encodeUnordered({ epoch: 1, low: 1, theirs, base: 2 ** 50, beyond, segments: [] }),
        );
      }
      settle();
      expect(b.received).to.deep.equal(['one']);
    });
  });
});
