import type { GoneReason } from '../src/protocol.js';

/** How long a seat waits for somebody who seems to have gone elsewhere, ms. */
const LEAVING_TIMEOUT = 2000;

/** Why nobody is in a kept seat: a connection was lost, or a page seems to have been left. */
export type Absence = 'away' | 'leaving';
/** How a connection ended for the rooms it was in; from an absence it may come back to its seats. */
export type Exit = GoneReason | Absence;

export const isAbsence = (exit: Exit): exit is Absence => exit === 'away' || exit === 'leaving';

interface Kept {
  readonly absence: Absence;
  readonly timer: NodeJS.Timeout | undefined;
}

/** Seats whose owner's connection is lost: for a while they wait for it to come back. Knows neither rooms nor sockets. */
export class KeptSeats<S extends { readonly id: string }> {
  #timeout: number;
  #most: number;
  #expired: (seat: S, absence: Absence) => void;
  #mayExpire: () => boolean;
  #byId = new Map<string, Map<S, Kept>>();
  #size = 0;
  #endless = false;

  /**
   * @param timeout milliseconds; 0 = a seat expires as it is given to us
   * @param most seats of one id, or somebody who comes and goes could hold any number: the oldest expires first
   * @param expired called once for each that is not released before
   * @param mayExpire false while nobody could come back: a seat whose time is over then waits as long once more
   */
  constructor(
    timeout: number,
    most: number,
    expired: (seat: S, absence: Absence) => void,
    mayExpire: () => boolean = () => true,
  ) {
    this.#timeout = timeout;
    this.#most = most;
    this.#expired = expired;
    this.#mayExpire = mayExpire;
  }

  get size(): number {
    return this.#size;
  }

  keep(seat: S, absence: Absence = 'away'): void {
    if (!this.#endless) {
      if (this.#timeout === 0) return this.#expired(seat, absence);
      const before = this.of(seat.id);
      if (before[0] && before.length >= this.#most) this.#expire(before[0]);
    }
    const seats = this.#byId.get(seat.id) ?? new Map<S, Kept>();
    this.#byId.set(seat.id, seats);
    const timer = this.#endless
      ? undefined
      : setTimeout(() => this.#timeOver(seat), this.timeoutOf(absence)).unref();
    seats.set(seat, { absence, timer });
    this.#size++;
  }

  /** How long a seat is kept, milliseconds. */
  timeoutOf(absence: Absence): number {
    return absence === 'leaving' ? Math.min(LEAVING_TIMEOUT, this.#timeout) : this.#timeout;
  }

  /** It has its owner back, or is given up. False when it was not kept. */
  release(seat: S): boolean {
    const seats = this.#byId.get(seat.id);
    if (!seats?.has(seat)) return false;
    clearTimeout(seats.get(seat)?.timer);
    seats.delete(seat);
    if (seats.size === 0) this.#byId.delete(seat.id);
    this.#size--;
    return true;
  }

  /** A snapshot, oldest first. */
  of(id: string): readonly S[] {
    return [...(this.#byId.get(id)?.keys() ?? [])];
  }

  /** From now on no seat expires: who is away may have gone to another server, and nobody here could know. */
  keepAll(): void {
    this.#endless = true;
    this.#stopTimers();
  }

  clear(): void {
    this.#stopTimers();
    this.#byId.clear();
    this.#size = 0;
  }

  #stopTimers(): void {
    for (const seats of this.#byId.values()) for (const { timer } of seats.values()) clearTimeout(timer);
  }

  #timeOver(seat: S): void {
    if (this.#mayExpire()) this.#expire(seat);
    else this.#byId.get(seat.id)?.get(seat)?.timer?.refresh();
  }

  #expire(seat: S): void {
    const { absence = 'away' } = this.#byId.get(seat.id)?.get(seat) ?? {};
    if (this.release(seat)) this.#expired(seat, absence);
  }
}
