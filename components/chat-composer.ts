/** The row below the log: where a message is written. */
import { html, nothing, type LitElement, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { BlobUrls } from './blob-urls.js';
import { ChatAttachments } from './chat-attachments.js';
import type { ChatStrings } from './chat-strings.js';
import { ICONS } from './icons.js';
import { MAX_TEXT } from './chat-wire.js';

export class ChatComposer {
  readonly #host: LitElement;
  readonly #say: (text: string, files: readonly File[]) => boolean;
  readonly attachments: ChatAttachments;
  #draft = '';
  #readonly = false;

  /** @param say takes the text over, or leaves it in the field by returning false */
  constructor(host: LitElement, urls: BlobUrls, say: (text: string, files: readonly File[]) => boolean) {
    this.#host = host;
    this.attachments = new ChatAttachments(host, urls);
    this.#say = say;
  }

  get #input(): HTMLTextAreaElement | null {
    return this.#host.renderRoot.querySelector('textarea');
  }

  focus(options?: FocusOptions): void {
    this.#input?.focus(options);
  }

  /** @param files whether files may be attached */
  render(
    s: ChatStrings,
    placeholder: string,
    linked: boolean,
    readonly: boolean,
    files: boolean,
  ): TemplateResult {
    this.#readonly = readonly;
    return html`${this.attachments.render(s)}
      <div class="composer" part="composer">
        <slot name="composer-start"></slot>
        ${files ? this.attachments.button(s, readonly) : nothing}
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
          ?disabled=${!linked || !(this.#draft.trim() || this.attachments.files.length)}
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
    const { files } = this.attachments;
    if (!(text || files.length) || this.#readonly || !this.#say(text, files)) return;
    this.attachments.clear();
    this.#setDraft('');
    this.focus();
  };
}
