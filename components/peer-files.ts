/** Files for the group or pair around it. */
import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Peer, TypedListeners } from '../src/index.js';
import { BlobUrls } from './blob-urls.js';
import { FileDrop } from './file-drop.js';
import { FileExchange } from './file-exchange.js';
import type { FileItem, FilePart } from './file-item.js';
import { endOf, peerOf, shownName } from './file-view.js';
import { rowView, type RowActions } from './files-row.js';
import { saveToDisk, canSaveToDisk } from './files-save.js';
import { FilesSender } from './files-sender.js';
import { ENGLISH, type FilesStrings } from './files-strings.js';
import { FILES_TYPE, makeMetadata, parseMetadata } from './files-wire.js';
import { ICONS } from './icons.js';
import { styles } from './peer-files.styles.js';
import { SourceController } from './source-controller.js';
import { statusOf } from './source-status.js';

export type { FilesStrings } from './files-strings.js';

export interface PeerFilesEventMap {
  file: CustomEvent<{ readonly file: File; readonly peer: Peer }>;
}

/** What nobody would miss: finished, and not the only place where a file is that has come. */
const isDispensable = ({ open, direction, file, saved }: FileItem): boolean =>
  !open && (direction === 'out' || file === null || saved);

/** What assistive technology is told stays for this many announcements. */
const SAID = 4;
const TICK_MS = 1000;

/**
 * Files for everybody in the `<peer-group>` or `<peer-pair>` around it, or in the one named by `for`: dropped, picked
 * or pasted, and from page to page. Whoever gets one is asked first.
 *
 * @element peer-files
 *
 * @fires {CustomEvent<{ file: File, peer: Peer }>} file - A file has arrived, except one that went straight to disk.
 *   Its name is harmless, its content is whatever the peer sent.
 *
 * @slot header - At the start of the row above, instead of the title.
 * @slot drop - The words where files are dropped.
 * @slot empty - What is shown while there are no files.
 *
 * @csspart header - The row above.
 * @csspart dot - The coloured dot that shows the state of the connection.
 * @csspart clear - The button that clears what is finished.
 * @csspart zone - Where files are dropped.
 * @csspart hint - The words in it.
 * @csspart receiver - The choice of a receiver.
 * @csspart choose - The button that opens the picker.
 * @csspart list - The list of files.
 * @csspart file - One file. Also `file-in`, `file-out`, `file-offered`, `file-active`, `file-done`, `file-refused`,
 *   `file-cancelled`, `file-failed`.
 * @csspart tile - Its small picture, or a few letters.
 * @csspart file-name - Its name.
 * @csspart meta - Its size, and whom it is from or for.
 * @csspart account - How it fares. Also `account-offered` and so on.
 * @csspart progress - The bar.
 * @csspart receivers - Who it goes to, where that is more than one.
 * @csspart actions - The buttons beside a file.
 * @csspart button - Each of them. Also `accept`, `refuse`, `cancel`, `save`, `save-as`.
 * @csspart empty - What is shown while there are no files.
 *
 * @cssprop [--peer-files-accent=#4451c4] - Buttons, bars, focus.
 * @cssprop [--peer-files-accent-text=#fff] - Text on the accent colour.
 * @cssprop [--peer-files-surface] - Background.
 * @cssprop [--peer-files-text] - Text.
 * @cssprop [--peer-files-muted] - Secondary text.
 * @cssprop [--peer-files-line] - Borders and rules.
 * @cssprop [--peer-files-soft] - Behind bars and quiet buttons.
 * @cssprop [--peer-files-good] - What went well.
 * @cssprop [--peer-files-danger] - What went wrong.
 * @cssprop [--peer-files-radius=1rem] - Corners.
 * @cssprop [--peer-files-font-size=0.9375rem] - Size of the text.
 * @cssprop [--peer-files-max-height=none] - Greatest height.
 */
export class PeerFilesElement extends LitElement {
  static override styles = styles;
  static override properties = {
    for: { reflect: true },
    label: {},
    readonly: { type: Boolean, reflect: true },
    autoAccept: {
      attribute: 'auto-accept',
      converter: (value: string | null) => (value === null ? 0 : value === '' ? Infinity : Number(value)),
    },
    strings: { attribute: false },
  };

  /** Id of the group or pair to exchange files in. Default: the nearest one around the element. */
  declare for: string | null;
  /** Name of the list, and the title. */
  declare label: string | null;
  /** Nothing can be sent by hand; files can still arrive. */
  declare readonly: boolean;
  /** Files up to this many bytes are taken without a question; the attribute without a value: all. Default 0: none. */
  declare autoAccept: number;

