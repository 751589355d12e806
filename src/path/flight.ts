/**
 * How much may be on its way without the other side having said that it is there. A channel's own buffer tells only what
 * has not left yet; what queues behind that, in the network or in a busy page, is what small messages wait for.
 *
 * As in BBR (draft-ietf-ccwg-bbr), twice as much is under way as the line holds, which is what comes through in the
 * shortest round trip; and a little more, for pages do not answer as evenly as networks do.
 */
interface Piece {
  /** Bytes sent so far, this piece included. */
  readonly end: number;
  /** When, ms. */
  readonly at: number;
  /** Bytes under way then, this piece included. */
  readonly underWay: number;
}

/** At first, and never less nor more, bytes: whoever acknowledges what has not come yet gains little. */
const LEAST = 32_768;
const MOST = 16_777_216;
/** A round trip may take so many times the shortest one, and so many milliseconds beyond: with less, fast lines run dry. */
const GAIN = 2;
const SLACK = 10;
/** How long the shortest round trip counts, ms: the line may have become another one. */
const PROBE_INTERVAL = 10_000;
/** What is under way comes in pieces of at least a quarter, so that no small message waits long for one of them. */
const LEAST_PIECE = 8192;
const MOST_PIECE = 65_536;

export class Flight {
  readonly #pieces: Piece[] = [];
  #sent = 0;
  #acknowledged = 0;
  #most = LEAST;
  /** The shortest round trip since the last probe, ms. */
  #shortest = Infinity;
  #nextProbe = Infinity;
  /** What was sent before says nothing about a line with little on it. */
  #probeFrom = 0;

  /** Bytes of a piece that suits the line. */
  get piece(): number {
    return Math.min(Math.max(Math.floor(this.#most / 4), LEAST_PIECE), MOST_PIECE);
  }

  hasRoom(bytes: number): boolean {
    const underWay = this.#sent - this.#acknowledged;
    // What is larger than all there may be goes alone.
    return underWay === 0 || underWay + bytes <= this.#most;
  }

  sent(bytes: number, now: number): void {
    if (this.#nextProbe === Infinity) this.#nextProbe = now + PROBE_INTERVAL;
    this.#sent += bytes;
    this.#pieces.push({ end: this.#sent, at: now, underWay: this.#sent - this.#acknowledged });
  }

  /** @param total bytes that the other side has had so far; what is not possible is ignored */
  acknowledge(total: number, now: number): void {
    if (!Number.isSafeInteger(total) || total <= this.#acknowledged || total > this.#sent) return;
    const bytes = total - this.#acknowledged;
    this.#acknowledged = total;
    let newest: Piece | undefined;
    while (this.#pieces[0] && this.#pieces[0].end <= total) newest = this.#pieces.shift();
    if (now >= this.#nextProbe) this.#probe(now);
    else if (newest && newest.end > this.#probeFrom) this.#learn(newest, bytes, now);
  }

  #learn({ at, underWay }: Piece, bytes: number, now: number): void {
    const trip = Math.max(now - at, 0.1);
    this.#shortest = Math.min(this.#shortest, trip);
    const goal = GAIN * this.#shortest + SLACK;
    const wanted = Math.min(Math.max((underWay * goal) / trip, LEAST), MOST);
    // At most twice as much after each round trip; one late word is no queue.
    if (wanted > this.#most) this.#most = Math.min(wanted, this.#most + bytes);
    else if (trip > goal) this.#most += (wanted - this.#most) / 8;
  }

  /** Lets the line run nearly empty for a round trip, to see how short one can be. */
  #probe(now: number): void {
    this.#nextProbe = now + PROBE_INTERVAL;
    this.#probeFrom = this.#sent;
    this.#shortest = Infinity;
    this.#most = LEAST;
  }
}
