/** A client that can be told to misbehave: real WebSocket, real key, frames that can be awaited one by one. */
import { once } from 'node:events';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { TestContext } from 'node:test';
import { WebSocket, type ClientOptions, type RawData } from 'ws';
import { toBase64url } from '../../src/base64url.js';
import { encodeMessage, packPeerId, parseMessage } from '../../src/message-frame.js';
import {
  ID_CONTEXT,
  PROTOCOL_VERSION,
  loginMessage,
  parseServerFrame,
  type ClientFrame,
  type ServerFrame,
} from '../../src/protocol.js';
import { inTime } from '../support/until.js';
import { SignalingServer, type SignalingServerOptions } from '../../server/index.js';
import type { Limits } from '../../server/limits.js';

const utf8 = new TextEncoder();
/** ms for a frame or an end: above every time that a server in a test is given. */
const PATIENCE = 60_000;

export interface Key {
  /** Raw public key, base64url. */
  readonly raw: string;
  readonly id: string;
  sign(message: string): string;
}

/** Bytes of an uncompressed point, at the end of a public key in DER (RFC 5480). */
const POINT_BYTES = 65;

export function createKey(): Key {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-POINT_BYTES);
  const digest = createHash('sha256').update(ID_CONTEXT).update(raw).digest();
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return {
    raw: toBase64url(raw),
    id: toBase64url(digest),
    sign: (message) => toBase64url(sign('sha256', Buffer.from(message), key)),
  };
}

/** What the server sent: a frame of its own, or a member's message. */
export type Received =
  ServerFrame | { readonly type: 'message'; readonly n: number; readonly id: string; readonly text: string };

export type ReceivedOf<T extends Received['type']> = Received & { readonly type: T };

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

interface LoginChoice {
  key?: Key;
  slot?: number;
  host?: string;
  nonce?: string;
  version?: number;
}

