/** What session descriptions and statistics tell about a connection. */

/** The certificates that a description names, in an order that does not depend on it. */
export const fingerprintsOf = (description: RTCSessionDescription | null): string =>
  [...(description?.sdp.matchAll(/^a=fingerprint:(.+?)\r?$/gim) ?? [])]
    .map(([, fingerprint = '']) => fingerprint.toLowerCase())
    .sort()
    .filter((fingerprint, i, all) => fingerprint !== all[i - 1])
    .join(' ');

const mentionsRelay = ({ localDescription, remoteDescription }: RTCPeerConnection): boolean =>
  [localDescription, remoteDescription].some((description) => description?.sdp.includes(' typ relay'));

/** What `getStats()` knows of a candidate pair and its ends, as far as it concerns us. */
interface Stat {
  readonly type: string;
  readonly id: string;
  readonly selectedCandidatePairId?: string;
  readonly state?: string;
  readonly nominated?: boolean;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly candidateType?: string;
}

/** Whether a TURN server stands between the two ends (RFC 8656: a relayed candidate). */
export async function isRelayed(connection: RTCPeerConnection): Promise<boolean> {
  // Most have no TURN server to ask about.
  if (!mentionsRelay(connection)) return false;
  const stats = new Map<string, Stat>();
  (await connection.getStats()).forEach((stat: Stat) => stats.set(stat.id, stat));
  const all = [...stats.values()];
  const selected = all.find(({ selectedCandidatePairId }) => selectedCandidatePairId !== undefined);
  const pair =
    stats.get(selected?.selectedCandidatePairId ?? '') ??
    // Firefox has no `transport` among its statistics.
    all.find(({ type, state, nominated }) => type === 'candidate-pair' && state === 'succeeded' && nominated);
  return [pair?.localCandidateId, pair?.remoteCandidateId].some(
    (id) => stats.get(id ?? '')?.candidateType === 'relay',
  );
}
