/** What is told of camera, sound and screen, the same on peers, rooms and pairs. */
import type { PeerError } from '../errors.js';
import type { Peer } from '../peer.js';
import type { MediaKind } from './wire.js';

export interface StreamDetail {
  /** The same object for as long as the peer sends it, over all connections. */
  readonly stream: MediaStream;
  readonly peer: Peer;
  /** What the sender said it is; undefined when nothing. */
  readonly metadata: unknown;
}

export interface TrackDetail extends StreamDetail {
  readonly track: MediaStreamTrack;
}

export interface MuteDetail {
  readonly peer: Peer;
  readonly kind: MediaKind;
  readonly muted: boolean;
}

/**
 * `none`: neither side has anything for the other. `connecting`: it is on its way, or was interrupted. `flowing`: all of it,
 * both ways. `unavailable`: there is no direct path, and no other will do.
 */
export type MediaState = 'none' | 'connecting' | 'flowing' | 'unavailable';

export interface MediaStateDetail {
  readonly peer: Peer;
  readonly state: MediaState;
  readonly previous: MediaState;
}

export interface MediaEventMap {
  /** A peer sends a stream. Its first tracks are in it. */
  stream: CustomEvent<StreamDetail>;
  /** A track has come into a stream, also anew after a connection was rebuilt. */
  track: CustomEvent<TrackDetail>;
  /** A peer sends a stream no longer, or is gone. */
  streamend: CustomEvent<StreamDetail>;
  /** A peer has switched its microphone or camera off, or on. */
  mute: CustomEvent<MuteDetail>;
  /** Camera and sound need a direct path, and there is none: once each time that comes to be so. */
  mediaerror: CustomEvent<{ readonly peer: Peer; readonly error: PeerError }>;
  mediastate: CustomEvent<MediaStateDetail>;
}

type Detail<E> = E extends CustomEvent<infer D> ? D : never;

export type TellMedia = <K extends keyof MediaEventMap>(type: K, detail: Detail<MediaEventMap[K]>) => void;
