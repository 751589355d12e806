/**
 * The way into a room where one has to ask: makes the room where there is none, otherwise knocks at its door until somebody inside has
 * decided.
 */
import { PeerError, asPeerError } from '../errors.js';
import { toBase64url } from '../base64url.js';
import type { Bytes } from '../bytes.js';
import type { Membership, MembershipHost } from '../membership.js';
import { hear, type Spoken, type Word } from '../moderation/word.js';
import type { Greeting } from '../peer-frame.js';
import { identityOf, type Entry } from '../protocol.js';
import { makeNonce } from '../session/session.js';
import { Door, type DoorPlace } from './door.js';
import { makeSecret } from './secret.js';
import type { Visit } from './visit.js';
import { parseAnswer, shortened, type AnswerFrame, type KnockFrame } from './wire.js';

/** What one comes in with. */
export interface Pass {
  readonly secret: Bytes;
  /** What there is to know of the room, checked; nothing for who makes it. */
  readonly known: readonly Spoken[];
  /** Names the stay that was granted. */
  readonly nonce: Bytes;
  readonly entry: Entry;
}

export interface EntranceOptions {
  /** The room's id; the door has another one. */
  readonly room: string;
  readonly entry: Entry;
  readonly place: DoorPlace;
  /** Makes ready to take part in the room, or to try; whoever calls what it resolves with does. Rejects with a PeerError. */
  readonly prepare: (pass: Pass, host: MembershipHost) => Promise<() => Membership>;
  readonly host: MembershipHost;
}

export interface EntranceEvents {
  /** We knock. @param answering whether somebody listens */
  knocking(answering: boolean): void;
  /** We are about to be in; from here on `host` is told all. */
  entered(membership: Membership): void;
}

/** How long somebody inside may take to decide, ms. */
const PATIENCE = 300_000;
/** How often who finds nobody at the door looks whether there is a room at all, ms. */
const LOOK = 1000;
/** How often one begins anew where a room ends and is made while one knocks. */
const MOST_ATTEMPTS = 3;

export class Entrance {
  readonly #options: EntranceOptions;
  readonly #events: EntranceEvents;
  #door: Door | null = null;
  #attempt: Membership | null = null;
  /** Which attempt counts: one that is let in gives up trying to make the room. */
  #turn = 0;
  #joining = false;
  #nonce = makeNonce();
  /** Who keeps the door, and whether it listens. */
  readonly #keepers = new Map<Visit, boolean>();
  #answering: boolean | null = null;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #look: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #opened = false;
  #over = false;

  constructor(options: EntranceOptions, events: EntranceEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** We stand at the door. */
  get knocking(): boolean {
    return this.#answering !== null;
  }

  /** Tells those inside that our name or profile changed. */
  greetAgain(): void {
    for (const visit of this.#keepers.keys()) visit.say(this.#knockFrame());
  }

  close(): void {
    this.#over = true;
    this.#leaveDoor();
    this.#attempt?.close();
  }

  begin(): void {
    if (this.#options.entry === 'join') this.#knock();
    else void this.#create();
  }

  #leaveDoor(): void {
    clearTimeout(this.#patience);
    clearTimeout(this.#look);
    this.#door?.close();
    this.#door = null;
    this.#keepers.clear();
    this.#answering = null;
  }

  async #create(): Promise<void> {
    const { entry } = this.#options;
    const pass: Pass = { secret: makeSecret(), known: [], nonce: makeNonce(), entry: 'create' };
    await this.#join(pass, (error) => {
      if (error?.code !== 'room-exists' || entry === 'create') return false;
      if (this.#door) this.#lookAgain();
      else this.#knock();
      return true;
    });
  }

  /** @param isExpected whether that end is not the last word */
  async #join(pass: Pass, isExpected: (error?: PeerError) => boolean): Promise<void> {
    const { prepare, host } = this.#options;
    const turn = ++this.#turn;
    this.#attempt?.close();
    this.#attempt = null;
    this.#joining = true;
    let isIn = false;
    const watched: MembershipHost = {
      ...host,
      open: (id) => {
        this.#open(id);
      },
      joined: (created) => {
        isIn = true;
        const membership = this.#attempt;
        this.#over = true;
        this.#leaveDoor();
        if (membership) this.#events.entered(membership);
        host.joined(created);
      },
      ended: (error) => {
        this.#attempt = null;
        this.#joining = false;
        if (!isIn && isExpected(error)) return;
        this.#end(error);
      },
    };
    try {
      const enter = await prepare(pass, watched);
      if (!this.#over && turn === this.#turn) this.#attempt = enter();
    } catch (error) {
      this.#end(asPeerError(error));
    }
  }

  #end(error?: PeerError): void {
    this.#over = true;
    this.#leaveDoor();
    this.#options.host.ended(error);
  }

  /** Once, although there are several ways that lead there. */
  #open(id: string): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#options.host.open(id);
  }

