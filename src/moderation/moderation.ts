/**
 * Who moderates a room, as far as one page knows: whoever made it, and whom moderators have appointed. Each of that is somebody's
 * signed word, handed on to whoever comes later; nobody is believed for having said it first to a server.
 */
import { toBase64url } from '../base64url.js';
import type { Identity } from '../identity.js';
import { identityOf } from '../protocol.js';
import { Admissions, MOST_ADMISSIONS } from './admissions.js';
import { hear, speak, type Deciders, type Spoken, type Statement, type Word } from './word.js';

/** Moderators and bans that a page remembers of one room; the oldest ban goes first. */
export const MOST_WORDS = 100;
/** All that a page can have to say of one room. */
export const MOST_TOLD = 2 * MOST_WORDS + MOST_ADMISSIONS + 1;
const LIFE_BYTES = 12;

export type Kick = Extract<Statement, { kind: 'kick' }>;

export interface ModerationEvents {
  /** Somebody is a moderator, as we know now. @param identity of whom */
  appointed(identity: string): void;
  /** A moderator wants somebody out. @param by identity of the moderator */
  kicked(kick: Kick, by: string): void;
  /** Somebody says that somebody else made the room. */
  disputed(from: string): void;
  /** Somebody who asked to come in may, or may not. */
  decided?(decision: Decision): void;
  /** Whether a stay goes on: what has to be said of others may be forgotten. */
  isPresent?(id: string, stay: string): boolean;
}

export type Decision = Extract<Statement, { kind: 'admit' | 'decline' }>;

/** From whom words come. */
export interface Teller {
  readonly id: string;
  /** It came after us: then it is we who know how the room began. */
  readonly newcomer: boolean;
}

export class Moderation {
  readonly #room: string;
  readonly #identity: Identity;
  readonly #events: ModerationEvents;
  /** Words are taken in the order in which they come, although each has to be checked. */
  #work: Promise<void> | null = null;
  #made: Spoken | null = null;
  /** Somebody else has told us of it as well, or has heard of it from us. */
  #shared = false;
  #appointments: readonly Spoken[] = [];
  #bans: readonly Spoken[] = [];
  readonly #admissions = new Admissions();

  constructor(room: string, identity: Identity, events: ModerationEvents) {
    this.#room = room;
    this.#identity = identity;
    this.#events = events;
  }

  /** Identity of whoever made the room; null while that is not known. */
  get creator(): string | null {
    return this.#made?.by ?? null;
  }

  /** Resolves when what has been heard so far is taken in; null when it is. */
  get work(): Promise<void> | null {
    return this.#work;
  }

  /** What somebody who comes later has to know. */
  get words(): readonly Word[] {
    return this.#all.map(({ word }) => word);
  }

  /** Who decides on those who ask to come in; null where nobody has to ask, or as long as that is not known. */
  get asks(): Deciders | null {
    const { statement } = this.#made ?? {};
    return (statement?.kind === 'made' && statement.asks) || null;
  }

  /** Whether members know that this stay was granted; who made the room need not ask. */
  isAdmitted(id: string, stay: string): boolean {
    return identityOf(id) === this.creator || this.#admissions.includes(id, stay);
  }

