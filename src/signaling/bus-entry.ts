/** How somebody comes into a room on a bus: it asks who is there, waits for those who were before it, and decides. */
import type { PeerErrorCode } from '../errors.js';
import type { JoinRequest } from '../signaling.js';
import type { BusOptions } from './bus.js';
import { refusal, type Circle } from './bus-circle.js';
import type { Voice } from './bus-voice.js';

export interface EntryHost {
  /** Has it done after whatever is being done. */
  later(step: () => Promise<void>): void;
  enter(): Promise<void>;
  refuse(code: PeerErrorCode, message: string): void;
}

export interface EntryOptions extends Pick<BusOptions, 'wait' | 'patient'> {
  readonly request: JoinRequest;
  readonly circle: Circle;
  readonly voice: Voice;
  /** Of those who come, where that is known. */
  readonly isFirst: boolean | undefined;
}

/** Questions are asked so often while one waits: words get lost. */
const ASKING = 3;
/** So many times as long, where somebody must be there who does not answer: it may have crashed. */
const TRUST = 8;
/** A page may be busy with something else, ms. */
const LENIENCE = 1000;

/** How long somebody who was about to come in is taken to be so, ms. */
export const rivalry = ({ wait }: Pick<BusOptions, 'wait'>): number => 2 * wait + LENIENCE;

export class Entry {
  readonly #options: EntryOptions;
  readonly #host: EntryHost;
  /** How often we have asked. Not a time: a page that is busy has not heard what came meanwhile. */
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  constructor(options: EntryOptions, host: EntryHost) {
    this.#options = options;
    this.#host = host;
  }

  /** Who waits for somebody else to begin holds nobody up. */
  get intent(): 'coming' | 'waiting' {
    return this.#options.patient ? 'waiting' : 'coming';
  }

  /** Asks again and again, until it is decided. */
  ask(): void {
    const { voice, wait } = this.#options;
    voice.ask(undefined, this.intent);
    this.#timer = setTimeout(() => {
      this.#host.later(async () => {
        this.#asked++;
        await this.decide();
        if (!this.#over) this.ask();
      });
    }, wait / ASKING);
  }

  /** If it is time to. */
  async decide(): Promise<void> {
    if (this.#over || !this.#isTime) return;
    const { request, circle, voice } = this.#options;
    const refused = refusal(request, circle.eldest, circle.size);
    this.stop();
    if (!refused) return this.#host.enter();
    voice.bye();
    this.#host.refuse(...refused);
  }

  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  /** Whoever began before us decides first, so that of several only one creates the room. */
  get #isTime(): boolean {
    const { circle, voice, isFirst, patient = false } = this.#options;
    const isAlone = circle.size === 0;
    const heardAll = !isAlone && circle.size >= circle.expected;
    if (!heardAll && this.#asked < ASKING) return false;
    if (isAlone && (patient || (isFirst === false && this.#asked < TRUST * ASKING))) return false;
    return isFirst === true || !circle.isBehind(voice, rivalry(this.#options));
  }
}
