/** A network that is nothing but objects, on which pages can be tested without a browser: as bad as one likes, and the same every time. */
import type { Identity } from '../identity.js';
import type { Signaling } from '../signaling.js';
import { checkConditions, CONDITIONS, Line, type Conditions } from './line.js';
import { NetworkPage } from './network-page.js';
import { random, type Random } from './random.js';
import { seededIdentity } from './seeded-identity.js';

export interface NetworkOptions extends Conditions {
  /** Who the pages are, and all that chance does, comes from it: 0 to 2³² − 1. Default 1. */
  readonly seed?: number;
  /** `handshake only`: peers are there once a direct path stands, which takes browsers. Default `data`. */
  readonly relay?: Signaling['relay'];
  /** How long who comes waits for an answer before it takes the room for empty, ms. Default: enough for the delays. */
  readonly wait?: number;
  /** How often a page says that it is alive, ms. Default 5000. Who is silent for two and a half of these is asked. */
  readonly beat?: number;
  /** How long who was asked may take to be heard of before it is lost, ms. Default 10 000. */
  readonly seat?: number;
}

export interface PageOptions {
  /** Who it is: that of another page that has gone, for one that returns. Default: somebody new. */
  readonly identity?: () => Promise<Identity>;
}

const SEED = 1;
const BEAT = 5000;
const SEAT = 10_000;
const WAIT = 100;
/** Those who come ask and are answered within so many times the longest delay. */
const WAIT_TRIPS = 6;

export class Network {
  readonly #options: NetworkOptions;
  readonly #seed: number;
  readonly #chance: Random;
  readonly #pages: NetworkPage[] = [];
  readonly #lines = new Map<NetworkPage, Map<NetworkPage, Line>>();
  #conditions: Required<Conditions>;
  /** On which side pages are; those on none can hear everybody. */
  #sides: ReadonlyMap<NetworkPage, number> = new Map();

  /** @throws {TypeError} naming the option that is wrong */
  constructor(options: NetworkOptions = {}) {
    checkConditions(options);
    const { seed = SEED, delay, jitter, loss, duplicates } = options;
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      throw new TypeError('seed is an integer from 0 to 2³² − 1.');
    }
    this.#options = options;
    this.#seed = seed;
    this.#chance = random(seed);
    this.#conditions = CONDITIONS;
    this.conditions = { delay, jitter, loss, duplicates };
  }

  /** What it does to words from now on. Where something is left out, it stays. @throws {TypeError} naming what is wrong */
  get conditions(): Required<Conditions> {
    return this.#conditions;
  }
  set conditions(conditions: { readonly [K in keyof Conditions]?: Conditions[K] | undefined }) {
    const given = Object.entries(conditions).filter(([, value]) => value !== undefined);
    const changed = { ...this.#conditions, ...Object.fromEntries(given) };
    checkConditions(changed);
    this.#conditions = changed;
  }

  /** One more page: what its `<peer-group>`, `PeerRoom` or `PeerPair` is given as `signaling`. */
  page({ identity }: PageOptions = {}): NetworkPage {
    const number = this.#pages.length;
    const { relay = 'data', wait, beat = BEAT, seat = SEAT } = this.#options;
    const { delay, jitter } = this.#conditions;
    const page: NetworkPage = new NetworkPage({
      relay,
      identity: identity ?? (() => seededIdentity(this.#seed, number)),
      times: { wait: wait ?? Math.max(WAIT, WAIT_TRIPS * (delay + jitter)), beat, seat },
      chance: this.#chance,
      carry: (word, to) => {
        this.#carry(page, word, to);
      },
      lost: () => {
        setTimeout(() => {
          for (const other of this.#pages) if (other !== page && page.id) other.missing(page.id);
        }, this.#conditions.delay);
      },
    });
    this.#pages.push(page);
    return page;
  }

  /** Pages on different sides do not hear each other any more, and are not told. Pages that are on none hear everybody. */
  partition(...sides: readonly (readonly NetworkPage[])[]): void {
    this.#sides = new Map(sides.flatMap((pages, side) => pages.map((page) => [page, side] as const)));
  }

  /** There are no sides any more. */
  heal(): void {
    this.partition();
  }

  #carry(from: NetworkPage, word: string, to: readonly string[]): void {
    for (const page of this.#pages) {
      if (page === from || (to.length > 0 && !to.includes(page.id ?? ''))) continue;
      if (this.#reaches(from, page)) this.#line(from, page).send(word, this.#conditions);
    }
  }

  #line(from: NetworkPage, to: NetworkPage): Line {
    const lines = this.#lines.get(from) ?? new Map<NetworkPage, Line>();
    this.#lines.set(from, lines);
    const line =
      lines.get(to) ??
      new Line((word) => {
        if (this.#reaches(from, to)) to.receive(word);
      }, this.#chance);
    lines.set(to, line);
    return line;
  }

  #reaches(from: NetworkPage, to: NetworkPage): boolean {
    const [here, there] = [this.#sides.get(from), this.#sides.get(to)];
    return here === undefined || there === undefined || here === there;
  }
}
