/**
 * Who moderates a room, as far as one page knows: whoever made it, and whom moderators have appointed. Each of that is somebody's
 * signed word, handed on to whoever comes later; nobody is believed for having said it first to a server.
 */
import { toBase64url } from '../base64url.js';
import type { Identity } from '../identity.js';
import { identityOf } from '../protocol.js';
import { hear, speak, type Spoken, type Statement, type Word } from './word.js';

/** Moderators and bans that a page remembers of one room; the oldest ban goes first. */
export const MOST_WORDS = 100;
const LIFE_BYTES = 12;

export type Kick = Extract<Statement, { kind: 'kick' }>;

export interface ModerationEvents {
  /** Somebody is a moderator, as we know now. @param identity of whom */
  appointed(identity: string): void;
  /** A moderator wants somebody out. @param by identity of the moderator */
  kicked(kick: Kick, by: string): void;
  /** Somebody says that somebody else made the room. */
  disputed(from: string): void;
}

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
    return this.#made ? [this.#made, ...this.#appointments, ...this.#bans].map(({ word }) => word) : [];
  }

  isModerator(id: string): boolean {
    const identity = identityOf(id);
    if (identity === this.creator) return true;
    return this.#appointments.some((one) => subjectOf(one) === identity) && !this.isBanned(identity);
  }

  isBanned(id: string): boolean {
    return this.#bans.some((one) => subjectOf(one) === identityOf(id));
  }

  /** We made the room. @returns what there is to say of that */
  begin(): Promise<readonly Word[]> {
    return this.#inOrder(async () => {
      const life = toBase64url(crypto.getRandomValues(new Uint8Array(LIFE_BYTES)));
      const made = await speak(this.#identity, { kind: 'made', room: this.#room, life });
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
        this.#events.kicked(statement, by);
    }
  }

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

  #say(make: (about: Pick<Statement, 'room' | 'life'>) => Statement): Promise<Spoken | null> {
    return this.#inOrder(async () => {
      if (!this.#made || !this.isModerator(this.#identity.id)) return null;
      const { room, life } = this.#made.statement;
      return speak(this.#identity, make({ room, life }));
    });
  }

  #knows({ signature }: Word): boolean {
    const isIt = ({ word }: Spoken): boolean => word.signature === signature;
    if (!this.#made) return false;
    if (isIt(this.#made)) this.#shared = true;
    return [this.#made, ...this.#appointments, ...this.#bans].some(isIt);
  }

  #judge(spoken: Spoken, from: Teller): void {
    const { statement, by } = spoken;
    if (statement.kind === 'made') {
      if (!this.#made) this.take(spoken);
      else if (this.#yields(from)) this.#startOver(spoken);
      else this.#events.disputed(from.id);
      return;
    }
    if (statement.life !== this.#made?.statement.life || !this.isModerator(by)) return;
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
    [this.#appointments, this.#bans] = [[], []];
    this.#made = null;
    this.take(made);
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
