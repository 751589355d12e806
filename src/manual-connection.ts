/** One negotiated connection for those who bring two pages together themselves: no signalling, no room, no session. */
import { decode, encode } from './codec/value.js';
import { PeerError } from './errors.js';
import { TypedEventTarget, fire } from './events.js';
import { connectionConstructor } from './options.js';
import { Negotiation, type NegotiationMessage } from './path/negotiation.js';
import { descriptionOf, textOf } from './path/description-text.js';
import { parseNegotiation } from './path/signal.js';

export interface ConnectionOptions {
  /** Which of the two gives way where both want something at once: exactly one of them has to. Default false. */
  readonly polite?: boolean;
  /** Of the RTCPeerConnection. Default: no servers, so that nobody is contacted. */
  readonly configuration?: RTCConfiguration;
  /** Sent from the beginning. */
  readonly stream?: MediaStream | null;
  /** Default: the browser's. */
  readonly RTCPeerConnection?: typeof RTCPeerConnection;
}

/** What one side makes and the other one takes: JSON says all of it. */
export type ConnectionSignal = NegotiationMessage | Beginning;

/**
 * The other side is to begin. Whoever gives way never makes the first offer: Chromium finds no addresses any more once it has taken back one
 * before it was ever connected.
 */
interface Beginning {
  readonly begin: true;
}

export interface ConnectionEventMap {
  /** To be handed to `receive()` of the other side, in any order and by any way. Once open, the connection carries them itself. */
  signal: CustomEvent<ConnectionSignal>;
  /** `send()` arrives from now on. */
  open: CustomEvent<null>;
  data: CustomEvent<{ readonly data: unknown }>;
  /** A track of the other side has come, in a stream. */
  stream: CustomEvent<{ readonly stream: MediaStream; readonly track: MediaStreamTrack }>;
  statechange: CustomEvent<{ readonly state: RTCPeerConnectionState }>;
  /** Something could not be negotiated, or understood. */
  error: CustomEvent<{ readonly error: PeerError }>;
  /** Once, at the end. */
  close: CustomEvent<null>;
}

/** Both sides know them by number, so that neither has to announce them. */
const DATA = { label: 'data', id: 0 };
const SIGNALS = { label: 'signals', id: 1 };
/** Longest message: what every browser takes. */
const MAX_MESSAGE = 262_144;
/** How long it may be failed, ms: in Chromium it is for a moment when it gets an answer whose sender no longer calls. */
const FAILED = 3000;
/** How long addresses are waited for where all of them have to be in one text, ms. */
const GATHERING = 5000;

/**
 * A connection between two pages, driven by hand: either by `signal` events and `receive()`, or by three texts, which people may copy,
 * mail or show as QR codes: `offer()` here, `answer()` there, `accept()` here.
 * @fires signal, open, data, stream, statechange, error, close
 */
export class ManualConnection extends TypedEventTarget<ConnectionEventMap> {
  /** Add tracks to it, replace and remove them, ask it whatever it knows. */
  readonly connection: RTCPeerConnection;
  readonly #negotiation: Negotiation;
  readonly #polite: boolean;
  #data: RTCDataChannel | null = null;
  #signals: RTCDataChannel | null = null;
  #closed = false;
  /** It has given an answer, and cannot know since when the other side has it: that one may call whenever it likes. */
  #awaiting = false;

