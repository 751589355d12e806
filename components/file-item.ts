/** One file on its way: to one or several peers, or from one. */
import type { Peer, Transfer, TransferState } from '../src/index.js';
import { Pace } from './file-pace.js';
import { cleanFileName } from './file-text.js';

export type Direction = 'in' | 'out';

const OPEN: readonly TransferState[] = ['offered', 'active'];

/** How a file fares with one peer. */
export class FilePart {
  /** Null for whoever will be there. */
  readonly peer: Peer | null;
  /** What the peer was called then: it may have left since. */
  readonly peerName: string;
  /** Null until the engine has told of it. */
  transfer: Transfer | null = null;
  state: TransferState = 'offered';
  loaded = 0;
  /** It was this side's doing that it ended. */
  ownWill = false;
  /** Ends what has no transfer yet. */
  readonly abort = new AbortController();

  constructor(peer: Peer | null, transfer: Transfer | null = null) {
    this.peer = peer;
    this.peerName = peer?.displayName ?? '';
    this.transfer = transfer;
  }

  get open(): boolean {
    return OPEN.includes(this.state);
  }

  /** Nothing moves until the peer can be reached again. */
  get waits(): boolean {
    return this.open && this.peer !== null && this.peer.state !== 'connected';
  }
}

export interface FileInfo {
  readonly key: string;
  readonly direction: Direction;
  readonly name: string;
  /** Bytes; null when nobody knows. */
  readonly size: number | null;
  readonly mediaType: string;
  readonly metadata: unknown;
}

export class FileItem implements FileInfo {
  readonly key: string;
  readonly direction: Direction;
  /** Harmless, and empty where there was none. */
  readonly name: string;
  readonly size: number | null;
  readonly mediaType: string;
  readonly metadata: unknown;
  readonly parts: readonly FilePart[];
  /** What there is of it here: from the start when it goes out, once it has arrived when it comes in. */
  file: Blob | null = null;
  thumbnail: Blob | null = null;
  /** It goes to disk as it comes. */
  piping = false;
  /** It went to disk, or was handed over to be saved. */
  saved = false;
  readonly #pace = new Pace();

  constructor(info: FileInfo, parts: readonly FilePart[]) {
    this.key = info.key;
    this.direction = info.direction;
    this.name = cleanFileName(info.name);
    this.size = info.size;
    this.mediaType = info.mediaType;
    this.metadata = info.metadata;
    this.parts = parts;
  }

  get open(): boolean {
    return this.parts.some((part) => part.open);
  }

  get waits(): boolean {
    return this.open && this.parts.every((part) => !part.open || part.waits);
  }

  /** With several peers: what is going on as long as something is, then the best that came of it. */
  get state(): TransferState {
    const states = this.parts.map(({ state }) => state);
    if (states.includes('active')) return 'active';
    if (states.includes('offered')) return states.includes('done') ? 'active' : 'offered';
    const best = (['done', 'failed', 'cancelled'] as const).find((state) => states.includes(state));
    return best ?? 'refused';
  }

  /** Between 0 and 1, of what goes to those who take it; null while nobody knows how much there is. */
  get progress(): number | null {
    const taking = this.parts.filter(({ open, state }) => open || state === 'done');
    if (this.size === null || taking.length === 0) return null;
    if (this.size === 0) return this.open ? 0 : 1;
    return Math.min(1, this.#loaded(taking) / (this.size * taking.length));
  }

  /** Bytes per second; null while nobody can tell. */
  rate(now: number): number | null {
    return this.#pace.rate(this.#loaded(this.parts), now);
  }

  /** Seconds; null while nobody can tell. */
  timeLeft(now: number): number | null {
    const rate = this.rate(now);
    if (!rate || this.size === null) return null;
    const left = this.parts.filter(({ state }) => state === 'active').map(({ loaded }) => loaded);
    return left.reduce((sum, loaded) => sum + (this.size ?? 0) - loaded, 0) / rate;
  }

  noteProgress(now: number): void {
    this.#pace.note(this.#loaded(this.parts), now);
  }

  pause(): void {
    this.#pace.reset();
  }

  #loaded(parts: readonly FilePart[]): number {
    return parts.reduce((sum, { loaded }) => sum + loaded, 0);
  }
}
