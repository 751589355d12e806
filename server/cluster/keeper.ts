/**
 * Keeps a link to Redis alive, renews what we hold, and knows how far we can be trusted: without a renewal for too
 * long, others may have been given our seats. It is asked, not told: a process that stood still looks at the clock
 * before it does anything else.
 */
import type { Logger } from '../log.js';
import { randomName } from './calls.js';
import { RegistryError } from './error.js';
import { Link } from './link.js';
import type { Names } from './scripts.js';
import type { RedisSettings } from './settings.js';
import type { News } from './wire.js';

export interface Renewal {
  /** A link's first: of what was said before, we may have missed anything. */
  readonly first: boolean;
  /** Redis has forgotten everything, and others are still saying who is where. */
  readonly partial: boolean;
}

export interface KeeperEvents {
  heard(news: News): void;
  /** Renews everything; what it cannot, it ends. Rejects when the link is lost. */
  renew(link: Link, renewal: Renewal): Promise<void>;
  /** Joins can be decided, perhaps again. */
  opened(): void;
  /** The time to say who is where is over; said again after every renewal. */
  recovered(): void;
}

/** First and longest wait before Redis is dialled again, ms. */
const FIRST_WAIT = 50;
const LONGEST_WAIT = 1000;
/** Errors by which Redis says that it will not have us (https://redis.io/docs/latest/develop/reference/protocol-spec/). */
const REFUSALS = /^(?:NOAUTH|WRONGPASS|NOPERM|ERR )/;

/** Monotonic, and where the machine slept, ahead of what the process knows. */
class Stopwatch {
  #steady = -Infinity;
  #wall = -Infinity;

  start(): () => void {
    const [steady, wall] = [performance.now(), Date.now()];
    return () => {
      this.#steady = steady;
      this.#wall = wall;
    };
  }

  /** Milliseconds since it was last set. */
  get passed(): number {
    return Math.max(performance.now() - this.#steady, Date.now() - this.#wall);
  }
}

export class Keeper {
  #settings: RedisSettings;
  #names: Names;
  #node: string;
  #logger: Logger;
  #events: KeeperEvents;
  #link: Link | null = null;
  /** The link's first renewal is done. */
  #renewed = false;
  #renewal = new Stopwatch();
  /** What Redis called itself when we last saw it: another name means that it has forgotten. */
  #epoch = '';
  /** As `performance.now()`: before, only those may say so who were in a room already. */
  #openAt = 0;
  #openTimer: NodeJS.Timeout | undefined;
  #roundTimer: NodeJS.Timeout | undefined;
  #closed = false;
  #running = false;
  #wake: () => void = () => undefined;
  #trouble: string | null = 'it has not been reached yet';

  constructor(settings: RedisSettings, names: Names, node: string, logger: Logger, events: KeeperEvents) {
    this.#settings = settings;
    this.#names = names;
    this.#node = node;
    this.#logger = logger;
    this.#events = events;
  }

  /** To say what has become of ours; null while there is none. */
  get link(): Link | null {
    return this.#link?.ended ? null : this.#link;
  }

  /** Our memberships are doubtful. */
  get fenced(): boolean {
    return this.#renewal.passed > this.#settings.times.fence;
  }

  /** Others are still saying who is where. */
  get recovering(): boolean {
    return performance.now() < this.#openAt;
  }

  /** Joins can be decided. */
  get open(): boolean {
    return this.link !== null && this.#renewed && !this.fenced && !this.recovering;
  }

