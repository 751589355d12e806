/** What leads to one peer: the session that seals, the paths that carry, and the patience until somebody answers. */
import type { Encoded } from './codec/value.js';
import { Deliveries, type Manner } from './deliveries.js';
import { PeerError } from './errors.js';
import type { Delivery } from './events.js';
import type { PeerOrigin } from './peer-host.js';
import type { LaneName } from './path/lanes.js';
import type { Passenger } from './path/passenger.js';
import { Paths, type PathName, type PathsHost, type PathsSink } from './paths.js';
import { Session } from './session/session.js';
import type { Received } from './session/window.js';

export interface LinkHost extends PathsHost {
  signal(to: string, bytes: Uint8Array): void;
}

export interface LinkSink extends Omit<PathsSink, 'seal' | 'settled' | 'message'> {
  /** What uses the connection beside us. */
  readonly passenger?: Passenger;
  /** `reliable` by default. */
  message(message: Received, delivery?: Delivery): void;
  /** What is said now can be read by the other side alone, which has nothing to say of itself. */
  anonymous(): void;
  /** The first word under our keys, or another one. */
  heard(): void;
  /** Nobody has answered for as long as one attempt may take. */
  unanswered(error: PeerError): void;
  /** Somebody is not who the id says, or changed what was sent. */
  untrusted(reason: string): void;
}

/** How long the way to a direct path leaves the two to their first words, ms: on a slow line it should not lose more. */
const PRELUDE = 30;

