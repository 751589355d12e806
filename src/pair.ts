/** Two peers that know a code: a room of capacity two. */
import { PeerError } from './errors.js';
import type { JoinDetail, PairEventMap } from './events.js';
import type { Admission } from './joining.js';
import { PAIR_OPTIONS, type PeerPairOptions } from './options.js';
import type { Peer } from './peer.js';
import type { Answers, RequestOptions } from './request-options.js';
import { Source } from './source.js';

/** Crockford's base 32: letters and digits that are not mistaken for each other. */
const CODE_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const CODE_GROUPS = 4;
const CODE_GROUP_CHARS = 4;

/** A random code of 80 bits, in groups that can be read out. */
export function randomCode(): string {
  const values = crypto.getRandomValues(new Uint8Array(CODE_GROUPS * CODE_GROUP_CHARS));
  const chars = Array.from(values, (value) => CODE_ALPHABET.charAt(value & 31));
  return Array.from({ length: CODE_GROUPS }, (_, group) =>
    chars.slice(group * CODE_GROUP_CHARS, (group + 1) * CODE_GROUP_CHARS).join(''),
  ).join('-');
}

/**
 * Two peers that know a code. Joins by itself unless `manual`. Messages wait until the other one is there.
 * @fires open, join, peer, profile, leave, stream, track, streamend, mute, mediaerror, mediastate, data, request, transfer, progress, busy, upgradeattempt, upgrade, upgradeerror,
 * downgrade, gap, untrusted, reconnecting, reconnect, reconnecterror, statechange, error, close
 * @throws {TypeError} naming the option that is wrong
 */
export class PeerPair extends Source<PairEventMap> {
  #code = '';

  constructor(options: PeerPairOptions = {}, target?: EventTarget) {
    super(PAIR_OPTIONS, target);
    this.configure(options);
    this.#code = options.code ?? randomCode();
    if (!options.manual) this.connect();
  }

  /** The code that the other side has to know. */
  get code(): string {
    return this.#code;
  }

  /** The other side, or null. */
  get peer(): Peer | null {
    return this.peers.values().next().value ?? null;
  }

  /** `host` for whichever of those who are there claimed the code first, `guest` for the second, null while out. */
  get role(): 'host' | 'guest' | null {
    if (this.state !== 'connected' && this.state !== 'disconnected') return null;
    return this.peer?.newcomer === false ? 'guest' : 'host';
  }

  /**
   * Asks for an answer: the other side. What is asked before we are in waits.
   * @param data whatever `send()` takes
   * @returns its answer; rejects with a PeerError (`timeout`, `aborted`, `gone`,
   * `refused` when nobody answers there), or with the error of who was asked, by name and message
   * @throws {TypeError} unknown or wrong option
   * @throws {DOMException} `InvalidStateError` after the end, `DataCloneError` for what cannot be sent
   */
  request(data: unknown, options: RequestOptions & { readonly to: readonly string[] }): Promise<Answers>;
  request(data: unknown, options?: RequestOptions): Promise<unknown>;
  request(data: unknown, options?: RequestOptions): Promise<unknown> {
    return this.ask(data, options);
  }

  protected override get waitsForPeers(): boolean {
    return true;
  }

  protected override admission({ code }: PeerPairOptions): Admission {
    if (code !== undefined) this.#code = code;
    return { kind: 'pair', name: this.#code, entry: 'join-or-create', capacity: 2 };
  }

  protected override fireJoin(detail: JoinDetail): void {
    this.fire('join', { ...detail, code: this.#code });
  }

  protected override refine(error: PeerError): PeerError {
    if (error.code !== 'room-full') return error;
    this.fire('busy', { code: this.#code });
    return new PeerError('busy', 'Two others are using this code already.', { final: true, cause: error });
  }
}
