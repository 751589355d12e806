/** One socket, from its welcome to its end. */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { MESSAGE_HEADER_BYTES } from '../src/message-frame.js';
import {
  CloseCode,
  PROTOCOL_VERSION,
  isFinalClose,
  parseClientFrame,
  type ClientFrame,
  type GoneReason,
  type ServerFrame,
} from '../src/protocol.js';
import type { Knock } from './access.js';
import type { Client, Hub, Seat } from './hub.js';
import type { IceSettings } from './ice-options.js';
import { Inbox, type Frame, type InboxEvents } from './inbox.js';
import type { Exit } from './kept-seats.js';
import type { Limits } from './limits.js';
import type { Logger } from './log.js';
import { proveLogin, type LoginFrame } from './login.js';
import { Outbox, type OutboxEvents } from './outbox.js';
import { PairWait } from './pair-wait.js';
import type { Post } from './post.js';
import { Seats } from './seats.js';
import type { Counters } from './stats.js';
import type { Verdict } from './tokens.js';
import { IceHandout } from './turn.js';

/** How long a client has to answer our closing handshake. */
const CLOSING_MS = 2000;
/**
 * What a browser says for a page that could not say anything itself (RFC 6455, 7.4.1): because another one takes its
 * place, or because it was frozen, and then it comes back at once when it wakes.
 */
const GOING_AWAY = 1001;

type Admit = (knock: Knock) => Promise<Verdict>;

/** What all connections of a server share. */
export interface ConnectionContext {
  readonly hub: Hub;
  /** Milliseconds, told to the client. */
  readonly seatTimeout: number;
  /** Milliseconds; 0 = none. */
  readonly peerTimeout: number;
  /** Whether clients show the names of rooms. */
  readonly names: boolean;
  readonly ice: IceSettings;
  readonly limits: Limits;
  /** Milliseconds between two calls of `beat()`. */
  readonly tick: number;
  readonly post: Post;
  readonly logger: Logger;
  readonly counters: Counters;
  /** The socket is closed. Told here, as each further listener of ten thousand sockets takes a fiftieth of their memory. */
  readonly gone: (connection: Connection) => void;
}

/** What is one connection's own. */
export interface Arrival {
  /** What `ws` reads from and writes to. */
  readonly socket: Duplex;
  /** As the client dialled it, lower case: a log-in signs it. */
  readonly host: string;
  /** Where it comes from, as `Gate` tells addresses apart. */
  readonly network: string;
  /** Whether a client may come in; null where everybody may. Never rejects. */
  readonly admit: Admit | null;
}

/** Whether who is closed with `code` may come back to its seats: 4409 ends the connection, not who it belonged to. */
const mayReturn = (code: number): boolean => code === CloseCode.replaced || !isFinalClose(code);

type JoinFrame = Extract<ClientFrame, { type: 'join' }>;
type Credentials = Extract<ClientFrame, { type: 'credentials' }>;

const NOTHING_SHOWN = { token: '', name: '' } as const;

type State = 'waiting for login' | 'in' | 'ended';

export class Connection implements Client, InboxEvents, OutboxEvents {
  readonly seats = new Seats<Seat>();
  readonly network: string;
  #ws: WebSocket;
  #host: string;
  #admit: Admit | null;
  #context: ConnectionContext;
  #inbox: Inbox;
  #outbox: Outbox;
  /** Null where there is nothing to hand out. */
  #ice: IceHandout | null;
  #nonce = randomBytes(32).toString('base64url');
  #state: State = 'waiting for login';
  /** Since when it is in its state. */
  #since = performance.now();
  #id = '';
  #lastPing = this.#since;
  #awaitsSign = false;
  /** For the next join. */
  #credentials: Credentials | null = null;
  #wait: PairWait | null = null;

