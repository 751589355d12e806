/** Whom a page knows in a room on a bus, and who else is about to come in. */
import type { RefusalCode } from '../protocol.js';
import type { JoinRequest, SignalingPeer } from '../signaling.js';
import type { Card, ProvenCard, Word } from './bus-word.js';

export interface Acquaintance {
  readonly card: ProvenCard;
  /** When it was last heard of, as `performance.now()`. */
  seen: number;
  /** The number of its last message. */
  received: number;
  /** Runs while it does not answer. */
  away: ReturnType<typeof setTimeout> | undefined;
}

type Age = Pick<Card, 'id' | 'since'>;

/** More of those who come, or went, are not told apart from noise. */
const MAX_RIVALS = 256;

const isElder = (a: Age, b: Age): boolean => a.since < b.since || (a.since === b.since && a.id < b.id);

export class Circle {
  readonly #known = new Map<string, Acquaintance>();
  /** Who is about to come in, and when it last said so. */
  readonly #rivals = new Map<string, { readonly word: Word; readonly seen: number }>();
  /** Stays that are over: others may tell of them for a while. */
  readonly #over = new Map<string, { readonly since: number; readonly left: boolean }>();
  readonly #seat: number;
  readonly #lost: (member: Acquaintance) => void;
  /** How many there are, as those say who are in. */
  #expected = 0;

  /** @param seat how long somebody who was asked may take to be heard of, ms  @param lost it took longer */
  constructor(seat: number, lost: (member: Acquaintance) => void) {
    this.#seat = seat;
    this.#lost = lost;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Who is in, and who was about to come in of late. @param patience how late, ms */
  everybody(patience: number): readonly string[] {
    return [...this.#known.keys(), ...this.rivals(patience).map(({ from }) => from)];
  }

  get members(): Iterable<Acquaintance> {
    return this.#known.values();
  }

  get expected(): number {
    return this.#expected;
  }

  get eldest(): Card | undefined {
    return this.#byAge[0];
  }

  /** When the newest stay began, ms since 1970. */
  get newest(): number {
    return this.#byAge.at(-1)?.since ?? 0;
  }

  get #byAge(): Card[] {
    return [...this.#known.values()].map(({ card }) => card).sort((a, b) => (isElder(a, b) ? -1 : 1));
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  /** @param since only in that stay */
  get(id: string, since?: number): Acquaintance | undefined {
    const member = this.#known.get(id);
    return since === undefined || member?.card.since === since ? member : undefined;
  }

  /**
   * Whether this stay, or a later one of the same page, is known or over.
   * @param byOthers who may not have noticed yet that it was lost; it may say itself that it is back
   */
  knows(id: string, since: number, byOthers: boolean): boolean {
    const over = this.#over.get(id);
    const isOver = over !== undefined && over.since >= since && (over.left || byOthers);
    return isOver || (this.#known.get(id)?.card.since ?? 0) >= since;
  }

  /** Whether of all who can answer we are the eldest. */
  isEldest(own: Card): boolean {
    return [...this.#known.values()].every(({ card, away }) => away !== undefined || isElder(own, card));
  }

  /** How many are older. */
  rank(own: Card): number {
    return [...this.#known.values()].filter(({ card }) => isElder(card, own)).length;
  }

  peer({ id, since, hello }: Card, own: Card): SignalingPeer {
    return { id, hello, newcomer: isElder(own, { id, since }) };
  }

  /** All of them, oldest first. */
  peers(own: Card): SignalingPeer[] {
    return this.#byAge.map((card) => this.peer(card, own));
  }

  meet(card: ProvenCard): void {
    this.#rivals.delete(card.id);
    clearTimeout(this.#known.get(card.id)?.away);
    this.#known.set(card.id, { card, seen: performance.now(), received: 0, away: undefined });
  }

  touch(member: Acquaintance): void {
    member.seen = performance.now();
    clearTimeout(member.away);
    member.away = undefined;
  }

  /** It has to be heard of soon. False where that is known already. */
  miss(member: Acquaintance): boolean {
    if (member.away !== undefined) return false;
    member.away = setTimeout(() => {
      this.#lost(member);
    }, this.#seat);
    return true;
  }

  silent(longerThan: number): Acquaintance[] {
    const now = performance.now();
    return [...this.#known.values()].filter(({ seen }) => now - seen > longerThan);
  }

  /** False for what came before, or came already. */
  isNew(member: Acquaintance, number: number): boolean {
    if (!(number > member.received)) return false;
    member.received = number;
    return true;
  }

  /** @param left as it said itself  @returns whether it was there */
  drop(member: Acquaintance, left: boolean): boolean {
    const { id, since } = member.card;
    clearTimeout(member.away);
    if (this.#known.get(id) !== member) return false;
    if (this.#over.size >= MAX_RIVALS) this.#over.clear();
    this.#over.set(id, { since, left });
    return this.#known.delete(id);
  }

  expect(count: number): void {
    if (count > this.#expected) this.#expected = count;
  }

  /** Somebody else is about to come in, and says so. False where that was known. */
  rival(word: Word): boolean {
    const isNews = this.#rivals.get(word.from)?.word.since !== word.since;
    if (this.#rivals.size < MAX_RIVALS) this.#rivals.set(word.from, { word, seen: performance.now() });
    return isNews;
  }

  /** What those said who were about to come in of late. @param patience how late, ms */
  rivals(patience: number): Word[] {
    const now = performance.now();
    for (const [id, { seen }] of this.#rivals) if (now - seen > patience) this.#rivals.delete(id);
    return [...this.#rivals.values()].map(({ word }) => word);
  }

  forgetRival(id: string): void {
    this.#rivals.delete(id);
  }

  /** Whether somebody came before us and has not decided. @param patience who was not heard of for so long is gone, ms */
  isBehind(own: Age, patience: number): boolean {
    return this.rivals(patience).some(({ from, since }) => isElder({ id: from, since }, own));
  }

  /** We cannot be reached ourselves: nobody is missed meanwhile. */
  rest(): void {
    for (const member of this.#known.values()) this.touch(member);
  }

  clear(): void {
    this.rest();
    this.#known.clear();
    this.#rivals.clear();
    this.#expected = 0;
  }
}

/** Why nobody can come in on these terms, or null. */
export function refusal(
  { entry, lock = '' }: JoinRequest,
  first: Card | undefined,
  members: number,
): readonly [RefusalCode, string] | null {
  if (!first) return entry === 'join' ? ['room-missing', 'There is no such room.'] : null;
  if (entry === 'create') return ['room-exists', 'There is such a room already.'];
  if (first.lock !== lock) return ['wrong-password', 'The room has another password, or none.'];
  return members >= first.capacity ? ['room-full', 'The room is full.'] : null;
}
