/** Joins large transfers to the link that carries them and the peer they belong to. */
import { encode } from './codec/value.js';
import type { Link } from './link.js';
import { opened } from './peer-frame.js';
import { unpacked } from './session/window.js';
import type { Transfer } from './transfer/transfer.js';
import { Transfers } from './transfer/transfers.js';
import { wordValue } from './transfer/wire.js';

export interface LargeValuesSink {
  /** @returns true to wait for a decision */
  offered(transfer: Transfer): boolean;
  progress(transfer: Transfer): void;
  data(transfer: Transfer, data: unknown): void;
}

/**
 * Half of what waits in the channel at most, or that would run dry between two pieces: with 64 KiB it was a tenth
 * slower. Twice as much in both is as quick as the quickest, and small messages wait twice as long.
 */
const DIRECT_PIECE = 32_768 - 64;
/** Signalling takes no more at once. */
const RELAY_PIECE = 16_384;

export function largeValues(link: () => Link, sink: LargeValuesSink): Transfers {
  return new Transfers({
    say: (word) => {
      // Whoever is gone needs no words.
      link()
        .send(encode(wordValue(word)))
        .catch(() => undefined);
    },
    pieceBytes: () => (link().path === 'relay' ? RELAY_PIECE : DIRECT_PIECE),
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