  constructor(ws: WebSocket, { socket, host, network, admit }: Arrival, context: ConnectionContext) {
    // Before anything else: an error without a listener would end the process. ws closes the socket itself.
    ws.on('error', () => this.#finish('away'));
    this.#ws = ws;
    this.#host = host;
    this.network = network;
    this.#admit = admit;
    this.#context = context;
    const { peerTimeout, ice } = context;
    if (peerTimeout > 0) {
      this.#wait = new PairWait(peerTimeout, (n) =>
        this.#putOut(n, `Nobody else came within ${peerTimeout} ms.`),
      );
    }
    this.#ice = ice.turn || ice.servers.length > 0 ? new IceHandout(ice) : null;
    this.#inbox = new Inbox(ws, context.limits, this);
    this.#outbox = new Outbox(ws, socket, context, this);
    ws.on('close', (code) => {
      this.#finish(code === GOING_AWAY ? 'leaving' : 'away');
      context.counters.closed(code);
      context.gone(this);
      context.logger.debug({ code }, 'connection closed');
    });
    ws.on('message', (data, binary) => {
      this.#awaitsSign = false;
      this.#inbox.push(toBuffer(data), binary);
    });
    const hear = (): void => this.#hear();
    ws.on('ping', hear);
    ws.on('pong', hear);
    this.#welcome();
  }

  get id(): string {
    return this.#id;
  }

