/** For moderators: how `<peer-status>` sends somebody out, asked for twice. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Peer } from '../src/index.js';
import { about } from './about.js';
import type { PeerStatusStrings } from './status-strings.js';

export interface KickActions {
  /** Whether this page may. */
  readonly mayKick: boolean;
  /** Who is about to be sent out, if it is meant so. */
  readonly asked: Peer | null;
  /** Who could not be. */
  readonly refused: Peer | null;
  /** @param peer null to think better of it */
  readonly ask: (peer: Peer | null) => void;
  readonly kick: (peer: Peer, ban: boolean) => void;
}

export function kickView(
  peer: Peer,
  name: string,
  s: PeerStatusStrings,
  { mayKick, asked, refused, ask, kick }: KickActions,
): TemplateResult | typeof nothing {
  if (!mayKick) return nothing;
  const trouble = refused === peer ? html`<p class="danger">${s.notSentOut}</p>` : nothing;
  if (asked !== peer) {
    return html`<div class="kick" part="kick">
      <div role="status">${trouble}</div>
      <button type="button" class="act quiet send-out" part="button send-out" @click=${() => ask(peer)}>
        ${s.sendOut}
      </button>
    </div>`;
  }
  return html`<div class="kick asked" part="kick" role="group" aria-label=${s.sendOut}>
    <p>${about(s.askSendOut, name)}</p>
    <div class="choice">
      <button type="button" class="act danger out" part="button out" @click=${() => kick(peer, false)}>
        ${s.sendOut}
      </button>
      <button type="button" class="act danger ban" part="button ban" @click=${() => kick(peer, true)}>
        ${s.ban}
      </button>
      <button type="button" class="act keep" part="button keep" @click=${() => ask(null)}>${s.keep}</button>
    </div>
  </div>`;
}
