/** What a conversation tells of itself. */
import type { PeerError } from '../errors.js';
import type { PipeName } from './pipe.js';
import type { Message, Received } from './window.js';

export interface ConversationSink {
  /** Once each, and in order. */
  message(message: Received): void;
  /** The other side has left. */
  bye(): void;
  /** What is said from now on goes through this pipe; null while none would do. */
  moved(to: PipeName | null): void;
  /** The other side has forgotten all that was said. @returns with what to begin anew */
  restarted(): Message;
  /** So many messages, of either side, could not be brought over. */
  gap(lost: number): void;
  /** The relay brings no sign of life from the other side, or does again. */
  silent(silent: boolean): void;
  broken(error: PeerError): void;
}
