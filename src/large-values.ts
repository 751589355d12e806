/** Joins large transfers to the link that carries them and the peer they belong to. */
import { encode } from './codec/value.js';
import { PeerError } from './errors.js';
import type { Link } from './link.js';
import { opened } from './peer-frame.js';
import { unpacked } from './session/window.js';
import type { Transfer } from './transfer/transfer.js';
import { Transfers } from './transfer/transfers.js';
import { PIECE_HEAD_BYTES, wordValue, type TransferWord } from './transfer/wire.js';

export interface LargeValuesSink {
  /** @returns true to wait for a decision */
  offered(transfer: Transfer): boolean;
  progress(transfer: Transfer): void;
  data(transfer: Transfer, data: unknown): void;
  broken(error: PeerError): void;
}

/** What we are made to say: whoever sends large values and lets this much of it wait never wanted to hear it. */
const MAX_ANSWERS = 4096;
const ANSWERS: readonly string[] = ['take', 'done', 'refuse', 'stop'] satisfies TransferWord['word'][];

export function largeValues(link: () => Link, sink: LargeValuesSink): Transfers {
  let answers = 0;
  const tooMany = (): void => {
    sink.broken(new PeerError('protocol', 'A peer sends large values and does not listen.'));
  };
  return new Transfers({
    say: (word) => {
      const cost = ANSWERS.includes(word.word) ? 1 : 0;
      answers += cost;
      // Not now: whoever says it is in the middle of something.
      if (answers > MAX_ANSWERS) queueMicrotask(tooMany);
      const said = (): void => void (answers -= cost);
      // Whoever is gone needs no words.
      link()
        .send(encode(wordValue(word)))
        .then(said, said);
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
