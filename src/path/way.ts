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

/** So often, and with so many ms in between, is looked for word of an address that was heard from. */
const LOOKS = 5;
const PAUSE = 50;

/** Whether a TURN server stands between the two ends (RFC 8656: a relayed candidate); null while it cannot be told. */
async function isRelayed(connection: RTCPeerConnection): Promise<boolean | null> {
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
  const local = stats.get(pair?.localCandidateId ?? '');
  const remote = stats.get(pair?.remoteCandidateId ?? '');
  if ([local, remote].some((end) => end?.candidateType === 'relay')) return true;
  if (remote?.candidateType !== 'prflx') return remote ? false : null;
  // An address that was heard from before it was told of; in Firefox it stays `prflx`, a TURN server's as well.
  const { address, port } = remote;
  const told = connection.remoteDescription?.sdp ?? '';
  return (!!address && told.includes(` ${address} ${port} typ relay`)) || null;
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
    return (this.#looking ??= this.#look());
  }

  async #look(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const now = await this.#find();
      if (now === this.#isRelayed) continue;
      this.#isRelayed = now;
      this.#changed();
    }
    this.#looking = null;
  }

  async #find(): Promise<boolean> {
    for (let i = 0; i < LOOKS; i++) {
      // Of a connection that is closed meanwhile nothing is to be known.
      const found = await isRelayed(this.#connection).catch(() => this.#isRelayed);
      if (found !== null) return found;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    // Nobody has said that it is a relay: it is what a router has made of an address.
    return false;
  }
}
