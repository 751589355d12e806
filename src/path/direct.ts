/** One attempt at a direct path: an RTCPeerConnection and its data channels, from the first offer to its end. */
import type { Bytes } from '../bytes.js';
import { PeerError } from '../errors.js';
import { fingerprintsOf } from './description.js';
import { Lanes, type LaneName, type LanePipe } from './lanes.js';
import { Negotiation, type NegotiationMessage } from './negotiation.js';
import { Way } from './way.js';

export interface DirectPathOptions {
  readonly polite: boolean;
  /** New, and for this path alone. */
  readonly connection: RTCPeerConnection;
  /** Milliseconds until an attempt that has not opened, or not found its way again, is given up. */
  readonly timeout: number;
  readonly binding: Binding;
}

/**
 * Ties the connection to the session that negotiated it: both sides prove that they see the same two certificates
 * (RFC 8122 fingerprints), and nothing else is said before.
 */
export interface Binding {
  prove(local: string, remote: string): Promise<Uint8Array<ArrayBuffer>>;
  verify(proof: Uint8Array<ArrayBuffer>, local: string, remote: string): Promise<boolean>;
}

export interface DirectPathSink {
  /** To be handed to the same path on the other side. */
  signal(message: NegotiationMessage): void;
  /** An offer was applied, and is about to be answered. */
  offered(): void;
  /** Frames go through: for the first time, or again. */
  opened(): void;
  frame(frame: string | ArrayBuffer): void;
  /** There may be room for more. */
  drain(): void;
  /** The same for what travels beside. */
  laneFrame(lane: LaneName, bytes: Bytes): void;
  laneDrain(lane: LaneName): void;
  /** `isTurn` is another than it was when the path opened. */
  rerouted(): void;
  /** ICE has lost its way; it looks for another. */
  interrupted(): void;
  /** The path has ended by itself and does not come back. */
  closed(error: PeerError): void;
}

/** Above this many bytes waiting in the channel, sending waits. Throughput falls with larger ones. */
const HIGH_WATER_BYTES = 262_144;
const LOW_WATER_BYTES = 65_536;
/** Channels are negotiated by number, so that opening one costs no round trip. */
const RELIABLE_CHANNEL = { label: 'reliable', options: { negotiated: true, id: 0, ordered: true } };
/** How long ICE may mend itself before it is restarted, ms. */
const RESTART_AFTER = 3000;

export class DirectPath {
  /** A channel takes 256 KiB in one message, and every one costs the browser a way to another thread. */
  readonly batch = 65_536;
  readonly connection: RTCPeerConnection;
  readonly #sink: DirectPathSink;
  readonly #options: DirectPathOptions;
  readonly #negotiation: Negotiation;
  readonly #lanes: Lanes;
  readonly #way: Way;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #restartTimer: ReturnType<typeof setTimeout> | undefined;
  #channel: RTCDataChannel | null = null;
  /** Frames that arrived behind a proof that is still being checked; null once both sides have proved themselves. */
  #early: (string | ArrayBuffer)[] | null = [];
  #checking = false;
  /** Our own proof is on its way. */
  #proved = false;
  /** The other side's has been checked. */
  #verified = false;
  #interrupted = false;
  #closed = false;

