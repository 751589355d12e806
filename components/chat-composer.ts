/** The row below the log: where a message is written. */
import { html, type LitElement, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { ChatStrings } from './chat-strings.js';
import { ICONS } from './icons.js';
import { MAX_TEXT } from './chat-wire.js';

export class ChatComposer {
  readonly #host: LitElement;
  readonly #say: (text: string) => boolean;
  #draft = '';
  #readonly = false;

  /** @param say takes the text over, or leaves it in the field by returning false */
  constructor(host: LitElement, say: (text: string) => boolean) {
    this.#host = host;
    this.#say = say;
  }

  get #input(): HTMLTextAreaElement | null {
    return this.#host.renderRoot.querySelector('textarea');
  }

  focus(options?: FocusOptions): void {
    this.#input?.focus(options);
  }

  render(s: ChatStrings, placeholder: string, linked: boolean, readonly: boolean): TemplateResult {
    this.#readonly = readonly;
    return html`<div class="composer" part="composer">
      <slot name="composer-start"></slot>
      <textarea
        class="input"
        part="input"
        rows="1"
        dir="auto"
        enterkeyhint="send"
        maxlength=${MAX_TEXT}
        aria-label=${placeholder}
        placeholder=${placeholder}
        ?readonly=${readonly}
        .value=${live(this.#draft)}
        @input=${this.#onInput}
        @keydown=${this.#onKey}
      ></textarea>
      <slot name="composer-end"></slot>
      <button
        type="button"
        class="send"
        part="send"
        aria-label=${s.send}
        ?disabled=${!linked || !this.#draft.trim()}
        @click=${this.#submit}
      >
        ${ICONS.send}
      </button>
    </div>`;
  }

  readonly #onInput = (event: Event): void => {
    this.#setDraft((event.target as HTMLTextAreaElement).value);
  };

  #setDraft(draft: string): void {
    this.#draft = draft;
    const input = this.#input;
    if (!input) return;
    if (input.value !== draft) input.value = draft;
    // As high as the text, which only the text at its own height can tell; the style sheet sets the limits.
    input.style.blockSize = 'auto';
    input.style.blockSize = `${input.scrollHeight + input.offsetHeight - input.clientHeight}px`;
    this.#host.requestUpdate();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    // While an input method is at work, Enter accepts its suggestion; Safari tells by the key code alone.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is no other sign of it
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit();
  };

  readonly #submit = (): void => {
    const text = this.#draft.trim();
    if (!text || this.#readonly || !this.#say(text)) return;
    this.#setDraft('');
    this.focus();
  };
}
