/** What waits to be read by one client: handed to its socket little by little, and bounded in size and time. */
import type { WebSocket } from 'ws';
import type { Limits } from './limits.js';
import { Writers, type Reader, type Writer } from './writers.js';

/**
 * What the socket is given at a time, bytes. It says when it is through with all of that, so that this is the least that
 * a client has to read to be seen reading.
 */
const PORTION = 16_384;

type Data = string | Uint8Array;

const sizeOf = (data: Data): number => (typeof data === 'string' ? Buffer.byteLength(data) : data.length);

export class Outbox {
  #ws: WebSocket;
  #limits: Limits;
  #slow: () => void;
  #waiting: Data[] = [];
  #waitingBytes = 0;
  /** Frames that the socket has not taken yet. */
  #given = 0;
  /** When it last took one, or was given one while it had none. */
  #tookAt = 0;
  #writers: Writers | undefined;
  #closed = false;

  /** @param slow called at most once, in a task of its own: whoever writes to a whole room must not see it change */
  constructor(ws: WebSocket, limits: Limits, slow: () => void) {
    this.#ws = ws;
    this.#limits = limits;
    this.#slow = slow;
  }

  write(data: Data): void {
    if (this.#closed || this.#ws.readyState !== this.#ws.OPEN) return;
    if (this.#given > 0 && this.#ws.bufferedAmount >= PORTION) {
      this.#waiting.push(data);
      this.#waitingBytes += sizeOf(data);
    } else {
      this.#give(data);
    }
    this.check();
  }

  /** Passes a message on. `writer` is told to stop when too much waits, and to go on when most of it is read. */
  forward(message: Uint8Array, writer: Writer, reader: Reader): void {
    this.write(message);
    const size = this.#size;
    if (this.#closed || size === 0) return;
    this.#writers ??= new Writers();
    this.#writers.add(writer, reader);
    if (size > this.#limits.bufferStop) this.#writers.stop();
  }

  /** The socket may have written something by itself. */
  check(): void {
    if (!this.#closed && this.#size > this.#limits.bufferClose) this.#giveUp();
  }

  /** @param now milliseconds of `performance.now()` */
  beat(now: number): void {
    if (this.#given > 0 && now - this.#tookAt > this.#limits.bufferTimeout) this.#giveUp();
  }

  /** Hands everything to the socket, which is about to be closed in order. */
  flush(): void {
    for (const data of this.#waiting) this.#give(data);
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
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #give(data: Data): void {
    if (this.#given++ === 0) this.#tookAt = performance.now();
    this.#ws.send(data, { binary: typeof data !== 'string' }, this.#took);
  }

  #took = (): void => {
    this.#given--;
    if (this.#closed) return;
    if (this.#given > 0 || this.#waiting.length > 0) this.#tookAt = performance.now();
    this.#drain();
    const size = this.#size;
    if (size <= this.#limits.bufferStop / 2) this.#writers?.go();
    if (size === 0) this.#writers?.clear();
  };

  #drain(): void {
    let done = 0;
    for (const data of this.#waiting) {
      if (this.#given > 0 && this.#ws.bufferedAmount >= PORTION) break;
      this.#waitingBytes -= sizeOf(data);
      this.#give(data);
      done++;
    }
    if (done > 0) this.#waiting.splice(0, done);
  }

  #giveUp(): void {
    this.close();
    queueMicrotask(this.#slow);
  }
}
