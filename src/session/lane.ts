/** A way beside the conversation, as those see it who use it. */
import type { Bytes } from '../bytes.js';
import type { PipeName } from './pipe.js';

export interface Lane {
  /** Whether so many bytes may go now; who is told so sends them. When that changes, `drain()` is to be called. */
  hasRoom(bytes: number): boolean;
  send(bytes: Bytes): void;
}

/** Small messages share a frame up to so many bytes: one packet of a network, where each packet may get lost alone. */
export const BATCH: Readonly<Record<PipeName, number>> = { direct: 1100, relay: 16_384 };
