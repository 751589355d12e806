/** Brings the connected together: who is logged in, who shares a room, and what they say to each other. */
import { parseMessage, readdressMessage } from '../src/message-frame.js';
import { CloseCode, isRoomId, type ClientFrame, type GoneReason, type ServerFrame } from '../src/protocol.js';
import { KeptSeats, type Absence } from './kept-seats.js';
import type { Limits } from './limits.js';
import { Rooms } from './rooms.js';
import { roomId } from './room-id.js';
import type { SignalingStats } from './stats.js';

/** One logged-in connection, as the hub sees it. */
export interface Client {
  readonly id: string;
  /** `id` as it stands in a message's header. */
  readonly packedId: Uint8Array;
  /** Its places by the number it chose for the room. */
  readonly seats: Map<number, Seat>;
  send(frame: ServerFrame): void;
  forward(message: Uint8Array): void;
  end(code: number, reason: string, gone?: GoneReason): void;
}

export interface Seat {
  readonly id: string;
  readonly hello: string;
  /** Null while the seat waits for its owner: it must not keep a dead socket in memory. */
  client: Client | null;
  /** What the client calls the room. */
  n: number;
  readonly room: string;
  /** Empty for none. Who comes back may have another one by then. */
  role: string;
}

/** How a connection ended for the rooms it was in; from an absence it may come back to its seats. */
export type Exit = GoneReason | Absence;

type JoinFrame = Extract<ClientFrame, { type: 'join' }>;

export class Hub {
  #limits: Limits;
  #rooms: Rooms<Seat>;
  #kept: KeptSeats<Seat>;
  #clients = new Map<string, Client>();
  #members = 0;
  #messages = 0;
  #bytes = 0;
  #dropped = 0;

