/** What every registry does, whether it is alone or shares a Redis. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type {
  Answer,
  Ending,
  JoinTerms,
  Joined,
  Place,
  Refused,
  Registry,
  RegistryEvents,
} from '../../server/cluster/registry.js';
import type { GoneReason } from '../../src/protocol.js';
import { until } from '../support/until.js';

/** What one process is told of others, in order. */
export interface Told {
  readonly what: 'peer' | 'gone' | 'ended' | 'message' | 'entered' | 'kicked';
  readonly room?: string;
  readonly id: string;
  readonly why?: string;
}

/** A registry as a hub uses it. */
export class Desk {
  readonly registry: Registry<Place>;
  readonly told: Told[] = [];

  constructor(create: (events: RegistryEvents<Place>) => Registry<Place>) {
    const tell = (told: Told): void => void this.told.push(told);
    this.registry = create({
      peer: (room, { id }) => tell({ what: 'peer', room, id }),
      gone: (room, id, why: GoneReason) => tell({ what: 'gone', room, id, why }),
      ended: ({ room, id }, why: Ending) => tell({ what: 'ended', room, id, why }),
      message: ({ room, id }, frame) =>
        tell({ what: 'message', room, id, why: Buffer.from(frame.subarray(37)).toString() }),
      entered: (id, stamp) => tell({ what: 'entered', id, why: String(stamp) }),
      kicked: (id) => tell({ what: 'kicked', id }),
    });
  }

  enter(id: string): Promise<number> {
    return new Promise((resolve) => this.registry.enter(id, resolve));
  }

  /** A seat of a new connection. */
  async place(room: string, id: string, more: Partial<Place> = {}): Promise<Place> {
    return { room, id, hello: `of-${id}`, role: '', lock: '', stamp: await this.enter(id), ...more };
  }

  /** The first answer that is one. */
  ask(place: Place, terms: Partial<JoinTerms> = {}): Promise<Joined<Place> | Refused> {
    return new Promise((resolve) => {
      const take = (answer: Answer<Place>): void => {
        if (answer !== 'deferred') resolve(answer);
      };
      this.registry.join(place, { entry: 'join-or-create', capacity: 0, ...terms }, take);
    });
  }

  async join(place: Place, terms: Partial<JoinTerms> = {}): Promise<Joined<Place>> {
    const answer = await this.ask(place, terms);
    if ('code' in answer) throw new Error(`${answer.code}: ${answer.reason}`);
    return answer;
  }

  async refused(place: Place, terms: Partial<JoinTerms> = {}): Promise<string> {
    const answer = await this.ask(place, terms);
    assert.ok('code' in answer, 'it was let in');
    assert.match(answer.reason, /^[A-Z]/);
    return answer.code;
  }

  ids(room: string): string[] {
    return this.registry.members(room).map(({ id }) => id);
  }

  /** What was told since last asked, once it is as long as that. */
  async hear(count: number): Promise<string[]> {
    await until(() => this.told.length >= count, {
      what: `${count} things told, not ${JSON.stringify(this.told)}`,
    });
    return this.told.splice(0).map(({ what, id, why }) => [what, id, ...(why ? [why] : [])].join(' '));
  }
}

/** Makes a registry, open, with at most so many members in a room. */
export type CreateDesk = (t: TestContext, mostMembers: number) => Promise<Desk>;

let rooms = 0;
/** Another one for each test. */
export const newRoom = (): string => String(rooms++).padStart(43, 'r');

