/** The frames of one socket, in order and no faster than its budget allows. */
import type { WebSocket } from 'ws';
import { TokenBucket, type Limits } from './limits.js';

export interface Frame {
  readonly bytes: Buffer;
  readonly binary: boolean;
}

export interface InboxEvents {
  /** May call `hold()`: the next frame then waits for `release()`. */
  frame(frame: Frame): void;
  /** Too much for too long. */
  flooded(): void;
}

export class Inbox {
  #ws: WebSocket;
  #events: InboxEvents;
  #messages: TokenBucket;
  #bytes: TokenBucket;
  /** A paused socket still hands over what it had read already; this much could be worked off in time. */
  #most: number;
  #patience: number;
  #frames: Frame[] = [];
  #held = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #overSince: number | undefined;

  constructor(ws: WebSocket, limits: Limits, events: InboxEvents) {
    const now = performance.now();
    this.#ws = ws;
    this.#events = events;
    this.#messages = new TokenBucket(limits.messagesPerSecond, limits.messageBurst, now);
    this.#bytes = new TokenBucket(limits.relayBytesPerSecond, limits.relayBurst, now);
    this.#patience = limits.budgetTimeout;
    this.#most = limits.messageBurst + (limits.messagesPerSecond * this.#patience) / 1000;
  }

  /** Whether the socket is not being read, so that its silence says nothing. */
  get paused(): boolean {
    return this.#held || this.#timer !== undefined;
  }

  push(bytes: Buffer, binary: boolean): void {
    if (this.#closed) return;
    const frame = { bytes, binary };
    // Nearly all frames: nothing waits before them, and nothing has to afterwards.
    if (!this.paused && this.#wait(frame) === 0) {
      this.#overSince = undefined;
      this.#take(frame);
      return this.#setFlow();
    }
    this.#frames.push(frame);
    if (this.#frames.length > this.#most) return this.#flood();
    this.#drain();
  }

  /** Counts a WebSocket ping or pong, which costs us as much as a frame. */
  charge(): void {
    if (this.#closed) return;
    const now = performance.now();
    this.#ease(this.#messages.wait(1, now));
    this.#messages.spend(1);
    if (!this.#timer) this.#rest(this.#messages.wait(1, now));
    this.#setFlow();
  }

  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#drain();
  }

  /** Nothing comes out any more; the socket is read on, for the sake of the closing handshake. */
  close(): void {
    this.#closed = true;
    this.#held = false;
    this.#frames.length = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#setFlow();
  }

  /** What finds its budget on arrival, having waited for nothing, shows that the client is under it again. */
  #ease(wait: number): void {
    if (wait === 0 && !this.paused) this.#overSince = undefined;
  }

  #drain(): void {
    while (!this.paused && !this.#closed) {
      const frame = this.#frames[0];
      if (!frame) break;
      const wait = this.#wait(frame);
      if (wait > 0) {
        this.#rest(wait);
        break;
      }
      this.#frames.shift();
      this.#take(frame);
    }
    // An array keeps the room it once needed.
    if (this.#frames.length === 0) this.#frames = [];
    this.#setFlow();
  }

  #take(frame: Frame): void {
    this.#messages.spend(1);
    if (frame.binary) this.#bytes.spend(frame.bytes.length);
    this.#events.frame(frame);
  }

  #wait(frame: Frame): number {
    const now = performance.now();
    const messages = this.#messages.wait(1, now);
    return frame.binary ? Math.max(messages, this.#bytes.wait(frame.bytes.length, now)) : messages;
  }

  /** Stops reading until the budget is back, or for the time that is left to get back under it. */
  #rest(wait: number): void {
    if (wait === 0) return;
    const now = performance.now();
    this.#overSince ??= now;
    const left = this.#overSince + this.#patience - now;
    if (left <= 0) return this.#flood();
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#drain();
      },
      Math.min(wait, Math.ceil(left)),
    );
  }

  #flood(): void {
    this.close();
    this.#events.flooded();
  }

  #setFlow(): void {
    if (this.paused && !this.#ws.isPaused) this.#ws.pause();
    else if (!this.paused && this.#ws.isPaused) this.#ws.resume();
  }
}
