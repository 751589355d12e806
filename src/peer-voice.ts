/** What is told of a peer, on itself and on its room. */
import type { PeerError } from './errors.js';
import { fire, type DataDetail, type PathDetail, type PeerEventMap, type ProgressDetail } from './events.js';
import type { Peer } from './peer.js';
import type { PathEvent, PeerHost } from './peer-host.js';
import type { PathName } from './paths.js';
import type { Transfer } from './transfer/transfer.js';

export class PeerVoice {
  readonly #peer: Peer;
  readonly #host: PeerHost;
  /** The path that was last told of. */
  #path: PathName | null = null;
  /** What has been told about it as untrusted: the same again is not news. */
  readonly #doubts = new Set<string>();
  /** Direct paths in a row that did not belong to the session. */
  #misfits = 0;

  constructor(peer: Peer, host: PeerHost) {
    this.#peer = peer;
    this.#host = host;
  }

  /** It has just been announced, as somebody who is reached by this path. */
  begin(path: PathName | null, isClimbing: boolean): void {
    this.#path = path;
    this.#host.announced(this.#peer);
    if (isClimbing) this.attempt();
  }

  data(detail: DataDetail): void {
    fire<PeerEventMap, 'data'>(this.#peer, 'data', detail);
    this.#host.tell('data', detail);
  }

  profileChanged(): void {
    fire<PeerEventMap, 'profile'>(this.#peer, 'profile', { peer: this.#peer });
    this.#host.tell('profile', { peer: this.#peer });
  }

  readonly gap = (lost: number): void => {
    fire<PeerEventMap, 'gap'>(this.#peer, 'gap', { peer: this.#peer, lost });
    this.#host.tell('gap', { peer: this.#peer, lost });
  };

  /** @returns whether somebody wants to decide later */
  offered(transfer: Transfer): boolean {
    const detail = { transfer, peer: this.#peer, metadata: transfer.metadata };
    const goesOn = fire<PeerEventMap, 'transfer'>(this.#peer, 'transfer', detail, true);
    return !this.#host.tell('transfer', detail, true) || !goesOn;
  }

  progressed(transfer: Transfer): void {
    transfer.tellProgress();
    const detail = this.progressOf(transfer);
    fire<PeerEventMap, 'progress'>(this.#peer, 'progress', detail);
    this.#host.tell('progress', detail);
  }

  progressOf(transfer: Transfer): ProgressDetail {
    const { loaded, size: total, direction } = transfer;
    return { loaded, total, peer: this.#peer, transfer, direction };
  }

  readonly attempt = (): void => {
    this.#tellPath('upgradeattempt', { path: 'direct', previous: this.#path });
  };

  attemptFailed(error: PeerError): void {
    // One may have met a connection that just came to its end; whoever sits in between is there the next time, too.
    this.#misfits = error.code === 'untrusted' ? this.#misfits + 1 : 0;
    if (this.#misfits > 1) this.untrusted(error.message);
    this.#tellPath('upgradeerror', { path: 'direct', previous: this.#path, error });
  }

  pathChanged(path: PathName | null): void {
    const previous = this.#path;
    if (!this.#peer.announced || path === previous) return;
    this.#path = path;
    if (path === 'direct' || path === 'turn') this.#tellPath('upgrade', { path, previous });
    else if (previous !== null && previous !== 'relay') this.#tellPath('downgrade', { path, previous });
  }

  readonly untrusted = (reason: string): void => {
    if (this.#peer.state === 'closed' || this.#doubts.has(reason)) return;
    this.#doubts.add(reason);
    this.#host.tell('untrusted', { id: this.#peer.id, reason });
  };

  #tellPath(type: PathEvent, rest: Omit<PathDetail, 'peer'>): void {
    if (!this.#peer.announced || this.#peer.state === 'closed') return;
    const detail = { peer: this.#peer, ...rest };
    fire<PeerEventMap, PathEvent>(this.#peer, type, detail);
    this.#host.tell(type, detail);
  }
}
