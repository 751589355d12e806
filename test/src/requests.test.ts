/** Requests and their answers, over every path, and what a peer may do to them. */
import { expect } from '@open-wc/testing';
import {
  PeerError,
  RequestEvent,
  type Peer,
  type PeerRoom,
  type PeerRoomOptions,
  type RequestDetail,
} from '../../src/index.js';
import { encode } from '../../src/codec/value.js';
import type { SignalingPeer, SignalingSink } from '../../src/signaling.js';
import {
  closeAll,
  makeMesh,
  makePair,
  makeRoom,
  meshed,
  otherPage,
  uniqueName,
  upgraded,
} from '../support/sources.js';
import { once, record, until } from '../support/until.js';

type Two = [PeerRoom, PeerRoom];

const only = (room: PeerRoom): Peer => [...room.peers.values()][0]!;
const idOf = ({ peerId }: PeerRoom): string => peerId ?? '';
const mesh2 = (options: PeerRoomOptions = {}): Promise<Two> => makeMesh(2, options) as Promise<Two>;

const rejection = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    (value) => {
      throw new Error(`It was answered: ${String(value)}`);
    },
    (error: unknown) => error as Error,
  );
const failure = async (promise: Promise<unknown>): Promise<PeerError> => {
  const error = await rejection(promise);
  if (error instanceof PeerError) return error;
  throw new Error('It was rejected, though not with a PeerError.', { cause: error });
};

/** The next request, which gets the answer that the test decides upon, and when. */
function hold(target: PeerRoom): {
  readonly event: Promise<RequestEvent>;
  readonly answer: (value: unknown) => void;
} {
  let answer: (value: unknown) => void = () => undefined;
  const answered = new Promise((resolve) => (answer = resolve));
  const event = new Promise<RequestEvent>((resolve) => {
    const listener = (asked: RequestEvent): void => {
      asked.respondWith(answered);
      resolve(asked);
    };
    target.addEventListener('request', listener, { once: true });
  });
  return { event, answer };
}
const aborted = (signal: AbortSignal): Promise<unknown> =>
  until(() => signal.aborted, { what: 'the signal of a request' });

/** While it runs, the ids of requests are known. */
async function foreseen(id: number, ask: () => Promise<unknown>): Promise<{ answer: Promise<unknown> }> {
  const { random } = Math;
  Math.random = () => (id + 0.5) / Number.MAX_SAFE_INTEGER;
  try {
    return { answer: ask() };
  } finally {
    Math.random = random;
  }
}

/** How the two of every test below reach each other. */
const WAYS: readonly [string, PeerRoomOptions, typeof meshed][] = [
  ['over the relay', { transport: 'relay' }, meshed],
  ['directly', {}, upgraded],
];

