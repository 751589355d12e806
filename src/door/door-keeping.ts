/** A member's part in who comes into a room where one has to ask: keeps the door if it may, and doubts who comes in another way. */
import type { Bytes } from '../bytes.js';
import type { Chair } from '../moderation/chair.js';
import type { Decision } from '../moderation/moderation.js';
import type { Deciders, Spoken } from '../moderation/word.js';
import { stayOf } from '../session/handshake.js';
import type { SignalingPeer } from '../signaling.js';
import type { DoorPlace } from './door.js';
import { Keeper, type KeeperEvents } from './keeper.js';
import type { Knock } from './knock.js';

export interface DoorKeepingOptions {
  readonly place: DoorPlace;
  /** What opens the room. */
  readonly secret: Bytes;
  /** What whoever let us in has told, checked; nothing where we make the room. */
  readonly known: readonly Spoken[];
  /** Who decides, if it is we who make the room. */
  readonly asks: Deciders;
}

export interface DoorKeepingEvents extends KeeperEvents {
  /** Signalling has shown somebody before we knew that it was let in. */
  admitted(peer: SignalingPeer): void;
}

interface Doubted {
  readonly peer: SignalingPeer;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class DoorKeeping {
  readonly #chair: Chair;
  readonly #options: DoorKeepingOptions;
  readonly #events: DoorKeepingEvents;
  /** How long word of somebody's having been let in may take, ms. */
  readonly #timeout: number;
  readonly #doubted = new Map<string, Doubted>();
  #keeper: Keeper | null = null;
  #closed = false;

  constructor(chair: Chair, timeout: number, options: DoorKeepingOptions, events: DoorKeepingEvents) {
    this.#chair = chair;
    this.#timeout = timeout;
    this.#options = options;
    this.#events = events;
  }

  /** Who waits for a decision of ours, by id. */
  get knocks(): ReadonlyMap<string, Knock> {
    return this.#keeper?.knocks ?? new Map<string, Knock>();
  }

  /** Keeps the door from now on, where it is for us to decide. */
  keep(): void {
    if (this.#keeper || this.#closed || !this.#chair.decides) return;
    const { place, secret } = this.#options;
    this.#keeper = new Keeper({ place, secret, chair: this.#chair }, this.#events);
  }

  /** Somebody was let in, or was not. */
  decided(decision: Decision): void {
    this.#keeper?.decided(decision);
    const doubted = this.#doubted.get(decision.id);
    if (decision.kind !== 'admit' || !doubted || stayOf(doubted.peer.hello) !== decision.stay) return;
    this.forget(decision.id);
    this.#events.admitted(doubted.peer);
  }

  /** Signalling shows somebody of whom nobody has said that it was let in: word of that may be on its way. */
  suspect(peer: SignalingPeer): void {
    this.forget(peer.id);
    const timer = setTimeout(() => {
      this.#events.untrusted(peer.id, 'Signalling has let it in, and nobody in the room has.');
    }, this.#timeout);
    this.#doubted.set(peer.id, { peer, timer });
  }

  /** It is gone, or shown anew. */
  forget(id: string): void {
    clearTimeout(this.#doubted.get(id)?.timer);
    this.#doubted.delete(id);
  }

  close(): void {
    this.#closed = true;
    this.#keeper?.close();
    for (const id of [...this.#doubted.keys()]) this.forget(id);
  }
}
