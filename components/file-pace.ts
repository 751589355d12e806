/** How fast something goes, over its last seconds: steady enough to be read. */

const WINDOW_MS = 5000;
const SAMPLE_MS = 250;
/** Sooner, any figure would be chance. */
const LEAST_MS = 800;

export class Pace {
  /** When, and how much there was then; oldest first. */
  #samples: (readonly [at: number, loaded: number])[] = [];

  /** @param now milliseconds of a clock that never goes back */
  note(loaded: number, now: number): void {
    const last = this.#samples.at(-1);
    if (last && now - last[0] < SAMPLE_MS) return;
    this.#samples.push([now, loaded]);
    // One from before the window stays, or there would be nothing to compare with.
    while ((this.#samples[1]?.[0] ?? now) < now - WINDOW_MS) this.#samples.shift();
  }

  /** From here on anew: a pause is not slowness. */
  reset(): void {
    this.#samples = [];
  }

  /** Units per second; null while nobody can tell. */
  rate(loaded: number, now: number): number | null {
    const [first] = this.#samples;
    if (!first || now - first[0] < LEAST_MS) return null;
    return Math.max(0, ((loaded - first[1]) / (now - first[0])) * 1000);
  }
}
