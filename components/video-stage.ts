/** The surface the tiles lie on: puts each in its place, again whenever there is more room or less. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { arrange, isCut } from './video-layout.js';
import type { Tile } from './video-tiles.js';

export class VideoStage implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #observer = new ResizeObserver(() => this.#draw());
  #observed: Element | null = null;
  #tiles: readonly Tile[] = [];
  #large: readonly boolean[] = [];

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    if (this.#observed) this.#observer.observe(this.#observed);
  }

  hostDisconnected(): void {
    this.#observer.disconnect();
  }

  /** @returns the <video> of each tile, by its key */
  place(tiles: readonly Tile[], large: readonly boolean[]): Map<string, HTMLVideoElement> {
    this.#tiles = tiles;
    this.#large = large;
    const list = this.#host.shadowRoot?.querySelector('.stage ul') ?? null;
    if (list && list !== this.#observed) {
      this.#observed = list;
      this.#observer.observe(list);
    }
    this.#draw();
    return new Map(
      tiles.flatMap(({ key }) => {
        const video = this.#elementOf(key)?.querySelector('video');
        return video ? [[key, video]] : [];
      }),
    );
  }

  /** Whether something of its stream can be seen: until then, a tile would be black. */
  shows({ key, stream }: Tile): boolean {
    const video = this.#elementOf(key)?.querySelector('video');
    return !!video && !!stream && video.srcObject === stream && video.videoWidth > 0;
  }

  full(key: string): void {
    const tile = this.#elementOf(key);
    const isFull = tile && this.#host.shadowRoot?.fullscreenElement === tile;
    // Refused, it stays as it is.
    void (isFull ? document.exitFullscreen() : tile?.requestFullscreen())?.catch(() => undefined);
  }

  inset(key: string): void {
    const video = this.#elementOf(key)?.querySelector('video');
    if (!video) return;
    const isInset = this.#host.shadowRoot?.pictureInPictureElement === video;
    void (isInset ? document.exitPictureInPicture() : video.requestPictureInPicture()).catch(() => undefined);
  }

  #elementOf(key: string): HTMLElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? null;
  }

  /** By the style object, which a strict policy allows. */
  #draw(): void {
    if (!this.#observed) return;
    const { width, height } = this.#observed.getBoundingClientRect();
    const rects = arrange(this.#large, { width, height });
    for (const [at, { key, screen }] of this.#tiles.entries()) {
      const element = this.#elementOf(key);
      const rect = rects[at];
      if (!element || !rect) continue;
      const { style } = element;
      style.insetInlineStart = `${rect.x}px`;
      style.insetBlockStart = `${rect.y}px`;
      style.inlineSize = `${rect.width}px`;
      style.blockSize = `${rect.height}px`;
      const video = element.querySelector('video');
      const { videoWidth = 0, videoHeight = 0 } = video ?? {};
      const cut = videoHeight > 0 && isCut(videoWidth / videoHeight, rect.width / rect.height);
      video?.classList.toggle('whole', screen || cut);
    }
  }
}
