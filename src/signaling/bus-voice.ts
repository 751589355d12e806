/** What one member says in a room on a bus. */
import { toBase64url } from '../base64url.js';
import type { Identity } from '../identity.js';
import type { Circle } from './bus-circle.js';
import { makeCard, signBye, signFull, writeWord, type Card, type Kind, type Word } from './bus-word.js';

type Post = (word: string, to: readonly string[], all: boolean) => void;

export class Voice {
  readonly id: string;
  readonly #identity: Identity;
  readonly #room: string;
  readonly #circle: Circle;
  readonly #post: Post;
  /** Those who were about to come in for longer are not, ms. */
  readonly #patience: number;
  #since = 0;
  #card: Card | null = null;
  /** Empty before we are in. */
  #bye = '';
  #sent = 0;

  constructor(
    identity: Identity,
    room: string,
    circle: Circle,
    { post, patience }: { post: Post; patience: number },
  ) {
    this.id = identity.id;
    this.#identity = identity;
    this.#room = room;
    this.#circle = circle;
    this.#post = post;
    this.#patience = patience;
  }

  get since(): number {
    return this.#since;
  }

  /** What we show of ourselves. */
  get card(): Card {
    if (this.#card) return this.#card;
    throw new Error('We are not in.');
  }

  /** We are about to come in. */
  begin(since: number): void {
    this.#since = since;
    this.#bye = '';
  }

  /** We are in, on these terms, as soon as that is signed. */
  async enter(terms: Pick<Card, 'since' | 'capacity' | 'lock' | 'hello'>): Promise<void> {
    const { since } = terms;
    const signed = [
      makeCard(this.#identity, this.#room, terms),
      signBye(this.#identity, this.#room, since),
    ] as const;
    [this.#card, this.#bye, this.#since] = [...(await Promise.all(signed)), since];
  }

  /** @param intent of somebody who is not in */
  ask(to?: string, intent?: 'coming' | 'waiting'): void {
    this.#say('who', intent ? [intent] : [], to);
  }

  show(to?: string): void {
    this.#say('here', [...this.card.fields, this.#count], to);
  }

  beat(): void {
    this.#say('alive', [this.#count]);
  }

  bye(): void {
    this.#say('bye', this.#bye ? [this.#bye] : []);
  }

  say(to: string, bytes: Uint8Array): void {
    this.#say('say', [String(++this.#sent), toBase64url(bytes)], to);
  }

  /** Tells one member of another one. */
  vouch({ id, since, fields }: Card, to: string): void {
    this.pass({ room: this.#room, kind: 'was', from: id, to, since, rest: fields }, to);
  }

  /** Says again what somebody else said. */
  pass(word: Word, to: string): void {
    this.#post(writeWord(word), [to], false);
  }

  /** There is no seat for that stay. */
  async turnAway(id: string, since: number): Promise<void> {
    const rest = await signFull(this.#identity, this.#room, id, since);
    this.pass({ room: this.#room, kind: 'full', from: this.id, to: id, since, rest }, id);
  }

  get #count(): string {
    return String(this.#circle.size + 1);
  }

  #say(kind: Kind, rest: readonly string[], to?: string): void {
    const word = writeWord({
      room: this.#room,
      kind,
      from: this.id,
      to: to ?? null,
      since: this.#since,
      rest,
    });
    this.#post(word, to === undefined ? this.#circle.everybody(this.#patience) : [to], to === undefined);
  }
}
