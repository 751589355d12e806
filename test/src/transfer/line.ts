/** Two ends of large transfers and a line between them that a test can hold, cut and fill with rubbish. */
import type { Bytes } from '../../../src/bytes.js';
import { concat } from '../../../src/bytes.js';
import { PartsContent, StreamContent, type ContentPart } from '../../../src/transfer/content.js';
import type { Transfer } from '../../../src/transfer/transfer.js';
import { Transfers, type Shipment } from '../../../src/transfer/transfers.js';
import { parseWord, wordValue, type TransferWord } from '../../../src/transfer/wire.js';

export interface Whole {
  readonly transfer: Transfer;
  readonly frame: Bytes;
  readonly blobs: readonly Blob[];
}

const PIECE = 65_536;

export class End {
  readonly transfers: Transfers;
  readonly offers: Transfer[] = [];
  readonly wholes: Whole[] = [];
  readonly streams: ReadableStream<Bytes>[] = [];
  readonly progress: number[] = [];
  /** What it said, oldest first. */
  readonly words: TransferWord[] = [];
  /** Does something with an offer; true: wait. */
  decide: (transfer: Transfer) => boolean = () => false;
  other: End | null = null;
  /** Pieces this end may send before it is told that there is room again. */
  room = 4;
  /** Nothing that it sends arrives; pieces are gone for good, words arrive later. */
  cut = false;
  /** Pieces that are lost by a cut arrive after all, when nobody expects them any more. */
  late = false;
  readonly #latePieces: Bytes[] = [];
  readonly #held: TransferWord[] = [];
  piecesSent = 0;
  errors: unknown[] = [];

  constructor() {
    this.transfers = new Transfers({
      say: (word) => {
        this.words.push(word);
        this.#held.push(word);
        if (!this.cut) this.flush();
      },
      pieceBytes: () => PIECE,
      hasRoom: () => this.room > 0,
      send: (piece) => {
        this.room--;
        this.piecesSent++;
        const lost = this.cut;
        const copy = piece.slice();
        setTimeout(() => {
          this.room++;
          if (!lost) this.other?.piece(copy);
          else if (this.late) this.#latePieces.push(copy);
          this.transfers.pump();
        });
      },
      offered: (transfer) => {
        this.offers.push(transfer);
        return this.decide(transfer);
      },
      progress: (transfer) => {
        this.progress.push(transfer.loaded);
        transfer.tellProgress();
      },
      whole: (transfer, frame, _isText, blobs) => {
        this.wholes.push({ transfer, frame, blobs });
        return true;
      },
      stream: (_transfer, stream) => {
        this.streams.push(stream);
      },
    });
  }

  /** Words that were held arrive, in order. */
  flush(): void {
    for (const word of this.#held.splice(0)) {
      const copy = parseWord(JSON.parse(JSON.stringify(wordValue(word))) as Record<string, unknown>);
      if (!copy) throw new Error(`No word: ${JSON.stringify(word)}`);
      setTimeout(() => this.other?.transfers.receive(copy));
    }
  }

  piece(frame: Bytes): void {
    try {
      this.transfers.receivePiece(frame.slice());
    } catch (error) {
      this.errors.push(error);
    }
  }

  mend(): void {
    this.cut = false;
    this.flush();
    this.transfers.moved();
    setTimeout(() => {
      for (const piece of this.#latePieces.splice(0)) this.other?.piece(piece);
    }, 1);
  }
}

export function line(): [End, End] {
  const [a, b] = [new End(), new End()];
  a.other = b;
  b.other = a;
  return [a, b];
}

const NAMED = {
  delivery: 'reliable',
  type: 'file',
  metadata: { n: 1 },
  name: 'a.bin',
  mediaType: '',
} as const;

export function parcel(...parts: readonly ContentPart[]): Shipment {
  const content = new PartsContent(parts);
  return { ...NAMED, content, parts: content.sizes, isText: false };
}

export const streamed = (stream: ReadableStream<unknown>): Shipment => ({
  ...NAMED,
  content: new StreamContent(stream),
  parts: null,
  isText: false,
});

/** Bytes that differ wherever one looks. */
export function noise(length: number, seed = 1): Bytes {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed;
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

export async function read(stream: ReadableStream<Bytes>): Promise<Bytes> {
  const parts: Bytes[] = [];
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value);
  return concat(...parts);
}
