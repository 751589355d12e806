/** Signalling through two functions of yours: over anything that carries text to the other side, or to all others. */
import { createIdentity, type Identity } from '../identity.js';
import type { JoinRequest, Signaling, SignalingSession, SignalingSink } from '../signaling.js';
import { Bus } from './bus.js';

export interface Channel {
  /**
   * Gives a text of printable ASCII, at most 90 000 characters, to whoever else is on the channel. It may get lost, come twice or
   * late, and come back to this page. What it throws counts as lost.
   */
  send(text: string): unknown;
  /**
   * Called once, with the function that takes what comes: the same text, as a string or as its bytes. Anything else may come as
   * well and is passed over.
   */
  receive(deliver: (data: unknown) => void): unknown;
}

export interface CallbackSignalingOptions extends Channel {
  /**
   * `guest`: where nobody is there yet, it waits for somebody instead of being the first. `host`, or nothing, goes in
   * either way. Both sides may begin in any order, with roles or without.
   */
  readonly role?: 'host' | 'guest';
  /**
   * `data` (default): sealed messages may go through the channel. `handshake only`: nothing but what it takes to get a direct
   * path.
   */
  readonly relay?: Signaling['relay'];
  /** How long who comes waits for an answer before it takes the room for empty, ms. Default 500. */
  readonly wait?: number;
  /** How often a page says that it is alive, ms. Default 5000. Who is silent for two and a half of these is asked. */
  readonly beat?: number;
  /** How long who was asked may take to be heard of before it is lost, ms. Default 10 000. */
  readonly seat?: number;
  /** Who we are. Default: a new identity. */
  readonly identity?: () => Promise<Identity>;
}

const WAIT = 500;
const BEAT = 5000;
const SEAT = 10_000;

/** What is text, or text as bytes. */
function textOf(data: unknown): string | null {
  if (typeof data === 'string') return data;
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? new TextDecoder().decode(data) : null;
}

/**
 * An adaptor over a channel of your own. Rooms that join through one adaptor share the channel and an id; the others need not
 * know which. It also takes more than two, where the channel reaches them all.
 * @throws {TypeError} when `send` or `receive` is no function
 */
export function callbackSignaling(options: CallbackSignalingOptions): Signaling {
  if (!isChannel(options)) throw new TypeError('callbackSignaling() takes { send, receive }, two functions.');
  const { relay = 'data', wait = WAIT, beat = BEAT, seat = SEAT, role } = options;
  let own: Promise<Identity> | undefined;
  const identity = options.identity ?? (() => (own ??= createIdentity()));
  const post = (_room: string, word: string): void => {
    try {
      // Where it gives a promise, that one may reject as well.
      void Promise.resolve(options.send(word)).catch(() => undefined);
    } catch {
      // Lost, as on any network: it is said again, or the other side is.
    }
  };
  const bus = new Bus({ identity, wait, beat, seat, patient: role === 'guest' }, { online: true, post });
  let listening = false;
  return {
    relay,
    identity,
    join(request: JoinRequest, sink: SignalingSink): SignalingSession {
      if (!listening) {
        listening = true;
        options.receive((data) => {
          const text = textOf(data);
          if (text !== null) bus.receive(text);
        });
      }
      return bus.join(request, sink);
    },
  };
}

/** Two functions, as an author may give them in an adaptor's place. */
export function isChannel(value: unknown): value is Channel {
  const { send, receive } = (value ?? {}) as Partial<Channel>;
  return typeof send === 'function' && typeof receive === 'function';
}
