/** A room of any number of peers, everyone connected to everyone. */
import { PeerError } from './errors.js';
import { askToEnter } from './door/asking.js';
import type { Entrance } from './door/entrance.js';
import { JoinRequestEvent } from './door/join-request-event.js';
import type { Knock } from './door/knock.js';
import type { JoinDetail, RoomEventMap } from './events.js';
import type { Admission, Joining } from './joining.js';
import type { RoomHost } from './membership.js';
import { checkKickOptions, type KickOptions } from './moderation/options.js';
import { ROOM_OPTIONS, type PeerRoomOptions } from './options.js';
import type { Peer } from './peer.js';
import type { Answers, RequestOptions } from './request-options.js';
import { Source } from './source.js';

/**
 * A room of peers. Joins by itself once it has a `room`, unless `manual`.
 * @fires open, join, peer, profile, leave, stream, track, streamend, mute, mediaerror, mediastate, data, request, transfer,
 * progress, upgradeattempt, upgrade, upgradeerror, downgrade, gap, moderator, joinrequest, joinrequestend, knock, untrusted,
 * reconnecting, reconnect, reconnecterror, statechange, error, close
 * @throws {TypeError} naming the option that is wrong
 */
export class PeerRoom extends Source<RoomEventMap> {
  #room: string | null = null;
  #entrance: Entrance | null = null;

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

  /**
   * Who asks to come in and waits for this page, or for somebody else who may decide, by id; see `admission`. Empty where it is not for this page to
   * decide.
   */
  get knocks(): ReadonlyMap<string, Knock> {
    return this.membership?.door?.knocks ?? new Map<string, Knock>();
  }

  /** Whether this page itself waits to be let in. */
  get knocking(): boolean {
    return this.#entrance?.knocking ?? false;
  }

  protected override async enter(
    joining: Joining,
    admission: Admission & { name: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { admission: how, deciders = 'members' } = this.options;
    if (how !== 'ask') return super.enter(joining, admission, signal);
    const { name, entry, capacity } = admission;
    const entrance = await askToEnter(
      {
        joining,
        name,
        entry,
        capacity,
        deciders,
        request: this.requestFor(name),
        join: (made, host) => this.join(joining, made, host),
        host: this.host,
      },
      {
        knocking: (answering) => {
          this.fire('knock', { answering });
        },
        entered: (membership) => {
          this.#entrance = null;
          this.entering(membership);
        },
      },
    );
    if (signal.aborted) return;
    signal.addEventListener('abort', () => {
      entrance.close();
      this.#entrance = null;
    });
    this.#entrance = entrance;
    entrance.begin();
  }

  protected override greetAgain(): void {
    super.greetAgain();
    this.#entrance?.greetAgain();
  }

  protected override get roomHost(): RoomHost {
    return {
      moderator: (identity) => {
        this.fire('moderator', { identity });
      },
      asked: (knock) => {
        this.dispatch(new JoinRequestEvent(knock));
      },
      settled: ({ peer }, outcome) => {
        this.fire('joinrequestend', { peer, outcome });
      },
    };
  }

  protected override get moderated(): boolean {
    return true;
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
