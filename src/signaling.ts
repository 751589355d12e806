/**
 * The one seam between the core and whatever brings two pages together: presence in a room plus directed opaque
 * bytes. An adaptor retries by itself and reconciles presence afterwards; only what it cannot mend crosses.
 */
import type { PeerError } from './errors.js';
import type { Identity } from './identity.js';
import type { Entry, GoneReason } from './protocol.js';

export interface JoinRequest {
  /** 43 base64url characters, derived from the room's name: an adaptor never learns the name. */
  readonly room: string;
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
}

export interface SignalingSink {
  /** Connected, and `id` is proven to be ours. May come again after a reconnect. */
  open(id: string): void;
  /** We are in. Comes once; later joins by the adaptor itself show as `peer` and `gone`. */
  joined(room: { readonly created: boolean; readonly peers: readonly SignalingPeer[] }): void;
  peer(peer: SignalingPeer): void;
  /** A hint: a peer whose direct path is alive is not gone unless it `left`. */
  gone(id: string, reason: GoneReason): void;
  message(from: string, bytes: Uint8Array): void;
  /** `reserve()` said no, and may say yes now. */
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

export interface SignalingSession {
  /** Fire and forget: what cannot be delivered now is dropped, as on any network. */
  send(to: string, bytes: Uint8Array): void;
  /**
   * Whether the back-end takes a message of about as many bytes now, besides what sets up sessions and paths. When it
   * does not, `drain()` follows on the sink.
   */
  reserve(bytes: number): boolean;
  /** Leaves the room, telling the others. */
  close(): void;
}

export interface Signaling {
  /** `data`: may carry what peers say. `handshake only`: just enough to set up a direct path. */
  readonly relay: 'data' | 'handshake only';
  /** Who we are on it: the `id` that the sink is told. */
  identity(): Promise<Identity>;
  /** A room is about to join: what takes time may begin. Harmless when no join follows. */
  prepare?(request: Pick<JoinRequest, 'timeout' | 'reconnectDelay'>): void;
  /** Calls nothing on the sink before it has returned. */
  join(request: JoinRequest, sink: SignalingSink): SignalingSession;
}
