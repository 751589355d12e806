/** Whether this server should be sent new visitors: it should while nobody has a reason against it. */
export class Readiness {
  #reasons = new Set<string>();
  #isListening: () => boolean;

  constructor(isListening: () => boolean) {
    this.#isListening = isListening;
  }

  /** @param reason in a few words, shown to whoever asks `/readyz`: never anything secret */
  set(reason: string, holds: boolean): void {
    if (holds) this.#reasons.add(reason);
    else this.#reasons.delete(reason);
  }

  /** Empty when the server is ready. */
  get reasons(): readonly string[] {
    return [...(this.#isListening() ? [] : ['not listening']), ...this.#reasons];
  }
}
