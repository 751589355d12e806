/** Everybody's picture and sound, and the controls of our own. */
import type { Peer } from '../src/index.js';
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { ICONS } from './icons.js';
import { styles } from './peer-video.styles.js';
import { SourceController } from './source-controller.js';
import { barView, noticesView, outsideView, type BarActions } from './video-bar.js';
import { listDevices, troubleOf, watchDevices } from './video-capture.js';
import type { ControlState } from './video-controls.js';
import { Loudness } from './video-loudness.js';
import { VideoNews } from './video-news.js';
import { OwnMedia, type Kind } from './video-own.js';
import { Players } from './video-players.js';
import { VideoStage } from './video-stage.js';
import { ENGLISH, type Device, type PeerVideoStrings } from './video-strings.js';
import { tileView, type TileActions, type TileState } from './video-tile.js';
import { largeOnes, ownTiles, peerTiles, type Tile } from './video-tiles.js';
import { tidy } from './video-toolbar.js';

export type { PeerVideoStrings } from './video-strings.js';

/** What the page itself does to its stream, no event tells. */
const BEAT_MS = 1000;

/**
 * Everybody in the `<peer-group>` or `<peer-pair>` around it, or in the one named by `for`, in pictures and sound; their
 * screens; and one's own camera, microphone and screen, which are asked for when somebody presses their button.
 * Without a script: pressing a button is all it takes.
 *
 * @element peer-video
 *
 * @slot title - At the start of the bar, instead of the title. Not shown where there is no room for it.
 * @slot bar - At the end of the bar, before the button that leaves.
 *
 * @csspart stage - Where the tiles are.
 * @csspart tile - One of them. Also `tile-own`, `tile-screen`, `tile-large`, `tile-speaking`.
 * @csspart video - The picture in it.
 * @csspart cover - What is there instead of a picture.
 * @csspart avatar - The circle with an initial in it.
 * @csspart label - The name with its marks.
 * @csspart name - The name.
 * @csspart mark - That somebody is muted, or speaks.
 * @csspart tool - Each button on a tile. Also `pin`, `inset`, `full`.
 * @csspart notice - What is wrong, and the way out.
 * @csspart bar - The bar below.
 * @csspart dot - The coloured dot that shows the state of the connection.
 * @csspart controls - The buttons in the bar.
 * @csspart control - Each of them. Also `audio`, `audio-on`, `audio-off`, `video`, `video-on`, `video-off`, `screen`,
 *   `screen-on`, `screen-off`, `devices`, `leave`.
 * @csspart panel - The choice of devices.
 * @csspart select - Each choice in it.
 * @csspart join - The button that joins.
 * @csspart hear - The button that turns the sound on where the browser wants to be asked.
 *
 * @cssprop [--peer-video-accent=#4451c4] - Join, focus, who speaks.
 * @cssprop [--peer-video-accent-text=#fff] - Text on the accent colour.
 * @cssprop [--peer-video-surface] - Background.
 * @cssprop [--peer-video-text] - Text.
 * @cssprop [--peer-video-muted] - Secondary text.
 * @cssprop [--peer-video-line] - Borders and rules.
 * @cssprop [--peer-video-soft] - Behind quiet buttons.
 * @cssprop [--peer-video-good] - Who speaks.
 * @cssprop [--peer-video-danger] - What is wrong; the button that leaves.
 * @cssprop [--peer-video-radius=1rem] - Corners.
 * @cssprop [--peer-video-font-size=0.9375rem] - Size of the text.
 * @cssprop [--peer-video-max-height=none] - Greatest height.
 *
 * @cssstate preview - Before joining.
 */
export class PeerVideoElement extends LitElement {
  static override styles = styles;
  static override properties = {
    for: { reflect: true },
    label: {},
    preview: { type: Boolean, reflect: true },
    autostart: { type: Boolean, reflect: true },
    strings: { attribute: false },
  };

  /** Id of the group or pair to show. Default: the nearest one around the element. */
  declare for: string | null;
  /** Name of the tiles, and the title. */
  declare label: string | null;
  /** Shows oneself before joining, with a button that joins: for a source that is `manual`. */
  declare preview: boolean;
  /** Asks for camera and microphone at once, and not only when somebody presses their button. */
  declare autostart: boolean;

