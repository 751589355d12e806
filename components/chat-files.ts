/** The files of a chat: which belong to which message, and which are taken without a question. Draws nothing. */
import { FILE_TYPE, parseFileMetadata, type WireFileMetadata } from './chat-wire.js';
import type { ChatLog, ChatMessage } from './chat-log.js';
import { FileExchange } from './file-exchange.js';
import type { FileItem } from './file-item.js';
import type { SourceElement } from './source-controller.js';

export interface ChatFilesHost {
  takesFiles(): boolean;
  changed(): void;
}

/** Up to this size a file comes by itself, as a message does. */
export const SMALL = 10_000_000;
/** What came by itself, together; beyond that, the reader is asked. */
export const SMALL_TOGETHER = 200_000_000;

const isLost = ({ open, state }: FileItem): boolean => !open && state !== 'done';
const keyOf = (author: string, { message, index }: WireFileMetadata): string =>
  `${author}/${message}/${String(index)}`;
const OWN = '';

export class ChatFiles {
  readonly #host: ChatFilesHost;
  readonly #log: ChatLog;
  readonly #exchange: FileExchange;
  /** What was written here, by message. */
  readonly #own = new Map<string, readonly File[]>();
  /** By author, message and place: nobody can put a file into another's message. */
  readonly #items = new Map<string, FileItem>();

  constructor(host: ChatFilesHost, log: ChatLog) {
    this.#host = host;
    this.#log = log;
    const changed = (): void => host.changed();
    this.#exchange = new FileExchange(FILE_TYPE, {
      changed,
      offered: (item) => this.#offered(item),
      turned: changed,
      arrived: changed,
    });
  }

  attach(source: SourceElement | null): void {
    this.#exchange.attach(source);
  }

  /** Remembers what an own message brings along. */
  keep({ id }: ChatMessage, files: readonly File[]): void {
    if (files.length) this.#own.set(id, files);
  }

  /** Sends the files of an own message, those that everybody has excepted. */
  send({ id }: ChatMessage, source: SourceElement): void {
    this.#own.get(id)?.forEach((file, index) => {
      const metadata: WireFileMetadata = { message: id, index };
      const before = this.#items.get(keyOf(OWN, metadata));
      if (before && !isLost(before)) return;
      const { item, sent } = this.#exchange.send(file, [...source.peers.values()], () => metadata);
      // How it ends is written beside it.
      sent.catch(() => undefined);
      this.#items.set(keyOf(OWN, metadata), item);
    });
  }

  /** What there is of a message's file, if anything. */
  itemOf({ own, author, id }: ChatMessage, index: number): FileItem | null {
    return this.#items.get(keyOf(own ? OWN : author, { message: id, index })) ?? null;
  }

  contentOf(message: ChatMessage, index: number): Blob | null {
    const own = message.own ? this.#own.get(message.id)?.[index] : null;
    return own ?? this.itemOf(message, index)?.file ?? null;
  }

  accept(item: FileItem): void {
    this.#exchange.accept(item);
  }

  cancel(item: FileItem): void {
    this.#exchange.cancel(item);
  }

  /** The message is known that files may have come for already. */
  announced({ author, id, files = [] }: ChatMessage): void {
    for (const [key, item] of this.#items) {
      const metadata = parseFileMetadata(item.metadata);
      if (metadata?.message !== id || item.parts[0]?.peer?.id !== author) continue;
      if (metadata.index >= files.length) this.#drop(key, item);
      else if (this.#comesByItself(item)) this.#exchange.accept(item);
    }
  }

  /** Lets go of the files whose messages are gone. */
  prune(): void {
    if (!this.#items.size && !this.#own.size) return;
    const authored = new Set(this.#log.messages.map(({ own, author, id }) => `${own ? OWN : author}/${id}/`));
    for (const id of this.#own.keys()) if (!authored.has(`${OWN}/${id}/`)) this.#own.delete(id);
    for (const [key, item] of this.#items) {
      // One that waits for its message has none yet.
      const waits = item.direction === 'in' && item.state === 'offered';
      if (!waits && !authored.has(key.slice(0, key.lastIndexOf('/') + 1))) this.#drop(key, item);
    }
  }

  /** Nothing of it stays. */
  clear(): void {
    this.#own.clear();
    this.#items.clear();
    this.#exchange.forget(() => true);
  }

  #offered(item: FileItem): 'accept' | 'refuse' | 'ask' {
    const metadata = parseFileMetadata(item.metadata);
    const author = item.parts[0]?.peer?.id;
    if (!metadata || author === undefined || !this.#host.takesFiles()) return 'refuse';
    const key = keyOf(author, metadata);
    const before = this.#items.get(key);
    if (before && !isLost(before)) return 'refuse';
    const message = this.#log.messages.findLast(
      (one) => one.author === author && one.id === metadata.message && !one.own,
    );
    if (message && metadata.index >= (message.files?.length ?? 0)) return 'refuse';
    this.#items.set(key, item);
    return message && this.#comesByItself(item) ? 'accept' : 'ask';
  }

  #comesByItself({ size }: FileItem): boolean {
    const taken = this.#exchange.items.filter(({ direction, state }) => {
      return direction === 'in' && (state === 'active' || state === 'done');
    });
    const together = taken.reduce((sum, item) => sum + (item.size ?? 0), 0);
    return size !== null && size <= SMALL && together + size <= SMALL_TOGETHER;
  }

  #drop(key: string, item: FileItem): void {
    this.#items.delete(key);
    this.#exchange.forget((one) => one === item);
  }
}
