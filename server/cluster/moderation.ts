/** Who moderates a room, and who may not come back: as long as there is the room, and by identity. */
import { MODERATOR_ROLE, identityOf, type ModerationFrame } from '../../src/protocol.js';
import type { Place } from './registry.js';

/** Of either: what one room may have a server remember. The oldest ban goes first. */
export const MOST = 1000;

export class Moderation {
  readonly #creator: string;
  readonly #moderators: Set<string>;
  readonly #banned = new Set<string>();

  /** @param creator an id */
  constructor(creator: string) {
    this.#creator = identityOf(creator);
    this.#moderators = new Set([this.#creator]);
  }

  bans(id: string): boolean {
    return this.#banned.has(identityOf(id));
  }

  /** @returns whether somebody's membership is to be ended for it */
  allows({ id: by, role }: Place, wish: ModerationFrame): (id: string) => boolean {
    const [from, identity] = [identityOf(by), identityOf(wish.id)];
    if (role !== MODERATOR_ROLE && !this.#moderators.has(from)) return () => false;
    if (wish.type === 'appoint') {
      if (this.#moderators.size < MOST) this.#moderators.add(identity);
      return () => false;
    }
    if (identity === this.#creator || identity === from) return () => false;
    if (!wish.ban) return (id) => id === wish.id;
    this.#moderators.delete(identity);
    this.#banned.add(identity);
    const [oldest] = this.#banned;
    if (this.#banned.size > MOST && oldest !== undefined) this.#banned.delete(oldest);
    return (id) => identityOf(id) === identity;
  }
}