  get obstacles(): readonly string[] {
    if (this.open) return [];
    if (this.#trouble !== null) return [`redis: ${this.#trouble}`];
    if (this.recovering) return ['redis: it was empty; waiting for the others to say who is where'];
    return ['redis: memberships are being renewed'];
  }

  /** Tries once; where that works out, keeps it so until closed. @throws {RegistryError} */
  async start(): Promise<void> {
    if (this.#running) return;
    try {
      await this.#dial();
    } catch (error) {
      this.#link?.close();
      this.#link = null;
      throw asRegistryError(error, this.#settings.address);
    }
    this.#running = true;
    void this.#run();
  }

  /** Tries until it works out. */
  insist(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#openTimer);
    this.#link?.close();
    this.#link = null;
    this.#wake();
  }

  /** Somebody found Redis empty. */
  recover(left: number): void {
    this.#openAt = Math.max(this.#openAt, performance.now() + left);
    this.#awaitOpening();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#closed) {
      try {
        if (this.link) await this.#round(this.link, false);
        else await this.#dial();
        failures = 0;
        await this.#sleep(this.#settings.times.renewal);
      } catch (error) {
        if (this.#isClosed()) return;
        this.#lost(asRegistryError(error, this.#settings.address));
        const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures++);
        await this.#sleep(wait * (0.5 + Math.random() / 2));
      }
    }
  }

  /** Closed while something was awaited. */
  #isClosed(): boolean {
    return this.#closed;
  }

  async #dial(): Promise<void> {
    let opened: Link | null = null;
    const link = await Link.open(this.#settings, this.#names, this.#node, {
      heard: (news) => this.#events.heard(news),
      ended: (error) => {
        if (opened === null || this.#link !== opened) return;
        this.#lost(asRegistryError(error, this.#settings.address));
        this.#wake();
      },
    });
    opened = link;
    if (this.#isClosed()) {
      link.close();
      return;
    }
    this.#link = link;
    this.#renewed = false;
    await this.#round(link, true);
    this.#logger.info({ redis: this.#settings.address }, 'connected to Redis');
  }

  /** One renewal of everything. The lease is counted from its start. */
  async #round(link: Link, first: boolean): Promise<void> {
    const renewed = this.#renewal.start();
    const late = this.fenced;
    await this.#checkIn(link, first);
    await this.#events.renew(link, { first: first || late, partial: this.recovering });
    if (link.ended) throw new Error('The link to Redis is lost');
    renewed();
    this.#renewed = true;
    this.#trouble = null;
    // What was learnt while they did may have come in when that was over.
    if (!this.recovering) this.#events.recovered();
    if (this.open) this.#events.opened();
  }

  async #checkIn(link: Link, first: boolean): Promise<void> {
    const { recovery } = this.#settings.times;
    // Whoever else listens will be missed: so it is not the first start of the first of us.
    const alone = !first || (await link.listeners(this.#names.everyone)) <= 1;
    const args = [randomName(), this.#epoch, String(recovery), alone ? '1' : '0', this.#names.everyone];
    const reply = (await link.run('checkIn', [this.#names.cluster], args)) as [string, string];
    this.#epoch = reply[0];
    if (Number(reply[1]) > 0) this.recover(Number(reply[1]));
  }

  #awaitOpening(): void {
    clearTimeout(this.#openTimer);
    this.#openTimer = setTimeout(() => this.#opened(), this.#openAt - performance.now() + 1);
    this.#openTimer.unref();
  }

  #opened(): void {
    if (this.#closed) return;
    // Timers may be early by a millisecond, by a clock of their own.
    if (this.recovering) return this.#awaitOpening();
    this.#events.recovered();
    if (this.open) this.#events.opened();
  }

  #lost(error: RegistryError): void {
    this.#link?.close();
    this.#link = null;
    this.#renewed = false;
    if (this.#trouble === null) this.#logger.warn({ err: error }, 'lost Redis');
    this.#trouble = error.message;
  }

  #sleep(ms: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise<void>((resolve) => {
      this.#wake = resolve;
      clearTimeout(this.#roundTimer);
      this.#roundTimer = setTimeout(resolve, ms).unref();
    }).then(() => {
      clearTimeout(this.#roundTimer);
      this.#wake = () => undefined;
    });
  }
}

function asRegistryError(error: unknown, address: string): RegistryError {
  if (error instanceof RegistryError) return error;
  const message = error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : '';
  if (REFUSALS.test(message ?? '')) {
    const hint = 'check user, password and what they may do';
    return new RegistryError('refused', `${address} does not let us in: ${message}; ${hint}`, {
      cause: error,
    });
  }
  return new RegistryError('unreachable', `${address} cannot be reached: ${message}`, { cause: error });
}
