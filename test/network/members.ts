/** Two members of a room, and what tests have both of them do. */
import assert from 'node:assert/strict';
import { SIDES, type Side } from './lab.js';
import type { Member } from './member.js';

export type Members = Readonly<Record<Side, Member>>;

export const both = <T>(members: Members, act: (member: Member, side: Side) => Promise<T>): Promise<T[]> =>
  Promise.all(SIDES.map((side) => act(members[side], side)));

/** Each says something that the other hears. */
export async function talk({ left, right }: Members): Promise<void> {
  const words = [crypto.randomUUID(), crypto.randomUUID()] as const;
  await Promise.all([left.say(words[0]), right.say(words[1])]);
  await Promise.all([left.hears(words[1]), right.hears(words[0])]);
}

/** Counts both ways while something happens: every number arrives, once and in its place. */
export async function counting(members: Members, act: () => Promise<void>): Promise<void> {
  await both(members, (member) => member.count());
  await both(members, (member) => member.hearsNumbers(20));
  await act();
  const [fromLeft, fromRight] = await both(members, (member) => member.stopCounting());
  const expected = { left: fromRight!, right: fromLeft! };
  await both(members, (member, side) => member.hearsNumbers(expected[side]));
  // Whatever came twice has come by now.
  await talk(members);
  await both(members, async (member, side) => {
    const numbers = await member.numbers();
    const wrong = numbers.findIndex((number, i) => number !== i);
    assert.equal(wrong, -1, `${numbers[wrong]} is number ${wrong} of ${numbers.length} on the ${side}`);
    assert.equal(numbers.length, expected[side]);
    assert.deepEqual(await member.refusals(), []);
    for (const type of ['leave', 'gap', 'error', 'untrusted', 'close']) {
      assert.deepEqual(await member.notes(type), [], type);
    }
  });
}