describe('Requests', () => {
  afterEach(closeAll);

  for (const [way, options, ready] of WAYS) {
    describe(way, () => {
      let a: PeerRoom, b: PeerRoom;
      beforeEach(async () => {
        [a, b] = await mesh2(options);
        await ready(a, b);
      });

      it('are answered with a value or a promise of one', async () => {
        const details: RequestDetail[] = [];
        b.addEventListener('request', (event) => {
          details.push(event.detail);
          const { data } = event.detail as { data: number };
          event.respondWith(data % 2 === 0 ? { twice: 2 * data } : Promise.resolve(2 * data));
        });
        const first = a.request(4, { to: idOf(b), type: 'double', metadata: { m: [1] } });
        expect(await first).to.deep.equal({ twice: 8 });
        expect(await only(a).request(5)).to.equal(10);
        expect(details).to.deep.equal([
          { data: 4, type: 'double', metadata: { m: [1] }, peer: only(b) },
          { data: 5, type: '', metadata: undefined, peer: only(b) },
        ]);
      });

      it('bring bytes both ways, and nothing at all', async () => {
        b.addEventListener('request', (event) => {
          const { data } = event.detail as { data: Uint8Array | null };
          event.respondWith(data?.map((byte) => byte + 1));
        });
        expect(await only(a).request(new Uint8Array([1, 2]))).to.deep.equal(new Uint8Array([2, 3]));
        expect(await only(a).request(null)).to.equal(undefined);
      });

      it('find the answer that is theirs, however many are under way and in whichever order they are answered', async () => {
        const waiting: (() => void)[] = [];
        b.addEventListener('request', (event) => {
          const answer = new Promise((resolve) => {
            waiting.push(() => {
              resolve(`for ${String(event.detail.data)}`);
            });
          });
          event.respondWith(answer);
          if (waiting.length === 500) for (const act of waiting.reverse()) act();
        });
        const numbers = Array.from({ length: 500 }, (_, i) => i);
        const answers = await Promise.all(numbers.map((i) => only(a).request(i)));
        expect(answers).to.deep.equal(numbers.map((i) => `for ${i}`));
      });

      it('go both ways at once', async () => {
        for (const room of [a, b]) {
          room.addEventListener('request', (event) => {
            event.respondWith(room === a ? 'a' : only(b).request('and you?'));
          });
        }
        expect(await only(a).request('who?')).to.equal('a');
      });

      it('bring errors by name and message, not as errors of ours and without a stack', async () => {
        const causes: [unknown, string, string][] = [
          [new RangeError('too far'), 'RangeError', 'too far'],
          [new DOMException('no such file', 'NotFoundError'), 'NotFoundError', 'no such file'],
          [new PeerError('gone', 'somebody else'), 'PeerError', 'somebody else'],
          ['just a word', 'Error', 'just a word'],
          [undefined, 'Error', 'undefined'],
          [Object.create(null), 'Error', ''],
        ];
        let next = 0;
        b.addEventListener('request', (event) => {
          event.respondWith(
            (async () => {
              await Promise.resolve();
              throw causes[next]![0];
            })(),
          );
        });
        for (; next < causes.length; next++) {
          const error = await rejection(only(a).request(next));
          expect(error).to.be.an.instanceOf(Error);
          expect(error).not.to.be.an.instanceOf(PeerError);
          const [, name, message] = causes[next]!;
          expect([error.name, error.message]).to.deep.equal([name, message]);
          expect(error.stack).to.equal(`${name}: ${message}`);
        }
      });

      it('are refused at once where nobody answers', async () => {
        const heard = record<RequestDetail>(b, 'request');
        const error = await failure(a.request('anybody?', { to: idOf(b), timeout: Infinity }));
        expect([error.code, error.peers]).to.deep.equal(['refused', [idOf(b)]]);
        expect(heard.map(({ detail }) => detail.data)).to.deep.equal(['anybody?']);
      });

      it('end when time is over, which the other side is told', async () => {
        const held = hold(b);
        const error = await failure(a.request('slow', { to: idOf(b), timeout: 50 }));
        expect([error.code, error.peers]).to.deep.equal(['timeout', [idOf(b)]]);
        expect(error.message).to.contain('50 ms');
        await aborted((await held.event).signal);
        held.answer('too late');
        b.addEventListener('request', (event) => {
          event.respondWith('in time');
        });
        expect(await only(a).request('again')).to.equal('in time');
      });

      it('end when the page gives up, which the other side is told', async () => {
        const held = hold(b);
        const controller = new AbortController();
        const rejected = failure(only(a).request('slow', { signal: controller.signal }));
        const { signal } = await held.event;
        expect(signal.aborted).to.equal(false);
        controller.abort('changed my mind');
        const error = await rejected;
        expect([error.code, error.cause, error.peers]).to.deep.equal([
          'aborted',
          'changed my mind',
          [idOf(b)],
        ]);
        await aborted(signal);
        const heard = record<RequestDetail>(b, 'request');
        const never = { signal: controller.signal };
        expect((await failure(only(a).request('never', never))).code).to.equal('aborted');
        expect((await a.request('never', never)).get(idOf(b))).to.have.nested.property(
          'reason.code',
          'aborted',
        );
        await failure(only(a).request('at last'));
        expect(heard.map(({ detail }) => detail.data)).to.deep.equal(['at last']);
      });

      it('end when the other side leaves', async () => {
        const held = hold(b);
        const rejected = failure(a.request('stay', { to: idOf(b) }));
        await held.event;
        b.close();
        const error = await rejected;
        expect([error.code, error.peers]).to.deep.equal(['gone', [idOf(b)]]);
      });

      it('are nobody’s any more when the asker leaves', async () => {
        const held = hold(b);
        const rejected = failure(only(a).request('never mind'));
        const { signal } = await held.event;
        a.close();
        await aborted(signal);
        expect((await rejected).code).to.equal('gone');
      });

      it('do not care that their answer cannot be sent: they are told so', async () => {
        const answers = [() => 1, { deep: [Symbol('s')] }, new WeakMap()];
        b.addEventListener('request', (event) => {
          event.respondWith(answers[event.detail.data as number]);
        });
        for (const i of answers.keys()) {
          const error = await rejection(only(a).request(i));
          expect(error.name).to.equal('DataCloneError');
          expect(error).not.to.be.an.instanceOf(PeerError);
          expect(error.message).not.to.equal('');
        }
      });
    });
  }

  it('to several give what became of each', async function () {
    this.timeout(20_000);
    const [a, fine, failing, leaving, silent, deaf] = (await makeMesh(6, { transport: 'relay' })) as [
      PeerRoom,
      PeerRoom,
      PeerRoom,
      PeerRoom,
      PeerRoom,
      PeerRoom,
    ];
    fine.addEventListener('request', (event) => {
      event.respondWith('fine');
    });
    failing.addEventListener('request', (event) => {
      event.respondWith(Promise.reject(new SyntaxError('what?')));
    });
    leaving.addEventListener('request', (event) => {
      event.respondWith(new Promise(() => {}));
      leaving.close();
    });
    const held = hold(silent);
    const answers = await a.request('all of you', { timeout: 1500 });
    expect(answers.size).to.equal(5);
    expect(answers.get(idOf(fine))).to.deep.equal({ status: 'fulfilled', value: 'fine' });
    const reason = (room: PeerRoom): PeerError =>
      (answers.get(idOf(room)) as PromiseRejectedResult).reason as PeerError;
    expect([reason(failing).name, reason(failing).message]).to.deep.equal(['SyntaxError', 'what?']);
    expect([reason(leaving).code, reason(leaving).peers]).to.deep.equal(['gone', [idOf(leaving)]]);
    expect([reason(silent).code, reason(silent).peers]).to.deep.equal(['timeout', [idOf(silent)]]);
    expect(reason(deaf).code).to.equal('refused');
    await aborted((await held.event).signal);
  });

  it('go to those who are named, once each, and to nobody in an empty room', async () => {
    const [a, b, c] = (await makeMesh(3, { transport: 'relay' })) as [PeerRoom, PeerRoom, PeerRoom];
    const nobody = 'x'.repeat(43);
    const heard = record(c, 'request');
    let asked = 0;
    b.addEventListener('request', (event) => {
      event.respondWith(++asked);
    });
    const answers = await a.request('?', { to: [idOf(b), nobody, idOf(b)] });
    expect([...answers.keys()]).to.deep.equal([idOf(b), nobody]);
    expect(answers.get(idOf(b))).to.deep.equal({ status: 'fulfilled', value: 1 });
    expect(answers.get(nobody)).to.have.nested.property('reason.code', 'gone');
    expect((await a.request('?', { to: [] })).size).to.equal(0);
    const error = await failure(a.request('?', { to: nobody }));
    expect([error.code, error.peers]).to.deep.equal(['gone', [nobody]]);
    const [alone] = (await makeMesh(1)) as [PeerRoom];
    expect(await alone.request('?')).to.deep.equal(new Map());
    expect([asked, heard.length]).to.deep.equal([1, 0]);
  });

  it('give up on those who have not answered, and keep what the others said', async () => {
    const [a, b, c] = (await makeMesh(3, { transport: 'relay' })) as [PeerRoom, PeerRoom, PeerRoom];
    b.addEventListener('request', (event) => {
      event.respondWith('b');
    });
    const held = hold(c);
    const controller = new AbortController();
    const asked = a.request('?', { signal: controller.signal });
    await held.event;
    await a.request('what comes after the first answer', { to: idOf(b) });
    controller.abort();
    const answers = await asked;
    expect(answers.get(idOf(b))).to.deep.equal({ status: 'fulfilled', value: 'b' });
    expect(answers.get(idOf(c))).to.have.nested.property('reason.code', 'aborted');
  });

  describe('in a pair', () => {
    it('wait for the other one, and give its answer', async () => {
      const code = uniqueName();
      const a = makePair({ code });
      const answer = a.request({ n: 1 }, { type: 'sum' });
      const b = makePair({ code });
      b.addEventListener('request', (event) => {
        event.respondWith([event.detail.data, event.detail.type]);
      });
      expect(await answer).to.deep.equal([{ n: 1 }, 'sum']);
      const answers = await a.request(2, { to: [b.peerId ?? ''] });
      expect(answers.get(b.peerId ?? '')).to.deep.equal({ status: 'fulfilled', value: [2, ''] });
    });
  });

  describe('before we are in', () => {
    it('wait, in order with messages', async () => {
      const room = uniqueName();
      const host = makeRoom({ room });
      const heard: unknown[] = [];
      host.addEventListener('data', ({ detail }) => heard.push(detail.data));
      host.addEventListener('request', (event) => {
        heard.push(event.detail.data);
        event.respondWith(heard.length);
      });
      await once(host, 'join');
      const guest = makeRoom({ room, manual: true });
      void guest.send(1);
      const data = { n: 2 };
      const answers = guest.request(data);
      data.n = 7;
      void guest.send(3);
      guest.connect();
      expect((await answers).get(idOf(host))).to.deep.equal({ status: 'fulfilled', value: 2 });
      await until(() => heard.length === 3, { what: 'all three' });
      expect(heard, 'as they were when they were asked').to.deep.equal([1, { n: 2 }, 3]);
    });

    it('wait no longer than they are to, and are not asked afterwards', async () => {
      const room = uniqueName();
      const host = makeRoom({ room });
      const heard: unknown[] = [];
      host.addEventListener('request', (event) => {
        heard.push(event.detail.data);
        event.respondWith(0);
      });
      await once(host, 'join');
      const guest = makeRoom({ room, manual: true });
      const late = await failure(guest.request('late', { to: [idOf(host)], timeout: 20 }));
      expect([late.code, late.peers]).to.deep.equal(['timeout', [idOf(host)]]);
      const controller = new AbortController();
      const unwanted = failure(guest.request('unwanted', { signal: controller.signal }));
      controller.abort();
      expect((await unwanted).code).to.equal('aborted');
      expect((await failure(guest.request('at once', { signal: AbortSignal.abort() }))).code).to.equal(
        'aborted',
      );
      guest.connect();
      expect((await guest.request('now')).size).to.equal(1);
      expect(heard).to.deep.equal(['now']);
    });

    it('end with the room', async () => {
      const room = makeRoom({ room: uniqueName(), manual: true });
      const rejected = failure(room.request('?'));
      room.connect();
      room.close();
      expect((await rejected).code).to.equal('aborted');
    });
  });

  describe('misused', () => {
    it('throw where it happens', async () => {
      const [a, b] = await mesh2();
      const wrong: [object, string][] = [
        [{ too: 'x' }, '"too"'],
        [{ delivery: 'reliable' }, '"delivery"'],
        [{ type: 7 }, 'type'],
        [{ to: 7 }, 'to must'],
        [{ to: [7] }, 'to must'],
        [{ timeout: 0 }, 'timeout'],
        [{ timeout: -1 }, 'timeout'],
        [{ timeout: NaN }, 'timeout'],
        [{ timeout: '10' }, 'timeout'],
      ];
      for (const [options, message] of wrong) {
        expect(() => a.request(1, options), message).to.throw(TypeError, message);
        if (!('to' in options)) expect(() => only(a).request(1, options)).to.throw(TypeError, message);
      }
      expect(() => only(a).request(1, { to: idOf(b) } as object)).to.throw(TypeError, '"to"');
      for (const ask of [() => a.request(() => 1), () => only(a).request(() => 1)]) {
        expect(ask).to.throw(DOMException).with.property('name', 'DataCloneError');
      }
      const peer = only(a);
      a.close();
      expect(() => a.request(1))
        .to.throw(DOMException)
        .with.property('name', 'InvalidStateError');
      expect((await failure(peer.request(1))).code).to.equal('gone');
    });

    it('by who answers twice, or too late, are told so', async () => {
      const [a, b] = await mesh2();
      let kept: RequestEvent | undefined;
      let second: unknown;
      b.addEventListener('request', (event) => {
        kept = event;
        event.respondWith('first');
        try {
          event.respondWith('second');
        } catch (error) {
          second = error;
        }
      });
      expect(await only(a).request('?')).to.equal('first');
      expect(second).to.be.an.instanceOf(DOMException).with.property('name', 'InvalidStateError');
      expect(kept).to.be.an.instanceOf(RequestEvent);
      expect([kept?.bubbles, kept?.composed, kept?.cancelable]).to.deep.equal([false, false, false]);
      expect(() => kept?.respondWith('third'))
        .to.throw(DOMException)
        .with.property('name', 'InvalidStateError');
    });

    it('by a listener that waits before it answers, are refused', async () => {
      const [a, b] = await mesh2();
      const late = new Promise((resolve) => {
        b.addEventListener('request', (event) => {
          void Promise.resolve()
            .then(() => {
              event.respondWith('too late');
            })
            .catch(resolve);
        });
      });
      expect((await failure(only(a).request('?'))).code).to.equal('refused');
      expect(await late)
        .to.be.an.instanceOf(DOMException)
        .with.property('name', 'InvalidStateError');
    });
  });

  it('are answered by whoever is first, and nobody else is asked', async () => {
    const [a, b] = await mesh2();
    const asked: string[] = [];
    const listener =
      (name: string, answers: boolean) =>
      (event: RequestEvent): void => {
        asked.push(name);
        if (answers) event.respondWith(name);
      };
    b.addEventListener('request', listener('room', true));
    b.addEventListener('request', listener('room again', true));
    expect(await only(a).request('?')).to.equal('room');
    only(b).addEventListener('request', listener('peer, silent', false));
    expect(await only(a).request('?')).to.equal('room');
    only(b).addEventListener('request', listener('peer', true));
    expect(await only(a).request('?')).to.equal('peer');
    expect(asked).to.deep.equal(['room', 'peer, silent', 'room', 'peer, silent', 'peer']);
  });

  it('outlive the path by which they were asked', async () => {
    const [a, b] = await mesh2();
    await upgraded(a, b);
    const held = hold(b);
    const answer = only(a).request('by and by');
    await held.event;
    const downgrade = once(a, 'downgrade');
    only(b).connection?.close();
    await downgrade;
    held.answer('by another path');
    expect(await answer).to.equal('by another path');
  });

  it('end when the other side has forgotten everything, and answers to it are not for its next ones', async () => {
    let sink: SignalingSink | undefined;
    let known: SignalingPeer | undefined;
    const room = uniqueName();
    const page = otherPage();
    const b = makeRoom({
      room,
      transport: 'relay',
      signaling: {
        relay: page.relay,
        identity: () => page.identity(),
        join: (request, given) => {
          sink = {
            ...given,
            peer: (peer) => {
              known = peer;
              given.peer(peer);
            },
          };
          return page.join(request, sink);
        },
      },
    });
    await once(b, 'join');
    const a = makeRoom({ room, transport: 'relay' });
    await meshed(a, b);
    const [atA, atB] = [hold(a), hold(b)];
    const ours = failure(only(a).request('of b'));
    const theirs = failure(only(b).request('of a'));
    const { signal } = await atA.event;
    await atB.event;
    sink?.gone(a.peerId ?? '', 'lost');
    sink?.peer(known!);
    expect((await theirs).code, 'who forgets has no peer to wait for').to.equal('gone');
    const error = await ours;
    expect([error.code, error.peers]).to.deep.equal(['gone', [idOf(b)]]);
    await aborted(signal);
    atA.answer('to nobody');
    atB.answer('to nobody');
    b.addEventListener('request', (event) => {
      event.respondWith('new');
    });
    expect(await only(a).request('again')).to.equal('new');
  });

  describe('of a peer that means no good', () => {
    let a: PeerRoom, b: PeerRoom;
    /** What b says to a, whatever that is. */
    const say = (value: unknown): Promise<void> => only(b).transmit(encode(value));
    beforeEach(async () => {
      [a, b] = await mesh2({ transport: 'relay' });
    });

    it('are not answered by what has another shape, or another id', async () => {
      const held = hold(b);
      const asked = record(a, 'request');
      const { answer } = await foreseen(4711, () => only(a).request('?'));
      await held.event;
      for (const wrong of [
        { response: '4711', data: 1 },
        { response: -4711, data: 1 },
        { response: 4711.5, data: 1 },
        { response: [4711], data: 1 },
        { response: null, data: 1 },
        { response: 4712, data: 'somebody else’s' },
        { response: 4711, error: 'text' },
        { response: 4711, error: { name: 7, message: 'm' } },
        { response: 4711, error: { name: 'n' } },
        { response: 4711, refusal: 'kicked' },
        { response: 4711, refusal: ['refused'] },
        { cancel: 4711 },
        { request: 4711 },
        { request: '1', type: '', data: 1 },
      ]) {
        await say(wrong);
      }
      await say({ response: 4711, data: 'the first that will do' });
      await say({ response: 4711, data: 'a second one' });
      expect(await answer).to.equal('the first that will do');
      await say({ type: '', data: 'still talking' });
      expect((await once<{ data: unknown }>(a, 'data')).detail.data).to.equal('still talking');
      expect(asked).to.be.empty;
    });

    it('are nobody else’s to answer', async () => {
      const c = makeRoom({ room: a.room ?? '', transport: 'relay' });
      await meshed(a, b, c);
      const held = hold(c);
      const { answer } = await foreseen(815, () => a.request('?', { to: idOf(c) }));
      await held.event;
      await only(b).send('before');
      await b.peer(idOf(a))?.transmit(encode({ response: 815, data: 'forged' }));
      const heard = once(a, 'data');
      void b.send('and after', { to: idOf(a) });
      await heard;
      held.answer('true');
      expect(await answer).to.equal('true');
    });

    it('cannot pretend to an error of ours', async () => {
      const held = hold(b);
      const { answer } = await foreseen(1, () => only(a).request('?'));
      await held.event;
      await say({ response: 1, error: { name: 'PeerError', message: 'm', code: 'gone', stack: 's' } });
      const error = await rejection(answer);
      expect(error).not.to.be.an.instanceOf(PeerError);
      expect('code' in error).to.equal(false);
      expect(error.stack).to.equal('PeerError: m');
    });

    it('are told once, however often they come', async () => {
      const events = record<RequestDetail>(a, 'request');
      const held = hold(a);
      const ask = (id: number): Promise<void> => say({ request: id, type: '', data: id });
      await ask(1);
      await ask(1);
      await say({ cancel: 2 });
      await ask(3);
      await until(() => events.some(({ detail }) => detail.data === 3), { what: 'the last one' });
      expect(events.map(({ detail }) => detail.data)).to.deep.equal([1, 3]);
      expect((await held.event).detail.data).to.equal(1);
    });

    it('are refused beyond a number, until some are answered', async () => {
      const answers: ((value: string) => void)[] = [];
      const signals: AbortSignal[] = [];
      a.addEventListener('request', (event) => {
        signals.push(event.signal);
        event.respondWith(new Promise((resolve) => answers.push(resolve)));
      });
      const give = (count: number): Promise<unknown>[] =>
        Array.from({ length: count }, () => only(b).request('flood', { timeout: Infinity }));
      const flood = give(1024);
      await until(() => answers.length === 1024, { what: 'as many as there may be' });
      const error = await failure(only(b).request('one more'));
      expect([error.code, answers.length]).to.deep.equal(['rate-limited', 1024]);
      // To be asked no longer is not to be answered: what is worked on still counts.
      const controller = new AbortController();
      const unwanted = rejection(only(b).request('unwanted', { signal: controller.signal }));
      controller.abort();
      await unwanted;
      for (const answer of answers.splice(0)) answer('done');
      expect(new Set(await Promise.all(flood))).to.deep.equal(new Set(['done']));
      const again = only(b).request('again');
      await until(() => answers.length === 1, { what: 'the next one' });
      answers[0]?.('again');
      expect(await again).to.equal('again');
    });
  });

  it('tell when an answer is larger than messages may be', async function () {
    this.timeout(20_000);
    const [a, b] = await mesh2();
    b.addEventListener('request', (event) => {
      event.respondWith('x'.repeat(17 * 1024 * 1024));
    });
    const error = await failure(only(a).request('?'));
    expect([error.code, error.peers]).to.deep.equal(['too-large', [idOf(b)]]);
  });
});
