/** A room of any number of peers, everyone connected to everyone. */
import { PeerError } from './errors.js';
import type { JoinDetail, RoomEventMap } from './events.js';
import { checkKickOptions, type KickOptions } from './moderation/options.js';
import { ROOM_OPTIONS, type PeerRoomOptions } from './options.js';
import type { Peer } from './peer.js';
import type { Answers, RequestOptions } from './request-options.js';
import { Source, type Admission } from './source.js';

/**
 * A room of peers. Joins by itself once it has a `room`, unless `manual`.
 * @fires open, join, peer, profile, leave, data, request, transfer, progress, upgradeattempt, upgrade, upgradeerror, downgrade,
 * gap, moderator, untrusted, reconnecting, reconnect, reconnecterror, statechange, error, close
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

  /**
   * Whether this page may send others out: it made the room, or was appointed by somebody who may, or came with a token that says
   * `moderator`.
   */
  get moderator(): boolean {
    return this.membership?.chair?.isOurs ?? false;
  }

  /**
   * Sends a peer out of the room: every member ends its session with it, and the server its seat. The peer's `close` event has the
   * reason. It may come again, unless it is banned; who is banned by `id` need not be there.
   * @returns rejects with a PeerError: `refused` where this page is no moderator, or the peer made the room; `gone`
   * @throws {TypeError} unknown or wrong option
   */
  kick(id: string, options: KickOptions = {}): Promise<void> {
    checkKickOptions(options);
    return this.membership?.chair?.kick(id, options) ?? Promise.reject(outside());
  }

  /**
   * Makes a peer a moderator as well, and all pages of its identity.
   * @returns rejects with a PeerError: `refused` where this page is no moderator; `gone`
   */
  appoint(id: string): Promise<void> {
    return this.membership?.chair?.appoint(id) ?? Promise.reject(outside());
  }

  protected override get moderated(): boolean {
    return true;
  }

  protected override appointed(identity: string): void {
    this.fire('moderator', { identity });
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

const outside = (): PeerError => new PeerError('refused', 'This page is in no room.');
