/** Brings the connected together: who is logged in, who shares a room, and what they say to each other. */
import {
  CloseCode,
  isRoomId,
  type ClientFrame,
  type GoneReason,
  type ModerationFrame,
  type ServerFrame,
} from '../src/protocol.js';
import { readAddress, writeAddress, writeRoom } from './address.js';
import {
  isRemote,
  type Answer,
  type Ending,
  type Joined,
  type Place,
  type Registry,
  type RegistryEvents,
} from './cluster/registry.js';
import { FailedJoins, TOO_MANY_FAILURES } from './failed-joins.js';
import { KeptSeats, isAbsence, type Absence, type Exit } from './kept-seats.js';
import type { Limits } from './limits.js';
import { roomId } from './room-id.js';
import type { Seats } from './seats.js';
import type { SignalingStats } from './stats.js';

/** One logged-in connection, as the hub sees it. */
export interface Client {
  readonly id: string;
  /** Where it comes from. */
  readonly network: string;
  readonly seats: Seats<Seat>;
  send(frame: ServerFrame): void;
  /** @param from whose message it is, and who is told when `to` falls behind; of another process nobody is */
  forward(message: Uint8Array, from?: Seat, to?: Seat): void;
  end(code: number, reason: string, gone?: GoneReason): void;
}

export interface Seat extends Place {
  /** Null while the seat waits for its owner: it must not keep a dead socket in memory. */
  client: Client | null;
  /** What the client calls the room. */
  readonly n: number;
  stamp: number;
  /** The registry has let it in. */
  held: boolean;
  /** How its connection ended before the registry had answered. */
  exit: Exit | null;
}

type JoinFrame = Extract<ClientFrame, { type: 'join' }>;

/** Where joins cannot be decided, a connection that is in no room is better off with another server after so long, ms. */
const DEFERRED_MS = 10_000;
const TAKEN_OVER = 'A newer connection of this id took over';
/** Try again later (WebSocket close code registry): dialled again by a page. */
const TRY_AGAIN = 1013;

export class Hub {
  #limits: Limits;
  #seatTimeout: number;
  #registry: Registry<Seat>;
  #kept: KeptSeats<Seat>;
  #failures: FailedJoins;
  #clients = new Map<string, Client>();
  /** By connection, from `enter()`; one that is not here has no number yet. */
  #stamps = new Map<Client, number>();
  /** A newer connection's number, where that was told before ours. */
  #newer = new WeakMap<Client, number>();
  /** What waits for a connection's number. */
  #unstamped = new Map<Client, (() => void)[]>();
  #members = 0;
  #messages = 0;
  #bytes = 0;
  #dropped = 0;

  /**
   * @param seatTimeout milliseconds that a seat waits for an owner who lost its connection
   * @param createRegistry is given what to tell of what others do
   */
  constructor(
    limits: Limits,
    seatTimeout: number,
    createRegistry: (events: RegistryEvents<Seat>) => Registry<Seat>,
  ) {
    this.#limits = limits;
    this.#seatTimeout = seatTimeout;
    this.#failures = new FailedJoins(limits.failedJoinsPerMinute);
    const registry = (this.#registry = createRegistry(this.#events()));
    this.#kept = new KeptSeats(
      seatTimeout,
      limits.roomsPerConnection,
      (seat, absence) => this.#vacate(seat, absence === 'leaving' ? 'left' : 'lost'),
      () => registry.obstacles.length === 0,
    );
  }

  /** Why nobody should be sent here at the moment, in words; empty when there is no reason. */
  get obstacles(): readonly string[] {
    return this.#registry.obstacles;
  }

  /** Resolves when joins can be decided; rejects when that cannot be brought about, and may be called again. */
  open(): Promise<void> {
    return this.#registry.open();
  }

  /** Tries until joins can be decided. */
  insist(): void {
    this.#registry.insist();
  }

