/** One WebSocket to a PeerServer, under one of its ids (https://github.com/peers/peerjs-server, 1.0). */
import { PeerError } from '../errors.js';

export interface PeerServerSocketOptions {
  /** `ws:` or `wss:`, with key and whatever else the server's operator asks for. */
  readonly address: string;
  readonly id: string;
  /** Who comes again with the same one takes over from its older socket. */
  readonly token: string;
  /** How long until it has to be ready, ms. */
  readonly timeout: number;
  /** How often the server is told that we are there, ms. */
  readonly heartbeat: number;
  /** Default: the browser's. */
  readonly WebSocket?: typeof WebSocket | undefined;
}

export interface PeerServerSocketSink {
  /** The id is ours, and what is sent to it comes here. */
  ready(): void;
  message(text: string): void;
  /** What was sent to that id was for nobody: it is not there, or not any more. */
  expired(id: string): void;
  /** Once, at the end; not after `close()`. `busy`: somebody else has the id. */
  closed(error: PeerError): void;
}

/** A server that answers an address with a sentence means it. */
const FINAL = /key|token|parameters/i;
/** Of the kinds of message that every PeerServer passes on, the one that is not told from others. */
const TYPE = 'CANDIDATE';
const ECHO = 'echo';

interface Frame {
  readonly type?: unknown;
  readonly src?: unknown;
  readonly payload?: unknown;
}

function parse(data: unknown): Frame {
  try {
    return (JSON.parse(data as string) as Frame | null) ?? {};
  } catch {
    return {};
  }
}

export class PeerServerSocket {
  readonly #socket: WebSocket;
  readonly #options: PeerServerSocketOptions;
  readonly #sink: PeerServerSocketSink;
  readonly #patience: ReturnType<typeof setTimeout>;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #ready = false;
  #closed = false;
  #error = new PeerError('unreachable', 'The PeerServer cannot be reached.');

  constructor(options: PeerServerSocketOptions, sink: PeerServerSocketSink) {
    const { address, id, token, timeout, WebSocket: Socket = globalThis.WebSocket } = options;
    this.#options = options;
    this.#sink = sink;
    const url = new URL(address);
    url.searchParams.set('id', id);
    url.searchParams.set('token', token);
    const socket = new Socket(url);
    this.#socket = socket;
    this.#patience = setTimeout(() => {
      this.#fail(new PeerError('timeout', 'The PeerServer does not answer.'));
    }, timeout);
    socket.onopen = () => {
      // Who takes over from an older socket is not told that it is in; but it hears itself.
      this.send(id, ECHO);
    };
    socket.onmessage = ({ data }) => {
      this.#receive(parse(data));
    };
    socket.onclose = () => {
      this.#fail(this.#error);
    };
  }

  get ready(): boolean {
    return this.#ready && !this.#closed;
  }

  send(to: string, text: string): void {
    this.#write({ type: TYPE, dst: to, payload: text });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#patience);
    clearInterval(this.#heartbeat);
    this.#socket.close();
  }

  #write(frame: object): void {
    if (this.#socket.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  #fail(error: PeerError): void {
    if (this.#closed) return;
    this.close();
    this.#sink.closed(error);
  }

  #receive({ type, src, payload }: Frame): void {
    if (this.#closed) return;
    if (type === 'OPEN' || (payload === ECHO && src === this.#options.id)) this.#open();
    else if (type === 'ID-TAKEN')
      this.#error = new PeerError('busy', 'Somebody else has this id on the PeerServer.');
    else if (type === 'ERROR') this.#refused(payload);
    else if (type === 'EXPIRE' || type === 'LEAVE') this.#sink.expired(String(src));
    else if (typeof payload === 'string') this.#sink.message(payload);
  }

  #open(): void {
    if (this.#ready) return;
    this.#ready = true;
    clearTimeout(this.#patience);
    this.#heartbeat = setInterval(() => {
      this.#write({ type: 'HEARTBEAT' });
    }, this.#options.heartbeat);
    this.#sink.ready();
  }

  #refused(payload: unknown): void {
    const { msg = '' } = (payload ?? {}) as { readonly msg?: unknown };
    const said = String(msg).slice(0, 200);
    this.#error = new PeerError('refused', `The PeerServer refuses: ${said}`, { final: FINAL.test(said) });
  }
}
