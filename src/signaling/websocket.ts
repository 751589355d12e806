/** Signalling through our server: one WebSocket for all rooms of a page, dialled again when it is lost. */
import { PeerError } from '../errors.js';
import { createIdentity, type Identity } from '../identity.js';
import type { IceServer } from '../protocol.js';
import type { JoinRequest, Signaling, SignalingSession, SignalingSink } from '../signaling.js';
import { Backoff } from './backoff.js';
import { RoomSession } from './room-session.js';
import { onWake } from './wake.js';
import { Connection } from './websocket-connection.js';

export interface WebSocketSignalingOptions {
  /** Absolute `ws:` or `wss:` address. */
  readonly url?: string;
  /** A socket to use instead, on which nothing has been received yet. It is never dialled again. */
  readonly socket?: WebSocket;
  /** Who we are. Default: a new identity. */
  readonly identity?: () => Promise<Identity>;
  /** Default: the browser's. */
  readonly WebSocket?: typeof WebSocket;
}

/** A connection that lasted this long starts the next back-off from the first step, ms. */
const STABLE_AFTER = 5000;
/** While a seat waits, the longest that a wait can be is not less than this, ms. */
const LEAST_PATIENCE = 1000;
/** Least wait after the server said that we are too fast, ms. */
const RATE_LIMIT_PAUSE = 30_000;

/**
 * An adaptor for our server. Rooms that join through one adaptor share its socket and its id.
 * @throws {TypeError} unless exactly one of `url` and `socket` is given
 */
export function webSocketSignaling(options: WebSocketSignalingOptions): Signaling {
  if ((options.url === undefined) === (options.socket === undefined)) {
    throw new TypeError('webSocketSignaling() takes either url or socket.');
  }
  return new WebSocketSignaling(options);
}

class WebSocketSignaling implements Signaling {
  readonly relay = 'data';
  readonly #options: WebSocketSignalingOptions;
  readonly #identity: () => Promise<Identity>;
  readonly #rooms = new Map<number, RoomSession>();
  #nextRoom = 0;
  #connection: Connection | null = null;
  #id = '';
  /** What the server said last. */
  #iceServers: readonly IceServer[] | null = null;
  #backoff = new Backoff(0);
  /** Dials since the connection was last up. */
  #attempt = 0;
  /** As `performance.now()`. */
  #seatUntil = 0;
  #redial: ReturnType<typeof setTimeout> | undefined;
  #stable: ReturnType<typeof setTimeout> | undefined;
  /** Ends listening for the page's awakenings; there while there are rooms. */
  #sleep: AbortController | null = null;

  constructor(options: WebSocketSignalingOptions) {
    this.#options = options;
    let own: Promise<Identity> | undefined;
    this.#identity = options.identity ?? (() => (own ??= createIdentity()));
  }

  identity(): Promise<Identity> {
    return this.#identity();
  }

