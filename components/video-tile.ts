/** One tile of `<peer-video>`. */
import { html, nothing, type TemplateResult } from 'lit';
import { hueOf } from './chat-text.js';
import { ICONS } from './icons.js';
import { about } from './about.js';
import type { PeerVideoStrings } from './video-strings.js';
import type { Tile } from './video-tiles.js';
import { settle, steer } from './video-toolbar.js';

export interface TileActions {
  readonly pin: (tile: Tile) => void;
  readonly full: (tile: Tile) => void;
  /** Null where the browser has no such thing. */
  readonly inset: ((tile: Tile) => void) | null;
  /** The picture has another shape now. */
  readonly reshaped: () => void;
}

export interface TileState {
  readonly large: boolean;
  readonly pinned: boolean;
  readonly speaking: boolean;
  /** The picture has arrived, and nothing stands in its way. */
  readonly seen: boolean;
  /** The only one there is: nothing to be pinned. */
  readonly lonely: boolean;
  /** Shown in the middle of our own, before joining. */
  readonly hint: string | null;
}

interface Trouble {
  readonly text: string;
  readonly hint?: string;
}

/** What is wrong, or not yet right, with what comes from somebody. */
function troubleOf({ peer }: Tile, s: PeerVideoStrings): Trouble | null {
  if (peer?.mediaState === 'unavailable') return { text: s.mediaUnavailable, hint: s.mediaUnavailableHint };
  if (peer?.state === 'disconnected') return { text: s.peerDisconnected };
  return peer?.mediaState === 'connecting' ? { text: s.mediaConnecting } : null;
}

/** As it is read out. */
export function labelOf({ peer, screen, name }: Tile, s: PeerVideoStrings): string {
  if (!screen) return name;
  return peer ? s.screenOf(name) : s.yourScreen;
}

export function tileView(
  tile: Tile,
  state: TileState,
  s: PeerVideoStrings,
  actions: TileActions,
): TemplateResult {
  const { key, peer, screen, mirrored, silent } = tile;
  const trouble = troubleOf(tile, s);
  const { seen } = state;
  const kinds = [screen && 'screen', !peer && 'own', state.large && 'large', state.speaking && 'speaking'];
  const classes = kinds.filter((kind) => kind !== false);
  const name = peer && screen ? about(s.screenOf, tile.name) : html`<bdi>${labelOf(tile, s)}</bdi>`;
  return html`<li
    class="tile ${classes.join(' ')} ${seen ? 'seen' : ''} ${trouble?.hint ? 'bad' : ''} ${hueOf(tile.id)}"
    part="tile ${classes.map((kind) => `tile-${kind}`).join(' ')}"
    data-key=${key}
  >
    <video
      class=${mirrored ? 'mirrored' : ''}
      part="video"
      playsinline
      aria-label=${labelOf(tile, s)}
      aria-hidden=${seen ? nothing : 'true'}
      @resize=${actions.reshaped}
      @loadedmetadata=${actions.reshaped}
    ></video>
    ${seen ? nothing : coverView(tile, state, trouble)}
    <span class="label" part="label">
      ${silent && !screen ? html`<span class="mark" part="mark" role="img" aria-label=${s.silent}>${ICONS.micOff}</span>` : nothing}
      ${state.speaking ? html`<span class="mark talk" part="mark" role="img" aria-label=${s.speaking}><i></i><i></i><i></i></span>` : nothing}
      <span class="name" part="name" title=${labelOf(tile, s)}>${name}</span>
    </span>
    ${seen && trouble ? html`<span class="over">${trouble.text}</span>` : nothing}
    ${toolsView(tile, state, s, actions)}
  </li>`;
}

function coverView({ initial, screen }: Tile, { hint }: TileState, trouble: Trouble | null): TemplateResult {
  const text = trouble?.text ?? hint;
  return html`<div class="cover" part="cover">
    <span class="avatar" part="avatar" aria-hidden="true">${screen ? ICONS.screen : initial}</span>
    ${
      text === null
        ? nothing
        : html`<p class="why">
            ${trouble?.hint ? ICONS.warn : nothing}
            <span>${text}${trouble?.hint ? html`<span class="hint">. ${trouble.hint}</span>` : nothing}</span>
          </p>`
    }
  </div>`;
}

function toolsView(
  tile: Tile,
  { pinned, lonely, seen }: TileState,
  s: PeerVideoStrings,
  { pin, full, inset }: TileActions,
): TemplateResult {
  const tool = (
    name: string,
    icon: unknown,
    part: string,
    act: (one: Tile) => void,
    pressed?: boolean,
  ): TemplateResult =>
    html`<button
      type="button"
      class="tool ${part}"
      part="tool ${part}"
      title=${name}
      aria-label="${name}: ${labelOf(tile, s)}"
      aria-pressed=${pressed === undefined ? nothing : String(pressed)}
      @click=${() => act(tile)}
    >
      ${icon}
    </button>`;
  return html`<div
    class="tools"
    role="toolbar"
    aria-label=${labelOf(tile, s)}
    @keydown=${steer}
    @focusin=${settle}
  >
    ${seen && inset ? tool(s.inset, ICONS.inset, 'inset', inset) : nothing}
    ${document.fullscreenEnabled ? tool(s.full, ICONS.full, 'full', full) : nothing}
    ${lonely && !pinned ? nothing : tool(s.pin, ICONS.pin, 'pin', pin, pinned)}
  </div>`;
}
