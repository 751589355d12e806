/** Who is in the group or pair around it, and whether it is really them. */
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Peer, TypedListeners } from '../src/index.js';
import { ICONS } from './icons.js';
import { styles } from './peer-status.styles.js';
import { SourceController, type SourceElement } from './source-controller.js';
import { statusOf } from './source-status.js';
import { StatusPulse } from './status-pulse.js';
import { ownView, peerView, type PeerRow, type RowActions } from './status-row.js';
import { ENGLISH, type PeerStatusStrings } from './status-strings.js';
import { TrustPanels } from './trust-panels.js';
import { TrustMemory } from './trust.js';
import { VerifiedController } from './verified-controller.js';

export type { PeerStatusStrings } from './status-strings.js';

export interface PeerStatusEventMap {
  verify: CustomEvent<{ readonly peer: Peer; readonly verified: boolean }>;
  suspect: CustomEvent<{ readonly peer: Peer; readonly name: string }>;
}

/** After these something may look different. */
const CHANGES = [
  'open',
  'join',
  'peer',
  'profile',
  'leave',
  'upgrade',
  'downgrade',
  'reconnecting',
  'reconnect',
  'statechange',
  'error',
  'close',
  'moderator',
] as const;

/**
 * Who is here: everybody in the `<peer-group>` or `<peer-pair>` around it, or in the one named by `for`, by which path and
 * how fast, and what is wrong. Two people who compare the number that it shows them know that nobody sits in between; this
 * browser then knows the other one again, and warns when somebody else comes under the same name.
 *
 * @element peer-status
 *
 * @fires {CustomEvent<{ peer: Peer, verified: boolean }>} verify - A peer is verified, from now on or since an earlier
 *   visit; or it is not any more.
 * @fires {CustomEvent<{ peer: Peer, name: string }>} suspect - A peer bears the name of somebody verified, and is somebody
 *   else. Once for each peer and name; `name` is the one that was verified.
 *
 * @slot header - At the start of the row above, instead of the title.
 * @slot empty - What is shown while nobody else is here.
 *
 * @csspart header - The row above.
 * @csspart dot - The coloured dot that shows the state of the connection.
 * @csspart notice - What is wrong with the connection.
 * @csspart list - The list of those who are here.
 * @csspart me - Ourselves in it.
 * @csspart peer - Each of the others. Also `peer-verified`, `peer-suspect`.
 * @csspart avatar - The circle with an initial.
 * @csspart name - The name.
 * @csspart check - The mark of who is verified.
 * @csspart meta - By which path, and how fast; or what is wrong.
 * @csspart warning - That it is somebody else than who was verified under this name.
 * @csspart button - Each button. Also `toggle`, `same`, `take-back`, `send-out`, `out`, `ban`, `keep`.
 * @csspart kick - Where a moderator sends a peer out.
 * @csspart panel - What opens below a peer.
 * @csspart number - The safety number in it.
 * @csspart group - Five digits of it.
 * @csspart empty - What is shown while nobody else is here.
 *
 * @cssprop [--peer-status-accent=#4451c4] - Buttons, focus.
 * @cssprop [--peer-status-accent-text=#fff] - Text on the accent colour.
 * @cssprop [--peer-status-surface] - Background.
 * @cssprop [--peer-status-text] - Text.
 * @cssprop [--peer-status-muted] - Secondary text.
 * @cssprop [--peer-status-line] - Borders and rules.
 * @cssprop [--peer-status-soft] - Behind the number and quiet buttons.
 * @cssprop [--peer-status-good] - Who is verified.
 * @cssprop [--peer-status-danger] - What is wrong.
 * @cssprop [--peer-status-radius=1rem] - Corners.
 * @cssprop [--peer-status-font-size=0.9375rem] - Size of the text.
 * @cssprop [--peer-status-max-height=none] - Greatest height.
 */
export class PeerStatusElement extends LitElement {
  static override styles = styles;
  static override properties = {
    for: { reflect: true },
    label: {},
    strings: { attribute: false },
  };

  /** Id of the group or pair to show. Default: the nearest one around the element. */
  declare for: string | null;
  /** Name of the list, and the title. */
  declare label: string | null;

  declare addEventListener: TypedListeners<PeerStatusEventMap>['addEventListener'];
  declare removeEventListener: TypedListeners<PeerStatusEventMap>['removeEventListener'];

