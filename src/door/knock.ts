/** Somebody who asks to come in, as those who decide see it. */
import type { Greeting } from '../peer-frame.js';
import { identityOf, MAX_REASON_CHARS } from '../protocol.js';
import { safetyNumber } from '../session/safety-number.js';

/** How a knock ended: by a decision of anybody who may, or because whoever knocked has gone. */
export type KnockOutcome = 'accepted' | 'rejected' | 'gone';

/** No member yet: there is nothing to be sent to it. */
export class Knocker {
  readonly id: string;
  readonly #self: string;
  #greeting: Greeting;

  /** @internal */
  constructor(id: string, self: string, greeting: Greeting) {
    this.id = id;
    this.#self = self;
    this.#greeting = greeting;
  }

  /** What all pages of its identity share. */
  get identity(): string {
    return identityOf(this.id);
  }

  /** The name it gave itself, empty when it gave none. Anyone may choose any name. */
  get displayName(): string {
    return this.#greeting.name;
  }

  /** The small value it shows. */
  get profile(): unknown {
    return this.#greeting.profile;
  }

  /** As `Peer.safetyNumber()`: the same on both sides, unless somebody sits between. */
  safetyNumber(): Promise<string> {
    return safetyNumber(this.#self, this.id);
  }

  /** It has another name or profile. @internal */
  greet(greeting: Greeting): void {
    this.#greeting = greeting;
  }
}

export interface KnockHost {
  /** Somebody has looked at it: it is not knocked in vain. */
  seen(): void;
  /** @param reason told to whoever knocked, where it may not come in */
  decide(accept: boolean, reason: string): void;
}

/** One knock that waits for a decision. */
export class Knock {
  /** When it came, by `performance.now()`, ms. */
  readonly since = performance.now();
  readonly #peer: Knocker;
  readonly #host: KnockHost;

  /** @internal */
  constructor(peer: Knocker, host: KnockHost) {
    this.#peer = peer;
    this.#host = host;
  }

  /** Who it is. Once somebody has asked for that, whoever knocks is told that there is somebody to decide. */
  get peer(): Knocker {
    this.#host.seen();
    return this.#peer;
  }

  /** Lets it in. Nothing happens where somebody else has decided before. */
  accept(): void {
    this.#host.decide(true, '');
  }

  /**
   * Does not let it in, for now. Nothing happens where somebody else has decided before.
   * @param reason told to whoever knocked, at most 256 characters
   * @throws {TypeError} too long a reason
   */
  reject(reason = ''): void {
    if (typeof reason !== 'string' || reason.length > MAX_REASON_CHARS) {
      throw new TypeError(`reason must be a text of at most ${String(MAX_REASON_CHARS)} characters.`);
    }
    this.#host.decide(false, reason);
  }
}
