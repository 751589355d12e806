/**
 * Gets a direct path and keeps it: one attempt after another, with what is left to try after each, as long as the
 * other side can be told about it.
 */
import { PeerError } from '../errors.js';
import { toBase64url } from '../base64url.js';
import { DirectPath, type Binding, type DirectPathSink } from './direct.js';
import type { NegotiationMessage } from './negotiation.js';
import type { Passenger } from './passenger.js';
import { encodeSignal, parseSignal } from './signal.js';

export interface ClimbOptions {
  readonly polite: boolean;
  /** Begins by itself; the other side leaves it to us unless we do not. */
  readonly leads: boolean;
  /** Milliseconds for one attempt. */
  readonly timeout: number;
  readonly binding: Binding;
  /**
   * A connection for one attempt; null when there may be no more of them now.
   * @throws when the browser makes no more
   */
  readonly connection: () => RTCPeerConnection | null;
  readonly release: (connection: RTCPeerConnection) => void;
  readonly passenger?: Passenger | undefined;
}

export interface ClimbSink extends Pick<
  DirectPathSink,
  'frame' | 'drain' | 'laneFrame' | 'laneDrain' | 'rerouted'
> {
  /** To be sealed and handed to the other side. */
  signal(bytes: Uint8Array<ArrayBuffer>): void;
  attempt(): void;
  /** The path can be used: for the first time, or again. */
  opened(path: DirectPath): void;
  /** It cannot, for now. */
  lost(): void;
  /** An attempt has failed. @param last the next one will be a while in coming */
  failed(error: PeerError, last: boolean): void;
}

/** Attempts in a row, and the pause after them, ms. */
const MAX_TRIES = 3;
const SLOW_RETRY = 60_000;
/** Attempts of the other side in that time that may come to nothing: a page can only make so many connections. */
const MAX_VAIN = 10;

const newLink = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(9)));

