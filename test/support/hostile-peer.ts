/**
 * A member of a room without manners. It comes in like everyone, proves who it is and greets; whatever it says after
 * that it makes by hand, so that nothing keeps it from saying what no honest page would.
 */
import { broadcastChannelSignaling, type PeerRoom } from '../../src/index.js';
import { utf8, type Bytes } from '../../src/bytes.js';
import { createIdentity } from '../../src/identity.js';
import { roomId } from '../../src/room-key.js';
import { fingerprintsOf } from '../../src/path/description.js';
import { Negotiation } from '../../src/path/negotiation.js';
import { encodeSignal, parseSignal } from '../../src/path/signal.js';
import { Session, initiate } from '../../src/session/session.js';
import { until } from './until.js';

type Fields = Record<string, unknown>;

/** Types of sealed frames, as they are on the wire. */
export const SIGNAL = 16;
export const TEXT = 17;
export const BYTES = 18;
export const BULK = 19;
export const DATAGRAM = 20;
export const UNORDERED = 21;

/** Numbers one behind the other: `['u32', 7]` and so on, and bytes as they are. */
export function packed(...fields: readonly (readonly ['u8' | 'u32' | 'f64', number] | Bytes)[]): Bytes {
  const sizes = { u8: 1, u32: 4, f64: 8 };
  const length = fields.reduce((sum, field) => {
    return sum + (field instanceof Uint8Array ? field.length : sizes[field[0]]);
  }, 0);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const field of fields) {
    if (field instanceof Uint8Array) {
      bytes.set(field, at);
      at += field.length;
      continue;
    }
    const [kind, value] = field;
    if (kind === 'u8') view.setUint8(at, value);
    else if (kind === 'u32') view.setUint32(at, value);
    else view.setFloat64(at, value);
    at += sizes[kind];
  }
  return bytes;
}

/** The channels of a direct path, by the numbers that both sides know them by. */
export interface Channels {
  readonly connection: RTCPeerConnection;
  readonly reliable: RTCDataChannel;
  readonly bulk: RTCDataChannel;
  readonly datagram: RTCDataChannel;
  readonly unordered: RTCDataChannel;
}

const open = new Set<HostilePeer>();

/** For an afterEach hook. */
export function closeHostile(): void {
  for (const hostile of open) hostile.leave();
  open.clear();
}

export interface HostileOptions {
  /** Which of the two gives way where both begin; otherwise their ids decide, which are random. */
  readonly gives?: 'way' | 'no way';
}

/** How to get at what only exists once the page has been met. */
interface Ways {
  readonly session: Session;
  readonly leave: () => void;
}

export class HostilePeer {
  readonly id: string;
  /** Words of the page's conversation that are not messages: `resume`, `ping`, `pong`, `bye`. */
  readonly words: [string, unknown][] = [];
  /** The page's messages by number, as far as they are text, whichever pipe they came by; a repetition is counted once. */
  readonly messages = new Map<number, Fields>();
  /** What came beside the conversation, by whichever path: type and bytes. */
  readonly beside: [number, Bytes][] = [];
  /** How many frames came at all. */
  frames = 0;
  /** Whether it lets the page know that its messages arrived. */
  acknowledges = false;
  readonly #ways: Ways;
  readonly #polite: boolean;
  #number = 0;
  #turn = 0;
  /** The link of the page's latest offer of a direct path. */
  #link = '';
  #connection: RTCPeerConnection | null = null;
  #negotiation: Negotiation | null = null;
  /** As they were negotiated. */
  #channels: Channels | null = null;
  /** The same, once it speaks through them. */
  #direct: Channels | null = null;

  private constructor(id: string, page: PeerRoom, ways: (peer: HostilePeer) => Ways) {
    this.id = id;
    this.#polite = id > (page.peerId ?? '');
    this.#ways = ways(this);
  }