export class Link {
  readonly #origin: PeerOrigin;
  readonly #host: LinkHost;
  readonly #sink: LinkSink;
  readonly #session: Session;
  readonly #paths: Paths;
  readonly #deliveries: Deliveries;
  #meet: () => void = () => undefined;
  readonly #met = new Promise<void>((resolve) => {
    this.#meet = resolve;
  });
  #keyed = false;
  /** The other side has said something under our keys. */
  #heard = false;
  #present = true;
  #online = true;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(origin: PeerOrigin, host: LinkHost, sink: LinkSink) {
    this.#origin = origin;
    this.#host = host;
    this.#sink = sink;
    this.#session = this.#makeSession();
    this.#paths = this.#makePaths();
    this.#deliveries = new Deliveries(this.#paths, this.#sink);
  }

  /** There have been keys. */
  get keyed(): boolean {
    return this.#keyed;
  }

  /** By which path messages go; null before they do, and while there is neither a direct one nor a relay. */
  get path(): PathName | null {
    return this.#paths.current;
  }

  /** What is sent now goes out, as far as one can know. */
  get serves(): boolean {
    return this.#paths.serves;
  }

  get connection(): RTCPeerConnection | null {
    return this.#paths.connection;
  }

  /** A direct path is being tried. */
  get isClimbing(): boolean {
    return this.#paths.connection !== null && !this.#paths.isDirect;
  }

  /** Neither signalling nor a direct path leads to it any more. */
  get isCut(): boolean {
    return !this.#present && !this.#paths.isDirect;
  }

  /** Smoothed round trip by the current path, ms; null before it was measured. */
  get rtt(): number | null {
    return this.#paths.rtt;
  }

  /** Resolves with the round trip, ms, once there is a path; rejects as `patience` says, or how it ended. */
  ping(patience: AbortSignal): Promise<number> {
    return this.#paths.ping(patience);
  }

  /** Resolves once a path has taken the message; rejects with a PeerError. */
  send(message: Encoded, signal?: AbortSignal, manner?: Manner): Promise<void> {
    const { delivery = 'reliable', type = '' } = manner ?? {};
    if (delivery === 'reliable') return this.#paths.send(message, signal);
    return this.#deliveries.send(message, delivery, type, signal);
  }

  /** As `Paths.piece()`. */
  piece(lane: LaneName): number {
    return this.#paths.piece(lane);
  }

  /** As `Paths.hasRoom()`. */
  hasRoom(lane: LaneName, bytes: number): boolean {
    return this.#paths.hasRoom(lane, bytes);
  }

  /** As `Paths.sendOn()`. */
  sendOn(lane: LaneName, bytes: Uint8Array<ArrayBuffer>): void {
    this.#paths.sendOn(lane, bytes);
  }

  /** Begins, or waits for the other side to do so, though not for ever. */
  begin(): void {
    if (this.#origin.newcomer) this.#answer();
    this.#beInsistent(this.#host.timeout / 2, false);
  }

  /** First words have been exchanged. */
  met(): void {
    this.#meet();
    this.#deliveries.open();
  }

  /** Bytes that came through signalling. */
  receive(bytes: Uint8Array): void {
    this.#session.receive(bytes);
  }

  /** Signalling may have room for more. */
  drain(): void {
    this.#paths.drain();
  }

  /** Tries again to get a direct path, where there is none. */
  retry(): void {
    this.#paths.retry();
  }

  /** Whether signalling itself is connected. */
  set online(online: boolean) {
    this.#online = online;
    this.#reach();
  }

  /** Whether signalling sees the other side. */
  set present(present: boolean) {
    if (present === this.#present) return;
    this.#present = present;
    this.#reach();
  }

  /** Takes back what no path has taken yet. */
  rejectAll(error: PeerError): void {
    this.#paths.rejectAll(error);
    this.#deliveries.rejectAll(error);
  }

  /** @param part we go, and say so */
  close(error: PeerError, part: boolean): void {
    clearTimeout(this.#patience);
    this.#deliveries.close(error);
    this.#paths.close(error, part);
    this.#session.close();
  }

  #makeSession(): Session {
    return new Session(this.#origin, {
      send: (bytes) => {
        this.#host.signal(this.#origin.id, bytes);
      },
      keyed: (anonymous) => {
        this.#keyed = true;
        this.#paths.keyed();
        this.#reach();
        if (anonymous) this.#sink.anonymous();
      },
      frame: (type, text) => {
        this.#heard = true;
        this.#paths.receive(type, text);
        this.#sink.heard();
      },
      untrusted: (reason) => {
        this.#sink.untrusted(reason);
      },
    });
  }

  #makePaths(): Paths {
    const { newcomer, context, id } = this.#origin;
    const polite = context.identity.id > id;
    const binding = {
      prove: (local: string, remote: string) => this.#session.prove('direct', local, remote),
      verify: (proof: Uint8Array<ArrayBuffer>, local: string, remote: string) =>
        this.#session.verify(proof, 'direct', remote, local),
    };
    const { passenger } = this.#sink;
    const options = { host: this.#host, polite, leads: newcomer, binding, passenger };
    return new Paths(options, {
      ...this.#sink,
      seal: (type, text) => {
        this.#session.send(type, text);
      },
      settled: () => this.#settled(),
      laneFrame: (lane, bytes) => {
        if (lane === 'bulk') this.#sink.laneFrame(lane, bytes);
        else this.#deliveries.receive(lane, bytes);
      },
      laneDrain: (lane) => {
        if (lane === 'bulk') this.#sink.laneDrain(lane);
        else this.#deliveries.drain(lane);
      },
      moved: (to) => {
        this.#deliveries.moved(to);
        this.#sink.moved(to);
      },
      restarted: () => {
        const lost = this.#deliveries.restart();
        if (lost > 0) this.#sink.gap(lost);
        return this.#sink.restarted();
      },
    });
  }

  async #settled(): Promise<void> {
    const late = new Promise((resolve) => setTimeout(resolve, PRELUDE));
    await Promise.race([this.#met, late]);
    await this.#session.idle();
  }

  #answer(): void {
    this.#session.answer(this.#origin.hello);
  }

  /** What sets up a session may get lost, and whoever should begin may be asleep. */
  #beInsistent(delay: number, told: boolean): void {
    this.#patience = setTimeout(() => {
      if (this.#heard) return;
      if (told) {
        const peers = [this.#origin.id];
        this.#sink.unanswered(new PeerError('timeout', 'This peer does not answer.', { peers }));
      }
      if (this.#online && this.#present) this.#answer();
      this.#beInsistent(2 * delay, !told);
    }, delay);
  }

  #reach(): void {
    this.#paths.reach(this.#keyed && this.#online && this.#present);
  }
}
