/** What is shown of whether somebody is who they seem: the mark, the warning, and the number to compare. */
import { html, nothing, type TemplateResult } from 'lit';
import { about } from './about.js';
import { hueOf, initialOf } from './chat-text.js';
import { ICONS } from './icons.js';
import type { TrustStrings } from './trust-strings.js';
import type { Somebody, Trust } from './trust.js';

/** Somebody in a list, whose number can be opened below. */
export interface TrustRow<P extends Somebody = Somebody> extends Trust {
  readonly peer: P;
  readonly open: boolean;
  /** Null until it is worked out. */
  readonly number: string | null;
}

export interface TrustActions<P extends Somebody = Somebody> {
  readonly toggle: (peer: P) => void;
  readonly verify: (peer: P) => void;
  readonly forget: (peer: P) => void;
  /** Whether the browser keeps what is verified. */
  readonly kept: boolean;
}

const GROUPS = 12;

export const kindOf = ({ verified, suspect }: Trust): 'suspect' | 'verified' | '' =>
  suspect ? 'suspect' : verified ? 'verified' : '';

/** @param more what is drawn over it */
export const avatarView = (id: string, name: string, more: unknown = nothing): TemplateResult =>
  html`<span class="avatar ${hueOf(id)}" part="avatar" aria-hidden="true">${initialOf(name)}${more}</span>`;

/** @param full the name as it was given, if less of it is shown */
export const whoView = (
  { verified }: Pick<Trust, 'verified'>,
  name: string,
  s: TrustStrings,
  full = name,
): TemplateResult =>
  html`<div class="who">
    <bdi class="name" part="name" title=${full}>${name}</bdi>
    ${verified ? html`<span class="check" part="check" role="img" aria-label=${s.verified}>${ICONS.done}</span>` : nothing}
  </div>`;

/** Under which name they were verified, if they have another one now. */
export const formerName = ({ peer, verified }: TrustRow, s: TrustStrings): TemplateResult | typeof nothing =>
  verified?.name && verified.name !== peer.displayName
    ? html`<span>${about(s.verifiedAs, verified.name)}</span>`
    : nothing;

/** @param quiet an arrow only */
export function toggleView<P extends Somebody>(
  { peer, own, verified, open }: TrustRow<P>,
  name: string,
  s: TrustStrings,
  { toggle }: Pick<TrustActions<P>, 'toggle'>,
  quiet = own || verified !== null,
): TemplateResult {
  return html`<button
    type="button"
    class="act toggle ${quiet ? 'bare' : ''}"
    part="button toggle"
    aria-expanded=${open}
    aria-controls=${open ? `panel-${peer.id}` : nothing}
    @click=${() => toggle(peer)}
  >
    ${quiet ? nothing : s.verify}<span class="sr"> ${quiet ? s.number(name) : name}</span>${ICONS.more}
  </button>`;
}

export const warningView = (name: string, s: TrustStrings): TemplateResult =>
  html`<div class="warning" part="warning" role="alert">
    ${ICONS.warn}
    <div>
      <p class="loud">${about(s.suspect, name)}</p>
      <p>${s.suspectHint}</p>
    </div>
  </div>`;

/** The number, and what to do with it. */
export const comparison = <P extends Somebody>(
  row: TrustRow<P>,
  name: string,
  s: TrustStrings,
  actions: Omit<TrustActions<P>, 'toggle'>,
): TemplateResult =>
  html`${numberView(row.number, name, s)}
    <div class="advice">
      ${row.verified ? knownView(s, actions.kept) : html`<p>${s.compare} <span class="muted">${s.differ}</span></p>`}
      ${buttonView(row, s, actions)}
    </div>`;

/** In lines of four, as one reads them out; to the ear digit by digit. */
const numberView = (number: string | null, name: string, s: TrustStrings): TemplateResult => {
  const groups = number?.split(' ') ?? Array.from({ length: GROUPS }, () => '');
  return html`<ol
    class="number"
    part="number"
    role="list"
    dir="ltr"
    translate="no"
    aria-label=${s.number(name)}
  >
    ${groups.map(
      (group) =>
        html`<li part="group">
          <span aria-hidden="true">${group}</span><span class="sr">${[...group].join(' ')}</span>
        </li>`,
    )}
  </ol>`;
};

const knownView = (s: TrustStrings, kept: boolean): TemplateResult =>
  html`<p>
    <span class="known">${ICONS.done}${s.verified}</span>
    <span class="muted">${kept ? s.remembered : s.notKept}</span>
  </p>`;

/** One button for both, so that whoever pressed it does not lose their place. */
function buttonView<P extends Somebody>(
  { peer, verified, number }: TrustRow<P>,
  s: TrustStrings,
  { verify, forget }: Pick<TrustActions<P>, 'verify' | 'forget'>,
): TemplateResult {
  const press = ({ detail: clicks }: MouseEvent): void => {
    // The second half of a double click was not meant for what the button says by then.
    if (clicks > 1 || number === null) return;
    (verified ? forget : verify)(peer);
  };
  return html`<button
    type="button"
    class="act ${verified ? '' : 'same'}"
    part="button ${verified ? 'take-back' : 'same'}"
    aria-disabled=${number === null ? 'true' : nothing}
    @click=${press}
  >
    ${verified ? s.takeBack : s.same}
  </button>`;
}
