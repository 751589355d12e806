/** One room on a WebSocket adaptor: what the server last said of it. It outlives sockets. */
import { PeerError } from '../errors.js';
import {
  encodeMessage,
  fromBase64url,
  packPeerId,
  toBase64url,
  type ClientFrame,
  type Member,
} from '../protocol.js';
import type { JoinRequest, SignalingPeer, SignalingSession, SignalingSink } from '../signaling.js';
import type { RoomFrame } from './websocket-connection.js';

export interface RoomSessionHost {
  /** Drops the frame when there is no logged-in socket. */
  send(frame: ClientFrame | Uint8Array<ArrayBuffer>): void;
  forget(room: RoomSession): void;
}

const toPeer = ({ id, hello }: Member, newcomer: boolean): SignalingPeer => ({
  id,
  hello: fromBase64url(hello) ?? new Uint8Array(),
  newcomer,
});

export class RoomSession implements SignalingSession {
  /** The room's number on the wire. */
  readonly n: number;
  readonly request: JoinRequest;
  readonly #sink: SignalingSink;
  readonly #host: RoomSessionHost;
  /** Everyone else in the room, with their hello. */
  readonly #members = new Map<string, string>();
  #joined = false;
  #ended = false;

  constructor(n: number, request: JoinRequest, sink: SignalingSink, host: RoomSessionHost) {
    this.n = n;
    this.request = request;
    this.#sink = sink;
    this.#host = host;
  }

  /** Whether the server has let us in before. */
  get joined(): boolean {
    return this.#joined;
  }

  get ended(): boolean {
    return this.#ended;
  }

  send(to: string, bytes: Uint8Array): void {
    this.#host.send(encodeMessage(this.n, packPeerId(to), bytes));
  }

  reserve(): boolean {
    return this.#joined && !this.#ended;
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#host.send({ type: 'leave', n: this.n });
    this.#host.forget(this);
  }

  /** The frame that takes us in, or back in: then nobody can insist on having created it. */
  joinFrame(): ClientFrame {
    const { room, entry, capacity = 0, hello } = this.request;
    return {
      type: 'join',
      n: this.n,
      room,
      entry: this.#joined ? 'join-or-create' : entry,
      capacity,
      hello: toBase64url(hello),
    };
  }

  opened(id: string): void {
    this.#sink.open(id);
  }

  message(from: string, bytes: Uint8Array): void {
    if (this.#members.has(from)) this.#sink.message(from, bytes);
  }

  /** The connection is lost. Tells the room what happens next, or ends it. */
  lost(error: PeerError, attempt: number, delay: number | null): void {
    if (delay === null || !this.request.reconnect) {
      this.fail(new PeerError(error.code, error.message, { final: true, cause: error }));
      return;
    }
    if (!this.#joined) {
      this.#sink.trouble(error);
      return;
    }
    if (attempt > 1) this.#sink.reconnecterror({ attempt: attempt - 1, error });
    this.#sink.reconnecting({ attempt, delay });
  }

  fail(error: PeerError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#host.forget(this);
    this.#sink.close(error);
  }

  /** @param attempts how many it took to get back, where the connection had been lost */
  receive(frame: RoomFrame, attempts: number): void {
    switch (frame.type) {
      case 'joined':
        this.#joinedAs(frame, attempts);
        break;
      case 'refused':
        this.fail(new PeerError(frame.code, frame.reason, { final: true }));
        break;
      case 'closed':
        this.fail(new PeerError('kicked', frame.reason || 'The server closed the room.', { final: true }));
        break;
      case 'peer':
        this.#members.set(frame.id, frame.hello);
        this.#sink.peer(toPeer(frame, true));
        break;
      case 'gone':
        if (this.#members.delete(frame.id)) this.#sink.gone(frame.id, frame.reason);
    }
  }

  #joinedAs({ created, members }: RoomFrame & { type: 'joined' }, attempts: number): void {
    const before = new Map(this.#members);
    this.#members.clear();
    for (const { id, hello } of members) this.#members.set(id, hello);
    if (!this.#joined) {
      this.#joined = true;
      this.#sink.joined({ created, peers: members.map((member) => toPeer(member, false)) });
      return;
    }
    for (const id of before.keys()) if (!this.#members.has(id)) this.#sink.gone(id, 'lost');
    // Those who are still there are told as well: they may have been taken for lost meanwhile.
    for (const member of members) this.#sink.peer(toPeer(member, false));
    this.#sink.reconnect({ attempts });
  }
}
