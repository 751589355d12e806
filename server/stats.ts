/** What a server counts while it runs, and in which words it tells. */
import { CloseCode, REFUSALS, type RefusalCode } from '../src/protocol.js';

/** Why an upgrade was turned away. */
export type RejectionReason = 'path' | 'origin' | 'connections' | 'address' | 'rate' | 'draining';

/** Of this process, also where it is one of several. Counters begin at 0 with the server. */
export interface SignalingStats {
  /** Open sockets, logged in or not. */
  readonly connections: number;
  readonly rooms: number;
  /** Memberships, those of members who are away included: somebody in two rooms counts twice. */
  readonly members: number;
  /** Memberships whose connection is lost, and whose seat is kept. */
  readonly away: number;
  /** Messages passed on from member to member. */
  readonly messages: number;
  /** Bytes of these messages, their headers included. */
  readonly bytes: number;
  /** Messages whose receiver was not in the room. */
  readonly dropped: number;
  /** Log-ins that were proven. */
  readonly logins: number;
  /** Connections closed for a log-in that was wrong or late. */
  readonly failedLogins: number;
  /** Connections closed for a frame this protocol does not know. */
  readonly badFrames: number;
  /** Upgrades turned away. */
  readonly rejected: number;
  /** The same by reason. */
  readonly rejectedFor: Readonly<Record<RejectionReason, number>>;
  /** Joins that were refused, by the code that the client was told. */
  readonly refused: Readonly<Record<RefusalCode, number>>;
  /** Connections that ended, by WebSocket close code; `other` for those that nobody here uses. */
  readonly closed: Readonly<Record<string, number>>;
}

type Single = 'logins' | 'failedLogins' | 'badFrames';

const REASONS = ['path', 'origin', 'connections', 'address', 'rate', 'draining'] as const;
/** RFC 6455, 7.4.1 and the registry it founded: what browsers and ws say by themselves. */
const CLOSE_CODES = [1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013];

const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;

export class Counters {
  readonly #single: Record<Single, number> = { logins: 0, failedLogins: 0, badFrames: 0 };
  readonly #rejected = zeros<RejectionReason>(REASONS);
  readonly #refused = zeros<RefusalCode>(REFUSALS);
  /** Has its keys from the start: a client chooses its code, and must not choose how many we remember. */
  readonly #closed = new Map([...CLOSE_CODES, ...Object.values(CloseCode)].map((code) => [code, 0]));
  #closedOtherwise = 0;

  count(what: Single): void {
    this.#single[what]++;
  }

  rejected(reason: RejectionReason): void {
    this.#rejected[reason]++;
  }

  refused(code: RefusalCode): void {
    this.#refused[code]++;
  }

  closed(code: number): void {
    const before = this.#closed.get(code);
    if (before === undefined) this.#closedOtherwise++;
    else this.#closed.set(code, before + 1);
  }

  /** A snapshot. */
  stats(): Pick<SignalingStats, Single | 'rejected' | 'rejectedFor' | 'refused' | 'closed'> {
    return {
      ...this.#single,
      rejected: Object.values(this.#rejected).reduce((sum, one) => sum + one, 0),
      rejectedFor: { ...this.#rejected },
      refused: { ...this.#refused },
      closed: { ...Object.fromEntries(this.#closed), other: this.#closedOtherwise },
    };
  }
}
