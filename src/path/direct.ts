/** One attempt at a direct path: an RTCPeerConnection and its data channel, from the first offer to its end. */
import { PeerError } from '../errors.js';
import type { Encoded } from '../codec/value.js';
import { Negotiation, type NegotiationMessage } from './negotiation.js';
import type { Outbox } from './outbox.js';

export interface DirectPathOptions {
  readonly polite: boolean;
  /** New, and for this path alone. */
  readonly connection: RTCPeerConnection;
  /** Milliseconds until an attempt that has not opened is given up. */
  readonly timeout: number;
  readonly outbox: Outbox;
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
  /** The first frame on this path, before any of the outbox. */
  greeting(): Encoded;
  message(frame: string | ArrayBuffer): void;
  /** ICE lost its way, or found it again. */
  interrupted(interrupted: boolean): void;
  /** The path has ended by itself and does not come back. */
  closed(error: PeerError): void;
}

/** Above this many bytes waiting in the channel, sending waits. Throughput falls with larger ones. */
const HIGH_WATER_BYTES = 262_144;
const LOW_WATER_BYTES = 65_536;
/** Channels are negotiated by number, so that opening one costs no round trip. */
const RELIABLE_CHANNEL = { label: 'reliable', options: { negotiated: true, id: 0, ordered: true } };

const byteLength = (frame: Encoded): number =>
  typeof frame === 'string' ? new TextEncoder().encode(frame).length : frame.length;

export class DirectPath {
  readonly connection: RTCPeerConnection;
  readonly #sink: DirectPathSink;
  readonly #outbox: Outbox;
  readonly #negotiation: Negotiation;
  readonly #timer: ReturnType<typeof setTimeout>;
  #channel: RTCDataChannel | null = null;
  readonly #binding: Binding;
  /** Frames that arrived behind a proof that is still being checked; null once it has been. */
  #early: (string | ArrayBuffer)[] | null = [];
  #checking = false;
  /** Our own proof is on its way. */
  #proved = false;
  #closed = false;

