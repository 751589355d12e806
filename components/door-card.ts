/** One of those who knock, and what may be decided about them. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Knock, Knocker } from '../src/index.js';
import { nameOf, type GuestStrings } from './chat-text.js';
import type { DoorStrings } from './door-strings.js';
import { ICONS } from './icons.js';
import {
  avatarView,
  comparison,
  formerName,
  kindOf,
  toggleView,
  warningView,
  whoView,
  type TrustActions,
  type TrustRow,
} from './trust-view.js';

export interface KnockRow extends TrustRow<Knocker> {
  readonly knock: Knock;
  /** Whether the field for a reason is open. */
  readonly explaining: boolean;
}

export interface KnockActions extends TrustActions<Knocker> {
  readonly explain: (knock: Knock) => void;
  readonly decide: (knock: Knock, accepted: boolean, byPointer: boolean) => void;
}

/** The core takes no more. */
export const MAX_REASON = 256;
const MAX_NAME = 80;

/** What a stranger is called here: a name can be longer than anybody wants to hear. */
export function calledOf(s: GuestStrings, { id, displayName }: Pick<Knocker, 'id' | 'displayName'>): string {
  const name = nameOf(s, id, displayName);
  const points = [...name];
  return points.length > MAX_NAME ? `${points.slice(0, MAX_NAME).join('')}…` : name;
}

export function knockView(row: KnockRow, s: DoorStrings, actions: KnockActions): TemplateResult {
  const { knock, peer, suspect, open } = row;
  const name = calledOf(s, peer);
  const kind = kindOf(row);
  return html`<li
    class="peer ${kind}"
    part="knock ${kind && `knock-${kind}`}"
    data-peer=${peer.id}
    tabindex="-1"
    aria-label=${s.wantsIn(name)}
  >
    ${avatarView(peer.id, name)}
    <div class="about">
      ${whoView(row, name, s, peer.displayName)}
      <div class="meta" part="meta">
        <span>${s.since(performance.now() - knock.since)}</span>
        ${formerName(row, s)}
      </div>
    </div>
    ${toggleView(row, name, s, actions, true)} ${suspect ? warningView(suspect.name, s) : nothing}
    ${decisionView(row, name, s, actions)} ${row.explaining ? reasonView(row, s, actions) : nothing}
    ${
      open
        ? html`<div
            class="panel"
            part="panel"
            id="panel-${peer.id}"
            role="group"
            aria-label=${s.number(name)}
          >
            ${comparison(row, name, s, actions)}
          </div>`
        : nothing
    }
  </li>`;
}

function decisionView(
  { knock, peer, explaining }: KnockRow,
  name: string,
  s: DoorStrings,
  { decide, explain }: KnockActions,
): TemplateResult {
  const press =
    (accepted: boolean) =>
    ({ detail: clicks }: MouseEvent): void => {
      // The second half of a double click was meant for who was here before.
      if (clicks <= 1) decide(knock, accepted, clicks > 0);
    };
  return html`<div class="decision">
    <button type="button" class="act let-in" part="button let-in" @click=${press(true)}>
      ${s.letIn}<span class="sr"> ${name}</span>
    </button>
    <div class="split">
      <button type="button" class="act not-now" part="button not-now" @click=${press(false)}>
        ${s.notNow}<span class="sr"> ${name}</span>
      </button>
      <button
        type="button"
        class="act why"
        part="button why"
        title=${s.sayWhy(name)}
        aria-expanded=${explaining}
        aria-controls=${explaining ? `reason-${peer.id}` : nothing}
        @click=${() => explain(knock)}
      >
        ${ICONS.talk}<span class="sr">${s.sayWhy(name)}</span>
      </button>
    </div>
  </div>`;
}

function reasonView({ knock, peer }: KnockRow, s: DoorStrings, actions: KnockActions): TemplateResult {
  const onKey = (event: KeyboardEvent): void => {
    const { key, isComposing } = event;
    if (isComposing || (key !== 'Enter' && key !== 'Escape')) return;
    event.preventDefault();
    // Esc closes the field, not the dialog around the door.
    event.stopPropagation();
    if (key === 'Enter') actions.decide(knock, false, false);
    else actions.explain(knock);
  };
  return html`<div class="reason" part="reason" id="reason-${peer.id}">
    <label for="field-${peer.id}">${s.reason}</label>
    <input
      id="field-${peer.id}"
      part="reason-field"
      dir="auto"
      autocomplete="off"
      enterkeyhint="send"
      maxlength=${MAX_REASON}
      @keydown=${onKey}
    />
  </div>`;
}
