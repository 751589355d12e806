/** What is said of a peer that nothing reaches any more. */
import { PeerError } from './errors.js';
import type { KickNote } from './events.js';

export const goneError = (id: string): PeerError =>
  new PeerError('gone', 'The peer is gone.', { peers: [id] });

/** What becomes of who is sent out. */
export const kickedError = ({ reason, ban }: Pick<KickNote, 'reason' | 'ban'>): PeerError => {
  const message = ban ? 'A moderator has banned this page.' : 'A moderator has sent this page out.';
  return new PeerError('kicked', reason || message, { final: true });
};

/** @param lacksPath whether it has answered, and only a direct path would do */
export function unreachableError(id: string, cause: PeerError, lacksPath: boolean): PeerError {
  const isSilent = cause.code === 'timeout' && !lacksPath;
  const message = isSilent ? cause.message : 'No direct path to this peer could be found.';
  return new PeerError('negotiation-failed', message, { peers: [id], cause });
}
