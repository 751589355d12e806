/** One large value on its way to one peer, as its sender sees it. */
import type { Bytes } from '../bytes.js';
import { PeerError, type PeerErrorCode } from '../errors.js';
import type { Content, ContentReader } from './content.js';
import { BlockHash } from './hash.js';
import { paced } from './pace.js';
import { Transfer, type TransferInfo } from './transfer.js';
import { shortened, type Offer, type ReceiverWord, type SenderWord, type Take } from './wire.js';

export interface OutgoingHost {
  /** Says a word to the other side. */
  say(word: SenderWord): void;
  /** There may be something to send. */
  ready(): void;
  progress(transfer: Transfer): void;
  /** Nothing more will come of it. */
  ended(id: number): void;
}

export interface OutgoingPiece {
  readonly offset: number;
  readonly bytes: Bytes;
}

interface Chunk {
  readonly at: number;
  readonly bytes: Bytes;
}

/** What is read before it can be sent, bytes. */
const READ_AHEAD = 2 * 1024 * 1024;
/** After so long without a word of the receiver while something is on its way it is asked, ms. */
const PATIENCE = 5000;
/** Most reads at once: one of use, and those that a receiver has made useless by wanting something else. */
const MAX_READS = 4;
/** Bytes that are sent again, beyond twice what has arrived: a few times all that may be under way. */
const MAX_REPEATED = 16 * 1024 * 1024;

export class Outgoing {
  readonly transfer: Transfer;
  /** Resolves when the receiver has everything; rejects with a PeerError: `refused`, `aborted`, `gone`, `protocol`. */
  readonly finished: Promise<void>;
  readonly #id: number;
  readonly #host: OutgoingHost;
  readonly #reader: ContentReader;
  /** Bytes before what counts. */
  readonly #head: number;
  readonly #hash = new BlockHash();
  readonly #tell: (now?: boolean) => void;
  #settle: { resolve(): void; reject(error: PeerError): void } | null = null;
  #chunks: Chunk[] = [];
  /** Where reading goes on. */
  #readTo = 0;
  #loading = false;
  #reads = 0;
  /** Counts rewinds: what was being read before one is of no use. */
  #round = 0;
  /** Where the content ends, once that is known. */
  #size: number | null;
  #sent = 0;
  /** The furthest that it has ever been: what is sent again may have arrived the first time. */
  #furthest = 0;
  /** Bytes that were sent, or read to be sent, more than once. */
  #repeated = 0;
  #acknowledged = 0;
  #until = 0;
  /** The receiver has been asked where it is: until it answers, nothing goes out. */
  #asked = false;
  #patience: ReturnType<typeof setInterval> | undefined;
  #saidEnd = false;
  #ended = false;

