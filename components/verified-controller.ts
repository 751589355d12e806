/** The verified peers of this browser, in step with every other element and tab that shows them. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { STORAGE_KEY, VerifiedPeers, type VerifiedPeer } from './verified-peers.js';

/** Fired on the document by whoever changed the list; its detail is the list as text. */
const CHANGED = 'peer-elements:verified';

export class VerifiedController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #peers = new VerifiedPeers();
  #listening: AbortController | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get peers(): Pick<VerifiedPeers, 'find' | 'namesakeOf' | 'kept'> {
    return this.#peers;
  }

  hostConnected(): void {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const stored = ({ key }: StorageEvent): void => {
      // Without a key everything was cleared.
      if (key !== null && key !== STORAGE_KEY) return;
      this.#peers.load();
      this.#host.requestUpdate();
    };
    const told = ({ detail }: CustomEvent<unknown>): void => {
      if (typeof detail === 'string' && detail !== this.#peers.text) this.#peers.take(detail);
      this.#host.requestUpdate();
    };
    addEventListener('storage', stored, { signal });
    document.addEventListener(CHANGED, told as EventListener, { signal });
    this.#peers.load();
  }

  hostDisconnected(): void {
    this.#listening?.abort();
  }

  verify(peer: VerifiedPeer): void {
    this.#peers.verify(peer);
    this.#tell();
  }

  forget(identity: string): void {
    this.#peers.forget(identity);
    this.#tell();
  }

  met(identity: string): void {
    this.#peers.met(identity);
  }

  /** An event leaves no state behind in a module, and reaches the elements of a second copy of this script. */
  #tell(): void {
    document.dispatchEvent(new CustomEvent(CHANGED, { detail: this.#peers.text }));
  }
}
