/** Files that are dropped onto an element or pasted into it. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export interface FileDropHost {
  /** Whether files are welcome now. */
  ready(): boolean;
  take(files: readonly File[]): void;
}

const carriesFiles = ({ dataTransfer }: DragEvent): boolean => !!dataTransfer?.types.includes('Files');

/** A folder looks like a file, but nobody can read it. */
function filesOf(transfer: DataTransfer | null): File[] {
  const items = [...(transfer?.items ?? [])].filter(({ kind }) => kind === 'file');
  const files = items
    .filter((item) => !item.webkitGetAsEntry()?.isDirectory)
    .map((item) => item.getAsFile())
    .filter((file) => file !== null);
  return items.length ? files : [...(transfer?.files ?? [])];
}

export class FileDrop implements ReactiveController {
  /** Files hover above the element. */
  over = false;
  readonly #element: ReactiveControllerHost & HTMLElement;
  readonly #host: FileDropHost;
  readonly #wide: boolean;
  #paste: AbortController | null = null;

  /** @param wide pasting works wherever on the page nothing else has the focus */
  constructor(element: ReactiveControllerHost & HTMLElement, host: FileDropHost, wide = false) {
    this.#element = element;
    this.#host = host;
    this.#wide = wide;
    element.addController(this);
    element.addEventListener('dragenter', this.#onDrag);
    element.addEventListener('dragover', this.#onDrag);
    element.addEventListener('dragleave', this.#onLeave);
    element.addEventListener('drop', this.#onDrop);
  }

  hostConnected(): void {
    this.#paste = new AbortController();
    const target = this.#wide ? this.#element.ownerDocument : this.#element;
    target.addEventListener('paste', (event) => this.#onPaste(event as ClipboardEvent), {
      signal: this.#paste.signal,
    });
  }

  hostDisconnected(): void {
    this.#paste?.abort();
    this.#hover(false);
  }

  readonly #onDrag = (event: DragEvent): void => {
    if (!carriesFiles(event)) return;
    // Where they are not welcome, the page must not be left for them either.
    event.preventDefault();
    const ready = this.#host.ready();
    if (event.dataTransfer) event.dataTransfer.dropEffect = ready ? 'copy' : 'none';
    this.#hover(ready);
  };

  readonly #onLeave = (event: DragEvent): void => {
    const to = event.relatedTarget;
    if (!(to instanceof Node && this.#element.contains(to))) this.#hover(false);
  };

  readonly #onDrop = (event: DragEvent): void => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    this.#hover(false);
    this.#take(filesOf(event.dataTransfer));
  };

  #onPaste(event: ClipboardEvent): void {
    const { clipboardData, target } = event;
    const here = event.composedPath().includes(this.#element);
    const nowhere = target === document.body || target === document.documentElement;
    if (event.defaultPrevented || !(here || (this.#wide && nowhere))) return;
    // Text that was copied with a picture of itself is text.
    if (clipboardData?.types.includes('text/plain')) return;
    const files = filesOf(clipboardData);
    if (!files.length || !this.#host.ready()) return;
    event.preventDefault();
    this.#take(files);
  }

  #take(files: readonly File[]): void {
    if (files.length && this.#host.ready()) this.#host.take(files);
  }

  #hover(over: boolean): void {
    if (over === this.over) return;
    this.over = over;
    this.#element.requestUpdate();
  }
}
