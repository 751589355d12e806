/** Signalling through a PeerServer that somebody else runs, as it is: one socket for all rooms of a page, and seats where it is found. */
import { PeerError } from '../errors.js';
import { toBase64url } from '../base64url.js';
import { createIdentity, type Identity } from '../identity.js';
import { isPeerId } from '../protocol.js';
import type { JoinRequest, Signaling, SignalingSession, SignalingSink } from '../signaling.js';
import { Backoff } from './backoff.js';
import { Bus, type BusMedium } from './bus.js';
import { PeerServerSocket } from './peerserver-socket.js';
import { Seats } from './peerserver-seats.js';
import { onWake } from './wake.js';

export interface PeerServerSignalingOptions {
  /** `peerjs:host[:port][/path][?key=…]`; see docs/signalling.md. */
  readonly url: string;
  /**
   * `handshake only` (default): nothing but what it takes to get a direct path, as such servers are meant for. `data`: sealed
   * messages as well, for a server of your own.
   */
  readonly relay?: Signaling['relay'];
  /** How long who comes waits for an answer before it takes the room for empty, ms. Default 800. */
  readonly wait?: number;
  /** How often a page says that it is alive, ms. Default 10 000. Who is silent for two and a half of these is asked. */
  readonly beat?: number;
  /** How long who was asked, or cannot be reached, may take to be heard of before it is lost, ms. Default 10 000. */
  readonly seat?: number;
  /** How often the server is told that we are there, ms. Default 15 000; PeerServers close what is silent for 60 s or more. */
  readonly heartbeat?: number;
  /** Who we are. Default: a new identity. */
  readonly identity?: () => Promise<Identity>;
  /** Default: the browser's. */
  readonly WebSocket?: typeof WebSocket;
}

export const PEERJS = 'peerjs:';
const DEFAULT_KEY = 'peerjs';
/** PeerServers close what has been silent for a minute or more. */
const HEARTBEAT = 15_000;
const TIMES = { wait: 800, beat: 10_000, seat: 10_000 };
/** A connection that lasted this long starts the next back-off from the first step, ms. */
const STABLE_AFTER = 5000;

/**
 * Where the sockets of a PeerServer are.
 * @param url `peerjs:host[:port][/path][?key=…&secure=…]`. Without a port it is wss; with one, as the page itself, unless `secure`
 *   says `true` or `false`
 * @returns a `ws:` or `wss:` address, or null for what is none
 */
