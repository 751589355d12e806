/** One room on a bus: who is in it, as far as its members tell. */
import { PeerError, asPeerError, type PeerErrorCode } from '../errors.js';
import { fromBase64url } from '../base64url.js';
import type { GoneReason } from '../protocol.js';
import type { JoinRequest, SignalingSession, SignalingSink } from '../signaling.js';
import type { BusOptions } from './bus.js';
import { Circle, type Acquaintance } from './bus-circle.js';
import { Entry, rivalry } from './bus-entry.js';
import { Pulse } from './bus-pulse.js';
import { Voice } from './bus-voice.js';
import { isBye, isFull, readCard, type Word } from './bus-word.js';

export interface BusRoomHost {
  isOnline(): boolean;
  enter(): Promise<boolean | undefined>;
  settle(rank: number): void;
  readonly post: (word: string, to: readonly string[], all: boolean) => void;
  /** ms since 1970, never the same twice. */
  now(): number;
  forget(): void;
}

const MAX_MEMBERS = 32;

export class BusRoom implements SignalingSession {
  readonly #request: JoinRequest;
  readonly #sink: SignalingSink;
  readonly #options: BusOptions;
  readonly #host: BusRoomHost;
  readonly #circle: Circle;
  #speaker: Voice | null = null;
  #phase: 'outside' | 'coming' | 'in' | 'ended' = 'outside';
  /** Everything happens in the order in which it came, although proofs take their time. */
  #work: Promise<void> = Promise.resolve();
  #entry: Entry | null = null;
  readonly #pulse: Pulse;
  #refused = false;