  /** Whether that identity may come in without being asked about: it was let in before, and not sent out since. */
  isWelcome(id: string): boolean {
    const identity = identityOf(id);
    return identity === this.creator || (this.#admissions.knows(identity) && !this.isBanned(identity));
  }

  /** Whether that identity decides on those who ask to come in. */
  mayDecide(identity: string): boolean {
    if (this.asks === 'members') return this.isWelcome(identity);
    return this.asks === 'moderators' && this.isModerator(identity);
  }

  isModerator(id: string): boolean {
    const identity = identityOf(id);
    if (identity === this.creator) return true;
    return this.#appointments.some((one) => subjectOf(one) === identity) && !this.isBanned(identity);
  }

  isBanned(id: string): boolean {
    return this.#bans.some((one) => subjectOf(one) === identityOf(id));
  }

  /** We made the room. @param asks who decides, where one has to ask to come in @returns what there is to say of that */
  begin(asks: Deciders | null = null): Promise<readonly Word[]> {
    return this.#inOrder(async () => {
      const life = toBase64url(crypto.getRandomValues(new Uint8Array(LIFE_BYTES)));
      const made = await speak(this.#identity, {
        kind: 'made',
        room: this.#room,
        life,
        ...(asks && { asks }),
      });
      // Somebody else may have told us before that it was there already.
      if (!this.#made) this.take(made);
      return this.words;
    });
  }

  /** @returns what everybody is to be told, and then to be taken in by us too; null where we may not */
  appoint(id: string): Promise<Spoken | null> {
    return this.#say((about) => ({ kind: 'appoint', ...about, id: identityOf(id) }));
  }

  /** @returns as above */
  kick(id: string, how: Pick<Kick, 'ban' | 'stay' | 'reason'>): Promise<Spoken | null> {
    if (identityOf(id) === this.creator) return Promise.resolve(null);
    return this.#say((about) => ({ kind: 'kick', ...about, id, ...how }));
  }

  /** @returns as above */
  decide(kind: Decision['kind'], id: string, stay: string): Promise<Spoken | null> {
    const may = (): boolean => this.mayDecide(identityOf(this.#identity.id));
    return this.#say((about) => ({ kind, ...about, id, stay }), may);
  }

  /** Takes in what whoever let us in has told, and has been checked: in its order. */
  recall(words: readonly Spoken[]): void {
    for (const spoken of words) {
      if (spoken.statement.room === this.#room && !this.#knows(spoken.word)) {
        this.#judge(spoken, { id: '', newcomer: false });
      }
    }
    this.#shared = true;
  }

  /** What somebody who may has said. */
  take(spoken: Spoken): void {
    const { statement, by } = spoken;
    switch (statement.kind) {
      case 'made':
        this.#made = spoken;
        this.#events.appointed(by);
        break;
      case 'appoint': {
        const identity = identityOf(statement.id);
        if (this.isModerator(identity) || this.isBanned(identity)) return;
        if (this.#appointments.length >= MOST_WORDS) return;
        this.#appointments = [...this.#appointments, spoken];
        this.#events.appointed(identity);
        break;
      }
      case 'kick':
        if (statement.ban) this.#ban(spoken);
        else if (this.asks) this.#admissions.take(spoken, statement, this.#isPresent);
        this.#events.kicked(statement, by);
        break;
      default:
        // What was declined holds nobody off later: it is news for those who still ask themselves.
        if (statement.kind === 'admit') this.#admissions.take(spoken, statement, this.#isPresent);
        this.#events.decided?.(statement);
    }
  }

  readonly #isPresent = (id: string, stay: string): boolean =>
    id === this.#identity.id || (this.#events.isPresent?.(id, stay) ?? true);

  /** Takes in what a peer has told. */
  hear(words: readonly Word[], from: Teller): Promise<void> {
    return this.#inOrder(async () => {
      for (const word of words) {
        if (this.#knows(word)) continue;
        const spoken = await hear(word);
        if (spoken?.statement.room === this.#room) this.#judge(spoken, from);
      }
    });
  }

  #say(
    make: (about: Pick<Statement, 'room' | 'life'>) => Statement,
    may = (): boolean => this.isModerator(this.#identity.id),
  ): Promise<Spoken | null> {
    return this.#inOrder(async () => {
      if (!this.#made || !may()) return null;
      const { room, life } = this.#made.statement;
      return speak(this.#identity, make({ room, life }));
    });
  }

  #knows({ signature }: Word): boolean {
    const isIt = ({ word }: Spoken): boolean => word.signature === signature;
    if (!this.#made) return false;
    if (isIt(this.#made)) this.#shared = true;
    return this.#all.some(isIt);
  }

  get #all(): readonly Spoken[] {
    return this.#made ? [this.#made, ...this.#appointments, ...this.#admissions.words, ...this.#bans] : [];
  }

  #judge(spoken: Spoken, from: Teller): void {
    const { statement, by } = spoken;
    if (statement.kind === 'made') {
      if (!this.#made) this.take(spoken);
      else if (this.#yields(from)) this.#startOver(spoken);
      else this.#events.disputed(from.id);
      return;
    }
    if (statement.life !== this.#made?.statement.life) return;
    const decides = statement.kind === 'admit' || statement.kind === 'decline';
    if (!(decides ? this.mayDecide(by) : this.isModerator(by))) return;
    if (statement.kind === 'kick' && identityOf(statement.id) === this.creator) return;
    this.take(spoken);
  }

  /**
   * We believed that we had made the room, and nobody else does: it has come to its end and been made anew while we had lost the
   * connection, or we were told wrong.
   */
  #yields(from: Teller): boolean {
    return !from.newcomer && !this.#shared && this.creator === identityOf(this.#identity.id);
  }

  #startOver(made: Spoken): void {
    this.forget();
    this.take(made);
  }

  /** The room has come to its end, and is made anew. */
  forget(): void {
    [this.#appointments, this.#bans] = [[], []];
    this.#admissions.clear();
    this.#made = null;
    this.#shared = false;
  }

  /** Who is banned moderates no more; whom it has appointed stays. */
  #ban(spoken: Spoken): void {
    const identity = subjectOf(spoken);
    this.#bans = [...this.#bans.filter((one) => subjectOf(one) !== identity), spoken].slice(-MOST_WORDS);
  }

  #inOrder<T>(step: () => Promise<T>): Promise<T> {
    const done = (this.#work ?? Promise.resolve()).then(step);
    const work = done.then(nothing, nothing).then(() => {
      if (this.#work === work) this.#work = null;
    });
    this.#work = work;
    return done;
  }
}

const subjectOf = ({ statement }: Spoken): string => ('id' in statement ? identityOf(statement.id) : '');

const nothing = (): void => undefined;
