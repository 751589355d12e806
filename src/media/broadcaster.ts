/** What a room and a pair have in common of camera, microphone and screen. */
import { TypedEventTarget } from '../events.js';
import { LocalMedia, type StreamOptions } from './local.js';
import type { Quality } from './quality.js';
import type { MediaKind, Muted } from './wire.js';

/** A stream that is sent. */
export interface SentStream {
  readonly metadata: unknown;
  /** Ids of the receivers; null for everyone. */
  readonly to: readonly string[] | null;
}

export abstract class Broadcaster<M> extends TypedEventTarget<M> {
  /** @internal */
  protected readonly media = new LocalMedia();

  /**
   * What everyone is sent, now and later: as a rule camera and microphone. Another one takes its place without a negotiation,
   * null takes it back. It is null again once all of its tracks have ended by themselves.
   */
  get stream(): MediaStream | null {
    return this.media.stream;
  }
  set stream(stream: MediaStream | null) {
    this.media.setStream(stream);
  }

  /** How good the `stream` should be. @throws {TypeError} */
  get videoQuality(): Quality {
    return this.media.quality;
  }
  set videoQuality(quality: Quality) {
    this.media.setQuality(quality);
  }

  /** All that is sent, `stream` among it. */
  get localStreams(): ReadonlyMap<MediaStream, SentStream> {
    return new Map(this.media.all.map(({ stream, metadata, to }) => [stream, { metadata, to }]));
  }

  /**
   * Sends one more stream, such as a screen beside the camera; whoever comes later gets it, too.
   * @throws {TypeError} unknown or wrong option
   * @throws {DOMException} `QuotaExceededError` over 4 tracks of a kind for one peer, `DataCloneError`
   */
  addStream(stream: MediaStream, options?: StreamOptions): void {
    this.media.addStream(stream, options);
  }

  /** Sends it no longer. Its tracks are left as they are. */
  removeStream(stream: MediaStream): void {
    this.media.removeStream(stream);
  }

  /**
   * Sends a track as part of `stream`, whether or not it is in it. Options count for all of the stream.
   * @throws {TypeError} unknown or wrong option
   * @throws {DOMException} `InvalidAccessError` when it is sent already, `QuotaExceededError` as `addStream()`
   */
  addTrack(track: MediaStreamTrack, stream: MediaStream, options?: StreamOptions): void {
    this.media.addTrack(track, stream, options);
  }

  /** Sends it no longer. A stream of which nothing is left ends for the others. */
  removeTrack(track: MediaStreamTrack): void {
    this.media.removeTrack(track);
  }

  /**
   * Sends another track of the same kind in the place of one, without a negotiation; null for none.
   * @returns resolves once the old one is sent to nobody
   * @throws {TypeError} another kind
   * @throws {DOMException} `InvalidAccessError` when the old one is not sent
   */
  replaceTrack(track: MediaStreamTrack, by: MediaStreamTrack | null): Promise<void> {
    return this.media.replaceTrack(track, by);
  }

  /** Switches off the microphone or the camera of `stream` (`track.enabled`), and tells the others. */
  mute(kind: MediaKind, muted: boolean): void {
    this.media.mute(kind, muted);
  }

  /** What `mute()` has switched off. */
  get muted(): Muted {
    return this.media.muted;
  }
}
