/** Who knocks at the group around it, and may be let in; and what somebody sees who knocks. */
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Knock, Knocker, TypedListeners } from '../src/index.js';
import { about } from './about.js';
import { MAX_REASON, calledOf, knockView, type KnockActions, type KnockRow } from './door-card.js';
import { DoorFocus } from './door-focus.js';
import { DoorKnocks } from './door-knocks.js';
import { DoorStanding, type Standing } from './door-standing.js';
import { ENGLISH, type DoorStrings } from './door-strings.js';
import { toldOf, visitorView } from './door-visitor.js';
import { DoorVoice } from './door-voice.js';
import { styles } from './peer-door.styles.js';
import { SourceController, type SourceElement, type SourceElementEventMap } from './source-controller.js';
import { VerifiedController } from './verified-controller.js';

export type { DoorStrings } from './door-strings.js';

export interface PeerDoorEventMap {
  decide: CustomEvent<{ readonly peer: Knocker; readonly accepted: boolean; readonly reason: string }>;
}

/** After these something may look different. */
const CHANGES = ['joinrequest', 'open', 'join', 'moderator', 'error', 'close'] as const;
/** More of them at once are counted, not named one by one. */
const MOST_NAMED = 3;
/** More cards nobody looks through; who waits longest comes first. */
const MOST_SHOWN = 20;
const BEAT_MS = 15_000;

/**
 * The door of the `<peer-group admission="ask">` around it, or of the one named by `for`. Those who may decide see who knocks, since
 * when, and whether it is somebody they have verified, and let them in or not. Who knocks sees that they wait, can give up, and
 * reads why they were not let in. While there is nothing of this, the element has no box.
 *
 * @element peer-door
 *
 * @fires {CustomEvent<{ peer: Knocker, accepted: boolean, reason: string }>} decide - Somebody at this page has decided. Without a
 *   reason, that is empty.
 *
 * @slot header - At the start of the row above those who knock, instead of the title.
 *
 * @csspart header - The row above those who knock.
 * @csspart list - The list of those who knock.
 * @csspart knock - Each of them. Also `knock-verified`, `knock-suspect`.
 * @csspart avatar - The circle with an initial.
 * @csspart name - The name.
 * @csspart check - The mark of who is verified.
 * @csspart meta - How long they have waited.
 * @csspart warning - That it is somebody else than who was verified under this name.
 * @csspart button - Each button. Also `let-in`, `not-now`, `why`, `toggle`, `same`, `take-back`, `give-up`, `again`.
 * @csspart reason - What opens for a reason. The field in it is `reason-field`.
 * @csspart reason-field - The field for a reason.
 * @csspart panel - What opens below somebody, with the safety number.
 * @csspart number - The safety number in it.
 * @csspart group - Five digits of it.
 * @csspart others - How many knock beyond those in the list.
 * @csspart visitor - What is shown to who knocks, or was not let in.
 * @csspart title - What it says in one line.
 * @csspart text - What there is to say beyond that, such as the reason.
 *
 * @cssprop [--peer-door-accent=#4451c4] - The main buttons, focus.
 * @cssprop [--peer-door-accent-text=#fff] - Text on the accent colour.
 * @cssprop [--peer-door-surface] - Background.
 * @cssprop [--peer-door-text] - Text.
 * @cssprop [--peer-door-muted] - Secondary text.
 * @cssprop [--peer-door-line] - Borders and rules.
 * @cssprop [--peer-door-soft] - Behind quiet buttons and the number.
 * @cssprop [--peer-door-good] - Who is verified.
 * @cssprop [--peer-door-danger] - Who is not who they seem.
 * @cssprop [--peer-door-radius=1rem] - Corners.
 * @cssprop [--peer-door-font-size=0.9375rem] - Size of the text.
 * @cssprop [--peer-door-max-height=min(28rem, 70dvh)] - Greatest height; the list scrolls beyond it.
 *
 * @cssstate knocks - Somebody knocks, and this page may decide.
 * @cssstate waiting - This page knocks itself.
 * @cssstate refused - It was not let in, or has given up.
 */
export class PeerDoorElement extends LitElement {
  static override styles = styles;
  static override properties = {
    for: { reflect: true },
    label: {},
    strings: { attribute: false },
  };

  /** Id of the group whose door it is. Default: the nearest one around the element. */
  declare for: string | null;
  /** Name of the list, and the title. */
  declare label: string | null;

  declare addEventListener: TypedListeners<PeerDoorEventMap>['addEventListener'];
  declare removeEventListener: TypedListeners<PeerDoorEventMap>['removeEventListener'];

