/** What a peer needs from the room it is in, and what it tells it. */
import type { PeerError } from './errors.js';
import type { DataDetail, PathDetail, ProgressDetail, TransferDetail } from './events.js';
import type { Peer } from './peer.js';
import type { Greeting } from './peer-frame.js';
import type { LinkHost } from './link.js';
import type { RequestEvent } from './request-event.js';
import type { GoneReason } from './protocol.js';
import type { SessionOptions } from './session/session.js';

export type PathEvent = 'upgradeattempt' | 'upgrade' | 'upgradeerror' | 'downgrade';

export interface PeerHost extends LinkHost {
  /** Who we are, for the other side. */
  greeting(): Greeting;
  /** The peer can be reached for the first time. */
  announced(peer: Peer): void;
  profileChanged(peer: Peer): void;
  data(detail: DataDetail): void;
  /** @returns whether somebody wants to decide later */
  transfer(detail: TransferDetail): boolean;
  progress(detail: ProgressDetail): void;
  /** Dispatches it: somebody may answer. */
  request(event: RequestEvent): void;
  path(type: PathEvent, detail: PathDetail): void;
  gap(peer: Peer, lost: number): void;
  gone(peer: Peer, reason: GoneReason): void;
  failed(peer: Peer, error: PeerError): void;
  /** It is not who its id says, or somebody changes what it sends. */
  untrusted(peer: Peer, reason: string): void;
}

/** Who the other side is, and what a session with it takes. */
export interface PeerOrigin extends SessionOptions {
  /** What it announced to the room. */
  readonly hello: Uint8Array;
  /** It came after us. */
  readonly newcomer: boolean;
  /** What signalling says that it is: it may say something else later. */
  role: string;
}
