/** The chat's log as plain data: what was said, who came and went, in the order it is shown. */
import type { WireFile, WireRecord } from './chat-wire.js';

/** `pending` until the network has an own message, `failed` when it could not be delivered. */
export type MessageState = 'pending' | 'delivered' | 'failed';

/** One message of `<peer-chat>`. Never changes: a new state is a new object with the same `id` and `author`. */
export interface ChatMessage {
  /** Chosen by the author; unique together with `author`. */
  readonly id: string;
  /** The author's peer id. Empty for own messages written before there was one. */
  readonly author: string;
  /** What the author was called then; empty for nameless ones. */
  readonly name: string;
  /** Empty where there are only files. */
  readonly text: string;
  /** What its author says of the files that came with it; absent where there are none. */
  readonly files?: readonly WireFile[];
  /** Milliseconds since 1970; never in the future, never before the live message above it. */
  readonly time: number;
  readonly own: boolean;
  readonly state: MessageState;
  /** The id of the peer that told us about it, who vouches for author and text; null when it came from its author. */
  readonly relayed: string | null;
}

/** People coming, going and changing their name, gathered into one line. By peer id. */
export interface ChatNotice {
  readonly key: string;
  readonly time: number;
  readonly joined: Map<string, string>;
  readonly left: Map<string, string>;
  readonly renamed: Map<string, { readonly before: string; readonly after: string }>;
}

export type ChatEntry = ChatMessage | ChatNotice;

export const MAX_ENTRIES = 1000;
/** Messages of one author, and comings and goings, are drawn together for this long. */
export const GROUP_MS = 5 * 60_000;
const MAX_PEOPLE = 50;

export const isMessage = (entry: ChatEntry | undefined): entry is ChatMessage => !!entry && 'text' in entry;

/** With the author in it: nobody can suppress another's message by using its id first. */
export const keyOf = (entry: ChatEntry): string =>
  isMessage(entry) ? `${entry.own ? '' : entry.author}/${entry.id}` : entry.key;

/** Sets and keeps the newest: a crowd running in and out must not grow the page. */
function setBounded<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_PEOPLE && oldest !== undefined) map.delete(oldest);
}

export class ChatLog {
  #entries: ChatEntry[] = [];
  #messages: readonly ChatMessage[] | null = null;
  readonly #index = new Map<string, ChatMessage>();
  #notices = 0;

  get entries(): readonly ChatEntry[] {
    return this.#entries;
  }

