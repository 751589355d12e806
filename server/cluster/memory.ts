/** The registry of a process that is alone: all there is to know is here, and every answer is immediate. */
import type { GoneReason, ModerationFrame } from '../../src/protocol.js';
import { Moderation } from './moderation.js';
import {
  BANNED,
  IN_ALREADY,
  NO_ROOM,
  REPLACED,
  ROOM_EXISTS,
  ROOM_FULL,
  WRONG_PASSWORD,
  type Answer,
  type JoinTerms,
  type Place,
  type Registry,
  type RegistryEvents,
} from './registry.js';

interface Room<P> {
  readonly capacity: number;
  readonly lock: string;
  readonly members: Map<string, P>;
  readonly moderation: Moderation;
}

export class MemoryRegistry<P extends Place> implements Registry<P> {
  readonly obstacles: readonly string[] = [];
  #rooms = new Map<string, Room<P>>();
  #mostMembers: number;
  #events: RegistryEvents<P>;
  #lastStamp = 0;

  /** @param mostMembers cap on every room's capacity */
  constructor(mostMembers: number, events: RegistryEvents<P>) {
    this.#mostMembers = mostMembers;
    this.#events = events;
  }

  get rooms(): number {
    return this.#rooms.size;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  insist(): void {
    // It is so.
  }

  close(): Promise<void> {
    this.#rooms.clear();
    return Promise.resolve();
  }

  enter(_id: string, answer: (stamp: number) => void): void {
    answer(++this.#lastStamp);
  }

  join(place: P, terms: JoinTerms, answer: (answer: Answer<P>) => void): void {
    const { id, room, hello, stamp } = place;
    const own = this.#rooms.get(room)?.members.get(id);
    if (own && own.stamp >= stamp) return answer(own.stamp === stamp ? IN_ALREADY : REPLACED);
    if (own?.hello === hello) return this.#resume(own, place, terms, answer);
    if (own) {
      // The page was loaded anew: another stay.
      this.#events.ended(own, 'expired');
      this.leave(own, 'lost');
    }
    this.#enterRoom(place, terms, answer);
  }

  abandon(): boolean {
    return false;
  }

  /** An empty room vanishes. */
  leave(place: P, reason: GoneReason): void {
    const { room, id } = place;
    const members = this.#rooms.get(room)?.members;
    if (members?.get(id) !== place) return;
    members.delete(id);
    if (members.size === 0) this.#rooms.delete(room);
    else this.#events.gone(room, id, reason);
  }

  away(): void {
    // Whoever says so leaves when the time is over.
  }

  find(room: string, id: string): P | undefined {
    return this.#rooms.get(room)?.members.get(id);
  }

  members(room: string): readonly P[] {
    return [...(this.#rooms.get(room)?.members.values() ?? [])];
  }

  forward(): boolean {
    return false;
  }

  closeRoom(room: string): number {
    const members = this.members(room);
    this.#rooms.delete(room);
    for (const place of members) this.#events.ended(place, 'closed');
    return members.length;
  }

  moderate(by: P, wish: ModerationFrame): void {
    const room = this.#rooms.get(by.room);
    if (room?.members.get(by.id) !== by) return;
    const goes = room.moderation.allows(by, wish);
    for (const place of [...room.members.values()]) {
      if (!goes(place.id)) continue;
      this.#events.ended(place, 'kicked');
      this.leave(place, 'kicked');
    }
  }

  kick(): void {
    // There is nobody else.
  }

  /** The others have not noticed anything, and do not now, unless its role is new. */
  #resume(own: P, place: P, { entry }: JoinTerms, answer: (answer: Answer<P>) => void): void {
    const room = this.#rooms.get(place.room);
    if (!room) return;
    room.members.set(place.id, place);
    this.#events.ended(own, 'moved');
    const all = [...room.members.values()];
    answer({
      // Who asks to create still, has never heard that it did.
      created: entry === 'create',
      capacity: room.capacity,
      members: all.filter((other) => other !== place),
      earlier: all.indexOf(place),
    });
    if (own.role !== place.role) this.#events.peer(place.room, place);
  }

  #enterRoom(place: P, { entry, capacity }: JoinTerms, answer: (answer: Answer<P>) => void): void {
    const found = this.#rooms.get(place.room);
    if (!found) {
      if (entry === 'join') return answer(NO_ROOM);
      const most = capacity === 0 ? this.#mostMembers : Math.min(capacity, this.#mostMembers);
      const { id, room, lock } = place;
      const moderation = new Moderation(id);
      this.#rooms.set(room, { capacity: most, lock, members: new Map([[id, place]]), moderation });
      return answer({ created: true, capacity: most, members: [], earlier: 0 });
    }
    if (found.moderation.bans(place.id)) return answer(BANNED);
    if (entry === 'create') return answer(ROOM_EXISTS);
    if (found.lock !== place.lock) return answer(WRONG_PASSWORD);
    const { members } = found;
    if (members.size >= found.capacity) return answer(ROOM_FULL);
    const before = [...members.values()];
    members.set(place.id, place);
    answer({ created: false, capacity: found.capacity, members: before, earlier: before.length });
    this.#events.peer(place.room, place);
  }
}
