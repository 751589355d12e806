/** Camera, sound and screen between this page and one peer, over whichever connection there is. */
import { isSame } from '../bytes.js';
import { encode, type Encoded } from '../codec/value.js';
import { PeerError } from '../errors.js';
import type { Passenger } from '../path/passenger.js';
import { fire, type PeerEventMap } from '../events.js';
import type { Peer } from '../peer.js';
import type { PeerHost } from '../peer-host.js';
import { Arrivals } from './arrivals.js';
import type { MediaState, TellMedia } from './events.js';
import { Slots, type Outgoing } from './slots.js';
import { KINDS, type MediaKind, type MediaWord, type Muted } from './wire.js';

export type MediaHost = Pick<PeerHost, 'media' | 'transport' | 'tell'>;

const AUDIBLE: Muted = { audio: false, video: false };

export class PeerMedia implements Passenger {
  readonly #peer: Peer;
  readonly #host: MediaHost;
  readonly #grows: boolean;
  readonly #sendWord: (frame: Encoded) => void;
  readonly #arrivals: Arrivals;
  readonly #unfollow: () => void;
  #connection: RTCPeerConnection | null = null;
  #slots: Slots | null = null;
  #link = '';
  #starts = false;
  #open = false;
  #stuck: PeerError | null = null;
  #muted = AUDIBLE;
  #state: MediaState = 'none';
  /** What the other side knows of us. */
  #said: Encoded = '';
  #words: Promise<void> | null = null;
  #ended = false;

