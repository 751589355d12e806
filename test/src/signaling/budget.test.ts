import { expect } from '@open-wc/testing';
import { MESSAGE_HEADER_BYTES } from '../../../src/message-frame.js';
import { type Budget } from '../../../src/protocol.js';
import { ConnectionBudget, type Drainable } from '../../../src/signaling/budget.js';
import { until } from '../../support/until.js';

/** A connection that is nothing but its accounts. */
class Line {
  backlog = 0;
  /** Whether the server answers at once. */
  answers = true;
  pings = 0;
  /** Payload bytes, in the order in which they were sent. */
  readonly sent: number[] = [];
  readonly budget: ConnectionBudget;

  constructor(budget: Partial<Budget>) {
    const enough = { messages: 1e6, messageBurst: 1e6, bytes: 1e9, byteBurst: 1e9 };
    this.budget = new ConnectionBudget(
      { ...enough, ...budget },
      {
        backlog: () => this.backlog,
        ping: () => {
          this.pings++;
          this.budget.pinged();
          if (this.answers)
            queueMicrotask(() => {
              this.budget.ponged();
            });
        },
      },
    );
  }

  send(who: Drainable, bytes: number): boolean {
    if (!this.budget.reserve(who, bytes)) return false;
    this.sent.push(bytes);
    this.budget.sent(MESSAGE_HEADER_BYTES + bytes);
    return true;
  }

  /** Somebody who wants to say so much so often. */
  talker(bytes: number, count: number): Drainable & { left: number } {
    const talker = {
      left: count,
      drain: () => {
        while (talker.left > 0 && this.send(talker, bytes)) talker.left--;
      },
    };
    return talker;
  }
}

const frame = (bytes: number): number => bytes - MESSAGE_HEADER_BYTES;

describe("A connection's budget", () => {
  let line: Line;
  afterEach(() => {
    line.budget.close();
  });

  it('gives three quarters of the burst at once, and the rest at four fifths of the rate', async () => {
    line = new Line({ byteBurst: 4000, bytes: 10_000 });
    const talker = line.talker(frame(100), 70);
    const started = performance.now();
    talker.drain();
    expect(line.sent).to.have.length(30);
    await until(() => talker.left === 0);
    expect(performance.now() - started).to.be.above((4000 / 10_000 / 0.8) * 1000 - 20);
  });

  it('counts messages as well as bytes', async () => {
    line = new Line({ messageBurst: 40, messages: 100 });
    const talker = line.talker(1, 34);
    talker.drain();
    // Every question to the server is a message, too.
    expect(line.sent.length + line.pings).to.be.within(29, 30);
    await until(() => talker.left === 0);
  });

  it('counts what was not reserved', () => {
    line = new Line({ byteBurst: 4000, bytes: 1 });
    line.budget.sent(2900);
    const talker = line.talker(frame(100), 2);
    line.answers = false;
    talker.drain();
    expect(talker.left).to.equal(1);
  });

  it('counts what was reserved once, whenever it is sent', () => {
    line = new Line({ byteBurst: 4000, bytes: 1 });
    const who = line.talker(0, 0);
    for (let i = 0; i < 15; i++) expect(line.budget.reserve(who, frame(100))).to.equal(true);
    for (let i = 0; i < 15; i++) line.budget.sent(100);
    for (let i = 0; i < 14; i++) expect(line.budget.reserve(who, frame(100)), String(i)).to.equal(true);
  });

  it('lets what is larger than all of it pass when it is whole', async () => {
    line = new Line({ byteBurst: 100, bytes: 10_000 });
    const talker = line.talker(frame(1000), 3);
    talker.drain();
    expect(talker.left).to.equal(2);
    await until(() => talker.left === 0);
  });

  it('asks them in turn', async () => {
    line = new Line({ byteBurst: 4000, bytes: 50_000 });
    const talkers = [line.talker(frame(101), 60), line.talker(frame(102), 60), line.talker(frame(103), 60)];
    for (const talker of talkers) talker.drain();
    await until(() => talkers.every(({ left }) => left === 0));
    // The first had the burst for itself; from then on nobody gets much more than the others.
    const after = line.sent.slice(29, 29 + 60).map((bytes) => bytes + MESSAGE_HEADER_BYTES);
    for (const size of [101, 102, 103]) {
      expect(after.filter((bytes) => bytes === size).length, String(size)).to.be.within(10, 35);
    }
  });

  it('does not let large messages starve behind small ones', async () => {
    line = new Line({ byteBurst: 4000, bytes: 50_000 });
    const small = line.talker(frame(100), 1e6);
    const large = line.talker(frame(2900), 3);
    small.drain();
    large.drain();
    // Somebody who does not wait to be asked.
    const impatient = setInterval(() => {
      small.drain();
    }, 1);
    await until(() => large.left === 0);
    clearInterval(impatient);
  });

  it('adds nothing to a socket that is full already, and goes on when it is not', async () => {
    line = new Line({});
    line.backlog = 65_537;
    const talker = line.talker(10, 1);
    talker.drain();
    expect(talker.left).to.equal(1);
    line.backlog = 65_536;
    await until(() => talker.left === 0);
  });

  it('never has more on its way than the server can take at once, however long that takes', async () => {
    line = new Line({ byteBurst: 4000, bytes: 1e6 });
    line.answers = false;
    const talker = line.talker(frame(100), 100);
    talker.drain();
    expect(line.sent).to.have.length(30);
    expect(line.pings, 'it asks early').to.equal(1);
    const clock = line.talker(0, 0);
    for (const until = performance.now() + 50; performance.now() < until;);
    expect(line.budget.reserve(clock, 1), 'fifty times the burst has passed').to.equal(false);
    line.answers = true;
    line.budget.ponged();
    await until(() => talker.left === 0);
    expect(line.pings).to.be.below(12);
  });

  it('asks nobody who is not there any more', async () => {
    line = new Line({ byteBurst: 400, bytes: 10_000 });
    const [first, second] = [line.talker(frame(300), 2), line.talker(frame(100), 1)];
    first.drain();
    second.drain();
    line.budget.forget(first);
    await until(() => second.left === 0);
    expect(first.left).to.equal(1);
  });

  it('goes on after somebody who wants nothing any more', async () => {
    line = new Line({ byteBurst: 400, bytes: 10_000 });
    const fickle = { drain: () => undefined };
    const talker = line.talker(frame(300), 2);
    expect(line.send(fickle, frame(300))).to.equal(true);
    expect(line.send(fickle, frame(300))).to.equal(false);
    talker.drain();
    await until(() => talker.left === 0);
  });

  it('is silent once it is closed', () => {
    line = new Line({});
    line.budget.close();
    expect(line.budget.reserve({ drain: () => undefined }, 1)).to.equal(false);
    line.budget.sent(10);
    line.budget.ponged();
  });
});
