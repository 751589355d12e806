/** Brings the connected together: who is logged in, who shares a room, and what they say to each other. */
import {
  CloseCode,
  isRoomId,
  parseMessage,
  readdressMessage,
  type ClientFrame,
  type GoneReason,
  type ServerFrame,
} from '../src/protocol.js';
import type { Limits } from './limits.js';
import { Rooms } from './rooms.js';
import { roomId } from './room-id.js';

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
  readonly client: Client;
  /** What the client calls the room. */
  readonly n: number;
  readonly room: string;
}

type JoinFrame = Extract<ClientFrame, { type: 'join' }>;

export class Hub {
  #limits: Limits;
  #rooms: Rooms<Seat>;
  #clients = new Map<string, Client>();
  #members = 0;
  #messages = 0;
  #dropped = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#rooms = new Rooms(limits.membersPerRoom);
  }

  stats(): { rooms: number; members: number; messages: number; dropped: number } {
    const { size: rooms } = this.#rooms;
    return { rooms, members: this.#members, messages: this.#messages, dropped: this.#dropped };
  }

  /** An older connection of the same id goes first, so that its rooms see it leave before the new one joins. */
  enter(client: Client): void {
    this.#clients.get(client.id)?.end(CloseCode.replaced, 'A newer connection of this id took over');
    this.#clients.set(client.id, client);
    client.send({ type: 'ready', id: client.id });
  }

  /** Everything that goes when a connection goes. Harmless for one that never entered. */
  exit(client: Client, reason: GoneReason): void {
    for (const seat of [...client.seats.values()]) this.#vacate(seat, reason);
    if (this.#clients.get(client.id) === client) this.#clients.delete(client.id);
  }

  join(client: Client, { n, room, entry, capacity, hello }: JoinFrame): void {
    const most = this.#limits.roomsPerConnection;
    if (client.seats.has(n)) return client.end(CloseCode.protocol, 'Room number in use');
    if (client.seats.size >= most) {
      const reason = `This connection is in ${most} rooms, the most there may be.`;
      return client.send({ type: 'refused', n, code: 'refused', reason });
    }
    const seat: Seat = { id: client.id, hello, client, n, room };
    const outcome = this.#rooms.join(room, seat, { entry, capacity });
    if ('code' in outcome) {
      return client.send({ type: 'refused', n, code: outcome.code, reason: outcome.reason });
    }
    client.seats.set(n, seat);
    this.#members++;
    const members = outcome.members.map((other) => ({ id: other.id, hello: other.hello }));
    client.send({ type: 'joined', n, created: outcome.created, capacity: outcome.capacity, members });
    for (const other of outcome.members) {
      other.client.send({ type: 'peer', n: other.n, id: seat.id, hello });
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
    if (!target || target === seat) {
      this.#dropped++;
      return true;
    }
    this.#messages++;
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
      client.send({ type: 'closed', n, reason: 'The server closed the room.' });
    return seats.length;
  }

  /** False when no such client is connected. */
  kick(id: string): boolean {
    const client = this.#clients.get(id);
    client?.end(CloseCode.refused, 'Kicked', 'kicked');
    return client !== undefined;
  }

  #vacate(seat: Seat, reason: GoneReason): void {
    this.#release(seat);
    for (const { client, n } of this.#rooms.members(seat.room)) {
      client.send({ type: 'gone', n, id: seat.id, reason });
    }
  }

  #release(seat: Seat): void {
    if (!this.#rooms.leave(seat.room, seat)) return;
    seat.client.seats.delete(seat.n);
    this.#members--;
  }
}
