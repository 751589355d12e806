/** Acts on what moderators want, on one page: tells the others, parts from whom they send out, and keeps those out. */
import { encode } from '../codec/value.js';
import { PeerError } from '../errors.js';
import type { KickNote } from '../events.js';
import type { Identity } from '../identity.js';
import { goneError } from '../peer-errors.js';
import { MODERATOR_ROLE, identityOf, type GoneReason } from '../protocol.js';
import { stayOf } from '../session/handshake.js';
import type { Wish } from '../signaling.js';
import { Moderation, type Decision, type Kick } from './moderation.js';
import type { KickOptions } from './options.js';
import type { Deciders, Spoken, Word } from './word.js';

/** A member as far as it matters here. */
export interface Seated {
  readonly id: string;
  readonly stay: string;
  /** It came after us. */
  readonly newcomer: boolean;
  transmit(frame: ReturnType<typeof encode>): Promise<void>;
  ping(): Promise<number>;
  end(reason: GoneReason, kick?: KickNote): void;
}

export interface ChairOptions {
  readonly room: string;
  readonly identity: Identity;
  /** Our own announcement. */
  readonly hello: Uint8Array;
  readonly peers: ReadonlyMap<string, Seated>;
  /** One has to ask to come in, and, if it is we who make the room, these decide. */
  readonly asks: Deciders | null;
  /** What whoever let us in has told, checked. */
  readonly known: readonly Spoken[];
}

export interface ChairEvents {
  /** Somebody is a moderator, as we know now. */
  appointed(identity: string): void;
  /** What signalling may do as well, where it can. */
  wish(wish: Wish): void;
  untrusted(id: string, reason: string): void;
  /** We are sent out. */
  expelled(kick: KickNote): void;
  /** Somebody who asked to come in may, or may not, as we know now. */
  decided(decision: Decision): void;
}

/** Whether somebody that signalling shows belongs here; `unknown` while nobody has said that it was let in. */
export type Standing = 'member' | 'unknown' | 'out';

/** How long those whom a decision concerns may take to hear of it, ms. */
const FAREWELL = 500;

export class Chair {
  readonly #options: ChairOptions;
  readonly #events: ChairEvents;
  readonly #moderation: Moderation;
  /** Whom we are about to send out: it may go before we have told everybody. */
  readonly #going = new Map<string, KickNote>();
  /** Stays that moderators have ended. */
  readonly #ended = new Set<string>();
  /** What signalling says that we are. */
  #role = '';

