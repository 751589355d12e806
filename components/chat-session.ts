/** What a chat does with its source: says, hears, and tells newcomers what they missed. Draws nothing. */
import type { DataDetail, Peer, PeerError } from '../src/index.js';
import { HistoryQuest } from './chat-history.js';
import { ChatFiles } from './chat-files.js';
import { ChatLog, type ChatMessage } from './chat-log.js';
import {
  HISTORY_TYPE,
  MESSAGE_TYPE,
  cleanName,
  parseHistory,
  parseMessage,
  type WireMessage,
} from './chat-wire.js';
import { cleanFileName } from './file-text.js';
import type { SourceElement, SourceElementEventMap } from './source-controller.js';

export interface ChatHost {
  /** Whether files are taken. */
  takesFiles(): boolean;
  /** How many earlier messages to ask for and to tell. */
  history(): number;
  /** Something that is shown may have changed. */
  changed(): void;
  added(message: ChatMessage): void;
}

/** A peer is told the history this often at most: it is much to send for a small question. */
export const TELL_EVERY_MS = 2000;

/** What can change the picture. */
const SHOWN = [
  'open',
  'join',
  'peer',
  'profile',
  'leave',
  'data',
  'statechange',
  'error',
  'close',
] as const satisfies readonly (keyof SourceElementEventMap)[];

const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('');

/** Whether only those missed a message who have left since, while others have it. */
const leftBehind = (error: unknown, { peers }: SourceElement): boolean => {
  const missed = (error as Partial<PeerError> | null)?.peers;
  return !!missed?.length && peers.size > 0 && missed.every((id) => !peers.has(id));
};

export class ChatSession {
  readonly log = new ChatLog();
  readonly files: ChatFiles;
  readonly #host: ChatHost;
  readonly #quest: HistoryQuest;
  /** Everyone whose coming the reader knows of, and the name they had. */
  readonly #known = new Map<string, string>();
  /** Who was there before us. */
  readonly #elders = new Set<string>();
  readonly #told = new Map<string, number>();
  #source: SourceElement | null = null;
  #former: WeakRef<SourceElement> | null = null;
  #room: string | null = null;
  #listening: AbortController | null = null;

