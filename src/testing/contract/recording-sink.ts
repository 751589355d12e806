/** A signalling sink that writes down what it is told. */
import type { PeerError } from '../../errors.js';
import type { IceServer } from '../../protocol.js';
import type { SignalingPeer, SignalingSink } from '../../signaling.js';
import { inRealTime, type Wait } from './wait.js';

export type Told =
  | { readonly what: 'open'; readonly id: string }
  | { readonly what: 'iceServers'; readonly servers: readonly IceServer[] }
  | { readonly what: 'joined'; readonly created: boolean; readonly peers: readonly SignalingPeer[] }
  | ({ readonly what: 'peer' } & SignalingPeer)
  | { readonly what: 'gone'; readonly id: string; readonly reason: string }
  | { readonly what: 'message'; readonly from: string; readonly bytes: Uint8Array }
  | { readonly what: 'drain' }
  | { readonly what: 'trouble'; readonly error: PeerError }
  | { readonly what: 'reconnecting'; readonly attempt: number; readonly delay: number }
  | { readonly what: 'reconnect'; readonly attempts: number }
  | { readonly what: 'reconnecterror'; readonly attempt: number; readonly error: PeerError }
  | { readonly what: 'close'; readonly error: PeerError | undefined };

type Of<W extends Told['what']> = Extract<Told, { what: W }>;

export interface RecordingSinkOptions {
  /** What errors call it. Default `the sink`. */
  readonly name?: string;
  /** How one waits. Default: in real time. */
  readonly wait?: Wait;
  /** How long, ms. Default 10 000. */
  readonly timeout?: number;
}

const TIMEOUT = 10_000;

export class RecordingSink implements SignalingSink {
  /** All of it, in its order. */
  readonly told: Told[] = [];
  readonly #name: string;
  readonly #wait: Wait;
  readonly #timeout: number;

  constructor({ name = 'the sink', wait = inRealTime, timeout = TIMEOUT }: RecordingSinkOptions = {}) {
    this.#name = name;
    this.#wait = wait;
    this.#timeout = timeout;
  }

  open = (id: string): void => void this.told.push({ what: 'open', id });
  iceServers = (servers: readonly IceServer[]): void => void this.told.push({ what: 'iceServers', servers });
  joined = (room: { readonly created: boolean; readonly peers: readonly SignalingPeer[] }): void =>
    void this.told.push({ what: 'joined', ...room });
  peer = (peer: SignalingPeer): void => void this.told.push({ what: 'peer', ...peer });
  gone = (id: string, reason: string): void => void this.told.push({ what: 'gone', id, reason });
  message = (from: string, bytes: Uint8Array): void => void this.told.push({ what: 'message', from, bytes });
  drain = (): void => void this.told.push({ what: 'drain' });
  trouble = (error: PeerError): void => void this.told.push({ what: 'trouble', error });
  reconnecting = (detail: { attempt: number; delay: number }): void =>
    void this.told.push({ what: 'reconnecting', ...detail });
  reconnect = (detail: { attempts: number }): void => void this.told.push({ what: 'reconnect', ...detail });
  reconnecterror = (detail: { attempt: number; error: PeerError }): void =>
    void this.told.push({ what: 'reconnecterror', ...detail });
  close = (error?: PeerError): void => void this.told.push({ what: 'close', error });

  /** All of a kind so far. */
  all<W extends Told['what']>(what: W): Of<W>[] {
    return this.told.filter((told): told is Of<W> => told.what === what);
  }

  /** All of a kind, once there are `count` of them. Rejects after the timeout, with what came instead. */
  async heard<W extends Told['what']>(what: W, count = 1): Promise<Of<W>[]> {
    const times = count === 1 ? '' : `${String(count)} × `;
    await this.#wait(() => this.all(what).length >= count, {
      timeout: this.#timeout,
      what: () => `${times}"${what}" for ${this.#name}, which was told ${this.#summary}`,
    });
    return this.all(what);
  }

  /** Such as `open, joined, 3 × message`. */
  get #summary(): string {
    const runs: { what: string; times: number }[] = [];
    for (const { what } of this.told) {
      const last = runs.at(-1);
      if (last?.what === what) last.times++;
      else runs.push({ what, times: 1 });
    }
    const named = runs.map(({ what, times }) => (times === 1 ? what : `${String(times)} × ${what}`));
    return named.join(', ') || 'nothing';
  }
}
