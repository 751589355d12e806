/** One room on a WebSocket adaptor: what the server last said of it. It outlives sockets. */
import { PeerError } from '../errors.js';
import { fromBase64url, toBase64url } from '../base64url.js';
import { encodeMessage, packPeerId } from '../message-frame.js';
import {
  MAX_CONTROL_BYTES,
  MAX_TOKEN_CHARS,
  type ClientFrame,
  type IceServer,
  type Member,
} from '../protocol.js';
import type { JoinRequest, SignalingPeer, SignalingSession, SignalingSink, Wish } from '../signaling.js';
import type { Connection, RoomFrame } from './websocket-connection.js';

export interface RoomSessionHost {
  /** Drops the frame when there is no logged-in socket. */
  send(frame: ClientFrame | Uint8Array<ArrayBuffer>): void;
  /** Takes room for a message of ours, or has us drain later, unless the connection is lost before. */
  reserve(bytes: number): boolean;
  /** How long the server gives a member to come back, ms. */
  seatTimeout(): number;
  forget(room: RoomSession): void;
}

const toPeer = ({ id, hello, role }: Member, newcomer: boolean): SignalingPeer => ({
  id,
  hello: fromBase64url(hello) ?? new Uint8Array(),
  newcomer,
  ...(role && { role }),
});

const fits = (frame: ClientFrame & { type: 'credentials' }): boolean =>
  frame.token.length <= MAX_TOKEN_CHARS &&
  new TextEncoder().encode(JSON.stringify(frame)).length <= MAX_CONTROL_BYTES;

export class RoomSession implements SignalingSession {
  /** The room's number on the wire. */
  readonly n: number;
  readonly request: JoinRequest;
  readonly #sink: SignalingSink;
  readonly #host: RoomSessionHost;
  /** Everyone else in the room. */
  readonly #members = new Set<string>();
  /** Who was in it before the connection was lost, and is not yet back: told as gone when its timer ends. */
  readonly #missing = new Map<string, ReturnType<typeof setTimeout>>();
  /** Who does not read as fast as we write. */
  readonly #slow = new Set<string>();
  #joined = false;
  /** Whether we are in at the moment. */
  #present = false;
  /** A reservation was refused, and no `drain()` has followed. */
  #refused = false;
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

