/** The row above the log: who is here, whether it works, and what we are called. */
import { html, nothing, type LitElement, type TemplateResult } from 'lit';
import type { ChatStrings } from './chat-strings.js';
import { nameOf } from './chat-text.js';
import { personView } from './chat-view.js';
import { MAX_NAME } from './chat-wire.js';
import { ICONS } from './icons.js';
import type { SourceElement } from './source-controller.js';
import type { SourceStatus } from './source-status.js';

const NAME_CHARS = Math.min(MAX_NAME, 60);

/** Which parts of the header are open. */
export class ChatHeader {
  readonly #host: LitElement;
  #listing = false;
  #editing = false;

  constructor(host: LitElement) {
    this.#host = host;
  }

  render(source: SourceElement | null, status: SourceStatus, s: ChatStrings): TemplateResult {
    const inside = status.tone === 'good';
    return html`<div class="header" part="header">
        <slot name="header"></slot>
        <span
          class="dot ${status.tone}"
          part="dot"
          role="img"
          aria-label=${inside ? s.connected : status.text}
        ></span>
        ${source && inside ? this.#peopleButton(source, s) : nothing}
        ${source ? this.#me(source, s) : nothing}
      </div>
      ${source && inside && this.#listing ? this.#people(source, s) : nothing}`;
  }

  #peopleButton(source: SourceElement, s: ChatStrings): TemplateResult {
    return html`<button
      type="button"
      class="quiet"
      part="people-button"
      aria-expanded=${this.#listing}
      aria-controls="people"
      @click=${this.#toggle}
    >
      ${s.people(source.peers.size + 1)}${ICONS.more}
    </button>`;
  }

  #people({ peerId, displayName, peers }: SourceElement, s: ChatStrings): TemplateResult {
    return html`<ul id="people" class="people" part="people">
      ${personView(peerId ?? '', displayName, s, s.you)}
      ${[...peers.values()].map((peer) => personView(peer.id, peer.displayName, s))}
    </ul>`;
  }

  #me(source: SourceElement, s: ChatStrings): TemplateResult {
    const { peerId, displayName } = source;
    if (this.#editing) {
      return html`<input
        class="me"
        part="name-input"
        aria-label=${s.yourName}
        maxlength=${NAME_CHARS}
        autocomplete="nickname"
        placeholder=${nameOf(s, peerId ?? '', '')}
        .value=${displayName}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event, source)}
        @blur=${(event: Event) => this.#commit(source, event.target as HTMLInputElement)}
      />`;
    }
    const name = displayName || peerId ? nameOf(s, peerId ?? '', displayName) : '';
    return html`<button type="button" class="quiet me" part="me" @click=${this.#edit}>
      ${name ? html`<span class="muted">${s.you}:</span> <bdi>${name}</bdi>` : s.you}${ICONS.edit}
      <span class="sr">${s.changeName}</span>
    </button>`;
  }

  readonly #toggle = (): void => {
    this.#listing = !this.#listing;
    void this.#changed();
  };

  readonly #edit = async (): Promise<void> => {
    this.#editing = true;
    await this.#changed();
    this.#host.renderRoot.querySelector<HTMLInputElement>('input.me')?.select();
  };

  /** Resolves when the new picture is there. */
  #changed(): Promise<unknown> {
    this.#host.requestUpdate();
    return this.#host.updateComplete;
  }

  #onKey(event: KeyboardEvent, source: SourceElement): void {
    const { key, isComposing } = event;
    if (isComposing || (key !== 'Enter' && key !== 'Escape')) return;
    event.preventDefault();
    // Esc ends the editing, not the dialog around the chat.
    event.stopPropagation();
    if (key === 'Enter') this.#commit(source, event.target as HTMLInputElement);
    void this.#close();
  }

  #commit(source: SourceElement, { value }: HTMLInputElement): void {
    if (!this.#editing) return;
    this.#editing = false;
    const name = value.trim();
    if (name !== source.displayName) source.displayName = name;
    void this.#changed();
  }

  async #close(): Promise<void> {
    this.#editing = false;
    await this.#changed();
    this.#host.renderRoot.querySelector<HTMLElement>('button.me')?.focus();
  }
}
