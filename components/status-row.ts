/** One of those who are here, in the list of `<peer-status>`, and the number that tells whether it is them. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Peer } from '../src/index.js';
import { hueOf, initialOf, nameOf } from './chat-text.js';
import { ICONS } from './icons.js';
import type { SourceElement } from './source-controller.js';
import { about } from './status-about.js';
import { kickView, type KickActions } from './status-kick.js';
import type { PeerStatusStrings } from './status-strings.js';
import type { Trust } from './status-trust.js';

export interface PeerRow extends Trust {
  readonly peer: Peer;
  readonly open: boolean;
  /** Null until it is worked out. */
  readonly number: string | null;
}

export interface RowActions extends KickActions {
  readonly toggle: (peer: Peer) => void;
  readonly verify: (peer: Peer) => void;
  readonly forget: (peer: Peer) => void;
  /** Whether the browser keeps what is verified. */
  readonly kept: boolean;
}

const GROUPS = 12;

const avatar = (id: string, name: string, tone: string): TemplateResult =>
  html`<span class="avatar ${hueOf(id)}" part="avatar" aria-hidden="true"
    >${initialOf(name)}<span class="dot ${tone}"></span
  ></span>`;

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
      <div class="who"><bdi class="name" part="name" title=${name}>${name}</bdi></div>
      <div class="meta" part="meta">
        <span>${s.you}</span> ${moderator ? html`<span>${s.moderator}</span>` : nothing}
      </div>
    </div>
  </li>`;
}

export function peerView(row: PeerRow, s: PeerStatusStrings, actions: RowActions): TemplateResult {
  const { peer, own, verified, suspect, open } = row;
  const name = nameOf(s, peer.id, peer.displayName);
  const { tone, words } = account(peer, s);
  const renamed = verified?.name && verified.name !== peer.displayName ? verified.name : null;
  const kind = suspect ? 'suspect' : verified ? 'verified' : '';
  return html`<li class="peer ${kind}" part="peer ${kind && `peer-${kind}`}" data-peer=${peer.id}>
    ${avatar(peer.id, name, tone)}
    <div class="about">
      <div class="who">
        <bdi class="name" part="name" title=${name}>${name}</bdi>
        ${verified ? html`<span class="check" part="check" role="img" aria-label=${s.verified}>${ICONS.done}</span>` : nothing}
      </div>
      <div class="meta ${tone}" part="meta">
        ${own ? html`<span>${s.youToo}</span> ` : nothing}${words.map((word) => html`<span>${word}</span> `)}
        ${peer.moderator ? html`<span>${s.moderator}</span> ` : nothing}${renamed === null ? nothing : html`<span>${about(s.verifiedAs, renamed)}</span>`}
      </div>
    </div>
    ${toggleView(row, name, s, actions)} ${suspect ? warningView(suspect.name, s) : nothing}
    ${open ? panelView(row, name, s, actions) : nothing}
  </li>`;
}

function toggleView(
  { peer, own, verified, open }: PeerRow,
  name: string,
  s: PeerStatusStrings,
  { toggle }: RowActions,
): TemplateResult {
  const quiet = own || verified !== null;
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

const warningView = (name: string, s: PeerStatusStrings): TemplateResult =>
  html`<div class="warning" part="warning" role="alert">
    ${ICONS.warn}
    <div>
      <p class="loud">${about(s.suspect, name)}</p>
      <p>${s.suspectHint}</p>
    </div>
  </div>`;

function panelView(row: PeerRow, name: string, s: PeerStatusStrings, actions: RowActions): TemplateResult {
  const { peer, own, verified, number } = row;
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
        : html`${numberView(number, name, s)}
            <div class="advice">
              ${verified ? knownView(s, actions) : html`<p>${s.compare} <span class="muted">${s.differ}</span></p>`}
              ${buttonView(row, s, actions)}
            </div>
            ${kickView(peer, name, s, actions)}`
    }
  </div>`;
}

/** In lines of four, as one reads them out; to the ear digit by digit. */
const numberView = (number: string | null, name: string, s: PeerStatusStrings): TemplateResult => {
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

const knownView = (s: PeerStatusStrings, { kept }: RowActions): TemplateResult =>
  html`<p>
    <span class="known">${ICONS.done}${s.verified}</span>
    <span class="muted">${kept ? s.remembered : s.notKept}</span>
  </p>`;

/** One button for both, so that whoever pressed it does not lose their place. */
function buttonView(
  { peer, verified, number }: PeerRow,
  s: PeerStatusStrings,
  { verify, forget }: RowActions,
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
