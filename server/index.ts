import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server as TlsServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { MESSAGE_HEADER_BYTES } from '../src/message-frame.js';
import { Access } from './access.js';
import { createRegistry } from './cluster/create.js';
import { Connection, type Arrival, type ConnectionContext } from './connection.js';
import { Crowd } from './drain.js';
import { LagMeter } from './event-loop.js';
import { Gate, turnAway, type Refusal } from './gate.js';
import { Heartbeat, tickOf } from './heartbeat.js';
import { Hub } from './hub.js';
import { createOwnServer } from './http.js';
import { HOUR, integer, type Limits } from './limits.js';
import { renderMetrics } from './metrics.js';
import { readOptions, type Settings, type SignalingServerOptions } from './options.js';
import { Post } from './post.js';
import { Readiness } from './readiness.js';
import type { Sockets } from './sockets.js';
import { Counters, type SignalingStats } from './stats.js';

export type { Authorize, Decision, JoinAttempt, ValidateCode } from './access.js';
export type { IceServerOptions, TurnOptions } from './ice-options.js';
export { RegistryError } from './cluster/error.js';
export type { RedisOptions } from './cluster/settings.js';
export type { Limits } from './limits.js';
export type { Logger } from './log.js';
export type { HttpsOptions, MetricsOptions, SignalingServerOptions } from './options.js';
export type { RejectionReason, SignalingStats } from './stats.js';
export type { TokenOptions } from './token-options.js';
export { roomId } from './room-id.js';
export type { RoomKind } from '../src/protocol.js';

/** Sockets that may wait to be accepted; the system may allow less. Those beyond it try again after a second or more. */
const BACKLOG = 4096;

export interface SignalingAddress {
  /** As the server listens: `::` and `0.0.0.0` are every interface. */
  readonly host: string;
  readonly port: number;
  /** What a program on this machine dials, like `ws://localhost:8080/signal`. */
  readonly url: string;
}

export interface CloseOptions {
  /**
   * Milliseconds that a gentle end may take: clients are asked to go and dial again, each at another time within a
   * sixth of it (5 s at most), those who stay are closed little by little until half of it (15 s at most) has passed,
   * and cut off at its end. Meanwhile nobody new is let in. It ends as soon as everybody has gone. Without it, or
   * with 0, all are closed at once, and those who do not answer are cut off after a second, or at once.
   */
  drain?: number;
}

/** How long clients have to answer a closing handshake when the server closes without a drain, ms. */
const QUICK_CLOSE_MS = 1000;

