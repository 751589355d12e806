/** What carries a conversation: the relay, or a direct path. */
import type { Message } from './window.js';

export type PipeName = 'relay' | 'direct';

export interface Pipe {
  /** Characters of messages that travel together in one frame, about. */
  readonly batch: number;
  /** Whether about as many bytes may go now. When that changes for the better, `drain()` is to be called. */
  hasRoom(bytes: number): boolean;
  send(frame: Message): void;
}
