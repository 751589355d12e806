/** The registry of processes that act as one: what is true is in Redis, and every process has copies of its rooms. */
import type { GoneReason, ModerationFrame } from '../../src/protocol.js';
import type { Logger } from '../log.js';
import { Calls, randomName, type Decision, type Word } from './calls.js';
import { Keeper, type Renewal } from './keeper.js';
import type { Link } from './link.js';
import { Owed } from './owed.js';
import {
  BANNED,
  IN_ALREADY,
  REPLACED,
  isRemote,
  type Answer,
  type Ending,
  type JoinTerms,
  type Occupant,
  type Place,
  type Refused,
  type Registry,
  type RegistryEvents,
  type Remote,
} from './registry.js';
import { Names } from './scripts.js';
import type { RedisSettings } from './settings.js';
import { View } from './view.js';
import { encodeKick, encodeRelay, type News } from './wire.js';

interface Request<P> {
  readonly place: P;
  readonly terms: JoinTerms;
  readonly answer: (answer: Answer<P>) => void;
}

/** Rooms that are renewed at the same time. */
const AT_ONCE = 200;
/** What an owner has to give its seat up in time itself, saying why, before others do, ms. */
const AWAY_GRACE = 500;

export class RedisRegistry<P extends Place> implements Registry<P> {
  /** Another one for each life of a process: what it held before is not its any more. */
  readonly node = randomName();
  #settings: RedisSettings;
  #names: Names;
  #calls: Calls;
  #events: RegistryEvents<P>;
  #keeper: Keeper;
  #views = new Map<string, View<P>>();
  #owed = new Owed<P>();
  /** Joins that wait until they can be decided, and connections that wait for their number. */
  #deferred = new Map<P, Request<P>>();
  #entering = new Set<() => void>();
  #missed = new Set<string>();

