/**
 * One room as this process knows it: a copy that follows Redis change by change, by version. Without a change in
 * between, it would tell a story that nobody else has heard; so what comes too early waits, and what never comes is
 * made up for by reading the whole again.
 */
import type { GoneReason } from '../../src/protocol.js';
import { isRemote, type Answer, type Ending, type Occupant, type Place, type Remote } from './registry.js';
import type { Learning, ViewEvents } from './view-events.js';
import type { Change, Entrant, News, Snapshot } from './wire.js';

interface Arrival<P> {
  readonly place: P;
  readonly answer: (answer: Answer<P>) => void;
  created: boolean;
}

type RoomNews = Extract<News, { type: 'change' | 'message' }>;

/** How much may wait for something that was missed. */
const MOST_HELD = 1000;

const toRemote = ({ id, hello, role, node }: Entrant): Remote => ({ id, hello, role, node });

export class View<P extends Place> {
  #node: string;
  #grace: number;
  #events: ViewEvents<P>;
  #members = new Map<string, Occupant<P>>();
  /** Who is not in yet, as far as we know. */
  #arrivals = new Map<string, Arrival<P>>();
  /** Given up here, and not yet seen to go. */
  #leaving = new Map<P, GoneReason>();
  #away = new Map<P, number>();
  /** Members elsewhere who were there before Redis forgot, and have not been heard of since. */
  #unconfirmed = new Set<string>();
  /** Null until the first snapshot is there. */
  #epoch: string | null = null;
  #version = 0;
  #capacity = 0;
  #held: RoomNews[] = [];
  #behind: NodeJS.Timeout | undefined;

  /**
   * @param node this process
   * @param grace how long a change may be on its way after Redis has told of it otherwise, milliseconds
   */
  constructor(node: string, grace: number, events: ViewEvents<P>) {
    this.#node = node;
    this.#grace = grace;
    this.#events = events;
  }

  get epoch(): string {
    return this.#epoch ?? '';
  }

