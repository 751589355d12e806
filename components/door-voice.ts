/** Says to the ear what happens at the door. */
import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

const MOST = 5;
/** Long enough to be read out, and then nobody comes across it again. */
const KEPT_MS = 10_000;

export class DoorVoice implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #said: readonly { readonly words: unknown; readonly number: number }[] = [];
  #count = 0;
  #forgetting: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#forget();
  }

  say(words: unknown): void {
    this.#said = [...this.#said, { words, number: this.#count++ }].slice(-MOST);
    clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => this.#forget(), KEPT_MS);
    this.#host.requestUpdate();
  }

  /** Stays in the page while there is nothing to say: what is new in a region is read out, a new region is not. */
  render(): TemplateResult {
    return html`<div class="sr" role="status" aria-atomic="false">
      ${repeat(
        this.#said,
        ({ number }) => number,
        ({ words }) => html`<p>${words}</p>`,
      )}
    </div>`;
  }

  #forget(): void {
    clearTimeout(this.#forgetting);
    this.#said = [];
    this.#host.requestUpdate();
  }
}
