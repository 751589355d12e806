/** What a room and a pair have in common: state, events, and one membership after another. */
import { PeerError, asPeerError } from './errors.js';
import { fire, type CloseDetail, type SourceEventMap } from './events.js';
import { prepareToJoin, requestOf, type Admission, type Joining } from './joining.js';
import { Broadcaster } from './media/broadcaster.js';
import { Membership, type MembershipHost, type MembershipOptions, type RoomHost } from './membership.js';
import { Outbox } from './outbox.js';
import { pack } from './parcel.js';
import { checkOptions, type PeerPairOptions, type PeerRoomOptions } from './options.js';
import type { Peer } from './peer.js';
import { isAnonymous, type Greeting } from './peer-frame.js';
import { ready } from './ready.js';
import { checkRequestOptions, patiently, type RequestOptions } from './request-options.js';
import { question } from './requests.js';
import { initiate } from './session/session.js';
import { checkSendOptions, type SendOptions } from './send-options.js';

type AnyOptions = PeerRoomOptions & PeerPairOptions;

export abstract class Source<M extends SourceEventMap = SourceEventMap> extends Broadcaster<M> {
  readonly #target: EventTarget;
  readonly #known: readonly string[];
  #options: AnyOptions = {};
  #membership: Membership | null = null;
  #connecting: AbortController | null = null;
  readonly #outbox = new Outbox(() => this.#open);
  #ready = ready();
  #state: RTCPeerConnectionState = 'new';
  #peerId: string | null = null;
  #error: PeerError | null = null;
  #nameVisible = false;

  /**
   * @param known the options this kind of source understands
   * @param target where events are fired; the element that wraps a source gives itself
   */
  constructor(known: readonly string[], target?: EventTarget) {
    super();
    this.#known = known;
    this.#target = target ?? this;
  }

  /** Our own id, null until it is proven. */
  get peerId(): string | null {
    return this.#peerId;
  }

  /** The other members by id, reachable or about to be; empty when alone. */
  get peers(): ReadonlyMap<string, Peer> {
    return this.#membership?.peers ?? new Map<string, Peer>();
  }

  /** `new`, `connecting`, `connected` (in the room), `disconnected` (signalling lost), `failed`, `closed`. */
  get state(): RTCPeerConnectionState {
    return this.#state;
  }

  /** Resolves with our id once it is proven; rejects when this attempt ends before. */
  get ready(): Promise<string> {
    return this.#ready.promise;
  }

  /** The last error, null when there was none since `connect()`. */
  get error(): PeerError | null {
    return this.#error;
  }

  /**
   * Whether the server's operator has asked for the name of the room, or the pair's code, and was told it. Otherwise only its hash
   * leaves the page.
   */
  get nameVisible(): boolean {
    return this.#nameVisible;
  }

  /** Our name as the others see it; may change at any time. @throws {TypeError} over 256 characters */
  get displayName(): string {
    return this.#options.displayName ?? '';
  }
  set displayName(displayName: string) {
    this.configure({ displayName });
  }

  /** Any small value that the others see; may change at any time. */
  get profile(): unknown {
    return this.#options.profile ?? {};
  }
  set profile(profile: unknown) {
    this.configure({ profile });
  }

