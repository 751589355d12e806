/** One remote peer: who it is, what is said to it, and the paths that carry it. */
import { abortable } from './abort.js';
import { isSame, type Bytes } from './bytes.js';
import { PeerError } from './errors.js';
import {
  TypedEventTarget,
  fire,
  type DataDetail,
  type Delivery,
  type PathDetail,
  type PeerEventMap,
  type ProgressDetail,
} from './events.js';
import { decode, encode, revive, type Encoded } from './codec/value.js';
import { NO_GREETING, isSameGreeting, parsePeerFrame, type Greeting, type PeerFrame } from './peer-frame.js';
import type { PathEvent, PeerHost, PeerOrigin } from './peer-host.js';
import { largeValues } from './large-values.js';
import { Link } from './link.js';
import { pack, tooLargeParcel, type Parcel } from './parcel.js';
import type { PathName } from './paths.js';
import { identityOf, type GoneReason } from './protocol.js';
import type { Received } from './session/window.js';
import { checkSendOptions, type PeerSendOptions, type ShippingOptions } from './send-options.js';
import type { Transfer } from './transfer/transfer.js';
import type { Transfers } from './transfer/transfers.js';
import { safetyNumber } from './session/safety-number.js';

type Said = Extract<PeerFrame, { kind: 'data' }> & { readonly transfer?: Transfer };

/**
 * A member of the room other than this page.
 * @fires data, profile, upgradeattempt, upgrade, upgradeerror, downgrade, gap, statechange, close
 */
export class Peer extends TypedEventTarget<PeerEventMap> {
  readonly id: string;
  readonly #origin: PeerOrigin;
  readonly #host: PeerHost;
  readonly #link: Link;
  readonly #transfers: Transfers;
  /** What has been told about it as untrusted: the same again is not news. */
  readonly #doubts = new Set<string>();
  /** Direct paths in a row that did not belong to the session. */
  #misfits = 0;
  #greeting = NO_GREETING;
  #state: RTCPeerConnectionState = 'new';
  /** The path that was last told of. */
  #path: PathName | null = null;
  #announced = false;

