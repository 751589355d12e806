/**
 * Signalling between the pages of one browser, with nothing else running.
 *
 * Who is in a room is written in Web Locks: every member holds one whose name carries its id, hello and what the
 * room's creator fixed. A page that crashes loses its lock, so presence cannot go stale, and one more lock per room makes
 * joining exact: nobody else can enter between looking and entering. The BroadcastChannel only carries words.
 */
import { PeerError } from '../errors.js';
import { createIdentity, type Identity } from '../identity.js';
import { fromBase64url, toBase64url } from '../base64url.js';
import { isPeerId, type GoneReason } from '../protocol.js';
import type { JoinRequest, Signaling, SignalingPeer, SignalingSession, SignalingSink } from '../signaling.js';

export interface BroadcastChannelSignalingOptions {
  /** Who we are. Default: a new identity. */
  readonly identity?: () => Promise<Identity>;
}

/** An adaptor for the tabs of this browser that share this page's origin. */
export function broadcastChannelSignaling(options: BroadcastChannelSignalingOptions = {}): Signaling {
  let own: Promise<Identity> | undefined;
  const identity = options.identity ?? (() => (own ??= createIdentity()));
  return {
    relay: 'data',
    presence: 'certain',
    identity,
    join: (request, sink) => new LocalSession(identity, request, sink),
  };
}

const MAX_MEMBERS = 32;

type Word =
  | { readonly kind: 'hello'; readonly from: string; readonly hello: string }
  | { readonly kind: 'bye'; readonly from: string }
  | { readonly kind: 'message'; readonly from: string; readonly to: string; readonly bytes: Uint8Array };

/** A word from another page, or null: any script of this origin may post anything. */
function parseWord(value: unknown): Word | null {
  if (typeof value !== 'object' || value === null) return null;
  const { kind, from, to, hello, bytes } = value as Record<string, unknown>;
  if (!isPeerId(from)) return null;
  if (kind === 'hello')
    return typeof hello === 'string' && fromBase64url(hello) ? { kind, from, hello } : null;
  if (kind === 'bye') return { kind, from };
  if (kind !== 'message' || !isPeerId(to) || !(bytes instanceof Uint8Array)) return null;
  return { kind, from, to, bytes };
}

interface Seat {
  readonly capacity: number;
  readonly lock: string;
  readonly id: string;
  readonly hello: string;
}

const seatName = (prefix: string, { capacity, lock, id, hello }: Seat): string =>
  `${prefix}${String(capacity)}:${lock}:${id}:${hello}`;

function parseSeat(prefix: string, name: string | undefined): Seat | null {
  if (!name?.startsWith(prefix)) return null;
  const [capacity, lock = '', id, hello] = name.slice(prefix.length).split(':');
  return isPeerId(id) && hello !== undefined ? { capacity: Number(capacity), lock, id, hello } : null;
}

/** How much later than its lock a page's last word may come, ms. */
const BYE_GRACE = 100;
/** How long a channel to one member stays open for what is said next, ms. */
const CONVERSATION = 1000;

class LocalSession implements SignalingSession {
  readonly #request: JoinRequest;
  readonly #sink: SignalingSink;
  readonly #prefix: string;
  readonly #lock: string;
  /** Ends everything that waits for a lock, and lets go of our own. */
  readonly #end = new AbortController();
  /** The others' seats by id. */
  readonly #members = new Map<string, Seat>();
  /** On which all hear each other. */
  #channel: BroadcastChannel | null = null;
  /** For what is said to one, for a while. */
  readonly #outgoing = new Map<string, BroadcastChannel>();
  #joined = false;
  #id = '';
  #capacity = MAX_MEMBERS;

