/** One of those who are here, in the list of `<peer-status>`, and the number that tells whether it is them. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Peer } from '../src/index.js';
import { nameOf } from './chat-text.js';
import type { SourceElement } from './source-controller.js';
import { kickView, type KickActions } from './status-kick.js';
import type { PeerStatusStrings } from './status-strings.js';
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

export type PeerRow = TrustRow<Peer>;
export type RowActions = KickActions & TrustActions<Peer>;

const avatar = (id: string, name: string, tone: string): TemplateResult =>
  avatarView(id, name, html`<span class="dot ${tone}"></span>`);

function account({ state, path, rtt }: Peer, s: PeerStatusStrings): { tone: string; words: string[] } {
  switch (state) {
    case 'connected':
      return {
        tone: 'good',
        words: [path === null ? '' : s[path], rtt === null ? '' : s.milliseconds(rtt)].filter(Boolean),
      };
    case 'disconnected':
      return { tone: 'wait', words: [s.peerDisconnected] };
    case 'failed':
      return { tone: 'bad', words: [s.peerFailed] };
    default:
      return { tone: 'wait', words: [s.peerConnecting] };
  }
}

/** Ourselves. */
export function ownView(
  { peerId, displayName, moderator }: SourceElement,
  s: PeerStatusStrings,
): TemplateResult {
  const id = peerId ?? '';
  const name = nameOf(s, id, displayName);
  return html`<li class="peer" part="me">
    ${avatar(id, name, 'good')}
    <div class="about">
      ${whoView({ verified: null }, name, s)}
      <div class="meta" part="meta">
        <span>${s.you}</span> ${moderator ? html`<span>${s.moderator}</span>` : nothing}
      </div>
    </div>
  </li>`;
}

export function peerView(row: PeerRow, s: PeerStatusStrings, actions: RowActions): TemplateResult {
  const { peer, own, suspect, open } = row;
  const name = nameOf(s, peer.id, peer.displayName);
  const { tone, words } = account(peer, s);
  const kind = kindOf(row);
  return html`<li class="peer ${kind}" part="peer ${kind && `peer-${kind}`}" data-peer=${peer.id}>
    ${avatar(peer.id, name, tone)}
    <div class="about">
      ${whoView(row, name, s)}
      <div class="meta ${tone}" part="meta">
        ${own ? html`<span>${s.youToo}</span> ` : nothing}${words.map((word) => html`<span>${word}</span> `)}
        ${peer.moderator ? html`<span>${s.moderator}</span> ` : nothing}${formerName(row, s)}
      </div>
    </div>
    ${toggleView(row, name, s, actions)} ${suspect ? warningView(suspect.name, s) : nothing}
    ${open ? panelView(row, name, s, actions) : nothing}
  </li>`;
}

function panelView(row: PeerRow, name: string, s: PeerStatusStrings, actions: RowActions): TemplateResult {
  const { peer, own } = row;
  return html`<div
    class="panel ${own ? 'own' : ''}"
    part="panel"
    id="panel-${peer.id}"
    role="group"
    aria-label=${s.number(name)}
  >
    ${
      own
        ? html`<p>${s.youTooHint}</p>`
        : html`${comparison(row, name, s, actions)} ${kickView(peer, name, s, actions)}`
    }
  </div>`;
}
