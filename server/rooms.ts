/** Who is in which room. Knows no sockets: a member is whatever the owner of the registry says it is. */
import type { Entry, RefusalCode } from '../src/protocol.js';

/** Somebody's place in a room; within a room no two have the same `id`. */
export interface Place {
  readonly id: string;
}

export interface Joined<P> {
  readonly created: boolean;
  readonly capacity: number;
  /** Those who were there before, oldest first. */
  readonly members: readonly P[];
}

export interface Refused {
  readonly code: RefusalCode;
  /** A sentence for a developer. */
  readonly reason: string;
}

export interface JoinTerms {
  readonly entry: Entry;
  /** Most members, if this join creates the room; 0 = as many as the registry allows. */
  readonly capacity: number;
}

interface Room<P> {
  readonly capacity: number;
  readonly members: Map<string, P>;
}

export class Rooms<P extends Place> {
  #rooms = new Map<string, Room<P>>();
  #mostMembers: number;

  /** @param mostMembers cap on every room's capacity */
  constructor(mostMembers: number) {
    this.#mostMembers = mostMembers;
  }

  /** Rooms with somebody in them. */
  get size(): number {
    return this.#rooms.size;
  }

  /** Of simultaneous joins exactly one creates the room: this runs to its end before the next. */
  join(room: string, place: P, { entry, capacity }: JoinTerms): Joined<P> | Refused {
    const found = this.#rooms.get(room);
    if (!found) {
      if (entry === 'join') return { code: 'room-missing', reason: 'There is no such room.' };
      const most = capacity === 0 ? this.#mostMembers : Math.min(capacity, this.#mostMembers);
      this.#rooms.set(room, { capacity: most, members: new Map([[place.id, place]]) });
      return { created: true, capacity: most, members: [] };
    }
    const { members } = found;
    if (members.has(place.id)) {
      return { code: 'refused', reason: 'This connection is in the room already: leave it first.' };
    }
    if (entry === 'create') return { code: 'room-exists', reason: 'There is such a room already.' };
    if (members.size >= found.capacity) {
      return { code: 'room-full', reason: `The room has its ${found.capacity} members.` };
    }
    const before = [...members.values()];
    members.set(place.id, place);
    return { created: false, capacity: found.capacity, members: before };
  }

  /** Gives `place` up. An empty room vanishes. False when it was not held. */
  leave(room: string, place: P): boolean {
    const members = this.#rooms.get(room)?.members;
    if (members?.get(place.id) !== place) return false;
    members.delete(place.id);
    if (members.size === 0) this.#rooms.delete(room);
    return true;
  }

  /** Most members the room may have; 0 when there is no such room. */
  capacity(room: string): number {
    return this.#rooms.get(room)?.capacity ?? 0;
  }

  find(room: string, id: string): P | undefined {
    return this.#rooms.get(room)?.members.get(id);
  }

  /** A snapshot, oldest first; empty when there is no such room. */
  members(room: string): readonly P[] {
    return [...(this.#rooms.get(room)?.members.values() ?? [])];
  }
}