/** Lets pages find each other: rooms, presence, and messages between members which it cannot read. */
export class SignalingServer {
  #settings: Settings;
  #http: HttpServer | null;
  #socket: WebSocketServer;
  #gate: Gate;
  #hub: Hub;
  #access: Access | null;
  #context: ConnectionContext;
  #heartbeat: Heartbeat;
  #crowd = new Crowd();
  #counters = new Counters();
  #readiness = new Readiness(() => this.#isListening());
  #lag: LagMeter | undefined;
  /** Of a server of our own. */
  #sockets: Sockets | undefined;
  #listening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /**
   * A borrowed server is attached to at once; with a port, `listen()` starts it.
   * @throws {TypeError | RangeError} naming the option that is unknown, of a wrong type or out of range
   */
  constructor(options: SignalingServerOptions = {}) {
    const settings = (this.#settings = readOptions(options));
    const { limits, seatTimeout, wsServer, httpServer, access, logger } = settings;
    this.#gate = new Gate(settings);
    this.#hub = new Hub(limits, seatTimeout, (events) => createRegistry(settings, events));
    this.#access = access && new Access(access, limits.authorizeTimeout, logger);
    this.#context = this.#createContext();
    this.#heartbeat = new Heartbeat(this.#context.tick);
    this.#socket = wsServer ?? createSocket(limits);
    this.#socket.on('connection', this.#onConnection);
    // Nobody need call listen() for a borrowed server.
    if (wsServer || httpServer) this.#hub.insist();
    if (wsServer) {
      this.#http = wsServer.options.server ?? null;
      return;
    }
    this.#http = httpServer ?? this.#createServer();
    this.#http.on('upgrade', this.#onUpgrade);
  }

  /** The ws server: a borrowed one itself. */
  get socket(): WebSocketServer {
    return this.#socket;
  }

  /** The http or https server; null when a borrowed ws server keeps it to itself. */
  get server(): HttpServer | null {
    return this.#http;
  }

  /** @throws {Error} while nothing is being listened to */
  get address(): SignalingAddress {
    const address = this.#settings.wsServer ? this.#socket.address() : (this.#http?.address() ?? null);
    if (address === null) throw new Error('The signalling server is not listening: call listen() first');
    const path = this.#settings.wsServer?.options.path ?? this.#settings.path;
    if (typeof address === 'string') return { host: address, port: 0, url: `ws+unix:${address}:${path}` };
    const scheme = this.#http instanceof TlsServer ? 'wss' : 'ws';
    return {
      host: address.address,
      port: address.port,
      url: `${scheme}://${hostOf(address)}:${address.port}${path}`,
    };
  }

  /**
   * Listens on the port. A borrowed server is listened with by its owner: then there is nothing to wait for.
   * Rejects with Node's error, such as `EADDRINUSE`, with a RegistryError where there is to be a Redis and is none, and
   * after `close()`.
   */
  listen(): Promise<void> {
    if (this.#closing) return Promise.reject(new Error('The signalling server is closed'));
    return (this.#listening ??= this.#listen());
  }

  /**
   * Sends every client off, closed with 1012 if need be, and stops listening. A borrowed server goes on without us.
   * Settles when every connection is gone. Called again, it is the first call that counts.
   */
  close({ drain }: CloseOptions = {}): Promise<void> {
    if (drain !== undefined) integer('drain', drain, 0, HOUR);
    return (this.#closing ??= this.#close(drain));
  }

  /**
   * Ends every membership of the group of that name, the pair of that code, or the room with that wire id (a room
   * with a password has no other name here). Its members stay connected and are told `closed`.
   * @returns how many memberships ended; with `redis`, how many of this process: the others end as well
   */
  leave(codeOrRoom: string): number {
    if (typeof codeOrRoom !== 'string') throw new TypeError('leave() takes the name of a room');
    return this.#hub.closeRoom(codeOrRoom);
  }

  /**
   * Closes the connection of that id, for good, and takes the seats that wait for it. The others of its rooms are
   * told `kicked`. One that is not connected at the moment is not kept from coming back.
   * @returns false when there is neither; with `redis`, neither in this process: the others are told in any case
   */
  kick(id: string): boolean {
    if (typeof id !== 'string') throw new TypeError('kick() takes the id of a peer');
    return this.#hub.kick(id);
  }

  /**
   * Why nobody should be sent here at the moment, in words, as when Redis cannot be reached; empty when there is no
   * reason. Who is here already is served all the same.
   */
  get obstacles(): readonly string[] {
    return [...this.#readiness.reasons, ...this.#hub.obstacles];
  }

  stats(): SignalingStats {
    return { connections: this.#gate.open, ...this.#hub.stats(), ...this.#counters.stats() };
  }

  /** Whether new visitors are welcome: it listens and is not on its way out. What `/readyz` says. */
  get ready(): boolean {
    return this.obstacles.length === 0;
  }

  /** What `/metrics` says, for a server that is borrowed: text for Prometheus. Event-loop lag counts from the first call. */
  metrics(): string {
    this.#lag ??= new LagMeter();
    return renderMetrics({ stats: this.stats(), ready: this.ready, lag: this.#lag.counts() });
  }

  #createContext(): ConnectionContext {
    const { seatTimeout, peerTimeout, ice, limits, logger, access } = this.#settings;
    return {
      hub: this.#hub,
      seatTimeout,
      peerTimeout,
      names: access?.names ?? false,
      ice,
      limits,
      tick: tickOf(limits),
      post: new Post(),
      logger,
      counters: this.#counters,
      gone: (connection) => {
        this.#gate.leave(connection.network);
        this.#crowd.delete(connection);
        this.#heartbeat.delete(connection);
      },
    };
  }

  #createServer(): HttpServer {
    const { server, sockets } = createOwnServer(this.#settings, {
      health: () => ({ connections: this.#gate.open }),
      reasons: () => this.obstacles,
      metrics: () => this.metrics(),
    });
    if (this.#settings.metrics) this.#lag = new LagMeter();
    this.#sockets = sockets;
    return server;
  }

  #isListening(): boolean {
    const { wsServer } = this.#settings;
    // A ws server without one of its own is handed requests by its owner, who alone knows.
    if (wsServer?.options.noServer) return true;
    return (wsServer ?? this.#http)?.address() !== null;
  }

  async #listen(): Promise<void> {
    const { host, port, httpServer, wsServer, logger } = this.#settings;
    const server = this.#http;
    if (httpServer || wsServer || !server) return;
    await this.#hub.open();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host, backlog: BACKLOG }, () => {
        server.off('error', reject);
        // Whatever still goes wrong, such as a lack of file handles, must not end the process.
        server.on('error', (error) => logger.error({ err: error }, 'server error'));
        resolve();
      });
    });
    logger.info({ port: this.address.port }, 'listening');
  }

  async #close(drain: number | undefined): Promise<void> {
    const { wsServer, httpServer, logger } = this.#settings;
    this.#readiness.set('draining', true);
    this.#gate.shut();
    await this.#listening?.catch(() => undefined);
    if (drain) {
      logger.info({ connections: this.#crowd.size, drain }, 'draining');
      this.#hub.drain();
      await this.#crowd.drain(drain);
    }
    this.#http?.off('upgrade', this.#onUpgrade);
    this.#socket.off('connection', this.#onConnection);
    const own = wsServer || httpServer ? null : this.#http;
    const stopped = own?.listening ? new Promise((resolve) => own.close(resolve)) : undefined;
    const left = this.#hub.close();
    await this.#crowd.dismiss(drain ?? QUICK_CLOSE_MS);
    await left;
    if (!wsServer) await new Promise((resolve) => this.#socket.close(resolve));
    this.#sockets?.destroy();
    await stopped;
    this.#lag?.stop();
    const { logins, messages, bytes, dropped, rejected, failedLogins, badFrames } = this.stats();
    logger.info({ logins, messages, bytes, dropped, rejected, failedLogins, badFrames }, 'closed');
  }

  #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // On a borrowed server another path is another's business, unless there is nobody else to answer.
    const foreign = this.#settings.httpServer !== undefined && !this.#gate.isOurs(request);
    if (foreign && (this.#http?.listenerCount('upgrade') ?? 0) > 1) return;
    // The parser has let go of the socket: without a listener its next error would end the process.
    socket.on('error', destroy);
    const refusal = this.#gate.check(request);
    if (refusal) {
      this.#reject(refusal);
      return turnAway(socket, refusal);
    }
    // ws listens for itself. Left with it, ours would make two of each connection's listeners, and an array for them.
    socket.off('error', destroy);
    this.#socket.handleUpgrade(request, socket, head, (ws) => this.#socket.emit('connection', ws, request));
  };

  #reject(refusal: Refusal): void {
    this.#counters.rejected(refusal.counted);
    this.#settings.logger.debug({ reason: refusal.counted }, 'turned away');
  }

  /**
   * A function apart: closures of one function share what they keep, and the request is kept for as long as the
   * connection only where somebody asks for it.
   */
  #admitting(request: IncomingMessage): Arrival['admit'] {
    const judge = this.#access;
    return judge && ((knock) => judge.decide(request, knock));
  }

  #onConnection = (ws: WebSocket, request: IncomingMessage): void => {
    if (this.#settings.wsServer) {
      if (!this.#gate.isOurs(request)) return;
      const refusal = this.#gate.check(request);
      if (refusal) {
        ws.on('error', () => ws.terminate());
        this.#reject(refusal);
        return ws.close(refusal.code, refusal.reason);
      }
    }
    const { socket } = request;
    const [network, host] = [this.#gate.networkOf(request), this.#gate.hostOf(request)];
    this.#gate.enter(network);
    const arrival = { socket, host, network, admit: this.#admitting(request) };
    const connection = new Connection(ws, arrival, this.#context);
    this.#crowd.add(connection);
    this.#heartbeat.add(connection);
  };
}

/** No closure: one in the listener would keep the whole request for as long as the socket is open. */
function destroy(this: Duplex): void {
  this.destroy();
}

/** The length limits are set twice: here for what ws holds in memory, by the connection for what it takes. */
function createSocket({ payload, controlPayload, fragments, bufferedChunks }: Limits): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: Math.max(payload + MESSAGE_HEADER_BYTES, controlPayload),
    maxFragments: fragments,
    maxBufferedChunks: bufferedChunks,
  });
}

function hostOf({ address }: AddressInfo): string {
  if (address === '::' || address === '0.0.0.0') return 'localhost';
  return address.includes(':') ? `[${address}]` : address;
}
