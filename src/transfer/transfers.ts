/** All large values between this page and one peer: who may send next, and whom a word is for. */
import type { Bytes } from '../bytes.js';
import type { PeerError } from '../errors.js';
import type { Content } from './content.js';
import { Incoming } from './incoming.js';
import { Outgoing, offerOf } from './outgoing.js';
import type { Transfer, TransferInfo } from './transfer.js';
import { PIECE_HEAD_BYTES, encodePiece, headOf, parsePiece, type TransferWord } from './wire.js';

export interface TransfersHost {
  /** Tells the other side, once and in order. */
  say(word: TransferWord): void;
  /** Most bytes of a piece on the path that is used now. */
  pieceBytes(): number;
  /** Whether so many bytes may go now; then they have to. When that changes for the better, `pump()` is to be called. */
  hasRoom(bytes: number): boolean;
  /** @param piece is overwritten as soon as this returns */
  send(piece: Bytes): void;
  /** An offer: somebody may decide now. @returns true to wait for a decision */
  offered(transfer: Transfer): boolean;
  progress(transfer: Transfer): void;
  /** A value is complete. @returns false when the bytes are none */
  whole(transfer: Transfer, frame: Bytes, isText: boolean, blobs: readonly Blob[]): boolean;
  stream(transfer: Transfer, stream: ReadableStream<Bytes>): void;
}

export interface Shipment extends Omit<TransferInfo, 'id' | 'direction' | 'size'> {
  readonly content: Content;
  /** Sizes of the parts of the content; null for a stream. */
  readonly parts: readonly number[] | null;
  readonly isText: boolean;
}

/** Offers of one peer that are under way here, decided or not. */
const MAX_INCOMING = 256;

export class Transfers {
  readonly #host: TransfersHost;
  readonly #outgoing = new Map<number, Outgoing>();
  readonly #incoming = new Map<number, Incoming>();
  #nextId = 1;
  /** Filled anew with every piece: fresh memory costs a page many times what copying does. */
  #frame = new Uint8Array(0);
  #pumping = false;

  constructor(host: TransfersHost) {
    this.#host = host;
  }

  /** Offers something. See `Outgoing.finished` for how it ends. */
  send({ content, parts, isText, ...rest }: Shipment): Outgoing {
    const id = this.#nextId++;
    const size = content.size === null ? null : content.size - headOf(parts);
    const info: TransferInfo = { ...rest, id: crypto.randomUUID(), direction: 'out', size };
    const outgoing = new Outgoing(id, info, content, {
      say: (word) => {
        this.#host.say(word);
      },
      ready: () => {
        this.pump();
      },
      progress: (transfer) => {
        this.#host.progress(transfer);
      },
      ended: () => {
        this.#outgoing.delete(id);
      },
    });
    this.#outgoing.set(id, outgoing);
    this.#host.say(offerOf(id, info, parts, isText));
    return outgoing;
  }

  receive(word: TransferWord): void {
    switch (word.word) {
      case 'offer':
        this.#offered(word);
        break;
      case 'end':
      case 'ask':
      case 'drop':
        this.#incoming.get(word.id)?.receive(word);
        break;
      default:
        this.#outgoing.get(word.id)?.receive(word);
    }
  }

  /** @throws {PeerError} `protocol` for more than was announced or asked for */
  receivePiece(frame: Bytes): void {
    const piece = parsePiece(frame);
    if (piece) this.#incoming.get(piece.id)?.piece(piece.offset, piece.bytes);
  }

  /** Sends as much as there is room for, each in its turn. */
  pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#sendOne());
    } finally {
      this.#pumping = false;
    }
  }

  /** Another path carries pieces from now on. */
  moved(): void {
    for (const incoming of this.#incoming.values()) incoming.moved();
    for (const outgoing of this.#outgoing.values()) outgoing.moved();
  }

  /** The other side is gone, or has forgotten everything. */
  fail(error: PeerError): void {
    for (const transfer of [...this.#outgoing.values(), ...this.#incoming.values()]) transfer.fail(error);
  }

  /** @returns false when there is nothing to send, or no room for it */
  #sendOne(): boolean {
    const most = this.#host.pieceBytes();
    for (const [id, outgoing] of this.#outgoing) {
      const size = outgoing.ready(most);
      if (size === 0) continue;
      if (!this.#host.hasRoom(size + PIECE_HEAD_BYTES)) return false;
      const { offset, bytes } = outgoing.next(size);
      // Whoever has had its turn is the last one.
      this.#outgoing.delete(id);
      this.#outgoing.set(id, outgoing);
      const length = size + PIECE_HEAD_BYTES;
      if (this.#frame.length < length) this.#frame = new Uint8Array(length);
      this.#host.send(encodePiece(id, offset, bytes, this.#frame.subarray(0, length)));
      return true;
    }
    return false;
  }

  #offered(offer: TransferWord & { readonly word: 'offer' }): void {
    const { id, isText } = offer;
    if (this.#incoming.has(id)) return;
    if (this.#incoming.size >= MAX_INCOMING) {
      this.#host.say({ word: 'refuse', id, reason: 'Too many at once.' });
      return;
    }
    const incoming = new Incoming(crypto.randomUUID(), offer, {
      say: (word) => {
        this.#host.say(word);
      },
      progress: (transfer) => {
        this.#host.progress(transfer);
      },
      whole: (transfer, frame, blobs) => this.#host.whole(transfer, frame, isText, blobs),
      stream: (transfer, stream) => {
        this.#host.stream(transfer, stream);
      },
      ended: () => {
        this.#incoming.delete(id);
      },
    });
    this.#incoming.set(id, incoming);
    if (!this.#host.offered(incoming.transfer)) incoming.accept();
  }
}
