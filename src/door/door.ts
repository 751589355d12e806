/**
 * Our place at the door of a room where one has to ask: a room of its own beside it, where those who knock and those who keep it
 * meet through signalling. Each side sees nobody but the other.
 */
import type { PeerError } from '../errors.js';
import { whileLive } from '../live.js';
import { initiate, isKeeper, type HandshakeContext, type Initiator } from '../session/session.js';
import type { JoinRequest, Signaling, SignalingPeer, SignalingSession, SignalingSink } from '../signaling.js';
import { Visit } from './visit.js';

export interface DoorPlace {
  readonly signaling: Signaling;
  /** As for the room, but for what only the door has. */
  readonly request: Omit<JoinRequest, 'hello' | 'entry'>;
  readonly context: HandshakeContext;
}

export interface DoorSink extends Pick<SignalingSink, 'open' | 'trouble'> {
  /** What there is to say first to somebody on the other side. */
  greet(id: string): object;
  /** Somebody on the other side can be spoken to, or is about to be. */
  met(visit: Visit): void;
  heard(visit: Visit, value: unknown): void;
  gone(visit: Visit): void;
  untrusted(id: string, reason: string): void;
  /** We are at the door: everybody who was there has been met. */
  ready(): void;
  /** The end, not by our wish. */
  ended(error?: PeerError): void;
}

export class Door {
  readonly #place: DoorPlace;
  readonly #keeps: boolean;
  readonly #sink: DoorSink;
  readonly #visits = new Map<string, Visit>();
  #initiator: Initiator | null = null;
  #session: SignalingSession | null = null;
  #online = true;
  #ended = false;

  /** @param keeps whether we are inside */
  constructor(place: DoorPlace, keeps: boolean, sink: DoorSink) {
    this.#place = place;
    this.#keeps = keeps;
    this.#sink = sink;
    void this.#open();
  }

  get visits(): Iterable<Visit> {
    return this.#visits.values();
  }

  /** Goes away without a word to the sink. */
  close(): void {
    this.#ended = true;
    for (const visit of this.#visits.values()) visit.end();
    this.#visits.clear();
    this.#session?.close();
  }

  async #open(): Promise<void> {
    const { signaling, request, context } = this.#place;
    const initiator = await initiate(context, { anonymous: true, keeper: this.#keeps });
    if (this.#ended) return;
    this.#initiator = initiator;
    const wanted = { ...request, entry: 'join-or-create', hello: initiator.m1 } as const;
    this.#session = signaling.join(wanted, this.#signalling());
  }

  #signalling(): SignalingSink {
    const live = whileLive(() => !this.#ended);
    const sink = this.#sink;
    return {
      open: live((id) => {
        sink.open(id);
      }),
      iceServers: () => undefined,
      joined: live(({ peers }) => {
        for (const peer of peers) this.#appeared(peer);
        sink.ready();
      }),
      peer: live((peer) => {
        this.#appeared(peer);
      }),
      gone: live((id) => {
        this.#part(id);
      }),
      message: live((from, bytes) => this.#visits.get(from)?.receive(bytes)),
      trouble: live((error) => {
        sink.trouble(error);
      }),
      drain: live(() => {
        for (const visit of this.#visits.values()) visit.drain();
      }),
      reconnecting: live(() => {
        this.#reachable(false);
      }),
      reconnect: live(() => {
        this.#reachable(true);
      }),
      reconnecterror: () => undefined,
      close: live((error) => {
        this.close();
        sink.ended(error);
      }),
    };
  }

  #reachable(online: boolean): void {
    this.#online = online;
    for (const visit of this.#visits.values()) visit.online = online;
  }

  #appeared({ id, hello, newcomer }: SignalingPeer): void {
    const initiator = this.#initiator;
    const known = this.#visits.get(id);
    if (!initiator || isKeeper(hello) === this.#keeps || known?.isFrom(hello)) return;
    this.#part(id);
    const { context, request } = this.#place;
    const visit: Visit = new Visit(
      { id, hello, newcomer, role: '', context, initiator },
      {
        timeout: request.timeout,
        signal: (to, bytes) => {
          if (!this.#ended) this.#session?.send(to, bytes);
        },
        hasRoom: (bytes) => !this.#ended && (this.#session?.reserve(bytes, id) ?? false),
      },
      {
        heard: (value) => {
          this.#sink.heard(visit, value);
        },
        untrusted: (reason) => {
          this.#sink.untrusted(id, reason);
        },
        ended: () => {
          this.#part(id);
        },
      },
      this.#sink.greet(id),
    );
    this.#visits.set(id, visit);
    visit.online = this.#online;
    this.#sink.met(visit);
  }

  #part(id: string): void {
    const visit = this.#visits.get(id);
    if (!visit) return;
    this.#visits.delete(id);
    visit.end();
    this.#sink.gone(visit);
  }
}
