/** Which way ICE has found: whether a TURN server stands in between, as far as statistics tell. */

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
  readonly address?: string | null;
  readonly port?: number;
}

/** Whether a TURN server stands between the two ends (RFC 8656: a relayed candidate). */
async function isRelayed(connection: RTCPeerConnection): Promise<boolean> {
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
  // An address that was heard from before it was told of stays `prflx` in Firefox, a TURN server's as well.
  const told = connection.remoteDescription?.sdp ?? '';
  return [pair?.localCandidateId, pair?.remoteCandidateId].some((id) => {
    const { candidateType, address, port } = stats.get(id ?? '') ?? {};
    return candidateType === 'relay' || (!!address && told.includes(` ${address} ${port} typ relay`));
  });
}

/** What is known of the far end may come behind the way itself, and ICE may change its mind. */
export class Way {
  readonly #connection: RTCPeerConnection;
  readonly #changed: () => void;
  #isRelayed = false;
  #looking: Promise<void> | null = null;
  #again = false;

  constructor(connection: RTCPeerConnection, changed: () => void) {
    this.#connection = connection;
    this.#changed = changed;
  }

  get isRelayed(): boolean {
    return this.#isRelayed;
  }

  /** Resolves once it is known how it is now. Looks that come while one is under way are one more. */
  look(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #look(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      // Of a connection that is closed meanwhile nothing is to be known.
      const now = await isRelayed(this.#connection).catch(() => this.#isRelayed);
      if (now === this.#isRelayed) continue;
      this.#isRelayed = now;
      this.#changed();
    }
  }
}
