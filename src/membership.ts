/** One stay in a room: from the join to the end. A new join is a new membership, so nothing stale can leak over. */
import { DoorKeeping, type DoorKeepingOptions } from './door/door-keeping.js';
import { PeerError } from './errors.js';
import { whileLive } from './live.js';
import { Chair } from './moderation/chair.js';
import { tooLargeParcel, type Parcel } from './parcel.js';
import type { Answers } from './request-options.js';
import type { Question } from './requests.js';
import type { Knock, KnockOutcome } from './door/knock.js';
import type { ConnectionReserve } from './path/reserve.js';
import { kickedError } from './peer-errors.js';
import { Peer } from './peer.js';
import type { PeerHost } from './peer-host.js';
import type { Transport } from './paths.js';
import { identityOf, type GoneReason, type IceServer } from './protocol.js';
import type { HandshakeContext, Initiator } from './session/session.js';
import type { ShippingOptions } from './send-options.js';
import type { JoinRequest, Signaling, SignalingPeer, SignalingSession, SignalingSink } from './signaling.js';

export interface MembershipOptions {
  readonly request: Omit<JoinRequest, 'hello'>;
  /** Nobody of another identity is connected. */
  readonly expect: string | undefined;
  /** Whether somebody may send others out. */
  readonly moderated: boolean;
  /** Where one has to ask to come in. */
  readonly door: DoorKeepingOptions | null;
  readonly transport: Transport;
  /** Most direct paths. */
  readonly maxDirectPaths: number;
  readonly reserve: ConnectionReserve;
  readonly context: HandshakeContext;
  /** Our announcement: it rides with the join, so that the first answer already belongs to a session. */
  readonly initiator: Initiator;
}

/** What only a room has, and no pair. */
export interface RoomHost {
  /** Somebody is a moderator, as we know now. */
  moderator(identity: string): void;
  /** Somebody asks to come in. */
  asked(knock: Knock): void;
  /** Somebody asks no more. */
  settled(knock: Knock, outcome: KnockOutcome): void;
}

/** What becomes of a membership; the sink's words pass through where there is nothing to add. */
export interface MembershipHost
  extends
    RoomHost,
    Pick<SignalingSink, 'open' | 'trouble' | 'reconnecting' | 'reconnect' | 'reconnecterror'>,
    Pick<PeerHost, 'media' | 'greeting' | 'announced' | 'request' | 'tell' | 'failed'> {
  joined(created: boolean): void;
  /** The end; with an error when it was not our wish. */
  ended(error?: PeerError): void;
}

export class Membership {
  readonly #host: MembershipHost;
  readonly #options: MembershipOptions;
  readonly #peers = new Map<string, Peer>();
  readonly #session: SignalingSession;
  readonly #connections = new Set<RTCPeerConnection>();
  readonly #transport: Transport;
  /** Nobody is gone for signalling who is still there. */
  readonly #isCertain: boolean;
  readonly #chair: Chair | null;
  readonly #door: DoorKeeping | null;
  #online = true;
  /** Who is asked first when signalling has room again. */
  #turn = 0;
  #joined = false;
  #ended = false;

  constructor(signaling: Signaling, options: MembershipOptions, host: MembershipHost) {
    this.#host = host;
    this.#options = options;
    // Where signalling is not for what peers say, only a direct path will do.
    this.#transport = signaling.relay === 'data' ? options.transport : 'direct';
    this.#isCertain = signaling.presence === 'certain';
    this.#chair = options.moderated ? this.#makeChair() : null;
    this.#door = this.#chair && options.door && this.#keepDoor(this.#chair, options.door);
    this.#session = signaling.join({ ...options.request, hello: options.initiator.m1 }, this.#sink());
  }

  get peers(): ReadonlyMap<string, Peer> {
    return this.#peers;
  }

  get joined(): boolean {
    return this.#joined;
  }

