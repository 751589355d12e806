/**
 * Signalling through MQTT brokers, one or several at once: a module of its own, as it brings a library. Once it is imported,
 * `mqtt+ws:` and `mqtt+wss:` are addresses that `url` takes.
 */
import { createIdentity, type Identity } from '../identity.js';
import type { Signaling } from '../signaling.js';
import { MQTT_SCHEMES, brokersOf } from './mqtt-address.js';
import { MqttRoom } from './mqtt-room.js';
import { registerSignaling } from './schemes.js';

export interface MqttSignalingOptions {
  /**
   * `mqtt+ws://[user[:password]@]host[:port][/path][?topic=…&relay=data]`, or `mqtt+wss:`; several with spaces between them. The
   * path is `/mqtt` unless it says otherwise.
   */
  readonly url: string;
  /** What all topics begin with. Default: what `url` says, or `peer-elements`. */
  readonly topic?: string;
  /**
   * `handshake only`: nothing but what it takes to get a direct path, as public brokers are not there for more. `data`: sealed
   * messages as well. Default: what `url` says, or `handshake only`.
   */
  readonly relay?: Signaling['relay'];
  /** How long who comes waits for an answer before it takes the room for empty, ms. Default 800. */
  readonly wait?: number;
  /** How often a page says that it is alive, ms. Default 10 000. Who is silent for two and a half of these is asked. */
  readonly beat?: number;
  /** How long who was asked, or whose last will was heard, may take to be heard of before it is lost, ms. Default 10 000. */
  readonly seat?: number;
  /** How often the broker is told that we are there, s. Default 15; after one and a half of these it tells our last will. */
  readonly keepalive?: number;
  /** Who we are. Default: a new identity. */
  readonly identity?: () => Promise<Identity>;
  /** Default: the platform's. */
  readonly WebSocket?: typeof WebSocket;
}

const TIMES = { wait: 800, beat: 10_000, seat: 10_000, keepalive: 15 };
const TOPIC = 'peer-elements';

/**
 * An adaptor for MQTT brokers. Each room has a connection to each of the brokers, as a last will is for one room; all have one id.
 * @throws {TypeError} when `url` is none, or `topic` has a wildcard in it
 */
export function mqttSignaling(options: MqttSignalingOptions): Signaling {
  const found = brokersOf(options.url);
  if (!found) {
    throw new TypeError(
      `"${options.url}" is not mqtt+ws://host[:port][/path] or mqtt+wss://…, or several of them.`,
    );
  }
  const topic = (options.topic ?? found.topic ?? TOPIC).replace(/\/$/, '');
  if (topic === '' || /[+#\0]/.test(topic))
    throw new TypeError(`"${topic}" is no topic: no +, no #, not empty.`);
  let own: Promise<Identity> | undefined;
  const identity = options.identity ?? (() => (own ??= createIdentity()));
  const { relay = found.isForData ? 'data' : 'handshake only', wait, beat, seat, keepalive } = options;
  const times = {
    wait: wait ?? TIMES.wait,
    beat: beat ?? TIMES.beat,
    seat: seat ?? TIMES.seat,
    keepalive: keepalive ?? TIMES.keepalive,
  };
  const given = { identity, topic, brokers: found.brokers, WebSocket: options.WebSocket, ...times };
  const rooms = new Map<string, MqttRoom>();
  return {
    relay,
    identity,
    join(request, sink) {
      const { room: id } = request;
      const known = rooms.get(id);
      if (known) return known.join(request, sink);
      const room: MqttRoom = new MqttRoom(given, request, () => {
        if (rooms.get(id) === room) rooms.delete(id);
      });
      rooms.set(id, room);
      return room.join(request, sink);
    },
  };
}

for (const scheme of MQTT_SCHEMES) registerSignaling(scheme, mqttSignaling);