export function registryContract(name: string, create: CreateDesk): void {
  test(`${name}: exactly one creator, a capacity that stays, no empty rooms`, async (t) => {
    const desk = await create(t, 3);
    const { registry } = desk;
    const room = newRoom();
    const [a, b, c, d] = [
      await desk.place(room, 'a'),
      await desk.place(room, 'b'),
      await desk.place(room, 'c'),
      await desk.place(room, 'd'),
    ];
    assert.deepEqual(await desk.join(a, { entry: 'create', capacity: 99 }), {
      created: true,
      capacity: 3,
      members: [],
      earlier: 0,
    });
    assert.deepEqual(await desk.join(b, { entry: 'join', capacity: 1 }), {
      created: false,
      capacity: 3,
      members: [a],
      earlier: 1,
    });
    assert.deepEqual((await desk.join(c)).members, [a, b]);
    assert.equal(await desk.refused(d), 'room-full');
    assert.equal(await desk.refused(d, { entry: 'create' }), 'room-exists');
    assert.deepEqual(await desk.hear(2), ['peer b', 'peer c']);
    registry.leave({ ...a, stamp: a.stamp - 1 }, 'left');
    registry.leave(a, 'left');
    registry.leave(a, 'left');
    assert.deepEqual(await desk.hear(1), ['gone a left']);
    assert.equal(registry.find(room, 'b'), b);
    assert.equal(registry.find(room, 'a'), undefined);
    assert.deepEqual(registry.members(room), [b, c]);
    assert.equal(registry.rooms, 1);
    await desk.join(d);
    registry.leave(b, 'left');
    registry.leave(c, 'lost');
    registry.leave(d, 'left');
    await until(() => registry.rooms === 0);
    assert.deepEqual(registry.members(room), []);
    assert.equal(await desk.refused(await desk.place(room, 'e'), { entry: 'join' }), 'room-missing');
    assert.equal((await desk.join(await desk.place(room, 'e'), { capacity: 2 })).capacity, 2);
  });

  test(`${name}: who made a room sends others out, and so does whom it appoints, and nobody else`, async (t) => {
    const desk = await create(t, 8);
    const { registry } = desk;
    const room = newRoom();
    const names = ['a', 'b', 'c', 'd'];
    const places: Place[] = [];
    for (const id of names) places.push(await desk.place(room, id));
    const [a, b, c, d] = places as [Place, Place, Place, Place];
    for (const place of places) await desk.join(place);
    await desk.hear(3);
    const kick = (by: Place, id: string): void =>
      registry.moderate(by, { type: 'kick', n: 0, id, ban: false });
    kick(b, 'c'); // It is nobody.
    kick(b, 'a');
    kick(a, 'a');
    registry.moderate(b, { type: 'appoint', n: 0, id: 'b' });
    kick(a, 'd');
    assert.deepEqual(await desk.hear(2), ['ended d kicked', 'gone d kicked']);
    assert.deepEqual(desk.ids(room), ['a', 'b', 'c']);
    assert.equal(
      (await desk.join({ ...d, stamp: await desk.enter('d') })).created,
      false,
      'it may come again',
    );
    await desk.hear(1);
    registry.moderate(a, { type: 'appoint', n: 0, id: 'b' });
    kick(b, 'a'); // Not who made it.
    kick(b, 'c');
    assert.deepEqual(await desk.hear(2), ['ended c kicked', 'gone c kicked']);
    kick(c, 'b'); // It is not in.
    assert.equal((await desk.join(await desk.place(room, 'e', { role: 'moderator' }))).created, false);
    await desk.hear(1);
    kick(registry.find(room, 'e') as Place, 'd');
    assert.deepEqual(await desk.hear(2), ['ended d kicked', 'gone d kicked']);
    assert.deepEqual(desk.ids(room), ['a', 'b', 'e']);
  });

  test(`${name}: who is banned stays out with all its pages, for as long as there is the room`, async (t) => {
    const desk = await create(t, 8);
    const { registry } = desk;
    const room = newRoom();
    const identity = 'b'.repeat(43);
    const [a, b, b1] = [
      await desk.place(room, 'a'),
      await desk.place(room, identity),
      await desk.place(room, `${identity}.1`),
    ];
    for (const place of [a, b, b1]) await desk.join(place);
    registry.moderate(a, { type: 'appoint', n: 0, id: identity });
    await desk.hear(2);
    registry.moderate(a, { type: 'kick', n: 0, id: `${identity}.7`, ban: true });
    assert.deepEqual((await desk.hear(4)).sort(), [
      `ended ${identity} kicked`,
      `ended ${identity}.1 kicked`,
      `gone ${identity} kicked`,
      `gone ${identity}.1 kicked`,
    ]);
    for (const page of ['', '.1', '.2']) {
      const again = await desk.place(room, identity + page);
      assert.equal(await desk.refused(again), 'kicked');
      assert.equal(await desk.refused(again, { entry: 'create' }), 'kicked');
    }
    assert.deepEqual(desk.ids(room), ['a']);
    registry.leave(a, 'left');
    // Another room of that name.
    await until(() => desk.ids(room).length === 0);
    assert.equal((await desk.join(await desk.place(room, identity))).created, true);
  });

  test(`${name}: a room has the password of who made it, until everybody is gone`, async (t) => {
    const desk = await create(t, 3);
    const room = newRoom();
    const lock = 'L'.repeat(43);
    const a = await desk.place(room, 'a', { lock });
    await desk.join(a, { capacity: 2 });
    for (const wrong of ['', 'M'.repeat(43)]) {
      const stranger = await desk.place(room, 'x', { lock: wrong });
      assert.equal(await desk.refused(stranger), 'wrong-password');
      assert.equal(await desk.refused(stranger, { entry: 'join' }), 'wrong-password');
      assert.equal(await desk.refused(stranger, { entry: 'create' }), 'room-exists');
    }
    const b = await desk.place(room, 'b', { lock });
    assert.deepEqual((await desk.join(b)).members, [a]);
    assert.equal(await desk.refused(await desk.place(room, 'x')), 'wrong-password', 'it is full as well');
    assert.equal(await desk.refused(await desk.place(room, 'c', { lock })), 'room-full');
    // Who comes back with another one is another stay, and gets no further than others.
    const again = await desk.place(room, 'b', { hello: 'another', lock: '' });
    assert.equal(await desk.refused(again), 'wrong-password');
    desk.registry.leave(a, 'left');
    await until(() => desk.registry.rooms === 0);
    assert.equal((await desk.join(await desk.place(room, 'x'))).created, true);
    assert.equal(await desk.refused(await desk.place(room, 'a', { lock })), 'wrong-password');
  });

  test(`${name}: 40 at once, 2 get a pair's seats, 1 of them made it`, async (t) => {
    const desk = await create(t, 32);
    for (let round = 0; round < 5; round++) {
      const room = newRoom();
      const places = await Promise.all(Array.from({ length: 40 }, (_, i) => desk.place(room, `m${i}`)));
      const answers = await Promise.all(places.map((place) => desk.ask(place, { capacity: 2 })));
      assert.equal(answers.filter((answer) => !('code' in answer)).length, 2);
      assert.equal(answers.filter((answer) => !('code' in answer) && answer.created).length, 1);
    }
  });

  test(`${name}: the same connection twice is refused, an older one is replaced`, async (t) => {
    const desk = await create(t, 8);
    const room = newRoom();
    const older = await desk.place(room, 'a');
    const newer = await desk.place(room, 'a');
    assert.ok(newer.stamp > older.stamp);
    await desk.join(newer);
    assert.equal(await desk.refused({ ...newer }), 'refused');
    assert.equal(await desk.refused(older), 'replaced');
    assert.deepEqual(desk.registry.members(room), [newer]);
  });

  test(`${name}: a newer connection with the same hello is back, and nobody is told`, async (t) => {
    const desk = await create(t, 2);
    const room = newRoom();
    const [a, b] = [await desk.place(room, 'a'), await desk.place(room, 'b')];
    await desk.join(a, { capacity: 2 });
    await desk.join(b);
    desk.registry.away(a, 5000);
    const again = await desk.place(room, 'a');
    desk.told.length = 0;
    assert.deepEqual(await desk.join(again, { entry: 'create' }), {
      created: true,
      capacity: 2,
      members: [b],
      earlier: 0,
    });
    assert.deepEqual(await desk.hear(1), ['ended a moved']);
    assert.deepEqual(desk.registry.members(room), [again, b]);
    desk.registry.leave(a, 'lost');
    assert.equal(await desk.refused(await desk.place(room, 'c')), 'room-full');
    assert.deepEqual(desk.ids(room), ['a', 'b'], 'what was said of the old seat is nothing to the new one');
  });

  test(`${name}: who is back in another role is told of again, and was not gone`, async (t) => {
    const desk = await create(t, 2);
    const room = newRoom();
    await desk.join(await desk.place(room, 'a', { role: 'host|1' }));
    await desk.join(await desk.place(room, 'b'));
    desk.told.length = 0;
    await desk.join(await desk.place(room, 'a', { role: 'guest|2' }));
    assert.deepEqual(await desk.hear(2), ['ended a moved', 'peer a']);
    assert.equal(desk.registry.find(room, 'a')?.role, 'guest|2');
    assert.deepEqual(desk.ids(room), ['a', 'b']);
  });

  test(`${name}: another hello is another stay`, async (t) => {
    const desk = await create(t, 8);
    const room = newRoom();
    const [a, b] = [await desk.place(room, 'a'), await desk.place(room, 'b')];
    await desk.join(a);
    await desk.join(b);
    desk.told.length = 0;
    const anew = await desk.place(room, 'a', { hello: 'bmV3' });
    const { created, earlier } = await desk.join(anew);
    assert.deepEqual([created, earlier], [false, 1]);
    assert.deepEqual(await desk.hear(3), ['ended a expired', 'gone a lost', 'peer a']);
    assert.deepEqual(desk.registry.members(room), [b, anew]);
  });

  test(`${name}: alone with its old seat, a page makes its room anew`, async (t) => {
    const desk = await create(t, 8);
    const room = newRoom();
    await desk.join(await desk.place(room, 'a'), { entry: 'create', capacity: 2 });
    const anew = await desk.place(room, 'a', { hello: 'bmV3' });
    const { created, capacity } = await desk.join(anew, { entry: 'create', capacity: 5 });
    assert.deepEqual([created, capacity], [true, 5]);
    assert.deepEqual(desk.registry.members(room), [anew]);
  });

  test(`${name}: a room that is closed is over for everyone`, async (t) => {
    const desk = await create(t, 8);
    const room = newRoom();
    await desk.join(await desk.place(room, 'a'));
    await desk.join(await desk.place(room, 'b'));
    desk.told.length = 0;
    assert.equal(desk.registry.closeRoom(newRoom()), 0);
    assert.equal(desk.registry.closeRoom(room), 2);
    assert.deepEqual(await desk.hear(2), ['ended a closed', 'ended b closed']);
    assert.equal(desk.registry.rooms, 0);
    assert.equal((await desk.join(await desk.place(room, 'a'))).created, true);
  });

  test(`${name}: names that objects know are names like any other`, async (t) => {
    const desk = await create(t, 8);
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const room = name.padStart(43, 'x');
      assert.equal(desk.registry.find(room, name), undefined);
      assert.equal((await desk.join(await desk.place(room, name, { hello: '' }))).created, true);
      assert.equal(desk.registry.find(room, name)?.id, name);
    }
  });

  test(`${name}: a role may be any text`, async (t) => {
    const desk = await create(t, 8);
    const room = newRoom();
    for (const [i, role] of ['host|1|2', 'größer ☕', '\n ', ''].entries()) {
      await desk.join(await desk.place(room, `m${i}`, { role }));
      assert.equal(desk.registry.find(room, `m${i}`)?.role, role);
    }
  });
}
