/** What a page is told about STUN and TURN: the operator's servers, and credentials that last for a while. */
import { createHmac, randomBytes } from 'node:crypto';
import type { IceServer } from '../src/protocol.js';
import type { IceSettings, TurnSettings } from './ice-options.js';

/**
 * Refreshed after this part of their life, and up to that much of it later: those who came at once, as after a
 * restart, need not all come back at once.
 */
const REFRESH_AFTER = 2 / 3;
const REFRESH_SPREAD = 1 / 12;

const TAG_BYTES = 9;

/**
 * A credential that a TURN server can check without having heard of it, as in "A REST API For Access To TURN Services":
 * the name says until when it is good, the password is a keyed hash of the name.
 * @param tag stands for who it was made for
 * @param now milliseconds since 1970
 */
export function mint({ urls, secret, ttl }: TurnSettings, tag: string, now: number): IceServer {
  const username = `${Math.ceil((now + ttl) / 1000)}:${tag}`;
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  return { urls, username, credential };
}

/** What one connection is told, and when it is to be told again. It has no timer of its own. */
export class IceHandout {
  readonly #settings: IceSettings;
  /**
   * Made up for this connection, and no hash of an id: the name of a TURN credential travels in the clear, and whoever
   * sees it on two days, in two networks, must not see that it is the same visitor. It stays for as long as the
   * connection, so that a quota for each user of the TURN server counts something.
   */
  readonly #tag: string;
  #told = false;
  #due = Infinity;

  constructor(settings: IceSettings) {
    this.#settings = settings;
    this.#tag = settings.turn ? randomBytes(TAG_BYTES).toString('base64url') : '';
  }

  /** Whether there has been anything yet. */
  get told(): boolean {
    return this.#told;
  }

  /** Whether what was told last is about to expire. @param now milliseconds of `performance.now()` */
  isDue(now: number): boolean {
    return now >= this.#due;
  }

  /** What to tell now; empty where the operator has named nobody. @param now milliseconds of `performance.now()` */
  next(now: number): readonly IceServer[] {
    const { servers, turn } = this.#settings;
    this.#told = true;
    if (!turn) return servers;
    this.#due = now + turn.ttl * (REFRESH_AFTER + Math.random() * REFRESH_SPREAD);
    return [...servers, mint(turn, this.#tag, Date.now())];
  }
}
