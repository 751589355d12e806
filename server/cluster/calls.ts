/** The scripts as functions of one process: what they are given, and what their answers mean. */
import { randomBytes } from 'node:crypto';
import type { Link } from './link.js';
import { MODERATOR_ROLE, type ModerationFrame } from '../../src/protocol.js';
import { MOST } from './moderation.js';
import {
  BANNED,
  NO_ROOM,
  REPLACED,
  ROOM_EXISTS,
  ROOM_FULL,
  WRONG_PASSWORD,
  type JoinTerms,
  type Place,
  type Refused,
} from './registry.js';
import type { Names } from './scripts.js';
import { readSnapshot, type Snapshot } from './wire.js';

type JoinReply = [
  status: string,
  epoch: string,
  version: string,
  capacity: string,
  created: string,
  string[],
];
type RefreshReply = [status: 'ok', epoch: string, version: string, capacity: string, string[], string[]];

/** Of which seat, and what there is to say of it. */
export interface Word {
  readonly script: 'leave' | 'away';
  /** Why it is left, or for how many milliseconds it waits. */
  readonly what: string;
}

export interface Reassertion {
  /** Milliseconds. */
  readonly lease: number;
  readonly away: boolean;
  /** Its place among the members of a room that has to be made again. */
  readonly order: number;
}

export type Decision =
  | { readonly refused: Refused }
  | { readonly refused: null; readonly created: boolean; readonly snapshot: Snapshot };

export interface Freshness {
  /** Ids of ours that are not in any more. */
  readonly lost: ReadonlySet<string>;
  /** Null where we knew it. */
  readonly snapshot: Snapshot | null;
}

export const randomName = (): string => randomBytes(9).toString('base64url');

export class Calls {
  #names: Names;
  #node: string;
  #lease: number;
  #mostMembers: number;

  /** @param lease milliseconds */
  constructor(names: Names, node: string, lease: number, mostMembers: number) {
    this.#names = names;
    this.#node = node;
    this.#lease = lease;
    this.#mostMembers = mostMembers;
  }

  async enter(link: Link, id: string): Promise<number> {
    const { cluster, everyone } = this.#names;
    return Number(await link.run('enter', [cluster], [id, everyone, this.#node]));
  }

  async join(
    link: Link,
    { id, hello, role, room, stamp, lock }: Place,
    { entry, capacity }: JoinTerms,
    { lease, away, order }: Reassertion = { lease: this.#lease, away: false, order: 0 },
  ): Promise<Decision> {
    const most = capacity === 0 ? this.#mostMembers : Math.min(capacity, this.#mostMembers);
    const terms = [entry, most, Math.ceil(lease), away ? 1 : 0, order, lock].map(String);
    const reply = await this.#run(link, 'join', room, [id, hello, role, this.#node, String(stamp), ...terms]);
    const [status, epoch, version, held, created, members] = reply as JoinReply;
    if (status !== 'in') return { refused: refusal(status) };
    const snapshot = readSnapshot(epoch, version, held, members);
    return { refused: null, created: created === '1', snapshot };
  }

  async refresh(
    link: Link,
    room: string,
    known: { readonly epoch: string; readonly version: number },
    places: readonly Place[],
  ): Promise<Freshness> {
    const head = [this.#node, String(Math.ceil(this.#lease)), known.epoch, String(known.version)];
    const ids = places.flatMap(({ id, stamp }) => [id, String(stamp)]);
    const reply = await this.#run(link, 'refresh', room, [...head, ...ids]);
    const [, epoch, version, capacity, lost, members] = reply as RefreshReply;
    const snapshot = members.length > 0 ? readSnapshot(epoch, version, capacity, members) : null;
    return { lost: new Set(lost), snapshot };
  }

  say(
    link: Link,
    { room, id, stamp }: Pick<Place, 'room' | 'id' | 'stamp'>,
    { script, what }: Word,
  ): Promise<unknown> {
    return this.#run(link, script, room, [id, String(stamp), what]);
  }

  moderate(link: Link, { room, id, stamp, role }: Place, wish: ModerationFrame): Promise<unknown> {
    const by = [id, String(stamp), role === MODERATOR_ROLE ? '1' : '0', String(MOST)];
    const ban = wish.type === 'kick' && wish.ban;
    return this.#run(link, 'moderate', room, [...by, wish.type, wish.id, ban ? '1' : '0']);
  }

  close(link: Link, room: string): Promise<unknown> {
    return this.#run(link, 'close', room, []);
  }

  #run(
    link: Link,
    script: 'join' | 'refresh' | 'leave' | 'away' | 'moderate' | 'close',
    room: string,
    args: readonly string[],
  ): Promise<unknown> {
    return link.run(script, this.#names.room(room), [room, this.#names.channels, randomName(), ...args]);
  }
}

function refusal(status: string): Refused {
  switch (status) {
    case 'replaced':
      return REPLACED;
    case 'room-missing':
      return NO_ROOM;
    case 'room-exists':
      return ROOM_EXISTS;
    case 'wrong-password':
      return WRONG_PASSWORD;
    case 'kicked':
      return BANNED;
    default:
      return ROOM_FULL;
  }
}
