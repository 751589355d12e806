/** One remote peer: who it is, what is said to it, and the paths that carry it. */
import { abortable, abortedError, whenAborted } from './abort.js';
import { isSame } from './bytes.js';
import { PeerError } from './errors.js';
import { fire, type Delivery, type KickNote, type PeerEventMap } from './events.js';
import { encode, type Encoded } from './codec/value.js';
import { NO_GREETING, isSameGreeting, readPeerFrame, type Greeting } from './peer-frame.js';
import { goneError, unreachableError } from './peer-errors.js';
import type { PeerHost, PeerOrigin } from './peer-host.js';
import { largeValues } from './large-values.js';
import { Link } from './link.js';
import { PeerMedia } from './media/peer-media.js';
import { Performer } from './media/performer.js';
import { pack, tooLargeParcel, type Parcel } from './parcel.js';
import type { PathName } from './paths.js';
import { PeerVoice } from './peer-voice.js';
import { identityOf, type GoneReason } from './protocol.js';
import type { Received } from './session/window.js';
import { checkRequestOptions, patiently, type PeerRequestOptions } from './request-options.js';
import { Requests, question, type Question } from './requests.js';
import { checkSendOptions, type PeerSendOptions, type ShippingOptions } from './send-options.js';
import type { Transfers } from './transfer/transfers.js';
import { stayOf } from './session/handshake.js';
import { safetyNumber } from './session/safety-number.js';

/**
 * A member of the room other than this page.
 * @fires data, request, stream, track, streamend, mute, mediaerror, mediastate, transfer, progress, profile, upgradeattempt, upgrade, upgradeerror, downgrade, gap, statechange,
 * close
 */
export class Peer extends Performer {
  readonly id: string;
  /** Its stay in the room, as kicks name it. @internal */
  readonly stay: string;
  /** It came after us. @internal */
  readonly newcomer: boolean;
  readonly #origin: PeerOrigin;
  readonly #host: PeerHost;
  readonly #link: Link;
  readonly #voice: PeerVoice;
  protected readonly media: PeerMedia;
  readonly #transfers: Transfers;
  readonly #requests: Requests;
  #greeting = NO_GREETING;
  #state: RTCPeerConnectionState = 'new';
  #announced = false;
  /** What no honest peer does. */
  readonly #misbehaved = ({ code, message }: PeerError): void => {
    if (this.#state === 'closed') return;
    this.#host.failed(this, new PeerError(code, message, { peers: [this.id] }));
    this.end('left');
  };

