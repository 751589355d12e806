/**
 * Who is in which room: the seam between a hub, which knows the sockets of one process, and whatever knows all of
 * them. Answers come by callback, so that what a process knows by itself costs it no turn of the event loop, and so
 * that nothing can come between an answer and what happens next in the room.
 */
import type { Entry, GoneReason, Member, ModerationFrame, RefusalCode } from '../../src/protocol.js';

/** A membership of somebody who is connected here. Within a room no two have the same `id`. */
export interface Place extends Member {
  readonly room: string;
  /** Which connection of that id it belongs to, by `enter()`: a newer one has a higher number. */
  readonly stamp: number;
  /** What the room's password has become; empty for none. */
  readonly lock: string;
}

/** A membership of somebody who is connected to another process. */
export interface Remote extends Member {
  readonly node: string;
}

export type Occupant<P> = P | Remote;

/** Whether it is of another process. */
export const isRemote = <P extends Place>(one: Occupant<P>): one is Remote => 'node' in one;

export interface Joined<P> {
  readonly created: boolean;
  readonly capacity: number;
  /** The others, oldest first. */
  readonly members: readonly Occupant<P>[];
  /** How many of them were there before. */
  readonly earlier: number;
}

export interface Refused {
  /** `replaced`: a newer connection of this id is in. */
  readonly code: RefusalCode | 'replaced';
  /** A sentence for a developer. */
  readonly reason: string;
}

export interface JoinTerms {
  readonly entry: Entry;
  /** Most members, if this join creates the room; 0 = as many as the registry allows. */
  readonly capacity: number;
}

/** `deferred`: it cannot be known now; another answer follows as soon as it can, unless the join is abandoned. */
export type Answer<P> = Joined<P> | Refused | 'deferred';

/**
 * Why a membership is over that nobody here has given up: its owner is back on another connection, it waited too long
 * for that, the room was closed, the seat is somebody else's by now, or the id is, or a moderator wanted it.
 */
export type Ending = 'moved' | 'expired' | 'closed' | 'full' | 'replaced' | 'kicked';

export interface RegistryEvents<P> {
  /** Somebody came: to be told to the others who are here. */
  peer(room: string, member: Member): void;
  gone(room: string, id: string, reason: GoneReason): void;
  /** Is told before what the others of its room are told of it. */
  ended(place: P, why: Ending): void;
  /** From elsewhere. The frame's header has the sender's id, and a number that means nothing here. */
  message(to: P, frame: Uint8Array): void;
  /** An id has a newer connection elsewhere. */
  entered(id: string, stamp: number): void;
  /** Somebody is thrown out, wherever the one who said so is. */
  kicked(id: string): void;
}

export interface Registry<P extends Place> {
  /** Rooms with somebody in them who is connected here, or whose seat is kept here. */
  readonly rooms: number;
  /** Why nobody should be sent here at the moment, in words; empty when there is no reason. */
  readonly obstacles: readonly string[];
  /** Resolves when joins can be decided; rejects when that cannot be brought about, and may be called again. */
  open(): Promise<void>;
  /** Tries until that is so, without saying when. */
  insist(): void;
  /**
   * Gives everything up. Others keep the seats of who was here for them.
   * @param seatTimeout for how long, milliseconds
   */
  close(seatTimeout: number): Promise<void>;
  /** A connection of that id has come; `answer` is told its number, as soon as that can be known. */
  enter(id: string, answer: (stamp: number) => void): void;
  /**
   * Who has a seat there already, by an older connection and with the same hello, gets it back unnoticed; with
   * another hello it is another stay. Of simultaneous joins exactly one creates the room.
   */
  join(place: P, terms: JoinTerms, answer: (answer: Answer<P>) => void): void;
  /** A join that was deferred is not wanted any more. False when it is too late for that. */
  abandon(place: P): boolean;
  /** Gives `place` up, which need not be held any more. */
  leave(place: P, reason: GoneReason): void;
  /** Its owner's connection is lost: if nothing is heard of it, it ends after so many milliseconds. */
  away(place: P, timeout: number): void;
  find(room: string, id: string): Occupant<P> | undefined;
  /** A snapshot, oldest first; empty when nobody here is in it. */
  members(room: string): readonly Occupant<P>[];
  /**
   * Passes a message frame on, its header the sender's already.
   * @returns false where it is known to be lost
   */
  forward(room: string, to: Remote, frame: Uint8Array): boolean;
  /** Ends every membership in it. @returns how many of them are here */
  closeRoom(room: string): number;
  /**
   * Does what a moderator of the room wants: whoever made it is one, and so is everybody whom one of them appoints, and who came
   * with the role `moderator`. Whoever made it cannot be thrown out. Who is no moderator is passed over.
   */
  moderate(by: Place, wish: ModerationFrame): void;
  /** Has every other process throw that id out. */
  kick(id: string): void;
}

export const IN_ALREADY: Refused = {
  code: 'refused',
  reason: 'This connection is in the room already: leave it first.',
};
export const NO_ROOM: Refused = { code: 'room-missing', reason: 'There is no such room.' };
export const ROOM_EXISTS: Refused = { code: 'room-exists', reason: 'There is such a room already.' };
/** The same for a room without: whether it has one is nobody else's business. */
export const WRONG_PASSWORD: Refused = {
  code: 'wrong-password',
  reason: 'The room has another password, or none.',
};
export const BANNED: Refused = { code: 'kicked', reason: 'A moderator does not let you in again.' };
export const REPLACED: Refused = { code: 'replaced', reason: 'A newer connection of this id took over' };
/** Does not say how many that are: whoever is turned away need not know. */
export const ROOM_FULL: Refused = { code: 'room-full', reason: 'The room has as many members as it may.' };
