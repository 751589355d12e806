/** Who is there. */
import type { Case } from './case.js';
import { kinds, randomRoom, text } from './company.js';
import { equal, hold } from './expectation.js';

export const presence = (): readonly Case[] => [
  {
    title: 'calls nothing on the sink before join() has returned',
    async run(company) {
      const { sink } = company.enter(randomRoom());
      equal(kinds(sink), [], 'what the sink was told inside join()');
      await sink.heard('joined');
    },
  },
  {
    title: 'opens with the id of identity(), then joins',
    async run(company) {
      const signaling = company.page();
      const { sink, id } = await company.join(randomRoom(), {}, signaling);
      equal(
        kinds(sink).filter((what) => what !== 'iceServers'),
        ['open', 'joined'],
        'what the sink was told',
      );
      hold(/^[\w-]{43}(\.\d+)?$/.test(id), `an id is 43 base64url characters, not ${id}`);
      equal((await signaling.identity()).id, id, "identity()'s id");
      const [{ created, peers } = {}] = sink.all('joined');
      equal({ created, peers }, { created: true, peers: [] }, 'the first one into a room');
    },
  },
  {
    title: 'shows newcomers to members and members to newcomers, each with its hello',
    async run(company) {
      const room = randomRoom();
      const first = await company.join(room, { hello: text('first') });
      const second = await company.join(room, { hello: text('second') });
      const [{ created, peers } = {}] = second.sink.all('joined');
      equal(created, false, 'whether the second one has created the room');
      const shown = peers?.map(({ id, hello, newcomer }) => ({ id, hello, newcomer }));
      equal(shown, [{ id: first.id, hello: text('first'), newcomer: false }], 'whom the newcomer is shown');
      const [{ id, hello, newcomer } = {}] = await first.sink.heard('peer');
      equal(
        { id, hello, newcomer },
        { id: second.id, hello: text('second'), newcomer: true },
        'whom the member is shown',
      );
    },
  },
  {
    title: 'tells the others when a member leaves',
    needs: 'reliable',
    async run(company) {
      const room = randomRoom();
      const [a, b] = [await company.join(room), await company.join(room)];
      await a.sink.heard('peer');
      b.session.close();
      const [{ id, reason } = {}] = await a.sink.heard('gone');
      equal({ id, reason }, { id: b.id, reason: 'left' }, 'who is gone');
    },
  },
  {
    title: 'is silent after close()',
    needs: 'reliable',
    async run(company) {
      const room = randomRoom();
      const [a, b] = [await company.join(room), await company.join(room)];
      await a.sink.heard('peer');
      b.session.close();
      const before = kinds(b.sink);
      await a.sink.heard('gone');
      const c = await company.join(room);
      await a.sink.heard('peer', 2);
      a.session.send(b.id, text('you are gone'));
      a.session.send(c.id, text('and you are here'));
      await c.sink.heard('message');
      equal(kinds(b.sink), before, 'what somebody who has left was told');
      b.session.close();
    },
  },
  {
    title: 'can be closed before it is in',
    async run(company) {
      const room = randomRoom();
      const early = company.enter(room);
      early.session.close();
      const { sink } = await company.join(room);
      equal(kinds(early.sink), [], 'what was told after close()');
      equal(sink.all('joined')[0]?.peers, [], 'who is in the room that nobody stayed in');
    },
  },
  {
    title: 'lets a page come back under the same id',
    async run(company) {
      const signaling = company.page();
      const room = randomRoom();
      const witness = await company.join(room);
      const before = await company.join(room, { hello: text('1') }, signaling);
      await witness.sink.heard('peer');
      before.session.close();
      const after = await company.join(room, { hello: text('2') }, signaling);
      equal(after.id, before.id, 'the id of the page that came back');
      const peers = await witness.sink.heard('peer', 2);
      equal(peers[1]?.hello, text('2'), 'the hello of the page that came back');
    },
  },
  {
    title: 'keeps several rooms of one page apart, under one id',
    async run(company) {
      const signaling = company.page();
      const [near, far] = [randomRoom(), randomRoom()];
      const [here, there] = await Promise.all([
        company.join(near, {}, signaling),
        company.join(far, {}, signaling),
      ]);
      await company.join(far);
      equal(here.id, there.id, 'the ids of one page in two rooms');
      await there.sink.heard('peer');
      equal(here.sink.all('peer'), [], 'who came into the other room');
    },
  },
  {
    title: 'refuses a room that this page is in already',
    async run(company) {
      const signaling = company.page();
      const room = randomRoom();
      const member = await company.join(room, {}, signaling);
      await company.refused(room, 'refused', {}, signaling);
      const other = await company.join(room);
      const [peer] = await member.sink.heard('peer');
      equal(peer?.id, other.id, 'whom the member, who is undisturbed, is shown');
    },
  },
];
