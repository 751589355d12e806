/** What a peer needs from the room it is in, and what it tells it. */
import type { PeerError } from './errors.js';
import type { KickNote, Tell } from './events.js';
import type { Peer } from './peer.js';
import type { Word } from './moderation/word.js';
import type { Greeting } from './peer-frame.js';
import type { LocalMedia } from './media/local.js';
import type { LinkHost } from './link.js';
import type { RequestEvent } from './request-event.js';
import type { GoneReason } from './protocol.js';
import type { SessionOptions } from './session/session.js';

export type PathEvent = 'upgradeattempt' | 'upgrade' | 'upgradeerror' | 'downgrade';

export interface PeerHost extends LinkHost {
  /** What this page sends beside words. */
  readonly media: LocalMedia;
  /** Who we are, for the other side. */
  greeting(): Greeting;
  /** The peer can be reached for the first time. */
  announced(peer: Peer): void;
  /** Fires an event on the room as well. */
  readonly tell: Tell;
  /** Dispatches it: somebody may answer. */
  readonly request: (event: RequestEvent) => void;
  /** It has passed on what was said about the room. */
  words(peer: Peer, words: readonly Word[]): void;
  isModerator(peer: Peer): boolean;
  gone(peer: Peer, reason: GoneReason, kick?: KickNote): void;
  failed(peer: Peer, error: PeerError): void;
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