  /**
   * Sends to peers by id, or to all.
   * Rejects with a PeerError that names whom it did not reach, the others have it; `too-large` goes to nobody.
   */
  send(parcel: Parcel, to: readonly string[] | undefined, options: ShippingOptions): Promise<void> {
    const error = tooLargeParcel(parcel, options);
    if (error) return Promise.reject(error);
    const ids = to ?? [...this.#peers.keys()];
    const [id] = ids;
    // What one peer says of itself needs no summary.
    const only = ids.length === 1 && id !== undefined ? this.#peers.get(id) : undefined;
    return only ? only.deliver(parcel, options) : this.#sendToEach(ids, parcel, options);
  }

  async #sendToEach(ids: readonly string[], parcel: Parcel, options: ShippingOptions): Promise<void> {
    const results = await Promise.allSettled(
      ids.map((id) => this.#peers.get(id)?.deliver(parcel, options) ?? Promise.reject(unknownPeer(id))),
    );
    const failures = results.flatMap((result, i) => {
      const id = ids[i];
      return result.status === 'rejected' && id !== undefined
        ? [{ id, error: result.reason as PeerError }]
        : [];
    });
    const first = failures[0];
    if (!first) return;
    const { code, message } = first.error;
    throw new PeerError(code, message, { peers: failures.map(({ id }) => id), cause: first.error });
  }

  /** Asks one peer, for its answer; or several, for a map of what became of each. Rejects with a PeerError. */
  request(
    question: Question,
    to: string | readonly string[] | undefined,
    patience: AbortSignal,
  ): Promise<unknown> {
    const ask = (id: string): Promise<unknown> =>
      this.#peers.get(id)?.ask(question, patience) ?? Promise.reject(unknownPeer(id));
    return typeof to === 'string' ? ask(to) : askEach([...new Set(to ?? this.#peers.keys())], ask);
  }

  /** Tells everyone that our name or profile changed. */
  greetAgain(): void {
    for (const peer of this.#peers.values()) peer.greetAgain();
  }

  /** Where somebody may send others out. */
  get chair(): Chair | null {
    return this.#chair;
  }

  /** Where one has to ask to come in. */
  get door(): DoorKeeping | null {
    return this.#door;
  }

  /** Leaves: peers are told on every path. Not a word to the host. @param pageLeft as the page is */
  close(reason: GoneReason = 'left', pageLeft = false): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#session.close(pageLeft);
    this.#door?.close();
    for (const peer of [...this.#peers.values()]) peer.end(reason);
  }

  #makeChair(): Chair {
    const { context, initiator, door } = this.#options;
    const { room, identity } = context;
    const asking = { asks: door?.asks ?? null, known: door?.known ?? [] };
    return new Chair(
      { room, identity, hello: initiator.m1, peers: this.#peers, ...asking },
      {
        appointed: (moderator) => {
          this.#host.moderator(moderator);
          this.#door?.keep();
        },
        decided: (decision) => {
          this.#door?.decided(decision);
        },
        wish: (wish) => this.#session.moderate?.(wish),
        untrusted: (id, reason) => {
          this.#host.tell('untrusted', { id, reason });
        },
        expelled: (kick) => {
          if (this.#ended) return;
          this.close('kicked');
          this.#host.ended(kickedError(kick));
        },
      },
    );
  }

  #keepDoor(chair: Chair, options: DoorKeepingOptions): DoorKeeping {
    const host = this.#host;
    return new DoorKeeping(chair, this.#options.request.timeout, options, {
      asked: (knock) => {
        host.asked(knock);
      },
      settled: (knock, outcome) => {
        host.settled(knock, outcome);
      },
      admitted: (peer) => {
        if (!this.#ended) this.#appeared(peer);
      },
      untrusted: (id, reason) => {
        if (!this.#ended) host.tell('untrusted', { id, reason });
      },
      trouble: (error) => {
        if (!this.#ended) host.trouble(error);
      },
    });
  }

  #sink(): SignalingSink {
    const live = whileLive(() => !this.#ended);
    const host = this.#host;
    return {
      open: live((id) => {
        host.open(id);
      }),
      iceServers: live((servers) => {
        this.#advise(servers);
      }),
      joined: live(({ created, peers, role = '' }) => {
        this.#joined = true;
        for (const peer of peers) this.#appeared(peer);
        host.joined(created);
        this.#chair?.begin(created, role);
        this.#door?.keep();
      }),
      peer: live((peer) => {
        this.#appeared(peer);
      }),
      gone: live((id, reason) => {
        this.#disappeared(id, reason);
      }),
      message: live((from, bytes) => this.#peers.get(from)?.receiveSignal(bytes)),
      trouble: live((error) => {
        host.trouble(error);
      }),
      drain: live(() => {
        this.#drain();
      }),
      reconnecting: live((detail) => {
        this.#reachable(false);
        host.reconnecting(detail);
      }),
      reconnect: live((detail) => {
        this.#reachable(true);
        host.reconnect(detail);
      }),
      reconnecterror: live((detail) => {
        host.reconnecterror(detail);
      }),
      close: live((error) => {
        if (error?.code === 'kicked') void this.#whyKicked().then(live(() => this.#sentOut(error)));
        else this.#sentOut(error);
      }),
    };
  }

  /** Resolves when a moderator's reason, which may come by a path of its own, has most likely come. */
  async #whyKicked(): Promise<void> {
    const isDirect = [...this.#peers.values()].some(({ path }) => path === 'direct' || path === 'turn');
    if (this.#chair && isDirect) await this.#chair.farewell();
  }

  #sentOut(error: PeerError | undefined): void {
    this.close();
    this.#host.ended(error);
  }

  #appeared(shown: SignalingPeer): void {
    const { id, hello, newcomer, role = '' } = shown;
    const known = this.#peers.get(id);
    if (known?.reappeared(hello, role)) return;
    known?.end('left');
    const standing = this.#chair?.standing(id, hello) ?? 'member';
    if (standing === 'unknown') this.#door?.suspect(shown);
    if (standing !== 'member') return;
    const { context, initiator, expect } = this.#options;
    if (expect !== undefined && identityOf(expect) !== identityOf(id)) {
      this.#host.tell('untrusted', { id, reason: 'This is not who was expected.' });
      return;
    }
    const peer = new Peer({ id, hello, newcomer, role, context, initiator }, this.#peerHost(id));
    this.#peers.set(id, peer);
    peer.online = this.#online;
    peer.meet();
  }

  #reachable(online: boolean): void {
    this.#online = online;
    for (const peer of [...this.#peers.values()]) peer.online = online;
  }

  #drain(): void {
    const peers = [...this.#peers.values()];
    const first = this.#turn++ % Math.max(1, peers.length);
    for (const peer of [...peers.slice(first), ...peers.slice(0, first)]) peer.drain();
  }

  #disappeared(id: string, reason: GoneReason): void {
    this.#door?.forget(id);
    const peer = this.#peers.get(id);
    if (!peer) return;
    const { work = null } = this.#chair ?? {};
    if (reason === 'lost' && !this.#isCertain) peer.present = false;
    // Who was sent out leaves at once: perhaps before we have read why.
    else if (work)
      void work.then(() => {
        peer.end(reason);
      });
    else peer.end(reason);
  }

  #connection(): RTCPeerConnection | null {
    if (this.#connections.size >= this.#options.maxDirectPaths) return null;
    const connection = this.#options.reserve.take();
    this.#connections.add(connection);
    return connection;
  }

  #advise(servers: readonly IceServer[]): void {
    try {
      this.#options.reserve.advise(servers, this.#connections);
    } catch (cause) {
      const message = 'This browser does not take the ICE servers of the signalling server.';
      this.#host.trouble(new PeerError('protocol', message, { cause }));
    }
  }

  #release(connection: RTCPeerConnection): void {
    const full = this.#connections.size >= this.#options.maxDirectPaths;
    if (!this.#connections.delete(connection) || !full || this.#ended) return;
    // Not at once: whoever gave it back may want another one.
    queueMicrotask(() => {
      for (const peer of this.#peers.values()) peer.climb();
    });
  }

  #peerHost(id: string): PeerHost {
    const { timeout } = this.#options.request;
    const host = this.#host;
    return {
      transport: this.#transport,
      isCertain: this.#isCertain,
      media: host.media,
      timeout,
      connection: () => this.#connection(),
      release: (connection) => {
        this.#release(connection);
      },
      hasRoom: (bytes) => !this.#ended && this.#session.reserve(bytes, id),
      greeting: () => host.greeting(),
      signal: (to, bytes) => {
        if (!this.#ended) this.#session.send(to, bytes);
      },
      announced: (peer) => {
        this.#chair?.met(peer);
        host.announced(peer);
      },
      tell: host.tell,
      request: host.request,
      words: (peer, words) => {
        this.#chair?.hear(words, peer);
      },
      isModerator: (peer) => this.#chair?.isModerator(peer.id) ?? false,
      failed: (peer, error) => {
        host.failed(peer, error);
      },
      gone: (peer, as, kick = this.#chair?.noteOf(peer.id)) => {
        const reason = kick ? 'kicked' : as;
        if (this.#peers.get(peer.id) === peer) this.#peers.delete(peer.id);
        // When it is we who leave, the others are not gone.
        if (peer.announced && !this.#ended) host.tell('leave', { peer, reason, ...(kick && { kick }) });
      },
    };
  }
}

async function askEach(ids: readonly string[], ask: (id: string) => Promise<unknown>): Promise<Answers> {
  const results = await Promise.allSettled(ids.map(ask));
  return new Map(results.map((result, i) => [ids[i] ?? '', result]));
}

const unknownPeer = (id: string): PeerError =>
  new PeerError('gone', 'There is no such peer in the room.', { peers: [id] });
