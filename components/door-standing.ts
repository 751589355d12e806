/** How this page itself stands at the door of its source. */
import type { PeerError } from '../src/index.js';
import type { SourceElement } from './source-controller.js';

export type Standing =
  /** On its way to the door, and at it. `answering` is null while nothing is known of those inside. */
  | { readonly kind: 'asking' }
  | { readonly kind: 'waiting'; readonly answering: boolean | null }
  /** Without an error it was given up. */
  | { readonly kind: 'over'; readonly error: PeerError | null };

export class DoorStanding {
  /** It has stood at the door since it began to connect. */
  #stood = false;
  #answering: boolean | null = null;
  /** What was wanted here last. */
  #wish: 'in' | 'out' | null = null;

  of(source: SourceElement | null): Standing | null {
    if (source?.knocking) {
      this.#stood = true;
      this.#wish = null;
      return { kind: 'waiting', answering: this.#answering };
    }
    switch (source?.state) {
      case 'connecting':
        return this.#wish === 'in' ? { kind: 'asking' } : null;
      case 'failed': {
        const { error } = source;
        return error && (this.#stood || error.code === 'rejected') ? { kind: 'over', error } : null;
      }
      case 'closed':
        return this.#wish === 'out' ? { kind: 'over', error: null } : null;
      default:
        this.#wish = null;
        return null;
    }
  }

  /** It begins to connect. */
  begin(): void {
    this.#stood = false;
    this.#answering = null;
    if (this.#wish === 'out') this.#wish = null;
  }

  /** The knock is at the door, and somebody listens behind it or not. */
  knocked(answering: boolean): void {
    this.#stood = true;
    this.#answering = answering;
  }

  /** Asks to come in, or gives up. */
  want(wish: 'in' | 'out', source: SourceElement): void {
    this.#wish = wish;
    if (wish === 'in') source.connect?.();
    else source.close?.();
  }

  /** Another source, another door. */
  reset(): void {
    this.begin();
    this.#wish = null;
  }
}