  /** Comes into the page's room. */
  static async meet(page: PeerRoom, options: HostileOptions = {}): Promise<HostilePeer> {
    const { gives } = options;
    const hello = { name: 'Mallory', profile: {} };
    let identity = await createIdentity();
    while (gives && (gives === 'way') !== identity.id > (page.peerId ?? ''))
      identity = await createIdentity();
    const signaling = broadcastChannelSignaling({ identity: () => Promise.resolve(identity) });
    const context = { identity, room: await roomId(page.room ?? '', 'group'), psk: new Uint8Array(32) };
    const initiator = await initiate(context);
    const target = page.peerId ?? '';
    let keyed = false;
    const made = new HostilePeer(identity.id, page, (peer) => {
      const session: Session = new Session(
        { context, initiator, id: target },
        {
          send: (bytes) => {
            joined.send(target, bytes);
          },
          keyed: () => (keyed = true),
          frame: (type, text) => {
            peer.#hear(type, text);
          },
          untrusted: (reason) => {
            throw new Error(reason);
          },
        },
      );
      const nothing = (): void => undefined;
      const joined = signaling.join(
        {
          room: context.room,
          entry: 'join',
          hello: initiator.m1,
          timeout: 10_000,
          reconnect: false,
          reconnectDelay: 500,
        },
        {
          ...{
            open: nothing,
            iceServers: nothing,
            joined: nothing,
            peer: nothing,
            gone: nothing,
            drain: nothing,
            trouble: nothing,
          },
          ...{ reconnecting: nothing, reconnect: nothing, reconnecterror: nothing, close: nothing },
          message: (from, bytes) => {
            if (from === target) session.receive(bytes);
          },
        },
      );
      return {
        session,
        leave: () => {
          session.close();
          joined.close();
        },
      };
    });
    open.add(made);
    await until(() => keyed, { what: 'keys with the page' });
    made.resume();
    made.tell({ hello });
    return made;
  }

  leave(): void {
    this.#connection?.close();
    this.#ways.leave();
  }

  /** Seals and sends through signalling whatever it is given. */
  seal(type: number, bytes: Bytes): void {
    this.#ways.session.send(type, bytes);
  }

  /** Everything so far is on its way. */
  idle(): Promise<void> {
    return this.#ways.session.idle();
  }

