/** How long it takes to the other side and back, by the pipe through which we speak. */
import type { PeerError } from '../errors.js';

interface Trip {
  id: number;
  begun: number;
  /** Of whoever asked for it. */
  readonly resolve?: (time: number) => void;
  readonly reject?: (error: PeerError) => void;
}

/** Between two measurements that nobody asked for, ms. */
const INTERVAL = 5000;
/** Share of a new measurement in the smoothed one, as TCP has it (RFC 6298). */
const SHARE = 1 / 8;

export class RoundTrips {
  readonly #send: (id: number) => void;
  readonly #asked = new Set<Trip>();
  /** The last one of ours: an answer to any before it comes too late. */
  readonly #own: Trip = { id: 0, begun: 0 };
  #count = 0;
  #measuredAt = -INTERVAL;
  #smoothed: number | null = null;

  /** @param send has the other side answer with this id; where there is no pipe, nobody does */
  constructor(send: (id: number) => void) {
    this.#send = send;
  }

  /** Milliseconds; null before the first answer that came by this pipe. */
  get smoothed(): number | null {
    return this.#smoothed;
  }

  /** Resolves with the time of one round trip, ms; rejects as `patience` says. */
  ping(patience: AbortSignal): Promise<number> {
    return new Promise((resolve, reject) => {
      const trip = { id: 0, begun: 0, resolve, reject };
      const giveUp = (): void => {
        if (this.#asked.delete(trip)) reject(patience.reason as PeerError);
      };
      this.#asked.add(trip);
      this.#send(this.begin(trip));
      patience.addEventListener('abort', giveUp);
    });
  }

  /** Asks for itself, unless that was a short while ago. */
  measure(): void {
    if (performance.now() - this.#measuredAt >= INTERVAL) this.#send(this.begin());
  }

  /** @returns the id to ask for an answer with */
  begin(trip: Trip = this.#own): number {
    this.#measuredAt = trip.begun = performance.now();
    return (trip.id = ++this.#count);
  }

  answered(id: number): void {
    // Those that are not under way have 0.
    const trip = id === 0 ? undefined : [this.#own, ...this.#asked].find((one) => one.id === id);
    if (!trip) return;
    const time = performance.now() - trip.begun;
    trip.id = 0;
    this.#asked.delete(trip);
    this.#smoothed = this.#smoothed === null ? time : this.#smoothed + SHARE * (time - this.#smoothed);
    trip.resolve?.(time);
  }

  /** Another pipe is used: nothing is known of it, and answers that come by the old one say nothing. */
  moved(): void {
    this.#smoothed = null;
    this.#measuredAt = -INTERVAL;
    this.#own.id = 0;
    for (const trip of this.#asked) this.#send(this.begin(trip));
  }

  /** The end. */
  close(error: PeerError): void {
    for (const { reject } of this.#asked) reject?.(error);
    this.#asked.clear();
  }
}
