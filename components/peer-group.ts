import {
  PeerRoom,
  type Answers,
  type Deciders,
  type Entry,
  type KickOptions,
  type Knock,
  type Peer,
  type RequestOptions,
  type RoomEventMap,
  type TypedListeners,
} from '../src/index.js';
import { PeerElement } from './peer-element.js';

/**
 * A room of peers.
 *
 * @element peer-group
 * @slot - Whatever shares the room: `<peer-chat>` and its like find it by being inside.
 * @fires {CustomEvent} open - Signalling is connected and the id is proven: `{ id }`.
 * @fires {CustomEvent} join - We are in: `{ room, id, peers, created }`.
 * @fires {CustomEvent} peer - A peer is there and `send()` reaches it: `{ peer }`.
 * @fires {CustomEvent} profile - A peer changed its name or profile: `{ peer }`.
 * @fires {CustomEvent} leave - A peer is gone for good: `{ peer, reason, kick? }`.
 * @fires {CustomEvent} moderator - Somebody is a moderator, as this page knows now: `{ identity }`.
 * @fires {JoinRequestEvent} joinrequest - Somebody asks to come in; `event.accept()`, `.reject(reason)` or `.respondWith()` decide: `{ peer }`.
 * @fires {CustomEvent} joinrequestend - Somebody asks no more; `outcome` is `accepted`, `rejected` or `gone`: `{ peer, outcome }`.
 * @fires {CustomEvent} knock - This page asks to come in; `answering` says whether somebody inside listens: `{ answering }`.
 * @fires {CustomEvent} data - A message: `{ data, type, peer, metadata, delivery, transfer? }`.
 * @fires {RequestEvent} request - A message that wants an answer, which `event.respondWith()` gives: `{ data, type, peer, metadata }`.
 * @fires {CustomEvent} stream - A peer sends a stream: `{ stream, peer, metadata }`.
 * @fires {CustomEvent} track - A track has come into a stream of a peer: `{ stream, track, peer, metadata }`.
 * @fires {CustomEvent} streamend - A peer sends a stream no longer, or is gone: `{ stream, peer, metadata }`.
 * @fires {CustomEvent} mute - A peer has switched its microphone or camera off, or on: `{ peer, kind, muted }`.
 * @fires {CustomEvent} mediastate - What becomes of camera and sound between us and a peer: `{ peer, state, previous }`.
 * @fires {CustomEvent} mediaerror - Camera and sound need a direct path, and there is none: `{ peer, error }`.
 * @fires {CustomEvent} transfer - A large value starts to arrive; cancelable, in order to decide later: `{ transfer, peer, metadata }`.
 * @fires {CustomEvent} progress - More of a large value has arrived, or has been taken: `{ loaded, total, peer, transfer, direction }`.
 * @fires {CustomEvent} upgradeattempt - A direct path is being tried: `{ peer, path, previous }`.
 * @fires {CustomEvent} upgrade - Messages go directly from now on: `{ peer, path, previous }`.
 * @fires {CustomEvent} upgradeerror - An attempt failed, messages go on as they did: `{ peer, path, previous, error }`.
 * @fires {CustomEvent} downgrade - The direct path is lost, the relay takes over: `{ peer, path, previous }`.
 * @fires {CustomEvent} gap - Messages were lost beyond repair: `{ peer, lost }`.
 * @fires {CustomEvent} reconnecting - Signalling was lost: `{ attempt, delay }`.
 * @fires {CustomEvent} reconnect - Signalling is back: `{ attempts }`.
 * @fires {CustomEvent} reconnecterror - An attempt to get it back failed: `{ attempt, error }`.
 * @fires {CustomEvent} untrusted - Somebody is not who the id says, or what was sent was changed: `{ id, reason }`.
 * @fires {CustomEvent} statechange - `state` changed: `{ state, previous }`.
 * @fires {CustomEvent} error - Something failed: `{ error }`; whether that was the end is `error.final`.
 * @fires {CustomEvent} close - Once per join, at the end: `{ code, reason, error? }`.
 * @cssstate new - Not connected yet.
 * @cssstate connecting - Being let in.
 * @cssstate connected - In the room.
 * @cssstate disconnected - Signalling is lost and being dialled again.
 * @cssstate failed - Ended by an error.
 * @cssstate closed - Left.
 */
export class PeerGroupElement extends PeerElement<PeerRoom> {
  static override properties = {
    ...PeerElement.properties,
    room: { type: String },
    entry: { type: String },
    capacity: { type: Number },
    admission: { type: String },
    deciders: { type: String },
  };

  /** Room name, any text up to 1 KB. Joining starts when it is set. */
  declare room: string | null | undefined;
  /** `join-or-create`, `create` (fails with `room-exists`) or `join` (fails with `room-missing`). */
  declare entry: Entry | null;
  /** Most members; fixed by whoever creates the room. */
  declare capacity: number | null | undefined;
  /**
   * `open`, or `ask`: who comes to a room that is there has to be let in by those inside, who hear of it by `joinrequest`. All pages of
   * a room say the same.
   */
  declare admission: 'open' | 'ask' | null | undefined;
  /** Who decides where one has to ask: any of the `members`, or `moderators`; fixed by whoever creates the room. */
  declare deciders: Deciders | null | undefined;

  declare addEventListener: TypedListeners<RoomEventMap>['addEventListener'];
  declare removeEventListener: TypedListeners<RoomEventMap>['removeEventListener'];

  constructor() {
    super();
    this.entry = 'join-or-create';
    this.admission = 'open';
  }

  /** Who asks to come in and waits for a decision that this page may take, by id. */
  get knocks(): ReadonlyMap<string, Knock> {
    return this.core.knocks;
  }

  /** Whether this page itself waits to be let in. */
  get knocking(): boolean {
    return this.core.knocking;
  }

  /** The peer with this id, if it is in the room. */
  peer(id: string): Peer | undefined {
    return this.core.peer(id);
  }

  /**
   * Whether this page may send others out: it made the room, or was appointed by somebody who may, or came with a token that says
   * `moderator`.
   */
  get moderator(): boolean {
    return this.core.moderator;
  }

  /**
   * Sends a peer out of the room: every member ends its session with it, and the server its seat. The peer's `close` event has the
   * reason. It may come again, unless it is banned; who is banned by `id` need not be there.
   * @returns rejects with a PeerError: `refused` where this page is no moderator, or the peer made the room; `gone`
   * @throws {TypeError} unknown or wrong option
   */
  kick(id: string, options?: KickOptions): Promise<void> {
    return this.core.kick(id, options);
  }

  /**
   * Makes a peer a moderator as well, and all pages of its identity.
   * @returns rejects with a PeerError: `refused` where this page is no moderator; `gone`
   */
  appoint(id: string): Promise<void> {
    return this.core.appoint(id);
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
    return this.core.request(data, options);
  }

  protected override get linkKey(): 'room' {
    return 'room';
  }

  protected override createCore(): PeerRoom {
    return new PeerRoom({ manual: true }, this);
  }

  protected override optionFor(name: string): object | null {
    switch (name) {
      case 'room':
        return { room: this.room === '' ? undefined : (this.room ?? undefined) };
      case 'entry':
      case 'capacity':
      case 'admission':
      case 'deciders':
        return { [name]: this[name] ?? undefined };
      default:
        return super.optionFor(name);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-group': PeerGroupElement;
  }
}
