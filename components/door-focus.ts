/** Keeps the place of whoever works with the keyboard, and takes it from nobody else. */
import type { LitElement, ReactiveController } from 'lit';

export class DoorFocus implements ReactiveController {
  readonly #host: LitElement;
  /** Which of the cards had the focus before it was drawn anew, or that something else here had. */
  #card = -1;
  #inside = false;
  /** Where the focus was before it came here. */
  #from: HTMLElement | null = null;

  constructor(host: LitElement) {
    this.#host = host;
    host.addController(this);
    host.addEventListener('focusin', ({ relatedTarget }) => {
      if (relatedTarget instanceof HTMLElement) this.#from = relatedTarget;
    });
  }

  hostUpdate(): void {
    const active = this.#host.shadowRoot?.activeElement;
    this.#inside = !!active;
    const card = active?.closest('.peer');
    this.#card = card ? this.#cards.indexOf(card) : -1;
  }

  /** To the next card, the last one, or, where there is none, back to where it was. */
  hostUpdated(): void {
    const lost = this.#inside && !this.#host.shadowRoot?.activeElement;
    this.#inside = false;
    if (!lost) return;
    const cards = this.#cards;
    const next = this.#card < 0 ? undefined : (cards[this.#card] ?? cards.at(-1));
    if (next instanceof HTMLElement) next.focus();
    else this.#back();
  }

  hostDisconnected(): void {
    this.#inside = false;
    this.#from = null;
  }

  get #cards(): Element[] {
    return [...this.#host.renderRoot.querySelectorAll('.peer')];
  }

  #back(): void {
    const root = this.#host.getRootNode() as Document | ShadowRoot;
    const active = root.activeElement;
    if (!active || active === document.body) this.#from?.focus({ preventScroll: true });
    this.#from = null;
  }
}