  constructor(identity: () => Promise<Identity>, request: JoinRequest, sink: SignalingSink) {
    this.#request = request;
    this.#sink = sink;
    this.#prefix = `peer-elements:${request.room}:`;
    this.#lock = request.lock ?? '';
    this.#end.signal.addEventListener('abort', () => {
      this.#hangUp();
    });
    this.#enter(identity).catch((cause: unknown) => {
      const wanted = !this.#end.signal.aborted;
      this.#end.abort();
      if (wanted) sink.close(asFinalError(cause));
    });
  }

  /** Nothing is scarce between tabs. */
  reserve(): boolean {
    return this.#joined && !this.#hasEnded();
  }

  send(to: string, bytes: Uint8Array): void {
    if (!this.#channel || this.#hasEnded()) return;
    this.#channelTo(to).postMessage({ kind: 'message', from: this.#id, to, bytes } satisfies Word);
  }

  close(pageLeft = false): void {
    if (this.#end.signal.aborted) return;
    this.#post({ kind: 'bye', from: this.#id });
    // Through the door as well: whoever comes after us must find the seat free. A page that is kept for a return would hold
    // the door meanwhile, or be given up because something runs in it.
    if (this.#channel && !pageLeft) void locks().request(this.#door, () => this.#seatIsFree());
    this.#end.abort();
  }

  /** Names the channel on which we are spoken to alone. */
  get #inbox(): string {
    return `${this.#prefix}${this.#id}`;
  }

  get #door(): string {
    return `${this.#prefix}door`;
  }

  #hasEnded(): boolean {
    return this.#end.signal.aborted;
  }

  async #enter(identity: () => Promise<Identity>): Promise<void> {
    const { id } = await identity();
    if (this.#hasEnded()) return;
    this.#id = id;
    this.#sink.open(id);
    const seats = await this.#throughTheDoor();
    if (this.#hasEnded()) return;
    for (const seat of seats) this.#members.set(seat.id, seat);
    this.#post({ kind: 'hello', from: id, hello: toBase64url(this.#request.hello) });
    this.#joined = true;
    this.#sink.joined({ created: seats.length === 0, peers: seats.map((seat) => toPeer(seat, false)) });
    for (const seat of seats) this.#watch(seat);
  }

  /** Looks, decides and takes a seat while nobody else can. */
  #throughTheDoor(): Promise<Seat[]> {
    const { signal } = this.#end;
    return locks().request(this.#door, { signal }, async () => {
      const seats = await this.#seats();
      signal.throwIfAborted();
      this.#admit(seats);
      // Listening starts before the door opens again, so that whoever comes next is heard.
      const channels = await Promise.all([this.#prefix, this.#inbox].map(openChannel));
      for (const channel of channels) {
        signal.addEventListener('abort', () => {
          channel.close();
        });
        channel.onmessage = ({ data }: MessageEvent<unknown>) => {
          this.#receive(data);
        };
      }
      signal.throwIfAborted();
      [this.#channel = null] = channels;
      await this.#takeSeat();
      return seats;
    });
  }

  async #seats(): Promise<Seat[]> {
    const { held = [] } = await locks().query();
    // Shared ones are held for a moment by those who have seen a seat become free.
    const exclusive = held.filter(({ mode }) => mode === 'exclusive');
    return exclusive.flatMap(({ name }) => parseSeat(this.#prefix, name) ?? []);
  }

  /** Letting go of a lock takes the browser a moment. */
  async #seatIsFree(): Promise<void> {
    while ((await this.#seats()).some(({ id }) => id === this.#id));
  }

  #admit(seats: readonly Seat[]): void {
    const { entry, capacity = MAX_MEMBERS } = this.#request;
    const [first] = seats;
    this.#capacity = first?.capacity ?? capacity;
    const refuse = (
      code: 'room-exists' | 'room-missing' | 'room-full' | 'wrong-password' | 'refused',
      message: string,
    ): never => {
      throw new PeerError(code, message, { final: true });
    };
    if (seats.some(({ id }) => id === this.#id)) {
      refuse('refused', 'This page is in that room already: use the element or object that is.');
    }
    if (first && entry === 'create') refuse('room-exists', 'There is such a room already.');
    if (!first && entry === 'join') refuse('room-missing', 'There is no such room.');
    if (first && first.lock !== this.#lock)
      refuse('wrong-password', 'The room has another password, or none.');
    if (seats.length >= this.#capacity) refuse('room-full', 'The room is full.');
  }

  /** In this room, whose terms are the same for everybody. */
  #seatOf(id: string, hello: string): Seat {
    return { capacity: this.#capacity, lock: this.#lock, id, hello };
  }

  #takeSeat(): Promise<void> {
    const seat = this.#seatOf(this.#id, toBase64url(this.#request.hello));
    const { signal } = this.#end;
    return new Promise((taken, failed) => {
      const held = (): Promise<void> => {
        taken();
        return new Promise((release) => {
          signal.addEventListener('abort', () => {
            release();
          });
          if (signal.aborted) release();
        });
      };
      locks().request(seatName(this.#prefix, seat), { signal }, held).catch(failed);
    });
  }

  /** A seat's lock can be had by others only when its page has left or died. */
  #watch(seat: Seat): void {
    const { signal } = this.#end;
    locks()
      .request(seatName(this.#prefix, seat), { mode: 'shared', signal }, () => {
        // Who leaves says so, and that may come behind; where words take longer, one of our own shows it.
        const isMissed = (): boolean => !this.#hasEnded() && this.#members.get(seat.id) === seat;
        setTimeout(() => {
          if (!isMissed()) return;
          void openChannel(this.#inbox).then((channel) => {
            channel.close();
            if (isMissed()) this.#gone(seat.id, 'lost');
          });
        }, BYE_GRACE);
      })
      .catch(() => {
        // Only our own leaving ends the wait.
      });
  }

  #gone(id: string, reason: GoneReason): void {
    if (!this.#end.signal.aborted && this.#members.delete(id)) this.#sink.gone(id, reason);
  }

  /**
   * Each member has a channel of its own: what all heard, each of many tabs would have to take apart. Only it stays on it for
   * long, as whoever sends there is given what others send.
   */
  #channelTo(id: string): BroadcastChannel {
    const open = this.#outgoing.get(id);
    if (open) return open;
    const channel = new BroadcastChannel(`${this.#prefix}${id}`);
    if (this.#outgoing.size === 0) {
      // Not at once: to open and close one for each of many words keeps Firefox busy.
      setTimeout(() => {
        this.#hangUp();
      }, CONVERSATION);
    }
    this.#outgoing.set(id, channel);
    return channel;
  }

  #hangUp(): void {
    for (const one of this.#outgoing.values()) one.close();
    this.#outgoing.clear();
  }

  #post(word: Word): void {
    this.#channel?.postMessage(word);
  }

  #receive(data: unknown): void {
    const word = parseWord(data);
    if (!word || this.#end.signal.aborted) return;
    const { from } = word;
    if (word.kind === 'bye') {
      this.#gone(from, 'left');
    } else if (word.kind === 'message') {
      if (word.to === this.#id && this.#members.has(from)) this.#sink.message(from, word.bytes);
    } else if (this.#members.get(from)?.hello !== word.hello) {
      const seat = this.#seatOf(from, word.hello);
      this.#members.set(from, seat);
      this.#sink.peer(toPeer(seat, true));
      this.#watch(seat);
    }
  }
}

/** Opening a channel takes the browser a moment, in which words are lost: it is open once it has heard an echo. */
async function openChannel(name: string): Promise<BroadcastChannel> {
  const channel = new BroadcastChannel(name);
  const echo = new BroadcastChannel(name);
  const word = crypto.randomUUID();
  await new Promise<void>((heard) => {
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data === word) heard();
    };
    echo.postMessage(word);
  });
  echo.close();
  return channel;
}

const toPeer = ({ id, hello }: Seat, newcomer: boolean): SignalingPeer => ({
  id,
  hello: fromBase64url(hello) ?? new Uint8Array(),
  newcomer,
});

function locks(): LockManager {
  // Absent on insecure pages and in old browsers, which the types do not say.
  const found = globalThis.navigator.locks as LockManager | undefined;
  if (found) return found;
  throw new PeerError(
    'unsupported',
    'Tabs cannot find each other here: this browser or page has no Web Locks.',
  );
}

const asFinalError = (cause: unknown): PeerError =>
  cause instanceof PeerError
    ? cause
    : new PeerError('unsupported', `Tabs cannot find each other here: ${String(cause)}`, {
        final: true,
        cause,
      });
