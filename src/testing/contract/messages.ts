/** What is said. */
import type { Case } from './case.js';
import { randomRoom, silent, text } from './company.js';
import { equal } from './expectation.js';

const MANY = 200;
const LARGE = 65_536;

export const messages = (): readonly Case[] => [
  {
    title: 'carries bytes to one member alone, stamped with the sender',
    needs: 'reliable',
    async run(company) {
      const room = randomRoom();
      const a = await company.join(room);
      const b = await company.join(room);
      const c = await company.join(room);
      await a.sink.heard('peer', 2);
      a.session.send(b.id, text('for b'));
      a.session.send(c.id, text('for c'));
      for (const [{ sink }, said] of [[b, 'for b'] as const, [c, 'for c'] as const]) {
        await sink.heard('message');
        equal(
          sink.all('message').map(({ from, bytes }) => ({ from, bytes })),
          [{ from: a.id, bytes: text(said) }],
          `what somebody hears who was told "${said}"`,
        );
      }
    },
  },
  {
    title: 'carries all that is said, in its order',
    needs: 'reliable',
    async run(company) {
      const room = randomRoom();
      const [a, b] = [await company.join(room), await company.join(room)];
      await a.sink.heard('peer');
      for (let i = 0; i < MANY; i++) a.session.send(b.id, new Uint8Array([i]));
      const heard = await b.sink.heard('message', MANY);
      equal(
        heard.map(({ bytes }) => bytes[0]),
        Array.from({ length: MANY }, (_, i) => i),
        'the first bytes of the messages',
      );
    },
  },
  {
    title: 'gives nothing twice, and nothing late',
    async run(company) {
      const room = randomRoom();
      const [a, b] = [await company.join(room), await company.join(room)];
      await a.sink.heard('peer');
      for (let i = 0; i < MANY; i++) a.session.send(b.id, new Uint8Array([i]));
      await b.sink.heard('message', MANY / 2);
      const numbers = b.sink.all('message').map(({ bytes }) => bytes[0] ?? -1);
      const rising = numbers.filter((number, i) => i === 0 || number > (numbers[i - 1] ?? -1));
      equal(numbers, rising, 'the numbers of the messages, which can only grow');
    },
  },
  {
    title: `carries ${String(LARGE)} bytes as they are`,
    needs: 'reliable',
    async run(company) {
      const room = randomRoom();
      const [a, b] = [await company.join(room), await company.join(room)];
      await a.sink.heard('peer');
      const large = Uint8Array.from({ length: LARGE }, (_, i) => (i * 7) % 251);
      a.session.send(b.id, large);
      const [{ bytes } = {}] = await b.sink.heard('message');
      equal(bytes, large, 'what arrived');
    },
  },
  {
    title: 'drops what is sent to a stranger',
    needs: 'reliable',
    async run(company) {
      const room = randomRoom();
      const [a, b] = [await company.join(room), await company.join(room)];
      const stranger = await company.join(randomRoom());
      await a.sink.heard('peer');
      a.session.send(stranger.id, text('psst'));
      stranger.session.send(b.id, text('let me in'));
      a.session.send(b.id, text('hi'));
      await b.sink.heard('message');
      silent(stranger.sink, 'message', 'somebody in another room heard what was meant for it');
      equal(
        b.sink.all('message').map(({ from, bytes }) => ({ from, bytes })),
        [{ from: a.id, bytes: text('hi') }],
        'what a member heard',
      );
    },
  },
  {
    title: 'keeps what is said in one room out of the other ones of a page',
    needs: 'reliable',
    async run(company) {
      const signaling = company.page();
      const [near, far] = [randomRoom(), randomRoom()];
      const here = await company.join(near, {}, signaling);
      const there = await company.join(far, {}, signaling);
      const other = await company.join(far);
      other.session.send(there.id, text('there'));
      await there.sink.heard('message');
      silent(here.sink, 'message', 'it was said in the other room');
    },
  },
  {
    title: 'has room for a message while it is in',
    needs: 'reliable',
    async run(company) {
      const room = randomRoom();
      const other = await company.join(room);
      const { sink, session } = company.enter(room);
      equal(session.reserve(100, other.id), false, 'reserve() before "joined"');
      await sink.heard('joined');
      equal(session.reserve(100, other.id), true, 'reserve() after "joined"');
      session.send(other.id, new Uint8Array(100));
      await other.sink.heard('message');
      session.close();
      equal(session.reserve(100, other.id), false, 'reserve() after close()');
      await other.sink.heard('gone');
      silent(sink, 'drain', 'nobody was refused who had a reason to wait');
    },
  },
];
