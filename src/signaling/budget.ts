/** Keeps what a page sends within what the server allows one connection, so that it is never closed for it. */
import { MESSAGE_HEADER_BYTES } from '../message-frame.js';
import { type Budget } from '../protocol.js';

/** Who was refused, and is to be asked again. */
export interface Drainable {
  drain(): void;
}

export interface BudgetHost {
  /** Bytes given to the socket that have not left this page. */
  backlog(): number;
  /** Has the server say `pong`: by then it has read all that was sent before. */
  ping(): void;
}

/** The rest is for what is not paced, handshakes and heartbeats, and for clocks that differ. */
const RATE_SHARE = 0.8;
const BURST_SHARE = 0.75;
/** More than this in the socket's own buffer, and nothing is added, bytes. */
const MOST_BACKLOG = 65_536;
/** There is no event for a buffer that empties: how long to wait before it is looked at again, ms. */
const BACKLOG_PAUSE = 50;

/**
 * A token bucket that is never fuller than the server's own. What the server has not read yet may arrive all at once,
 * after a stall, and will then be taken from what it has: so it cannot be had back before it is read.
 */
class Bucket {
  readonly #perMs: number;
  readonly #size: number;
  #level: number;
  #at = performance.now();
  /** Totals, from the first to the last: taken from the bucket, given to the socket, read by the server. */
  #taken = 0;
  #sent = 0;
  #read = 0;

  constructor(rate: number, burst: number) {
    this.#perMs = (rate * RATE_SHARE) / 1000;
    this.#size = this.#level = burst * BURST_SHARE;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Whether so much is unread that it is time to ask. */
  get isUncertain(): boolean {
    return this.#unread > this.#size / 2;
  }

  /** Milliseconds until `cost` may be spent; Infinity: not before the server has read more. */
  wait(cost: number): number {
    const now = performance.now();
    const most = this.#size - this.#unread;
    this.#level = Math.min(most, this.#level + (now - this.#at) * this.#perMs);
    this.#at = now;
    // As on the server, what is dearer than the whole bucket passes when it is full.
    const needed = Math.min(cost, this.#size);
    if (needed > most) return Infinity;
    return Math.max(0, Math.ceil((needed - this.#level) / this.#perMs));
  }

  take(cost: number): void {
    this.#level -= cost;
    this.#taken += cost;
  }

  /** What was taken and is not sent yet pays for it, as far as it goes. */
  send(cost: number): void {
    this.#sent += cost;
    if (this.#sent > this.#taken) this.take(this.#sent - this.#taken);
  }

  /** The server has read the first `total` of all that was ever sent. */
  readUpTo(total: number): void {
    this.#read = total;
  }

  get #unread(): number {
    return this.#sent - this.#read;
  }
}

/** What one connection may still send. Whoever is refused waits in a line that nobody can jump. */
export class ConnectionBudget {
  readonly #host: BudgetHost;
  readonly #messages: Bucket;
  readonly #bytes: Bucket;
  /** What had been sent with each `ping` that has not been answered yet. */
  readonly #questions: { readonly messages: number; readonly bytes: number }[] = [];
  /** Who was refused, with what it asked for, in the order in which they are asked again. */
  readonly #line = new Map<Drainable, number>();
  #asked: Drainable | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(budget: Budget, host: BudgetHost) {
    this.#host = host;
    this.#messages = new Bucket(budget.messages, budget.messageBurst);
    this.#bytes = new Bucket(budget.bytes, budget.byteBurst);
  }

  /**
   * Takes room for one message of `bytes`. When there is none, `who` will be asked to `drain()` once there is; until
   * then it is refused whatever it wants, so that a large message does not starve behind small ones.
   */
  reserve(who: Drainable, bytes: number): boolean {
    if (this.#closed) return false;
    const cost = MESSAGE_HEADER_BYTES + bytes;
    const isNext = this.#line.size === 0 || this.#asked === who;
    if (isNext && this.#wait(cost) === 0) {
      this.#messages.take(1);
      this.#bytes.take(cost);
      return true;
    }
    const isFirst = this.#line.size === 0;
    this.#line.set(who, cost);
    if (isFirst) this.#plan();
    return false;
  }

  /** A frame was sent, reserved for or not. @param bytes its length, where it is a message; 0 for any other */
  sent(bytes: number): void {
    this.#messages.send(1);
    this.#bytes.send(bytes);
    this.#askWhenUncertain();
  }

  /** A `ping` was sent, whoever wanted it. */
  pinged(): void {
    this.#messages.send(1);
    this.#questions.push({ messages: this.#messages.sent, bytes: this.#bytes.sent });
  }

  /** A `pong` came. */
  ponged(): void {
    const answered = this.#questions.shift();
    if (!answered) return;
    this.#messages.readUpTo(answered.messages);
    this.#bytes.readUpTo(answered.bytes);
    this.#askWhenUncertain();
    this.#askTheLine();
  }

  /** `who` wants nothing any more. */
  forget(who: Drainable): void {
    if (this.#line.delete(who)) this.#plan();
  }

  close(): void {
    this.#closed = true;
    this.#line.clear();
    clearTimeout(this.#timer);
  }

  #askWhenUncertain(): void {
    if (this.#messages.isUncertain || this.#bytes.isUncertain) this.#ask();
  }

  #ask(): void {
    if (this.#questions.length === 0) this.#host.ping();
  }

  #wait(cost: number): number {
    if (this.#host.backlog() > MOST_BACKLOG) return BACKLOG_PAUSE;
    return Math.max(this.#messages.wait(1), this.#bytes.wait(cost));
  }

  /** Who is asked takes what it can, and is the last in line if that was not enough. */
  #askTheLine(): void {
    // A map shows what is added while it is walked through.
    for (const [who, cost] of this.#line) {
      if (this.#wait(cost) > 0) break;
      this.#line.delete(who);
      this.#asked = who;
      try {
        who.drain();
      } finally {
        this.#asked = null;
      }
    }
    this.#plan();
  }

  #plan(): void {
    clearTimeout(this.#timer);
    const [cost] = this.#line.values();
    if (cost === undefined || this.#asked || this.#closed) return;
    const wait = this.#wait(cost);
    if (wait === Infinity) {
      this.#ask(); // The answer goes on from here.
    } else {
      this.#timer = setTimeout(() => {
        this.#askTheLine();
      }, wait);
    }
  }
}
