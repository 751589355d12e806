/** How somebody is brought into the group or pair around it. */
import { LitElement, html, nothing, svg, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { TypedListeners } from '../src/index.js';
import { ICONS } from './icons.js';
import { makeLink, type InviteKey } from './invite-link.js';
import { drawQr, type QrDrawing } from './invite-qr.js';
import { ENGLISH, type InviteStrings } from './invite-strings.js';
import { styles } from './peer-invite.styles.js';
import { SourceController } from './source-controller.js';
import { statusOf } from './source-status.js';

export type { InviteStrings } from './invite-strings.js';

/** How somebody passed the invitation on. */
export type InviteMethod = 'link' | 'code' | 'share';

export interface PeerInviteEventMap {
  invite: CustomEvent<{ readonly method: InviteMethod }>;
}

/** What has just become of a button. The number tells one time from the next, so that each is said. */
interface Outcome {
  readonly method: InviteMethod;
  readonly count: number;
  /** Null when it worked. */
  readonly trouble: string | null;
}

const DONE_MS = 2500;

/**
 * Brings somebody into the `<peer-group>` or `<peer-pair>` around it, or into the one named by `for`: a link, a QR code
 * of it, and the pair's code, or the room's name, to be read out. A page whose group or pair has `from-link` is let in by
 * the link as it is. The code is behind `#` in it, where no server gets to see it; a password never is.
 *
 * @element peer-invite
 *
 * @fires {CustomEvent<{ method: 'link' | 'code' | 'share' }>} invite - The link was copied, the code (or the room's name)
 *   was, or the link was handed to the device's own way of sharing.
 *
 * @slot header - At the start of the row above, instead of the title.
 * @slot note - The words that say how it is used.
 * @slot empty - What is shown while there is nothing to invite to.
 *
 * @csspart header - The row above.
 * @csspart dot - The coloured dot that shows the state of the connection.
 * @csspart qr - The white tile with the QR code.
 * @csspart note - The words that say how it is used.
 * @csspart link - The field with the link.
 * @csspart code - The pair's code, or the room's name.
 * @csspart button - Each of the buttons. Also `copy-link`, `copy-code`, `share`.
 * @csspart trouble - What is said when copying or sharing did not work.
 * @csspart empty - What is shown while there is nothing to invite to.
 *
 * @cssprop [--peer-invite-accent=#4451c4] - The main button, focus.
 * @cssprop [--peer-invite-accent-text=#fff] - Text on the accent colour.
 * @cssprop [--peer-invite-surface] - Background.
 * @cssprop [--peer-invite-text] - Text.
 * @cssprop [--peer-invite-muted] - Secondary text.
 * @cssprop [--peer-invite-line] - Borders and rules.
 * @cssprop [--peer-invite-soft] - Behind quiet buttons and the link.
 * @cssprop [--peer-invite-danger] - What went wrong.
 * @cssprop [--peer-invite-radius=1rem] - Corners.
 * @cssprop [--peer-invite-font-size=0.9375rem] - Size of the text.
 * @cssprop [--peer-invite-max-height=none] - Greatest height.
 */
export class PeerInviteElement extends LitElement {
  static override styles = styles;
  static override properties = {
    for: { reflect: true },
    href: {},
    label: {},
    noQr: { type: Boolean, attribute: 'no-qr', reflect: true },
    strings: { attribute: false },
  };

  /** Id of the group or pair to invite to. Default: the nearest one around the element. */
  declare for: string | null;
  /** Address of the page that the link opens, also relative. Default: this page. What it has behind `#` is replaced. */
  declare href: string | null;
  /** The title. */
  declare label: string | null;
  /** No QR code. */
  declare noQr: boolean;

  declare addEventListener: TypedListeners<PeerInviteEventMap>['addEventListener'];
  declare removeEventListener: TypedListeners<PeerInviteEventMap>['removeEventListener'];

  readonly #source = new SourceController(this, (_previous, next) => {
    this.#listening?.abort();
    this.#names.disconnect();
    this.#outcome = null;
    if (next) this.#listen(next);
    this.requestUpdate();
  });
  /** A code or a name that is set while nothing is connected is told by no event. */
  readonly #names = new MutationObserver(() => this.requestUpdate());
  #strings = ENGLISH;
  #listening: AbortController | null = null;
  #drawn: { readonly link: string; readonly drawing: QrDrawing | null } | null = null;
  #outcome: Outcome | null = null;
  #forgetting: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.for = null;
    this.href = null;
    this.label = null;
    this.noQr = false;
  }

  /** All words, English unless set. What is set is laid over the English ones, so some of them will do. */
  get strings(): InviteStrings {
    return this.#strings;
  }
  set strings(strings: Partial<InviteStrings>) {
    this.#strings = { ...ENGLISH, ...strings };
  }

  /** The address that lets somebody in; null while there is nothing to invite to. */
  get link(): string | null {
    const target = this.#target;
    return target && makeLink(this.href ?? location.href, document.baseURI, target.key, target.value);
  }

  /** Focuses the button that copies the link. */
  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>('.copy-link')?.focus(options);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // The default address is that of the page, which may be another one by then.
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forget();
  }

  protected override render(): TemplateResult {
    const s = this.#strings;
    const { tone, text } = statusOf(this.#source.source, s);
    const { link } = this;
    const target = this.#target;
    const outcome = this.#outcome;
    return html`<div class="header" part="header">
        <slot name="header"><span class="title">${this.label ?? s.label}</span></slot>
        <span
          class="dot ${tone}"
          part="dot"
          role="img"
          aria-label=${tone === 'good' ? s.connected : text}
        ></span>
      </div>
      ${
        target && link !== null
          ? this.#invitation(target, link, s)
          : html`<div class="empty" part="empty">
              <slot name="empty"
                >${ICONS.invite}
                <p>${s.waiting}</p></slot
              >
            </div>`
      }
      <div class=${outcome?.trouble ? 'trouble' : 'sr'} part="trouble" role="status">
        ${outcome && keyed(outcome.count, html`<p>${outcome.trouble ?? s.copied}</p>`)}
      </div>`;
  }

  /** What the source is entered by. */
  get #target(): { readonly key: InviteKey; readonly value: string } | null {
    const { code, room } = this.#source.source ?? {};
    if (code) return { key: 'code', value: code };
    return room ? { key: 'room', value: room } : null;
  }

  #invitation(
    { key, value }: { key: InviteKey; value: string },
    link: string,
    s: InviteStrings,
  ): TemplateResult {
    const drawing = this.noQr ? null : this.#draw(link);
    const isCode = key === 'code';
    return html`<div class="invitation">
      ${drawing ? this.#qr(drawing, s) : nothing}
      <div class="ways">
        <p class="note" part="note"><slot name="note">${this.#note(s)}</slot></p>
        <div class="way">
          <label class="name" for="link">${s.link}</label>
          <input id="link" part="link" dir="ltr" readonly .value=${link} @focus=${this.#onFocus} />
          <div class="buttons">
            ${this.#button('link', s.copyLink, () => this.#copy('link', link))}
            ${'share' in navigator ? this.#button('share', s.share, () => this.#share(link)) : nothing}
          </div>
        </div>
        <div class="way">
          <span class="name">${isCode ? s.code : s.room}</span>
          <div class="spoken">
            <code class=${key} dir="auto" part="code">${isCode ? this.#groups(value) : value}</code>
            ${this.#button('code', isCode ? s.copyCode : s.copyRoom, () => this.#copy('code', value))}
          </div>
        </div>
      </div>
    </div>`;
  }

  /** Dark on white in every colour scheme: many readers do not know it the other way round. */
  #qr({ size, path }: QrDrawing, s: InviteStrings): TemplateResult {
    return html`<div class="qr" part="qr">
      <svg viewBox="0 0 ${size} ${size}" role="img" aria-label=${s.qr} shape-rendering="crispEdges">
        ${svg`<rect width=${size} height=${size} fill="#fff" stroke="none" /><path d=${path} fill="#000" stroke="none" />`}
      </svg>
    </div>`;
  }

  #draw(link: string): QrDrawing | null {
    if (this.#drawn?.link !== link) this.#drawn = { link, drawing: drawQr(link) };
    return this.#drawn.drawing;
  }

  /** A line ends between two groups, never within one. */
  #groups(code: string): TemplateResult[] {
    return code.split(/(?<=-)/).map((group) => html`<span>${group}</span>`);
  }

  #note(s: InviteStrings): string {
    const { source } = this.#source;
    const { tone, text } = statusOf(source, s);
    if (text !== null && (tone === 'bad' || source?.state === 'closed')) return text;
    if (source?.code && source.peers.size) return s.taken;
    const note = source?.code ? s.pair : s.group;
    return source?.password ? `${note} ${s.password}` : note;
  }

  #button(method: InviteMethod, words: string, act: () => Promise<void>): TemplateResult {
    const name = method === 'share' ? 'share' : `copy-${method}`;
    const done = this.#outcome?.method === method && this.#outcome.trouble === null;
    const icon = done ? ICONS.done : method === 'share' ? ICONS.upload : ICONS.copy;
    return html`<button type="button" class="button ${name}" part="button ${name}" @click=${() => void act()}>
      ${icon}<span class="word"
        ><span class=${done ? 'away' : ''}>${words}</span>${
          // Over the other words, so that the button keeps its width.
          done ? html`<span class="over">${this.#strings.copied}</span>` : nothing
        }</span
      >
    </button>`;
  }

  async #copy(method: 'link' | 'code', text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      this.#select(method);
      this.#settle(method, this.#strings.selected);
      return;
    }
    this.#settle(method);
  }

  async #share(url: string): Promise<void> {
    try {
      await navigator.share({ title: document.title, url });
    } catch (error) {
      const changedMind = error instanceof DOMException && error.name === 'AbortError';
      if (!changedMind) this.#settle('share', this.#strings.notShared);
      return;
    }
    this.dispatchEvent(new CustomEvent('invite', { detail: { method: 'share' } }));
  }

  #settle(method: InviteMethod, trouble: string | null = null): void {
    this.#outcome = { method, trouble, count: (this.#outcome?.count ?? 0) + 1 };
    clearTimeout(this.#forgetting);
    // Trouble stays, as the text is still to be copied by hand.
    if (trouble === null) {
      this.#forgetting = setTimeout(() => this.#forget(), DONE_MS);
      this.dispatchEvent(new CustomEvent('invite', { detail: { method } }));
    }
    this.requestUpdate();
  }

  #forget(): void {
    clearTimeout(this.#forgetting);
    this.#outcome = null;
    this.requestUpdate();
  }

  #select(method: 'link' | 'code'): void {
    if (method === 'link') {
      const field = this.renderRoot.querySelector('input');
      field?.focus();
      field?.select();
      return;
    }
    const code = this.renderRoot.querySelector('code');
    if (code) getSelection()?.setBaseAndExtent(code, 0, code, code.childNodes.length);
  }

  readonly #onFocus = (event: Event): void => {
    (event.target as HTMLInputElement).select();
  };

  #listen(source: NonNullable<SourceController['source']>): void {
    this.#listening = new AbortController();
    const changed = (): void => this.requestUpdate();
    for (const type of ['join', 'peer', 'leave', 'statechange', 'error', 'close'] as const) {
      source.addEventListener(type, changed, { signal: this.#listening.signal });
    }
    this.#names.observe(source, { attributeFilter: ['code', 'room', 'password'] });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-invite': PeerInviteElement;
  }
}
