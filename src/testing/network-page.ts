/** One page of a virtual network: an adaptor, and what can happen to it. */
import { PeerError } from '../errors.js';
import type { Identity } from '../identity.js';
import { Backoff } from '../signaling/backoff.js';
import { Bus, type BusMedium } from '../signaling/bus.js';
import type { JoinRequest, Signaling, SignalingSession, SignalingSink } from '../signaling.js';
import type { Random } from './random.js';

export interface PageHost {
  readonly relay: Signaling['relay'];
  readonly identity: () => Promise<Identity>;
  /** ms, as for `callbackSignaling()`. */
  readonly times: { readonly wait: number; readonly beat: number; readonly seat: number };
  readonly chance: Random;
  /** @param to ids; empty for everybody */
  carry(word: string, to: readonly string[]): void;
  /** Its connection is lost, and the others may know. */
  lost(): void;
}

type PageState = 'online' | 'cut' | 'crashed';

const UNREACHABLE = 'This page is cut off from the network.';

export class NetworkPage implements Signaling {
  readonly relay: Signaling['relay'];
  readonly #host: PageHost;
  readonly #medium: { online: boolean } & BusMedium;
  readonly #bus: Bus;
  readonly #sessions = new Set<SignalingSession>();
  #identity: Promise<Identity> | undefined;
  #id: string | null = null;
  #state: PageState = 'online';
  #redial: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #reconnectDelay = 0;

  /** `network.page()` makes them. */
  constructor(host: PageHost) {
    this.#host = host;
    this.relay = host.relay;
    this.#medium = {
      online: true,
      post: (_room, word, to, all) => {
        host.carry(word, all ? [] : to);
      },
    };
    this.#bus = new Bus({ identity: () => this.identity(), ...host.times }, this.#medium);
  }

  /** Its id; null before anybody has asked who it is. */
  get id(): string | null {
    return this.#id;
  }

  /** Whether anything reaches it, and anybody hears it. */
  get online(): boolean {
    return this.#medium.online;
  }

  identity(): Promise<Identity> {
    this.#identity ??= this.#host.identity().then((identity) => {
      this.#id = identity.id;
      return identity;
    });
    return this.#identity;
  }

  join(request: JoinRequest, sink: SignalingSink): SignalingSession {
    this.#reconnectDelay ||= request.reconnectDelay;
    const session = this.#bus.join(request, sink);
    this.#sessions.add(session);
    if (this.#state === 'crashed') this.#silence();
    return session;
  }

  /**
   * It loses its connection; all know. It tells `reconnecting` and dials again with a growing delay, in vain until `mend()`. To the
   * others it was never away if it is back within `seat`.
   */
  cut(): void {
    if (!this.online) return;
    this.#become('cut');
    this.#host.lost();
    this.#dial(1, new Backoff(this.#reconnectDelay));
  }

  /** It is connected again, at once: as a page that is told that it is online dials at once. */
  mend(): void {
    if (this.#state !== 'cut') return;
    clearTimeout(this.#redial);
    this.#become('online');
    this.#bus.back(this.#attempt);
  }

  /**
   * It is gone without a word, for good: nothing it says gets out any more, and it is told nothing. Its own objects do not know that
   * they are dead; `close()` them when you like.
   */
  crash(): void {
    this.#become('crashed');
    clearTimeout(this.#redial);
    this.#silence();
  }

  /** Something arrives. */
  receive(word: string): void {
    if (this.online) this.#bus.receive(word);
  }

  /** That page's connection is lost. */
  missing(id: string): void {
    if (this.online) this.#bus.missing(id);
  }

  #become(state: PageState): void {
    this.#state = state;
    this.#medium.online = state === 'online';
  }

  #silence(): void {
    for (const session of this.#sessions) session.close();
    this.#sessions.clear();
  }

  /** In vain. */
  #dial(attempt: number, backoff: Backoff): void {
    this.#attempt = attempt;
    const delay = backoff.next({ random: this.#host.chance });
    this.#bus.lost(new PeerError('unreachable', UNREACHABLE), attempt, delay);
    // A page that is in no room has nobody to tell.
    if (this.#bus.size === 0) return;
    this.#redial = setTimeout(() => {
      this.#dial(attempt + 1, backoff);
    }, delay);
  }
}
