/** What waits to be read by one client: handed to its socket little by little, and bounded in size and time. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Limits } from './limits.js';
import type { Post } from './post.js';
import { Writers, type Reader, type Writer } from './writers.js';

/**
 * What the socket is given at a time, bytes. It says when it is through with all of that, so that this is the least that
 * a client has to read to be seen reading.
 */
const PORTION = 16_384;

type Data = string | Uint8Array;

const sizeOf = (data: Data): number => (typeof data === 'string' ? Buffer.byteLength(data) : data.length);

export interface OutboxEvents {
  /** Called at most once, in a task of its own: whoever writes to a whole room must not see it change. */
  slow(): void;
}

export interface OutboxContext {
  readonly limits: Limits;
  readonly post: Post;
}

export class Outbox {
  #ws: WebSocket;
  #socket: Duplex;
  #context: OutboxContext;
  #events: OutboxEvents;
  /** Not given to the socket yet. Null when empty, as it nearly always is. */
  #waiting: Data[] | null = null;
  #waitingBytes = 0;
  /** Portions that the socket has not taken yet; more than one only at the end. */
  #given = 0;
  /** When it last took one, or was given one while it had none. */
  #tookAt = 0;
  #writers: Writers | undefined;
  #closed = false;

  /** @param socket what `ws` writes to */
  constructor(ws: WebSocket, socket: Duplex, context: OutboxContext, events: OutboxEvents) {
    this.#ws = ws;
    this.#socket = socket;
    this.#context = context;
    this.#events = events;
  }

  /** Sends at the end of this turn of the event loop, or as soon as the socket has taken what it was given before. */
  write(data: Data): void {
    if (this.#closed || this.#ws.readyState !== this.#ws.OPEN) return;
    this.#waitingBytes += sizeOf(data);
    if (this.#waiting) this.#waiting.push(data);
    else {
      this.#waiting = [data];
      if (this.#given === 0) this.#context.post.add(this);
    }
    if (this.#given > 0) this.check();
    else if (this.#waitingBytes >= PORTION) this.deliver();
  }

  /** Passes a message on. `writer` is told to stop when too much waits, and to go on when most of it is read. */
  forward(message: Uint8Array, writer: Writer, reader: Reader): void {
    this.write(message);
    // What waits only for this turn to end holds nobody up.
    if (this.#closed || this.#given === 0) return;
    const size = this.#size;
    if (size === 0) return;
    this.#writers ??= new Writers();
    this.#writers.add(writer, reader);
    if (size > this.#context.limits.bufferStop) this.#writers.stop();
  }

  deliver(): void {
    if (this.#given > 0 || !this.#waiting) return;
    const waiting = this.#waiting;
    let [count, bytes] = [0, 0];
    do bytes += sizeOf(waiting[count++] ?? '');
    while (count < waiting.length && bytes < PORTION);
    this.#waiting = count < waiting.length ? waiting.splice(count) : null;
    this.#waitingBytes -= bytes;
    this.#give(waiting);
    this.check();
  }

  /** The socket may have written something by itself. */
  check(): void {
    if (!this.#closed && this.#size > this.#context.limits.bufferClose) this.#giveUp();
  }

  /** @param now milliseconds of `performance.now()` */
  beat(now: number): void {
    if (this.#given > 0 && now - this.#tookAt > this.#context.limits.bufferTimeout) this.#giveUp();
  }

  /** Hands everything to the socket, which is about to be closed in order. */
  flush(): void {
    if (this.#waiting) this.#give(this.#waiting);
    this.#empty();
  }

  /** Takes nothing any more. Who was told to stop may go on: somebody else may read soon. */
  close(): void {
    this.#closed = true;
    this.#empty();
    this.#writers?.clear();
  }

  get #size(): number {
    return this.#waitingBytes + this.#ws.bufferedAmount;
  }

  #empty(): void {
    this.#waiting = null;
    this.#waitingBytes = 0;
  }

  #give(portion: readonly Data[]): void {
    if (this.#given++ === 0) this.#tookAt = performance.now();
    const last = portion.length - 1;
    this.#socket.cork();
    portion.forEach((data, i) => {
      const took = i === last ? () => this.#took() : undefined;
      this.#ws.send(data, { binary: typeof data !== 'string' }, took);
    });
    this.#socket.uncork();
  }

  #took(): void {
    this.#given--;
    if (this.#closed) return;
    if (this.#waiting) this.#tookAt = performance.now();
    this.deliver();
    const size = this.#size;
    if (size <= this.#context.limits.bufferStop / 2) this.#writers?.go();
    if (size === 0) this.#writers?.clear();
  }

  #giveUp(): void {
    this.close();
    queueMicrotask(() => this.#events.slow());
  }
}
