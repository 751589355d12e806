import { expect } from '@open-wc/testing';
import { PeerError } from '../../../src/errors.js';
import { Conversation } from '../../../src/session/conversation.js';
import type { Pipe, PipeName } from '../../../src/session/pipe.js';
import type { Received } from '../../../src/session/window.js';
import { random } from '../../support/random.js';
import { until } from '../../support/until.js';

type Frame = string | ArrayBuffer;

/** A wire of which each end is a pipe; it loses what it is told to, and everything while it is cut. */
class Wire {
  cut = false;
  loses: () => boolean = () => false;
  full = false;
  readonly #queue: (() => void)[] = [];
  #running = false;

  pipe(deliver: (frame: Frame) => void): Pipe {
    return {
      batch: 16_384,
      hasRoom: () => !this.full,
      send: (frame) => {
        if (this.cut || this.loses()) return;
        const data = typeof frame === 'string' ? frame : frame.slice().buffer;
        this.#queue.push(() => {
          if (!this.cut) deliver(data);
        });
        void this.#run();
      },
    };
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      await new Promise((resolve) => setTimeout(resolve));
      // Whatever is in the queue by now arrives in one go, as on a network.
      next();
      for (const frame of this.#queue.splice(0, 5)) frame();
    }
    this.#running = false;
  }
}

class Side {
  readonly received: unknown[] = [];
  readonly gaps: number[] = [];
  readonly moves: (PipeName | null)[] = [];
  readonly silences: boolean[] = [];
  byes = 0;
  restarts = 0;
  readonly conversation = new Conversation({
    message: (message) => this.received.push(valueOf(message)),
    bye: () => this.byes++,
    moved: (to) => this.moves.push(to),
    restarted: () => {
      this.restarts++;
      return '"again"';
    },
    gap: (lost) => this.gaps.push(lost),
    silent: (silent) => this.silences.push(silent),
    broken: (error) => {
      throw error;
    },
  });
}

function valueOf(message: Received): unknown {
  if ('value' in message) return message.value;
  return 'text' in message ? (JSON.parse(message.text) as unknown) : new Uint8Array(message.bytes);
}

class Pair {
  readonly a = new Side();
  b = new Side();
  readonly wires: Record<PipeName, Wire> = { relay: new Wire(), direct: new Wire() };

  open(...names: PipeName[]): this {
    for (const name of names) {
      this.openAt('a', name);
      this.openAt('b', name);
    }
    return this;
  }

  openAt(side: 'a' | 'b', name: PipeName): void {
    const other = side === 'a' ? 'b' : 'a';
    const pipe = this.wires[name].pipe((frame) => {
      this[other].conversation.receive(frame, name);
    });
    this[side].conversation.open(name, pipe);
  }

  shut(name: PipeName): void {
    this.a.conversation.shut(name);
    this.b.conversation.shut(name);
  }
}

const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);
const say = (side: Side, ...values: unknown[]): Promise<unknown> =>
  Promise.all(values.map((value) => side.conversation.send(JSON.stringify(value))));
const heard = (side: Side, count: number): Promise<unknown> =>
  until(() => side.received.length >= count, { what: `${String(count)} messages` });
const gone = new PeerError('gone', 'The end.');