  /**
   * @param grows it is for us to add what carries tracks: so offers with something new never meet, which browsers bear badly
   * @param say hands a message to the other side, in order
   */
  constructor(peer: Peer, host: MediaHost, grows: boolean, say: (frame: Encoded) => void) {
    this.#peer = peer;
    this.#host = host;
    this.#grows = grows;
    this.#sendWord = say;
    if (host.transport === 'relay') this.#stuck = noWebRtc(peer.id);
    this.#arrivals = new Arrivals({
      stream: (stream, metadata) => {
        this.#tell('stream', { stream, peer, metadata });
      },
      track: (stream, track, metadata) => {
        this.#tell('track', { stream, track, peer, metadata });
      },
      streamend: (stream, metadata) => {
        this.#tell('streamend', { stream, peer, metadata });
      },
    });
    this.#unfollow = host.media.follow(() => this.#sync());
  }

  get streams(): readonly MediaStream[] {
    return this.#arrivals.streams;
  }

  get muted(): Muted {
    return this.#muted;
  }

  get state(): MediaState {
    return this.#state;
  }

  metadataOf(stream: MediaStream): unknown {
    return this.#arrivals.metadataOf(stream);
  }

  /** The other side can be told. */
  begin(): void {
    this.#catchUp();
  }

  /** The other side has forgotten what it was told, and what it said. */
  restart(): void {
    this.#said = '';
    this.#arrivals.hear({ link: '', streams: [] });
    // Behind the greeting that follows.
    this.#catchUp();
  }

  hear({ link, muted, streams }: MediaWord): void {
    if (this.#ended) return;
    const peer = this.#peer;
    const before = this.#muted;
    this.#muted = muted;
    for (const kind of KINDS) {
      if (muted[kind] !== before[kind]) this.#tell('mute', { peer, kind, muted: muted[kind] });
    }
    this.#arrivals.hear({ link, streams });
    this.#catchUp();
  }

  boarded(connection: RTCPeerConnection, link: string, starts: boolean): void {
    this.#connection = connection;
    this.#link = link;
    this.#starts = starts;
    this.#arrivals.take(connection, link);
    connection.addEventListener('signalingstatechange', this.#catchUp);
    this.#catchUp();
  }

  offered(): void {
    if (this.#mightCarry) this.#mySlots?.open();
    this.#catchUp();
  }

  opened(open: boolean): void {
    this.#open = open;
    if (open) this.#stuck = null;
    this.#catchUp();
  }

  alighted(): void {
    this.#connection?.removeEventListener('signalingstatechange', this.#catchUp);
    this.#connection = this.#slots = null;
    this.#link = '';
    this.#open = false;
    this.#arrivals.take(null, '');
    this.#catchUp();
  }

  stuck(cause: PeerError): void {
    this.#stuck = noPath(this.#peer.id, cause);
    this.#update();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#unfollow();
    this.#arrivals.end();
  }

  get #wanted(): Outgoing[] {
    return this.#host.media.for(this.#peer.id).flatMap(({ key, tracks, quality }) => {
      const alone = tracks.every(({ kind }) => kind === 'audio');
      return tracks.map((track) => ({ key, kind: track.kind as MediaKind, track, quality, alone }));
    });
  }

  /** Only then is anything made for it. */
  get #mySlots(): Slots | null {
    if (!this.#connection) return null;
    return (this.#slots ??= new Slots(this.#connection));
  }

  get #mightCarry(): boolean {
    // Not every connection that one can bring along has transceivers to ask for.
    return /^m=(?:audio|video)/m.test(this.#connection?.remoteDescription?.sdp ?? '');
  }

  readonly #catchUp = (): void => {
    void this.#sync().catch(() => undefined);
  };

  readonly #tell: TellMedia = (type, detail) => {
    fire<PeerEventMap, typeof type>(this.#peer, type, detail);
    this.#host.tell(type, detail);
  };

  /** Makes of both connection and words what they should be now. */
  async #sync(): Promise<void> {
    if (this.#ended) return;
    const wanted = this.#wanted;
    let placed: Promise<void> | undefined;
    if (this.#connection && this.#connection.signalingState !== 'closed') {
      this.#grow(this.#connection, wanted);
      if (wanted.length > 0 || this.#slots) placed = this.#mySlots?.place(wanted);
    }
    this.#arrivals.bind();
    this.#sayLater();
    this.#update();
    await placed;
  }

  #grow(connection: RTCPeerConnection, wanted: readonly Outgoing[]): void {
    const { signalingState, remoteDescription } = connection;
    if (signalingState !== 'stable' || !(remoteDescription ? this.#grows : this.#starts)) return;
    const count = (of: readonly { kind: MediaKind }[], kind: MediaKind): number =>
      of.filter((one) => one.kind === kind).length;
    for (const kind of KINDS) {
      const most = Math.max(count(wanted, kind), count(this.#arrivals.announced, kind));
      if (most > 0) this.#mySlots?.grow(kind, most);
    }
  }

  /** What changes in one task is said once. */
  #sayLater(): void {
    this.#words ??= Promise.resolve().then(() => {
      this.#words = null;
      if (!this.#ended) this.#say();
    });
  }

  #say(): void {
    const local = this.#host.media;
    const slots = this.#slots;
    const wanted = this.#wanted;
    const streams = local.for(this.#peer.id).map(({ key, metadata }) => ({
      key,
      ...(metadata !== undefined && { metadata }),
      tracks: wanted
        .filter((one) => one.key === key)
        .map((one) => ({ kind: one.kind, mid: slots?.midOf(one) ?? null })),
    }));
    const { muted } = local;
    const isNothing = streams.length === 0 && !muted.audio && !muted.video;
    if (isNothing && this.#said === '') return;
    const frame = encode({ media: { link: slots ? this.#link : '', muted, streams } });
    if (isSameFrame(frame, this.#said)) return;
    this.#said = frame;
    this.#sendWord(frame);
  }

  get #now(): MediaState {
    const wanted = this.#wanted;
    if (wanted.length === 0 && this.#arrivals.announced.length === 0) return 'none';
    if (!this.#open) return this.#stuck ? 'unavailable' : 'connecting';
    const flows = wanted.every((one) => this.#slots?.flows(one)) && this.#arrivals.complete;
    return flows ? 'flowing' : 'connecting';
  }

  #update(): void {
    if (this.#ended) return;
    const peer = this.#peer;
    const previous = this.#state;
    const state = this.#now;
    if (state === previous) return;
    this.#state = state;
    this.#tell('mediastate', { peer, state, previous });
    if (state === 'unavailable' && this.#stuck) this.#tell('mediaerror', { peer, error: this.#stuck });
  }
}

const isSameFrame = (a: Encoded, b: Encoded): boolean =>
  typeof a === 'string' || typeof b === 'string' ? a === b : isSame(a, b);

const noWebRtc = (id: string): PeerError => {
  const message = 'Camera and sound need WebRTC, which is switched off here or missing.';
  return new PeerError('unsupported', message, { peers: [id] });
};

const noPath = (id: string, cause: PeerError): PeerError => {
  const message = 'Camera and sound need a direct path, and there is none to this peer.';
  return new PeerError('negotiation-failed', message, { peers: [id], cause });
};
