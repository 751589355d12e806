/** What is around the tiles of `<peer-video>`: how it goes, what went wrong, and the bar with the controls. */
import { html, nothing, type TemplateResult } from 'lit';
import { ICONS } from './icons.js';
import type { SourceElement } from './source-controller.js';
import { statusOf } from './source-status.js';
import { controlsView, devicesView, type ControlActions, type ControlState } from './video-controls.js';
import type { PeerVideoStrings } from './video-strings.js';

export interface BarActions extends ControlActions {
  readonly join: () => void;
  readonly dismiss: () => void;
  readonly keydown: (event: KeyboardEvent) => void;
}

const joinButton = (words: string, { join }: BarActions): TemplateResult =>
  html`<button type="button" class="join" part="join" @click=${join}>${words}</button>`;

export function barView(
  source: SourceElement,
  label: string,
  state: ControlState,
  s: PeerVideoStrings,
  actions: BarActions,
): TemplateResult {
  const { tone, text } = statusOf(source, s);
  const { preview, open } = state;
  return html`<div class="bar ${preview ? 'before' : ''}" part="bar" @keydown=${actions.keydown}>
    <div class="title">
      <span
        class="dot ${tone}"
        part="dot"
        role="img"
        aria-label=${tone === 'good' ? s.connected : text}
      ></span>
      <slot name="title">${preview ? s.ready : label}</slot>
      ${source.peers.size ? html`<span class="count" aria-hidden="true">${source.peers.size + 1}</span>` : nothing}
    </div>
    ${controlsView(state, s, actions)} ${open ? devicesView(state, s, actions) : nothing}
    <div class="more">
      <slot name="bar"></slot>
      ${preview ? joinButton(s.join, actions) : nothing}
    </div>
  </div>`;
}

/** Instead of tiles. */
export function outsideView(
  source: SourceElement | null,
  s: PeerVideoStrings,
  actions: BarActions,
): TemplateResult {
  return html`<div class="empty">
    <p dir="auto">${statusOf(source, s).text}</p>
    ${source?.connect ? joinButton(s.rejoin, actions) : nothing}
  </div>`;
}

/** @param trouble with a device of ours */
export function noticesView(
  source: SourceElement | null,
  trouble: string | null,
  preview: boolean,
  s: PeerVideoStrings,
  { dismiss }: BarActions,
): TemplateResult {
  const { tone, text } = statusOf(source, s);
  // Before joining, not to be connected is as it should be.
  const status = source && !(preview && tone === 'off') ? text : null;
  return html`<div role="status">
    ${
      status === null
        ? nothing
        : html`<p class="notice ${tone}" part="notice" dir="auto"><span>${status}</span></p>`
    }
    ${
      trouble === null
        ? nothing
        : html`<div class="notice bad" part="notice">
            ${ICONS.warn}<span dir="auto">${trouble}</span>
            <button
              type="button"
              class="quiet dismiss"
              aria-label=${s.dismiss}
              title=${s.dismiss}
              @click=${dismiss}
            >
              ${ICONS.close}
            </button>
          </div>`
    }
  </div>`;
}