  constructor(options: ChairOptions, events: ChairEvents) {
    this.#options = options;
    this.#events = events;
    this.#moderation = new Moderation(options.room, options.identity, {
      appointed: (identity) => {
        events.appointed(identity);
      },
      kicked: (kick, by) => {
        this.#expel(kick, by);
      },
      disputed: (id) => {
        events.untrusted(id, 'It says that somebody else made this room.');
      },
      decided: (decision) => {
        events.decided(decision);
      },
      isPresent: (id, stay) => options.peers.get(id)?.stay === stay,
    });
    this.#moderation.recall(options.known);
  }

  /** We may send others out: as members know, or by the word of the back-end, which then does it. */
  get isOurs(): boolean {
    return this.#role === MODERATOR_ROLE || this.isModerator(this.#options.identity.id);
  }

  /** Resolves when what has been heard so far is taken in; null when it is. */
  get work(): Promise<void> | null {
    return this.#moderation.work;
  }

  /** Resolves after as long as somebody's last words may take. */
  farewell(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, FAREWELL));
  }

  isModerator(id: string): boolean {
    return this.#moderation.isModerator(id);
  }

  /** Whether this page decides on those who ask to come in. */
  get decides(): boolean {
    return this.#moderation.mayDecide(identityOf(this.#options.identity.id));
  }

  /** All there is to know of the room, for somebody who comes in. */
  get words(): readonly Word[] {
    return this.#moderation.words;
  }

  isBanned(id: string): boolean {
    return this.#moderation.isBanned(id);
  }

  /** Whether it may come in without anybody being asked. */
  isWelcome(id: string): boolean {
    return this.#moderation.isWelcome(id);
  }

  /** We are in. @param created the room is of our making @param role what the back-end says that we are */
  begin(created: boolean, role: string): void {
    this.#role = role;
    if (!created) return;
    this.#moderation.forget();
    void this.#moderation.begin(this.#options.asks).then((words) => {
      this.#tell(this.#options.peers.values(), words);
    });
  }

  /** It can be told something. */
  met(peer: Seated): void {
    const { words } = this.#moderation;
    if (peer.newcomer && words.length > 0) this.#tell([peer], words);
  }

  hear(words: readonly Word[], from: Seated): void {
    void this.#moderation.hear(words, from);
  }

  /** What somebody is whom signalling shows. */
  standing(id: string, hello: Uint8Array): Standing {
    const stay = stayOf(hello);
    if (this.#moderation.isBanned(id)) {
      this.#events.untrusted(id, 'A moderator has banned it, and signalling lets it in.');
      return 'out';
    }
    if (this.#ended.has(stay)) return 'out';
    return !this.#options.asks || this.#moderation.isAdmitted(id, stay) ? 'member' : 'unknown';
  }

  /**
   * Lets somebody in who has asked, or does not.
   * @returns false where that is not for us to say; otherwise once the members have most likely heard of it
   */
  async decide(kind: Decision['kind'], id: string, stay: string): Promise<boolean> {
    const spoken = await this.#moderation.decide(kind, id, stay);
    if (!spoken) return false;
    this.#moderation.take(spoken);
    // Who comes in is to be known to all by then.
    if (kind === 'admit') await this.#heardBy([...this.#options.peers.values()], spoken.word);
    else this.#tell(this.#options.peers.values(), [spoken.word]);
    return true;
  }

  /** What there is to say of somebody's going. */
  noteOf(id: string): KickNote | undefined {
    return this.#going.get(id);
  }

  /** Sends a peer out. Rejects with a PeerError: `refused` where we may not, `gone`. */
  async kick(id: string, { ban = false, reason = '' }: KickOptions): Promise<void> {
    const { peers, identity } = this.#options;
    const peer = peers.get(id);
    if (!peer && !ban) throw goneError(id);
    const spoken = await this.#moderation.kick(id, { ban, reason, stay: peer?.stay ?? '' });
    this.#assertMay(spoken);
    if (spoken) {
      this.#going.set(id, { by: identityOf(identity.id), reason, ban });
      // Before it goes the others are to know why, and before signalling ends what carries that it is to know itself.
      const others = [...peers.values()].filter((other) => other !== peer);
      await this.#heardBy(others, spoken.word);
      await this.#heardBy(peer ? [peer] : [], spoken.word);
    }
    this.#events.wish({ type: 'kick', id, ban });
    if (spoken) this.#moderation.take(spoken);
    this.#going.delete(id);
  }

  /** Makes a peer a moderator. Rejects as above. */
  async appoint(id: string): Promise<void> {
    const { peers } = this.#options;
    if (!peers.has(id)) throw goneError(id);
    const spoken = await this.#moderation.appoint(id);
    this.#assertMay(spoken);
    if (spoken) {
      this.#tell(peers.values(), [spoken.word]);
      this.#moderation.take(spoken);
    }
    this.#events.wish({ type: 'appoint', id });
  }

  #assertMay(spoken: Spoken | null): void {
    if (spoken || this.#role === MODERATOR_ROLE) return;
    const message = 'Only a moderator may do that, and nobody sends out who made the room.';
    throw new PeerError('refused', message);
  }

  #tell(peers: Iterable<Seated>, words: readonly Word[]): void {
    const frame = encode({ words });
    for (const peer of peers) peer.transmit(frame).catch(() => undefined);
  }

  /** Resolves when it has most likely arrived. */
  async #heardBy(peers: readonly Seated[], word: Word): Promise<void> {
    if (peers.length === 0) return;
    this.#tell(peers, [word]);
    await Promise.race([Promise.allSettled(peers.map((peer) => peer.ping())), this.farewell()]);
  }

  /** A moderator has sent somebody out, maybe us. */
  #expel({ id, ban, stay, reason }: Kick, by: string): void {
    const { identity, hello, peers } = this.#options;
    const concerns = (other: string, its: string): boolean =>
      ban ? identityOf(other) === identityOf(id) : other === id && its === stay;
    const kick: KickNote = { by, reason, ban };
    if (concerns(identity.id, stayOf(hello))) {
      this.#events.expelled(kick);
      return;
    }
    if (!ban) this.#ended.add(stay);
    for (const peer of [...peers.values()]) {
      if (concerns(peer.id, peer.stay)) peer.end('kicked', kick);
    }
  }
}