  prepare({ timeout, reconnectDelay }: Pick<JoinRequest, 'timeout' | 'reconnectDelay'>): void {
    if (this.#connection || this.#redial !== undefined) return;
    this.#backoff = new Backoff(reconnectDelay);
    this.#dial(timeout);
    setTimeout(() => {
      if (this.#rooms.size === 0) this.#hangUp();
    }, timeout);
  }

  join(request: JoinRequest, sink: SignalingSink): SignalingSession {
    const n = this.#nextRoom++ & 0xffff;
    const room: RoomSession = new RoomSession(n, request, sink, {
      send: (frame) => {
        if (this.#connection?.phase !== 'dialling') this.#connection?.send(frame);
      },
      reserve: (bytes) => this.#connection?.reserve(room, bytes) ?? false,
      seatTimeout: () => this.#connection?.seatTimeout ?? 0,
      forget: () => {
        this.#connection?.forget(room);
        this.#forget(n);
      },
    });
    queueMicrotask(() => {
      this.#begin(room);
    });
    return room;
  }

  #begin(room: RoomSession): void {
    if (room.ended) return;
    if ([...this.#rooms.values()].some(({ request }) => request.room === room.request.room)) {
      const message = 'This page is in that room already: use the element or object that is.';
      room.fail(new PeerError('refused', message, { final: true }));
      return;
    }
    this.#rooms.set(room.n, room);
    this.#listen();
    const connection = this.#connection;
    if (connection) {
      // While it is still dialling, all rooms join together as soon as it logs in.
      if (connection.phase === 'ready') room.opened(this.#id, this.#iceServers);
      if (connection.phase !== 'dialling') void room.knock(connection);
    } else if (this.#redial === undefined) {
      this.#backoff = new Backoff(room.request.reconnectDelay);
      this.#dial();
    }
  }

  #forget(n: number): void {
    this.#rooms.delete(n);
    // Not at once: another room may be about to join, as when an attribute changes.
    setTimeout(() => {
      if (this.#rooms.size === 0) this.#hangUp();
    });
  }

  #listen(): void {
    if (this.#sleep) return;
    this.#sleep = new AbortController();
    onWake(() => {
      this.#wake();
    }, this.#sleep.signal);
  }

  /** Whatever was waited for: now is the time to know. */
  #wake(): void {
    if (this.#connection) {
      this.#connection.probe();
    } else if (this.#redial !== undefined) {
      clearTimeout(this.#redial);
      this.#dial();
    }
  }

  #hangUp(): void {
    this.#sleep?.abort();
    this.#sleep = null;
    clearTimeout(this.#redial);
    clearTimeout(this.#stable);
    this.#redial = undefined;
    this.#attempt = 0;
    this.#connection?.close();
    this.#connection = null;
  }

  #dial(patience = Infinity): void {
    const { url = '', socket, WebSocket: Socket = globalThis.WebSocket } = this.#options;
    const rooms = [...this.#rooms.values()];
    this.#redial = undefined;
    this.#attempt++;
    const timeout = Math.min(patience, ...rooms.map(({ request }) => request.timeout));
    const connection: Connection = new Connection(
      socket ?? new Socket(url),
      { identity: this.#identity, timeout },
      {
        loggingIn: () => {
          for (const room of this.#rooms.values()) void room.knock(connection);
        },
        ready: (id) => {
          this.#ready(id);
        },
        iceServers: (servers) => {
          this.#iceServers = servers;
          for (const room of this.#rooms.values()) room.iceServers(servers);
        },
        frame: (frame) => this.#rooms.get(frame.n)?.receive(frame, this.#attempt),
        message: ({ n, id, payload }) => this.#rooms.get(n)?.message(id, payload),
        closed: (error) => {
          this.#lost(error);
        },
      },
    );
    this.#connection = connection;
  }

  #ready(id: string): void {
    this.#id = id;
    this.#stable = setTimeout(() => {
      this.#backoff.reset();
    }, STABLE_AFTER);
    for (const room of this.#rooms.values()) room.opened(id);
  }

  /** However often it has been lost of late: who has a seat is to be back before another one gets it. */
  #patience(): number {
    const left = this.#seatUntil - performance.now();
    return left > 0 ? Math.max(left / 2, LEAST_PATIENCE) : Infinity;
  }

  #lost(error: PeerError): void {
    if (this.#connection?.phase === 'ready') {
      this.#attempt = 0;
      this.#seatUntil = performance.now() + this.#connection.seatTimeout;
    }
    this.#connection = null;
    clearTimeout(this.#stable);
    const again = !error.final && !this.#options.socket;
    const pause = error.code === 'rate-limited' ? RATE_LIMIT_PAUSE : 0;
    const delay = again ? pause + this.#backoff.next({ limit: this.#patience() }) : null;
    for (const room of [...this.#rooms.values()]) room.lost(error, this.#attempt + 1, delay);
    if (delay === null || this.#rooms.size === 0) return;
    this.#redial = setTimeout(() => {
      if (this.#rooms.size > 0) this.#dial();
    }, delay);
  }
}
