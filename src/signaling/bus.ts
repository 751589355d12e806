/**
 * Presence over anything that carries words: what adaptors without a server of ours have in common. Nobody keeps the room, its
 * members are the room: they answer who comes, and notice who goes. Creation, capacity and password are therefore what those who
 * can hear each other agree on, which is exact only as long as they do.
 */
import { PeerError } from '../errors.js';
import type { Identity } from '../identity.js';
import type { JoinRequest, SignalingSession, SignalingSink } from '../signaling.js';
import { BusRoom } from './bus-room.js';
import { readWord } from './bus-word.js';

export interface BusMedium {
  /** Whether what is posted now goes out. */
  readonly online: boolean;
  /**
   * Begins to hear a room. Resolves once nothing said in it is missed any more: with true where we are sure to be the first
   * of those who come, with false where we are sure not to be.
   */
  enter?(room: string): Promise<boolean | undefined>;
  leave?(room: string): void;
  /** We are in, or still are. @param rank 0 for the eldest member */
  settle?(room: string, rank: number): void;
  /**
   * Says something in a room. May lose it, or say it twice.
   * @param to whom it is for; where `all` is true, those we know of everybody it is for
   */
  post(room: string, word: string, to: readonly string[], all: boolean): void;
}

export interface BusOptions {
  readonly identity: () => Promise<Identity>;
  /** How long who comes waits for those who are there, ms. Nobody waits longer than until all of them have answered. */
  readonly wait: number;
  /** How often everybody says that it is alive, ms. Who is silent for two and a half of these is asked. */
  readonly beat: number;
  /** How long who was asked, or whose connection broke, may take to be heard of, ms. */
  readonly seat: number;
  /** Not everybody hears what is said to all: members tell who comes about each other. Default false. */
  readonly gossip?: boolean;
  /** Whoever finds nobody waits until there is somebody. Default false. */
  readonly patient?: boolean;
}

/** The rooms of one page on one medium, under one id. */
export class Bus {
  readonly #options: BusOptions;
  readonly #medium: BusMedium;
  readonly #rooms = new Map<string, BusRoom>();
  #last = 0;

  constructor(options: BusOptions, medium: BusMedium) {
    this.#options = options;
    this.#medium = medium;
  }

  /** How many rooms there are. */
  get size(): number {
    return this.#rooms.size;
  }

  join(request: JoinRequest, sink: SignalingSink): SignalingSession {
    const { room: id } = request;
    const medium = this.#medium;
    const room: BusRoom = new BusRoom(request, sink, this.#options, {
      isOnline: () => medium.online,
      enter: async () => medium.enter?.(id),
      settle: (rank) => medium.settle?.(id, rank),
      post: (word, to, all) => {
        if (medium.online) medium.post(id, word, to, all);
      },
      // Of two stays of this page, the later one is the later one.
      now: () => (this.#last = Math.max(Date.now(), this.#last + 1)),
      forget: () => {
        if (this.#rooms.get(id) !== room) return;
        this.#rooms.delete(id);
        medium.leave?.(id);
      },
    });
    const isTaken = this.#rooms.has(id);
    if (!isTaken) this.#rooms.set(id, room);
    queueMicrotask(() => {
      if (isTaken) {
        const message = 'This page is in that room already: use the element or object that is.';
        room.fail(new PeerError('refused', message, { final: true }));
      } else if (!room.ended) void room.begin();
    });
    return room;
  }

  /** Something came: from anybody, and it may be anything. */
  receive(text: string): void {
    const word = readWord(text);
    if (word) this.#rooms.get(word.room)?.receive(word);
  }

  /** That member's own connection is lost, as the medium has it: it may be wrong. */
  missing(id: string): void {
    for (const room of this.#rooms.values()) room.missing(id);
  }

  /** The medium is. @param delay until attempt number `attempt` to have it back, ms; null for never */
  lost(error: PeerError, attempt: number, delay: number | null): void {
    for (const room of [...this.#rooms.values()]) room.lost(error, attempt, delay);
  }

  /** The medium reaches more than before: others may be there. */
  wider(): void {
    for (const room of this.#rooms.values()) room.wider();
  }

  /** The medium is there, or there again after as many attempts. */
  back(attempts: number): void {
    for (const room of [...this.#rooms.values()]) room.back(attempts);
  }
}
