/** What somebody is told who stands at the door, or was sent away from it. */
import { html, nothing, type TemplateResult } from 'lit';
import { about } from './about.js';
import { nameOf } from './chat-text.js';
import type { Standing } from './door-standing.js';
import type { DoorStrings } from './door-strings.js';
import { ICONS } from './icons.js';

export interface Told {
  readonly title: string;
  /** May be the words of a stranger. */
  readonly text: string;
}

export function toldOf(standing: Standing, s: DoorStrings): Told {
  switch (standing.kind) {
    case 'asking':
      return { title: s.asking, text: '' };
    case 'waiting': {
      const { answering } = standing;
      return { title: s.waiting, text: answering === null ? '' : answering ? s.answering : s.unanswered };
    }
    case 'over': {
      const { error } = standing;
      const title = error ? (error.code === 'rejected' ? s.refused : s.failed) : s.gaveUp;
      return { title, text: error?.message ?? '' };
    }
  }
}

export function visitorView(
  standing: Standing,
  displayName: string,
  s: DoorStrings,
  want: (wish: 'in' | 'out') => void,
): TemplateResult {
  const { title, text } = toldOf(standing, s);
  const over = standing.kind === 'over';
  const name = nameOf({ guest: () => '' }, '', displayName);
  const press = ({ detail: clicks }: MouseEvent): void => {
    // The second half of a double click was not meant for what the button says by then.
    if (clicks <= 1) want(over ? 'in' : 'out');
  };
  return html`<div class="visitor ${standing.kind}" part="visitor">
    <span class="sign" aria-hidden="true">${ICONS.door}</span>
    <div class="told">
      <p class="title" part="title">${title}</p>
      ${text ? html`<p class="text" part="text" dir="auto">${text}</p>` : nothing}
      ${over ? nothing : html`<p class="muted">${name ? about(s.askedAs, name) : s.askedNameless}</p>`}
    </div>
    <button
      type="button"
      class="act ${over ? 'again' : 'give-up'}"
      part="button ${over ? 'again' : 'give-up'}"
      @click=${press}
    >
      ${over ? s.askAgain : s.giveUp}
    </button>
  </div>`;
}
