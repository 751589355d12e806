/** Gives streams to the tiles' <video>, with sound where the browser lets a page begin with sound. */

export interface Playing {
  readonly video: HTMLVideoElement;
  readonly stream: MediaStream | null;
  /** Our own: nobody wants to hear themselves. */
  readonly own: boolean;
}

export class Players {
  readonly #changed: () => void;
  /** The others that the browser lets be seen but not heard. */
  readonly #hushed = new Set<HTMLVideoElement>();
  #videos: readonly Playing[] = [];
  #heard = false;
  #sink = '';

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** The browser wants a person to press something first. */
  get blocked(): boolean {
    return this.#hushed.size > 0;
  }

  /** Something has been played aloud: sound is allowed on this page. */
  get heard(): boolean {
    return this.#heard;
  }

  /** Those that are drawn; others are let go. */
  show(videos: readonly Playing[]): void {
    this.#videos = videos;
    for (const video of this.#hushed) {
      if (!videos.some((one) => one.video === video && one.stream)) this.#hush(video, false);
    }
    for (const { video, stream, own } of videos) {
      if (video.srcObject === stream) continue;
      video.srcObject = stream;
      if (!stream) continue;
      video.muted = own || this.blocked;
      if (!own && this.blocked) this.#hush(video, true);
      void this.#play(video);
    }
  }

  /** Somebody has pressed something. */
  unmute(): void {
    for (const video of [...this.#hushed]) {
      video.muted = false;
      this.#hush(video, false);
      void this.#play(video);
    }
  }

  /** Where everybody is heard. */
  async choose(id: string): Promise<void> {
    this.#sink = id;
    await Promise.all(this.#videos.map(({ video }) => this.#route(video)));
  }

  async #play(video: HTMLVideoElement): Promise<void> {
    await this.#route(video);
    try {
      await video.play();
      if (!video.muted) this.#heard = true;
    } catch (error) {
      // Anything else: another stream was given meanwhile, or the tile has gone.
      if ((error as Error).name !== 'NotAllowedError' || video.muted) return;
      video.muted = true;
      this.#hush(video, true);
      void this.#play(video);
    }
    this.#changed();
  }

  async #route(video: HTMLVideoElement): Promise<void> {
    if (!this.#sink && !video.sinkId) return;
    // A speaker that was unplugged: the default one goes on.
    await video.setSinkId(this.#sink).catch(() => undefined);
  }

  #hush(video: HTMLVideoElement, is: boolean): void {
    const { blocked } = this;
    if (is) this.#hushed.add(video);
    else this.#hushed.delete(video);
    if (blocked !== this.blocked) this.#changed();
  }
}
