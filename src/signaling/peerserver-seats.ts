/**
 * Where a room's members can be found on a PeerServer, which knows ids and nothing else: at `<room>-0`, `-1` and `-2`. An id is
 * somebody's or nobody's, so that of several who want a seat one gets it. Whoever has one answers those who come; which of the
 * members that is does not matter, and when it goes, the next one takes the seat.
 */
import type { PeerError } from '../errors.js';
import { PeerServerSocket, type PeerServerSocketOptions } from './peerserver-socket.js';

export interface SeatsHost extends Omit<PeerServerSocketOptions, 'id'> {
  message(text: string): void;
}

/** So many may go at once, and the room can still be found. */
const SEATS = 3;

export class Seats {
  readonly #ids: readonly string[];
  readonly #host: SeatsHost;
  #held: PeerServerSocket | null = null;
  #heldId = '';
  #claiming = false;
  #closed = false;

  constructor(room: string, host: SeatsHost) {
    this.#ids = Array.from({ length: SEATS }, (_, number) => `${room}-${number}`);
    this.#host = host;
  }

  /** All but our own. */
  get others(): readonly string[] {
    return this.#ids.filter((id) => id !== this.#heldId);
  }

  /** Whoever comes knocks at the first one, and takes it if it is free. @returns whether it was */
  async knock(): Promise<boolean> {
    const [first = ''] = this.#ids;
    await this.#claim(first);
    return this.#heldId === first;
  }

  /** The eldest are to hold them. @param rank 0 for the eldest member */
  async settle(rank: number): Promise<void> {
    if (rank >= SEATS || this.#claiming) return;
    for (const id of this.#ids) await this.#claim(id);
  }

  close(): void {
    this.#closed = true;
    this.#held?.close();
    this.#free();
  }

  #free(): void {
    this.#held = null;
    this.#heldId = '';
  }

  async #claim(id: string): Promise<void> {
    if (this.#held || this.#closed) return;
    this.#claiming = true;
    await new Promise<void>((resolve) => {
      const socket: PeerServerSocket = new PeerServerSocket(
        { ...this.#host, id },
        {
          ready: () => {
            this.#held = socket;
            this.#heldId = id;
            if (this.#closed) socket.close();
            resolve();
          },
          message: (text) => {
            this.#host.message(text);
          },
          expired: () => undefined,
          closed: (_error: PeerError) => {
            if (this.#held === socket) this.#free();
            resolve();
          },
        },
      );
    });
    this.#claiming = false;
  }
}