  /** @param seatTimeout milliseconds that a seat waits for an owner who lost its connection */
  constructor(limits: Limits, seatTimeout: number) {
    this.#limits = limits;
    this.#rooms = new Rooms(limits.membersPerRoom);
    this.#kept = new KeptSeats(seatTimeout, limits.roomsPerConnection, (seat, absence) => {
      this.#vacate(seat, absence === 'leaving' ? 'left' : 'lost');
    });
  }

  stats(): Pick<SignalingStats, 'rooms' | 'members' | 'away' | 'messages' | 'bytes' | 'dropped'> {
    const [{ size: rooms }, { size: away }, members] = [this.#rooms, this.#kept, this.#members];
    return { rooms, members, away, messages: this.#messages, bytes: this.#bytes, dropped: this.#dropped };
  }

  /** An older connection of the same id goes first; its seats wait for the newer one. */
  enter(client: Client): void {
    this.#clients.get(client.id)?.end(CloseCode.replaced, 'A newer connection of this id took over');
    this.#clients.set(client.id, client);
    client.send({ type: 'ready', id: client.id });
  }

  /** Everything that goes when a connection goes. Harmless for one that never entered. */
  exit(client: Client, how: Exit): void {
    for (const seat of [...client.seats.values()]) {
      if (how === 'away' || how === 'leaving') this.#keep(seat, how);
      else this.#vacate(seat, how);
    }
    if (this.#clients.get(client.id) === client) this.#clients.delete(client.id);
  }

  /** @param role what the others are told that it is */
  join(client: Client, { n, room, entry, capacity, hello }: JoinFrame, role: string): void {
    const most = this.#limits.roomsPerConnection;
    if (client.seats.has(n)) return client.end(CloseCode.protocol, 'Room number in use');
    if (client.seats.size >= most) {
      const reason = `This connection is in ${most} rooms, the most there may be.`;
      return client.send({ type: 'refused', n, code: 'refused', reason });
    }
    const own = this.#rooms.find(room, client.id);
    if (own && !own.client) {
      if (own.hello === hello) return this.#resume(own, client, { n, entry }, role);
      this.#vacate(own, 'lost'); // The page was loaded anew: another stay.
    }
    const seat: Seat = { id: client.id, hello, client, n, room, role };
    const outcome = this.#rooms.join(room, seat, { entry, capacity });
    if ('code' in outcome) {
      return client.send({ type: 'refused', n, code: outcome.code, reason: outcome.reason });
    }
    client.seats.set(n, seat);
    this.#members++;
    const { created, members: others } = outcome;
    client.send(joined(seat, created, outcome.capacity, others, others.length));
    for (const other of others) {
      other.client?.send({ type: 'peer', n: other.n, id: seat.id, hello, role });
    }
  }

  /** A room it is not in is no fault of the client: `leave` may cross our `closed`. */
  leave(client: Client, n: number): void {
    const seat = client.seats.get(n);
    if (seat) this.#vacate(seat, 'left');
  }

  /**
   * Passes a message on, in the bytes it came in. One whose receiver is not there is dropped, as on any network.
   * False when it is no message at all.
   */
  relay(client: Client, frame: Uint8Array): boolean {
    const message = parseMessage(frame);
    if (!message) return false;
    const seat = client.seats.get(message.n);
    const target = seat && this.#rooms.find(seat.room, message.id);
    if (!target?.client || target === seat) {
      this.#dropped++;
      return true;
    }
    this.#messages++;
    this.#bytes += frame.length;
    readdressMessage(frame, target.n, client.packedId);
    target.client.forward(frame);
    return true;
  }

  /**
   * Ends every membership of a group, of a pair, or of the room with that wire id.
   * @returns how many there were
   */
  closeRoom(name: string): number {
    const rooms = [roomId(name, 'group'), roomId(name, 'pair'), ...(isRoomId(name) ? [name] : [])];
    const seats = rooms.flatMap((room) => this.#rooms.members(room));
    for (const seat of seats) this.#release(seat);
    for (const { client, n } of seats)
      client?.send({ type: 'closed', n, reason: 'The server closed the room.' });
    return seats.length;
  }

  /** False when no such client is connected, and no seat waits for it. */
  kick(id: string): boolean {
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

  /** Empties every room without a word: who is in one is about to hear that the server goes. */
  close(): void {
    this.#kept.clear();
    this.#rooms = new Rooms(this.#limits.membersPerRoom);
    this.#members = 0;
    for (const { seats } of this.#clients.values()) seats.clear();
  }

  #keep(seat: Seat, absence: Absence): void {
    seat.client?.seats.delete(seat.n);
    seat.client = null;
    this.#kept.keep(seat, absence);
  }

  /** Gives a kept seat back to its owner. The others have not noticed anything, and do not now, unless its role is new. */
  #resume(seat: Seat, client: Client, { n, entry }: Pick<JoinFrame, 'n' | 'entry'>, role: string): void {
    this.#kept.release(seat);
    seat.client = client;
    seat.n = n;
    client.seats.set(n, seat);
    const members = this.#rooms.members(seat.room);
    const others = members.filter((other) => other !== seat);
    // Who asks to create still, has never heard that it did.
    const created = entry === 'create';
    const isNew = seat.role !== role;
    seat.role = role;
    client.send(joined(seat, created, this.#rooms.capacity(seat.room), others, members.indexOf(seat)));
    if (!isNew) return;
    const { id, hello } = seat;
    for (const other of others) other.client?.send({ type: 'peer', n: other.n, id, hello, role });
  }

  #vacate(seat: Seat, reason: GoneReason): void {
    this.#release(seat);
    for (const { client, n } of this.#rooms.members(seat.room)) {
      client?.send({ type: 'gone', n, id: seat.id, reason });
    }
  }

  #release(seat: Seat): void {
    if (!this.#rooms.leave(seat.room, seat)) return;
    seat.client?.seats.delete(seat.n);
    this.#kept.release(seat);
    this.#members--;
  }
}

const joined = (
  { n, role }: Seat,
  created: boolean,
  capacity: number,
  others: readonly Seat[],
  earlier: number,
): ServerFrame => ({
  type: 'joined',
  n,
  created,
  capacity,
  members: others.map(({ id, hello, role: theirs }) => ({ id, hello, role: theirs })),
  earlier,
  role,
});
