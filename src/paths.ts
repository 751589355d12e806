/** The paths to one peer, and the conversation that moves between them. */
import type { PeerError } from './errors.js';
import type { Encoded } from './codec/value.js';
import type { Binding } from './path/direct.js';
import { Climb } from './path/climb.js';
import type { Passenger } from './path/passenger.js';
import { LANES, PIECE, type LaneName, type LanePipe } from './path/lanes.js';
import { FrameType, RelayPath } from './path/relay.js';
import { Conversation } from './session/conversation.js';
import type { PipeName } from './session/pipe.js';
import type { Received } from './session/window.js';

/** How peers may reach each other: over any path, over WebRTC alone, or never over WebRTC. */
export type Transport = 'auto' | 'direct' | 'relay';
/** How a peer is reached: through signalling, directly, or directly with a TURN server in between. */
export type PathName = 'relay' | 'direct' | 'turn';

export interface PathsHost {
  readonly transport: Transport;
  /** Signalling tells at once who is gone: nobody has to be asked. */
  readonly isCertain?: boolean;
  /** Milliseconds for one attempt at a direct path. */
  readonly timeout: number;
  /**
   * A connection for one attempt; null when there are as many as there may be.
   * @throws when the browser makes no more
   */
  connection(): RTCPeerConnection | null;
  release(connection: RTCPeerConnection): void;
  /** Whether signalling takes about as many bytes of what peers say. */
  hasRoom(bytes: number): boolean;
}

export interface PathsOptions {
  readonly host: PathsHost;
  readonly polite: boolean;
  /** It is for us to begin. */
  readonly leads: boolean;
  readonly binding: Binding;
  readonly passenger?: Passenger | undefined;
}

export interface PathsSink {
  /** To be sealed and sent through signalling. */
  seal(type: number, text: Uint8Array<ArrayBuffer>): void;
  /**
   * Resolves once first words have been exchanged: beginning with a direct path keeps both pages from anything else
   * for a while.
   */
  settled(): Promise<void>;
  message(message: Received): void;
  bye(): void;
  /** What came beside the conversation, by whichever path. */
  laneFrame(lane: LaneName, bytes: Uint8Array<ArrayBuffer>): void;
  /** There may be room for more in it, or room at all. */
  laneDrain(lane: LaneName): void;
  /**
   * From now on lanes lead through another path, the same one anew, or nowhere (null). What was sent through them
   * before may be lost.
   */
  moved(to: PipeName | null): void;
  /** The other side has forgotten everything. @returns with what to begin anew */
  restarted(): Encoded;
  gap(lost: number): void;
  /** Whether it can be reached, or by which path, may have changed. */
  changed(): void;
  attempt(): void;
  failed(error: PeerError, last: boolean): void;
  broken(error: PeerError): void;
}

export class Paths {
  readonly #sink: PathsSink;
  readonly #conversation: Conversation;
  readonly #climb: Climb | null;
  readonly #relay: RelayPath | null;
  #reachable = false;
  #keyed = false;
  #silent = false;

  constructor({ host, polite, leads, binding, passenger }: PathsOptions, sink: PathsSink) {
    const { transport, timeout, isCertain = false } = host;
    this.#sink = sink;
    this.#conversation = this.#converse(isCertain);
    this.#relay =
      transport === 'direct'
        ? null
        : new RelayPath({
            hasRoom: (bytes) => host.hasRoom(bytes),
            send: (type, text) => {
              sink.seal(type, text);
            },
          });
    const options = {
      polite,
      leads,
      timeout,
      binding,
      passenger,
      connection: () => host.connection(),
      release: (connection: RTCPeerConnection) => {
        host.release(connection);
      },
    };
    this.#climb = transport === 'relay' ? null : this.#makeClimb(options);
  }

