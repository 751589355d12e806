/** A signalling sink that writes down what it is told, for tests of adaptors. */
import type { PeerError } from '../../src/errors.js';
import type { IceServer } from '../../src/protocol.js';
import type { SignalingPeer, SignalingSink } from '../../src/signaling.js';
import { until } from './until.js';

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

export class RecordingSink implements SignalingSink {
  readonly told: Told[] = [];

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

  all<W extends Told['what']>(what: W): Of<W>[] {
    return this.told.filter((told): told is Of<W> => told.what === what);
  }

  /** The first `count` things of a kind, once they have been told. */
  async heard<W extends Told['what']>(what: W, count = 1): Promise<Of<W>[]> {
    await until(() => this.all(what).length >= count, {
      what: `${String(count)} × "${what}" told by signalling`,
    });
    return this.all(what);
  }
}