  constructor(origin: PeerOrigin, host: PeerHost) {
    super();
    this.id = origin.id;
    this.newcomer = origin.newcomer;
    this.stay = stayOf(origin.hello);
    this.#origin = origin;
    this.#host = host;
    this.#voice = new PeerVoice(this, host);
    const grows = origin.context.identity.id < origin.id;
    this.media = new PeerMedia(
      this,
      host,
      grows,
      (frame) => void this.transmit(frame).catch(() => undefined),
    );
    this.#link = this.#makeLink();
    this.#transfers = largeValues(() => this.#link, {
      offered: (transfer) => this.#voice.offered(transfer),
      progress: (transfer) => {
        this.#voice.progressed(transfer);
      },
      data: (transfer, data) => {
        const { type, metadata, delivery } = transfer;
        this.#voice.data({ type, metadata, data, transfer, delivery, peer: this });
      },
      broken: this.#misbehaved,
    });
    this.#requests = new Requests(this, [(event) => this.dispatchEvent(event), host.request]);
  }

  /** What all pages of this peer's identity share. */
  get identity(): string {
    return identityOf(this.id);
  }

  /** The name it gave itself, empty when it gave none. Never trust it: anyone may choose any name. */
  get displayName(): string {
    return this.#greeting.name;
  }

  /** What the token it showed to the server made of it, empty without. The server's word, nobody else's. */
  get role(): string {
    return this.#origin.role;
  }

  /** Whether it may send others out of the room: it made it, or was appointed by somebody who may. */
  get moderator(): boolean {
    return this.#host.isModerator(this);
  }

  /** The small value it shows to everyone. */
  get profile(): unknown {
    return this.#greeting.profile;
  }

  /**
   * `new`, `connecting` (not reached yet), `connected`, `disconnected` (no path, or no sign of life: what is sent
   * waits), `failed` (it cannot be reached), `closed`.
   */
  get state(): RTCPeerConnectionState {
    return this.#state;
  }

  /** How messages reach it; null before they do, and while `transport` is `direct` and there is no direct path. */
  get path(): PathName | null {
    return this.#state === 'closed' ? null : this.#link.path;
  }

  /**
   * Round trip by the path in use, ms, smoothed over pings and what is measured while messages come; null before, and
   * after the path has changed. An idle peer is not measured anew.
   */
  get rtt(): number | null {
    return this.#state === 'closed' ? null : this.#link.rtt;
  }

  override get connection(): RTCPeerConnection | null {
    return this.#link.connection;
  }

  /**
   * Sends to this peer alone, over whichever paths there are; as `delivery` says, by default in order and exactly once.
   * @param data anything `structuredClone` takes that is not bound to this browser
   * @returns resolves when handed to the network; rejects with a PeerError: `gone`, `refused`, `aborted`; a
   *   large value (see `transfer`) resolves when the other side has all of it
   * @throws {TypeError} unknown option, or too much metadata (256 KB) beside what is large
   * @throws {DOMException} `DataCloneError` for what cannot be sent
   */
  send(data: unknown, options: PeerSendOptions = {}): Promise<void> {
    const { type = '', delivery = 'reliable', metadata, signal, onprogress } = checkSendOptions(options);
    const parcel = pack(type, data, metadata);
    const shipping = { signal, onprogress, delivery, type };
    const error = tooLargeParcel(parcel, shipping);
    return error ? Promise.reject(error) : abortable(this.deliver(parcel, shipping), signal);
  }

  /**
   * Asks this peer for an answer.
   * @param data whatever `send()` takes
   * @returns its answer; rejects with a PeerError (`timeout`, `aborted`, `gone`, `refused` when nobody answers there), or
   * with the error of who was asked, by name and message
   * @throws {TypeError} unknown or wrong option
   * @throws {DOMException} `DataCloneError` for what cannot be sent
   */
  request(data: unknown, options: PeerRequestOptions = {}): Promise<unknown> {
    checkRequestOptions(options);
    const asked = question(data, options);
    return patiently((patience) => this.ask(asked, patience), options, [this.id]);
  }

  /**
   * Measures one round trip by the path in use.
   * @returns milliseconds; rejects with a PeerError: `timeout` after 10 s, `gone`
   */
  ping(): Promise<number> {
    if (this.#state === 'closed') return Promise.reject(goneError(this.id));
    return patiently((patience) => this.#link.ping(patience), {}, [this.id]);
  }

  /**
   * Sixty digits in groups of five that are the same on both sides, and different where somebody sits in between:
   * two people who compare them, on the phone for instance, know whom they are talking to.
   */
  safetyNumber(): Promise<string> {
    return safetyNumber(this.#origin.context.identity.id, this.id);
  }

  /** Parts from this peer; it sees us leave. */
  close(): void {
    this.end('left');
  }

  /** Sends what is packed already, so that one encoding serves many peers. @internal */
  deliver(parcel: Parcel, { signal, onprogress, ...manner }: ShippingOptions): Promise<void> {
    if (this.#state === 'closed') return Promise.reject(goneError(this.id));
    if ('frame' in parcel) return this.#link.send(parcel.frame, signal, manner);
    if (signal?.aborted) return Promise.reject(abortedError(signal));
    const delivery = manner.delivery === 'unordered' ? 'unordered' : 'reliable';
    const outgoing = this.#transfers.send({ ...parcel.shipment, delivery });
    const { transfer } = outgoing;
    transfer.addEventListener('progress', () => onprogress?.(this.#voice.progressOf(transfer)));
    if (signal) whenAborted(signal, outgoing.finished, () => transfer.cancel());
    return outgoing.finished;
  }

  /** Says something that is encoded already. @internal */
  transmit(frame: Encoded, signal?: AbortSignal): Promise<void> {
    return this.#state === 'closed' ? Promise.reject(goneError(this.id)) : this.#link.send(frame, signal);
  }

  /** Asks what is already encoded. @param patience aborts with the PeerError that ends the waiting @internal */
  ask(asked: Question, patience: AbortSignal): Promise<unknown> {
    return this.#requests.ask(asked, patience);
  }

  /** Begins, or waits for the other side to do so, though not for ever. @internal */
  meet(): void {
    this.#transition('connecting');
    // Before anything else is said, it is to know who says it.
    this.greetAgain();
    this.media.begin();
    this.#link.begin();
  }

  /** Bytes that came through signalling. @internal */
  receiveSignal(bytes: Uint8Array): void {
    this.#link.receive(bytes);
  }

  /** Signalling may have room for more. @internal */
  drain(): void {
    this.#link.drain();
  }

  /** There may be room for another direct path. @internal */
  climb(): void {
    this.#link.retry();
  }

  /** Tells the other side that our name or profile changed. @internal */
  greetAgain(): void {
    this.#link.send(this.#ourGreeting()).catch(() => undefined);
  }

  /** Whether we can be heard through signalling at all. @internal */
  set online(online: boolean) {
    this.#link.online = online;
  }

  /** Whether signalling sees it. Without, it lasts as long as its direct path. @internal */
  set present(present: boolean) {
    this.#link.present = present;
    if (this.#link.isCut) this.end('lost');
  }

  /** It is gone, or we are. @internal */
  end(reason: GoneReason, kick?: KickNote): void {
    if (this.#state === 'closed') return;
    this.#transition('closed');
    // Who is only lost may come back.
    this.#link.close(goneError(this.id), reason === 'left');
    this.#transfers.fail(goneError(this.id));
    this.#requests.close(goneError(this.id));
    this.media.end();
    this.#host.gone(this, reason, kick);
    fire<PeerEventMap, 'close'>(this, 'close', { reason });
  }

  /** Signalling shows it again. False when it announces something else: that is another stay. @internal */
  reappeared(hello: Uint8Array, role: string): boolean {
    if (!isSame(this.#origin.hello, hello)) return false;
    const changed = role !== this.#origin.role;
    this.#origin.role = role;
    this.present = true;
    if (changed && this.#announced) this.#voice.profileChanged();
    return true;
  }

  /** Its `peer` event has fired. @internal */
  get announced(): boolean {
    return this.#announced;
  }

  #makeLink(): Link {
    const { gap, attempt, untrusted } = this.#voice;
    return new Link(this.#origin, this.#host, {
      ...{ gap, attempt, untrusted },
      anonymous: () => {
        if (!this.#announced && this.path !== null) this.#greeted(NO_GREETING);
      },
      heard: () => {
        if (this.#state === 'failed') this.#update();
      },
      passenger: this.media,
      unanswered: this.#unreachable,
      message: (message, delivery = 'reliable') => {
        this.#bear(() => {
          this.#receive(message, delivery);
        });
      },
      bye: () => {
        this.end('left');
      },
      laneFrame: (lane, bytes) => {
        if (lane !== 'bulk') return;
        this.#bear(() => {
          this.#transfers.receivePiece(bytes);
        });
      },
      laneDrain: (lane) => {
        if (lane === 'bulk') this.#transfers.pump();
      },
      moved: (to) => {
        if (to) this.#transfers.moved();
      },
      restarted: () => {
        this.#transfers.fail(goneError(this.id));
        this.#requests.forgotten(goneError(this.id));
        this.media.restart();
        return this.#ourGreeting();
      },
      changed: this.#changed,
      failed: (error, last) => {
        this.#voice.attemptFailed(error);
        if (last && this.#host.transport === 'direct') this.#unreachable(error);
      },
      broken: this.#misbehaved,
    });
  }

  /** Takes in what it says. */
  #bear(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      this.#misbehaved(error);
    }
  }

  #ourGreeting(): Encoded {
    return encode({ hello: this.#host.greeting() });
  }

  #receive(message: Received, delivery: Delivery): void {
    const frame = readPeerFrame(message);
    if (frame === null || this.#state === 'closed') return;
    if (frame.kind === 'data') {
      const { type, metadata, data } = frame;
      if (this.#announced) this.#voice.data({ type, metadata, data, delivery, peer: this });
    } else if (delivery !== 'reliable') {
      return;
    } else if (frame.kind === 'hello') {
      this.#greeted(frame.greeting);
    } else if (frame.kind === 'words') {
      this.#host.words(this, frame.words);
    } else if (this.#announced) {
      if (frame.kind === 'transfer') this.#transfers.receive(frame.word);
      else if (frame.kind === 'media') this.media.hear(frame.word);
      else this.#requests.receive(frame);
    }
  }

  #greeted(greeting: Greeting): void {
    const changed = !isSameGreeting(greeting, this.#greeting);
    this.#greeting = greeting;
    if (!this.#announced) {
      this.#announced = true;
      this.#update();
      this.#voice.begin(this.#link.path, this.#link.isClimbing);
      this.#link.met();
    } else if (changed) {
      this.#voice.profileChanged();
    }
  }

  readonly #changed = (): void => {
    // Signalling has said that it is gone, and so has its path.
    if (this.#link.isCut) {
      this.end('lost');
      return;
    }
    this.#update();
    this.#voice.pathChanged(this.#link.path);
  };

  #update(): void {
    if (!this.#announced || this.#state === 'closed') return;
    if (this.#link.serves) this.#transition('connected');
    else if (this.#state !== 'failed') this.#transition('disconnected');
  }

  readonly #unreachable = (cause: PeerError): void => {
    this.#transition('failed');
    const error = unreachableError(this.id, cause, this.#host.transport === 'direct' && this.#link.keyed);
    this.#link.rejectAll(error);
    this.#host.failed(this, error);
  };

  #transition(state: RTCPeerConnectionState): void {
    const previous = this.#state;
    if (state === previous || previous === 'closed') return;
    this.#state = state;
    fire<PeerEventMap, 'statechange'>(this, 'statechange', { state, previous });
  }
}
