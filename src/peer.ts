/** One remote peer: who it is, and the path that carries what is said to it. */
import { abortable } from './abort.js';
import { isSame } from './bytes.js';
import { PeerError } from './errors.js';
import { TypedEventTarget, fire, type DataDetail, type PeerEventMap } from './events.js';
import { decode, encode, type Encoded } from './codec/value.js';
import { parsePeerFrame, type Greeting } from './peer-frame.js';
import { DirectPath } from './path/direct.js';
import { Outbox } from './path/outbox.js';
import { encodeSignal, parseSignal } from './path/signal.js';
import { identityOf, toBase64url, type GoneReason } from './protocol.js';
import { safetyNumber } from './session/safety-number.js';
import { FIRST_FRAME_TYPE, Session, type SessionOptions } from './session/session.js';

/** What a peer needs from the room it is in. */
export interface PeerHost {
  /** A connection for one attempt at a direct path. */
  connection(): RTCPeerConnection;
  readonly timeout: number;
  /** Who we are, for the other side. */
  greeting(): Greeting;
  signal(to: string, bytes: Uint8Array): void;
  /** The peer can be reached for the first time. */
  announced(peer: Peer): void;
  profileChanged(peer: Peer): void;
  data(detail: DataDetail): void;
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
}

export interface PeerSendOptions {
  /** Any text by which the receiver tells messages apart. Default: empty. */
  readonly type?: string;
  /** Any value beside the message. */
  readonly metadata?: unknown;
  readonly signal?: AbortSignal;
}

/** What sealed frames are about. */
const FrameType = { signal: FIRST_FRAME_TYPE } as const;

/** New connections in a row before a peer counts as unreachable. */
const MAX_TRIES = 3;

const newLink = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(9)));

/**
 * A member of the room other than this page.
 * @fires data, profile, statechange, close
 */
