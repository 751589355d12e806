/** Who speaks: a look at each sound ten times a second, in one AudioContext that plays nothing. */

const LOOK_MS = 100;
/** Of full scale, as a root mean square: about −35 dB, above a quiet room and below a calm voice. */
const LOUD = 0.018;
/** A pause between two words is no silence. */
const HOLD_MS = 700;

interface Ear {
  readonly track: MediaStreamTrack;
  readonly input: MediaStreamAudioSourceNode;
  readonly analyser: AnalyserNode;
  until: number;
}

export class Loudness {
  readonly #changed: () => void;
  readonly #ears = new Map<string, Ear>();
  #speaking: ReadonlySet<string> = new Set();
  #context: AudioContext | null = null;
  #looking: ReturnType<typeof setInterval> | undefined;
  #samples = new Float32Array(512);

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Keys of those that speak. */
  get speaking(): ReadonlySet<string> {
    return this.#speaking;
  }

  /** @param sounds by key; those that were listened to and are not in it are let go */
  listen(sounds: ReadonlyMap<string, MediaStreamTrack>): void {
    for (const [key, { track }] of this.#ears) if (sounds.get(key) !== track) this.#forget(key);
    for (const [key, track] of sounds) if (!this.#ears.has(key)) this.#hear(key, track);
    if (!this.#ears.size) return this.#rest();
    // Made before anybody has pressed anything, it waits.
    if (this.#context?.state === 'suspended') void this.#context.resume();
    this.#looking ??= setInterval(() => this.#look(), LOOK_MS);
  }

  close(): void {
    this.listen(new Map());
    void this.#context?.close();
    this.#context = null;
  }

  #hear(key: string, track: MediaStreamTrack): void {
    const context = (this.#context ??= new AudioContext());
    const input = context.createMediaStreamSource(new MediaStream([track]));
    const analyser = context.createAnalyser();
    analyser.fftSize = this.#samples.length;
    input.connect(analyser);
    this.#ears.set(key, { track, input, analyser, until: 0 });
  }

  #forget(key: string): void {
    this.#ears.get(key)?.input.disconnect();
    this.#ears.delete(key);
  }

  #rest(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
    this.#speaking = new Set();
  }

  #look(): void {
    // Nobody looks; and what is not looked at costs nothing.
    if (document.hidden) return;
    const now = performance.now();
    const speaking = new Set<string>();
    for (const [key, ear] of this.#ears) {
      ear.analyser.getFloatTimeDomainData(this.#samples);
      let sum = 0;
      for (const sample of this.#samples) sum += sample * sample;
      if (Math.sqrt(sum / this.#samples.length) > LOUD) ear.until = now + HOLD_MS;
      if (ear.until > now) speaking.add(key);
    }
    const same =
      speaking.size === this.#speaking.size && [...speaking].every((key) => this.#speaking.has(key));
    if (same) return;
    this.#speaking = speaking;
    this.#changed();
  }
}