  readonly #verified = new VerifiedController(this);
  readonly #knocks = new DoorKnocks(this, this.#verified.peers);
  readonly #own = new DoorStanding();
  readonly #voice = new DoorVoice(this);
  readonly #link = new SourceController(this, (_previous, next) => {
    this.#listening?.abort();
    this.#own.reset();
    this.#announced.clear();
    if (next) this.#listen(next);
    this.requestUpdate();
  });
  readonly #states = this.attachInternals().states;
  #strings = ENGLISH;
  #listening: AbortController | null = null;
  /** Ids of those whose knock was said, and whose end was not yet. */
  readonly #announced = new Set<string>();
  #standing: Standing | null = null;
  /** What was said of it last. */
  #told = '';
  #beating: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.for = null;
    this.label = null;
    new DoorFocus(this);
  }

  /** All words, English unless set. What is set is laid over the English ones, so some of them will do. */
  get strings(): DoorStrings {
    return this.#strings;
  }
  set strings(strings: Partial<DoorStrings>) {
    this.#strings = { ...ENGLISH, ...strings };
  }

  /** Focuses the first of those who knock, or the button of who does; takes nobody's place by itself. */
  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>('.peer, .visitor .act')?.focus(options);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#beating = setInterval(() => this.#knocks.rows.length && this.requestUpdate(), BEAT_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#beating);
  }

  /** Not in willUpdate(), when a new `for` has not been followed yet. */
  protected override update(changed: PropertyValues): void {
    const { source } = this.#link;
    this.#announce(this.#knocks.read(source));
    this.#standing = this.#own.of(source);
    this.#tell(this.#standing);
    const shown = this.#standing ? (this.#standing.kind === 'over' ? 'refused' : 'waiting') : 'knocks';
    this.#states.clear();
    if (this.#standing || this.#knocks.rows.length) this.#states.add(shown);
    super.update(changed);
  }

  protected override render(): TemplateResult {
    const s = this.#strings;
    const { source } = this.#link;
    return html`${
      this.#standing && source
        ? visitorView(this.#standing, source.displayName, s, (wish) => this.#want(wish, source))
        : this.#knocks.rows.length
          ? this.#list(this.#knocks.rows, s)
          : nothing
    }
    ${this.#voice.render()}`;
  }

  #list(rows: readonly KnockRow[], s: DoorStrings): TemplateResult {
    const rest = rows.length - MOST_SHOWN;
    return html`<div class="header" part="header">
        <slot name="header"><span class="title">${this.label ?? s.label}</span></slot>
        <span class="count" aria-hidden="true">${rows.length}</span>
      </div>
      <ul class="list" part="list" role="list" aria-label=${this.label ?? s.label}>
        ${repeat(
          rows.slice(0, MOST_SHOWN),
          ({ knock }) => knock,
          (row) => knockView(row, s, this.#actions),
        )}
      </ul>
      ${rest > 0 ? html`<p class="others" part="others">${s.others(rest)}</p>` : nothing}`;
  }

  get #actions(): KnockActions {
    return {
      toggle: (peer) => this.#knocks.panels.toggle(peer),
      verify: ({ identity, displayName: name }) => this.#verified.verify({ identity, name }),
      forget: ({ identity }) => this.#verified.forget(identity),
      kept: this.#verified.peers.kept,
      explain: (knock) => void this.#explain(knock),
      decide: (knock, accepted, byPointer) => this.#decide(knock, accepted, byPointer),
    };
  }

  /** Whoever gives a reason finds the field, and whoever thinks better of it the button again. */
  async #explain(knock: Knock): Promise<void> {
    this.#knocks.explain(knock);
    await this.updateComplete;
    const place = this.#knocks.isExplaining(knock) ? 'input' : '.why';
    this.renderRoot.querySelector<HTMLElement>(`[data-peer="${knock.peer.id}"] ${place}`)?.focus();
  }

  #decide(knock: Knock, accepted: boolean, byPointer: boolean): void {
    const { peer } = knock;
    const field = this.renderRoot.querySelector<HTMLInputElement>(`[data-peer="${peer.id}"] input`);
    const reason = accepted ? '' : (field?.value.trim().slice(0, MAX_REASON) ?? '');
    if (!this.#knocks.decide(knock, accepted, reason, byPointer)) return;
    this.dispatchEvent(new CustomEvent('decide', { detail: { peer, accepted, reason } }));
  }

  #want(wish: 'in' | 'out', source: SourceElement): void {
    this.#own.want(wish, source);
    this.requestUpdate();
  }

  #announce(news: readonly KnockRow[]): void {
    const s = this.#strings;
    for (const { peer } of news) this.#announced.add(peer.id);
    if (news.length > MOST_NAMED) this.#voice.say(s.wantIn(news.length));
    else for (const { peer } of news) this.#voice.say(about(s.wantsIn, calledOf(s, peer)));
  }

  #tell(standing: Standing | null): void {
    const { title, text } = standing ? toldOf(standing, this.#strings) : { title: '', text: '' };
    const told = `${title} ${text}`;
    if (standing && told !== this.#told) this.#voice.say(html`${title} <bdi>${text}</bdi>`);
    this.#told = told;
  }

  #listen(source: SourceElement): void {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const changed = (): void => this.requestUpdate();
    for (const type of CHANGES) source.addEventListener(type, changed, { signal });
    const stateChanged = (): void => {
      if (source.state === 'connecting') this.#own.begin();
      this.requestUpdate();
    };
    source.addEventListener('statechange', stateChanged, { signal });
    const knocked = ({ detail: { answering } }: SourceElementEventMap['knock']): void => {
      this.#own.knocked(answering);
      this.requestUpdate();
    };
    source.addEventListener('knock', knocked, { signal });
    const ended = ({ detail: { peer, outcome } }: SourceElementEventMap['joinrequestend']): void => {
      if (!this.#announced.delete(peer.id)) return;
      this.#voice.say(about(this.#strings[outcome], calledOf(this.#strings, peer)));
    };
    source.addEventListener('joinrequestend', ended, { signal });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-door': PeerDoorElement;
  }
}
