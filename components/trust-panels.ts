/** Whose safety number is shown, and what it is. */
import type { ReactiveControllerHost } from 'lit';
import type { Somebody } from './trust.js';

export class TrustPanels<P extends Somebody> {
  readonly #host: ReactiveControllerHost;
  readonly #open = new Set<P>();
  readonly #numbers = new WeakMap<P, string>();

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
  }

  of(peer: P): { readonly open: boolean; readonly number: string | null } {
    return { open: this.#open.has(peer), number: this.#numbers.get(peer) ?? null };
  }

  toggle(peer: P): void {
    if (!this.#open.delete(peer)) {
      this.#open.add(peer);
      if (!this.#numbers.has(peer)) void this.#workOut(peer);
    }
    this.#host.requestUpdate();
  }

  /** Nobody is at another one any more. */
  keep(peers: readonly P[]): void {
    for (const peer of this.#open) if (!peers.includes(peer)) this.#open.delete(peer);
  }

  async #workOut(peer: P): Promise<void> {
    this.#numbers.set(peer, await peer.safetyNumber());
    this.#host.requestUpdate();
  }
}
