import { css, html, type PropertyValues, type TemplateResult } from 'lit';
import {
  PeerError,
  type Channel,
  type Peer,
  type PeerPair,
  type PeerRoom,
  type SendOptions,
  type Signaling,
  type SourceEventMap,
  type SourceOptions,
  type Transport,
} from '../src/index.js';
import { MediaElement } from './media-element.js';
import { readLink, type InviteKey } from './invite-link.js';

const fromJson = (text: string | null): unknown => {
  try {
    return text === null ? undefined : (JSON.parse(text) as unknown);
  } catch (cause) {
    throw new TypeError('ice-servers must be a JSON array of RTCIceServer.', { cause });
  }
};

/** Changing one of these while joined means leaving and joining anew. */
const JOINING: readonly string[] = [
  'url',
  'signaling',
  'room',
  'code',
  'password',
  'expect',
  'entry',
  'capacity',
  'admission',
  'deciders',
  'iceServers',
  'rtcConfiguration',
  'transport',
  'maxDirectPaths',
  'timeout',
  'noReconnect',
  'ephemeral',
  'reconnectDelay',
  'manual',
];

/** What `<peer-group>` and `<peer-pair>` have in common: they wrap one core object, which fires its events on them. */
export abstract class PeerElement<Core extends PeerRoom | PeerPair> extends MediaElement {
  static override properties = {
    url: { type: String },
    token: { type: String },
    password: { type: String },
    displayName: { attribute: 'name' },
    iceServers: { attribute: 'ice-servers', converter: { fromAttribute: fromJson } },
    transport: { type: String },
    maxDirectPaths: { type: Number, attribute: 'max-direct-paths' },
    ephemeral: { type: Boolean },
    manual: { type: Boolean },
    fromLink: { type: Boolean, attribute: 'from-link' },
    timeout: { type: Number },
    reconnectDelay: { type: Number, attribute: 'reconnect-delay' },
    noReconnect: { type: Boolean, attribute: 'no-reconnect' },
    profile: { attribute: false },
    signaling: { attribute: false },
    rtcConfiguration: { attribute: false },
  };

  static override styles = css`
    :host {
      display: block;
    }
    :host([hidden]) {
      display: none;
    }
  `;

  /** Signalling: `ws:`, `wss:`, `http:`, `https:` or a path relative to the page; `peerjs:` for a PeerServer; `mqtt+ws:` or `mqtt+wss:` for brokers; absent or `local:` for the tabs of this browser. */
  declare url: string | null | undefined;
  /**
   * What the server asks for before it lets a page in; as a property also a function that gives it, or a promise of it, and is
   * called for every join and every return. A new one counts from the next time on.
   */
  declare token: SourceOptions['token'] | null;
  /**
   * Only who knows it gets in; it never leaves the page. Who comes with another one fails with `wrong-password`. Another one while
   * joined means leaving and joining anew.
   */
  declare password: string | null | undefined;
  /** Shown to the others; may change while joined. */
  declare displayName: string | null;
  /** STUN and TURN servers. None by default, so that no third party is contacted. */
  declare iceServers: readonly RTCIceServer[] | undefined;
  /**
   * How messages may travel: `auto`, through signalling at once and directly as soon as that works; `direct`, never
   * through signalling; `relay`, never over WebRTC, so that peers do not learn this page's address.
   */
  declare transport: Transport | null;
  /** Most direct paths this page opens; other peers stay on the relay. Default: no limit. */
  declare maxDirectPaths: number | null | undefined;
  /** A new id for every page, instead of the same one at every visit. */
  declare ephemeral: boolean;
  /** Do not connect until `connect()`. */
  declare manual: boolean;
  /**
   * Take the room's name, or the pair's code, from the address of the page, where it stands behind `#` as `room=…` or `code=…`:
   * what `<peer-invite>` puts there. It counts more than the attribute, which stands in where the address has none.
   */
  declare fromLink: boolean;
  /** Milliseconds before a connection attempt is given up. */
  declare timeout: number;
  /** First back-off step in milliseconds. */
  declare reconnectDelay: number;
  /** Do not dial again when signalling is lost. */
  declare noReconnect: boolean;
  /** Any small value shown to the others, of 64 KB at most; may change while joined. */
  declare profile: unknown;
  /** An adaptor of your own, instead of `url`; or `{ send, receive }`, two functions that one is made for. */
  declare signaling: Signaling | Channel | undefined;
  /** Merged into the configuration of every RTCPeerConnection. */
  declare rtcConfiguration: RTCConfiguration | undefined;

  readonly #core: Core;
  /** Joined or about to be, until somebody closes it. */
  #active = false;
  /** A wrong value is being taken back. */
  #restoring = false;
  /** Closed because it was taken out of the document. */
  #detached = false;

  constructor() {
    super();
    this.#core = this.createCore();
    const { states } = this.attachInternals();
    states.add('new');
    // First in line, so that other listeners find the element styled.
    this.addEventListener('statechange', (event) => {
      const { previous, state } = (event as StateChange).detail;
      states.delete(previous);
      states.add(state);
    });
    this.displayName = '';
    this.profile = {};
    this.transport = 'auto';
    this.ephemeral = false;
    this.manual = false;
    this.fromLink = false;
    this.timeout = 10_000;
    this.reconnectDelay = 500;
    this.noReconnect = false;
    this.#takeEarlyMessages();
    this.takeEarlyMedia();
  }

