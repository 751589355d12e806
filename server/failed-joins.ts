/** Keeps whoever tries names from learning which rooms there are. */
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

const MINUTE = 60_000;

/**
 * A wrong guess. That a room exists already, or is full, or that the operator said no, happens to people who know its name:
 * several who create it at once, or come late.
 */
const WRONG = 'room-missing';

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
   * Whether a join is refused whatever the room. A network may be a school: to those in it who have not failed
   * themselves, what never fails for want of a room is open still.
   */
  refuses(who: Joiner, entry: Entry, now = performance.now()): boolean {
    this.#forget(now);
    const minute = this.#minutes.get(who.network);
    if (!minute || minute.count < this.#most) return false;
    return entry !== 'join-or-create' || minute.by.has(who);
  }

  note(who: Joiner, code: string, now = performance.now()): void {
    if (code !== WRONG) return;
    this.#forget(now);
    const minute = this.#minutes.get(who.network) ?? { end: now + MINUTE, count: 0, by: new WeakSet() };
    this.#minutes.set(who.network, minute);
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
