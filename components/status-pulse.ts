/** Keeps round trips fresh while they are looked at: nobody measures a peer that has nothing to say. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Peer } from '../src/index.js';

const BEAT_MS = 10_000;

export class StatusPulse implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #peers: () => Iterable<Peer>;
  readonly #measuring = new WeakSet<Peer>();
  #beating: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost, peers: () => Iterable<Peer>) {
    this.#host = host;
    this.#peers = peers;
    host.addController(this);
  }

  hostConnected(): void {
    this.#beating = setInterval(() => this.#beat(), BEAT_MS);
  }

  hostDisconnected(): void {
    clearInterval(this.#beating);
  }

  /** Those that have come, or have changed their path, are not made to wait for the next beat. */
  hostUpdated(): void {
    for (const peer of this.#peers()) if (peer.rtt === null) this.#measure(peer);
  }

  #beat(): void {
    if (document.hidden) return;
    for (const peer of this.#peers()) this.#measure(peer);
    // Of some things no event tells: who is only about to come, for one.
    this.#host.requestUpdate();
  }

  #measure(peer: Peer): void {
    if (peer.state !== 'connected' || this.#measuring.has(peer)) return;
    this.#measuring.add(peer);
    const { path } = peer;
    const measured = (): void => {
      this.#measuring.delete(peer);
      // What was measured on the path before is of no use; drawn anew, it is measured on this one.
      if (peer.rtt !== null || peer.path !== path) this.#host.requestUpdate();
    };
    peer.ping().then(measured, measured);
  }
}
