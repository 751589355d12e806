/** One connection to one broker, for one room: MQTT 3.1.1 over a WebSocket, nothing that a broker could keep. */
import mqtt, { type MqttClient } from 'mqtt';
import type { Bytes } from '../bytes.js';
import { PeerError } from '../errors.js';
import { isPeerId } from '../protocol.js';
import type { Broker } from './mqtt-address.js';
import { tap } from './mqtt-tap.js';
import { DISCONNECT, publish } from './mqtt-wire.js';

export interface MqttConnectionOptions {
  readonly broker: Broker;
  /** The room's. */
  readonly topic: string;
  readonly id: string;
  /** How long until it has to be ready, ms. */
  readonly timeout: number;
  /** How often the broker is told that we are there, s; after one and a half of these it says that we are not. */
  readonly keepalive: number;
  /** Default: the browser's. */
  readonly WebSocket?: typeof WebSocket | undefined;
}

export interface MqttConnectionSink {
  /** Nothing said in the room is missed any more. */
  ready(): void;
  message(text: string): void;
  /** The broker says that this member's connection broke: somebody else may have said it in its name. */
  missing(id: string): void;
  /** Once, at the end; not after `close()`. */
  closed(error: PeerError): void;
}

/** Not the user's fault: what the broker may think better of, by its codes in CONNACK (MQTT 3.1.1, 3.2.2.3). */
const SERVER_UNAVAILABLE = 3;
/** In a SUBACK (MQTT 3.1.1, 3.9.3), and above it: not granted. */
const NOT_GRANTED = 128;
/** Said to ourselves: a broker may grant a topic and pass nothing on. */
const ECHO = 'echo';

interface Refusal {
  readonly code?: unknown;
  readonly message?: unknown;
}

function errorOf({ code, message }: Refusal, address: string): PeerError {
  const { host } = new URL(address);
  if (typeof code === 'number' && code !== SERVER_UNAVAILABLE) {
    const said = String(message).slice(0, 200);
    return new PeerError('refused', `The broker at ${host} refuses: ${said}`, { final: true });
  }
  if (/timeout/i.test(String(message)))
    return new PeerError('timeout', `The broker at ${host} does not answer.`);
  return new PeerError('unreachable', `The broker at ${host} cannot be reached.`);
}

function unheard({ broker, topic }: MqttConnectionOptions): PeerError {
  const { host } = new URL(broker.address);
  const [prefix] = topic.split(/\/[^/]*$/);
  return new PeerError(
    'refused',
    `The broker at ${host} passes nothing on below ${prefix}/: does it allow that topic?`,
  );
}

export class MqttConnection {
  readonly #options: MqttConnectionOptions;
  readonly #sink: MqttConnectionSink;
  readonly #client: MqttClient;
  #socket: WebSocket | undefined;
  readonly #patience: ReturnType<typeof setTimeout>;
  #ready = false;
  #granted = false;
  #echoed = false;
  #closed = false;
  #refusal: Refusal = {};

  constructor(options: MqttConnectionOptions, sink: MqttConnectionSink) {
    this.#options = options;
    this.#sink = sink;
    const { broker, topic, id, timeout, keepalive, WebSocket: Socket = globalThis.WebSocket } = options;
    const { address, ...credentials } = broker;
    this.#client = mqtt.connect(address, {
      ...credentials,
      keepalive,
      connectTimeout: timeout,
      // Whoever owns this dials again, and says what is to be heard.
      reconnectPeriod: 0,
      will: { topic: `${topic}/gone`, payload: id as unknown as Buffer, qos: 0, retain: false },
      forceNativeWebSocket: true,
      // Its own would be a worker made of a text, which a strict page forbids.
      timerVariant: 'native',
      createWebsocket: (_url, protocols) => {
        const socket = new Socket(address, protocols);
        tap(socket, (on, text) => {
          this.#hear(on, text);
        });
        return (this.#socket = socket);
      },
    });
    this.#patience = setTimeout(() => {
      if (this.#granted) this.#end(unheard(options));
      else this.#fail({ message: 'timeout' });
    }, timeout);
    this.#listen();
  }

  get ready(): boolean {
    return this.#ready && !this.#closed;
  }

  /** @param to one member, or everybody */
  send(text: string, to?: string): void {
    if (!this.ready) return;
    const { topic } = this.#options;
    this.#write(publish(to === undefined ? topic : `${topic}/${to}`, text));
  }

  /** Without a last will: whoever leaves has said so. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#patience);
    this.#write(DISCONNECT);
    this.#client.end(true);
  }

  /** Whole packets, between those of the library, which writes whole packets as well. */
  #write(packet: Bytes): void {
    if (this.#socket?.readyState === 1) this.#socket.send(packet);
  }

  #listen(): void {
    const { topic, id } = this.#options;
    this.#client
      .on('connect', () => {
        this.#subscribe([topic, `${topic}/${id}`, `${topic}/gone`]);
        this.#client.publish(`${topic}/${id}`, ECHO);
      })
      .on('error', (error) => {
        this.#refusal = error;
      })
      .on('close', () => {
        this.#fail(this.#refusal);
      });
  }

  #hear(on: string, text: string): void {
    const { topic, id } = this.#options;
    if (this.#closed) return;
    if (on === `${topic}/gone`) {
      if (isPeerId(text) && text !== id) this.#sink.missing(text);
    } else if (text === ECHO) {
      this.#echoed = true;
      this.#open();
    } else this.#sink.message(text);
  }

  #subscribe(topics: string[]): void {
    this.#client.subscribe(topics, { qos: 0 }, (error, _granted, answer) => {
      if (this.#closed) return;
      // Where it is about one of them, the library has the broker's answer in the error.
      const { granted } = (error as { packet?: typeof answer } | null)?.packet ?? answer ?? {};
      const isRefused = granted?.some((code) => Number(code) >= NOT_GRANTED);
      if (isRefused)
        this.#fail({ code: NOT_GRANTED, message: `it grants no subscription to ${topics.join()}` });
      else if (error) this.#fail(error);
      else {
        this.#granted = true;
        this.#open();
      }
    });
  }

  /** In whichever order both came. */
  #open(): void {
    if (this.#ready || !this.#granted || !this.#echoed) return;
    clearTimeout(this.#patience);
    this.#ready = true;
    this.#sink.ready();
  }

  #fail(refusal: Refusal): void {
    this.#end(errorOf(refusal, this.#options.broker.address));
  }

  #end(error: PeerError): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#patience);
    this.#client.end(true);
    this.#sink.closed(error);
  }
}
