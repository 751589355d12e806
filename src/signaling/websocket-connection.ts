/** One WebSocket to our server, from the dial to its end: log-in, heartbeat, frames. It never dials again. */
import { PeerError } from '../errors.js';
import { signLogin, type Identity } from '../identity.js';
import { toBase64url } from '../base64url.js';
import { parseMessage, type Message } from '../message-frame.js';
import {
  PROTOCOL_VERSION,
  parseServerFrame,
  type ClientFrame,
  type IceServer,
  type ServerFrame,
} from '../protocol.js';
import { ConnectionBudget, type Drainable } from './budget.js';
import { closeError } from './close-error.js';

export interface ConnectionOptions {
  readonly identity: () => Promise<Identity>;
  /** Milliseconds until a socket that has not logged in is given up. */
  readonly timeout: number;
}

/** What concerns a room; the rest is the connection's own. */
export type RoomFrame = Extract<ServerFrame, { readonly n: number }>;

export interface ConnectionSink {
  /** The log-in is on its way; what is sent now arrives right behind it. */
  loggingIn(): void;
  ready(id: string): void;
  iceServers(servers: readonly IceServer[]): void;
  frame(frame: RoomFrame): void;
  message(message: Message): void;
  /** The end, with its reason; comes once and not after `close()`. */
  closed(error: PeerError): void;
}

/** How many of the server's ping intervals may pass in silence before that is suspicious. */
const PATIENCE = 1.4;
/** How long a suspected socket has to prove that it lives, ms: in a throttled page a late timer proves nothing. */
const PROBE_TIMEOUT = 3000;

export class Connection {
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #sink: ConnectionSink;
  readonly #patience: ReturnType<typeof setTimeout>;
  #suspicion: ReturnType<typeof setTimeout> | undefined;
  #pingInterval = 0;
  #seatTimeout = 0;
  #asksNames = false;
  /** There as soon as the server has said what it allows; nothing is sent before. */
  #budget: ConnectionBudget | null = null;
  #phase: 'dialling' | 'authenticating' | 'ready' = 'dialling';
  #closed = false;

  constructor(socket: WebSocket, options: ConnectionOptions, sink: ConnectionSink) {
    this.#socket = socket;
    this.#options = options;
    this.#sink = sink;
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#receive(data);
    };
    // An error event says nothing; the close event that follows has the code.
    socket.onclose = ({ code, reason }) => {
      this.#end(closeError(code, reason));
    };
    this.#patience = setTimeout(() => {
      this.#end(
        new PeerError(
          'timeout',
          `The signalling server did not answer within ${String(options.timeout)} ms.`,
        ),
      );
    }, options.timeout);
  }

  /** How far it has come; it stays there when it ends. */
  get phase(): 'dialling' | 'authenticating' | 'ready' {
    return this.#phase;
  }

  /** How long the server keeps the seat of a member that lost its connection, ms. */
  get seatTimeout(): number {
    return this.#seatTimeout;
  }

  /** Whether its operator wants to know what rooms are called. */
  get asksNames(): boolean {
    return this.#asksNames;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Takes room for one message; where there is none, `who` is asked to `drain()` later, unless the connection ends. */
  reserve(who: Drainable, bytes: number): boolean {
    return this.#socket.readyState === this.#socket.OPEN && (this.#budget?.reserve(who, bytes) ?? false);
  }

  forget(who: Drainable): void {
    this.#budget?.forget(who);
  }

  send(frame: ClientFrame | Uint8Array<ArrayBuffer>): void {
    // Between two browser events a socket may have closed already; then its close event is on the way.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const isMessage = frame instanceof Uint8Array;
    this.#socket.send(isMessage ? frame : JSON.stringify(frame));
    if (!isMessage && frame.type === 'ping') this.#budget?.pinged();
    else this.#budget?.sent(isMessage ? frame.length : 0);
  }

  /** Asks the server for a sign of life, and takes the socket for dead when none comes. */
  probe(): void {
    if (this.#closed || this.#pingInterval === 0) return;
    clearTimeout(this.#suspicion);
    this.send({ type: 'ping' });
    this.#suspicion = setTimeout(() => {
      this.#end(new PeerError('unreachable', 'The signalling server has fallen silent.'));
    }, PROBE_TIMEOUT);
  }

  /** Hangs up without telling the sink. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#patience);
    clearTimeout(this.#suspicion);
    this.#budget?.close();
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
  }

  #end(error: PeerError): void {
    if (this.#closed) return;
    this.close();
    this.#sink.closed(error);
  }

  #receive(data: string | ArrayBuffer): void {
    this.#watch();
    if (typeof data !== 'string') {
      const message = parseMessage(new Uint8Array(data));
      if (message) this.#sink.message(message);
      return;
    }
    const frame = parseServerFrame(data);
    if (frame === null) return;
    if ('n' in frame) {
      this.#sink.frame(frame);
    } else if (frame.type === 'welcome') {
      void this.#logIn(frame);
    } else if (frame.type === 'ready') {
      this.#phase = 'ready';
      clearTimeout(this.#patience);
      this.#sink.ready(frame.id);
    } else if (frame.type === 'ice') {
      this.#sink.iceServers(frame.servers);
    } else if (frame.type === 'pong') {
      this.#budget?.ponged();
    } else if (frame.type === 'bye') {
      // Not as one who leaves: the seat waits. Who ends before then is not ended again.
      setTimeout(() => {
        this.#end(new PeerError('unreachable', 'The signalling server restarts.'));
      }, frame.wait);
    }
  }

  async #logIn(welcome: ServerFrame & { type: 'welcome' }): Promise<void> {
    const { nonce, version, pingInterval, seatTimeout, budget, names } = welcome;
    if (version !== PROTOCOL_VERSION) {
      const message = `The signalling server speaks version ${String(version)}, this page ${String(PROTOCOL_VERSION)}.`;
      this.#end(new PeerError('protocol', message, { final: true }));
      return;
    }
    this.#pingInterval = pingInterval;
    this.#seatTimeout = seatTimeout;
    this.#asksNames = names;
    this.#budget = new ConnectionBudget(budget, {
      backlog: () => this.#socket.bufferedAmount,
      ping: () => {
        this.send({ type: 'ping' });
      },
    });
    this.#watch();
    try {
      const identity = await this.#options.identity();
      const signature = toBase64url(await signLogin(identity, new URL(this.#socket.url).host, nonce));
      if (this.#closed) return;
      this.send({
        type: 'login',
        version,
        key: toBase64url(identity.publicKey),
        slot: identity.slot,
        signature,
      });
      this.#phase = 'authenticating';
      this.#sink.loggingIn();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      this.#end(
        cause instanceof PeerError ? cause : new PeerError('unsupported', message, { cause, final: true }),
      );
    }
  }

  /** The server pings, so that silence means something: first a question, then the end. */
  #watch(): void {
    if (this.#pingInterval === 0 || this.#closed) return;
    clearTimeout(this.#suspicion);
    this.#suspicion = setTimeout(() => {
      this.probe();
    }, this.#pingInterval * PATIENCE);
  }
}