  readonly #verified = new VerifiedController(this);
  readonly #trust = new TrustMemory(this.#verified.peers);
  readonly #link = new SourceController(this, (_previous, next) => {
    this.#listening?.abort();
    this.#panels.keep([]);
    if (next) this.#listen(next);
    this.requestUpdate();
  });
  #strings = ENGLISH;
  #listening: AbortController | null = null;
  /** Peers that are listened to. */
  #heard = new WeakSet<Peer>();
  readonly #panels = new TrustPanels<Peer>(this);
  /** Whom we are asked about, and whom we could not send out. */
  #asked: Peer | null = null;
  #refused: Peer | null = null;
  #rows: readonly PeerRow[] = [];
  /** Whose button had the focus before it was drawn anew. */
  #focused = false;

  constructor() {
    super();
    this.for = null;
    this.label = null;
    new StatusPulse(this, () => this.#link.source?.peers.values() ?? []);
  }

  /** All words, English unless set. What is set is laid over the English ones, so some of them will do. */
  get strings(): PeerStatusStrings {
    return this.#strings;
  }
  set strings(strings: Partial<PeerStatusStrings>) {
    this.#strings = { ...ENGLISH, ...strings };
  }

  /** Whether somebody at this browser has compared this peer's safety number, now or at an earlier visit. */
  isVerified(peer: Peer): boolean {
    return this.#verified.peers.find(peer.identity) !== null;
  }

  protected override willUpdate(): void {
    this.#focused = !!this.shadowRoot?.activeElement?.closest('.peer');
  }

  /** Not in willUpdate(), when a new `for` has not been followed yet. */
  protected override update(changed: PropertyValues): void {
    const { source } = this.#link;
    const peers = [...(source?.peers.values() ?? [])];
    this.#rows = peers.map((peer) => ({
      peer,
      ...this.#trust.of(peer, source?.peerId ?? null),
      ...this.#panels.of(peer),
    }));
    this.#panels.keep(peers);
    for (const peer of peers) this.#hear(peer);
    super.update(changed);
  }

  protected override render(): TemplateResult {
    const s = this.#strings;
    const { source } = this.#link;
    const { tone, text } = statusOf(source, s);
    const inside = !!source?.peerId && (source.state === 'connected' || source.state === 'disconnected');
    const problem = tone === 'good' ? null : text;
    return html`<div class="header" part="header">
        <slot name="header"><span class="title">${this.label ?? s.label}</span></slot>
        ${inside ? html`<span class="count" aria-hidden="true">${this.#rows.length + 1}</span>` : nothing}
        <span
          class="dot ${tone}"
          part="dot"
          role="img"
          aria-label=${tone === 'good' ? s.connected : text}
        ></span>
      </div>
      <div role="status">
        ${
          problem === null
            ? nothing
            : html`<p class="notice ${tone}" part="notice" dir="auto">
                ${tone === 'bad' ? ICONS.warn : nothing}<span>${problem}</span>
              </p>`
        }
      </div>
      ${inside || this.#rows.length ? this.#list(source, inside, s) : nothing}
      ${tone === 'good' && !this.#rows.length ? this.#empty(text, s) : nothing}`;
  }

  protected override updated(): void {
    for (const { peer, ...trust } of this.#rows) {
      const news = this.#trust.learn(peer, trust);
      if (news.met && trust.verified) this.#verified.met(peer.identity);
      const { verified, suspect } = news;
      if (verified !== null) this.dispatchEvent(new CustomEvent('verify', { detail: { peer, verified } }));
      if (suspect) {
        this.dispatchEvent(new CustomEvent('suspect', { detail: { peer, name: suspect.name } }));
      }
    }
    // Whoever was at a peer that has left goes on in the list.
    if (this.#focused && !this.shadowRoot?.activeElement) {
      this.renderRoot.querySelector<HTMLElement>('.list')?.focus();
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#focused = false;
  }

  #list(source: SourceElement | null, inside: boolean, s: PeerStatusStrings): TemplateResult {
    return html`<ul class="list" part="list" role="list" tabindex="-1" aria-label=${this.label ?? s.label}>
      ${source && inside ? ownView(source, s) : nothing}
      ${repeat(
        this.#rows,
        ({ peer }) => peer,
        (row) => peerView(row, s, this.#actions),
      )}
    </ul>`;
  }

  #empty(text: string | null, s: PeerStatusStrings): TemplateResult {
    return html`<div class="empty" part="empty">
      <slot name="empty"><p>${text ?? s.alone}</p></slot>
    </div>`;
  }

  get #actions(): RowActions {
    return {
      toggle: (peer) => this.#panels.toggle(peer),
      verify: (peer) => {
        const { displayName: name, identity } = peer;
        this.#verified.verify({ identity, name });
      },
      forget: ({ identity }) => this.#verified.forget(identity),
      kept: this.#verified.peers.kept,
      mayKick: this.#link.source?.moderator === true,
      asked: this.#asked,
      refused: this.#refused,
      ask: (peer) => this.#ask(peer),
      kick: (peer, ban) => void this.#kick(peer, ban),
    };
  }

  /** Whoever answers finds the question, and whoever thinks better of it the button again. */
  #ask(peer: Peer | null): void {
    const whom = peer ?? this.#asked;
    this.#asked = peer;
    this.#refused = null;
    this.requestUpdate();
    const row = `[data-peer="${whom?.id ?? ''}"] ${peer ? '.keep' : '.send-out'}`;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(row)?.focus());
  }

  async #kick(peer: Peer, ban: boolean): Promise<void> {
    this.#ask(null);
    try {
      await this.#link.source?.kick?.(peer.id, { ban });
    } catch {
      this.#refused = peer;
    }
    this.requestUpdate();
  }

  #listen(source: SourceElement): void {
    this.#listening = new AbortController();
    this.#heard = new WeakSet();
    const { signal } = this.#listening;
    for (const type of CHANGES) source.addEventListener(type, () => this.requestUpdate(), { signal });
  }

  /** The source does not say when one of its peers cannot be reached for a while. */
  #hear(peer: Peer): void {
    const signal = this.#listening?.signal;
    if (!signal || this.#heard.has(peer)) return;
    this.#heard.add(peer);
    peer.addEventListener('statechange', () => this.requestUpdate(), { signal });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-status': PeerStatusElement;
  }
}
