/** Reads every change of every room in the order in which Redis makes them, and finds what must never be. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { parseNews, type Change } from '../../server/cluster/wire.js';
import type { RedisServer } from './redis-server.js';

interface RoomState {
  readonly epoch: string;
  version: number;
  readonly members: Set<string>;
}

export class Witness {
  /** What must not be, in words. */
  readonly wrong: string[] = [];
  changes = 0;
  #rooms = new Map<string, RoomState>();

  /** By MONITOR, which shows what scripts publish: a subscription would be cut with those of the servers. */
  static async of(t: TestContext, redis: RedisServer): Promise<Witness> {
    const witness = new Witness();
    const socket = connect(redis.port, '127.0.0.1');
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    const lines = createInterface(socket);
    const ready = once(lines, 'line');
    socket.write('MONITOR\r\n');
    await ready;
    lines.on('line', (line) => {
      const [, text] = /"PUBLISH" "[^"]*node:[^"]*" "(c\|[^"]*)"$/.exec(line) ?? [];
      if (text !== undefined) witness.#read(Buffer.from(text));
    });
    return witness;
  }

  #read(bytes: Buffer): void {
    const news = parseNews(bytes);
    if (news?.type !== 'change') return void this.wrong.push(`unread: ${bytes.toString()}`);
    const { room, epoch, version, change } = news;
    const before = this.#rooms.get(room);
    // Each process with members in the room is told.
    if (before?.epoch === epoch && before.version === version) return;
    this.changes++;
    const same = before?.epoch === epoch;
    const say = (what: string): void => void this.wrong.push(`${room[0]} ${epoch} ${version}: ${what}`);
    if (!same && before && before.members.size > 0) say(`forgot ${[...before.members].join(' ')}`);
    const state = same ? before : { epoch, version: 0, members: new Set<string>() };
    this.#rooms.set(room, state);
    if (version !== state.version + 1) say(`came after ${state.version}`);
    state.version = version;
    apply(state.members, change, say);
  }
}

function apply(members: Set<string>, change: Change, say: (what: string) => void): void {
  switch (change.op) {
    case 'came': {
      const { entrant, created, capacity } = change;
      if (created !== (members.size === 0)) say(`created: ${created}, with ${members.size} there`);
      if (members.has(entrant.id)) say(`${entrant.id} came twice`);
      members.add(entrant.id);
      if (members.size > capacity) say(`${members.size} where ${capacity} may be`);
      break;
    }
    case 'moved':
      if (!members.has(change.id)) say(`${change.id} moved, and was not there`);
      if (change.created) say(`${change.id} created what it was in`);
      break;
    case 'gone':
      if (!members.delete(change.id)) say(`${change.id} is gone, and was not there`);
      break;
    case 'closed':
      members.clear();
  }
}
