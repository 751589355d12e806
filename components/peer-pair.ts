import type { PropertyValues } from 'lit';
import {
  PeerError,
  PeerPair,
  randomCode,
  type Answers,
  type PairEventMap,
  type Peer,
  type RequestOptions,
  type TypedListeners,
} from '../src/index.js';
import { PeerElement } from './peer-element.js';

/**
 * Two peers that know a code. Messages wait until the other one is there.
 *
 * @element peer-pair
 * @slot - Whatever the two share: `<peer-chat>` and its like find it by being inside.
 * @fires {CustomEvent} open - Signalling is connected and the id is proven: `{ id }`.
 * @fires {CustomEvent} join - We hold one of the two seats: `{ code, id, peers, created }`.
 * @fires {CustomEvent} peer - The other one is there and `send()` reaches it: `{ peer }`.
 * @fires {CustomEvent} profile - The other one changed its name or profile: `{ peer }`.
 * @fires {CustomEvent} leave - The other one is gone for good: `{ peer, reason }`.
 * @fires {CustomEvent} data - A message: `{ data, type, peer, metadata, delivery, transfer? }`.
 * @fires {RequestEvent} request - A message that wants an answer, which `event.respondWith()` gives: `{ data, type, peer, metadata }`.
 * @fires {CustomEvent} busy - Two others are using this code: `{ code }`.
 * @fires {CustomEvent} stream - A peer sends a stream: `{ stream, peer, metadata }`.
 * @fires {CustomEvent} track - A track has come into a stream of a peer: `{ stream, track, peer, metadata }`.
 * @fires {CustomEvent} streamend - A peer sends a stream no longer, or is gone: `{ stream, peer, metadata }`.
 * @fires {CustomEvent} mute - A peer has switched its microphone or camera off, or on: `{ peer, kind, muted }`.
 * @fires {CustomEvent} mediastate - What becomes of camera and sound between us and a peer: `{ peer, state, previous }`.
 * @fires {CustomEvent} mediaerror - Camera and sound need a direct path, and there is none: `{ peer, error }`.
 * @fires {CustomEvent} transfer - A large value starts to arrive; cancelable, in order to decide later: `{ transfer, peer, metadata }`.
 * @fires {CustomEvent} progress - More of a large value has arrived, or has been taken: `{ loaded, total, peer, transfer, direction }`.
 * @fires {CustomEvent} upgradeattempt - A direct path is being tried: `{ peer, path, previous }`.
 * @fires {CustomEvent} upgrade - Messages go directly from now on: `{ peer, path, previous }`.
 * @fires {CustomEvent} upgradeerror - An attempt failed, messages go on as they did: `{ peer, path, previous, error }`.
 * @fires {CustomEvent} downgrade - The direct path is lost, the relay takes over: `{ peer, path, previous }`.
 * @fires {CustomEvent} gap - Messages were lost beyond repair: `{ peer, lost }`.
 * @fires {CustomEvent} reconnecting - Signalling was lost: `{ attempt, delay }`.
 * @fires {CustomEvent} reconnect - Signalling is back: `{ attempts }`.
 * @fires {CustomEvent} reconnecterror - An attempt to get it back failed: `{ attempt, error }`.
 * @fires {CustomEvent} untrusted - Somebody is not who the id says, or what was sent was changed: `{ id, reason }`.
 * @fires {CustomEvent} statechange - `state` changed: `{ state, previous }`.
 * @fires {CustomEvent} error - Something failed: `{ error }`; whether that was the end is `error.final`.
 * @fires {CustomEvent} close - Once per join, at the end: `{ code, reason, error? }`.
 * @cssstate new - Not connected yet.
 * @cssstate connecting - Being let in.
 * @cssstate connected - Holding a seat, whether or not the other one is there.
 * @cssstate disconnected - Signalling is lost and being dialled again.
 * @cssstate failed - Ended by an error.
 * @cssstate closed - Left.
 */
export class PeerPairElement extends PeerElement<PeerPair> {
  static override properties = {
    ...PeerElement.properties,
    code: { type: String, reflect: true },
    expect: { type: String },
  };

  /** The code both sides know; a random one is generated when absent. */
  declare code: string | null | undefined;

  /** The id that the other side must have; anyone else is `untrusted` and not connected. */
  declare expect: string | null | undefined;

  declare addEventListener: TypedListeners<PairEventMap>['addEventListener'];
  declare removeEventListener: TypedListeners<PairEventMap>['removeEventListener'];

  constructor() {
    super();
    this.code = this.core.code;
  }

  /** The other side, or null. */
  get peer(): Peer | null {
    return this.core.peer;
  }

  /** `host` for whichever of those who are there claimed the code first, `guest` for the second, null while out. */
  override get role(): 'host' | 'guest' | null {
    return this.core.role;
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
    return this.core.request(data, options);
  }

  /** Joining as if it were not there would do the opposite of what its author means. */
  protected override get obstacle(): PeerError | null {
    if (!this.hasAttribute('admission')) return null;
    const message =
      'A pair has no "admission": who knows its code is in. Give it a password, or use a <peer-group>.';
    return new PeerError('unsupported', message, { final: true });
  }

  protected override get linkKey(): 'code' {
    return 'code';
  }

  protected override createCore(): PeerPair {
    return new PeerPair({ manual: true }, this);
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    this.code ||= randomCode();
  }

  protected override optionFor(name: string): object | null {
    if (name === 'expect') return { expect: this.expect ?? undefined };
    return name === 'code' ? { code: this.code ? this.code : undefined } : super.optionFor(name);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-pair': PeerPairElement;
  }
}
