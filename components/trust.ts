/** What is known of somebody beyond what they say of themselves. */
import type { VerifiedPeer, VerifiedPeers } from './verified-peers.js';

/** Who can be known again: a peer, or somebody who wants to become one. */
export interface Somebody {
  readonly id: string;
  readonly identity: string;
  readonly displayName: string;
  safetyNumber(): Promise<string>;
}

export interface Trust {
  /** Another page of this browser. */
  readonly own: boolean;
  readonly verified: VerifiedPeer | null;
  /** Whose name it bears, or has borne, without being them. */
  readonly suspect: VerifiedPeer | null;
}

export interface News {
  /** It is verified now, or is not any more. */
  readonly verified: boolean | null;
  /** The first time that it bears this name of somebody else. */
  readonly suspect: VerifiedPeer | null;
  /** It has not been here before. */
  readonly met: boolean;
}

interface Memory {
  verified: boolean;
  readonly suspects: Map<string, VerifiedPeer>;
}

const isOwn = ({ identity }: Somebody, ownId: string | null): boolean =>
  ownId === identity || !!ownId?.startsWith(`${identity}.`);

export class TrustMemory {
  readonly #list: Pick<VerifiedPeers, 'find' | 'namesakeOf'>;
  readonly #seen = new WeakMap<Somebody, Memory>();

  constructor(list: Pick<VerifiedPeers, 'find' | 'namesakeOf'>) {
    this.#list = list;
  }

  of(peer: Somebody, ownId: string | null): Trust {
    if (isOwn(peer, ownId)) return { own: true, verified: null, suspect: null };
    const verified = this.#list.find(peer.identity);
    if (verified) return { own: false, verified, suspect: null };
    // Who has once come under a wrong name does not become harmless by taking another one.
    const before = [...(this.#seen.get(peer)?.suspects.values() ?? [])];
    const suspect =
      this.#list.namesakeOf(peer.identity, peer.displayName) ??
      before.findLast(({ identity }) => this.#list.find(identity)) ??
      null;
    return { own: false, verified, suspect };
  }

  /** What of this was not known yet; it is from now on. */
  learn(peer: Somebody, { verified, suspect }: Trust): News {
    const known = this.#seen.get(peer);
    const memory = known ?? { verified: false, suspects: new Map<string, VerifiedPeer>() };
    const isVerified = verified !== null;
    const news: News = {
      verified: memory.verified === isVerified ? null : isVerified,
      suspect: suspect && !memory.suspects.has(suspect.identity) ? suspect : null,
      met: !known,
    };
    memory.verified = isVerified;
    if (suspect) memory.suspects.set(suspect.identity, suspect);
    this.#seen.set(peer, memory);
    return news;
  }
}