  /** @param mostMembers cap on every room's capacity */
  constructor(settings: RedisSettings, mostMembers: number, logger: Logger, events: RegistryEvents<P>) {
    this.#settings = settings;
    this.#names = new Names(settings.prefix, settings.database);
    this.#calls = new Calls(this.#names, this.node, settings.times.lease, mostMembers);
    this.#events = events;
    this.#keeper = new Keeper(settings, this.#names, this.node, logger, {
      heard: (news) => this.#heard(news),
      renew: (link, renewal) => this.#renew(link, renewal),
      opened: () => this.#opened(),
      recovered: () => {
        for (const [room, view] of this.#views) {
          view.confirm();
          this.#tidy(room);
        }
      },
    });
  }

  get rooms(): number {
    return this.#views.size;
  }

  get obstacles(): readonly string[] {
    return this.#keeper.obstacles;
  }

  open(): Promise<void> {
    return this.#keeper.start();
  }

  insist(): void {
    this.#keeper.insist();
  }

  async close(seatTimeout: number): Promise<void> {
    const { link } = this.#keeper;
    this.#deferred.clear();
    this.#entering.clear();
    const told = link
      ? [...this.#views.values()].flatMap((view) => this.#partWith(link, view, seatTimeout))
      : [];
    for (const room of [...this.#views.keys()]) this.#forget(room);
    await Promise.allSettled(told);
    this.#keeper.close();
  }

  enter(id: string, answer: (stamp: number) => void): void {
    const ask = (): void => {
      const { link, open } = this.#keeper;
      if (!link || !open) return void this.#entering.add(ask);
      this.#calls.enter(link, id).then(answer, () => this.#entering.add(ask));
    };
    ask();
  }

  join(place: P, terms: JoinTerms, answer: (answer: Answer<P>) => void): void {
    const view = this.#view(place.room);
    const own = view.find(place.id);
    const isIn = own && !isRemote(own) && own.stamp === place.stamp && view.holds(own);
    if (isIn || !view.expect(place, answer)) return answer(IN_ALREADY);
    this.#ask({ place, terms, answer });
  }

  abandon(place: P): boolean {
    if (!this.#deferred.delete(place)) return false;
    const { room } = place;
    this.#views.get(room)?.forget(place);
    this.#tidy(room);
    // A link may have been lost between what was asked and the answer.
    this.#owed.add(place, { script: 'leave', what: 'lost' });
    return true;
  }

  leave(place: P, reason: GoneReason): void {
    const { room } = place;
    const view = this.#views.get(room);
    if (!view?.holds(place)) return;
    view.giveUp(place, reason);
    this.#say(place, { script: 'leave', what: reason }, () => {
      view.drop(place, reason);
      this.#tidy(room);
    });
    this.#tidy(room);
  }

  away(place: P, timeout: number): void {
    const view = this.#views.get(place.room);
    if (!view?.holds(place)) return;
    view.setAway(place, performance.now() + timeout);
    this.#say(place, { script: 'away', what: String(timeout + AWAY_GRACE) });
  }

  find(room: string, id: string): Occupant<P> | undefined {
    return this.#views.get(room)?.find(id);
  }

  members(room: string): readonly Occupant<P>[] {
    return this.#views.get(room)?.members() ?? [];
  }

  forward(room: string, to: Remote, frame: Uint8Array): boolean {
    const { link, fenced } = this.#keeper;
    if (!link || fenced) return false;
    return link.relay(this.#names.node(to.node), encodeRelay(room, to.id, frame));
  }

  closeRoom(room: string): number {
    const places = this.#views.get(room)?.places() ?? [];
    const alone = (): void => {
      for (const place of places) {
        if (!this.#views.get(room)?.holds(place)) continue;
        this.#events.ended(place, 'closed');
        this.leave(place, 'kicked');
      }
    };
    const { link } = this.#keeper;
    if (link) this.#calls.close(link, room).catch(alone);
    else alone();
    return places.length;
  }

  /** What cannot be done now is not done later: its moderator sees whether somebody is still there. */
  moderate(by: P, wish: ModerationFrame): void {
    const { link } = this.#keeper;
    if (link) this.#calls.moderate(link, by, wish).catch(() => undefined);
  }

  kick(id: string): void {
    this.#keeper.link?.publish(this.#names.everyone, encodeKick(id, this.node));
  }

  #ask(request: Request<P>): void {
    const { place, answer } = request;
    const { link, open } = this.#keeper;
    if (!link || !open) {
      this.#deferred.set(place, request);
      return answer('deferred');
    }
    this.#calls.join(link, place, request.terms).then(
      (decision) => this.#decided(request, decision),
      () => {
        // Whether it came to anything, another link will find out, and may have done so already.
        if (this.#views.get(place.room)?.expects(place)) this.#ask(request);
      },
    );
  }

  #decided({ place, answer }: Request<P>, decision: Decision): void {
    const { room } = place;
    const view = this.#views.get(room);
    // The change may have been here before its answer.
    if (!view?.expects(place)) return;
    if (decision.refused) {
      view.turnedAway(place);
      this.#tidy(room);
      return answer(decision.refused);
    }
    view.accepted(place, decision.created);
    view.learn(decision.snapshot, { late: false, partial: this.#keeper.recovering });
  }

  /** Says it now, or as soon as it can be said. */
  #say(place: P, word: Word, unsaid?: () => void): void {
    const { link } = this.#keeper;
    const owe = (): void => {
      this.#owed.add(place, word);
      unsaid?.();
    };
    if (link) this.#calls.say(link, place, word).catch(owe);
    else owe();
  }

  #heard(news: News): void {
    switch (news.type) {
      case 'message':
        // While others may have been given our seats, what is said to those who sat there is not for ours.
        if (this.#keeper.fenced) return;
        return this.#views.get(news.room)?.receive(news);
      case 'change':
        this.#views.get(news.room)?.receive(news);
        return this.#tidy(news.room);
      case 'entered':
        return news.by === this.node ? undefined : this.#events.entered(news.id, news.stamp);
      case 'kicked':
        return news.by === this.node ? undefined : this.#events.kicked(news.id);
      case 'recovering':
        return this.#keeper.recover(news.left);
      case 'beat':
    }
  }

  #opened(): void {
    const [entering, deferred] = [[...this.#entering], [...this.#deferred.values()]];
    this.#entering.clear();
    this.#deferred.clear();
    for (const ask of entering) ask();
    for (const request of deferred) {
      // The renewal may have found it in: then it has been told so.
      if (this.#views.get(request.place.room)?.expects(request.place)) this.#ask(request);
    }
  }

  async #renew(link: Link, renewal: Renewal): Promise<void> {
    const owed = this.#owed.take();
    try {
      await Promise.all(owed.map(([place, word]) => this.#calls.say(link, place, word)));
    } catch (error) {
      for (const [place, word] of owed) this.#owed.add(place, word);
      throw error;
    }
    const views = [...this.#views];
    for (let i = 0; i < views.length; i += AT_ONCE) {
      await Promise.all(
        views.slice(i, i + AT_ONCE).map(([room, view]) => this.#refresh(link, room, view, renewal)),
      );
    }
  }

  async #refresh(link: Link, room: string, view: View<P>, renewal: Renewal): Promise<void> {
    const places = view.places();
    const { lost, snapshot } = await this.#calls.refresh(link, room, view, places);
    if (this.#views.get(room) !== view) return;
    if (snapshot) view.learn(snapshot, { late: renewal.first, partial: renewal.partial });
    const doubted = places.filter((place) => lost.has(place.id) && view.holds(place));
    await Promise.all(doubted.map((place) => this.#reassert(link, view, place)));
    this.#tidy(room);
  }

  /** Says again that somebody of ours is in; where that is not possible any more, it is over. */
  async #reassert(link: Link, view: View<P>, place: P): Promise<void> {
    const { room } = place;
    const until = view.awayUntil(place);
    const rest = until === undefined ? undefined : Math.max(1, until - performance.now()) + AWAY_GRACE;
    const terms = { entry: 'join-or-create', capacity: view.capacity } as const;
    const decision = await this.#calls.join(link, place, terms, {
      lease: rest ?? this.#settings.times.lease,
      away: rest !== undefined,
      order: view.orderOf(place.id),
    });
    if (this.#views.get(room) !== view || !view.holds(place)) return;
    if (!decision.refused) {
      view.learn(decision.snapshot, { late: false, partial: this.#keeper.recovering });
      return;
    }
    if (until !== undefined) view.end(place, 'expired');
    else view.end(place, endingOf(decision.refused));
    this.#tidy(room);
  }

  #view(room: string): View<P> {
    const found = this.#views.get(room);
    if (found) return found;
    const view = new View<P>(this.node, this.#settings.times.grace, {
      peer: (member) => this.#events.peer(room, member),
      gone: (id, reason) => this.#events.gone(room, id, reason),
      ended: (place, why) => this.#events.ended(place, why),
      message: (to, frame) => this.#events.message(to, frame),
      doubted: (place) => {
        const { link } = this.#keeper;
        if (link) this.#reassert(link, view, place).catch(() => undefined); // The next renewal does.
      },
      orphaned: (id, stamp) => {
        const { link } = this.#keeper;
        // What cannot be said now, ends with its lease.
        if (link)
          this.#calls
            .say(link, { room, id, stamp }, { script: 'leave', what: 'lost' })
            .catch(() => undefined);
      },
      missed: () => this.#reread(room, view),
    });
    this.#views.set(room, view);
    return view;
  }

  /** Where a change is missing, and does not come late: reads the whole. */
  #reread(room: string, view: View<P>): void {
    if (this.#missed.has(room)) return;
    this.#missed.add(room);
    setTimeout(() => {
      this.#missed.delete(room);
      const { link } = this.#keeper;
      if (!link || this.#views.get(room) !== view) return;
      const renewal = { first: true, partial: this.#keeper.recovering };
      this.#refresh(link, room, view, renewal).catch(() => undefined); // The next renewal does.
    }, this.#settings.times.grace).unref();
  }

  #tidy(room: string): void {
    if (this.#views.get(room)?.idle) this.#forget(room);
  }

  #forget(room: string): void {
    this.#views.get(room)?.close();
    this.#views.delete(room);
  }

  /** Leaves our seats to their owners, who are about to come back elsewhere. */
  #partWith(link: Link, view: View<P>, seatTimeout: number): Promise<unknown>[] {
    return view
      .places()
      .filter((place) => view.awayUntil(place) === undefined)
      .map((place) => {
        const word: Word =
          seatTimeout > 0 ? { script: 'away', what: String(seatTimeout) } : { script: 'leave', what: 'lost' };
        return this.#calls.say(link, place, word);
      });
  }
}

/** What a membership comes to that ends because it cannot be said again. */
function endingOf(refused: Refused): Ending {
  if (refused === REPLACED) return 'replaced';
  return refused === BANNED ? 'kicked' : 'full';
}
