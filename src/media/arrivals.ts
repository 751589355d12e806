/** The streams of one peer: what it says that it sends, and the tracks of whichever connection brings it. */
import type { MediaWord, StreamWord, TrackWord } from './wire.js';

export interface ArrivalsSink {
  stream(stream: MediaStream, metadata: unknown): void;
  track(stream: MediaStream, track: MediaStreamTrack, metadata: unknown): void;
  streamend(stream: MediaStream, metadata: unknown): void;
}

interface Arrival {
  readonly stream: MediaStream;
  metadata: unknown;
}

const NOTHING: readonly StreamWord[] = [];

export class Arrivals {
  readonly #sink: ArrivalsSink;
  readonly #there = new Map<number, Arrival>();
  #streams = NOTHING;
  /** The connection that the words are about. */
  #meant = '';
  #link = '';
  #connection: RTCPeerConnection | null = null;

  constructor(sink: ArrivalsSink) {
    this.#sink = sink;
  }

  /** In the order in which the sender came to send them. */
  get streams(): readonly MediaStream[] {
    return [...this.#there].sort(([a], [b]) => a - b).map(([, { stream }]) => stream);
  }

  metadataOf(stream: MediaStream): unknown {
    return [...this.#there.values()].find((one) => one.stream === stream)?.metadata;
  }

  /** What the other side says that it sends. */
  get announced(): readonly TrackWord[] {
    return this.#streams.flatMap(({ tracks }) => tracks);
  }

  /** Whether all of it is there. */
  get complete(): boolean {
    return this.announced.every((word) => this.#trackOf(word));
  }

  /** The other side has said what it sends from now on. */
  hear({ link, streams }: Pick<MediaWord, 'link' | 'streams'>): void {
    this.#meant = link;
    this.#streams = streams;
    for (const [key, arrival] of this.#there) {
      const word = streams.find((one) => one.key === key);
      if (word) arrival.metadata = word.metadata;
      else this.#end(key, arrival);
    }
    this.bind();
  }

  /** Tracks come by this connection from now on, or by none. */
  take(connection: RTCPeerConnection | null, link: string): void {
    this.#connection = connection;
    this.#link = link;
    for (const { stream } of this.#there.values()) fill(stream, []);
  }

  /** Puts the tracks where they belong: words and tracks come in any order. */
  bind(): void {
    if (!this.#connection || this.#meant !== this.#link) return;
    for (const word of this.#streams) {
      const tracks = word.tracks.flatMap((one) => this.#trackOf(one) ?? []);
      // A listener may have ended everything.
      if (this.#streams.includes(word)) this.#fill(word, tracks);
    }
  }

  end(): void {
    this.take(null, '');
    this.hear({ link: '', streams: NOTHING });
  }

  #fill({ key, metadata }: StreamWord, tracks: readonly MediaStreamTrack[]): void {
    const known = this.#there.get(key);
    if (!known && tracks.length === 0) return;
    const { stream } = known ?? { stream: new MediaStream() };
    if (!known) this.#there.set(key, { stream, metadata });
    const added = fill(stream, tracks);
    if (!known) this.#sink.stream(stream, metadata);
    for (const track of added) this.#sink.track(stream, track, metadata);
  }

  #end(key: number, { stream, metadata }: Arrival): void {
    this.#there.delete(key);
    fill(stream, []);
    this.#sink.streamend(stream, metadata);
  }

  #trackOf({ kind, mid }: TrackWord): MediaStreamTrack | null {
    if (!this.#connection || mid === null || this.#meant !== this.#link) return null;
    const slot = this.#connection.getTransceivers().find((one) => one.mid === mid);
    const comes = slot?.currentDirection === 'sendrecv' || slot?.currentDirection === 'recvonly';
    return comes && slot.receiver.track.kind === kind ? slot.receiver.track : null;
  }
}

/** Has these tracks in the stream and no others, and says so as a browser would. @returns those that are new */
function fill(stream: MediaStream, tracks: readonly MediaStreamTrack[]): MediaStreamTrack[] {
  const before = stream.getTracks();
  const tell = (type: string, track: MediaStreamTrack): void => {
    stream.dispatchEvent(new MediaStreamTrackEvent(type, { track }));
  };
  for (const track of before.filter((one) => !tracks.includes(one))) {
    stream.removeTrack(track);
    tell('removetrack', track);
  }
  const added = tracks.filter((one) => !before.includes(one));
  for (const track of added) {
    stream.addTrack(track);
    tell('addtrack', track);
  }
  return added;
}
