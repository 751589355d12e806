/** What this page sends of camera, microphone and screen, and to whom; it outlives joins. */
import { checkQuality, hint, type Quality } from './quality.js';
import { KINDS, MOST_OF_A_KIND, isSmall, type MediaKind, type Muted } from './wire.js';

export interface StreamOptions extends Quality {
  /** One id, or some; default: everyone, now and later. */
  readonly to?: string | readonly string[] | undefined;
  /** Any small value that the receivers get beside it, of 4 KB at most. */
  readonly metadata?: unknown;
}

/** One stream on its way to whoever is to have it. */
export interface LocalStream {
  readonly key: number;
  readonly stream: MediaStream;
  readonly tracks: readonly MediaStreamTrack[];
  readonly metadata: unknown;
  /** Null for everyone. */
  readonly to: readonly string[] | null;
  readonly quality: Quality;
}

/** What is done for one receiver when something changes. */
export type Follow = () => Promise<void>;

const STREAM_OPTIONS: readonly string[] = ['to', 'metadata', 'maxBitrate', 'maxFramerate', 'contentHint'];

const kindOf = ({ kind }: MediaStreamTrack): MediaKind => (kind === 'audio' ? 'audio' : 'video');
const isLive = ({ readyState }: MediaStreamTrack): boolean => readyState === 'live';
const meet = (a: LocalStream, b: LocalStream): boolean =>
  !a.to || !b.to || a.to.some((id) => b.to?.includes(id));

export class LocalMedia {
  readonly #streams = new Map<MediaStream, LocalStream>();
  readonly #followers = new Set<Follow>();
  /** Tracks whose end would be noticed. */
  readonly #watched = new WeakSet<MediaStreamTrack>();
  #main: MediaStream | null = null;
  #quality: Quality = {};
  #muted: Muted = { audio: false, video: false };
  #keys = 0;

  get stream(): MediaStream | null {
    return this.#main;
  }

  get muted(): Muted {
    return this.#muted;
  }

  get quality(): Quality {
    return this.#quality;
  }

