/** What travels on the connection of a direct path beside its channels: camera, microphone, screen. */
import type { PeerError } from '../errors.js';

export interface Passenger {
  /**
   * A connection, with nothing negotiated yet.
   * @param link which attempt it is; both sides call it the same
   * @param starts the first offer is ours, and is made as soon as this returns
   */
  boarded(connection: RTCPeerConnection, link: string, starts: boolean): void;
  /** An offer was applied, and is about to be answered. */
  offered(): void;
  /** The path has opened, or is interrupted. */
  opened(open: boolean): void;
  /** That connection is no more. */
  alighted(): void;
  /** There will be none for a while. */
  stuck(error: PeerError): void;
}
