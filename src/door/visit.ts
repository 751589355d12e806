/** A sealed conversation across a door, through signalling alone: neither side learns the other's address. */
import { isSame } from '../bytes.js';
import { encode } from '../codec/value.js';
import { Link, type LinkHost } from '../link.js';
import { goneError } from '../peer-errors.js';
import type { PeerOrigin } from '../peer-host.js';
import { opened } from '../peer-frame.js';
import type { Received } from '../session/window.js';

export interface VisitHost {
  /** Milliseconds until somebody who does not answer is given up. */
  readonly timeout: number;
  /** Hands bytes to signalling. */
  signal(to: string, bytes: Uint8Array): void;
  /** Whether signalling takes so many bytes to the other side. */
  hasRoom(bytes: number): boolean;
}

export interface VisitSink {
  /** The other side has said something that is a value; what it is, is for the receiver to find out. */
  heard(value: unknown): void;
  /** Somebody is not who the id says. */
  untrusted(reason: string): void;
  /** The other side has gone, or does what no honest page does. */
  ended(): void;
}

/** Longest message that is looked at, characters or bytes. */
const MAX_MESSAGE = 524_288;

const nothing = (): void => undefined;

export class Visit {
  /** Of the other side. */
  readonly id: string;
  readonly #hello: Uint8Array;
  readonly #link: Link;
  readonly #sink: VisitSink;
  /** What the other side has to know, should it forget everything. */
  #last: object;
  #ended = false;

  /** @param first what we have to say */
  constructor(origin: PeerOrigin, host: VisitHost, sink: VisitSink, first: object) {
    this.id = origin.id;
    this.#hello = origin.hello;
    this.#sink = sink;
    this.#last = first;
    this.#link = this.#connect(origin, host);
    this.say(first);
    this.#link.begin();
  }

  /** Says it, and from now on first of all to whoever has forgotten. */
  say(value: object): void {
    this.#last = value;
    this.#link.send(encode(value)).catch(nothing);
  }

  /** Whether it is this very announcement that brought the other side here. */
  isFrom(hello: Uint8Array): boolean {
    return isSame(this.#hello, hello);
  }

  receive(bytes: Uint8Array): void {
    this.#link.receive(bytes);
  }

  drain(): void {
    this.#link.drain();
  }

  /** Whether signalling is connected. */
  set online(online: boolean) {
    this.#link.online = online;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#link.close(goneError(this.id), true);
  }

  #connect(origin: PeerOrigin, host: VisitHost): Link {
    const ended = (): void => {
      if (this.#ended) return;
      this.end();
      this.#sink.ended();
    };
    const way: LinkHost = {
      transport: 'relay',
      timeout: host.timeout,
      signal: (to, bytes) => {
        host.signal(to, bytes);
      },
      hasRoom: (bytes) => host.hasRoom(bytes),
      connection: () => null,
      release: nothing,
    };
    return new Link(origin, way, {
      message: (message, delivery = 'reliable') => {
        if (delivery === 'reliable') this.#hear(message);
      },
      untrusted: (reason) => {
        this.#sink.untrusted(reason);
      },
      restarted: () => encode(this.#last),
      bye: ended,
      broken: ended,
      unanswered: nothing,
      anonymous: nothing,
      heard: nothing,
      laneFrame: nothing,
      laneDrain: nothing,
      moved: nothing,
      gap: nothing,
      changed: nothing,
      attempt: nothing,
      failed: nothing,
    });
  }

  #hear(message: Received): void {
    if (this.#ended) return;
    const length =
      'value' in message ? 0 : 'text' in message ? message.text.length : message.bytes.byteLength;
    const value = length <= MAX_MESSAGE ? opened(message)?.value : undefined;
    this.#sink.heard(value);
  }
}