export function peerServerAddress(
  url: string,
  page = globalThis.location as Location | undefined,
): string | null {
  const rest = url.slice(PEERJS.length).replace(/^\/\//, '');
  if (!url.startsWith(PEERJS) || !URL.canParse(`https://${rest}`)) return null;
  const address = new URL(`https://${rest}`);
  const { searchParams: query, port } = address;
  const secure = query.get('secure') ?? String(port === '' || page?.protocol !== 'http:');
  query.delete('secure');
  query.delete('relay');
  if (!query.has('key')) query.set('key', DEFAULT_KEY);
  address.pathname = `${address.pathname.replace(/\/$/, '')}/peerjs`;
  address.hash = '';
  address.protocol = secure === 'false' ? 'ws:' : 'wss:';
  return address.href;
}

/**
 * An adaptor for any PeerServer. Rooms that join through one adaptor share its socket and its id.
 * @throws {TypeError} when `url` is none
 */
export function peerServerSignaling(options: PeerServerSignalingOptions): Signaling {
  const address = peerServerAddress(options.url);
  if (address === null) throw new TypeError(`"${options.url}" is not peerjs:host[:port][/path][?key=…].`);
  return new PeerServerSignaling(address, options);
}

class PeerServerSignaling implements Signaling, BusMedium {
  readonly relay: Signaling['relay'];
  readonly identity: () => Promise<Identity>;
  readonly #address: string;
  readonly #WebSocket: typeof WebSocket | undefined;
  readonly #heartbeat: number;
  readonly #token = toBase64url(crypto.getRandomValues(new Uint8Array(16)));
  readonly #bus: Bus;
  readonly #seats = new Map<string, Seats>();
  #socket: PeerServerSocket | null = null;
  #backoff = new Backoff(0);
  #timeout = 0;
  #attempt = 0;
  #redial: ReturnType<typeof setTimeout> | undefined;
  #stable: ReturnType<typeof setTimeout> | undefined;
  /** There while there are rooms. */
  #life: AbortController | null = null;

  constructor(address: string, options: PeerServerSignalingOptions) {
    const {
      relay = 'handshake only',
      identity,
      WebSocket: Socket,
      heartbeat = HEARTBEAT,
      ...times
    } = options;
    let own: Promise<Identity> | undefined;
    this.relay = relay;
    this.identity = identity ?? (() => (own ??= createIdentity()));
    this.#address = address;
    this.#WebSocket = Socket;
    this.#heartbeat = heartbeat;
    const { wait = TIMES.wait, beat = TIMES.beat, seat = TIMES.seat } = times;
    this.#bus = new Bus({ identity: this.identity, gossip: true, wait, beat, seat }, this);
  }

  get online(): boolean {
    return this.#socket?.ready ?? false;
  }

  join(request: JoinRequest, sink: SignalingSink): SignalingSession {
    if (!this.#life) {
      this.#life = new AbortController();
      this.#timeout = request.timeout;
      this.#backoff = new Backoff(request.reconnectDelay);
      onWake(() => {
        this.#wake();
      }, this.#life.signal);
      void this.#dial(this.#life.signal);
    }
    return this.#bus.join(request, sink);
  }

  async enter(room: string): Promise<boolean> {
    const seats = this.#seats.get(room) ?? new Seats(room, this.#seatsHost);
    this.#seats.set(room, seats);
    return seats.knock();
  }

  settle(room: string, rank: number): void {
    void this.#seats.get(room)?.settle(rank);
  }

  leave(room: string): void {
    this.#seats.get(room)?.close();
    this.#seats.delete(room);
    // Not at once: another room may be about to join, as when an attribute changes.
    setTimeout(() => {
      if (this.#bus.size === 0) this.#hangUp();
    });
  }

  post(room: string, word: string, to: readonly string[], all: boolean): void {
    const seats = all ? (this.#seats.get(room)?.others ?? []) : [];
    for (const id of [...to, ...seats]) this.#socket?.send(id, word);
  }

  get #seatsHost(): ConstructorParameters<typeof Seats>[1] {
    return {
      address: this.#address,
      token: this.#token,
      timeout: this.#timeout,
      heartbeat: this.#heartbeat,
      WebSocket: this.#WebSocket,
      message: (text) => {
        this.#bus.receive(text);
      },
    };
  }

  async #dial(life: AbortSignal): Promise<void> {
    let id: string;
    try {
      ({ id } = await this.identity());
    } catch {
      return; // Each room learns it by itself.
    }
    if (life.aborted) return;
    this.#redial = undefined;
    this.#attempt++;
    this.#socket = new PeerServerSocket(
      { ...this.#seatsHost, id },
      {
        ready: () => {
          this.#stable = setTimeout(() => {
            this.#backoff.reset();
          }, STABLE_AFTER);
          this.#bus.back(this.#attempt);
          this.#attempt = 0;
        },
        message: (text) => {
          this.#bus.receive(text);
        },
        expired: (lost) => {
          if (isPeerId(lost)) this.#bus.missing(lost);
        },
        closed: (error) => {
          this.#lost(error, life);
        },
      },
    );
  }

  #lost(error: PeerError, life: AbortSignal): void {
    clearTimeout(this.#stable);
    this.#socket = null;
    for (const seats of this.#seats.values()) seats.close();
    this.#seats.clear();
    const delay = error.final ? null : this.#backoff.next();
    this.#bus.lost(asUnreachable(error), this.#attempt + 1, delay);
    if (delay === null || life.aborted) return;
    this.#redial = setTimeout(() => void this.#dial(life), delay);
  }

  /** Whatever was waited for: now is the time to know. */
  #wake(): void {
    if (!this.#life || this.#redial === undefined) return;
    clearTimeout(this.#redial);
    void this.#dial(this.#life.signal);
  }

  #hangUp(): void {
    this.#life?.abort();
    this.#life = null;
    clearTimeout(this.#redial);
    clearTimeout(this.#stable);
    this.#attempt = 0;
    this.#socket?.close();
    this.#socket = null;
  }
}

/** Our own id is taken as long as the server has not noticed that our last page is gone. */
const asUnreachable = (error: PeerError): PeerError =>
  error.code === 'busy' ? new PeerError('unreachable', error.message, { cause: error }) : error;
