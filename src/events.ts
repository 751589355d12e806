/** The events of rooms, pairs and peers, the same on the core objects and on the elements that wrap them. */
import type { JoinRequestEvent } from './door/join-request-event.js';
import type { Knocker, KnockOutcome } from './door/knock.js';
import type { PeerError, PeerErrorCode } from './errors.js';
import type { MediaEventMap } from './media/events.js';
import type { GoneReason } from './protocol.js';
import type { Peer } from './peer.js';
import type { PathName } from './paths.js';
import type { RequestEvent } from './request-event.js';
import type { Transfer } from './transfer/transfer.js';

/**
 * How a message travels, the same on every path. `reliable`: in order and exactly once. `unordered`: exactly once, but
 * a lost one holds up no other. `fast`: once or never, and never late because of another. `latest`: as `fast`, but only
 * the newest of its `type` counts, which arrives for sure; older ones never come after it.
 */
export type Delivery = 'reliable' | 'unordered' | 'fast' | 'latest';

export interface DataDetail {
  /** What the other side sent. */
  readonly data: unknown;
  /** The message's type, empty when none was given. */
  readonly type: string;
  readonly peer: Peer;
  readonly metadata: unknown;
  readonly delivery: Delivery;
  /** How it came, where it was large. */
  readonly transfer?: Transfer;
}

export interface JoinDetail {
  /** Our own id. */
  readonly id: string;
  /** Who was there before us, by id; their `peer` events follow as they become reachable. */
  readonly peers: ReadonlyMap<string, Peer>;
  /** True when there was no such room before. */
  readonly created: boolean;
}

export interface CloseDetail {
  /** `closed` when this page wanted it, otherwise what ended it. */
  readonly code: 'closed' | PeerErrorCode;
  readonly reason: string;
  readonly error?: PeerError;
}

export interface StateChangeDetail {
  readonly state: RTCPeerConnectionState;
  readonly previous: RTCPeerConnectionState;
}

export interface PathDetail {
  readonly peer: Peer;
  /** The path that carries messages from now on; with `upgradeattempt` and `upgradeerror` the one that is tried. */
  readonly path: PathName | null;
  /** The one that carried them before; null where there was none. */
  readonly previous: PathName | null;
  /** Why an attempt failed. */
  readonly error?: PeerError;
}

export interface GapDetail {
  readonly peer: Peer;
  /** How many messages from it or to it, at most: those that nobody had acknowledged yet. */
  readonly lost: number;
}

export interface LeaveDetail {
  readonly peer: Peer;
  readonly reason: GoneReason;
  /**
   * Who sent it out and why, where a moderator has signed that. Without, `kicked` is the server's word alone.
   */
  readonly kick?: KickNote;
}

export interface KickNote {
  /** Identity of the moderator. */
  readonly by: string;
  /** In its words, at most 256 characters; may be empty. */
  readonly reason: string;
  /** It may not come back. */
  readonly ban: boolean;
}

export interface TransferDetail {
  readonly transfer: Transfer;
  readonly peer: Peer;
  readonly metadata: unknown;
}

export interface ProgressDetail {
  /** Bytes. */
  readonly loaded: number;
  /** Bytes; null for a stream, whose end nobody knows. */
  readonly total: number | null;
  readonly peer: Peer;
  readonly transfer: Transfer;
  readonly direction: 'in' | 'out';
}

/** What happens between relay and direct path. */
interface PathEventMap {
  /** A direct path is being tried. */
  upgradeattempt: CustomEvent<PathDetail>;
  /** Messages go directly from now on. */
  upgrade: CustomEvent<PathDetail>;
  /** The attempt failed; messages go on as they did. */
  upgradeerror: CustomEvent<PathDetail>;
  /** The direct path is lost; messages go through the relay, where there is one. */
  downgrade: CustomEvent<PathDetail>;
  /** Messages were lost beyond repair: the other side had been away so long that they forgot each other. */
  gap: CustomEvent<GapDetail>;
}

/** Large values on their way. */
interface TransferEvents {
  /**
   * A large value starts to arrive. `transfer.accept()`, `.refuse()` or `.stream()` decide; without, it is accepted once
   * all listeners have run, unless one of them called `preventDefault()` in order to decide later.
   */
  transfer: CustomEvent<TransferDetail>;
  /** More of a large value has arrived, or has been taken by the other side; at most ten times a second for each. */
  progress: CustomEvent<ProgressDetail>;
}

