import { LitElement } from 'lit';
import type {
  MediaKind,
  Muted,
  PeerPair,
  PeerRoom,
  Quality,
  SentStream,
  StreamOptions,
} from '../src/index.js';

/** What a page may set before the element is upgraded. */
const EARLY = ['stream', 'videoQuality'] as const;

/** What `<peer-group>` and `<peer-pair>` have in common of camera, microphone and screen. */
export abstract class MediaElement extends LitElement {
  protected abstract readonly core: PeerRoom | PeerPair;

  /**
   * What everyone is sent, now and later: as a rule camera and microphone. Another one takes its place without a negotiation,
   * null takes it back. It is null again once all of its tracks have ended by themselves.
   */
  get stream(): MediaStream | null {
    return this.core.stream;
  }
  set stream(stream: MediaStream | null) {
    this.core.stream = stream;
  }

  /** How good the `stream` should be: `{ maxBitrate, maxFramerate, contentHint }`. */
  get videoQuality(): Quality {
    return this.core.videoQuality;
  }
  set videoQuality(quality: Quality) {
    this.core.videoQuality = quality;
  }

  /** All that is sent, `stream` among it, each with its `metadata` and `to` (null: everyone). */
  get localStreams(): ReadonlyMap<MediaStream, SentStream> {
    return this.core.localStreams;
  }

  /** What `mute()` has switched off. */
  get muted(): Muted {
    return this.core.muted;
  }

  /**
   * Sends one more stream, such as a screen beside the camera; whoever comes later gets it, too.
   * @throws {TypeError} unknown or wrong option
   * @throws {DOMException} `QuotaExceededError` over 4 tracks of a kind for one peer, `DataCloneError`
   */
  addStream(stream: MediaStream, options?: StreamOptions): void {
    this.core.addStream(stream, options);
  }

  /** Sends it no longer. Its tracks are left as they are. */
  removeStream(stream: MediaStream): void {
    this.core.removeStream(stream);
  }

  /**
   * Sends a track as part of `stream`, whether or not it is in it. Options count for all of the stream.
   * @throws {TypeError} unknown or wrong option
   * @throws {DOMException} `InvalidAccessError` when it is sent already, `QuotaExceededError` as `addStream()`
   */
  addTrack(track: MediaStreamTrack, stream: MediaStream, options?: StreamOptions): void {
    this.core.addTrack(track, stream, options);
  }

  /** Sends it no longer. A stream of which nothing is left ends for the others. */
  removeTrack(track: MediaStreamTrack): void {
    this.core.removeTrack(track);
  }

  /**
   * Sends another track of the same kind in the place of one, without a negotiation; null for none.
   * @returns resolves once the old one is sent to nobody
   * @throws {TypeError} another kind
   * @throws {DOMException} `InvalidAccessError` when the old one is not sent
   */
  replaceTrack(track: MediaStreamTrack, by: MediaStreamTrack | null): Promise<void> {
    return this.core.replaceTrack(track, by);
  }

  /** Switches off the microphone or the camera of `stream` (`track.enabled`), and tells the others. */
  mute(kind: MediaKind, muted: boolean): void {
    this.core.mute(kind, muted);
  }

  /** What was set before there was this class hides what it has. */
  protected takeEarlyMedia(): void {
    for (const name of EARLY) {
      if (!Object.hasOwn(this, name)) continue;
      const value: unknown = this[name];
      Reflect.deleteProperty(this, name);
      Reflect.set(this, name, value);
    }
  }
}