  send(frame: ServerFrame): void {
    if (this.#state !== 'ended') this.#wait?.told(frame);
    if (frame.type === 'refused') this.#context.counters.refused(frame.code);
    this.#outbox.write(JSON.stringify(frame));
  }

  forward(message: Uint8Array, from?: Seat, to?: Seat): void {
    if (from && to) this.#outbox.forward(message, from, to);
    else this.#outbox.write(message);
  }

  end(code: number, reason: string, gone?: GoneReason): void {
    if (this.#state === 'ended') return;
    this.#outbox.flush();
    this.#ws.close(code, reason);
    this.#finish(gone ?? (mayReturn(code) ? 'away' : 'lost'));
  }

  terminate(): void {
    this.#finish('away');
    this.#ws.terminate();
  }

  beat(now: number, stalled: boolean): void {
    const { tick, limits } = this.#context;
    const { loginTimeout, pingInterval, pongTimeout } = limits;
    // A tick early rather than a tick late: the times are promises to the other members.
    const age = now - this.#since + tick;
    if (this.#state === 'in' && this.#ice?.isDue(now + tick)) this.#tellIce(now);
    if (this.#state === 'ended') {
      if (age > CLOSING_MS) this.#ws.terminate();
      return;
    }
    if (!stalled) this.#outbox.beat(now + tick);
    if (this.#state === 'waiting for login') {
      if (age > loginTimeout && !stalled) this.#fail('failedLogins', 'No log-in in time');
    } else if (this.#awaitsSign) {
      if (this.#inbox.paused)
        this.#lastPing = now; // Its sign may lie unread.
      else if (now - this.#lastPing + tick > pongTimeout && !stalled) this.terminate();
    } else if (now - this.#lastPing + tick > pingInterval) {
      this.#lastPing = now;
      this.#awaitsSign = true;
      this.#ws.ping();
      this.send({ type: 'ping' });
    }
  }

  #welcome(): void {
    const { seatTimeout, limits, names } = this.#context;
    const { pingInterval, messagesPerSecond, messageBurst, relayBytesPerSecond, relayBurst } = limits;
    this.send({
      type: 'welcome',
      version: PROTOCOL_VERSION,
      nonce: this.#nonce,
      pingInterval,
      seatTimeout,
      budget: {
        messages: messagesPerSecond,
        messageBurst,
        bytes: relayBytesPerSecond,
        byteBurst: relayBurst,
      },
      names,
    });
  }

  /** Before anybody is met: a direct path is looked for at once. */
  #tellIce(now: number): void {
    if (this.#ice) this.send({ type: 'ice', servers: this.#ice.next(now) });
  }

  #hear(): void {
    this.#awaitsSign = false;
    this.#inbox.charge();
    this.#outbox.check(); // Our pongs wait there too.
  }

  slow(): void {
    this.end(CloseCode.slow, 'Too slow to read');
  }

  flooded(): void {
    this.end(CloseCode.rateLimited, 'Too many messages');
  }

  frame({ bytes, binary }: Frame): void {
    const { hub, limits } = this.#context;
    const most = binary ? limits.payload + MESSAGE_HEADER_BYTES : limits.controlPayload;
    if (bytes.length > most) return this.#fail('badFrames', 'Frame too large');
    if (binary) {
      if (this.#state !== 'in') return this.#fail('failedLogins', 'Log in first');
      if (!hub.relay(this, bytes)) this.#fail('badFrames', 'Unknown message');
      return;
    }
    const frame = parseClientFrame(bytes.toString());
    if (frame === null) return this.#fail('badFrames', 'Unknown frame');
    if (this.#state === 'in') this.#obey(frame);
    else if (frame.type === 'login') this.#login(frame);
    else this.#fail('failedLogins', 'Log in first');
  }

  #obey(frame: ClientFrame): void {
    const { hub } = this.#context;
    switch (frame.type) {
      case 'login':
        return this.#fail('badFrames', 'Logged in already');
      case 'join':
        return void this.#join(frame);
      case 'credentials':
        this.#credentials = frame;
        return;
      case 'leave':
        this.#wait?.left(frame.n);
        return hub.leave(this, frame.n);
      case 'kick':
      case 'appoint':
        return hub.moderate(this, frame);
      case 'ping':
        return this.send({ type: 'pong' });
    }
  }

  /** What comes behind it waits for its outcome: a `leave` must not overtake its `join`. */
  async #join(frame: JoinFrame): Promise<void> {
    const { hub } = this.#context;
    const admit = this.#admit;
    const shown = this.#credentials;
    this.#credentials = null;
    // What needs nobody else is not put off.
    const joining = admit ? undefined : hub.join(this, frame, '');
    if (!admit && !joining) return;
    this.#inbox.hold();
    await (admit ? this.#knock(frame, shown, admit) : joining);
    if (this.#state !== 'ended') this.#inbox.release();
  }

  async #knock(frame: JoinFrame, shown: Credentials | null, admit: Admit): Promise<void> {
    const { n, room } = frame;
    const { token, name } = shown?.n === n ? shown : NOTHING_SHOWN;
    const verdict = await admit({ room, id: this.#id, token, name });
    if (this.#state === 'ended') return;
    if ('role' in verdict) {
      if (this.#ice?.told === false) this.#tellIce(performance.now());
      await this.#context.hub.join(this, frame, verdict.role);
    } else this.send({ type: 'refused', n, code: 'refused', reason: verdict.reason });
  }

  #putOut(n: number, reason: string): void {
    this.#context.hub.leave(this, n);
    this.send({ type: 'closed', n, reason, code: 'timeout' });
  }

  #login(frame: LoginFrame): void {
    if (frame.version !== PROTOCOL_VERSION) {
      return this.#fail('badFrames', `This server speaks version ${PROTOCOL_VERSION}`);
    }
    // What came with the log-in, usually the joins, waits for its outcome.
    this.#inbox.hold();
    void proveLogin(frame, this.#host, this.#nonce).then((id) => {
      if (this.#state !== 'ended') this.#enter(id);
    });
  }

  #enter(id: string | null): void {
    if (id === null) return this.#fail('failedLogins', 'The signature does not fit');
    this.#id = id;
    this.#nonce = this.#host = '';
    this.#state = 'in';
    this.#since = this.#lastPing = performance.now();
    this.#context.counters.count('logins');
    this.#context.hub.enter(this);
    // Where somebody decides who may come in, no stranger is given the use of a TURN server.
    if (!this.#admit) this.#tellIce(this.#since);
    this.#inbox.release();
  }

  #fail(what: 'badFrames' | 'failedLogins', reason: string): void {
    this.#context.counters.count(what);
    this.end(what === 'badFrames' ? CloseCode.protocol : CloseCode.unauthenticated, reason);
  }

  #finish(how: Exit): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#since = performance.now();
    this.#inbox.close();
    this.#wait?.close();
    this.#outbox.close();
    this.#context.hub.exit(this, how);
  }
}

/** A borrowed server may be set to another binary type. */
function toBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