  /** Of this process. */
  stats(): Pick<SignalingStats, 'rooms' | 'members' | 'away' | 'messages' | 'bytes' | 'dropped'> {
    const [{ rooms }, { size: away }, members] = [this.#registry, this.#kept, this.#members];
    return { rooms, members, away, messages: this.#messages, bytes: this.#bytes, dropped: this.#dropped };
  }

  /** An older connection of the same id goes first; its seats wait for the newer one. */
  enter(client: Client): void {
    this.#clients.get(client.id)?.end(CloseCode.replaced, TAKEN_OVER);
    this.#clients.set(client.id, client);
    client.send({ type: 'ready', id: client.id });
    this.#registry.enter(client.id, (stamp) => {
      if (this.#clients.get(client.id) !== client) return;
      if ((this.#newer.get(client) ?? 0) > stamp) return client.end(CloseCode.replaced, TAKEN_OVER);
      this.#stamps.set(client, stamp);
      for (const act of this.#unstamped.get(client) ?? []) act();
      this.#unstamped.delete(client);
    });
  }

  /** Everything that goes when a connection goes. Harmless for one that never entered. */
  exit(client: Client, how: Exit): void {
    for (const seat of client.seats) {
      if (!seat.held) this.#abandon(seat, how);
      else if (isAbsence(how)) this.#keep(seat, how);
      else this.#vacate(seat, how);
    }
    this.#stamps.delete(client);
    this.#unstamped.delete(client);
    if (this.#clients.get(client.id) === client) this.#clients.delete(client.id);
  }

  /**
   * @param role what the others are told that its token made of it
   * @returns where the answer is not there yet: resolves when whatever the client said next can be looked at
   */
  join(
    client: Client,
    { n, room, entry, capacity, hello, lock }: JoinFrame,
    role = '',
  ): Promise<void> | undefined {
    const most = this.#limits.roomsPerConnection;
    if (client.seats.get(n)) {
      client.end(CloseCode.protocol, 'Room number in use');
      return undefined;
    }
    if (client.seats.size >= most) {
      const reason = `This connection is in ${most} rooms, the most there may be.`;
      client.send({ type: 'refused', n, code: 'refused', reason });
      return undefined;
    }
    // Who comes back is not guessing.
    if (!this.#registry.find(room, client.id) && this.#failures.refuses(client, { entry, room })) {
      client.send({ type: 'refused', n, ...TOO_MANY_FAILURES });
      return undefined;
    }
    const { id } = client;
    const seat: Seat = { id, hello, role, client, n, room, lock, stamp: 0, held: false, exit: null };
    client.seats.set(seat);
    let settled = false;
    let settle = (): void => {
      settled = true;
    };
    const isSettled = (): boolean => settled;
    const answered = (answer: Answer<Seat>): void => {
      this.#answered(seat, client, answer);
      settle();
    };
    const ask = (): void => {
      if (client.seats.get(n) !== seat) return;
      seat.stamp = this.#stamps.get(client) ?? 0;
      this.#registry.join(seat, { entry, capacity }, answered);
    };
    if (this.#stamps.has(client)) {
      ask();
    } else {
      this.#whenStamped(client, ask);
      if (this.obstacles.length > 0) answered('deferred');
    }
    return isSettled()
      ? undefined
      : new Promise((resolve) => {
          settle = resolve;
        });
  }

  /** What a moderator of a room wants; from anybody else it is passed over. */
  moderate(client: Client, wish: ModerationFrame): void {
    const seat = client.seats.get(wish.n);
    if (seat?.held) this.#registry.moderate(seat, wish);
  }

  /** A room it is not in is no fault of the client: `leave` may cross our `closed`. */
  leave(client: Client, n: number): void {
    const seat = client.seats.get(n);
    if (!seat) return;
    if (seat.held) this.#vacate(seat, 'left');
    else this.#abandon(seat, 'left');
  }

  /**
   * Passes a message on, in the bytes it came in. One whose receiver is not there is dropped, as on any network.
   * False when it is no message at all.
   */
  relay(client: Client, frame: Buffer): boolean {
    const message = readAddress(frame);
    if (!message) return false;
    const seat = client.seats.get(message.n);
    const target = seat?.held ? this.#registry.find(seat.room, message.id) : undefined;
    if (!seat || !target || target === seat) {
      this.#dropped++;
    } else if (isRemote(target)) {
      writeAddress(frame, 0, client.id);
      this.#count(this.#registry.forward(seat.room, target, frame), frame);
    } else {
      this.#count(target.client !== null, frame);
      writeAddress(frame, target.n, client.id);
      target.client?.forward(frame, seat, target);
    }
    return true;
  }

  /**
   * Ends every membership of a group, of a pair, or of the room with that wire id, and whoever waits at its door hears so.
   * @returns how many there were, here
   */
  closeRoom(name: string): number {
    const rooms = [roomId(name, 'group'), roomId(name, 'pair'), ...(isRoomId(name) ? [name] : [])];
    const ended = rooms.reduce((sum, room) => sum + this.#registry.closeRoom(room), 0);
    this.#registry.closeRoom(roomId(name, 'door'));
    return ended;
  }

  /** False when no such client is connected, and no seat waits for it, here. */
  kick(id: string): boolean {
    this.#registry.kick(id);
    return this.#kick(id);
  }

  /** Empties every room without a word: who is in one is about to hear that the server goes. */
  close(): Promise<void> {
    const closed = this.#registry.close(this.#seatTimeout);
    this.#kept.clear();
    this.#members = 0;
    for (const { seats } of this.#clients.values()) seats.clear();
    return closed;
  }

  #kick(id: string): boolean {
    const client = this.#clients.get(id);
    const kept = this.#kept.of(id);
    for (const seat of kept) this.#vacate(seat, 'kicked');
    client?.end(CloseCode.refused, 'Kicked', 'kicked');
    return client !== undefined || kept.length > 0;
  }

  /** From now on who goes is taken to be on the way to another server: nobody is told that they are lost. */
  drain(): void {
    this.#kept.keepAll();
  }

  #whenStamped(client: Client, act: () => void): void {
    const waiting = this.#unstamped.get(client) ?? [];
    waiting.push(act);
    this.#unstamped.set(client, waiting);
  }

  #count(passedOn: boolean, { length }: Uint8Array): void {
    if (!passedOn) {
      this.#dropped++;
      return;
    }
    this.#messages++;
    this.#bytes += length;
  }

  #answered(seat: Seat, client: Client, answer: Answer<Seat>): void {
    if (answer === 'deferred') return this.#wait(seat, client);
    const { n } = seat;
    if ('code' in answer) {
      this.#failures.note(client, seat.room, answer.code);
      if (client.seats.get(n) === seat) client.seats.delete(n);
      if (!seat.client) return;
      if (answer.code === 'replaced') return client.end(CloseCode.replaced, answer.reason);
      return client.send({ type: 'refused', n, code: answer.code, reason: answer.reason });
    }
    seat.held = true;
    this.#members++;
    if (seat.exit === null) client.send(joined(seat, answer));
    else if (isAbsence(seat.exit)) this.#keep(seat, seat.exit);
    else this.#vacate(seat, seat.exit);
  }

  /** Somebody who has nothing to lose here may find a server that can decide. */
  #wait(seat: Seat, client: Client): void {
    const timer = setTimeout(() => {
      const waits = client.seats.get(seat.n) === seat && !seat.held;
      const hasRooms = [...client.seats].some(({ held }) => held);
      if (waits && !hasRooms) client.end(TRY_AGAIN, 'Rooms cannot be looked up at the moment');
    }, DEFERRED_MS);
    timer.unref();
  }

  /** Its client does not want it any more, and the registry has not answered yet. */
  #abandon(seat: Seat, exit: Exit): void {
    seat.client?.seats.delete(seat.n);
    seat.client = null;
    seat.exit = exit;
    this.#registry.abandon(seat);
  }

  #keep(seat: Seat, absence: Absence): void {
    seat.client?.seats.delete(seat.n);
    seat.client = null;
    this.#registry.away(seat, this.#kept.timeoutOf(absence));
    this.#kept.keep(seat, absence);
  }