  /**
   * Sets options for the next `connect()`; name and profile are shown at once.
   * @throws {TypeError} naming the option that is wrong
   */
  configure(options: AnyOptions): void {
    checkOptions(options, this.#known);
    this.#options = { ...this.#options, ...options };
    if (options.stream !== undefined) this.stream = options.stream;
    if (options.videoQuality) this.videoQuality = options.videoQuality;
    if ('displayName' in options || 'profile' in options) this.greetAgain();
  }

  /**
   * Joins; nothing happens while that is under way or done.
   * @param options from here on, over those given before
   * @throws {TypeError} naming the option that is wrong
   */
  connect(options: AnyOptions = {}): void {
    this.configure(options);
    const admission = this.admission(this.#options);
    if (this.#connecting || this.#membership || admission.name === null) return;
    if (this.#state !== 'new') this.#ready = ready();
    this.#error = null;
    this.#nameVisible = false;
    const attempt = new AbortController();
    this.#connecting = attempt;
    this.#transition('connecting');
    this.#leaveWithPage(attempt.signal);
    void this.#join({ ...admission, name: admission.name }, attempt.signal);
  }

  /** Leaves; peers see it, messages that were not handed over reject with `aborted`. */
  close(): void {
    if (this.#state !== 'closed' && this.#state !== 'failed') this.#finish();
  }

  /**
   * Sends to everyone, or to some, as `delivery` says. Before we are in, messages wait; `fast` ones are dropped.
   * @param data anything `structuredClone` takes that is not bound to this browser
   * @returns resolves when handed to the network of every target; rejects with a PeerError naming the others
   * @throws {TypeError} unknown option, or too much metadata (256 KB) beside what is large
   * @throws {DOMException} `InvalidStateError` after the end, `DataCloneError` for what cannot be sent
   */
  send(data: unknown, options: SendOptions = {}): Promise<void> {
    const { to, type = '', delivery = 'reliable', metadata, signal, onprogress } = checkSendOptions(options);
    this.#assertOpen();
    const parcel = pack(type, data, metadata);
    const ids = typeof to === 'string' ? [to] : to;
    const newest = delivery === 'latest' ? { of: JSON.stringify([type, ids]), value: undefined } : undefined;
    if (delivery === 'fast' && !this.#open) return Promise.resolve();
    const shipping = { signal, onprogress, delivery, type };
    return this.#outbox.post((membership) => membership.send(parcel, ids, shipping), signal, newest);
  }

  /** What `request()` of a room and of a pair have in common. */
  protected ask(data: unknown, options: RequestOptions = {}): Promise<unknown> {
    const { to } = checkRequestOptions(options, 'to');
    this.#assertOpen();
    const asked = question(data, options);
    return patiently(
      (patience) =>
        this.#outbox.ask((membership) => {
          // Where messages wait for somebody, there is only the one.
          const [only] = this.waitsForPeers ? membership.peers.keys() : [];
          return membership.request(asked, to ?? only, patience);
        }, patience),
      options,
      typeof to === 'string' ? [to] : to,
    );
  }

  /** Name or profile have changed. */
  protected greetAgain(): void {
    this.#membership?.greetAgain();
  }

  protected fire<K extends keyof M & string>(
    type: K,
    detail: M[K] extends CustomEvent<infer D> ? D : never,
  ): void {
    fire(this.#target, type, detail);
  }

  protected abstract admission(options: AnyOptions): Admission;
  protected abstract fireJoin(detail: {
    id: string;
    peers: ReadonlyMap<string, Peer>;
    created: boolean;
  }): void;
  /** What only rooms are told of. */
  protected get roomHost(): RoomHost {
    return { moderator: nothing, asked: nothing, settled: nothing };
  }
  /** Whether somebody may send others out. */
  protected get moderated(): boolean {
    return false;
  }
  /** The membership, once we are in. */
  protected get membership(): Membership | null {
    return this.#membership?.joined ? this.#membership : null;
  }
  /** We are about to be in. */
  protected entering(membership: Membership): void {
    this.#membership = membership;
  }
  protected get options(): AnyOptions {
    return this.#options;
  }
  protected dispatch(event: Event): void {
    this.#target.dispatchEvent(event);
  }
  /** The last word on an error before it is told. */
  protected refine(error: PeerError): PeerError {
    return error;
  }
  /** Whether messages to everyone wait for somebody to be there. */
  protected get waitsForPeers(): boolean {
    return false;
  }

  async #join(admission: Admission & { name: string }, signal: AbortSignal): Promise<void> {
    try {
      // Whoever made us has not had the time to listen yet.
      await Promise.resolve();
      const joining = await prepareToJoin(this.#options, admission, signal);
      if (signal.aborted) return;
      await this.enter(joining, admission, signal);
    } catch (error) {
      if (!signal.aborted) this.#finish(asPeerError(error));
    }
  }

  /** Takes part in the room. Rejects with a PeerError. */
  protected async enter(
    joining: Joining,
    { name, entry, capacity }: Admission & { name: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { identity, room, pair, key } = joining;
    const context = { identity, room, psk: key.psk };
    const initiator = await initiate(context, { pair, anonymous: isAnonymous(this.#greeting) });
    if (signal.aborted) return;
    const request = { ...this.requestFor(name), room, lock: key.lock, entry, ...(capacity && { capacity }) };
    this.entering(this.join(joining, { request, context, initiator, door: null }, this.host));
  }

  /** What there is to ask signalling for, whatever the room. */
  protected requestFor(name: string): ReturnType<typeof requestOf> {
    const named = (): void => {
      this.#nameVisible = true;
    };
    return requestOf(() => this.#options, name, named);
  }

  protected join(
    { signaling, transport, reserve }: Joining,
    made: Pick<MembershipOptions, 'request' | 'context' | 'initiator' | 'door'>,
    host: MembershipHost,
  ): Membership {
    const { expect, maxDirectPaths = Infinity } = this.#options;
    const options = { ...made, transport, reserve, expect, moderated: this.moderated, maxDirectPaths };
    return new Membership(signaling, options, host);
  }

  /** A page that goes away says so at once, instead of being missed later; one that comes back joins again. */
  #leaveWithPage(signal: AbortSignal): void {
    if (typeof globalThis.addEventListener !== 'function') return;
    const returned = ({ persisted }: PageTransitionEvent): void => {
      if (persisted) this.connect();
    };
    const left = (): void => {
      addEventListener('pageshow', returned, { once: true });
      this.#finish(undefined, PAGE_LEFT);
    };
    addEventListener('pagehide', left, { signal });
  }

  protected get host(): MembershipHost {
    return {
      open: (id) => {
        this.#peerId = id;
        this.#ready.resolve(id);
        this.#fire('open', { id });
      },
      joined: (created) => {
        this.#transition('connected');
        const id = this.#peerId ?? '';
        this.fireJoin({ id, peers: new Map(this.peers), created });
        this.#outbox.flush();
      },
      media: this.media,
      greeting: () => this.#greeting,
      announced: (peer) => {
        this.#fire('peer', { peer });
        this.#outbox.flush();
      },
      tell: (type, detail, cancelable) => this.#fire(type, detail, cancelable),
      request: (event) => {
        this.#target.dispatchEvent(event);
      },
      ...this.roomHost,
      failed: (peer, error) => {
        // What waits for somebody to be there would be for this one.
        if (error.code === 'negotiation-failed' && !peer.announced) this.#outbox.rejectAll(error);
        this.#tell(error);
      },
      trouble: (error) => {
        this.#tell(error);
      },
      reconnecting: (detail) => {
        this.#transition('disconnected');
        this.#fire('reconnecting', detail);
      },
      reconnect: (detail) => {
        this.#transition('connected');
        this.#fire('reconnect', detail);
      },
      reconnecterror: (detail) => {
        this.#error = detail.error;
        this.#fire('reconnecterror', detail);
      },
      ended: (error) => {
        this.#finish(error, 'closed by signalling');
      },
    };
  }

  #fire<K extends keyof SourceEventMap>(
    type: K,
    detail: SourceEventMap[K] extends CustomEvent<infer D> ? D : never,
    cancelable = false,
  ): boolean {
    return fire<SourceEventMap, K>(this.#target, type, detail, cancelable);
  }

  get #greeting(): Greeting {
    return { name: this.displayName, profile: this.profile };
  }

  /** Who messages go to now; null while they have to wait. */
  get #open(): Membership | null {
    const membership = this.#membership;
    return membership?.joined && !(this.waitsForPeers && membership.peers.size === 0) ? membership : null;
  }

  #assertOpen(): void {
    if (this.#state !== 'closed' && this.#state !== 'failed') return;
    throw new DOMException('Nothing can be sent any more: connect() first.', 'InvalidStateError');
  }

  #tell(error: PeerError): void {
    this.#error = error;
    this.#fire('error', { error });
  }

  #finish(cause?: PeerError, reason = 'closed by this page'): void {
    const membership = this.#membership;
    const started = this.#connecting !== null;
    this.#connecting?.abort();
    this.#connecting = null;
    this.#membership = null;
    membership?.close('left', reason === PAGE_LEFT);
    const error = cause && this.refine(cause);
    const end = error ?? new PeerError('aborted', 'It was closed before.');
    this.#ready.reject(end);
    this.#outbox.rejectAll(end);
    if (error) this.#tell(error);
    this.#transition(error ? 'failed' : 'closed');
    const detail: CloseDetail = error
      ? { code: error.code, reason: error.message, error }
      : { code: 'closed', reason };
    if (started) this.#fire('close', detail);
  }

  #transition(state: RTCPeerConnectionState): void {
    const previous = this.#state;
    if (state === previous) return;
    this.#state = state;
    this.#fire('statechange', { state, previous });
  }
}

const PAGE_LEFT = 'the page was left';

const nothing = (): void => undefined;