  constructor(origin: PeerOrigin, host: PeerHost) {
    super();
    this.id = origin.id;
    this.#origin = origin;
    this.#host = host;
    this.#link = this.#makeLink();
    this.#transfers = largeValues(() => this.#link, {
      offered: (transfer) => this.#offered(transfer),
      progress: (transfer) => {
        this.#progressed(transfer);
      },
      data: (transfer, data) => {
        const { type, metadata } = transfer;
        this.#data({ kind: 'data', type, metadata, data, transfer }, 'reliable');
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

  /** The RTCPeerConnection of the direct path, or null. Another one takes its place when a path has to be rebuilt. */
  get connection(): RTCPeerConnection | null {
    return this.#link.connection;
  }

  /**
   * Sends to this peer alone, over whichever paths there are; as `delivery` says, by default in order and exactly once.
   * @param data anything `structuredClone` takes that is not bound to this browser
   * @returns resolves when handed to the network; rejects with a PeerError: `gone`, `refused`, `aborted`; a
   *   large value (see `transfer`) resolves when the other side has all of it
   * @throws {TypeError} unknown option
   * @throws {DOMException} `DataCloneError` for what cannot be sent
   */
  send(data: unknown, options: PeerSendOptions = {}): Promise<void> {
    const { type = '', delivery = 'reliable', metadata, signal, onprogress } = checkSendOptions(options);
    const parcel = pack(type, data, metadata);
    const shipping = { signal, onprogress, delivery, type };
    const error = tooLargeParcel(parcel, shipping);
    return error ? Promise.reject(error) : abortable(this.transmit(parcel, shipping), signal);
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

  /** Sends what is packed already, so that one encoding serves many peers. @internal */
  transmit(parcel: Parcel, { signal, onprogress, ...manner }: ShippingOptions): Promise<void> {
    if (this.#state === 'closed') return Promise.reject(this.#goneError());
    if ('frame' in parcel) return this.#link.send(parcel.frame, signal, manner);
    const outgoing = this.#transfers.send(parcel.shipment);
    const { transfer } = outgoing;
    transfer.addEventListener('progress', () => onprogress?.(this.#progressOf(transfer)));
    signal?.addEventListener('abort', () => {
      transfer.cancel();
    });
    return outgoing.finished;
  }

  /** Begins, or waits for the other side to do so, though not for ever. @internal */
  meet(): void {
    this.#transition('connecting');
    // Before anything else is said, it is to know who says it.
    this.greetAgain();
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
  end(reason: GoneReason): void {
    if (this.#state === 'closed') return;
    this.#transition('closed');
    // Who is only lost may come back.
    this.#link.close(this.#goneError(), reason === 'left');
    this.#transfers.fail(this.#goneError());
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

  /** Its `peer` event has fired. @internal */
  get announced(): boolean {
    return this.#announced;
  }

  #makeLink(): Link {
    return new Link(this.#origin, this.#host, {
      anonymous: () => {
        if (!this.#announced && this.path !== null) this.#greeted(NO_GREETING);
      },
      heard: () => {
        if (this.#state === 'failed') this.#update();
      },
      unanswered: (error) => {
        this.#unreachable(error);
      },
      untrusted: (reason) => {
        this.#doubt(reason);
      },
      message: (message, delivery = 'reliable') => {
        this.#receive(message, delivery);
      },
      bye: () => {
        this.end('left');
      },
      laneFrame: (lane, bytes) => {
        if (lane === 'bulk') this.#receivePiece(bytes);
      },
      laneDrain: (lane) => {
        if (lane === 'bulk') this.#transfers.pump();
      },
      moved: (to) => {
        if (to) this.#transfers.moved();
      },
      restarted: () => {
        this.#transfers.fail(this.#goneError());
        return this.#ourGreeting();
      },
      gap: (lost) => {
        fire<PeerEventMap, 'gap'>(this, 'gap', { peer: this, lost });
        this.#host.gap(this, lost);
      },
      changed: () => {
        this.#changed();
      },
      attempt: () => {
        this.#tellPath('upgradeattempt', { path: 'direct', previous: this.#path });
      },
      failed: (error, last) => {
        this.#climbFailed(error, last);
      },
      broken: (error) => {
        this.#misbehaved(error);
      },
    });
  }

  #offered(transfer: Transfer): boolean {
    const detail = { transfer, peer: this, metadata: transfer.metadata };
    const goesOn = fire<PeerEventMap, 'transfer'>(this, 'transfer', detail, true);
    return this.#host.transfer(detail) || !goesOn;
  }

  #progressed(transfer: Transfer): void {
    transfer.tellProgress();
    const detail = this.#progressOf(transfer);
    fire<PeerEventMap, 'progress'>(this, 'progress', detail);
    this.#host.progress(detail);
  }

  #progressOf(transfer: Transfer): ProgressDetail {
    const { loaded, size: total, direction } = transfer;
    return { loaded, total, peer: this, transfer, direction };
  }

  #receivePiece(bytes: Bytes): void {
    try {
      this.#transfers.receivePiece(bytes);
    } catch (error) {
      this.#misbehaved(error as PeerError);
    }
  }

  /** What no honest peer does. */
  #misbehaved(error: PeerError): void {
    this.#host.failed(this, error);
    this.end('left');
  }

  #ourGreeting(): Encoded {
    return encode({ hello: this.#host.greeting() });
  }

  #receive(message: Received, delivery: Delivery): void {
    const frame = parsePeerFrame(valueOf(message));
    if (frame === null || this.#state === 'closed') return;
    if (frame.kind === 'data') {
      if (this.#announced) this.#data(frame, delivery);
    } else if (delivery !== 'reliable') {
      return;
    } else if (frame.kind === 'hello') {
      this.#greeted(frame.greeting);
    } else if (this.#announced) {
      this.#transfers.receive(frame.word);
    }
  }

  #data({ kind: _, ...message }: Said, delivery: Delivery): void {
    const detail: DataDetail = { ...message, peer: this, delivery };
    fire<PeerEventMap, 'data'>(this, 'data', detail);
    this.#host.data(detail);
  }

  #greeted(greeting: Greeting): void {
    const changed = !isSameGreeting(greeting, this.#greeting);
    this.#greeting = greeting;
    if (!this.#announced) {
      this.#announced = true;
      this.#path = this.#link.path;
      this.#update();
      this.#host.announced(this);
      this.#link.met();
      if (this.#link.isClimbing) {
        this.#tellPath('upgradeattempt', { path: 'direct', previous: this.#path });
      }
    } else if (changed) {
      fire<PeerEventMap, 'profile'>(this, 'profile', { peer: this });
      this.#host.profileChanged(this);
    }
  }

  #changed(): void {
    // Signalling has said that it is gone, and so has its path.
    if (this.#link.isCut) {
      this.end('lost');
      return;
    }
    this.#update();
    const previous = this.#path;
    const path = this.#link.path;
    if (!this.#announced || path === previous) return;
    this.#path = path;
    if (path === 'direct' || path === 'turn') this.#tellPath('upgrade', { path, previous });
    else if (previous !== null && previous !== 'relay') this.#tellPath('downgrade', { path, previous });
  }

  #update(): void {
    if (!this.#announced || this.#state === 'closed') return;
    if (this.#link.serves) this.#transition('connected');
    else if (this.#state !== 'failed') this.#transition('disconnected');
  }

  #climbFailed(error: PeerError, last: boolean): void {
    // One may have met a connection that just came to its end; whoever sits in between is there the next time, too.
    this.#misfits = error.code === 'untrusted' ? this.#misfits + 1 : 0;
    if (this.#misfits > 1) this.#doubt(error.message);
    this.#tellPath('upgradeerror', { path: 'direct', previous: this.#path, error });
    if (last && this.#host.transport === 'direct') this.#unreachable(error);
  }

  #unreachable(cause: PeerError): void {
    this.#transition('failed');
    const message =
      cause.code === 'timeout' && !this.#link.keyed
        ? cause.message
        : 'No direct path to this peer could be found.';
    const error = new PeerError('negotiation-failed', message, { peers: [this.id], cause });
    this.#link.rejectAll(error);
    this.#host.failed(this, error);
  }

  #tellPath(type: PathEvent, rest: Omit<PathDetail, 'peer'>): void {
    if (!this.#announced || this.#state === 'closed') return;
    const detail = { peer: this, ...rest };
    fire<PeerEventMap, PathEvent>(this, type, detail);
    this.#host.path(type, detail);
  }

  #doubt(reason: string): void {
    if (this.#state === 'closed' || this.#doubts.has(reason)) return;
    this.#doubts.add(reason);
    this.#host.untrusted(this, reason);
  }

  #goneError(): PeerError {
    return new PeerError('gone', 'The peer is gone.', { peers: [this.id] });
  }

  #transition(state: RTCPeerConnectionState): void {
    const previous = this.#state;
    if (state === previous || previous === 'closed') return;
    this.#state = state;
    fire<PeerEventMap, 'statechange'>(this, 'statechange', { state, previous });
  }
}

function valueOf(message: Received): unknown {
  if ('value' in message) return revive(message.value)?.value;
  return decode('text' in message ? message.text : message.bytes)?.value;
}