  /** By which path messages go; null before they do, and while there is neither a direct one nor a relay. */
  get current(): PathName | null {
    if (this.#conversation.active === 'direct') return this.#climb?.path?.isTurn ? 'turn' : 'direct';
    return this.#relay && this.#keyed ? 'relay' : null;
  }

  /** What is sent now goes out, as far as one can know. */
  get serves(): boolean {
    return this.current === 'relay' ? this.#reachable && !this.#silent : this.current !== null;
  }

  /** Whether signalling has a part in what carries messages now. */
  get isDirect(): boolean {
    return this.#conversation.active === 'direct';
  }

  get connection(): RTCPeerConnection | null {
    return this.#climb?.path?.connection ?? null;
  }

  /** Smoothed round trip by the current path, ms; null before it was measured. */
  get rtt(): number | null {
    return this.#conversation.rtt;
  }

  /** Resolves with the round trip, ms, once there is a path; rejects as `patience` says, or how it ended. */
  ping(patience: AbortSignal): Promise<number> {
    return this.#conversation.ping(patience);
  }

  /** Resolves once a path has taken the message; rejects with a PeerError. */
  send(message: Encoded, signal?: AbortSignal): Promise<void> {
    return this.#conversation.send(message, signal);
  }

  /** Whether lanes lead anywhere: they follow the conversation. */
  get hasLanes(): boolean {
    return this.#conversation.active !== null;
  }

  /** Most bytes that a lane takes in one piece now. */
  piece(lane: LaneName): number {
    return this.#lane(lane)?.piece ?? PIECE;
  }

  /**
   * Whether a lane takes so many bytes now; if not, `laneDrain()` or `moved()` will tell. On the relay that room is
   * reserved: who is told so has to send.
   */
  hasRoom(lane: LaneName, bytes: number): boolean {
    const { active, waits } = this.#conversation;
    if (lane === 'bulk' && active === 'relay' && waits) {
      // What is said goes first. Unless signalling has refused it, that is done by then.
      queueMicrotask(() => {
        if (!this.#conversation.waits) this.#sink.laneDrain(lane);
      });
      return false;
    }
    return this.#lane(lane)?.hasRoom(bytes) ?? false;
  }

  /** Sends through a lane that has room. */
  sendOn(lane: LaneName, bytes: Uint8Array<ArrayBuffer>): void {
    this.#lane(lane)?.send(bytes);
  }

  /** There are keys; what was said under others does not count any more. */
  keyed(): void {
    this.#keyed = true;
    this.#conversation.meet();
    if (this.#reachable && this.#relay) this.#conversation.open('relay', this.#relay);
  }

  /** Whether signalling takes something to the other side, and there are keys to seal it with. */
  reach(reachable: boolean): void {
    if (reachable === this.#reachable) return;
    this.#reachable = reachable;
    if (this.#relay && reachable) this.#conversation.open('relay', this.#relay);
    else if (this.#relay) this.#conversation.shut('relay');
    if (!reachable) this.#climb?.reach(false);
    else void this.#sink.settled().then(() => this.#climb?.reach(this.#reachable));
    this.#sink.changed();
  }

  /** What was sealed by the other side. */
  receive(type: number, text: Uint8Array<ArrayBuffer>): void {
    if (type === FrameType.signal) {
      if (this.#climb) this.#climb.receive(text);
      else Climb.refuse(text, (bytes) => this.#sink.seal(FrameType.signal, bytes));
      return;
    }
    if (!this.#relay) return;
    const lane = RelayPath.laneOf(type);
    const frame = RelayPath.open(type, text);
    if (lane) this.#sink.laneFrame(lane, text);
    else if (frame) this.#conversation.receive(frame, 'relay');
  }

  /** Signalling may have room for more. */
  drain(): void {
    this.#conversation.drain();
    for (const lane of LANES) if (this.#conversation.active === 'relay') this.#sink.laneDrain(lane);
  }

  /** Tries again to get a direct path, where there is none. */
  retry(): void {
    this.#climb?.retry();
  }

  /** Takes back what no path has taken yet. */
  rejectAll(error: PeerError): void {
    this.#conversation.rejectAll(error);
  }

  /** @param part we go, and say so */
  close(error: PeerError, part: boolean): void {
    if (part) this.#conversation.part();
    this.#conversation.close(error);
    this.#climb?.close();
  }

  #lane(name: LaneName): LanePipe | null {
    const path = this.isDirect ? this.#climb?.path : this.hasLanes && this.#relay;
    return path ? path.lane(name) : null;
  }

  #converse(isCertain: boolean): Conversation {
    const sink = this.#sink;
    return new Conversation(
      {
        message: (message) => {
          sink.message(message);
        },
        bye: () => {
          sink.bye();
        },
        moved: (to) => {
          sink.changed();
          sink.moved(to);
        },
        restarted: () => sink.restarted(),
        gap: (lost) => {
          sink.gap(lost);
        },
        silent: (silent) => {
          this.#silent = silent;
          sink.changed();
        },
        broken: (error) => {
          sink.broken(error);
        },
      },
      isCertain,
    );
  }

  #makeClimb(options: ConstructorParameters<typeof Climb>[0]): Climb {
    const sink = this.#sink;
    const conversation = this.#conversation;
    return new Climb(options, {
      signal: (bytes) => {
        sink.seal(FrameType.signal, bytes);
      },
      attempt: () => {
        sink.attempt();
      },
      opened: (path) => {
        conversation.open('direct', path);
      },
      lost: () => {
        conversation.shut('direct');
      },
      frame: (frame) => {
        conversation.receive(frame, 'direct');
      },
      drain: () => {
        conversation.drain();
      },
      laneFrame: (lane, bytes) => {
        sink.laneFrame(lane, bytes);
      },
      laneDrain: (lane) => {
        if (this.isDirect) sink.laneDrain(lane);
      },
      rerouted: () => {
        sink.changed();
      },
      failed: (error, last) => {
        sink.failed(error, last);
      },
    });
  }
}