  /** @internal */
  constructor({ polite = false, configuration = {}, stream = null, ...rest }: ConnectionOptions) {
    super();
    this.#polite = polite;
    const Connection = connectionConstructor(rest);
    if (!Connection) throw new PeerError('unsupported', 'There is no WebRTC here.', { final: true });
    const pc = (this.connection = new Connection(configuration));
    this.#negotiation = new Negotiation(pc, {
      polite,
      send: (message) => {
        if (this.#signals?.readyState === 'open') this.#signals.send(JSON.stringify(message));
        else this.#fire('signal', message);
      },
      onoffer: () => {
        this.#openChannels();
      },
      onerror: (cause) => {
        this.#fail(
          new PeerError('negotiation-failed', `It could not be negotiated: ${String(cause)}`, { cause }),
        );
      },
    });
    pc.onconnectionstatechange = () => {
      this.#fire('statechange', { state: pc.connectionState });
      if (pc.connectionState !== 'failed') return;
      setTimeout(() => {
        if (pc.connectionState === 'failed' && !this.#awaiting) this.#end();
      }, FAILED);
    };
    pc.ontrack = ({ track, streams: [first = new MediaStream([track])] }) => {
      this.#fire('stream', { stream: first, track });
    };
    if (stream) for (const track of stream.getTracks()) pc.addTrack(track, stream);
  }

  /** Begins to negotiate: one of the two does, or both. Nothing happens where it has begun. */
  start(): void {
    if (!this.#polite) this.#openChannels();
    else if (!this.#data && !this.#closed) this.#fire('signal', { begin: true });
  }

  /**
   * Takes what a `signal` event of the other side had, in any order.
   * Resolves when it is done with; what is wrong with it is told by an `error` event.
   */
  async receive(signal: unknown): Promise<void> {
    const message = parseNegotiation(signal);
    if (isBeginning(signal)) this.#openChannels();
    else if (message) await this.#negotiation.receive(message);
    else this.#fail(new PeerError('protocol', 'That is no signal of the other side.'));
  }

  /**
   * Begins, for a text that says all. Waits until this page knows its addresses, five seconds at most.
   * @returns what to hand to `answer()` of the other side: letters, digits, `-` and `_`, some hundred of them
   */
  async offer(): Promise<string> {
    this.#openChannels();
    return this.#described();
  }

  /**
   * Answers it.
   * @returns what to hand to `accept()` of the other side, however long that takes; rejects with a PeerError: `protocol` where it is no offer
   */
  async answer(offer: string): Promise<string> {
    await this.#take(offer, 'offer');
    this.#awaiting = true;
    return this.#described();
  }

  /** Takes the answer to our `offer()`. Rejects with a PeerError: `protocol` where it is none. */
  accept(answer: string): Promise<void> {
    return this.#take(answer, 'answer');
  }

  /**
   * Sends it, once the connection is open.
   * @param data whatever `structuredClone` takes that is not bound to this browser, of 256 KB at most
   * @throws {DOMException} `InvalidStateError` while it is not open, `DataCloneError` for what cannot be sent
   * @throws {PeerError} `too-large`
   */
  send(data: unknown): void {
    if (this.#data?.readyState !== 'open') {
      throw new DOMException('The connection is not open.', 'InvalidStateError');
    }
    const encoded = encode(data);
    if (encoded.length > MAX_MESSAGE) {
      throw new PeerError('too-large', `A message has at most ${String(MAX_MESSAGE)} bytes.`);
    }
    // Two calls because the types know no common overload.
    if (typeof encoded === 'string') this.#data.send(encoded);
    else this.#data.send(encoded);
  }

  close(): void {
    this.#end();
  }

  #openChannels(): void {
    if (this.#data || this.#closed) return;
    const make = ({ label, id }: typeof DATA): RTCDataChannel => {
      const channel = this.connection.createDataChannel(label, { negotiated: true, id });
      channel.binaryType = 'arraybuffer';
      return channel;
    };
    this.#signals = make(SIGNALS);
    this.#signals.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      void this.receive(fromJson(data));
    };
    this.#data = make(DATA);
    this.#data.onopen = () => {
      this.#awaiting = false;
      this.#fire('open', null);
    };
    this.#data.onclose = () => {
      this.#end();
    };
    this.#data.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      const decoded = decode(data);
      if (decoded) this.#fire('data', { data: decoded.value });
      else this.#fail(new PeerError('protocol', 'The other side has sent what cannot be understood.'));
    };
  }

  async #take(text: string, type: 'offer' | 'answer'): Promise<void> {
    const description = await descriptionOf(text);
    if (description?.type !== type) throw new PeerError('protocol', `That is no ${type} of the other side.`);
    // Whoever gets the answer is to begin the DTLS handshake (RFC 5763, 5). Begun here, while people carry the answer, its tries
    // become as rare as one a minute, and Chromium gives up before four minutes are over.
    const sdp = description.sdp?.replaceAll('a=setup:actpass', 'a=setup:active') ?? '';
    await this.#negotiation.receive({ description: { type, sdp } });
  }

  async #described(): Promise<string> {
    await this.#gathered();
    const { localDescription } = this.connection;
    if (!localDescription)
      throw new PeerError('negotiation-failed', 'There is nothing to tell the other side.');
    return textOf(localDescription);
  }

  #gathered(): Promise<void> {
    const pc = this.connection;
    return new Promise((resolve) => {
      const look = (): void => {
        if (pc.iceGatheringState === 'complete' || pc.signalingState === 'closed') resolve();
      };
      setTimeout(resolve, GATHERING);
      pc.addEventListener('icegatheringstatechange', look);
      look();
    });
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.connection.close();
    this.#fire('close', null);
  }

  #fail(error: PeerError): void {
    if (!this.#closed) this.#fire('error', { error });
  }

  #fire<K extends keyof ConnectionEventMap>(
    type: K,
    detail: ConnectionEventMap[K] extends CustomEvent<infer D> ? D : never,
  ): void {
    fire<ConnectionEventMap, K>(this, type, detail);
  }
}

const isBeginning = (signal: unknown): boolean =>
  typeof signal === 'object' && signal !== null && 'begin' in signal && signal.begin === true;

function fromJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return null;
  }
}

/** See ManualConnection. @throws {PeerError} `unsupported` where there is no WebRTC */
export const createConnection = (options: ConnectionOptions = {}): ManualConnection =>
  new ManualConnection(options);
