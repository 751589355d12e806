import { Negotiation, type NegotiationMessage } from '../../src/path/negotiation.js';
import { disagreement, ufrag } from './disagreement.js';
import { random, type Random } from './random.js';
import { until } from './until.js';

/** A side that sees as many, its own and the other's, changes one instead of adding another. */
const MAX_TRANSCEIVERS = 2;
const DIRECTIONS = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const;
/** In tasks, at most; now and then so many that a whole negotiation fits in. */
const DELAYS = [4, 4, 4, 60];
/**
 * Firefox, once it has taken back an offer that restarts nothing, refuses one that does: "Remote description indicates
 * ICE restart but offer did not request ICE restart". There the impolite side does not restart alone.
 */
const REFUSES_RESTARTS = navigator.userAgent.includes('Firefox');

const below = (chance: Random, end: number): number => Math.floor(chance() * end);
const pick = <T>(chance: Random, choices: readonly T[]): T => choices[below(chance, choices.length)]!;

/** Gives way to whatever else wants to happen, sooner than a timer would. */
async function giveWay(tasks: number): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  for (let i = 0; i < tasks; i++) {
    await new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
  }
  port1.close();
}

/** What one side says to the other: in the order in which it was said, but nobody knows when. */
class Wire {
  readonly #chance: Random;
  readonly #deliver: (message: NegotiationMessage) => void;
  readonly #waiting: NegotiationMessage[] = [];
  isIdle = true;

  constructor(chance: Random, deliver: (message: NegotiationMessage) => void) {
    this.#chance = chance;
    this.#deliver = deliver;
  }

  push(message: NegotiationMessage): void {
    this.#waiting.push(message);
    if (this.isIdle) void this.#carry();
  }