export class Climb {
  readonly #options: ClimbOptions;
  readonly #sink: ClimbSink;
  #path: DirectPath | null = null;
  #link = '';
  #startedLink = false;
  /** It has been open. */
  #stood = false;
  #tries = 0;
  /** The other side has said no. Once it would say yes, it begins itself. */
  #declined = false;
  /** Attempts of the other side since one has stood, or since then, ms. */
  #vain = 0;
  #vainSince = 0;
  #reachable = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: ClimbOptions, sink: ClimbSink) {
    this.#options = options;
    this.#sink = sink;
  }

  /** Answers an offer where no direct path is wanted; `send` seals and sends. */
  static refuse(bytes: Uint8Array, send: (bytes: Uint8Array<ArrayBuffer>) => void): void {
    const signal = parseSignal(bytes);
    if (!signal || !('description' in signal.message)) return;
    send(encodeSignal({ link: signal.link, message: { refused: true } }));
  }

  get path(): DirectPath | null {
    return this.#path;
  }

  /** Whether the other side can be told anything. Without, no attempt makes sense. */
  reach(reachable: boolean): void {
    const before = this.#reachable;
    this.#reachable = reachable;
    if (!reachable || before || this.#closed) return;
    if (this.#path) this.#path.resume();
    else this.#next();
  }

  /** Something has changed for the better, such as the number of connections there may be. */
  retry(): void {
    if (!this.#reachable || this.#path || this.#closed || this.#declined) return;
    this.#tries = 0;
    this.#start();
  }

  /** What the other side's `signal()` was given. */
  receive(bytes: Uint8Array): void {
    const signal = parseSignal(bytes);
    if (!signal || this.#closed) return;
    const { link, message } = signal;
    if ('refused' in message) {
      if (link === this.#link) this.#refused();
      return;
    }
    if (link !== this.#link) {
      const isOffer = 'description' in message && message.description.type === 'offer';
      if (!isOffer || this.#oursGoesFirst() || this.#isVain()) return;
      this.#open(link, false);
    }
    this.#path?.receive(message);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#drop();
  }

  /** Both started at once: the impolite side's attempt stands, as in perfect negotiation. */
  #oursGoesFirst(): boolean {
    return !this.#options.polite && this.#startedLink && this.#path !== null && !this.#stood;
  }

  /** Whether one more attempt of theirs is too many. */
  #isVain(): boolean {
    const now = performance.now();
    if (now - this.#vainSince > SLOW_RETRY) {
      this.#vain = 0;
      this.#vainSince = now;
    }
    return ++this.#vain > MAX_VAIN;
  }

  /** Whoever leads starts; the other one leaves it time to do so. */
  #next(): void {
    clearTimeout(this.#timer);
    if (this.#options.leads) this.#start();
    else this.#later(this.#options.timeout / 2);
  }

  #later(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#path && this.#reachable) this.#start();
    }, delay);
  }

  #start(): void {
    this.#open(newLink(), true);
    this.#path?.start();
  }

  #drop(): void {
    const path = this.#path;
    this.#path = null;
    if (!path) return;
    path.close();
    this.#options.passenger?.alighted();
    this.#options.release(path.connection);
    if (this.#stood) this.#sink.lost();
    this.#stood = false;
  }

  #open(link: string, started: boolean): void {
    clearTimeout(this.#timer);
    this.#drop();
    this.#link = link;
    this.#startedLink = started;
    this.#declined = false;
    let connection: RTCPeerConnection | null;
    try {
      connection = this.#options.connection();
    } catch (cause) {
      // As when a page has as many as the browser allows.
      this.#failed(
        new PeerError('negotiation-failed', 'This browser makes no more connections.', { cause }),
        true,
      );
      return;
    }
    if (connection) {
      this.#path = this.#makePath(link, connection);
      this.#options.passenger?.boarded(connection, link, started);
      this.#sink.attempt();
      return;
    }
    if (!started) this.#sink.signal(encodeSignal({ link, message: { refused: true } }));
    // When one of them ends, there is a `retry()`.
    this.#options.passenger?.stuck(new PeerError('refused', 'This page opens no more direct paths.'));
  }

  #makePath(link: string, connection: RTCPeerConnection): DirectPath {
    const { polite, timeout, binding, passenger } = this.#options;
    const path: DirectPath = new DirectPath(
      { polite, connection, timeout, binding },
      {
        signal: (message: NegotiationMessage) => {
          this.#sink.signal(encodeSignal({ link, message }));
        },
        offered: () => {
          passenger?.offered();
        },
        opened: () => {
          this.#stood = true;
          this.#tries = this.#vain = 0;
          this.#sink.opened(path);
          passenger?.opened(true);
        },
        frame: (frame) => {
          this.#sink.frame(frame);
        },
        drain: () => {
          this.#sink.drain();
        },
        laneFrame: (lane, bytes) => {
          this.#sink.laneFrame(lane, bytes);
        },
        laneDrain: (lane) => {
          this.#sink.laneDrain(lane);
        },
        rerouted: () => {
          this.#sink.rerouted();
        },
        interrupted: () => {
          this.#sink.lost();
          passenger?.opened(false);
        },
        closed: (error) => {
          this.#ended(error);
        },
      },
    );
    return path;
  }

  #ended(error: PeerError): void {
    const stood = this.#stood;
    this.#drop();
    // What stood is only lost; what never did has failed.
    if (!stood) this.#failed(error, ++this.#tries >= MAX_TRIES);
    else if (this.#reachable) this.#next();
  }

  #refused(): void {
    this.#declined = true;
    this.#drop();
    this.#failed(new PeerError('refused', 'The other side takes no direct path now.'), true);
  }

  #failed(error: PeerError, last: boolean): void {
    if (last) this.#tries = 0;
    this.#sink.failed(error, last);
    if (last) this.#options.passenger?.stuck(error);
    if (this.#closed || this.#path) return;
    if (last) this.#later(SLOW_RETRY);
    else if (this.#reachable) this.#next();
  }
}
