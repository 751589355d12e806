/**
 * What carries tracks on one connection: transceivers that go both ways and stay. What is sent through one changes without
 * a negotiation (`replaceTrack`); only more of them take one.
 */
import { limit, type Quality } from './quality.js';
import { KINDS, MOST_OF_A_KIND, type MediaKind } from './wire.js';

/** A track on its way to one peer. */
export interface Outgoing {
  /** Of the stream it belongs to. */
  readonly key: number;
  readonly kind: MediaKind;
  readonly track: MediaStreamTrack;
  readonly quality: Quality;
  /** Its stream has no picture. */
  readonly alone: boolean;
}

const isSame = (a: Outgoing | undefined, b: Outgoing): boolean => a?.track === b.track && a.key === b.key;
const carries = ({ direction }: RTCRtpTransceiver): boolean => direction === 'sendrecv';

export class Slots {
  readonly #connection: RTCPeerConnection;
  readonly #sent = new Map<RTCRtpTransceiver, Outgoing>();
  /** Sound and picture of one group are kept in step by the receiver (RFC 8830). */
  readonly #groups = Array.from({ length: MOST_OF_A_KIND }, () => new MediaStream());

  /** One after the other: a sender refuses what was read before it changed. */
  #limits = Promise.resolve();

  constructor(connection: RTCPeerConnection) {
    this.#connection = connection;
  }

  /** Makes as many as there should be, which asks for a negotiation. */
  grow(kind: MediaKind, count: number): void {
    for (let i = this.#of(kind).length; i < Math.min(count, MOST_OF_A_KIND); i++) {
      this.#connection.addTransceiver(kind, { direction: 'sendrecv', streams: this.#group(i) });
    }
  }

  /** Opens those that the other side's offer has made, before they are answered. */
  open(): void {
    for (const kind of KINDS) {
      for (const [i, transceiver] of this.#of(kind).entries()) {
        transceiver.direction = 'sendrecv';
        // Firefox had no such method for long.
        (transceiver.sender as Partial<RTCRtpSender>).setStreams?.(...this.#group(i));
      }
    }
  }

  /** Has these tracks sent and no others, as far as there is room for them. */
  async place(wanted: readonly Outgoing[]): Promise<void> {
    const leaving = new Map([...this.#sent].filter(([, one]) => !wanted.some((other) => isSame(one, other))));
    const work: Promise<void>[] = [];
    for (const one of wanted) {
      let slot = this.#slotOf(one);
      if (!slot) {
        // The track that takes another one's place takes it here, too.
        slot =
          [...leaving].find(([, left]) => left.key === one.key && left.kind === one.kind)?.[0] ??
          this.#free(one);
        if (!slot) continue;
        leaving.delete(slot);
        work.push(slot.sender.replaceTrack(one.track));
      }
      this.#sent.set(slot, one);
    }
    for (const slot of leaving.keys()) {
      this.#sent.delete(slot);
      work.push(slot.sender.replaceTrack(null));
    }
    await Promise.all(work);
    this.#limits = this.#limits.then(() => this.#limit());
  }

  /** By which the other side knows what carries the track; null before that is so. */
  midOf(one: Outgoing): string | null {
    return this.#slotOf(one)?.mid ?? null;
  }

  /** Whether both sides have agreed that it is sent. */
  flows(one: Outgoing): boolean {
    return this.#slotOf(one)?.currentDirection?.startsWith('send') ?? false;
  }

  async #limit(): Promise<void> {
    for (const [{ sender }, { quality, alone }] of [...this.#sent]) {
      // What a browser does not take limits nothing.
      await limit(sender, quality, alone).catch(() => undefined);
    }
  }

  #of(kind: MediaKind): RTCRtpTransceiver[] {
    return this.#connection.getTransceivers().filter(({ receiver }) => receiver.track.kind === kind);
  }

  #group(i: number): MediaStream[] {
    return this.#groups.slice(i, i + 1);
  }

  #slotOf(one: Outgoing): RTCRtpTransceiver | undefined {
    return [...this.#sent].find(([, other]) => isSame(other, one))?.[0];
  }

  /** Nothing is sent through it yet; where there is a choice, it is in the group of the rest of its stream. */
  #free({ key, kind }: Outgoing): RTCRtpTransceiver | undefined {
    const all = this.#of(kind);
    const others = this.#of(kind === 'audio' ? 'video' : 'audio');
    const isFree = (slot: RTCRtpTransceiver | undefined): boolean =>
      !!slot && carries(slot) && !this.#sent.has(slot);
    const beside = all.find((slot, i) => {
      const other = others[i];
      return isFree(slot) && other && this.#sent.get(other)?.key === key;
    });
    return beside ?? all.find(isFree);
  }
}