  #knock(): void {
    if (this.#over) return;
    this.#nonce = makeNonce();
    this.#answering = false;
    this.#events.knocking(false);
    this.#wait();
    this.#door = new Door(this.#options.place, false, {
      open: (id) => {
        this.#open(id);
      },
      ready: () => {
        if (this.#keepers.size === 0) this.#lookAgain();
      },
      greet: () => this.#knockFrame(),
      met: (visit) => {
        this.#keepers.set(visit, false);
      },
      heard: (visit, value) => {
        const frame = parseAnswer(value);
        if (frame && !this.#over) this.#heard(visit, frame);
      },
      gone: (visit) => {
        this.#keepers.delete(visit);
        this.#listen();
        if (this.#keepers.size === 0) this.#lookAgain();
      },
      untrusted: (id, reason) => {
        this.#options.host.tell('untrusted', { id, reason });
      },
      trouble: (error) => {
        this.#options.host.trouble(error);
      },
      ended: (error) => {
        this.#end(error);
      },
    });
  }

  #knockFrame(): KnockFrame {
    const { relay } = this.#options.place.signaling;
    const knock = relay === 'data' ? this.#greeting : shortened(this.#greeting);
    return { knock, stay: toBase64url(this.#nonce) };
  }

  get #greeting(): Greeting {
    return this.#options.host.greeting();
  }

  /** With nobody at the door there may be nobody in the room. */
  #lookAgain(): void {
    if (this.#over || this.#options.entry !== 'join-or-create') return;
    clearTimeout(this.#look);
    this.#look = setTimeout(() => {
      if (this.#keepers.size === 0 && !this.#joining) void this.#create();
    }, LOOK);
  }

  #heard(visit: Visit, frame: AnswerFrame): void {
    if ('answering' in frame) {
      this.#keepers.set(visit, frame.answering);
      this.#listen();
    } else if ('declined' in frame) {
      this.#end(frame.banned ? banned() : rejected(frame.declined));
    } else {
      void this.#admitted(visit, frame.secret, frame.words);
    }
  }

  #listen(): void {
    const answering = [...this.#keepers.values()].includes(true);
    if (this.#over || answering === this.#answering) return;
    this.#answering = answering;
    this.#events.knocking(answering);
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#patience);
    const answering = this.#answering === true;
    const time = answering ? PATIENCE : this.#options.place.request.timeout;
    this.#patience = setTimeout(() => {
      this.#end(unanswered(answering, this.#keepers.size > 0, this.#options.entry));
    }, time);
  }

  async #admitted(visit: Visit, secret: Bytes, words: readonly Word[]): Promise<void> {
    const known = await this.#check(words);
    if (this.#over || !this.#door) return;
    if (!known) {
      const reason = 'It says that we may come in, and cannot prove that it may say so.';
      this.#options.host.tell('untrusted', { id: visit.id, reason });
      return;
    }
    // Once is enough, whoever else lets us in.
    this.#leaveDoor();
    const entry = this.#options.entry === 'join' ? 'join' : 'join-or-create';
    await this.#join({ secret, known, nonce: this.#nonce, entry }, (error) => {
      // The room has ended meanwhile, and been made anew by somebody else.
      if (error?.code !== 'wrong-password' || ++this.#attempts >= MOST_ATTEMPTS) return false;
      this.begin();
      return true;
    });
  }

  /** The words about this room, if one of them lets us in. */
  async #check(words: readonly Word[]): Promise<readonly Spoken[] | null> {
    const { room, place } = this.#options;
    const { id } = place.context.identity;
    const stay = toBase64url(this.#nonce);
    const known = (await Promise.all(words.map(hear))).filter((spoken) => spoken?.statement.room === room);
    const spoken = known.filter((one) => one !== null);
    const maker = spoken.find(({ statement }) => statement.kind === 'made')?.by;
    const isOurs = ({ statement }: Spoken): boolean =>
      statement.kind === 'admit' && statement.id === id && statement.stay === stay;
    return maker !== undefined && (maker === identityOf(id) || spoken.some(isOurs)) ? spoken : null;
  }
}

const final = (code: 'rejected' | 'kicked' | 'timeout' | 'room-missing', message: string): PeerError =>
  new PeerError(code, message, { final: true });

const rejected = (reason: string): PeerError =>
  final('rejected', reason || 'Those inside did not let this page in.');

const banned = (): PeerError => final('kicked', 'A moderator has banned this page.');

function unanswered(answering: boolean, kept: boolean, entry: Entry): PeerError {
  if (answering) return final('timeout', 'Nobody inside has decided whether this page may come in.');
  if (kept) return final('timeout', 'Nobody inside answers those who ask to come in.');
  if (entry === 'join')
    return final('room-missing', 'There is no such room, or nobody in it who lets others in.');
  return final('timeout', 'Whoever could let this page in is gone, or the room does not ask for that.');
}
