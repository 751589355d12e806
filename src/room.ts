/** A room of any number of peers, everyone connected to everyone. */
import type { JoinDetail, RoomEventMap } from './events.js';
import { ROOM_OPTIONS, type PeerRoomOptions } from './options.js';
import type { Peer } from './peer.js';
import type { Answers, RequestOptions } from './request-options.js';
import { Source, type Admission } from './source.js';

/**
 * A room of peers. Joins by itself once it has a `room`, unless `manual`.
 * @fires open, join, peer, profile, leave, data, request, transfer, progress, upgradeattempt, upgrade, upgradeerror, downgrade,
 * gap, untrusted, reconnecting, reconnect, reconnecterror, statechange, error, close
 * @throws {TypeError} naming the option that is wrong
 */
export class PeerRoom extends Source<RoomEventMap> {
  #room: string | null = null;

  constructor(options: PeerRoomOptions = {}, target?: EventTarget) {
    super(ROOM_OPTIONS, target);
    if (options.manual) this.configure(options);
    else this.connect(options);
  }

  /** The room's name, null before there was one. */
  get room(): string | null {
    return this.#room;
  }

  /** The peer with this id, if it is in the room. */
  peer(id: string): Peer | undefined {
    return this.peers.get(id);
  }

  /**
   * Asks for an answer: one peer with `to: id`, otherwise several. What is asked before we are in waits.
   * @param data whatever `send()` takes
   * @returns the answer of the one, or a map of settled results by id. The former rejects with a PeerError (`timeout`, `aborted`, `gone`,
   * `refused` when nobody answers there), or with the error of who was asked, by name and message
   * @throws {TypeError} unknown or wrong option
   * @throws {DOMException} `InvalidStateError` after the end, `DataCloneError` for what cannot be sent
   */
  request(data: unknown, options: RequestOptions & { readonly to: string }): Promise<unknown>;
  request(data: unknown, options?: RequestOptions): Promise<Answers>;
  request(data: unknown, options?: RequestOptions): Promise<unknown> {
    return this.ask(data, options);
  }

  protected override admission({ room, entry = 'join-or-create', capacity }: PeerRoomOptions): Admission {
    this.#room = room ?? null;
    const admission: Admission = { kind: 'group', name: this.#room, entry };
    return capacity === undefined ? admission : { ...admission, capacity };
  }

  protected override fireJoin(detail: JoinDetail): void {
    this.fire('join', { ...detail, room: this.#room ?? '' });
  }
}
