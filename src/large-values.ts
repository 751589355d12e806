/** Joins large transfers to the link that carries them and the peer they belong to. */
import { encode } from './codec/value.js';
import type { Link } from './link.js';
import { opened } from './peer-frame.js';
import { unpacked } from './session/window.js';
import type { Transfer } from './transfer/transfer.js';
import { Transfers } from './transfer/transfers.js';
import { PIECE_HEAD_BYTES, wordValue } from './transfer/wire.js';

export interface LargeValuesSink {
  /** @returns true to wait for a decision */
  offered(transfer: Transfer): boolean;
  progress(transfer: Transfer): void;
  data(transfer: Transfer, data: unknown): void;
}

export function largeValues(link: () => Link, sink: LargeValuesSink): Transfers {
  return new Transfers({
    say: (word) => {
      // Whoever is gone needs no words.
      link()
        .send(encode(wordValue(word)))
        .catch(() => undefined);
    },
    pieceBytes: () => link().piece('bulk') - PIECE_HEAD_BYTES,
    hasRoom: (bytes) => link().hasRoom('bulk', bytes),
    send: (piece) => {
      link().sendOn('bulk', piece);
    },
    offered: (transfer) => sink.offered(transfer),
    progress: (transfer) => {
      sink.progress(transfer);
    },
    whole: (transfer, frame, isText, blobs) => {
      const found = opened(unpacked(frame, isText), blobs);
      if (found) sink.data(transfer, found.value);
      return found !== null;
    },
    stream: (transfer, stream) => {
      sink.data(transfer, stream);
    },
  });
}