  get version(): number {
    return this.#version;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Nobody is left here to whom the room means anything. */
  get idle(): boolean {
    return this.#arrivals.size === 0 && this.places().length === 0;
  }

  /** Ours, except those who were given up. */
  places(): P[] {
    return this.members().filter((one): one is P => !isRemote(one) && !this.#leaving.has(one));
  }

  members(): readonly Occupant<P>[] {
    return [...this.#members.values()];
  }

  find(id: string): Occupant<P> | undefined {
    return this.#members.get(id);
  }

  holds(place: P): boolean {
    return this.#members.get(place.id) === place && !this.#leaving.has(place);
  }

  /** From 1, for a room that has to be made again. */
  orderOf(id: string): number {
    return [...this.#members.keys()].indexOf(id) + 1;
  }

  /** `performance.now()` at which a kept seat is over; undefined where its owner is here. */
  awayUntil(place: P): number | undefined {
    return this.#away.get(place);
  }

  setAway(place: P, until: number): void {
    this.#away.set(place, until);
  }

  /** A join is about to be asked for. False when that connection is about to be in already. */
  expect(place: P, answer: (answer: Answer<P>) => void): boolean {
    const key = keyOf(place);
    if (this.#arrivals.has(key)) return false;
    this.#arrivals.set(key, { place, answer, created: false });
    return true;
  }

  expects(place: P): boolean {
    return this.#arrivals.get(keyOf(place))?.place === place;
  }

  forget(place: P): void {
    if (this.expects(place)) this.#arrivals.delete(keyOf(place));
  }

  /** It does not get in; nor is it still in by an older connection, unless that is the same stay. */
  turnedAway(place: P): void {
    this.forget(place);
    const known = this.#members.get(place.id);
    if (!known || isRemote(known) || known.stamp >= place.stamp || known.hello === place.hello) return;
    this.end(known, 'expired');
  }

  accepted(place: P, created: boolean): void {
    const arrival = this.#arrivals.get(keyOf(place));
    if (arrival) arrival.created = created;
  }

  /** Its going will be told when Redis says so. */
  giveUp(place: P, reason: GoneReason): void {
    this.#leaving.set(place, reason);
    this.#away.delete(place);
  }

  /** As if Redis had said so. */
  drop(place: P, reason: GoneReason): void {
    if (this.#members.get(place.id) === place) this.#remove(place, reason);
  }

  /** It is not ours any more. */
  end(place: P, why: Ending): void {
    if (this.#members.get(place.id) !== place) return;
    this.#events.ended(place, why);
    this.#remove(place, 'lost');
  }

  receive(news: RoomNews): void {
    if (this.#epoch === null) return this.#hold(news);
    if (news.type === 'message') return this.#deliver(news);
    const { epoch, version, change } = news;
    if (epoch === this.#epoch && version <= this.#version) return;
    if (epoch !== this.#epoch || version > this.#version + 1) {
      this.#hold(news);
      return this.#events.missed();
    }
    this.#version = version;
    this.#apply(change);
    this.#takeHeld();
  }

  /** What a script says of the room. */
  learn(snapshot: Snapshot, { late, partial }: Learning): void {
    if (snapshot.epoch === this.#epoch && snapshot.version <= this.#version) {
      this.#welcome(snapshot);
    } else if (snapshot.epoch === this.#epoch && !late) {
      // Most likely what led to it is about to come, and says more.
      this.#behind ??= setTimeout(() => {
        this.#behind = undefined;
        this.learn(snapshot, { late: true, partial });
      }, this.#grace).unref();
    } else {
      this.#adopt(snapshot, partial);
    }
  }

  /** Whoever has not been heard of by now is gone. */
  confirm(): void {
    for (const id of [...this.#unconfirmed]) {
      this.#unconfirmed.delete(id);
      if (this.#members.delete(id)) this.#events.gone(id, 'lost');
    }
  }

  close(): void {
    clearTimeout(this.#behind);
    this.#behind = undefined;
  }

  #hold(news: RoomNews): void {
    if (this.#held.length < MOST_HELD) this.#held.push(news);
  }

  /** What came before its time, and may be in time now. */
  #takeHeld(): void {
    if (this.#held.length === 0 || this.#epoch === null) return;
    const held = this.#held.splice(0);
    for (const news of held) {
      const early =
        news.type === 'change' && (news.epoch !== this.#epoch || news.version > this.#version + 1);
      if (early) this.#hold(news);
      else this.receive(news);
    }
  }

  #deliver({ to, frame }: Extract<News, { type: 'message' }>): void {
    const place = this.#members.get(to);
    if (place && !isRemote(place)) this.#events.message(place, frame);
  }

  #apply(change: Change): void {
    switch (change.op) {
      case 'came':
        this.#capacity = change.capacity;
        return this.#came(change.entrant, change.created);
      case 'moved':
        return this.#moved(change);
      case 'gone':
        return this.#gone(change.id, change.reason);
      case 'closed':
        for (const place of this.places()) this.#events.ended(place, 'closed');
        this.#members.clear();
        this.#leaving.clear();
        this.#away.clear();
        // Whoever is about to come is about to make another room.
        this.#epoch = null;
        this.#held = [];
    }
  }

  #came(entrant: Entrant, created: boolean): void {
    const { id, node, stamp } = entrant;
    const known = this.#members.get(id);
    this.#unconfirmed.delete(id);
    if (node === this.#node) {
      const arrival = this.#arrivals.get(keyOf(entrant));
      if (arrival) return this.#seat(arrival, created);
      // One of ours that had been given away for a moment: nobody here has noticed.
      if (known && !isRemote(known) && known.stamp === stamp) return;
      return this.#events.orphaned(id, stamp);
    }
    // Ours is newer: it is about to say so.
    if (known && !isRemote(known) && known.stamp > stamp) return;
    this.#replace(known, entrant);
  }

  /** Puts somebody elsewhere in the place of who had that id, and tells those here what is new to them. */
  #replace(known: Occupant<P> | undefined, entrant: Entrant): void {
    const same = known?.hello === entrant.hello;
    if (known && !isRemote(known) && !this.#leaving.has(known)) {
      this.#events.ended(known, same ? 'moved' : 'expired');
    }
    if (known && !same) this.#remove(known, 'lost');
    else if (known && !isRemote(known)) this.#clean(known);
    const remote = toRemote(entrant);
    this.#members.set(entrant.id, remote);
    if (!same || known.role !== remote.role) this.#events.peer(remote);
  }

  #moved({ id, node, stamp, created, role }: Extract<Change, { op: 'moved' }>): void {
    const known = this.#members.get(id);
    this.#unconfirmed.delete(id);
    if (node === this.#node) {
      const arrival = this.#arrivals.get(keyOf({ id, stamp }));
      if (arrival) return this.#seat(arrival, created);
      if (known && !isRemote(known) && known.stamp === stamp) return;
      return this.#events.orphaned(id, stamp);
    }
    if (!known) return this.#events.missed();
    if (!isRemote(known) && known.stamp > stamp) return;
    const { hello } = known;
    this.#replace(known, { id, node, stamp, order: 0, hello, role });
  }

  #gone(id: string, reason: GoneReason): void {
    const known = this.#members.get(id);
    if (!known) return;
    if (isRemote(known) || this.#leaving.has(known)) return this.#remove(known, reason);
    if (reason === 'kicked') {
      this.#events.ended(known, 'kicked');
      return this.#remove(known, reason);
    }
    const replaced = [...this.#arrivals.values()].some(({ place }) => place.id === id);
    if (this.#away.has(known) || replaced) {
      this.#events.ended(known, 'expired');
      this.#remove(known, reason);
    } else {
      this.#events.doubted(known);
    }
  }

  /** Somebody of ours is in. Who has been there with the same hello never noticed. */
  #seat(arrival: Arrival<P>, created: boolean): void {
    const { place } = arrival;
    const known = this.#members.get(place.id);
    const same = known?.hello === place.hello;
    if (known && !isRemote(known)) {
      if (!this.#leaving.has(known)) this.#events.ended(known, same ? 'moved' : 'expired');
      this.#clean(known);
    }
    if (known && !same) this.#remove(known, 'lost');
    this.#members.set(place.id, place);
    const isNews = !same || known.role !== place.role;
    if (isNews && this.#members.size > 1) this.#events.peer(place);
    arrival.created ||= created;
    this.#admit(arrival);
  }

  #admit({ place, answer, created }: Arrival<P>): void {
    this.#arrivals.delete(keyOf(place));
    const all = this.members();
    const members = all.filter((one) => one !== place);
    answer({ created, capacity: this.#capacity, members, earlier: all.indexOf(place) });
  }

  /** Those who arrived with something that we have passed already. */
  #welcome({ members }: Snapshot): void {
    for (const entrant of members) {
      const arrival = entrant.node === this.#node && this.#arrivals.get(keyOf(entrant));
      if (arrival) this.#seat(arrival, arrival.created);
    }
  }

  /** Takes the whole for what is, and tells those here what is different. */
  #adopt(snapshot: Snapshot, partial: boolean): void {
    this.close();
    this.#epoch = snapshot.epoch;
    this.#version = snapshot.version;
    this.#capacity = snapshot.capacity;
    const before = this.#members;
    const listed = new Set(snapshot.members.map(({ id }) => id));
    for (const known of [...before.values()]) {
      if (listed.has(known.id)) continue;
      if (!isRemote(known)) {
        const reason = this.#leaving.get(known);
        // Of one that should be in, whoever asked for the snapshot is told that it is not.
        if (reason) this.#remove(known, reason);
      } else if (partial) this.#unconfirmed.add(known.id);
      else this.#remove(known, 'lost');
    }
    for (const entrant of snapshot.members) this.#settle(entrant);
    this.#sort(snapshot);
    this.#welcome(snapshot);
    this.#takeHeld();
  }

  #settle(entrant: Entrant): void {
    const { id, node, stamp } = entrant;
    const known = this.#members.get(id);
    const own = known && !isRemote(known) ? known : undefined;
    this.#unconfirmed.delete(id);
    if (node === this.#node) {
      if (own?.stamp === stamp || this.#arrivals.has(keyOf(entrant))) return;
      return this.#events.orphaned(id, stamp);
    }
    if (own && own.stamp > stamp) return;
    this.#replace(known, entrant);
  }

  #sort({ members }: Snapshot): void {
    const rest = this.#members;
    this.#members = new Map();
    for (const { id } of members) {
      const one = rest.get(id);
      if (one) this.#members.set(id, one);
      rest.delete(id);
    }
    for (const [id, one] of rest) this.#members.set(id, one);
  }

  #remove(one: Occupant<P>, reason: GoneReason): void {
    this.#members.delete(one.id);
    this.#unconfirmed.delete(one.id);
    if (!isRemote(one)) this.#clean(one);
    this.#events.gone(one.id, reason);
  }

  #clean(place: P): void {
    this.#leaving.delete(place);
    this.#away.delete(place);
  }
}

const keyOf = ({ id, stamp }: { readonly id: string; readonly stamp: number }): string => `${stamp} ${id}`;
