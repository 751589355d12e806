/** Keeps whoever tries names from learning which rooms there are, and whoever tries passwords from getting in. */
import type { Entry } from '../src/protocol.js';

/** Who joins, as far as that matters here. */
interface Joiner {
  /** What it shares with others who may be the same person. */
  readonly network: string;
}

interface Minute {
  /** Milliseconds of `performance.now()`. */
  readonly end: number;
  count: number;
  readonly by: WeakSet<Joiner>;
}

interface Attempt {
  readonly entry: Entry;
  readonly room: string;
}

const MINUTE = 60_000;

/**
 * Wrong guesses. That a room exists already, or is full, or that the operator said no, happens to people who know its name:
 * several who create it at once, or come late.
 */
const NO_SUCH_ROOM = 'room-missing';
const NOT_ITS_PASSWORD = 'wrong-password';

export const TOO_MANY_FAILURES = {
  code: 'rate-limited',
  reason: 'Too many joins from this network have failed: try again in a minute.',
} as const;

export class FailedJoins {
  #most: number;
  /** Those that end first come first. */
  #minutes = new Map<string, Minute>();

  /** @param most failures that one network may have in a minute, which begins with the first */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Whether a join is refused unseen. A network may be a school: to those in it who have not failed themselves, what
   * never fails for want of a room is open still, except the room whose password somebody there is trying to find.
   */
  refuses(who: Joiner, { entry, room }: Attempt, now = performance.now()): boolean {
    this.#forget(now);
    if ((this.#minutes.get(guesses(who, room))?.count ?? 0) >= this.#most) return true;
    const minute = this.#minutes.get(who.network);
    if (!minute || minute.count < this.#most) return false;
    return entry !== 'join-or-create' || minute.by.has(who);
  }

  note(who: Joiner, room: string, code: string, now = performance.now()): void {
    if (code !== NO_SUCH_ROOM && code !== NOT_ITS_PASSWORD) return;
    this.#forget(now);
    this.#count(who, who.network, now);
    if (code === NOT_ITS_PASSWORD) this.#count(who, guesses(who, room), now);
  }

  #count(who: Joiner, where: string, now: number): void {
    const minute = this.#minutes.get(where) ?? { end: now + MINUTE, count: 0, by: new WeakSet() };
    this.#minutes.set(where, minute);
    minute.count++;
    minute.by.add(who);
  }

  #forget(now: number): void {
    for (const [network, { end }] of this.#minutes) {
      if (end > now) return;
      this.#minutes.delete(network);
    }
  }
}

const guesses = ({ network }: Joiner, room: string): string => `${network} ${room}`;
