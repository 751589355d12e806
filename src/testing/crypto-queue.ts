/**
 * WebCrypto works on other threads, and whichever is done first answers first. Here the answers come one by one, in the order
 * of the questions, each once all is done that the one before has brought about: so that a run is like any other of the same seed.
 */
import type { Replacements } from './replacements.js';
import { turn } from './turn.js';

type Method = (...given: unknown[]) => Promise<unknown>;

export class CryptoQueue {
  /** What has been asked for: each resolves with how to tell the outcome. */
  readonly #asked: Promise<() => void>[] = [];
  #answering: Promise<void> | null = null;

  /** From now on `crypto.subtle` answers in turn. */
  install(replacements: Replacements): void {
    // Browsers leave it out on insecure pages, which the types do not say.
    const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
    if (!subtle) return;
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(subtle))) {
      const method: unknown = Reflect.get(subtle, name);
      if (name === 'constructor' || typeof method !== 'function') continue;
      replacements.put(subtle, name, (...given: unknown[]) =>
        this.#ask((method as Method).apply(subtle, given)),
      );
    }
  }

  /** Resolves once nothing is asked any more, and all is done that the answers have brought about. */
  async idle(): Promise<void> {
    await turn();
    while (this.#answering) {
      await this.#answering;
      await turn();
    }
  }

  #ask(work: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve) => {
      const done = (): (() => void) => () => {
        resolve(work);
      };
      this.#asked.push(work.then(done, done));
      this.#answering ??= this.#answer();
    });
  }

  async #answer(): Promise<void> {
    await turn();
    for (let told = this.#asked.shift(); told; told = this.#asked.shift()) {
      (await told)();
      await turn();
    }
    this.#answering = null;
  }
}
