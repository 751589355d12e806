/** One room on one or several brokers: what any of them brings is heard once, and it is there as long as one of them is. */
import type { PeerError } from '../errors.js';
import type { JoinRequest, SignalingSession, SignalingSink } from '../signaling.js';
import { Backoff } from './backoff.js';
import { Bus, type BusMedium, type BusOptions } from './bus.js';
import type { Broker } from './mqtt-address.js';
import { MqttConnection, type MqttConnectionOptions } from './mqtt-connection.js';
import { Repeats } from './repeats.js';
import { onWake } from './wake.js';

export interface MqttRoomOptions
  extends Omit<BusOptions, 'gossip' | 'patient'>, Pick<MqttConnectionOptions, 'keepalive' | 'WebSocket'> {
  readonly brokers: readonly Broker[];
  /** What all topics begin with. */
  readonly topic: string;
}

interface Line {
  readonly broker: Broker;
  readonly index: number;
  readonly backoff: Backoff;
  connection: MqttConnection | null;
  redial: ReturnType<typeof setTimeout> | undefined;
  /** When, as `performance.now()`. */
  due: number;
  stable: ReturnType<typeof setTimeout> | undefined;
}

/** A connection that lasted this long starts the next back-off from the first step, ms. */
const STABLE_AFTER = 5000;

export class MqttRoom implements BusMedium {
  readonly #options: MqttRoomOptions;
  readonly #request: JoinRequest;
  readonly #forget: () => void;
  readonly #bus: Bus;
  readonly #lines: readonly Line[];
  readonly #repeats: Repeats;
  readonly #life = new AbortController();
  #id = '';
  #attempt = 0;

  constructor(options: MqttRoomOptions, request: JoinRequest, forget: () => void) {
    this.#options = options;
    this.#request = request;
    this.#forget = forget;
    this.#bus = new Bus(options, this);
    this.#lines = options.brokers.map((broker, index) => ({
      broker,
      index,
      backoff: new Backoff(request.reconnectDelay),
      connection: null,
      redial: undefined,
      due: Infinity,
      stable: undefined,
    }));
    this.#repeats = new Repeats(this.#lines.length);
    onWake(() => {
      this.#wake();
    }, this.#life.signal);
    void this.#begin();
  }

  get online(): boolean {
    return this.#lines.some(({ connection }) => connection?.ready);
  }

  join(request: JoinRequest, sink: SignalingSink): SignalingSession {
    return this.#bus.join(request, sink);
  }

  post(_room: string, word: string, to: readonly string[], all: boolean): void {
    for (const { connection } of this.#lines) {
      if (all) connection?.send(word);
      else for (const id of to) connection?.send(word, id);
    }
  }

  leave(): void {
    this.#life.abort();
    for (const line of this.#lines) {
      clearTimeout(line.redial);
      clearTimeout(line.stable);
      line.connection?.close();
    }
    this.#forget();
  }

  async #begin(): Promise<void> {
    try {
      this.#id = (await this.#options.identity()).id;
    } catch {
      return; // The room learns it by itself.
    }
    if (this.#life.signal.aborted) return;
    this.#attempt++;
    for (const line of this.#lines) this.#dial(line);
  }

  #dial(line: Line): void {
    line.redial = undefined;
    line.due = Infinity;
    const { keepalive, WebSocket: Socket, topic } = this.#options;
    const { room, timeout } = this.#request;
    line.connection = new MqttConnection(
      {
        broker: line.broker,
        topic: `${topic}/${room}`,
        id: this.#id,
        timeout,
        keepalive,
        WebSocket: Socket,
      },
      {
        ready: () => {
          this.#ready(line);
        },
        message: (text) => {
          if (this.#repeats.isNew(line.index, text)) this.#bus.receive(text);
        },
        missing: (id) => {
          this.#bus.missing(id);
        },
        closed: (error) => {
          this.#lost(line, error);
        },
      },
    );
  }

  #ready(line: Line): void {
    line.stable = setTimeout(() => {
      line.backoff.reset();
    }, STABLE_AFTER);
    const isOnly = this.#lines.every(
      ({ connection }) => connection === line.connection || !connection?.ready,
    );
    if (!isOnly) return this.#bus.wider();
    this.#bus.back(this.#attempt);
    this.#attempt = 0;
  }

  #lost(line: Line, error: PeerError): void {
    clearTimeout(line.stable);
    line.connection = null;
    if (!error.final) {
      const delay = line.backoff.next();
      line.due = performance.now() + delay;
      line.redial = setTimeout(() => {
        this.#redial(line);
      }, delay);
    }
    // As long as another one is there, or may be in a moment, nothing has happened.
    if (this.#lines.some(({ connection }) => connection !== null)) return;
    const due = Math.min(...this.#lines.map((one) => one.due));
    const delay = Number.isFinite(due) ? Math.max(0, Math.round(due - performance.now())) : null;
    this.#bus.lost(error, this.#attempt + 1, delay);
  }

  #redial(line: Line): void {
    if (this.#lines.every(({ connection }) => connection === null)) this.#attempt++;
    this.#dial(line);
  }

  /** Whatever was waited for: now is the time to know. */
  #wake(): void {
    for (const line of this.#lines) {
      if (line.redial === undefined) continue;
      clearTimeout(line.redial);
      this.#redial(line);
    }
  }
}