  get all(): readonly LocalStream[] {
    return [...this.#streams.values()];
  }

  /** What one peer is to have. */
  for(id: string): readonly LocalStream[] {
    return this.all.filter(({ to, tracks }) => tracks.length > 0 && (to?.includes(id) ?? true));
  }

  /** Has `follow` called whenever something changes. @returns ends that */
  follow(follow: Follow): () => void {
    this.#followers.add(follow);
    return () => this.#followers.delete(follow);
  }

  setStream(stream: MediaStream | null): void {
    checkStream(stream, true);
    const before = this.#main && this.#streams.get(this.#main);
    if (stream && this.#streams.has(stream) && stream !== this.#main)
      throw new TypeError('This stream is sent already: removeStream() first.');
    if (stream) {
      const { metadata, to = null, key = ++this.#keys } = before ?? {};
      // With the key of the former one, it is the same stream to the others.
      const next = {
        key,
        stream,
        tracks: stream.getTracks().filter(isLive),
        metadata,
        to,
        quality: this.#quality,
      };
      this.#checkRoom(next, before);
      if (before) this.#streams.delete(before.stream);
      this.#put(next);
    } else if (before) this.#streams.delete(before.stream);
    this.#main = stream;
    this.#switch();
    this.#tell();
  }

  setQuality(quality: Quality): void {
    checkKeys(quality, STREAM_OPTIONS.slice(2));
    checkQuality(quality);
    this.#quality = { ...quality };
    const main = this.#main && this.#streams.get(this.#main);
    if (main) this.#put({ ...main, quality: this.#quality });
    this.#tell();
  }

  addStream(stream: MediaStream, options: StreamOptions = {}): void {
    checkStream(stream, false);
    this.#add(stream, stream.getTracks(), options);
  }

  addTrack(track: MediaStreamTrack, stream: MediaStream, options: StreamOptions = {}): void {
    checkStream(stream, false);
    const { tracks = [] } = this.#streams.get(stream) ?? {};
    if (tracks.includes(track)) throw new DOMException('This track is sent already.', 'InvalidAccessError');
    this.#add(stream, [...tracks, track], options);
  }

  removeStream(stream: MediaStream): void {
    if (!this.#streams.delete(stream)) return;
    if (stream === this.#main) this.#main = null;
    this.#tell();
  }

  removeTrack(track: MediaStreamTrack): void {
    for (const one of this.#with(track)) {
      this.#put({ ...one, tracks: one.tracks.filter((other) => other !== track) });
    }
    this.#tell();
  }

  /** Resolves once nobody is sent the old one any more. */
  replaceTrack(track: MediaStreamTrack, by: MediaStreamTrack | null): Promise<void> {
    const found = this.#with(track);
    if (found.length === 0) throw new DOMException('This track is not sent.', 'InvalidAccessError');
    if (by && by.kind !== track.kind)
      throw new TypeError(`A track of ${track.kind} is replaced by another one.`);
    for (const one of found) {
      const tracks = one.tracks
        .map((other) => (other === track ? by : other))
        .filter((other) => other !== null);
      this.#put({ ...one, tracks });
    }
    this.#switch();
    return this.#changed();
  }

  mute(kind: MediaKind, muted: boolean): void {
    if (!KINDS.includes(kind)) throw new TypeError(`kind must be one of ${KINDS.join(', ')}.`);
    if (this.#muted[kind] === muted) return;
    this.#muted = { ...this.#muted, [kind]: muted };
    this.#switch(kind);
    this.#tell();
  }

  #add(stream: MediaStream, tracks: readonly MediaStreamTrack[], options: StreamOptions): void {
    checkKeys(options, STREAM_OPTIONS);
    checkQuality(options);
    if (!isSmall(options.metadata)) throw new TypeError('metadata is for small values, of 4 KB at most.');
    const before = this.#streams.get(stream);
    const { maxBitrate, maxFramerate, contentHint, to, metadata = before?.metadata } = options;
    const given = typeof to === 'string' ? [to] : to && [...to];
    const isPlain = maxBitrate === undefined && maxFramerate === undefined && contentHint === undefined;
    const next: LocalStream = {
      key: before?.key ?? ++this.#keys,
      stream,
      tracks: tracks.filter(isLive),
      metadata,
      to: given ?? before?.to ?? null,
      quality: before && isPlain ? before.quality : { maxBitrate, maxFramerate, contentHint },
    };
    this.#checkRoom(next, before);
    this.#put(next);
    if (stream === this.#main) this.#switch();
    this.#tell();
  }

  #put(next: LocalStream): void {
    this.#streams.set(next.stream, next);
    for (const track of next.tracks) {
      hint(track, next.quality);
      if (this.#watched.has(track)) continue;
      this.#watched.add(track);
      // Unplugged, or the sharing was ended by the browser's own button.
      track.addEventListener('ended', () => {
        this.#ended(track);
      });
    }
  }

  #ended(track: MediaStreamTrack): void {
    const found = this.#with(track);
    if (found.length === 0) return;
    this.removeTrack(track);
    for (const { stream } of found)
      if (this.#streams.get(stream)?.tracks.length === 0) this.removeStream(stream);
  }

  #with(track: MediaStreamTrack): LocalStream[] {
    return this.all.filter(({ tracks }) => tracks.includes(track));
  }

  /** Nobody can be sent more than so many tracks. */
  #checkRoom(next: LocalStream, before: LocalStream | null | undefined): void {
    const beside = this.all.filter((one) => one !== before && meet(one, next));
    const tracks = [next, ...beside].flatMap((one) => one.tracks);
    if (KINDS.every((kind) => tracks.filter((track) => kindOf(track) === kind).length <= MOST_OF_A_KIND))
      return;
    const message = `A peer is sent at most ${String(MOST_OF_A_KIND)} tracks of a kind.`;
    throw new DOMException(message, 'QuotaExceededError');
  }

  /** Makes the tracks of `stream` as muted as they should be. @param changed the kind that is to be switched on, too */
  #switch(changed?: MediaKind): void {
    const tracks = (this.#main && this.#streams.get(this.#main))?.tracks ?? [];
    for (const track of tracks) {
      const kind = kindOf(track);
      if (this.#muted[kind]) track.enabled = false;
      else if (kind === changed) track.enabled = true;
    }
  }

  /** What could not be sent over some connection is tried again with the next one. */
  #tell(): void {
    this.#changed().catch(() => undefined);
  }

  async #changed(): Promise<void> {
    const done = await Promise.allSettled([...this.#followers].map((follow) => follow()));
    const failed = done.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

function checkStream(stream: unknown, nullable: boolean): void {
  if (nullable && stream === null) return;
  // Not only the browser's own: where there is no WebRTC, one can bring it along.
  if (typeof (stream as Partial<MediaStream> | undefined)?.getTracks === 'function') return;
  throw new TypeError(`stream must be a MediaStream${nullable ? ' or null' : ''}.`);
}

function checkKeys(options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`There is no option "${name}".`);
  }
}