  /** Own id, null until it is proven. */
  get peerId(): string | null {
    return this.#core.peerId;
  }

  /** Whether the server asked for the name of the room, or the pair's code, and was told it. */
  get nameVisible(): boolean {
    return this.#core.nameVisible;
  }

  /** The other members by id. */
  get peers(): ReadonlyMap<string, Peer> {
    return this.#core.peers;
  }

  /** `new`, `connecting`, `connected`, `disconnected`, `failed` or `closed`; also as CSS `:state()`. */
  get state(): RTCPeerConnectionState {
    return this.#core.state;
  }

  /** Promise of the own id. */
  get ready(): Promise<string> {
    return this.#core.ready;
  }

  /** The last error, or null. */
  get error(): PeerError | null {
    return this.#core.error;
  }

  /** Joins, where `manual` or an earlier `close()` kept it from doing so. */
  connect(): void {
    this.#active = true;
    this.#core.connect();
  }

  /** Leaves. */
  close(): void {
    this.#active = false;
    this.#core.close();
  }

  /**
   * Sends to everyone or, with `to`, to some; before joining, messages wait. `delivery` says what may happen to it on
   * the way: `reliable` (default), `unordered`, `fast` or `latest`.
   * @throws {TypeError} unknown option
   * @throws {DOMException} `InvalidStateError` after the end, `DataCloneError` for what cannot be sent
   */
  send(data: unknown, options?: SendOptions): Promise<void> {
    return this.#core.send(data, options);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#followLink);
    if (this.hasUpdated) this.#followLink();
    if (!this.#detached) return;
    this.#detached = false;
    this.#join();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#followLink);
    // A move within the document is over by then.
    queueMicrotask(() => {
      if (this.isConnected || !this.#active) return;
      this.#detached = true;
      this.close();
    });
  }

  /** Runs as soon as a property is set, so that a wrong value throws where it is given. */
  override requestUpdate(name?: PropertyKey, previous?: unknown, ...rest: never[]): void {
    // What is as it was before has not changed.
    if (name !== undefined && this.#restoring) return;
    const options = name === undefined ? null : this.optionFor(String(name));
    if (options) {
      try {
        this.#core.configure(options);
      } catch (error) {
        this.#restoring = true;
        Reflect.set(this, name ?? '', previous);
        this.#restoring = false;
        throw error;
      }
    }
    super.requestUpdate(name, previous, ...rest);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('fromLink')) this.#followLink();
  }

  protected override updated(changed: PropertyValues): void {
    if (JOINING.some((name) => changed.has(name))) this.#join();
  }

  protected override render(): TemplateResult {
    return html`<slot></slot>`;
  }

  /** What keeps it from joining as its author means. */
  protected get obstacle(): PeerError | null {
    return null;
  }

  /** The property that a link can set. */
  protected abstract get linkKey(): InviteKey;

  protected override get core(): Core {
    return this.#core;
  }

  protected abstract createCore(): Core;

  /** The core's option behind one of our properties, null for a property that is none. */
  protected optionFor(name: string): object | null {
    switch (name) {
      case 'noReconnect':
        return { reconnect: !this.noReconnect };
      case 'url':
      case 'token':
      case 'password':
      case 'transport':
      case 'maxDirectPaths':
        return { [name]: this[name] ?? undefined };
      case 'displayName':
        return { displayName: this.displayName ?? '' };
      case 'iceServers':
      case 'ephemeral':
      case 'timeout':
      case 'reconnectDelay':
      case 'profile':
      case 'signaling':
      case 'rtcConfiguration':
        return { [name]: this[name] };
      default:
        return null;
    }
  }

  readonly #followLink = (): void => {
    const value = this.fromLink ? readLink(location.hash, this.linkKey) : null;
    if (value === null) return;
    try {
      Reflect.set(this, this.linkKey, value);
    } catch (cause) {
      // Whoever opened it did not write it, and there is nobody to catch this.
      this.#complain(
        new PeerError('too-large', 'The link has a longer name in it than a room can have.', { cause }),
      );
    }
  };

  #complain(error: PeerError): void {
    this.dispatchEvent(new CustomEvent('error', { detail: { error } }));
  }

  #join(): void {
    const rejoins = this.#active;
    if (!this.isConnected || (this.manual && !rejoins)) return;
    const error = this.obstacle;
    if (error) {
      this.#complain(error);
      return;
    }
    if (rejoins && this.state !== 'new') this.#core.close();
    this.connect();
  }

  /** A page that runs before this script has no `send()` yet: what its stand-in put into `queue` is sent now. */
  #takeEarlyMessages(): void {
    Reflect.deleteProperty(this, 'send');
    const { queue } = this as { queue?: unknown };
    if (!Array.isArray(queue)) return;
    for (const [data, options] of queue as [unknown, SendOptions?][]) void this.send(data, options);
    queue.length = 0;
  }
}

type StateChange = SourceEventMap['statechange'];
