/** The part of `<peer-files>` that files are given to: where they are dropped, picked, and to whom they go. */
import { html, nothing, type LitElement, type TemplateResult } from 'lit';
import type { Peer } from '../src/index.js';
import { nameOf } from './chat-text.js';
import type { FilesStrings } from './files-strings.js';
import { ICONS } from './icons.js';
import type { SourceElement } from './source-controller.js';
import { statusOf } from './source-status.js';

const reachable = ({ state }: Peer): boolean => state !== 'closed' && state !== 'failed';

export class FilesSender {
  readonly #host: LitElement;
  readonly #take: (files: readonly File[]) => void;
  /** Null: everyone. Somebody who has left stays chosen: what was meant for one must not go to all. */
  #receiver: { readonly id: string; readonly name: string } | null = null;

  constructor(host: LitElement, take: (files: readonly File[]) => void) {
    this.#host = host;
    this.#take = take;
  }

  /** Who gets what is sent now; nobody while that is impossible. */
  receivers(source: SourceElement | null): Peer[] {
    if (!source || source.state === 'closed' || source.state === 'failed') return [];
    const peers = [...source.peers.values()].filter(reachable);
    const receiver = this.#receiver;
    return receiver ? peers.filter(({ id }) => id === receiver.id) : peers;
  }

  /** Who was chosen before has nothing to do with another source. */
  reset(): void {
    this.#receiver = null;
  }

  focus(options?: FocusOptions): void {
    this.#host.renderRoot.querySelector<HTMLElement>('.choose')?.focus(options);
  }

  render(source: SourceElement | null, s: FilesStrings, over: boolean): TemplateResult {
    const ready = this.receivers(source).length > 0;
    return html`<div class="zone ${over ? 'over' : ''} ${ready ? '' : 'idle'}" part="zone">
      <span class="mark">${ICONS.upload}</span>
      <p class="hint" part="hint" role="status">
        ${over ? s.dropNow : ready ? html`<slot name="drop">${s.drop}</slot>` : this.#obstacle(source, s)}
      </p>
      <div class="controls">
        ${source ? this.#choice(source, s) : nothing}
        <button
          type="button"
          class="choose"
          part="choose"
          aria-disabled=${ready ? nothing : 'true'}
          @click=${() => ready && this.#picker?.click()}
        >
          ${s.choose}
        </button>
      </div>
      <input type="file" multiple hidden tabindex="-1" aria-label=${s.choose} @change=${this.#onPick} />
    </div>`;
  }

  get #picker(): HTMLInputElement | null {
    return this.#host.renderRoot.querySelector('input[type=file]');
  }

  #obstacle(source: SourceElement | null, s: FilesStrings): string {
    const { text } = statusOf(source, s);
    return text ?? (this.#receiver ? s.receiverLeft(this.#receiver.name) : s.alone);
  }

  #choice(source: SourceElement, s: FilesStrings): unknown {
    const peers = [...source.peers.values()].filter(reachable);
    const chosen = this.#receiver;
    const gone = chosen && !peers.some(({ id }) => id === chosen.id);
    if (peers.length < 2 && !gone) return nothing;
    const option = (id: string, name: string): TemplateResult =>
      html`<option value=${id} ?selected=${id === (chosen?.id ?? '')}>${name}</option>`;
    return html`<label class="receiver" part="receiver"
      ><span>${s.receiver}</span>
      <select @change=${this.#onChoice}>
        ${option('', s.everyone)}
        ${peers.map((peer) => option(peer.id, nameOf(s, peer.id, peer.displayName)))}
        ${gone ? option(chosen.id, s.receiverLeft(chosen.name)) : nothing}
      </select></label
    >`;
  }

  readonly #onChoice = (event: Event): void => {
    const [option] = (event.target as HTMLSelectElement).selectedOptions;
    this.#receiver = option?.value ? { id: option.value, name: option.textContent } : null;
    this.#host.requestUpdate();
  };

  readonly #onPick = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    // The same file may be chosen again.
    input.value = '';
    if (files.length) this.#take(files);
  };
}