  async #carry(): Promise<void> {
    this.isIdle = false;
    while (this.#waiting.length > 0) {
      await giveWay(below(this.#chance, pick(this.#chance, DELAYS)));
      for (const message of this.#waiting.splice(0, 1 + below(this.#chance, 8))) this.#deliver(message);
    }
    this.isIdle = true;
  }
}

/** One side: a connection, and a channel as the direct path has one. */
class Side {
  readonly pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  readonly #chance: Random;
  readonly #did: (what: string) => void;
  #channel: RTCDataChannel | null = null;
  #isOffering = false;
  /** The credentials that it has said candidates for. */
  readonly #gathered = new Set<string>();
  /** Those that a restart has to replace. */
  #stale = '';
  heard = '';

  constructor(chance: Random, did: (what: string) => void) {
    this.#chance = chance;
    this.#did = did;
    this.pc.addEventListener('negotiationneeded', () => (this.#isOffering = true));
  }

  /** What it has yet to do or to get; empty when there is nothing. */
  get lack(): string {
    const credentials = ufrag(this.pc.localDescription);
    if (this.#isOffering) return 'an offer is being made';
    if (this.#stale && this.#stale === credentials) return 'ICE has not restarted';
    // Firefox is done with gathering before it begins, too.
    if (!this.#gathered.has(credentials)) return 'there are no candidates';
    return this.#channel?.readyState === 'open' ? '' : 'the channel is not open';
  }

  start(): void {
    this.#channel ??= this.pc.createDataChannel('talk', { negotiated: true, id: 0 });
    this.#channel.onmessage = ({ data }: MessageEvent<string>) => (this.heard = data);
  }

  say(text: string): void {
    this.#channel?.send(text);
  }

  signals(message: NegotiationMessage): void {
    if ('description' in message) this.#isOffering = false;
    else this.#gathered.add(message.candidate.usernameFragment ?? '');
  }

  restart(): void {
    this.#did('restartIce');
    this.#stale = ufrag(this.pc.localDescription);
    this.pc.restartIce();
  }

  async change(times: number): Promise<void> {
    for (let left = times; left > 0; left--) {
      await giveWay(below(this.#chance, 12));
      this.#change();
    }
  }

  #change(): void {
    const transceivers = this.pc.getTransceivers();
    const direction = pick(this.#chance, DIRECTIONS);
    if (below(this.#chance, MAX_TRANSCEIVERS) >= transceivers.length) {
      this.#did(`addTransceiver ${direction}`);
      // Chromium, once it has taken back one kind of media, refuses another kind in its place.
      this.pc.addTransceiver('audio', { direction });
    } else {
      const transceiver = pick(this.#chance, transceivers);
      this.#did(`${transceiver.mid ?? 'new one'} ${direction}`);
      transceiver.direction = direction;
    }
  }
}

export interface FicklePairOptions {
  readonly polite?: readonly [boolean, boolean];
  /** How long the two may take to agree, ms. */
  readonly patience?: number;
}

/**
 * Two connections that change their minds at random, both at once, and wires between them that take their time. What
 * they choose follows from the seed; what comes between it is the browser's.
 */
export class FicklePair {
  /** Offers that met another one. */
  collisions = 0;
  readonly #seed: number;
  readonly #patience: number;
  readonly #chance: Random;
  readonly #sides: readonly [Side, Side];
  readonly #wires: readonly Wire[];
  readonly #errors: unknown[] = [];
  #round = 0;
  #said = 0;
  #did = ['the start'];

  constructor(seed: number, { polite = [false, true], patience = 10_000 }: FicklePairOptions = {}) {
    this.#seed = seed;
    this.#patience = patience;
    this.#chance = random(seed);
    // Each has a chance of its own: how soon one asks for it must not decide what another one gets.
    const chance = (): Random => random(below(this.#chance, 2 ** 32));
    const side = (name: string): Side => new Side(chance(), (what) => this.#did.push(`${name} ${what}`));
    this.#sides = [side('a'), side('b')];
    const ends = this.#sides.map((one, i) => {
      return new Negotiation(one.pc, {
        polite: polite[i]!,
        onoffer: () => one.start(),
        send: (message) => {
          one.signals(message);
          this.#wires[i]!.push(message);
        },
        onerror: (error) => this.#errors.push(error),
      });
    });
    this.#wires = ([1, 0] as const).map((to) => {
      return new Wire(chance(), (message) => {
        const isOffer = 'description' in message && message.description.type === 'offer';
        if (isOffer && this.#sides[to].pc.signalingState === 'have-local-offer') this.collisions++;
        void ends[to]!.receive(message);
      });
    });
  }

  /** One of the two begins. A path never begins from both. */
  async connect(): Promise<void> {
    pick(this.#chance, this.#sides).start();
    await this.#agree();
  }

  /** Both change their minds once more. */
  async interleave(): Promise<void> {
    const [a, b] = this.#sides;
    this.#round++;
    this.#did = [];
    const alone = [REFUSES_RESTARTS ? [a, b] : [a], [b]];
    const restarting = below(this.#chance, 4) === 0 ? pick(this.#chance, [...alone, [a, b]]) : [];
    for (const side of restarting) side.restart();
    await Promise.all(this.#sides.map((side) => side.change(1 + below(this.#chance, 2))));
    await this.#agree();
  }

  close(): void {
    for (const { pc } of this.#sides) pc.close();
  }

  get #discord(): string {
    const [a, b] = this.#sides;
    if (this.#errors.length > 0) return this.#errors.map(String).join(', ');
    if (!this.#wires.every(({ isIdle }) => isIdle)) return 'messages are on their way';
    return disagreement(a.pc, b.pc) || a.lack || b.lack;
  }

  /** Waits until they do, have heard each other, and still do. @throws with what it takes to see it again */
  async #agree(): Promise<void> {
    try {
      do {
        await until(() => !this.#discord, { timeout: this.#patience });
        const text = String(++this.#said);
        for (const side of this.#sides) side.say(text);
        await until(() => this.#sides.every(({ heard }) => heard === text), { what: 'a message' });
      } while (this.#discord);
    } catch (error) {
      const what = this.#discord || String(error);
      throw new Error(`seed ${this.#seed}, round ${this.#round}: ${what}; after ${this.#did.join(', ')}`);
    }
  }
}