  get messages(): readonly ChatMessage[] {
    return (this.#messages ??= Object.freeze(this.#entries.filter(isMessage)));
  }

  /** Whether anybody else has said something to us directly. */
  get heard(): boolean {
    return this.messages.some((message) => !message.own && message.relayed === null);
  }

  /** Adds a message that comes from its author; null when nothing in it is new. */
  add(message: ChatMessage): ChatMessage | null {
    const known = this.#index.get(keyOf(message));
    if (known) {
      if (known.relayed === null || message.own) return null;
      // Hearsay gives way to the author's own word.
      const heard = this.#replace(known, message);
      return heard.text === known.text ? null : heard;
    }
    // In order of arrival: a clock that is behind must not slip a message in above what was read.
    const time = Math.max(message.time, this.#entries.at(-1)?.time ?? 0);
    return this.#insert({ ...message, time }, this.#entries.length);
  }

  /** Adds what `relayed` tells of earlier messages, each at its time; returns those that are new. */
  merge(records: readonly WireRecord[], relayed: string, own: string | null): ChatMessage[] {
    const added: ChatMessage[] = [];
    for (const { from, ...record } of [...records].sort((a, b) => a.time - b.time)) {
      const message = { ...record, author: from, own: from === own, state: 'delivered' as const, relayed };
      if (this.#index.has(keyOf(message))) continue;
      const place = this.#entries.findLastIndex((entry) => entry.time <= message.time) + 1;
      added.push(this.#insert(message, place));
    }
    return added.filter((message) => this.#index.has(keyOf(message)));
  }

  /** Changes a message if it is still there. */
  update(message: ChatMessage, changes: Partial<Pick<ChatMessage, 'state' | 'author'>>): ChatMessage | null {
    const known = this.#index.get(keyOf(message));
    return known ? this.#replace(known, { ...known, ...changes }) : null;
  }

  /** Puts our id, once known, on what was written before. */
  claim(author: string): void {
    for (const message of this.messages) if (message.own && !message.author) this.update(message, { author });
  }

  /** The last `count` messages as they are told to a newcomer; what is on its way may have missed it. */
  records(count: number): WireRecord[] {
    const told = this.messages.filter((message) => message.state !== 'failed' && message.author);
    return told.slice(Math.max(0, told.length - count)).map(({ id, text, time, name, author, files }) => {
      return { id, text, time, name, from: author, ...(files && { files }) };
    });
  }

  joined(id: string, name: string, time: number): void {
    const notice = this.#notice(time);
    // Back within the same breath: a lost connection is not worth a line.
    if (!notice.left.delete(id)) setBounded(notice.joined, id, name);
    this.#settle(notice);
  }

  left(id: string, name: string, time: number): void {
    const notice = this.#notice(time);
    notice.joined.delete(id);
    setBounded(notice.left, id, name);
  }

  renamed(id: string, before: string, after: string, time: number): void {
    const notice = this.#notice(time);
    const first = notice.renamed.get(id)?.before ?? before;
    notice.renamed.delete(id);
    if (notice.joined.has(id)) notice.joined.set(id, after);
    else if (first !== after) setBounded(notice.renamed, id, { before: first, after });
    this.#settle(notice);
  }

  clear(): void {
    this.#entries = [];
    this.#messages = null;
    this.#index.clear();
  }

  #notice(time: number): ChatNotice {
    const last = this.#entries.at(-1);
    if (last && !isMessage(last) && time - last.time < GROUP_MS) return last;
    const notice: ChatNotice = {
      key: `notice ${++this.#notices}`,
      time: Math.max(time, last?.time ?? 0),
      joined: new Map(),
      left: new Map(),
      renamed: new Map(),
    };
    this.#entries.push(notice);
    this.#trim();
    return notice;
  }

  #settle({ joined, left, renamed }: ChatNotice): void {
    if (!joined.size && !left.size && !renamed.size) this.#entries.pop();
  }

  #insert(message: ChatMessage, place: number): ChatMessage {
    this.#entries.splice(place, 0, Object.freeze(message));
    this.#index.set(keyOf(message), message);
    this.#trim();
    this.#messages = null;
    return message;
  }

  #replace(known: ChatMessage, next: ChatMessage): ChatMessage {
    const message = Object.freeze({ ...next, time: known.time });
    this.#entries[this.#entries.indexOf(known)] = message;
    this.#index.set(keyOf(known), message);
    this.#messages = null;
    return message;
  }

  #trim(): void {
    if (this.#entries.length <= MAX_ENTRIES) return;
    const dropped = this.#entries.shift();
    if (isMessage(dropped)) this.#index.delete(keyOf(dropped));
    this.#messages = null;
  }
}

/** An entry and how it stands to its neighbours. */
export interface ChatRow {
  readonly key: string;
  readonly entry: ChatEntry;
  /** A new day starts here. */
  readonly day: boolean;
  /** The reader has not seen what comes from here on. */
  readonly unread: boolean;
  /** Here starts what another told us. */
  readonly told: string | null;
  /** First and last of the messages of one author that belong together. */
  readonly first: boolean;
  readonly last: boolean;
}

const sameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();

const belongs = (message: ChatMessage, next: ChatMessage): boolean =>
  message.author === next.author &&
  message.own === next.own &&
  message.relayed === next.relayed &&
  next.time - message.time < GROUP_MS &&
  sameDay(message.time, next.time);

export function layOut(entries: readonly ChatEntry[], unread: string | null): ChatRow[] {
  const continues = (previous: ChatEntry | undefined, next: ChatEntry | undefined): boolean =>
    isMessage(previous) && isMessage(next) && belongs(previous, next) && keyOf(next) !== unread;
  return entries.map((entry, i) => {
    const previous = entries[i - 1];
    const relayed = isMessage(entry) ? entry.relayed : null;
    return {
      key: keyOf(entry),
      entry,
      day: !previous || !sameDay(previous.time, entry.time),
      unread: keyOf(entry) === unread,
      told: isMessage(previous) && previous.relayed === relayed ? null : relayed,
      first: !continues(previous, entry),
      last: !continues(entry, entries[i + 1]),
    };
  });
}
