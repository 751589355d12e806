/** What a WebSocket's close code means for whoever was connected. */
import { PeerError, type PeerErrorCode } from '../errors.js';
import { CloseCode, isFinalClose } from '../protocol.js';

const MEANINGS: ReadonlyMap<number, readonly [PeerErrorCode, string]> = new Map([
  [CloseCode.protocol, ['protocol', 'The signalling server did not understand this page']],
  [CloseCode.unauthenticated, ['refused', 'The signalling server did not accept the log-in']],
  [CloseCode.refused, ['refused', 'The signalling server does not let this page in']],
  [CloseCode.replaced, ['replaced', 'Another connection with the same id took over']],
  [CloseCode.rateLimited, ['rate-limited', 'This page sent more than the signalling server allows']],
]);

export function closeError(code: number, reason: string): PeerError {
  const [errorCode, message] =
    MEANINGS.get(code) ?? (['unreachable', 'The signalling server cannot be reached'] as const);
  return new PeerError(errorCode, reason ? `${message}: ${reason}` : `${message}.`, {
    final: isFinalClose(code),
  });
}