  constructor(id: number, info: TransferInfo, content: Content, host: OutgoingHost) {
    this.#id = id;
    this.#host = host;
    this.#size = content.size;
    this.#head = (content.size ?? 0) - (info.size ?? 0);
    this.#reader = content.open();
    this.transfer = new Transfer(info, {
      accept: notOurs,
      refuse: notOurs,
      stream: notOurs,
      cancel: (reason) => {
        this.abort('aborted', reason || 'The sender gave up.');
      },
    });
    this.finished = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.finished.catch(() => undefined);
    this.#tell = paced(() => {
      // What has failed since was told as that.
      if (this.transfer.state === 'active') this.#host.progress(this.transfer);
    });
  }

  /** Bytes of the next piece, at most so many; 0 while there is none. */
  ready(most: number): number {
    const room = Math.min(most, this.#until - this.#sent);
    if (this.#ended || this.#asked || room <= 0) return 0;
    const chunk = this.#chunk();
    if (chunk) return Math.min(room, chunk.at + chunk.bytes.length - this.#sent);
    this.#load();
    return 0;
  }

  /** @param size what `ready()` said */
  next(size: number): OutgoingPiece {
    const offset = this.#sent;
    const { at, bytes } = this.#chunk() ?? { at: offset, bytes: new Uint8Array() };
    this.#repeated += Math.min(size, this.#furthest - offset);
    this.#sent += size;
    this.#furthest = Math.max(this.#furthest, this.#sent);
    this.#chunks = this.#chunks.filter((one) => this.#sent < one.at + one.bytes.length);
    this.#load();
    return { offset, bytes: bytes.subarray(offset - at, offset - at + size) };
  }

  receive(word: ReceiverWord): void {
    if (this.#ended) return;
    switch (word.word) {
      case 'take':
        this.#take(word);
        break;
      case 'done':
        if (this.#saidEnd && this.#furthest === this.#size) this.#end('done');
        break;
      case 'refuse':
        this.#end('refused', new PeerError('refused', word.reason || 'The other side does not want it.'));
        break;
      case 'stop':
        this.#end('cancelled', new PeerError('aborted', word.reason || 'The other side gave up.'));
    }
  }

  /** Another path: what was on its way may be lost. */
  moved(): void {
    if (this.#ended || this.transfer.state !== 'active') return;
    this.#asked = true;
    this.#host.say({ word: 'ask', id: this.#id });
  }

  /** Gives up, and says so to the other side. */
  abort(code: PeerErrorCode, reason: string, cause?: unknown): void {
    if (this.#ended) return;
    this.#host.say({ word: 'drop', id: this.#id, reason: shortened(reason) });
    this.#end(code === 'aborted' ? 'cancelled' : 'failed', new PeerError(code, reason, { cause }));
  }

  /** There is nobody any more to send it to. */
  fail(error: PeerError): void {
    this.#end('failed', error);
  }

  #take({ at, until, again }: Take): void {
    // No more than it was sent, and nothing is taken back.
    if (at > this.#furthest || at < this.#acknowledged) return;
    if (this.transfer.state === 'offered') {
      this.transfer.transition('active');
      this.#watch();
      if (this.#size === 0) this.#sayEnd(0);
    }
    this.#acknowledged = at;
    this.#until = Math.max(this.#until, until);
    this.#reader.release(at);
    this.transfer.progressed(Math.max(0, at - this.#head));
    if (again && this.#repeated > MAX_REPEATED + 2 * at) {
      return this.abort('protocol', 'The other side wants the same again and again.');
    }
    if (again || at > this.#sent) this.#goOn(at);
    this.#asked &&= !again;
    this.#load();
    this.#host.ready();
    this.#tell();
  }

  /** What the next piece is taken from. */
  #chunk(): Chunk | undefined {
    return this.#chunks.find(({ at, bytes }) => this.#sent < at + bytes.length);
  }

  #goOn(from: number): void {
    this.#sent = from;
    const [first] = this.#chunks;
    if (first && first.at <= from && from <= this.#readTo) {
      this.#chunks = this.#chunks.filter(({ at, bytes }) => from < at + bytes.length);
      return;
    }
    this.#round++;
    this.#loading = false;
    this.#chunks = [];
    this.#readTo = from;
  }

  #load(): void {
    const isNeeded = this.#readTo < Math.min(this.#until, this.#sent + READ_AHEAD);
    if (this.#loading || this.#ended || this.#readTo === this.#size || !isNeeded) return;
    if (this.#reads === MAX_READS) return;
    this.#loading = true;
    this.#reads++;
    const round = this.#round;
    const at = this.#readTo;
    this.#reader.read(at).then(
      (bytes) => {
        this.#reads--;
        if (round === this.#round && !this.#ended) return this.#loaded(at, bytes);
        this.#repeated += bytes?.length ?? 0;
        this.#load();
      },
      (cause: unknown) => {
        this.abort('gone', `What was being sent cannot be read any more: ${String(cause)}`, cause);
      },
    );
  }

  #loaded(at: number, bytes: Bytes | null): void {
    this.#loading = false;
    if (bytes) {
      this.#chunks.push({ at, bytes });
      this.#readTo = at + bytes.length;
      // What is read again has been counted.
      if (this.#readTo > this.#hash.length) this.#hash.update(bytes.subarray(this.#hash.length - at));
    } else {
      this.#size = at;
    }
    if (this.#hash.length === this.#size) this.#sayEnd(this.#size);
    this.#load();
    this.#host.ready();
  }

  #sayEnd(size: number): void {
    if (this.#saidEnd) return;
    this.#saidEnd = true;
    void this.#hash.digest().then((hash) => {
      if (!this.#ended) this.#host.say({ word: 'end', id: this.#id, size, hash });
    });
  }

  /** Pieces get lost where nothing else shows it, as when both sides make new keys. */
  #watch(): void {
    let before = -1;
    this.#patience = setInterval(() => {
      if (!this.#asked && this.#sent > this.#acknowledged && this.#acknowledged === before) this.moved();
      before = this.#acknowledged;
    }, PATIENCE);
  }

  #end(state: 'done' | 'refused' | 'cancelled' | 'failed', error: PeerError | null = null): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#patience);
    this.#reader.close();
    this.#chunks = [];
    if (state === 'done') {
      this.transfer.progressed(this.#furthest - this.#head);
      this.#tell(true);
    }
    this.transfer.transition(state, error);
    this.#host.ended(this.#id);
    if (error) this.#settle?.reject(error);
    else this.#settle?.resolve();
  }
}

export const offerOf = (
  id: number,
  info: TransferInfo,
  parts: readonly number[] | null,
  isText: boolean,
): Offer => ({
  word: 'offer',
  id,
  type: info.type,
  metadata: info.metadata,
  name: shortened(info.name),
  mediaType: shortened(info.mediaType),
  parts,
  isText,
  delivery: info.delivery,
});

function notOurs(): never {
  throw new DOMException('It is for the receiver to decide.', 'InvalidStateError');
}
