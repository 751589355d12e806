/** Files to and from the peers of a source, under one message type. Draws nothing; knows nothing but the public API. */
import type { DataDetail, Peer, PeerError, ProgressDetail, Transfer, TransferState } from '../src/index.js';
import { FileItem, FilePart, type FileInfo } from './file-item.js';
import type { SourceElement } from './source-controller.js';

export interface ExchangeHost {
  /** Something that is shown may have changed. */
  changed(): void;
  /** A file is offered, or has arrived without being offered because it is small. */
  offered(item: FileItem): 'accept' | 'refuse' | 'ask';
  /** All of it is here now. */
  arrived(item: FileItem, peer: Peer): void;
  /** A part of an item has come to another state. */
  turned(item: FileItem, part: FilePart): void;
}

/** Most files that are kept in mind; what is over makes room. */
export const MAX_ITEMS = 200;
/** Most files of one peer that wait for an answer or are on their way. */
export const MAX_OPEN = 50;
/** Most files that are sent at once: the others wait for their turn, so that no receiver has to turn them down. */
const MAX_SENDING = 25;

export interface Outgoing {
  readonly item: FileItem;
  /** Resolves when everybody has it; rejects with the first error. */
  readonly sent: Promise<void>;
}

export class FileExchange {
  readonly #type: string;
  readonly #host: ExchangeHost;
  #items: FileItem[] = [];
  #source: SourceElement | null = null;
  #listening: AbortController | null = null;
  #count = 0;
  #sending = 0;
  readonly #queue: (() => void)[] = [];
  #watched = new WeakSet<Peer>();

  /** @param type the message type that these files travel under */
  constructor(type: string, host: ExchangeHost) {
    this.#type = type;
    this.#host = host;
  }

  /** Oldest first. */
  get items(): readonly FileItem[] {
    return this.#items;
  }