  constructor(host: ChatHost) {
    this.#host = host;
    this.files = new ChatFiles(host, this.log);
    this.#quest = new HistoryQuest((id) => {
      this.#sendTo(id, { want: this.#host.history() });
    });
  }

  attach(source: SourceElement | null): void {
    this.#listening?.abort();
    this.files.attach(source);
    this.#source = source;
    this.#forget();
    if (source) {
      // What was said to others stays with them.
      if (this.#former?.deref() !== source) this.#leaveRoom(null);
      this.#former = new WeakRef(source);
      this.#listen(source);
      if (source.peerId) this.log.claim(source.peerId);
      if (source.state === 'connected') this.#leaveRoom(source.room ?? source.code ?? null);
      this.#begin(source.peers);
      for (const peer of source.peers.values()) if (peer.state === 'connected') this.#seek(peer.id);
    }
    this.#host.changed();
  }

  /** Forgets everything that was said. */
  clear(): void {
    this.log.clear();
    this.files.clear();
  }

  /** Adds an own message and sends it. Resolves when it is on its way to everyone. */
  post(source: SourceElement, text: string, files: readonly File[] = []): Promise<void> {
    const listed = files.map(({ name, size, type }) => ({ name: cleanFileName(name), size, type }));
    const message = this.log.add({
      id: newId(),
      author: source.peerId ?? '',
      name: cleanName(source.displayName),
      text,
      time: Date.now(),
      own: true,
      state: 'pending',
      relayed: null,
      ...(listed.length && { files: listed }),
    });
    if (!message) return Promise.resolve();
    this.files.keep(message, files);
    this.#host.added(message);
    return this.#send(source, message);
  }

  /** Sends a message that failed again; whoever has it already ignores it. */
  async retry(failed: ChatMessage): Promise<void> {
    const source = this.#source;
    const message = source && this.log.update(failed, { state: 'pending' });
    if (!message) return;
    this.#host.changed();
    // How it ended is written beside the message.
    await this.#send(source, message).catch(() => undefined);
  }

  async #send(source: SourceElement, message: ChatMessage): Promise<void> {
    const { id, text, time, name, files } = message;
    const data: WireMessage = { id, text, time, name, ...(files && { files }) };
    try {
      const sending = source.send(data, { type: MESSAGE_TYPE });
      // Behind the message that tells of them, and not before there is anybody who was told.
      this.files.send(message, source);
      await sending;
    } catch (error) {
      if (!leftBehind(error, source)) {
        this.#settle(message, 'failed');
        throw error;
      }
    }
    this.#settle(message, 'delivered');
  }

  #settle(message: ChatMessage, state: 'delivered' | 'failed'): void {
    if (this.log.update(message, { state })) this.#host.changed();
  }

  #listen(source: SourceElement): void {
    this.#listening = new AbortController();
    const options = { signal: this.#listening.signal };
    source.addEventListener('data', ({ detail }) => this.#heard(detail), options);
    source.addEventListener('peer', ({ detail }) => this.#met(detail.peer), options);
    source.addEventListener('leave', ({ detail }) => this.#lost(detail.peer), options);
    source.addEventListener('profile', ({ detail }) => this.#renamed(detail.peer), options);
    source.addEventListener('open', ({ detail }) => this.log.claim(detail.id), options);
    source.addEventListener(
      'join',
      ({ detail }) => {
        this.#leaveRoom(detail.room ?? detail.code ?? null);
        this.#forget();
        this.#begin(detail.peers);
      },
      options,
    );
    source.addEventListener('close', () => this.#forget(), options);
    // Last, so that what is drawn is what came of it.
    const changed = (): void => this.#host.changed();
    for (const type of SHOWN) source.addEventListener(type, changed, options);
  }

  /** Another room than before starts with an empty log. */
  #leaveRoom(room: string | null): void {
    if (this.#room !== null && this.#room !== room) this.clear();
    this.#room = room;
  }

  #forget(): void {
    this.#known.clear();
    this.#elders.clear();
    this.#told.clear();
    this.#quest.reset();
  }

  #begin(peers: ReadonlyMap<string, Peer>): void {
    for (const { id, displayName } of peers.values()) {
      this.#known.set(id, displayName);
      this.#elders.add(id);
    }
  }

  #met({ id, displayName }: Peer): void {
    if (!this.#known.has(id)) this.log.joined(id, cleanName(displayName), Date.now());
    this.#known.set(id, displayName);
    // Signalling does not always know who was there first; while nobody has spoken, anybody may have been.
    if (this.#elders.has(id) || !this.log.heard) this.#seek(id);
  }

  #lost({ id, displayName }: Peer): void {
    if (this.#known.delete(id)) this.log.left(id, cleanName(displayName), Date.now());
    this.#told.delete(id);
    this.#quest.gone(id);
  }

  #renamed({ id, displayName }: Peer): void {
    const before = this.#known.get(id);
    if (before === undefined || before === displayName) return;
    this.#known.set(id, displayName);
    // The first we hear of a name is no change of it.
    if (before || !this.#elders.has(id)) {
      this.log.renamed(id, cleanName(before), cleanName(displayName), Date.now());
    }
  }

  #heard({ type, data, peer }: DataDetail): void {
    if (type === HISTORY_TYPE) this.#onHistory(data, peer.id);
    if (type !== MESSAGE_TYPE) return;
    const parsed = parseMessage(data, Date.now());
    if (!parsed) return;
    // Who it is from is what the source says, never what the message says.
    const message = this.log.add({
      ...parsed,
      author: peer.id,
      name: cleanName(peer.displayName) || parsed.name,
      own: false,
      state: 'delivered',
      relayed: null,
    });
    if (!message) return;
    this.files.announced(message);
    this.#host.added(message);
  }

  #seek(id: string): void {
    if (this.#host.history() > 0) this.#quest.offer(id);
  }

  #onHistory(data: unknown, from: string): void {
    const history = parseHistory(data, Date.now());
    if (!history) return;
    if ('want' in history) this.#tell(from, history.want);
    else if (this.#quest.expects(from)) {
      const messages = history.messages.slice(-this.#host.history());
      this.#quest.answered(from, messages.length > 0);
      const added = this.log.merge(messages, from, this.#source?.peerId ?? null);
      for (const message of added) this.#host.added(message);
    }
  }

  #tell(id: string, want: number): void {
    const now = performance.now();
    if (now - (this.#told.get(id) ?? -Infinity) < TELL_EVERY_MS) return;
    this.#told.set(id, now);
    this.#sendTo(id, { messages: this.log.records(Math.min(want, this.#host.history())) });
  }

  #sendTo(id: string, data: unknown): void {
    const sending = new Promise<void>((resolve) => {
      resolve(this.#source?.send(data, { to: id, type: HISTORY_TYPE }));
    });
    // Whoever does not get it asks another, as we do.
    sending.catch(() => undefined);
  }
}