export class Peer extends TypedEventTarget<PeerEventMap> {
  readonly id: string;
  readonly #origin: PeerOrigin;
  readonly #host: PeerHost;
  readonly #session: Session;
  /** What has been told about it as untrusted: the same again is not news. */
  readonly #doubts = new Set<string>();
  readonly #outbox = new Outbox();
  #greeting: Greeting = { name: '', profile: {} };
  #state: RTCPeerConnectionState = 'new';
  #path: DirectPath | null = null;
  #link = '';
  #startedLink = false;
  #tries = 0;
  #announced = false;
  #present = true;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(origin: PeerOrigin, host: PeerHost) {
    super();
    this.id = origin.id;
    this.#origin = origin;
    this.#host = host;
    this.#session = new Session(origin, {
      send: (bytes) => {
        host.signal(this.id, bytes);
      },
      established: () => undefined,
      frame: (type, text) => {
        if (type === FrameType.signal) this.#signalled(text);
      },
      untrusted: (reason) => {
        this.#doubt(reason);
      },
    });
  }

  /** What all pages of this peer's identity share. */
  get identity(): string {
    return identityOf(this.id);
  }

  /** The name it gave itself, empty when it gave none. Never trust it: anyone may choose any name. */
  get displayName(): string {
    return this.#greeting.name;
  }

  /** The small value it shows to everyone. */
  get profile(): unknown {
    return this.#greeting.profile;
  }

  get state(): RTCPeerConnectionState {
    return this.#state;
  }

  /** How messages reach it now; null while none would. */
  get path(): 'direct' | null {
    return this.#path?.isOpen ? 'direct' : null;
  }

  /** The RTCPeerConnection of the direct path, or null. Another one takes its place when a path has to be rebuilt. */
  get connection(): RTCPeerConnection | null {
    return this.#path?.connection ?? null;
  }

  /**
   * Sends to this peer alone.
   * @param data anything JSON can say, ArrayBuffer and typed arrays
   * @returns resolves when handed to the network; rejects with a PeerError: `gone`, `too-large`, `aborted`
   * @throws {DOMException} `DataCloneError` for what cannot be sent
   */
  send(data: unknown, { type = '', metadata, signal }: PeerSendOptions = {}): Promise<void> {
    return abortable(this.transmit(encode({ type, data, metadata }), signal), signal);
  }

  /**
   * Sixty digits in groups of five that are the same on both sides, and different where somebody sits in between:
   * two people who compare them, on the phone for instance, know whom they are talking to.
   */
  safetyNumber(): Promise<string> {
    return safetyNumber(this.#origin.context.identity.id, this.id);
  }

  /** WebRTC statistics of the direct path; empty without one. */
  async getStats(): Promise<RTCStatsReport> {
    return (await this.connection?.getStats()) ?? new Map();
  }

  /** Parts from this peer; it sees us leave. */
  close(): void {
    this.end('left');
  }

  /** Sends a frame that is already encoded, so that one encoding serves many peers. @internal */
  transmit(frame: Encoded, signal?: AbortSignal): Promise<void> {
    if (this.#state === 'closed') return Promise.reject(this.#goneError());
    const sent = this.#outbox.push(frame, signal);
    this.#path?.drain();
    return sent;
  }

  /** Leaves the beginning to the other side, though not for ever. @internal */
  expect(): void {
    this.#patience = setTimeout(() => {
      if (!this.#path) this.connect();
    }, this.#host.timeout / 2);
  }

  /** Answers its announcement, and begins a direct path from this side. @internal */
  connect(): void {
    if (this.#state === 'closed') return;
    this.#session.answer(this.#origin.hello);
    this.#startPath();
  }

  #startPath(): void {
    this.#openPath(newLink(), true);
    this.#path?.start();
  }

  /** Bytes that came through signalling. @internal */
  receiveSignal(bytes: Uint8Array): void {
    this.#session.receive(bytes);
  }

  #signalled(bytes: Uint8Array): void {
    const signal = parseSignal(bytes);
    if (!signal || this.#state === 'closed') return;
    if (signal.link !== this.#link) {
      const { message } = signal;
      if (!('description' in message) || message.description.type !== 'offer' || this.#oursGoesFirst())
        return;
      this.#openPath(signal.link, false);
    }
    this.#path?.receive(signal.message);
  }

  /** Tells the other side that our name or profile changed. @internal */
  greetAgain(): void {
    if (this.#path?.isOpen)
      void this.transmit(encode({ hello: this.#host.greeting() })).catch(() => undefined);
  }

  /** Whether signalling sees it. Without, it lasts as long as its path. @internal */
  set present(present: boolean) {
    this.#present = present;
    if (!present && (!this.#path?.isOpen || this.#state === 'disconnected')) this.end('lost');
  }

  /** It is gone, or we are. @internal */
  end(reason: GoneReason): void {
    if (this.#state === 'closed') return;
    clearTimeout(this.#patience);
    this.#path?.close(encode({ bye: true }));
    this.#path = null;
    this.#session.close();
    this.#outbox.rejectAll(this.#goneError());
    this.#transition('closed');
    this.#host.gone(this, reason);
    fire<PeerEventMap, 'close'>(this, 'close', { reason });
  }

  /** Whether this is what it announced: another one under the same id is another stay. @internal */
  announcedItself(hello: Uint8Array): boolean {
    return isSame(this.#origin.hello, hello);
  }

  /** It came after us. @internal */
  get newcomer(): boolean {
    return this.#origin.newcomer;
  }

  /** True once its `peer` event has fired. @internal */
  get announced(): boolean {
    return this.#announced;
  }

  get #polite(): boolean {
    return this.#origin.context.identity.id > this.id;
  }

  /** Both started at once: the impolite side's attempt stands, as in perfect negotiation. */
  #oursGoesFirst(): boolean {
    return !this.#polite && this.#startedLink && this.#path !== null && !this.#path.isOpen;
  }

  #goneError(): PeerError {
    return new PeerError('gone', 'The peer is gone.', { peers: [this.id] });
  }

  #openPath(link: string, started: boolean): void {
    this.#path?.close();
    this.#link = link;
    this.#startedLink = started;
    if (this.#state !== 'disconnected') this.#transition('connecting');
    try {
      this.#path = this.#makePath(link);
    } catch (cause) {
      // As when a page has as many connections as the browser allows.
      this.#path = null;
      this.#unreachable(cause);
    }
  }

  #makePath(link: string): DirectPath {
    const { timeout } = this.#host;
    return new DirectPath(
      {
        polite: this.#polite,
        connection: this.#host.connection(),
        timeout,
        outbox: this.#outbox,
        binding: {
          prove: (local, remote) => this.#session.prove('direct', local, remote),
          verify: (proof, local, remote) => this.#session.verify(proof, 'direct', remote, local),
        },
      },
      {
        signal: (message) => {
          this.#session.send(FrameType.signal, encodeSignal({ link, message }));
        },
        greeting: () => encode({ hello: this.#host.greeting() }),
        message: (frame) => {
          this.#receive(frame);
        },
        interrupted: (interrupted) => {
          this.#interrupted(interrupted);
        },
        closed: (error) => {
          this.#pathClosed(error);
        },
      },
    );
  }

  #receive(encoded: string | ArrayBuffer): void {
    const decoded = decode(encoded);
    const frame = decoded && parsePeerFrame(decoded.value);
    if (frame === null) return;
    switch (frame.kind) {
      case 'hello':
        this.#greeted(frame.greeting);
        break;
      case 'bye':
        this.end('left');
        break;
      case 'data':
        if (this.#announced) this.#data(frame);
    }
  }

  #data({ data, type, metadata }: { data: unknown; type: string; metadata: unknown }): void {
    const detail: DataDetail = { data, type, metadata, peer: this, delivery: 'reliable' };
    fire<PeerEventMap, 'data'>(this, 'data', detail);
    this.#host.data(detail);
  }

  #greeted(greeting: Greeting): void {
    const changed = JSON.stringify(greeting) !== JSON.stringify(this.#greeting);
    this.#greeting = greeting;
    this.#tries = 0;
    this.#transition('connected');
    if (!this.#announced) {
      this.#announced = true;
      this.#host.announced(this);
    } else if (changed) {
      fire<PeerEventMap, 'profile'>(this, 'profile', { peer: this });
      this.#host.profileChanged(this);
    }
  }

  #interrupted(interrupted: boolean): void {
    if (!this.#announced) return;
    this.#transition(interrupted ? 'disconnected' : 'connected');
    if (interrupted && !this.#present) this.end('lost');
  }

  #doubt(reason: string): void {
    if (this.#state === 'closed' || this.#doubts.has(reason)) return;
    this.#doubts.add(reason);
    this.#host.untrusted(this, reason);
  }

  #pathClosed(cause: PeerError): void {
    this.#path = null;
    if (cause.code === 'untrusted') this.#doubt(cause.message);
    if (!this.#present) {
      this.end('lost');
    } else if (++this.#tries < MAX_TRIES) {
      if (this.#announced) this.#transition('disconnected');
      this.#startPath();
    } else {
      this.#unreachable(cause);
    }
  }

  #unreachable(cause: unknown): void {
    this.#tries = 0;
    this.#transition('failed');
    const message = 'No direct path to this peer could be found.';
    const error = new PeerError('negotiation-failed', message, { peers: [this.id], cause });
    this.#outbox.rejectAll(error);
    this.#host.failed(this, error);
  }

  #transition(state: RTCPeerConnectionState): void {
    const previous = this.#state;
    if (state === previous) return;
    this.#state = state;
    fire<PeerEventMap, 'statechange'>(this, 'statechange', { state, previous });
  }
}