  /** From another source, or none: what was under way ends. What arrived stays. */
  attach(source: SourceElement | null): void {
    this.#listening?.abort();
    this.#listening = null;
    for (const item of this.#items) this.cancel(item);
    this.#source = source;
    if (!source) return;
    this.#watched = new WeakSet();
    this.#listening = new AbortController();
    const options = { signal: this.#listening.signal };
    source.addEventListener(
      'transfer',
      (event) => {
        if (event.detail.transfer.type === this.#type && !event.defaultPrevented) this.#offered(event);
      },
      options,
    );
    source.addEventListener('data', ({ detail }) => this.#arrived(detail), options);
    source.addEventListener('leave', ({ detail }) => this.#lost(detail.peer), options);
    source.addEventListener('close', () => this.#lost(null), options);
  }

  /** @param to nobody: to everyone who will be there when it can be sent */
  send(file: Blob, to: readonly Peer[], prepare: (item: FileItem) => unknown): Outgoing {
    const name = file instanceof File ? file.name : '';
    const parts = to.length ? to.map((peer) => new FilePart(peer)) : [new FilePart(null)];
    const item = this.#add(
      { direction: 'out', name, size: file.size, mediaType: file.type, metadata: null },
      parts,
    );
    item.file = file;
    const sent = this.#send(item, file, prepare);
    this.#host.changed();
    return { item, sent };
  }

  accept(item: FileItem): void {
    for (const { transfer, state } of item.parts) if (state === 'offered') transfer?.accept();
  }

  refuse(item: FileItem): void {
    for (const part of item.parts) {
      if (item.direction !== 'in' || part.state !== 'offered') continue;
      part.ownWill = true;
      part.transfer?.refuse();
      this.#turn(item, part, 'refused');
    }
  }

  /** Ends what is under way: an offer that came in is refused. */
  cancel(item: FileItem, only: FilePart | null = null): void {
    this.refuse(item);
    for (const part of item.parts) {
      if (!part.open || (only && part !== only)) continue;
      part.ownWill = true;
      part.abort.abort();
      part.transfer?.cancel();
      this.#turn(item, part, 'cancelled');
    }
  }

  /**
   * Takes a file piece by piece, without ever having it in memory.
   * @returns resolves when `sink` has everything; rejects with whatever kept it from that
   */
  async pipe(item: FileItem, sink: WritableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const [part] = item.parts;
    if (!part?.transfer) throw new DOMException('There is nothing to read.', 'InvalidStateError');
    const stream = part.transfer.stream();
    item.piping = true;
    try {
      await stream.pipeTo(sink);
      item.saved = true;
      item.piping = false;
      this.#turn(item, part, 'done');
    } catch (error) {
      item.piping = false;
      // The engine may have said why, and said it first.
      if (part.open) {
        part.transfer.cancel();
        this.#turn(item, part, 'failed');
      }
      throw error;
    }
  }

  /** Forgets those that `which` says, and whatever there is of them. */
  forget(which: (item: FileItem) => boolean): void {
    const kept = this.#items.filter((item) => !which(item));
    if (kept.length === this.#items.length) return;
    for (const item of this.#items) if (which(item)) this.cancel(item);
    this.#items = kept;
    this.#host.changed();
  }

  #offered(event: CustomEvent<{ readonly transfer: Transfer; readonly peer: Peer }>): void {
    const { transfer, peer } = event.detail;
    // The page may have decided already.
    if (transfer.state !== 'offered') return;
    event.preventDefault();
    const open = this.#items.filter(({ direction, open, parts }) => {
      return direction === 'in' && open && parts[0]?.peer?.id === peer.id;
    });
    if (open.length >= MAX_OPEN || !this.#makeRoom()) {
      transfer.refuse();
      return;
    }
    const { name, size, mediaType, metadata } = transfer;
    const part = new FilePart(peer, transfer);
    const item = this.#add({ direction: 'in', name, size, mediaType, metadata }, [part]);
    this.#follow(item, part, transfer);
    const answer = this.#host.offered(item);
    if (answer === 'accept') this.accept(item);
    if (answer === 'refuse') this.refuse(item);
    else this.#host.turned(item, part);
    this.#host.changed();
  }

  #arrived({ type, data, peer, metadata, transfer }: DataDetail): void {
    if (type !== this.#type || !(data instanceof Blob)) return;
    const known = transfer && this.#items.find(({ parts }) => parts[0]?.transfer === transfer);
    const [of] = known?.parts ?? [];
    if (known && of && (of.open || of.state === 'done')) {
      known.file = data;
      this.#turn(known, of, 'done');
      this.#host.arrived(known, peer);
      this.#host.changed();
      return;
    }
    // One that was refused has no business here, and one nobody was asked about is small.
    if (transfer || !this.#makeRoom()) return;
    const part = new FilePart(peer);
    const name = data instanceof File ? data.name : '';
    const info = { direction: 'in', name, size: data.size, mediaType: data.type, metadata } as const;
    const item = this.#add(info, [part]);
    item.file = data;
    part.loaded = data.size;
    part.state = 'done';
    if (this.#host.offered(item) === 'refuse') this.#items = this.#items.filter((one) => one !== item);
    else {
      this.#host.turned(item, part);
      this.#host.arrived(item, peer);
    }
    this.#host.changed();
  }

  async #send(item: FileItem, file: Blob, prepare: (item: FileItem) => unknown): Promise<void> {
    await this.#turnToSend();
    try {
      const metadata = await prepare(item);
      const results = await Promise.allSettled(
        item.parts.map((part) => this.#sendPart(item, part, file, metadata)),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    } finally {
      this.#sending--;
      this.#queue.shift()?.();
    }
  }

  async #turnToSend(): Promise<void> {
    if (this.#sending >= MAX_SENDING) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#sending++;
  }

  async #sendPart(item: FileItem, part: FilePart, file: Blob, metadata: unknown): Promise<void> {
    const { signal } = part.abort;
    try {
      signal.throwIfAborted();
      if (!this.#source) throw new DOMException('There is no group or pair to send to.', 'InvalidStateError');
      const onprogress = ({ loaded, transfer }: ProgressDetail): void => {
        if (part.transfer !== transfer) this.#follow(item, part, transfer);
        this.#progressed(item, part, loaded);
      };
      const to = part.peer ? { to: part.peer.id } : {};
      await this.#source.send(file, { ...to, type: this.#type, metadata, signal, onprogress });
      this.#turn(item, part, 'done');
    } catch (error) {
      const { code, name } = error as Partial<PeerError>;
      const cancelled = code === 'aborted' || name === 'AbortError';
      this.#turn(item, part, code === 'refused' ? 'refused' : cancelled ? 'cancelled' : 'failed');
      throw error;
    }
  }

  #follow(item: FileItem, part: FilePart, transfer: Transfer): void {
    part.transfer = transfer;
    transfer.addEventListener('progress', ({ detail }) => {
      if (item.direction === 'in') this.#progressed(item, part, detail.loaded);
    });
    transfer.addEventListener('statechange', ({ detail }) => this.#turn(item, part, detail.state));
    if (transfer.state !== part.state) this.#turn(item, part, transfer.state);
  }

  #progressed(item: FileItem, part: FilePart, loaded: number): void {
    if (!part.open) return;
    part.loaded = loaded;
    item.noteProgress(performance.now());
    this.#host.changed();
  }

  #turn(item: FileItem, part: FilePart, state: TransferState): void {
    // What has ended has ended, whatever is heard of it afterwards.
    if (part.state === state || !part.open) return;
    // All is here, but not yet where it is to be.
    if (state === 'done' && item.piping) return;
    part.state = state;
    if (state === 'done') part.loaded = item.size ?? part.loaded;
    if (state === 'active') item.noteProgress(performance.now());
    this.#host.turned(item, part);
    this.#host.changed();
  }

  /** @param peer null: everyone */
  #lost(peer: Peer | null): void {
    for (const item of this.#items) {
      for (const part of item.parts) {
        if (peer === null || part.peer?.id === peer.id) this.#turn(item, part, 'failed');
      }
    }
  }

  /** One listener for each peer, however many files: it must not hold on to them. */
  #watch(peer: Peer | null): void {
    if (!peer || !this.#listening || this.#watched.has(peer)) return;
    this.#watched.add(peer);
    const changed = (): void => {
      const affected = this.#items.filter(({ parts }) =>
        parts.some((part) => part.open && part.peer === peer),
      );
      for (const item of affected) item.pause();
      if (affected.length) this.#host.changed();
    };
    peer.addEventListener('statechange', changed, { signal: this.#listening.signal });
  }

  #add(info: Omit<FileInfo, 'key'>, parts: readonly FilePart[]): FileItem {
    const item = new FileItem({ ...info, key: String(++this.#count) }, parts);
    this.#makeRoom();
    this.#items = [...this.#items, item];
    for (const { peer } of parts) this.#watch(peer);
    return item;
  }

  /** Whether there is room for one more: what came to nothing goes first, then what was sent or saved. */
  #makeRoom(): boolean {
    if (this.#items.length < MAX_ITEMS) return true;
    const spare =
      this.#items.find(({ open, state }) => !open && state !== 'done') ??
      this.#items.find(({ open, direction, saved }) => !open && (direction === 'out' || saved));
    if (spare) this.#items = this.#items.filter((item) => item !== spare);
    return spare !== undefined;
  }
}