  declare addEventListener: TypedListeners<PeerFilesEventMap>['addEventListener'];
  declare removeEventListener: TypedListeners<PeerFilesEventMap>['removeEventListener'];

  readonly #exchange = new FileExchange(FILES_TYPE, {
    changed: () => this.requestUpdate(),
    offered: (item) => this.#offered(item),
    arrived: (item, peer) => this.#arrived(item, peer),
    turned: (item, part) => this.#turned(item, part),
  });
  readonly #link = new SourceController(this, (_previous, next) => {
    this.#listening?.abort();
    this.#sender.reset();
    this.#exchange.attach(next);
    if (next) this.#listen(next);
    this.requestUpdate();
  });
  readonly #urls = new BlobUrls(this);
  readonly #sender = new FilesSender(this, (files) => this.#take(files));
  readonly #drop = new FileDrop(
    this,
    { ready: () => this.#isReady, take: (files) => this.#take(files) },
    true,
  );
  #strings = ENGLISH;
  #listening: AbortController | null = null;
  #said: readonly { readonly key: number; readonly text: string }[] = [];
  #ticking: ReturnType<typeof setInterval> | undefined;
  /** The file whose button had the focus before it was drawn anew. */
  #focused: string | null = null;

  constructor() {
    super();
    this.for = null;
    this.label = null;
    this.readonly = false;
    this.autoAccept = 0;
  }

  /** All words, English unless set. What is set is laid over the English ones, so some of them will do. */
  get strings(): FilesStrings {
    return this.#strings;
  }
  set strings(strings: Partial<FilesStrings>) {
    this.#strings = { ...ENGLISH, ...strings };
  }

  /**
   * Sends a file or several, whether or not the element is `readonly`.
   * @param to ids of the receivers; default: everyone who is there
   * @returns resolves when everyone has them all; rejects with the first PeerError: `refused`, `aborted`, `gone`,
   *   or with an `AbortError` when it was cancelled before it was offered
   * @throws {TypeError} for what is no file
   * @throws {DOMException} `InvalidStateError` when there is nobody to send to
   */
  send(files: File | Iterable<File>, { to }: { to?: string | readonly string[] } = {}): Promise<void> {
    const list = files instanceof Blob ? [files] : [...files];
    if (!list.every((file) => file instanceof Blob)) throw new TypeError('send() takes files.');
    const ids = typeof to === 'string' ? [to] : to;
    const peers = [...(this.#link.source?.peers.values() ?? [])].filter(
      ({ id }) => ids?.includes(id) ?? true,
    );
    if (!peers.length) throw new DOMException('There is nobody to send files to.', 'InvalidStateError');
    return this.#send(list, peers);
  }

  /** Forgets all files that are not under way, those that have come and are not saved among them. */
  clear(): void {
    this.#exchange.forget(({ open }) => !open);
  }

  /** Focuses the button that opens the picker. */
  override focus(options?: FocusOptions): void {
    this.#sender.focus(options);
  }

  protected override willUpdate(): void {
    const row = this.shadowRoot?.activeElement?.closest<HTMLElement>('[data-key]');
    this.#focused = row?.dataset['key'] ?? null;
  }

  protected override render(): TemplateResult {
    const s = this.#strings;
    const { source } = this.#link;
    const { tone, text } = statusOf(source, s);
    const { items } = this.#exchange;
    return html`<div class="header" part="header">
        <slot name="header"><span class="title">${this.label ?? s.label}</span></slot>
        <span
          class="dot ${tone}"
          part="dot"
          role="img"
          aria-label=${tone === 'good' ? s.connected : text}
        ></span>
        ${items.some(isDispensable) ? this.#clearButton(s) : nothing}
      </div>
      ${this.readonly ? nothing : this.#sender.render(source, s, this.#drop.over)}
      ${items.length ? this.#list(items, s) : this.#empty(text, s)}
      <div class="sr" role="log">
        ${repeat(
          this.#said,
          ({ key }) => key,
          (said) => html`<p>${said.text}</p>`,
        )}
      </div>`;
  }

  protected override updated(): void {
    this.#keepFocus();
    const active = this.isConnected && this.#exchange.items.some(({ state }) => state === 'active');
    if (active) this.#ticking ??= setInterval(() => this.requestUpdate(), TICK_MS);
    else this.#rest();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#rest();
  }

  #rest(): void {
    clearInterval(this.#ticking);
    this.#ticking = undefined;
  }

  #clearButton(s: FilesStrings): TemplateResult {
    const clear = (): void => {
      this.#exchange.forget(isDispensable);
      this.focus();
    };
    return html`<button type="button" class="quiet clear" part="clear" @click=${clear}>${s.clear}</button>`;
  }

  #list(items: readonly FileItem[], s: FilesStrings): TemplateResult {
    // Focusable, so that the keyboard can scroll it.
    return html`<ul class="list" part="list" role="list" tabindex="0" aria-label=${this.label ?? s.label}>
      ${repeat(
        [...items].reverse(),
        ({ key }) => key,
        (item) => rowView(item, s, this.#actions),
      )}
    </ul>`;
  }

  #empty(status: string | null, s: FilesStrings): TemplateResult {
    return html`<div class="empty" part="empty">
      <slot name="empty"
        >${
          this.readonly
            ? html`${ICONS.file}
                <p>${status ?? s.readonly}</p>`
            : nothing
        }</slot
      >
    </div>`;
  }

  readonly #actions: RowActions = {
    urls: this.#urls,
    accept: (item) => this.#exchange.accept(item),
    refuse: (item) => this.#exchange.refuse(item),
    cancel: (item) => this.#exchange.cancel(item),
    remove: (item) => this.#exchange.forget((one) => one === item),
    saved: (item) => {
      item.saved = true;
      this.requestUpdate();
    },
    saveAs: canSaveToDisk() ? (item) => void saveToDisk(this.#exchange, item, this.#strings) : null,
  };

  get #isReady(): boolean {
    return !this.readonly && this.#sender.receivers(this.#link.source).length > 0;
  }

  #listen(source: NonNullable<SourceController['source']>): void {
    this.#listening = new AbortController();
    const changed = (): void => this.requestUpdate();
    for (const type of ['join', 'peer', 'profile', 'leave', 'statechange', 'error', 'close'] as const) {
      source.addEventListener(type, changed, { signal: this.#listening.signal });
    }
  }

  #take(files: readonly File[]): void {
    // How each ends is written beside it.
    this.#send(files, this.#sender.receivers(this.#link.source)).catch(() => undefined);
  }

  async #send(files: readonly File[], peers: readonly Peer[]): Promise<void> {
    const sent = files.map((file) => {
      const outgoing = this.#exchange.send(file, peers, async (item) => {
        const metadata = await makeMetadata(file);
        item.thumbnail = parseMetadata(metadata);
        this.requestUpdate();
        return metadata;
      });
      outgoing.sent.catch(() => undefined);
      return outgoing.sent;
    });
    await Promise.all(sent);
  }

  #offered(item: FileItem): 'accept' | 'ask' {
    item.thumbnail = parseMetadata(item.metadata);
    // Without a limit even that is taken whose size nobody knows; with none of it not even an empty file.
    return this.autoAccept > 0 && (item.size ?? Infinity) <= this.autoAccept ? 'accept' : 'ask';
  }

  #turned(item: FileItem, part: FilePart): void {
    const s = this.#strings;
    const name = shownName(item.name, s);
    if (item.direction === 'in' && part.state === 'offered') {
      this.#say(s.offers(peerOf(part, s), name, item.size === null ? '' : s.size(item.size)));
    } else if (!part.open && !part.ownWill) {
      this.#say(`${name}: ${endOf(item, part, s).text}`);
    }
  }

  #arrived({ file: content, name, mediaType }: FileItem, peer: Peer): void {
    if (!content) return;
    const file = new File([content], name, { type: mediaType });
    this.dispatchEvent(new CustomEvent('file', { detail: { file, peer } }));
  }

  #say(text: string): void {
    const key = (this.#said.at(-1)?.key ?? 0) + 1;
    this.#said = [...this.#said, { key, text }].slice(-SAID);
    this.requestUpdate();
  }

  /** The button that was pressed may be gone; what takes its place is the next best, then the row itself. */
  #keepFocus(): void {
    if (this.#focused === null || this.shadowRoot?.activeElement) return;
    const row = this.renderRoot.querySelector<HTMLElement>(`[data-key="${this.#focused}"]`);
    (row?.querySelector<HTMLElement>('.actions .act') ?? row ?? this).focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-files': PeerFilesElement;
  }
}
