/** What two peers share once they have proved themselves to each other; the handshake is part of it. */
import { PeerError } from '../errors.js';
import { concat, lengthPrefixed, utf8, type Bytes } from '../bytes.js';
import {
  initiate,
  isKeeper,
  makeEphemeralKey,
  makeNonce,
  respond,
  type HandshakeContext,
  type Initiator,
  type Responder,
  type SessionKeys,
} from './handshake.js';
import { Sealer } from './seal.js';

export { initiate, isKeeper, makeEphemeralKey, makeNonce, type HandshakeContext, type Initiator };

export interface SessionOptions {
  readonly context: HandshakeContext;
  /** Our own announcement in this room, which the other side may have answered. */
  readonly initiator: Initiator;
  /** The other side's id. */
  readonly id: string;
}

export interface SessionSink {
  /** To be handed to the other side; may get lost. */
  send(bytes: Bytes): void;
  /**
   * There are keys: what is sent from now on can be read by the other side alone. Comes again with every new ones.
   * @param anonymous the other side has announced that it has nothing to say of itself
   */
  keyed(anonymous: boolean): void;
  frame(type: number, text: Bytes): void;
  /** Somebody is not who the id says, or changed what was sent. */
  untrusted(reason: string): void;
}

/** Handshake messages begin with their version, sealed frames with a type from here on. */
export const FIRST_FRAME_TYPE = 16;
const M2 = 2;
const M3 = 3;
/** Each reconnect of either side makes new keys. */
const MAX_RECENT = 4;

interface Established {
  readonly keys: SessionKeys;
  readonly sealer: Sealer;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #sink: SessionSink;
  /** Everything happens in the order in which it came, although every step is asynchronous. */
  #work: Promise<unknown> = Promise.resolve();
  /** What goes out does so in the order in which it was begun; what comes in need not wait for that. */
  #outgoing: Promise<unknown> = Promise.resolve();
  /** We have answered the other side's announcement, and wait for its proof. */
  #responder: Responder | null = null;
  #established: Established | null = null;
  /** The newest keys that the other side is known to have as well. */
  #shared: SessionKeys | null = null;
  /** The newest keys of all; what was proven with older ones may be on its way still. */
  #recent: readonly SessionKeys[] = [];
  /** Which answer it is: what an earlier one has brought about may still be on its way. */
  #answers = 0;
  /** Something under the present keys has come. */
  #opened = false;
  #closing = false;
  #closed = false;

  constructor(options: SessionOptions, sink: SessionSink) {
    this.#options = options;
    this.#sink = sink;
  }