describe('A conversation', () => {
  let pair: Pair;
  beforeEach(() => (pair = new Pair()));
  afterEach(() => {
    pair.a.conversation.close(gone);
    pair.b.conversation.close(gone);
  });

  it('brings what was said before there was a pipe, in order, both ways', async () => {
    const said = [say(pair.a, ...numbers(10)), say(pair.b, 'x', null, { y: [1] })];
    pair.open('relay');
    await Promise.all([...said, heard(pair.a, 3), heard(pair.b, 10)]);
    expect(pair.b.received).to.deep.equal(numbers(10));
    expect(pair.a.received).to.deep.equal(['x', null, { y: [1] }]);
  });

  it('sends what one task says in few frames', async () => {
    pair.open('relay');
    let frames = 0;
    pair.wires.relay.loses = () => {
      frames++;
      return false;
    };
    await say(pair.a, ...numbers(500));
    await heard(pair.b, 500);
    expect(frames).to.be.below(10);
  });

  it('resolves only once a pipe has taken the message, and no pipe takes more than it has room for', async () => {
    pair.wires.relay.full = true;
    pair.open('relay');
    let taken = false;
    const sent = say(pair.a, 1).then(() => (taken = true));
    await say(pair.b).then(() => new Promise((resolve) => setTimeout(resolve)));
    expect(taken).to.equal(false);
    pair.wires.relay.full = false;
    pair.a.conversation.drain();
    await sent;
    await heard(pair.b, 1);
  });

  it('sends what a loop says that awaits each in few frames, the first word at once', async () => {
    pair.open('relay');
    const frames: number[] = [];
    let said = 0;
    pair.wires.relay.loses = () => {
      frames.push(said);
      return false;
    };
    for (; said < 3000; said++) await say(pair.a, said);
    await heard(pair.b, 3000);
    expect(pair.b.received).to.deep.equal(numbers(3000));
    expect(frames[0], 'after the first').to.equal(0);
    expect(frames.length).to.be.below(20);
  });

  it('begins to send before a task is through that says much', async () => {
    pair.open('relay');
    let frames = 0;
    pair.wires.relay.loses = () => {
      frames++;
      return false;
    };
    const sent = say(pair.a, ...numbers(20_000));
    expect(frames).to.be.above(0);
    await Promise.all([sent, heard(pair.b, 20_000)]);
    expect(pair.b.received).to.deep.equal(numbers(20_000));
  });

  it('waits in the middle of a task as soon as a pipe is full', async () => {
    pair.open('relay');
    pair.wires.relay.loses = () => {
      pair.wires.relay.full = true;
      return false;
    };
    let taken = 0;
    const loop = (async () => {
      for (let i = 0; i < 5000; i++) {
        await say(pair.a, 'x'.repeat(100));
        taken++;
      }
    })();
    await new Promise((resolve) => setTimeout(resolve));
    // The first, and what goes without asking.
    expect(taken).to.be.within(1, 400);
    pair.wires.relay.loses = () => false;
    pair.wires.relay.full = false;
    pair.a.conversation.drain();
    await Promise.all([loop, heard(pair.b, 5000)]);
  });

  it('asks the pipe again in every task, however much the last one said', async () => {
    pair.open('relay');
    await say(pair.a, 'x'.repeat(40_000));
    await heard(pair.b, 1);
    pair.wires.relay.full = true;
    let taken = false;
    const sent = say(pair.a, 'after').then(() => (taken = true));
    await new Promise((resolve) => setTimeout(resolve));
    expect(taken).to.equal(false);
    pair.wires.relay.full = false;
    pair.a.conversation.drain();
    await Promise.all([sent, heard(pair.b, 2)]);
  });

  it('still says what was said in the same task before it parts', async () => {
    pair.open('relay');
    await say(pair.a, 0);
    const sent = say(pair.a, 1, 2);
    pair.a.conversation.part();
    pair.a.conversation.close(gone);
    await Promise.all([sent, heard(pair.b, 3)]);
    expect(pair.b.byes).to.equal(1);
  });

  it('carries bytes, and messages longer than a frame, beside others', async () => {
    pair.open('relay');
    const long = 'é'.repeat(100_000);
    const bytes = new Uint8Array(80_000).map((_, i) => i);
    const sent = [pair.a.conversation.send(bytes), say(pair.a, long, 'after')];
    await Promise.all([...sent, heard(pair.b, 3)]);
    expect(pair.b.received).to.deep.equal([bytes, long, 'after']);
  });

  it('refuses a message that is too long, and goes on', async () => {
    pair.open('relay');
    const error: unknown = await pair.a.conversation
      .send(new Uint8Array(16 * 1024 * 1024 + 1))
      .catch((reason: unknown) => reason);
    expect(error).to.be.an.instanceOf(PeerError).with.property('code', 'too-large');
    await say(pair.a, 'small');
    await heard(pair.b, 1);
  });

  it('leaves out what its sender took back in time, and finishes what has begun', async () => {
    const abort = new AbortController();
    const early = pair.a.conversation.send('"never"', abort.signal);
    void early;
    void say(pair.a, 'kept');
    abort.abort();
    pair.open('relay');
    await heard(pair.b, 1);
    expect(pair.b.received).to.deep.equal(['kept']);
  });

  it('makes a sender wait while nothing is acknowledged', async () => {
    pair.open('relay');
    await say(pair.a, 'first');
    await heard(pair.b, 1);
    pair.wires.relay.cut = true;
    let taken = 0;
    for (const value of numbers(10_000)) {
      void pair.a.conversation.send(String(value)).then(
        () => taken++,
        () => undefined,
      );
    }
    await until(() => taken >= 8000, { what: 'a full window' });
    expect(taken).to.be.at.most(8192);
    pair.wires.relay.cut = false;
    pair.shut('relay');
    pair.open('relay');
    await heard(pair.b, 10_001);
    expect(pair.b.received.slice(1)).to.deep.equal(numbers(10_000));
  });

  it('moves to the direct path and back without losing, doubling or reordering anything', async () => {
    pair.open('relay');
    const total = 4000;
    for (const round of numbers(8)) {
      void say(pair.a, ...numbers(500, round * 500));
      void say(pair.b, ...numbers(500, round * 500));
      await heard(pair.b, round * 500 + 250);
      if (round % 2 === 0) pair.open('direct');
      else {
        pair.wires.direct.cut = true;
        pair.shut('direct');
        pair.wires.direct = new Wire();
      }
    }
    await Promise.all([heard(pair.a, total), heard(pair.b, total)]);
    expect(pair.a.received).to.deep.equal(numbers(total));
    expect(pair.b.received).to.deep.equal(numbers(total));
    expect(pair.a.moves.filter((move) => move === 'direct').length).to.equal(4);
  });

  it('follows the other side off a path that only it has found broken', async () => {
    pair.open('relay', 'direct');
    await until(() => pair.a.conversation.active === 'direct', { what: 'the direct path' });
    pair.b.conversation.shut('direct');
    await until(() => pair.a.conversation.active === 'relay', { what: 'the relay' });
    await say(pair.a, 1);
    await heard(pair.b, 1);
    pair.openAt('b', 'direct');
    await until(() => pair.a.conversation.active === 'direct', { what: 'the direct path again' });
    await say(pair.a, 2);
    await heard(pair.b, 2);
  });

  for (const seed of [1, 2, 3, 4]) {
    it(`brings 2000 messages each way over pipes that lose and die at random (seed ${String(seed)})`, async function () {
      this.timeout(60_000);
      const chance = random(seed);
      pair.wires.relay.loses = () => chance() < 0.02;
      pair.open('relay');
      const total = 2000;
      for (const round of numbers(20)) {
        void say(pair.a, ...numbers(100, round * 100));
        void say(pair.b, ...numbers(100, round * 100));
        const what = chance();
        const name: PipeName = chance() < 0.5 ? 'relay' : 'direct';
        if (what < 0.4) {
          const wire = (pair.wires[name] = new Wire());
          wire.loses = () => name === 'relay' && chance() < 0.02;
          pair.shut(name);
          pair.open(name);
        } else if (what < 0.6) {
          pair.wires.direct.cut = true;
          pair[chance() < 0.5 ? 'a' : 'b'].conversation.shut('direct');
          pair.wires.direct = new Wire();
          pair.shut('direct');
        }
        await new Promise((resolve) => setTimeout(resolve, chance() * 10));
      }
      pair.wires.relay.loses = () => false;
      pair.shut('relay');
      pair.open('relay');
      await until(() => pair.a.received.length >= total && pair.b.received.length >= total, {
        what: 'all messages',
        timeout: 30_000,
      });
      expect(pair.a.received).to.deep.equal(numbers(total));
      expect(pair.b.received).to.deep.equal(numbers(total));
      expect([pair.a.gaps, pair.b.gaps]).to.deep.equal([[], []]);
    });
  }

  it('asks again for what the relay has silently lost', async function () {
    this.timeout(20_000);
    pair.open('relay');
    await say(pair.a, 1);
    await heard(pair.b, 1);
    pair.wires.relay.cut = true;
    await say(pair.a, 2, 3);
    await new Promise((resolve) => setTimeout(resolve));
    pair.wires.relay.cut = false;
    await until(() => pair.b.received.length === 3, { what: 'what was lost', timeout: 15_000 });
  });

  it('tells of a gap on both sides when the other one has forgotten', async () => {
    pair.open('relay');
    await say(pair.a, 1, 2);
    await heard(pair.b, 2);
    await say(pair.b, 'b');
    await heard(pair.a, 1);
    pair.wires.relay.cut = true;
    await say(pair.a, 3, 4, 5);
    pair.b.conversation.close(gone);
    pair.b = new Side();
    pair.wires.relay = new Wire();
    pair.a.conversation.meet();
    pair.openAt('b', 'relay');
    pair.a.conversation.shut('relay');
    pair.openAt('a', 'relay');
    void say(pair.a, 6);
    await heard(pair.b, 2);
    expect(pair.b.received).to.deep.equal(['again', 6]);
    expect([pair.a.gaps, pair.b.gaps, pair.a.restarts]).to.deep.equal([[3], [3], 1]);
    void say(pair.b, 'new');
    await heard(pair.a, 2);
    expect(pair.a.received).to.deep.equal(['b', 'new']);
  });

  it('notices silence on the relay, and its end', async function () {
    this.timeout(30_000);
    pair.open('relay');
    await say(pair.a, 1);
    await heard(pair.b, 1);
    pair.wires.relay.cut = true;
    const since = performance.now();
    await until(() => pair.a.silences.length > 0, { what: 'silence', timeout: 16_000 });
    expect(performance.now() - since).to.be.below(15_000);
    pair.wires.relay.cut = false;
    await until(() => pair.a.silences.length > 1, { what: 'a sign of life', timeout: 10_000 });
    expect(pair.a.silences).to.deep.equal([true, false]);
  });

  it('says goodbye, and rejects what no pipe has taken', async () => {
    const late = new Side();
    const sent = late.conversation.send('1').catch((error: unknown) => error);
    late.conversation.close(gone);
    expect(await sent).to.equal(gone);
    pair.open('relay');
    pair.a.conversation.part();
    pair.a.conversation.close(gone);
    await until(() => pair.b.byes === 1, { what: 'a goodbye' });
  });
});