  /** A frame of the conversation; directly, where there is such a path. */
  say(frame: string): void {
    if (!this.#direct) this.seal(TEXT, utf8(frame));
    else if (this.#direct.reliable.readyState === 'open') this.#direct.reliable.send(frame);
  }

  /** Where it claims to stand. */
  resume(claims: Fields = {}): void {
    const stand = {
      memory: 'hostile',
      of: '',
      received: 0,
      lost: 0,
      direct: this.#direct !== null,
      ask: false,
    };
    this.say(JSON.stringify(['resume', { ...stand, turn: ++this.#turn, ...claims }]));
  }

  /** Another memory: it claims to have forgotten everything. */
  forget(memory: string): void {
    this.#number = 0;
    this.messages.clear();
    this.resume({ memory });
  }

  /** Messages, in one frame. */
  tell(...values: readonly unknown[]): void {
    this.tellJson(...values.map((value) => JSON.stringify(value)));
  }

  /** The same, of what is JSON already, or should be. */
  tellJson(...texts: readonly string[]): void {
    const first = this.#number + 1;
    this.#number += texts.length;
    this.say(`[${first},${this.acknowledges ? this.#received : 0},${texts.join(',')}]`);
  }

  /** Many messages, in frames as long as an honest page's. */
  tellMany(count: number, value: (i: number) => unknown): void {
    for (let i = 0; i < count; i += 500) {
      this.tell(...Array.from({ length: Math.min(500, count - i) }, (_, k) => value(i + k)));
    }
  }

  /** One message in pieces; the last piece says that more is to come where `ends` is false. */
  tellInPieces(bytes: Bytes, { size = 32_768, ends = true, isText = true } = {}): void {
    const count = Math.max(1, Math.ceil(bytes.length / size));
    for (let i = 0; i < count; i++) {
      const more = i + 1 < count || !ends;
      this.part(bytes.subarray(i * size, (i + 1) * size), more, isText);
    }
  }

  /** One piece of a message. */
  part(bytes: Bytes, more: boolean, isText = true): void {
    const flags = (isText ? 1 : 0) | (more ? 2 : 0);
    const frame = packed(['u8', flags], ['f64', ++this.#number], ['f64', 0], bytes);
    if (this.#direct) this.#direct.reliable.send(frame);
    else this.seal(BYTES, frame);
  }

  /** Announces a large value. */
  offer(id: number, parts: unknown, more: Fields = {}): void {
    this.tell(offerOf(id, parts, more));
  }

  /** A piece of a large value. */
  piece(id: number, offset: number, bytes: Bytes): void {
    const frame = packed(['u32', id], ['f64', offset], bytes);
    if (!this.#direct) this.seal(BULK, frame);
    else if (this.#direct.bulk.readyState === 'open') this.#direct.bulk.send(frame);
  }

  /** What the page has said about large values, oldest first. */
  transferWords(word: string): Fields[] {
    return [...this.messages.values()].filter(({ transfer }) => transfer === word);
  }

  /** The channels of the page's offer of a direct path, once they are open; nothing is proven yet. */
  async channels(): Promise<Channels> {
    const isOpen = ({ readyState }: RTCDataChannel): boolean => readyState === 'open';
    await until(
      () => {
        const { reliable, bulk, datagram, unordered } = this.#channels!;
        return [reliable, bulk, datagram, unordered].every(isOpen);
      },
      { what: 'a direct path' },
    );
    return this.#channels!;
  }

  /** Gets itself a direct path, and proves that it belongs to the session; from now on it speaks there. */
  async climb(): Promise<Channels> {
    const channels = await this.channels();
    const { connection, reliable } = channels;
    const prints = [connection.localDescription, connection.remoteDescription].map(fingerprintsOf);
    reliable.send(await this.#ways.session.prove('direct', ...prints));
    this.#direct = channels;
    this.resume();
    return channels;
  }

  /** Starts another attempt at a direct path, of which nothing comes. */
  offerLink(link: string, sdp: string): void {
    this.seal(SIGNAL, encodeSignal({ link, message: { description: { type: 'offer', sdp } } }));
  }

  get #received(): number {
    let last = 0;
    while (this.messages.has(last + 1)) last++;
    return last;
  }

  #hear(type: number, bytes: Bytes): void {
    this.frames++;
    if (type === TEXT) this.#read(new TextDecoder().decode(bytes));
    else if (type === SIGNAL) this.#signalled(bytes);
    else this.beside.push([type, bytes]);
  }

  #read(text: string): void {
    const [head, second, ...rest] = JSON.parse(text) as unknown[];
    if (typeof head === 'string') {
      this.words.push([head, second]);
      return;
    }
    for (const [i, value] of rest.entries()) {
      // What JSON cannot say is a tree behind a mark.
      const said = Array.isArray(value) && value[0] === '*' ? (value[1] as unknown) : value;
      this.messages.set(Number(head) + i, said as Fields);
    }
    if (this.acknowledges && rest.length > 0) this.say(`[0,${this.#received}]`);
  }

  #signalled(bytes: Bytes): void {
    const signal = parseSignal(bytes);
    if (!signal || 'refused' in signal.message) return;
    if (signal.link !== this.#link) this.#connect(signal.link);
    void this.#negotiation?.receive(signal.message);
  }

  #connect(link: string): void {
    this.#link = link;
    this.#connection?.close();
    const connection = new RTCPeerConnection();
    this.#connection = connection;
    this.#negotiation = new Negotiation(connection, {
      polite: this.#polite,
      send: (message) => {
        this.seal(SIGNAL, encodeSignal({ link, message }));
      },
      onoffer: () => {
        const channel = (id: number, options: RTCDataChannelInit = {}): RTCDataChannel =>
          connection.createDataChannel('', { ...options, negotiated: true, id });
        this.#channels = {
          connection,
          reliable: channel(0),
          bulk: channel(1),
          datagram: channel(2, { ordered: false, maxRetransmits: 0 }),
          unordered: channel(3, { ordered: false }),
        };
        this.#channels.reliable.onmessage = ({ data }: MessageEvent<unknown>) => {
          if (typeof data === 'string') this.#read(data);
        };
        const lanes = { bulk: BULK, datagram: DATAGRAM, unordered: UNORDERED } as const;
        for (const [name, type] of Object.entries(lanes) as [keyof typeof lanes, number][]) {
          const lane = this.#channels[name];
          lane.binaryType = 'arraybuffer';
          lane.onmessage = ({ data }: MessageEvent<unknown>) => {
            if (data instanceof ArrayBuffer) this.beside.push([type, new Uint8Array(data)]);
          };
        }
      },
      onerror: (error) => {
        throw error as Error;
      },
    });
  }
}

export const offerOf = (id: number, parts: unknown, more: Fields = {}): Fields => ({
  transfer: 'offer',
  id,
  type: '',
  name: '',
  mediaType: '',
  parts,
  isText: false,
  delivery: 'reliable',
  ...more,
});