  reserve(bytes: number, to: string): boolean {
    if (this.#present && !this.#slow.has(to) && this.#host.reserve(bytes)) return true;
    this.#refused = true;
    return false;
  }

  drain(): void {
    this.#refused = false;
    if (this.#present) this.#sink.drain();
  }

  send(to: string, bytes: Uint8Array): void {
    this.#host.send(encodeMessage(this.n, packPeerId(to), bytes));
  }

  moderate(wish: Wish): void {
    this.#host.send({ ...wish, n: this.n });
  }

  close(): void {
    if (this.#ended) return;
    this.#end();
    this.#host.send({ type: 'leave', n: this.n });
    this.#host.forget(this);
  }

  /** Asks to be let in, or back in: in this very task, unless a token has to be waited for. */
  async knock(connection: Connection): Promise<void> {
    const { token: give, name: tell } = this.request;
    let refusal: PeerError;
    try {
      const given = give?.() ?? '';
      const token = typeof given === 'string' ? given : await this.#awaited(given, connection);
      if (this.#ended || connection.closed) return;
      const name = connection.asksNames ? (tell?.() ?? '') : '';
      const frame: ClientFrame = { type: 'credentials', n: this.n, token, name };
      if (fits(frame)) {
        if (token || name) connection.send(frame);
        connection.send(this.#joinFrame());
        return;
      }
      const message = `The token has more than ${String(MAX_TOKEN_CHARS)} characters, or the room's name is too long beside it.`;
      refusal = new PeerError('too-large', message, { final: true });
    } catch (cause) {
      const message = `There is no token: ${cause instanceof Error ? cause.message : String(cause)}`;
      refusal = new PeerError('refused', message, { final: true, cause });
    }
    // Who has lost the connection meanwhile asks again on the next one.
    if (!connection.closed) this.fail(refusal);
  }

  /** Somebody may be asked for it, so there is no end to the wait; but a page is told of it. */
  async #awaited(token: Promise<string>, connection: Connection): Promise<string> {
    const { timeout } = this.request;
    const timer = setTimeout(() => {
      if (this.#ended || connection.closed) return;
      const message = `There is no token after ${String(timeout)} ms; it is still waited for.`;
      this.#sink.trouble(new PeerError('timeout', message));
    }, timeout);
    try {
      return await token;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Nobody can insist on having created a room that he comes back to. */
  #joinFrame(): ClientFrame {
    const { room, entry, capacity = 0, hello, lock = '' } = this.request;
    return {
      type: 'join',
      n: this.n,
      room,
      entry: this.#joined ? 'join-or-create' : entry,
      capacity,
      hello: toBase64url(hello),
      lock,
    };
  }

  /** @param servers where they are known already */
  opened(id: string, servers: readonly IceServer[] | null = null): void {
    this.#sink.open(id);
    if (servers) this.iceServers(servers);
  }

  iceServers(servers: readonly IceServer[]): void {
    this.#sink.iceServers(servers);
  }

  message(from: string, bytes: Uint8Array): void {
    if (this.#members.has(from)) this.#sink.message(from, bytes);
  }

  /** The connection is lost. Tells the room what happens next, or ends it. */
  lost(error: PeerError, attempt: number, delay: number | null): void {
    this.#present = false;
    // They get the same time again, once we are back.
    for (const id of this.#missing.keys()) this.#members.add(id);
    this.#forgetMissing();
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
    this.#end();
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
        this.fail(
          new PeerError(frame.code ?? 'kicked', frame.reason || 'The server closed the room.', {
            final: true,
          }),
        );
        break;
      case 'peer':
        this.#found(frame.id);
        this.#sink.peer(toPeer(frame, true));
        break;
      case 'gone':
        this.#slow.delete(frame.id);
        if (this.#members.delete(frame.id)) this.#sink.gone(frame.id, frame.reason);
        break;
      case 'stop':
        if (this.#members.has(frame.id)) this.#slow.add(frame.id);
        break;
      case 'go':
        this.#slow.delete(frame.id);
        if (this.#refused) this.drain();
    }
  }

  #joinedAs({ created, members, earlier, role }: RoomFrame & { type: 'joined' }, attempts: number): void {
    const before = [...this.#members];
    this.#members.clear();
    this.#slow.clear(); // The server has forgotten as well.
    for (const { id } of members) this.#members.add(id);
    this.#present = true;
    const peers = members.map((member, i) => toPeer(member, i >= earlier));
    if (!this.#joined) {
      this.#joined = true;
      this.#refused = false;
      this.#sink.joined({ created, peers, role });
      return;
    }
    for (const id of before) if (!this.#members.has(id)) this.#miss(id);
    // Those who are still there are told as well: they may have been taken for lost meanwhile.
    for (const peer of peers) this.#sink.peer(peer);
    this.#sink.reconnect({ attempts });
    if (this.#refused) this.drain();
  }

  /** After a restart of the server everybody comes back, in any order. */
  #miss(id: string): void {
    const give = (): void => {
      this.#missing.delete(id);
      this.#sink.gone(id, 'lost');
    };
    const time = this.#host.seatTimeout();
    if (time === 0) give();
    else this.#missing.set(id, setTimeout(give, time));
  }

  #found(id: string): void {
    clearTimeout(this.#missing.get(id));
    this.#missing.delete(id);
    this.#members.add(id);
  }

  #forgetMissing(): void {
    for (const timer of this.#missing.values()) clearTimeout(timer);
    this.#missing.clear();
  }

  #end(): void {
    this.#ended = true;
    this.#present = false;
    this.#forgetMissing();
  }
}
