/** What a peer is of camera, sound and screen. */
import { TypedEventTarget, type PeerEventMap } from '../events.js';
import type { MediaState } from './events.js';
import type { PeerMedia } from './peer-media.js';
import type { Muted } from './wire.js';

export abstract class Performer extends TypedEventTarget<PeerEventMap> {
  /** @internal */
  protected abstract readonly media: PeerMedia;

  /** The RTCPeerConnection of the direct path, or null. Another one takes its place when a path has to be rebuilt. */
  abstract get connection(): RTCPeerConnection | null;

  /** The streams it sends us, as it came to send them. Each stays the same object for as long as it is sent, over all connections. */
  get streams(): readonly MediaStream[] {
    return this.media.streams;
  }

  /** What it said that one of its `streams` is; undefined when nothing. */
  metadataOf(stream: MediaStream): unknown {
    return this.media.metadataOf(stream);
  }

  /** Whether it has switched off its microphone and its camera. */
  get muted(): Muted {
    return this.media.muted;
  }

  /**
   * `none` (nothing to send, either way), `connecting`, `flowing` (all of it, both ways), `unavailable` (there is no
   * direct path, and no other will do).
   */
  get mediaState(): MediaState {
    return this.media.state;
  }

  /** WebRTC statistics of the direct path; empty without one. */
  async getStats(): Promise<RTCStatsReport> {
    return (await this.connection?.getStats()) ?? new Map();
  }
}