  constructor(options: DirectPathOptions, sink: DirectPathSink) {
    this.#sink = sink;
    this.#outbox = options.outbox;
    this.#binding = options.binding;
    this.connection = options.connection;
    this.#negotiation = new Negotiation(this.connection, {
      polite: options.polite,
      send: (message) => {
        if (!this.#closed) sink.signal(message);
      },
      // Only now: a channel made before the offer is applied would ask for a negotiation of its own.
      onoffer: () => {
        this.start();
      },
      onerror: (cause) => {
        this.#end(new PeerError('negotiation-failed', 'The direct path could not be negotiated.', { cause }));
      },
    });
    this.connection.onconnectionstatechange = () => {
      this.#connectionStateChanged();
    };
    // With candidates that cannot be resolved ICE stays `new` for ever, so the browser's own failure is not enough.
    this.#timer = setTimeout(() => {
      this.#end(new PeerError('timeout', `No direct path within ${String(options.timeout)} ms.`));
    }, options.timeout);
  }

  /** Open, and bound to the session in both directions. */
  get isOpen(): boolean {
    return !this.#closed && this.#proved && this.#early === null && this.#channel?.readyState === 'open';
  }

  /** Opens the channel, and with it the negotiation unless the other side's offer is being answered. */
  start(): void {
    if (this.#channel || this.#closed) return;
    const channel = this.connection.createDataChannel(RELIABLE_CHANNEL.label, RELIABLE_CHANNEL.options);
    this.#channel = channel;
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = LOW_WATER_BYTES;
    channel.onopen = () => {
      void this.#prove(channel);
    };
    channel.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#receive(channel, data);
    };
    channel.onbufferedamountlow = () => {
      this.drain();
    };
    channel.onclose = () => {
      this.#end(new PeerError('gone', 'The direct path was closed.'));
    };
  }

  /** A message that the same path on the other side signalled. */
  receive(message: NegotiationMessage): void {
    void this.#negotiation.receive(message);
  }

  /** Takes from the outbox what the channel has room for. */
  drain(): void {
    const channel = this.#channel;
    if (!channel) return;
    this.#outbox.drain(
      () => this.isOpen && channel.bufferedAmount < HIGH_WATER_BYTES,
      (frame) => this.#transmit(channel, frame),
    );
  }

  /** Ends the path without telling the sink, after `farewell` where there is still a way to say it. */
  close(farewell?: Encoded): void {
    if (this.#closed) return;
    if (farewell !== undefined && this.isOpen && this.#channel) this.#transmit(this.#channel, farewell);
    this.#closed = true;
    clearTimeout(this.#timer);
    this.connection.onconnectionstatechange = null;
    this.connection.close();
  }

  get #fingerprints(): [local: string, remote: string] {
    const { localDescription, remoteDescription } = this.connection;
    return [fingerprintsOf(localDescription), fingerprintsOf(remoteDescription)];
  }

  async #prove(channel: RTCDataChannel): Promise<void> {
    try {
      const proof = await this.#binding.prove(...this.#fingerprints);
      if (this.#closed) return;
      channel.send(proof);
      this.#proved = true;
      this.#opened(channel);
    } catch (cause) {
      this.#end(new PeerError('untrusted', 'The direct path could not be bound to the session.', { cause }));
    }
  }

  #receive(channel: RTCDataChannel, data: string | ArrayBuffer): void {
    if (this.#closed) return;
    if (this.#early === null) {
      this.#sink.message(data);
    } else if (this.#checking) {
      this.#early.push(data);
    } else {
      this.#checking = true;
      void this.#check(channel, data);
    }
  }

  async #check(channel: RTCDataChannel, data: string | ArrayBuffer): Promise<void> {
    const valid =
      typeof data !== 'string' &&
      (await this.#binding.verify(new Uint8Array(data), ...this.#fingerprints).catch(() => false));
    if (this.#closed) return;
    if (!valid) {
      this.#end(new PeerError('untrusted', 'The direct path does not belong to the session.'));
      return;
    }
    const early = this.#early ?? [];
    this.#early = null;
    this.#opened(channel);
    for (const frame of early) if (this.#isLive()) this.#sink.message(frame);
  }

  /** What a frame brings may end the path. */
  #isLive(): boolean {
    return !this.#closed;
  }

  #opened(channel: RTCDataChannel): void {
    if (!this.isOpen) return;
    clearTimeout(this.#timer);
    this.#transmit(channel, this.#sink.greeting());
    this.drain();
  }

  #transmit(channel: RTCDataChannel, frame: Encoded): boolean {
    const max = this.connection.sctp?.maxMessageSize ?? 65_536;
    // One UTF-16 unit is at most three bytes: short strings need no counting.
    if (frame.length * 3 > max && byteLength(frame) > max) {
      throw new PeerError('too-large', `A message to this peer can have ${String(max)} bytes at most.`);
    }
    try {
      // Two calls because the types know no common overload.
      if (typeof frame === 'string') channel.send(frame);
      else channel.send(frame);
      return true;
    } catch {
      // The channel is closing, which its close event will tell.
      return false;
    }
  }

  #connectionStateChanged(): void {
    const { connectionState } = this.connection;
    if (connectionState === 'failed') {
      this.#end(new PeerError('negotiation-failed', 'The network lets no direct path through.'));
    } else if (connectionState === 'disconnected' || connectionState === 'connected') {
      this.#sink.interrupted(connectionState === 'disconnected');
    }
  }

  #end(error: PeerError): void {
    if (this.#closed) return;
    this.close();
    this.#sink.closed(error);
  }
}

/** The certificates that a description names, in an order that does not depend on it. */
const fingerprintsOf = (description: RTCSessionDescription | null): string =>
  [...(description?.sdp.matchAll(/^a=fingerprint:(.+?)\r?$/gim) ?? [])]
    .map(([, fingerprint = '']) => fingerprint.toLowerCase())
    .sort()
    .filter((fingerprint, i, all) => fingerprint !== all[i - 1])
    .join(' ');