/** What a room and a pair have in common. */
export interface SourceEventMap extends PathEventMap, TransferEvents, MediaEventMap {
  /** Signalling is connected and the id is proven. */
  open: CustomEvent<{ readonly id: string }>;
  /** A peer is there and `send()` reaches it. */
  peer: CustomEvent<{ readonly peer: Peer }>;
  /** A peer changed its name or profile. */
  profile: CustomEvent<{ readonly peer: Peer }>;
  /** A peer is gone for good. */
  leave: CustomEvent<LeaveDetail>;
  /** A message. */
  data: CustomEvent<DataDetail>;
  /** A message that wants an answer: `event.respondWith(value or promise)`. */
  request: RequestEvent;
  /** Signalling was lost and is dialled again in `delay` milliseconds. */
  reconnecting: CustomEvent<{ readonly attempt: number; readonly delay: number }>;
  reconnect: CustomEvent<{ readonly attempts: number }>;
  reconnecterror: CustomEvent<{ readonly attempt: number; readonly error: PeerError }>;
  /** Somebody is not who the id says, or somebody between us changed what was sent. */
  untrusted: CustomEvent<{ readonly id: string; readonly reason: string }>;
  statechange: CustomEvent<StateChangeDetail>;
  error: CustomEvent<{ readonly error: PeerError }>;
  /** Once per join, at the end. */
  close: CustomEvent<CloseDetail>;
}

export interface RoomEventMap extends SourceEventMap {
  /** We are in. */
  join: CustomEvent<JoinDetail & { readonly room: string }>;
  /** Somebody is a moderator, as this page knows from now on: whoever made the room, or was appointed. May be we. */
  moderator: CustomEvent<{ readonly identity: string }>;
  /** Somebody asks to come in, and this page may decide. */
  joinrequest: JoinRequestEvent;
  /** Somebody asks no more: anybody has decided, or it has gone. */
  joinrequestend: CustomEvent<{ readonly peer: Knocker; readonly outcome: KnockOutcome }>;
  /** This page asks to come in. `answering`: somebody inside listens. Comes again when that changes. */
  knock: CustomEvent<{ readonly answering: boolean }>;
}

export interface PairEventMap extends SourceEventMap {
  /** We hold one of the two seats. */
  join: CustomEvent<JoinDetail & { readonly code: string }>;
  /** Two others have this code. */
  busy: CustomEvent<{ readonly code: string }>;
}

/** What a single peer fires itself. */
export interface PeerEventMap extends PathEventMap, TransferEvents, MediaEventMap {
  data: CustomEvent<DataDetail>;
  /** Before the room or pair is asked, and instead of it when it is answered here. */
  request: RequestEvent;
  profile: CustomEvent<{ readonly peer: Peer }>;
  statechange: CustomEvent<StateChangeDetail>;
  close: CustomEvent<{ readonly reason: GoneReason }>;
}

type Listener<Target, E> = ((this: Target, event: E) => unknown) | { handleEvent(event: E): unknown };

/** `addEventListener` and `removeEventListener` that know the events of `M`; any other name still works. */
export interface TypedListeners<M> {
  addEventListener<K extends keyof M & string>(
    type: K,
    listener: Listener<this, M[K]> | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof M & string>(
    type: K,
    listener: Listener<this, M[K]> | null,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** Knows what nobody has ever listened for: to make and dispatch an event costs more than all else about a message. */
class AttentiveTarget extends EventTarget {
  readonly #heard = new Set<string>();

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    this.#heard.add(args[0]);
    super.addEventListener(...args);
  }

  static ignores(target: EventTarget, type: string): boolean {
    return #heard in target && !target.#heard.has(type);
  }
}

/** An EventTarget whose listeners are typed by an event map. */
export type TypedEventTarget<M> = TypedListeners<M> & EventTarget;
export const TypedEventTarget = AttentiveTarget as new <M>() => TypedEventTarget<M>;

type Detail<E> = E extends CustomEvent<infer D> ? D : never;

/**
 * Fires one of the events that rooms and pairs have in common, on whichever of them it is.
 * @returns false when a listener prevented what would follow
 */
export type Tell = <K extends keyof SourceEventMap>(
  type: K,
  detail: Detail<SourceEventMap[K]>,
  cancelable?: boolean,
) => boolean;

/**
 * Fires `type` on `target`; neither bubbling nor composed.
 * @returns false when a listener prevented what would follow
 */
export function fire<M, K extends keyof M & string>(
  target: EventTarget,
  type: K,
  detail: Detail<M[K]>,
  cancelable = false,
): boolean {
  if (AttentiveTarget.ignores(target, type)) return true;
  return target.dispatchEvent(new CustomEvent(type, { detail, cancelable }));
}