  constructor(request: JoinRequest, sink: SignalingSink, options: BusOptions, host: BusRoomHost) {
    this.#request = request;
    this.#sink = sink;
    this.#options = options;
    this.#host = host;
    this.#circle = new Circle(options.seat, (member) => {
      this.#later(() => {
        this.#gone(member, 'lost');
      });
    });
    this.#pulse = new Pulse(options.beat, {
      beat: (slept) => {
        this.#later(() => {
          if (this.#phase === 'in' && this.#host.isOnline()) this.#live(slept);
        });
      },
    });
  }

  get ended(): boolean {
    return this.#phase === 'ended';
  }

  async begin(): Promise<void> {
    try {
      const identity = await this.#options.identity();
      if (this.ended) return;
      const { post } = this.#host;
      this.#speaker = new Voice(identity, this.#request.room, this.#circle, {
        post,
        patience: rivalry(this.#options),
      });
      this.#sink.open(identity.id);
      this.back(0);
    } catch (cause) {
      this.fail(asPeerError(cause));
    }
  }

  receive(word: Word): void {
    if (!this.#speaker) return;
    this.#later(() => this.#hear(word));
  }

  reserve(): boolean {
    const open = this.#phase === 'in' && this.#host.isOnline();
    if (!open) this.#refused = true;
    return open;
  }

  send(to: string, bytes: Uint8Array): void {
    // Also to whom we do not know yet: after a return, others may know us before we know them.
    if (this.#phase === 'in') this.#voice.say(to, bytes);
  }

  close(): void {
    if (this.#phase === 'in' || this.#phase === 'coming') this.#voice.bye();
    this.#end();
  }

  fail(error: PeerError): void {
    if (this.ended) return;
    this.#end();
    this.#sink.close(error);
  }

  missing(id: string): void {
    const member = this.#circle.get(id);
    if (member && this.#phase === 'in' && this.#circle.miss(member)) this.#voice.ask(id);
  }

  wider(): void {
    this.#later(() => {
      if (this.#phase !== 'in') return;
      this.#voice.show();
      this.#voice.ask();
    });
  }

  lost(error: PeerError, attempt: number, delay: number | null): void {
    this.#rest();
    if (delay === null || !this.#request.reconnect) {
      this.fail(new PeerError(error.code, error.message, { final: true, cause: error }));
    } else if (this.#phase !== 'in') {
      this.#phase = 'outside';
      this.#sink.trouble(error);
    } else {
      if (attempt > 1) this.#sink.reconnecterror({ attempt: attempt - 1, error });
      this.#sink.reconnecting({ attempt, delay });
    }
  }

  back(attempts: number): void {
    if (!this.#speaker || !this.#host.isOnline()) return;
    this.#later(async () => {
      const isFirst = await this.#host.enter();
      if (!this.#host.isOnline()) return;
      if (this.#phase === 'in') this.#return(attempts);
      else if (this.#phase === 'outside') this.#knock(isFirst);
    });
  }

  #knock(isFirst: boolean | undefined): void {
    this.#phase = 'coming';
    this.#voice.begin(this.#host.now());
    this.#circle.clear();
    const who = { request: this.#request, circle: this.#circle, voice: this.#voice, isFirst };
    this.#entry = new Entry(
      { ...this.#options, ...who },
      {
        later: (step) => {
          this.#later(step);
        },
        enter: () => this.#enter(),
        refuse: (code, message) => {
          this.#refuse(code, message);
        },
      },
    );
    this.#entry.ask();
  }

  async #enter(): Promise<void> {
    const { hello, capacity = MAX_MEMBERS, lock = '' } = this.#request;
    const { eldest, newest } = this.#circle;
    const since = Math.max(this.#voice.since, newest + 1);
    await this.#voice.enter({ since, hello, lock, capacity: eldest?.capacity ?? capacity });
    if (this.#phase !== 'coming') return;
    this.#phase = 'in';
    this.#refused = false;
    this.#voice.show();
    this.#sink.joined({ created: !eldest, peers: this.#circle.peers(this.#voice.card) });
    // Soon for once: what was said a moment ago may be lost.
    this.#settle();
    this.#pulse.start(this.#options.wait);
  }

  #return(attempts: number): void {
    this.#circle.rest();
    this.#voice.show();
    this.#voice.ask();
    for (const peer of this.#circle.peers(this.#voice.card)) this.#sink.peer(peer);
    this.#sink.reconnect({ attempts });
    this.#settle();
    this.#pulse.start();
    if (!this.#refused) return;
    this.#refused = false;
    this.#sink.drain();
  }

  #live(slept: boolean): void {
    this.#voice.beat();
    // Who has slept itself has missed what the others said.
    if (slept) {
      this.#circle.rest();
      this.#voice.ask();
    } else for (const { card } of this.#circle.silent(2.5 * this.#options.beat)) this.missing(card.id);
    this.#settle();
  }

  #settle(): void {
    this.#host.settle(this.#circle.rank(this.#voice.card));
  }

  #rest(): void {
    this.#entry?.stop();
    this.#entry = null;
    this.#pulse.stop();
    this.#circle.rest();
  }

  async #hear(word: Word): Promise<void> {
    const { kind, from, to, since } = word;
    const { id, since: ours } = this.#voice;
    if (to !== null && to !== id) return;
    if (from === id) {
      if (kind === 'here' && this.#phase === 'in' && since > ours && (await readCard(word))) {
        this.#refuse('replaced', 'Another page with the same id took over.');
      }
      return;
    }
    const member = this.#circle.get(from, since);
    if (member && kind !== 'was') this.#circle.touch(member);
    switch (kind) {
      case 'who':
        return this.#answer(word, member);
      case 'here':
      case 'was':
        return this.#shown(word);
      case 'alive':
        this.#lives(word, member);
        break;
      case 'full':
        return this.#unseated(word);
      case 'bye':
        return this.#parted(word, member);
      case 'say':
        if (this.#phase === 'in') this.#told(word, member);
    }
  }

  async #answer(word: Word, member: Acquaintance | undefined): Promise<void> {
    const {
      from,
      since,
      rest: [intent],
    } = word;
    const isNews = intent === 'coming' && this.#circle.rival(word);
    if (isNews && this.#options.gossip) this.#bringTogether(word);
    if (this.#phase === 'coming') {
      if (isNews) this.#voice.ask(from, this.#entry?.intent);
    } else if (this.#phase === 'in') {
      if (this.#isFull && !member && intent === undefined) await this.#voice.turnAway(from, since);
      else this.#introduce(from);
    }
  }

  /** Those who come at the same time are to know of each other, or each of them would be the first. */
  #bringTogether(word: Word): void {
    for (const other of this.#circle.rivals(rivalry(this.#options))) {
      if (other.from === word.from) continue;
      this.#voice.pass(word, other.from);
      this.#voice.pass(other, word.from);
    }
  }

  /** Ourselves, and those who cannot do so themselves. */
  #introduce(to: string): void {
    this.#voice.show(to);
    const everybody = this.#options.gossip ?? false;
    if (!everybody && !this.#circle.isEldest(this.#voice.card)) return;
    for (const { card, away } of this.#circle.members) {
      if (card.id !== to && (everybody || away)) this.#voice.vouch(card, to);
    }
  }

  async #shown(word: Word): Promise<void> {
    const { from, kind, since } = word;
    const count = kind === 'here' ? Number(word.rest[5]) : 0;
    if (!this.#circle.knows(from, since, kind === 'was')) {
      const card = await readCard(word);
      if (!card || this.ended) return;
      if (this.#phase === 'in' && card.lock !== this.#voice.card.lock) return;
      if (this.#phase === 'in' && this.#isFull && !this.#circle.has(from)) {
        await this.#voice.turnAway(from, since);
        return;
      }
      this.#circle.meet(card);
      if (this.#phase === 'in') {
        this.#sink.peer(this.#circle.peer(card, this.#voice.card));
        if (kind === 'here' && count < this.#circle.size + 1) this.#introduce(from);
      }
    }
    if (this.#phase !== 'coming') return;
    this.#circle.expect(count);
    await this.#entry?.decide();
  }

  #lives({ from, rest }: Word, member: Acquaintance | undefined): void {
    if (this.#phase !== 'in') return;
    if (!member) this.#voice.ask(from);
    else if (this.#options.gossip && Number(rest[0]) < this.#circle.size + 1) this.#introduce(from);
  }

  async #unseated(word: Word): Promise<void> {
    if (this.#phase !== 'in' || word.since !== this.#voice.since || word.to === null || !(await isFull(word)))
      return;
    const member = this.#circle.get(word.from);
    if (member) this.#gone(member, 'lost');
    // In company one stays; alone, one is the third.
    if (this.#circle.size === 0) this.#refuse('room-full', 'The room is full.');
  }

  async #parted(word: Word, member: Acquaintance | undefined): Promise<void> {
    if (member && (await isBye(member.card.key, word))) this.#gone(member, 'left');
    else this.#circle.forgetRival(word.from);
    await this.#entry?.decide();
  }

  #told({ from, rest: [number, text = ''] }: Word, member: Acquaintance | undefined): void {
    const bytes = fromBase64url(text);
    if (!member) this.#voice.ask(from);
    else if (bytes && this.#circle.isNew(member, Number(number))) this.#sink.message(from, bytes);
  }

  #gone(member: Acquaintance, reason: GoneReason): void {
    if (!this.#circle.drop(member, reason === 'left') || this.#phase !== 'in') return;
    this.#sink.gone(member.card.id, reason);
    if (!this.ended) this.#settle();
  }

  get #voice(): Voice {
    if (this.#speaker) return this.#speaker;
    throw new Error('The room has not begun.');
  }

  get #isFull(): boolean {
    return this.#circle.size + 1 >= this.#voice.card.capacity;
  }

  #refuse(code: PeerErrorCode, message: string): void {
    this.fail(new PeerError(code, message, { final: true }));
  }

  #later(step: () => void | Promise<void>): void {
    this.#work = this.#work
      .then(() => (this.ended ? undefined : step()))
      .catch((cause: unknown) => {
        this.fail(asPeerError(cause));
      });
  }

  #end(): void {
    if (this.ended) return;
    this.#phase = 'ended';
    this.#rest();
    this.#circle.clear();
    this.#host.forget();
  }
}
