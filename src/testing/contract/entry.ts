/** Who may come in. */
import type { Case } from './case.js';
import { randomRoom } from './company.js';
import { equal } from './expectation.js';

const RACERS = 8;
const SEATS = 2;
const racers = <T>(make: () => T): T[] => Array.from({ length: RACERS }, make);

/** @param isExact nobody is let in for a moment when many come for the last seats at once */
export const entry = (isExact: boolean): readonly Case[] => [
  {
    title: 'lets create fail where there is a room, and join where there is none',
    async run(company) {
      const room = randomRoom();
      await company.refused(room, 'room-missing', { entry: 'join' });
      await company.join(room, { entry: 'create' });
      await company.refused(room, 'room-exists', { entry: 'create' });
      const member = await company.join(room, { entry: 'join' });
      equal(member.sink.all('joined')[0]?.created, false, 'whether who joins has created the room');
    },
  },
  {
    title: 'has exactly one creator, however many try',
    needs: 'reliable',
    async run(company) {
      const room = randomRoom();
      const all = racers(() => company.enter(room, { entry: 'create' }));
      const winners = await company.winners(all);
      equal(winners.length, 1, `how many of ${String(RACERS)} could create the same room`);
    },
  },
  {
    title: 'keeps to the capacity that the creator fixed, and frees seats',
    needs: 'reliable',
    async run(company) {
      const room = randomRoom();
      const first = await company.join(room, { capacity: 2 });
      const second = await company.join(room, { capacity: 9 });
      await first.sink.heard('peer');
      await company.refused(room, 'room-full', { capacity: 9 });
      second.session.close();
      await first.sink.heard('gone');
      await company.join(room);
      await first.sink.heard('peer', 2);
      await company.refused(room, 'room-full');
    },
  },
  {
    title: 'never lets more in than the capacity, however many try',
    needs: 'reliable',
    async run(company) {
      const room = randomRoom();
      const all = racers(() => company.enter(room, { capacity: SEATS }));
      const winners = await company.winners(all);
      if (isExact) equal(winners.length, SEATS, `how many got one of ${String(SEATS)} seats`);
      const refused = RACERS - SEATS;
      await company.until(
        () => all.filter(({ sink }) => sink.all('close')[0]?.error?.code === 'room-full').length === refused,
        `${String(refused)} of ${String(RACERS)} to be refused with "room-full"`,
      );
    },
  },
  {
    title: 'refuses who comes with another password, or without',
    needs: 'reliable',
    async run(company) {
      const room = randomRoom();
      const lock = randomRoom();
      await company.join(room, { lock });
      await company.refused(room, 'wrong-password', { lock: randomRoom() });
      await company.refused(room, 'wrong-password');
      await company.join(room, { lock });
    },
  },
];
