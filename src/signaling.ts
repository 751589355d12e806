/**
 * The one seam between the core and whatever brings two pages together: presence in a room plus directed opaque
 * bytes. An adaptor retries by itself and reconciles presence afterwards; only what it cannot mend crosses.
 */
import type { PeerError } from './errors.js';
import type { Identity } from './identity.js';
import type { Entry, GoneReason, IceServer, ModerationFrame } from './protocol.js';

export interface JoinRequest {
  /** 43 base64url characters, derived from the room's name, which only `name()` tells. */
  readonly room: string;
  /** What may let us in where a back-end asks for that, empty for nothing; to be had anew for every attempt. */
  readonly token?: () => string | Promise<string>;
  /** The room's name, for a back-end that insists on it and nobody else: whoever calls this has shown it. */
  readonly name?: () => string;
  /**
   * What everybody in the room knows: 43 base64url characters made of its password, absent without one. Whoever creates the
   * room fixes it, and who comes with another one, or none, is refused with `wrong-password`.
   */
  readonly lock?: string;
  readonly entry: Entry;
  /** Most members; only the room's creator fixes it. */
  readonly capacity?: number;
  /** What the others are told about this member together with its presence; at most 1.5 KB. */
  readonly hello: Uint8Array;
  /** Milliseconds before an attempt to get in is given up. */
  readonly timeout: number;
  /** Whether a lost connection is dialled again. */
  readonly reconnect: boolean;
  /** First step of the back-off, milliseconds. Where rooms share a connection, its first room decides. */
  readonly reconnectDelay: number;
}

export interface SignalingPeer {
  readonly id: string;
  readonly hello: Uint8Array;
  /**
   * True when it came after us. The earlier member starts the negotiation: one hop sooner than the other way round.
   */
  readonly newcomer: boolean;
  /** What the back-end says that it is; without, nothing. */
  readonly role?: string;
}

export interface SignalingSink {
  /** Connected, and `id` is proven to be ours. May come again after a reconnect. */
  open(id: string): void;
  /**
   * By which servers direct paths may be found from now on, unless the page names its own. Where the back-end has any to
   * name, they are told before `joined`, and again whenever they change or their credentials do.
   */
  iceServers(servers: readonly IceServer[]): void;
  /**
   * We are in. Comes once; later joins by the adaptor itself show as `peer` and `gone`: every member that is there
   * is told again, and who is not may be on its way back for a while before it is told as gone.
   */
  joined(room: {
    readonly created: boolean;
    readonly peers: readonly SignalingPeer[];
    /** What the back-end says that we are; without, nothing. */
    readonly role?: string;
  }): void;
  peer(peer: SignalingPeer): void;
  /**
   * `left` and `kicked` are told at once. `lost`: it has not come back in the time that the back-end gives a member
   * whose connection broke; nobody sees one that does. A hint, unless `presence` is certain: a peer whose direct path is
   * alive is not lost.
   */
  gone(id: string, reason: GoneReason): void;
  message(from: string, bytes: Uint8Array): void;
  /**
   * After `reserve()` was refused: there may be room again. Whatever is still to be said has to be reserved again;
   * who asks for nothing is not called again. The rooms of a page take turns.
   */
  drain(): void;
  /** An attempt failed before we were ever in; another one follows. */
  trouble(error: PeerError): void;
  /** The connection is lost; attempt number `attempt` starts in `delay` ms. */
  reconnecting(detail: { readonly attempt: number; readonly delay: number }): void;
  reconnect(detail: { readonly attempts: number }): void;
  reconnecterror(detail: { readonly attempt: number; readonly error: PeerError }): void;
  /** The end; nothing follows. Without an error it was the other side's orderly wish. */
  close(error?: PeerError): void;
}

type WithoutNumber<T> = T extends unknown ? Omit<T, 'n'> : never;
/** What a moderator wants of a back-end. */
export type Wish = WithoutNumber<ModerationFrame>;

export interface SignalingSession {
  /**
   * Takes room for one message of `bytes` from what the back-end allows this page; its `send()` then costs nothing
   * more. False when there is none now: over the budget, others were refused before, the connection is congested or
   * lost, `to` reads slower than it is written to. `drain()` is called when that may have changed, after a reconnect as
   * well. Before `joined` it is false, and `joined` itself says that there is room.
   */
  reserve(bytes: number, to: string): boolean;
  /**
   * Fire and forget: what cannot be delivered now is dropped, as on any network. It is never held back, so that
   * sessions and paths can be set up at any time, but it counts: what is long or frequent has to be reserved.
   */
  send(to: string, bytes: Uint8Array): void;
  /**
   * Has the back-end do what a moderator of the room wants, where it knows of such; members see to it without it as well. Who is
   * none to the back-end is passed over.
   */
  moderate?(wish: Wish): void;
  /** Leaves the room, telling the others. @param pageLeft as the page is: nothing runs in it afterwards */
  close(pageLeft?: boolean): void;
}

export interface Signaling {
  /** `data`: may carry what peers say. `handshake only`: just enough to set up a direct path. */
  readonly relay: 'data' | 'handshake only';
  /**
   * `certain`: who is told as lost is gone beyond doubt, and is told at once. No direct path outlasts that, and no peer is
   * asked for signs of life while there is nothing to say.
   */
  readonly presence?: 'certain';
  /** Who we are on it: the `id` that the sink is told. */
  identity(): Promise<Identity>;
  /** A room is about to join: what takes time may begin. Harmless when no join follows. */
  prepare?(request: Pick<JoinRequest, 'timeout' | 'reconnectDelay'>): void;
  /** Calls nothing on the sink before it has returned. */
  join(request: JoinRequest, sink: SignalingSink): SignalingSession;
}
