/** How a newcomer gets hold of what was said before: it asks one peer after another until one has something. */

/** How long a peer may think about it before the next one is asked. */
export const PATIENCE_MS = 3000;

export class HistoryQuest {
  readonly #ask: (id: string) => void;
  /** Peers that may still be asked, in the order they turned up. */
  readonly #candidates = new Set<string>();
  /** Peers that were asked and have not answered: only their answers count, once each. */
  readonly #asked = new Set<string>();
  #current: string | null = null;
  #done = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: (id: string) => void) {
    this.#ask = ask;
  }

  /** A peer that may know something can be reached. */
  offer(id: string): void {
    if (this.#done || this.#asked.has(id)) return;
    this.#candidates.add(id);
    if (this.#current === null) this.#next();
  }

  gone(id: string): void {
    this.#candidates.delete(id);
    this.#asked.delete(id);
    if (this.#current === id) this.#next();
  }

  /** Whether an answer of `id` is one we asked for. */
  expects(id: string): boolean {
    return this.#asked.has(id);
  }

  /** `useful`: there was something in it. */
  answered(id: string, useful: boolean): void {
    this.#asked.delete(id);
    if (useful) this.#done = true;
    if (useful || this.#current === id) this.#next();
  }

  /** Forgets everything, for another room or another visit. */
  reset(): void {
    this.#candidates.clear();
    this.#asked.clear();
    this.#done = false;
    this.#next();
  }

  #next(): void {
    clearTimeout(this.#timer);
    const [id] = this.#done ? [] : this.#candidates;
    this.#current = id ?? null;
    if (id === undefined) return;
    this.#candidates.delete(id);
    this.#asked.add(id);
    this.#timer = setTimeout(() => this.#next(), PATIENCE_MS);
    this.#ask(id);
  }
}