  readonly #changed = (): void => this.requestUpdate();
  readonly #own = new OwnMedia({
    changed: this.#changed,
    failed: (device, error) => this.#failed(device, error),
    gone: (kind, other) => this.#gone(kind, other),
  });
  readonly #players = new Players(this.#changed);
  readonly #loudness = new Loudness(this.#changed);
  readonly #stage = new VideoStage(this);
  readonly #news = new VideoNews(
    this.#changed,
    // Whoever is sent out, or whose connection ends for good, is not filmed any longer.
    () => this.#own.release(),
    () => this.#strings,
  );
  readonly #internals = this.attachInternals();
  readonly #link = new SourceController(this, (_previous, next) => {
    this.#news.attach(next);
    this.#own.attach(next);
    this.#started = false;
    this.requestUpdate();
  });
  #strings = ENGLISH;
  #unwatch: (() => void) | null = null;
  #beating: ReturnType<typeof setInterval> | undefined;
  #devices: readonly MediaDeviceInfo[] = [];
  #tiles: readonly Tile[] = [];
  #pinned: string | null = null;
  /** Whether the choice of devices is shown. */
  #open = false;
  #speaker = '';
  #trouble: { readonly device: Device; readonly text: string } | null = null;
  /** `autostart` has been followed. */
  #started = false;

  constructor() {
    super();
    this.for = null;
    this.label = null;
    this.preview = false;
    this.autostart = false;
  }

  /** All words, English unless set. What is set is laid over the English ones, so some of them will do. */
  get strings(): PeerVideoStrings {
    return this.#strings;
  }
  set strings(strings: Partial<PeerVideoStrings>) {
    this.#strings = { ...ENGLISH, ...strings };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unwatch ??= watchDevices(() => void this.#lookForDevices());
    this.#beating ??= setInterval(() => this.#beat(), BEAT_MS);
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // A move within the document is over by then.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#unwatch?.();
      this.#unwatch = null;
      clearInterval(this.#beating);
      this.#beating = undefined;
      this.#own.release();
      this.#loudness.close();
      this.#players.show([]);
    });
  }

  /** Not in willUpdate(), when a new `for` has not been followed yet. */
  protected override update(changed: PropertyValues): void {
    const { source } = this.#link;
    const s = this.#strings;
    const peers: Peer[] = [...(source?.peers.values() ?? [])];
    this.#news.follow(peers);
    this.#tiles =
      source && !this.#isOut
        ? [...ownTiles(source, this.#own, s), ...peers.flatMap((peer) => peerTiles(peer, s))]
        : [];
    if (!this.#tiles.some(({ key }) => key === this.#pinned)) this.#pinned = null;
    if (this.#isPreview) this.#internals.states.add('preview');
    else this.#internals.states.delete('preview');
    super.update(changed);
  }

  protected override render(): TemplateResult {
    const s = this.#strings;
    const { source } = this.#link;
    const label = this.label ?? s.label;
    const large = largeOnes(this.#tiles, this.#pinned);
    return html`<div class="stage" part="stage">
        ${this.#tiles.length ? nothing : outsideView(source, s, this.#actions)}
        <ul role="list" aria-label=${label}>
          ${repeat(
            this.#tiles,
            ({ key }) => key,
            (tile, at) => tileView(tile, this.#stateOf(tile, large[at] === true), s, this.#tileActions),
          )}
        </ul>
        ${this.#players.blocked ? this.#hearButton(s) : nothing}
      </div>
      ${this.#isOut ? nothing : noticesView(source, this.#trouble?.text ?? null, this.#isPreview, s, this.#actions)}
      ${source && !this.#isOut ? barView(source, label, this.#controlState, s, this.#actions) : nothing}
      ${this.#news.render()}`;
  }

  protected override updated(): void {
    const tiles = this.#tiles;
    const videos = this.#stage.place(tiles, largeOnes(tiles, this.#pinned));
    const playing = tiles.flatMap(({ key, stream, peer }) => {
      const video = videos.get(key);
      return video ? [{ video, stream, own: !peer }] : [];
    });
    if (this.isConnected) {
      this.#players.show(playing);
      this.#listen(tiles);
    }
    for (const bar of this.renderRoot.querySelectorAll<HTMLElement>('[role=toolbar]')) tidy(bar);
    if (this.autostart && !this.#started && this.#link.source && !this.#isOut) {
      this.#started = true;
      void this.#own.start();
    }
  }

  /** Ended, or left; with `preview` one is before joining then. */
  get #isOut(): boolean {
    const state = this.#link.source?.state;
    return !this.preview && (state === 'closed' || state === 'failed');
  }

  get #isPreview(): boolean {
    const state = this.#link.source?.state;
    return this.preview && (state === 'new' || state === 'closed' || state === 'failed');
  }

  get #controlState(): ControlState {
    const state = this.#link.source?.state;
    return {
      own: this.#own,
      open: this.#open,
      inside: state === 'connected' || state === 'connecting' || state === 'disconnected',
      preview: this.#isPreview,
      devices: this.#devices,
      speaker: this.#speaker,
    };
  }

  #stateOf(tile: Tile, large: boolean): TileState {
    return {
      large,
      pinned: tile.key === this.#pinned,
      seen: tile.picture && tile.peer?.mediaState !== 'unavailable' && this.#stage.shows(tile),
      speaking: this.#loudness.speaking.has(tile.key),
      lonely: this.#tiles.length < 2,
      hint: this.#isPreview && !tile.peer && !tile.picture ? this.#strings.cameraOff : null,
    };
  }

  #hearButton(s: PeerVideoStrings): TemplateResult {
    return html`<button type="button" class="hear" part="hear" @click=${() => this.#players.unmute()}>
      ${ICONS.sound}${s.hear}
    </button>`;
  }

  readonly #tileActions: TileActions = {
    pin: ({ key }) => {
      this.#pinned = this.#pinned === key ? null : key;
      this.requestUpdate();
    },
    full: ({ key }) => this.#stage.full(key),
    inset: document.pictureInPictureEnabled ? ({ key }) => this.#stage.inset(key) : null,
    reshaped: this.#changed,
  };

  readonly #actions: BarActions = {
    toggle: (device) => {
      if (this.#trouble?.device === device) this.#trouble = null;
      void this.#own.toggle(device).then(() => this.#lookForDevices());
    },
    open: () => {
      this.#open = !this.#open;
      void this.#lookForDevices();
    },
    keydown: ({ key }) => {
      if (key !== 'Escape' || !this.#open) return;
      this.#open = false;
      this.#refocus('.control.devices');
    },
    choose: (kind, id) => {
      if (kind === 'audiooutput') {
        this.#speaker = id;
        void this.#players.choose(id);
        this.requestUpdate();
      } else void this.#own.choose(kind === 'audioinput' ? 'audio' : 'video', id);
    },
    join: () => {
      this.#players.unmute();
      this.#link.source?.connect?.();
      this.#refocus('.control');
    },
    leave: () => {
      this.#own.release();
      this.#open = false;
      this.#link.source?.close?.();
      this.#refocus('.join');
    },
    dismiss: () => {
      this.#trouble = null;
      this.#refocus('.control');
    },
  };

  /** What was pressed has gone; whoever pressed it goes on there. */
  #refocus(selector: string): void {
    this.requestUpdate();
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(selector)?.focus());
  }

  /** Names are known only once one has been allowed. */
  async #lookForDevices(): Promise<void> {
    this.requestUpdate();
    if (!this.#open) return;
    this.#devices = await listDevices().catch(() => []);
    this.requestUpdate();
  }

  #failed(device: Device, error: unknown): void {
    const text = troubleOf(device, error, this.#strings);
    this.#trouble = text === null ? null : { device, text };
    this.requestUpdate();
  }

  #gone(device: Kind, other: MediaStreamTrack | null): void {
    const s = this.#strings;
    const what = s.the[device];
    this.#trouble = {
      device,
      text: other ? s.replaced(what, other.label || s.byDefault) : s.unplugged(what),
    };
    void this.#lookForDevices();
  }

  /** Only where sound is allowed already: the browser would complain, and hear nothing. */
  #listen(tiles: readonly Tile[]): void {
    const allowed = this.#own.isOn('audio') || this.#players.heard;
    const sounds = new Map<string, MediaStreamTrack>();
    for (const { key, peer, stream, silent, screen } of allowed ? tiles : []) {
      if (silent || screen || peer?.mediaState === 'unavailable') continue;
      const track = stream?.getAudioTracks().find(({ readyState }) => readyState === 'live');
      if (track) sounds.set(key, track);
    }
    this.#loudness.listen(sounds);
  }

  #beat(): void {
    const own = this.#tiles.find(({ key }) => key === 'me');
    if (!own) return;
    const { stream, silent, picture } = own;
    const same = stream === this.#own.stream && picture === this.#own.isOn('video');
    if (!same || silent === this.#own.isOn('audio')) this.requestUpdate();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-video': PeerVideoElement;
  }
}