  #vacate(seat: Seat, reason: GoneReason): void {
    this.#release(seat);
    this.#registry.leave(seat, reason);
  }

  #release(seat: Seat): void {
    if (!seat.held) return;
    seat.held = false;
    seat.client?.seats.delete(seat.n);
    seat.client = null;
    this.#kept.release(seat);
    this.#members--;
  }

  #tell(room: string, frame: (n: number) => ServerFrame): void {
    for (const one of this.#registry.members(room)) {
      if (!isRemote(one) && one.held) one.client?.send(frame(one.n));
    }
  }

  #events(): RegistryEvents<Seat> {
    return {
      peer: (room, { id, hello, role }) => {
        for (const one of this.#registry.members(room)) {
          if (isRemote(one) || one.id === id || !one.held) continue;
          one.client?.send({ type: 'peer', n: one.n, id, hello, role });
        }
      },
      gone: (room, id, reason) => this.#tell(room, (n) => ({ type: 'gone', n, id, reason })),
      ended: (seat, why) => this.#ended(seat, why),
      message: ({ client, n }, frame) => {
        this.#count(client !== null, frame);
        writeRoom(frame, n);
        client?.forward(frame);
      },
      entered: (id, stamp) => {
        const client = this.#clients.get(id);
        if (!client) return;
        const ours = this.#stamps.get(client);
        if (ours === undefined) this.#newer.set(client, Math.max(stamp, this.#newer.get(client) ?? 0));
        else if (ours < stamp) client.end(CloseCode.replaced, TAKEN_OVER);
      },
      kicked: (id) => void this.#kick(id),
    };
  }

  #ended(seat: Seat, why: Ending): void {
    const { client, n } = seat;
    this.#release(seat);
    if (why === 'closed') client?.send({ type: 'closed', n, reason: 'The server closed the room.' });
    else if (why === 'kicked') client?.send({ type: 'closed', n, reason: 'A moderator has sent you out.' });
    // As a pair hears that two others have its code.
    else if (why === 'full') {
      const reason = 'The room has filled up while this server could not keep the seat.';
      client?.send({ type: 'refused', n, code: 'room-full', reason });
    } else if (why === 'replaced') client?.end(CloseCode.replaced, TAKEN_OVER);
  }
}

const joined = ({ n, role }: Seat, { created, capacity, members, earlier }: Joined<Seat>): ServerFrame => ({
  type: 'joined',
  n,
  created,
  capacity,
  members: members.map(({ id, hello, role }) => ({ id, hello, role })),
  earlier,
  role,
});
