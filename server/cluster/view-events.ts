/** What a room's copy is told of changes, and what it tells. */
import type { GoneReason } from '../../src/protocol.js';
import type { Ending, Occupant } from './registry.js';

export interface ViewEvents<P> {
  peer(member: Occupant<P>): void;
  gone(id: string, reason: GoneReason): void;
  ended(place: P, why: Ending): void;
  message(to: P, frame: Uint8Array): void;
  /** Redis says that `place` is not in; we never said so. */
  doubted(place: P): void;
  /** Redis says that we have a member of whom we know nothing. */
  orphaned(id: string, stamp: number): void;
  /** Something was missed. */
  missed(): void;
}

export interface Learning {
  /** What was missed will not come any more. */
  readonly late: boolean;
  /** Others are still saying who is where: who is not in it may yet be. */
  readonly partial: boolean;
}
