/** Files that wait in the composer until the message they belong to is sent. */
import { html, nothing, type LitElement, type TemplateResult } from 'lit';
import type { BlobUrls } from './blob-urls.js';
import type { ChatStrings } from './chat-strings.js';
import { MAX_FILES } from './chat-wire.js';
import { cleanFileName, isRaster } from './file-text.js';
import { nameView, shownName, tileView } from './file-view.js';
import { ICONS } from './icons.js';

/** A larger picture is not worth decoding for a chip. */
const LARGEST_PREVIEW = 20_000_000;

export class ChatAttachments {
  readonly #host: LitElement;
  readonly #urls: BlobUrls;
  #files: readonly File[] = [];

  constructor(host: LitElement, urls: BlobUrls) {
    this.#host = host;
    this.#urls = urls;
  }

  get files(): readonly File[] {
    return this.#files;
  }

  add(files: Iterable<File>): void {
    this.#set([...this.#files, ...files].slice(0, MAX_FILES));
  }

  clear(): void {
    this.#set([]);
  }

  render(s: ChatStrings): unknown {
    if (!this.#files.length) return nothing;
    return html`<ul class="attached" part="attachments" role="list" aria-label=${s.attached}>
      ${this.#files.map((file) => this.#chip(file, s))}
    </ul>`;
  }

  button(s: ChatStrings, disabled: boolean): TemplateResult {
    return html`<button
        type="button"
        class="attach"
        part="attach"
        aria-label=${s.attach}
        title=${s.attach}
        ?disabled=${disabled}
        @click=${() => this.#host.renderRoot.querySelector<HTMLElement>('input[type=file]')?.click()}
      >
        ${ICONS.attach}</button
      ><input type="file" multiple hidden tabindex="-1" aria-label=${s.attach} @change=${this.#onPick} />`;
  }

  #chip(file: File, s: ChatStrings): TemplateResult {
    const name = cleanFileName(file.name);
    const drawn = isRaster(file.type) && file.size <= LARGEST_PREVIEW;
    const remove = (): void => {
      this.#set(this.#files.filter((one) => one !== file));
      // The button is about to go.
      this.#host.focus();
    };
    return html`<li>
      ${tileView(name, file.type, drawn ? this.#urls.of(file) : null)}${nameView(name, s)}
      <button type="button" class="act remove" part="detach" title=${s.remove} @click=${remove}>
        ${ICONS.close}<span class="sr">${s.remove} ${shownName(name, s)}</span>
      </button>
    </li>`;
  }

  readonly #onPick = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    // The same file may be chosen again.
    input.value = '';
    this.add(files);
    this.#host.focus();
  };

  #set(files: readonly File[]): void {
    this.#files = files;
    this.#host.requestUpdate();
  }
}
