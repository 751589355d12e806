/** Addresses of Blobs for exactly as long as they are drawn: each keeps its Blob in memory. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export class BlobUrls implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #urls = new Map<Blob, string>();
  readonly #used = new Set<Blob>();
  readonly #harmless = new WeakMap<Blob, Blob>();

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  /** To be asked for in every `render()` that uses it; the first that does not is the end of it. */
  of(blob: Blob): string {
    this.#used.add(blob);
    let url = this.#urls.get(blob);
    if (url === undefined) this.#urls.set(blob, (url = URL.createObjectURL(blob)));
    return url;
  }

  /** One that only ever saves: a page in it, opened by other means than a click, would run as one of ours. */
  toSave(blob: Blob): string {
    let harmless = this.#harmless.get(blob);
    if (!harmless) {
      harmless = blob.slice(0, blob.size, 'application/octet-stream');
      this.#harmless.set(blob, harmless);
    }
    return this.of(harmless);
  }

  hostConnected(): void {
    this.#host.requestUpdate();
  }

  hostUpdate(): void {
    this.#used.clear();
  }

  hostUpdated(): void {
    // What is drawn where nobody sees it is drawn again before anybody does.
    if (!this.#host.isConnected) this.#used.clear();
    for (const [blob, url] of this.#urls) {
      if (this.#used.has(blob)) continue;
      this.#urls.delete(blob);
      URL.revokeObjectURL(url);
    }
  }

  hostDisconnected(): void {
    // A move is over by then.
    queueMicrotask(() => {
      if (!this.#host.isConnected) this.hostUpdated();
    });
  }
}