  /** Answers the other side's announcement. What is sealed from now on is for its sender alone. */
  answer(m1: Uint8Array): void {
    this.#inOrder(async () => {
      const { context, id } = this.#options;
      const responder = await respond(context, id, new Uint8Array(m1));
      this.#responder = responder;
      this.#answers++;
      this.#send(responder.m2);
      // What the keys bring about can wait until the other side has them.
      await this.#outgoing;
      if (!this.#closed && !this.#isSecret) this.#use(responder.keys, responder.anonymous);
    });
  }

  /** Bytes from the other side, as far as signalling can be believed. */
  receive(bytes: Uint8Array): void {
    const message = new Uint8Array(bytes);
    this.#inOrder(async () => {
      if (this.#closing) return;
      if ((message[0] ?? 0) >= FIRST_FRAME_TYPE) await this.#open(message);
      else if (message[1] === M2) await this.#finish(message);
      else if (message[1] === M3) await this.#confirm(message);
      else throw new PeerError('untrusted', 'A handshake message has the wrong form.');
    });
  }

  /** Seals and sends; before there are keys, it waits for them. */
  send(type: number, text: Bytes): void {
    this.#inOrder(() => {
      const sealed = this.#established?.sealer.seal(type, text);
      if (sealed) this.#send(sealed);
    });
  }

  /** Resolves when nothing is left to be sealed or opened. */
  async idle(): Promise<void> {
    for (let last: unknown; last !== this.#work; await this.#outgoing) await (last = this.#work);
  }

  /**
   * Proof that this side of the session says `text`; the other side's `verify()` knows it, even where one of the two
   * has new keys already and the other has not.
   */
  async prove(...text: readonly string[]): Promise<Bytes> {
    const keys = this.#shared ?? this.#needed();
    return new Uint8Array(await crypto.subtle.sign('HMAC', keys.prove, proofOf(keys, text)));
  }

  async verify(proof: Bytes, ...text: readonly string[]): Promise<boolean> {
    for (const keys of this.#recent) {
      if (await crypto.subtle.verify('HMAC', keys.verify, proof, proofOf(keys, text))) return true;
    }
    return false;
  }

  /** The end, once what was sent before is out. */
  close(): void {
    this.#closing = true;
    this.#inOrder(async () => {
      await this.#outgoing;
      this.#closed = true;
    });
  }

  /** Who comes in by a password is to prove first that it knows it: what it is sent it might guess with. */
  get #isSecret(): boolean {
    return this.#options.context.psk.some((byte) => byte !== 0);
  }

  #needed(): SessionKeys {
    if (this.#established) return this.#established.keys;
    throw new PeerError('untrusted', 'There is no session yet.');
  }

  #send(made: Bytes | Promise<Bytes>): void {
    this.#outgoing = Promise.all([made, this.#outgoing]).then(
      ([bytes]) => {
        if (!this.#closed) this.#sink.send(bytes);
      },
      (error: unknown) => {
        this.#doubt(error);
      },
    );
  }

  #doubt(error: unknown): void {
    if (!this.#closing) this.#sink.untrusted(error instanceof Error ? error.message : String(error));
  }

  #use(keys: SessionKeys, anonymous = false): void {
    this.#established = { keys, sealer: new Sealer(keys) };
    this.#recent = [keys, ...this.#recent].slice(0, MAX_RECENT);
    this.#opened = false;
    if (!this.#closing) this.#sink.keyed(anonymous);
  }

  async #finish(m2: Bytes): Promise<void> {
    const { context, initiator, id } = this.#options;
    // It was meant for a stay in this room that has ended.
    if (!initiator.isAnswer(m2)) return;
    // Both answered each other: the smaller id's announcement counts.
    if (this.#responder && context.identity.id > id) return;
    const { m3, keys } = await initiator.finish(id, m2);
    this.#responder = null;
    this.#shared = keys;
    this.#send(m3);
    this.#use(keys);
  }

  async #confirm(m3: Bytes): Promise<void> {
    const responder = this.#responder;
    if (!responder) return;
    try {
      await responder.confirm(m3);
    } catch (error) {
      if (this.#answers === 1) throw error;
      return;
    }
    this.#responder = null;
    this.#shared = responder.keys;
    if (this.#isSecret) this.#use(responder.keys, responder.anonymous);
  }

  async #open(frame: Bytes): Promise<void> {
    // Before its proof, a peer is nobody.
    if (this.#responder || !this.#established) return;
    let opened: Awaited<ReturnType<Sealer['open']>>;
    try {
      opened = await this.#established.sealer.open(frame);
    } catch (error) {
      if (this.#answers > 1 && !this.#opened) return;
      throw error;
    }
    this.#opened = true;
    if (!this.#isClosing()) this.#sink.frame(opened.type, opened.text);
  }

  #isClosing(): boolean {
    return this.#closing;
  }

  #inOrder(step: () => void | Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#closed) return;
      try {
        await step();
      } catch (error) {
        this.#doubt(error);
      }
    });
  }
}

const proofOf = (keys: SessionKeys, text: readonly string[]): Bytes =>
  concat(utf8('peer-elements/1 proof\0'), keys.transcript, lengthPrefixed(...text.map(utf8)));