  constructor(options: DirectPathOptions, sink: DirectPathSink) {
    this.#sink = sink;
    this.#options = options;
    this.connection = options.connection;
    this.#lanes = this.#makeLanes();
    this.#way = new Way(this.connection, () => {
      if (this.isOpen) sink.rerouted();
    });
    this.#negotiation = new Negotiation(this.connection, {
      polite: options.polite,
      send: (message) => {
        if (!this.#closed) sink.signal(message);
      },
      // Only now: a channel made before the offer is applied would ask for a negotiation of its own.
      onoffer: () => {
        this.start();
        sink.offered();
      },
      onremote: () => {
        if (this.isOpen) void this.#way.look();
      },
      onerror: (cause) => {
        this.#end(new PeerError('negotiation-failed', 'The direct path could not be negotiated.', { cause }));
      },
    });
    this.connection.onconnectionstatechange = () => {
      this.#connectionStateChanged();
    };
    this.#giveUpLater();
  }

  /** Open, bound to the session in both directions, and not interrupted. */
  get isOpen(): boolean {
    return !this.#interrupted && this.#isBound;
  }

  /** Whether a TURN server stands in between. */
  get isTurn(): boolean {
    return this.#way.isRelayed;
  }

  /** Opens the channels, and with it the negotiation unless the other side's offer is being answered. */
  start(): void {
    if (this.#channel || this.#closed) return;
    const channel = this.connection.createDataChannel(RELIABLE_CHANNEL.label, RELIABLE_CHANNEL.options);
    this.#channel = channel;
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = LOW_WATER_BYTES;
    channel.onopen = () => {
      void this.#prove(channel);
    };
    channel.onmessage = ({ data }: MessageEvent<string | ArrayBuffer | Uint8Array>) => {
      this.#receive(asBuffer(data));
    };
    channel.onbufferedamountlow = () => {
      if (this.isOpen) this.#sink.drain();
    };
    channel.onclose = () => {
      this.#end(new PeerError('gone', 'The direct path was closed.'));
    };
    this.#lanes.start(this.connection);
  }

  /** A message that the same path on the other side signalled. */
  receive(message: NegotiationMessage): void {
    void this.#negotiation.receive(message);
  }

  /** Signalling is back: what was said meanwhile may be lost. */
  resume(): void {
    if (this.#closed) return;
    this.#negotiation.repeat();
    if (this.#interrupted) this.#restart();
  }

  hasRoom(): boolean {
    return this.isOpen && (this.#channel?.bufferedAmount ?? HIGH_WATER_BYTES) < HIGH_WATER_BYTES;
  }

  send(frame: string | Uint8Array<ArrayBuffer>): void {
    if (!this.#isBound || !this.#channel) return;
    try {
      // Two calls because the types know no common overload.
      if (typeof frame === 'string') this.#channel.send(frame);
      else this.#channel.send(frame);
    } catch {
      // The channel is closing, which its close event will tell.
    }
  }

  /** A way beside the channel that `send()` uses. */
  lane(name: LaneName): LanePipe {
    return {
      piece: this.#lanes.piece(name),
      hasRoom: (bytes) => this.isOpen && this.#lanes.hasRoom(name, bytes),
      send: (bytes) => {
        if (this.#isBound) this.#lanes.send(name, bytes);
      },
    };
  }

  /** Ends the path without telling the sink. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#restartTimer);
    this.connection.onconnectionstatechange = null;
    this.connection.close();
  }

  get #isBound(): boolean {
    return !this.#closed && this.#early === null && this.#channel?.readyState === 'open';
  }

  get #fingerprints(): [local: string, remote: string] {
    if (this.connection.signalingState === 'closed') return ['', ''];
    const { localDescription, remoteDescription } = this.connection;
    return [fingerprintsOf(localDescription), fingerprintsOf(remoteDescription)];
  }

  /** What a connection has agreed upon cannot be asked any more once it is closed. */
  get #isUnbindable(): boolean {
    return this.#fingerprints.includes('');
  }

  /** Chromium can open a channel before it shows the answer that made it possible. */
  #agreed(): Promise<void> {
    const { connection } = this;
    return new Promise((resolve) => {
      const look = (): void => {
        const { signalingState, remoteDescription } = connection;
        if (signalingState !== 'closed' && (signalingState !== 'stable' || !remoteDescription)) return;
        connection.removeEventListener('signalingstatechange', look);
        resolve();
      };
      connection.addEventListener('signalingstatechange', look);
      look();
    });
  }

  async #prove(channel: RTCDataChannel): Promise<void> {
    try {
      await this.#agreed();
      const [proof] = await Promise.all([
        this.#options.binding.prove(...this.#fingerprints),
        this.#way.look(),
      ]);
      if (this.#closed) return;
      if (this.#isUnbindable) throw new Error('The connection is closed.');
      this.#watchWay();
      channel.send(proof);
      this.#proved = true;
      this.#opened();
    } catch (cause) {
      // The channel has closed meanwhile, or there is no session any more.
      this.#end(
        new PeerError('gone', 'The direct path ended before it was bound to the session.', { cause }),
      );
    }
  }

  #watchWay(): void {
    // Not every browser has it, and then a look at each word of the other side has to do.
    const transport = this.connection.sctp?.transport.iceTransport;
    transport?.addEventListener('selectedcandidatepairchange', () => {
      if (this.isOpen) void this.#way.look();
    });
  }

  #receive(data: string | ArrayBuffer): void {
    if (this.#closed) return;
    if (this.#early === null) {
      this.#sink.frame(data);
    } else if (this.#checking) {
      this.#early.push(data);
    } else {
      this.#checking = true;
      void this.#check(data);
    }
  }

  async #check(data: string | ArrayBuffer): Promise<void> {
    await this.#agreed();
    const valid =
      typeof data !== 'string' &&
      (await this.#options.binding.verify(new Uint8Array(data), ...this.#fingerprints).catch(() => false));
    if (this.#closed) return;
    if (!valid && this.#isUnbindable) {
      this.#end(new PeerError('gone', 'The direct path ended before it was bound to the session.'));
      return;
    }
    if (!valid) {
      const [local, remote] = this.#fingerprints;
      const got = typeof data === 'string' ? 'text' : `${String(data.byteLength)} bytes`;
      const cause = new Error(`Instead of a proof for ${local} and ${remote} came ${got}.`);
      this.#end(new PeerError('untrusted', 'The direct path does not belong to the session.', { cause }));
      return;
    }
    this.#verified = true;
    this.#opened();
  }

  #opened(): void {
    if (!this.#proved || !this.#verified) return;
    clearTimeout(this.#timer);
    const early = this.#early ?? [];
    this.#early = null;
    if (!this.isOpen) return;
    this.#sink.opened();
    for (const frame of early) if (!this.#isClosed()) this.#sink.frame(frame);
    if (!this.#isClosed()) this.#lanes.open();
  }

  #makeLanes(): Lanes {
    return new Lanes({
      drain: (lane) => {
        if (this.isOpen) this.#sink.laneDrain(lane);
      },
      frame: (lane, bytes) => {
        if (!this.#closed) this.#sink.laneFrame(lane, bytes);
      },
      failed: (reason) => {
        this.#end(new PeerError('gone', `The direct path is given up. ${reason}`));
      },
    });
  }

  /** What a frame brings may end the path. */
  #isClosed(): boolean {
    return this.#closed;
  }

  #connectionStateChanged(): void {
    const { connectionState } = this.connection;
    // Before it has ever been open, there is nothing to mend.
    if (this.#early !== null) {
      if (connectionState === 'failed') this.#end(noWay());
    } else if (connectionState === 'connected') {
      void this.#found();
    } else if (connectionState === 'disconnected' || connectionState === 'failed') {
      this.#interrupt(connectionState === 'failed' ? 0 : RESTART_AFTER);
    }
  }

  async #found(): Promise<void> {
    clearTimeout(this.#timer);
    clearTimeout(this.#restartTimer);
    if (!this.#interrupted) return;
    await this.#way.look();
    if (this.#closed || this.connection.connectionState !== 'connected') return;
    this.#interrupted = false;
    this.#sink.opened();
  }

  #interrupt(restartAfter: number): void {
    clearTimeout(this.#restartTimer);
    this.#restartTimer = setTimeout(() => {
      this.#restart();
    }, restartAfter);
    if (this.#interrupted) return;
    this.#interrupted = true;
    this.#sink.interrupted();
  }

  /** One restart with the time that a new attempt would have, then the end. */
  #restart(): void {
    clearTimeout(this.#restartTimer);
    this.connection.restartIce();
    this.#giveUpLater();
  }

  /** With candidates that cannot be resolved ICE stays as it is for ever, so its own word is not enough. */
  #giveUpLater(): void {
    const { timeout } = this.#options;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#end(
        this.#interrupted
          ? noWay()
          : new PeerError('timeout', `No direct path within ${String(timeout)} ms.`),
      );
    }, timeout);
  }

  #end(error: PeerError): void {
    if (this.#closed) return;
    this.close();
    this.#sink.closed(error);
  }
}

/** Outside of browsers `binaryType` does not count everywhere. */
const asBuffer = (data: string | ArrayBuffer | Uint8Array): string | ArrayBuffer =>
  ArrayBuffer.isView(data) ? new Uint8Array(data).buffer : data;

const noWay = (): PeerError =>
  new PeerError('negotiation-failed', 'The network lets no direct path through.');
