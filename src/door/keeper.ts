/** One who decides: meets those who knock, asks the page, and hands the room's secret to whom it lets in. */
import type { Bytes } from '../bytes.js';
import type { PeerError } from '../errors.js';
import type { Decision } from '../moderation/moderation.js';
import type { Word } from '../moderation/word.js';
import { identityOf } from '../protocol.js';
import { Door, type DoorPlace } from './door.js';
import { Knock, Knocker, type KnockOutcome } from './knock.js';
import type { Visit } from './visit.js';
import { parseKnock, type AnswerFrame, type KnockFrame } from './wire.js';

/** What the room knows of who may come in. */
export interface KeeperChair {
  /** This page may decide, still. */
  readonly decides: boolean;
  readonly words: readonly Word[];
  isBanned(id: string): boolean;
  isWelcome(id: string): boolean;
  decide(kind: Decision['kind'], id: string, stay: string): Promise<boolean>;
}

export interface KeeperOptions {
  readonly place: DoorPlace;
  readonly secret: Bytes;
  readonly chair: KeeperChair;
}

export interface KeeperEvents {
  asked(knock: Knock): void;
  settled(knock: Knock, outcome: KnockOutcome): void;
  untrusted(id: string, reason: string): void;
  /** The door could not be reached, or is given up. */
  trouble(error: PeerError): void;
}

interface Waiting {
  readonly knock: Knock;
  readonly knocker: Knocker;
  readonly stay: string;
}

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #events: KeeperEvents;
  readonly #door: Door;
  readonly #waiting = new Map<string, Waiting>();
  /** The last stay of each that was decided on, so that whoever stays at the door is not asked about again. */
  readonly #decided = new Map<Visit, string>();

  constructor(options: KeeperOptions, events: KeeperEvents) {
    this.#options = options;
    this.#events = events;
    this.#door = new Door(options.place, true, {
      open: () => undefined,
      ready: () => undefined,
      met: () => undefined,
      greet: () => ({ answering: false }) satisfies AnswerFrame,
      heard: (visit, value) => {
        const frame = parseKnock(value);
        if (frame) this.#knocked(visit, frame);
      },
      gone: (visit) => {
        this.#decided.delete(visit);
        this.#settle(visit.id, 'gone');
      },
      untrusted: (id, reason) => {
        events.untrusted(id, reason);
      },
      trouble: (error) => {
        events.trouble(error);
      },
      ended: (error) => {
        if (error) events.trouble(error);
      },
    });
  }

  /** Who waits for a decision, by id. */
  get knocks(): ReadonlyMap<string, Knock> {
    return new Map([...this.#waiting].map(([id, { knock }]) => [id, knock]));
  }

  /** Somebody has decided. */
  decided({ kind, id, stay }: Decision): void {
    if (this.#waiting.get(id)?.stay !== stay) return;
    for (const visit of this.#door.visits) if (visit.id === id) this.#decided.set(visit, stay);
    this.#settle(id, kind === 'admit' ? 'accepted' : 'rejected');
  }

  close(): void {
    this.#door.close();
    for (const id of [...this.#waiting.keys()]) this.#settle(id, 'gone');
  }

  #knocked(visit: Visit, { knock: greeting, stay }: KnockFrame): void {
    const { chair, place } = this.#options;
    const { id } = visit;
    const self = place.context.identity.id;
    if (this.#decided.get(visit) === stay || !chair.decides) return;
    if (chair.isBanned(id)) {
      this.#decided.set(visit, stay);
      visit.say({ declined: '', banned: true } satisfies AnswerFrame);
      return;
    }
    const known = this.#waiting.get(id);
    if (known?.stay === stay) {
      known.knocker.greet(greeting);
      return;
    }
    if (known) this.#settle(id, 'gone');
    // Whoever was let in before has only lost its way, and further tabs of ours are ours.
    if (identityOf(self) === identityOf(id) || chair.isWelcome(id)) {
      void this.#admit(visit, stay);
      return;
    }
    this.#ask(visit, greeting, stay);
  }

  #ask(visit: Visit, greeting: KnockFrame['knock'], stay: string): void {
    const { id } = visit;
    const knocker = new Knocker(id, this.#options.place.context.identity.id, greeting);
    let isSeen = false;
    const knock = new Knock(knocker, {
      seen: () => {
        if (isSeen || this.#waiting.get(id)?.knock !== knock) return;
        isSeen = true;
        visit.say({ answering: true } satisfies AnswerFrame);
      },
      decide: (accept, reason) => {
        if (this.#waiting.get(id)?.knock !== knock) return;
        this.#decided.set(visit, stay);
        this.#settle(id, accept ? 'accepted' : 'rejected');
        void (accept ? this.#admit(visit, stay) : this.#decline(visit, stay, reason));
      },
    });
    this.#waiting.set(id, { knock, knocker, stay });
    this.#events.asked(knock);
  }

  /** Who may not say so any more has decided nothing. */
  async #admit(visit: Visit, stay: string): Promise<void> {
    const { chair, secret } = this.#options;
    this.#decided.set(visit, stay);
    if (await chair.decide('admit', visit.id, stay))
      visit.say({ secret, words: chair.words } satisfies AnswerFrame);
    else this.#decided.delete(visit);
  }

  async #decline(visit: Visit, stay: string, reason: string): Promise<void> {
    const decided = await this.#options.chair.decide('decline', visit.id, stay);
    if (decided) visit.say({ declined: reason, banned: false } satisfies AnswerFrame);
    else this.#decided.delete(visit);
  }

  #settle(id: string, outcome: KnockOutcome): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    this.#events.settled(waiting.knock, outcome);
  }
}
