/** What the hub makes of what it is told in an order that a real cluster shows rarely. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryRegistry } from '../../server/cluster/memory.js';
import type { RegistryEvents } from '../../server/cluster/registry.js';
import { Hub, type Client, type Seat } from '../../server/hub.js';
import { readLimits } from '../../server/limits.js';
import { Seats } from '../../server/seats.js';
import { room } from './client.js';

/** Its connections get their numbers when it is told to give them. */
class Slow extends MemoryRegistry<Seat> {
  readonly give: ((stamp: number) => void)[] = [];

  override enter(_id: string, answer: (stamp: number) => void): void {
    this.give.push(answer);
  }
}

for (const [what, own, elsewhere, ends] of [
  ['a newer one takes over', 5, 6, true],
  ['an older one does not', 7, 6, false],
] as const) {
  test(`of a connection elsewhere that is heard of before ours has its number: ${what}`, () => {
    let tell: RegistryEvents<Seat> | undefined;
    let registry: Slow | undefined;
    const hub = new Hub(readLimits(), 1000, (events) => {
      tell = events;
      return (registry = new Slow(8, events));
    });
    const codes: number[] = [];
    const id = room('i');
    const client: Client = {
      id,
      network: 'n',
      seats: new Seats(),
      send: () => undefined,
      forward: () => undefined,
      end: (code) => codes.push(code),
    };
    hub.enter(client);
    tell!.entered(id, elsewhere);
    tell!.entered(id, elsewhere - 3);
    registry!.give[0]!(own);
    assert.deepEqual(codes, ends ? [4409] : []);
  });
}
