/** Everything that can go wrong, as a closed list. See docs/errors.md for what to do about each. */
export type PeerErrorCode =
  | 'unsupported'
  | 'insecure-context'
  | 'unreachable'
  | 'timeout'
  | 'protocol'
  | 'room-full'
  | 'room-exists'
  | 'room-missing'
  | 'refused'
  | 'rejected'
  | 'kicked'
  | 'busy'
  | 'replaced'
  | 'wrong-password'
  | 'untrusted'
  | 'negotiation-failed'
  | 'too-large'
  | 'rate-limited'
  | 'aborted'
  | 'gone';

export interface PeerErrorOptions {
  /** Nothing will be tried again. Default false. */
  readonly final?: boolean;
  /** Ids of the peers it concerns. */
  readonly peers?: readonly string[];
  readonly cause?: unknown;
}

/** An adaptor may come as a module of its own, with a class of its own: this says that both are one. */
const KIND = Symbol.for('peer-elements.PeerError');

/** What `error` events carry and promises reject with. Misuse throws a TypeError or an InvalidStateError instead. */
export class PeerError extends Error {
  static override [Symbol.hasInstance](value: unknown): value is PeerError {
    return typeof value === 'object' && value !== null && KIND in value;
  }

  readonly code: PeerErrorCode;
  /** True when nothing will be tried again: a `close` event follows. */
  readonly final: boolean;
  /** Ids of the peers it concerns, where it concerns some and not others. */
  readonly peers?: readonly string[];

  constructor(code: PeerErrorCode, message: string, { final = false, peers, cause }: PeerErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'PeerError';
    Object.defineProperty(this, KIND, { value: true });
    this.code = code;
    this.final = final;
    if (peers) this.peers = peers;
  }
}

/** What was thrown, as what ends things: it is one already, or nobody foresaw it. */
export function asPeerError(cause: unknown): PeerError {
  if (cause instanceof PeerError) return cause;
  return new PeerError('unsupported', String(cause), { final: true, cause });
}