/** A promise that may be left unawaited although it rejects. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

export class TestClient {
  readonly ws: WebSocket;
  readonly #closed: Promise<Closed>;
  key: Key | undefined;
  id = '';
  #host: string;
  #received: Received[] = [];
  #waiting: { resolve(received: Received): void; reject(error: Error): void }[] = [];
  #end: Closed | undefined;

  constructor(url: string, options: ClientOptions = {}) {
    this.#host = new URL(url).host;
    this.ws = new WebSocket(url, options);
    this.ws.on('error', () => undefined);
    this.ws.on('message', (data, binary) => this.#take(data, binary));
    this.#closed = new Promise((resolve) => {
      this.ws.on('close', (code, reason) => {
        this.#end = { code, reason: reason.toString() };
        for (const { reject } of this.#waiting) reject(new Error(`closed: ${code} ${reason.toString()}`));
        resolve(this.#end);
      });
    });
  }

  get closed(): Promise<Closed> {
    return quiet(inTime(this.#closed, 'the end of a connection', PATIENCE));
  }

  /** The next frame of one of these types; others are passed over. */
  async any(...types: Received['type'][]): Promise<Received> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const received = await this.#shift(types.join(' or '), deadline);
      if (types.includes(received.type)) return received;
    }
  }

  /** The next frame, which has to be of that type. Heartbeats are passed over unless asked for. */
  async next<T extends Received['type']>(type: T): Promise<ReceivedOf<T>> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const received = await this.#shift(type, deadline);
      if (received.type === 'ping' && type !== 'ping') continue;
      if (received.type !== type) throw new Error(`expected ${type}, not ${JSON.stringify(received)}`);
      return received as ReceivedOf<T>;
    }
  }

  send(frame: ClientFrame): void {
    this.ws.send(JSON.stringify(frame));
  }

  message(n: number, to: string, text: string | Uint8Array): void {
    this.ws.send(encodeMessage(n, packPeerId(to), typeof text === 'string' ? utf8.encode(text) : text));
  }

  /** Everything sent so far has been dealt with, and everything it led to for this client has been received. */
  async barrier(): Promise<void> {
    this.send({ type: 'ping' });
    await this.next('pong');
  }

  /** Sends a log-in that fits the welcome, except where told otherwise. */
  async offerLogin({ key, slot = 0, host, nonce, version }: LoginChoice = {}): Promise<Key> {
    const welcome = await this.next('welcome');
    const used = (this.key = key ?? createKey());
    const signature = used.sign(loginMessage(host ?? this.#host, nonce ?? welcome.nonce));
    const offered = version ?? PROTOCOL_VERSION;
    this.send({ type: 'login', version: offered, key: used.raw, slot, signature });
    return used;
  }

  async login(choice: LoginChoice = {}): Promise<this> {
    await this.offerLogin(choice);
    this.id = (await this.next('ready')).id;
    return this;
  }

  askToJoin(n: number, room: string, more: Partial<Extract<ClientFrame, { type: 'join' }>> = {}): void {
    this.send({ type: 'join', n, room, entry: 'join-or-create', capacity: 0, hello: '', lock: '', ...more });
  }

  async join(
    n: number,
    room: string,
    more: Partial<Extract<ClientFrame, { type: 'join' }>> = {},
  ): Promise<ReceivedOf<'joined'>> {
    this.askToJoin(n, room, more);
    return this.next('joined');
  }

  async refused(
    n: number,
    room: string,
    more: Partial<Extract<ClientFrame, { type: 'join' }>> = {},
  ): Promise<string> {
    this.askToJoin(n, room, more);
    const { code, reason } = await this.next('refused');
    if (!/^[A-Z].*\.$/.test(reason)) throw new Error(`no sentence: ${reason}`);
    return code;
  }

  #shift(what: string, deadline: number): Promise<Received> {
    const received = this.#received.shift();
    if (received) return Promise.resolve(received);
    if (this.#end) return Promise.reject(new Error(`closed: ${this.#end.code} ${this.#end.reason}`));
    const coming = new Promise<Received>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    return quiet(inTime(coming, what, deadline - performance.now()));
  }

  #take(data: RawData, binary: boolean): void {
    const bytes = data as Buffer;
    const message = binary ? parseMessage(bytes) : null;
    const received = message
      ? ({
          type: 'message',
          n: message.n,
          id: message.id,
          text: Buffer.from(message.payload).toString(),
        } as const)
      : parseServerFrame(bytes.toString());
    if (!received) throw new Error(`the server sent what no client understands: ${bytes.toString()}`);
    const waiting = this.#waiting.shift();
    if (waiting) waiting.resolve(received);
    else this.#received.push(received);
  }
}

export interface TestServer {
  readonly server: SignalingServer;
  readonly url: string;
  /** The same over HTTP. */
  readonly origin: string;
  /** Connected, but not logged in. */
  open(options?: ClientOptions): TestClient;
  login(choice?: LoginChoice & { options?: ClientOptions }): Promise<TestClient>;
}

type Options = Omit<SignalingServerOptions, 'limits'> & { limits?: Partial<Limits> };

/** A server on a free port for one test, with room for many clients from this machine. */
export async function startServer(t: TestContext, options: Options = {}): Promise<TestServer> {
  const own = options.server ? {} : { port: 0, host: '127.0.0.1' };
  const limits = { connectionsPerAddress: 1000, ...options.limits };
  const server = new SignalingServer({ ...own, ...options, limits });
  await server.listen();
  t.after(() => server.close({ drain: 0 }));
  const { url } = server.address;
  const open = (more?: ClientOptions): TestClient => new TestClient(url, more);
  return {
    server,
    url,
    origin: `http://${new URL(url).host}`,
    open,
    login: ({ options: more, ...choice } = {}) => open(more).login(choice),
  };
}

/** The HTTP status with which an upgrade is turned away. */
export async function upgradeStatus(url: string, options: ClientOptions = {}): Promise<number> {
  const ws = new WebSocket(url, options);
  ws.on('error', () => undefined);
  const opened = once(ws, 'open').then(() => 101);
  const answered = once(ws, 'unexpected-response').then(([, response]: { statusCode: number }[]) => {
    return response?.statusCode ?? 0;
  });
  const status = await Promise.race([quiet(opened), quiet(answered)]);
  ws.terminate();
  return status;
}

/** A wire id made of one character. */
export const room = (char: string): string => char.repeat(43);
