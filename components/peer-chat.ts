/** A chat for the group or pair around it. */
import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { BlobUrls } from './blob-urls.js';
import { keyOf, layOut, type ChatMessage } from './chat-log.js';
import { ChatComposer } from './chat-composer.js';
import { ChatHeader } from './chat-header.js';
import { ChatScroll } from './chat-scroll.js';
import { ChatSession } from './chat-session.js';
import { ENGLISH, type ChatStrings } from './chat-strings.js';
import { nameOf } from './chat-text.js';
import { rowView } from './chat-view.js';
import { MAX_FILES, MAX_TEXT, clampHistory } from './chat-wire.js';
import { FileDrop } from './file-drop.js';
import { ICONS } from './icons.js';
import { styles } from './peer-chat.styles.js';
import { SourceController } from './source-controller.js';
import { statusOf, type SourceStatus } from './source-status.js';
import type { TypedListeners } from '../src/index.js';

export type { ChatMessage, MessageState } from './chat-log.js';
export type { ChatStrings } from './chat-strings.js';

export interface PeerChatEventMap {
  message: CustomEvent<{ readonly message: ChatMessage }>;
}

/** What `post()` takes besides plain text. */
export interface ChatPost {
  readonly text?: string;
  readonly files?: Iterable<File> | ArrayLike<File>;
}

const HISTORY = 50;

/**
 * A chat for the `<peer-group>` or `<peer-pair>` around it, or for the one named by `for`. What is said goes from
 * page to page; newcomers are told what they missed by those who were there.
 *
 * @element peer-chat
 *
 * @fires {CustomEvent<{ message: ChatMessage }>} message - A message was added: an own one, one that arrived, or one
 *   that another tells about (then `message.relayed` is that peer's id).
 *
 * @slot header - At the start of the row above the log, for a title or buttons.
 * @slot empty - Replaces what is shown while there are no messages.
 * @slot composer-start - Before the message field.
 * @slot composer-end - Between the message field and the send button.
 *
 * @csspart header - The row above the log.
 * @csspart dot - The coloured dot that shows the state of the connection.
 * @csspart people-button - Opens and closes the list of people.
 * @csspart people - The list of people.
 * @csspart avatar - A person's initial.
 * @csspart me - The button with the own name.
 * @csspart name-input - The field for the own name.
 * @csspart status - The line that says what is wrong, above the log.
 * @csspart log - The scrolling list of messages.
 * @csspart message - One message with all that belongs to it.
 * @csspart own - An own message.
 * @csspart other - Somebody else's message.
 * @csspart name - The author's name.
 * @csspart time - The time of a group of messages.
 * @csspart bubble - A message's text.
 * @csspart bubble-own - The text of an own message.
 * @csspart bubble-other - The text of somebody else's message.
 * @csspart files - The files of a message.
 * @csspart file - One of them, as a card.
 * @csspart picture - One of them, as the picture it is.
 * @csspart tile - The letters that tell a file's kind, or a small picture of it.
 * @csspart file-name - A file's name.
 * @csspart account - How a file fares.
 * @csspart progress - The bar of a file on its way.
 * @csspart button - The buttons of a file. Also `accept`, `cancel`, `save`.
 * @csspart drop - What covers the log while files hover above the chat.
 * @csspart attachments - The files that wait for the message to be sent.
 * @csspart detach - The button that removes one of them.
 * @csspart attach - The button that opens the picker.
 * @csspart failed - The line below a message that was not delivered.
 * @csspart retry - The button in it.
 * @csspart day - The line above a day's first message.
 * @csspart system - A line about people coming and going, and about who told earlier messages.
 * @csspart unread - The line above the first message that was not seen yet.
 * @csspart unread-button - The floating button that leads to the newest message.
 * @csspart empty - What is shown while there are no messages.
 * @csspart composer - The row with message field and send button.
 * @csspart input - The message field.
 * @csspart send - The send button.
 *
 * @cssprop [--peer-chat-accent=#4451c4] - Own messages, send button, focus.
 * @cssprop [--peer-chat-accent-text=#fff] - Text on the accent colour.
 * @cssprop [--peer-chat-surface] - Background.
 * @cssprop [--peer-chat-text] - Text.
 * @cssprop [--peer-chat-muted] - Secondary text.
 * @cssprop [--peer-chat-line] - Borders and rules.
 * @cssprop [--peer-chat-bubble-own] - Own bubbles; the accent colour by default.
 * @cssprop [--peer-chat-bubble-own-text] - Text in own bubbles.
 * @cssprop [--peer-chat-bubble-other] - Other people's bubbles.
 * @cssprop [--peer-chat-bubble-other-text] - Text in other people's bubbles.
 * @cssprop [--peer-chat-soft] - Behind bars and quiet buttons.
 * @cssprop [--peer-chat-good] - What went well.
 * @cssprop [--peer-chat-danger] - What went wrong.
 * @cssprop [--peer-chat-radius=1rem] - Corners of the chat.
 * @cssprop [--peer-chat-bubble-radius=1.125em] - Corners of bubbles.
 * @cssprop [--peer-chat-font-size=0.9375rem] - Size of the text.
 * @cssprop [--peer-chat-height=20rem] - Height of the log where the page gives the chat no height.
 * @cssprop [--peer-chat-max-height=none] - Greatest height of the chat.
 * @cssprop [--peer-chat-measure=48rem] - Greatest width of the conversation in a wide chat.
 */
export class PeerChatElement extends LitElement {
  static override styles = styles;
  static override properties = {
    for: { reflect: true },
    history: { type: Number },
    placeholder: {},
    label: {},
    readonly: { type: Boolean, reflect: true },
    noFiles: { type: Boolean, reflect: true, attribute: 'no-files' },
    strings: { attribute: false },
  };

  /** Id of the group or pair to talk in. Default: the nearest one around the chat. */
  declare for: string | null;
  /** How many earlier messages to ask for on arrival and to tell newcomers: 0 to 200. */
  declare history: number;
  /** Shown in the empty message field. */
  declare placeholder: string | null;
  /** Name of the log for assistive technology. */
  declare label: string | null;
  /** Nothing can be written by hand; `post()` still works. */
  declare readonly: boolean;
  /** Files can be neither sent nor taken. */
  declare noFiles: boolean;

  declare addEventListener: TypedListeners<PeerChatEventMap>['addEventListener'];
  declare removeEventListener: TypedListeners<PeerChatEventMap>['removeEventListener'];

  readonly #session = new ChatSession({
    takesFiles: () => !this.noFiles,
    history: () => clampHistory(this.history, HISTORY),
    changed: () => {
      this.requestUpdate();
    },
    added: (message) => {
      this.#added(message);
    },
  });
  readonly #link = new SourceController(this, (_previous, next) => {
    this.#session.attach(next);
  });
  readonly #header = new ChatHeader(this);
  readonly #scroll = new ChatScroll(this);
  readonly #urls = new BlobUrls(this);
  readonly #broken = new WeakSet<Blob>();
  readonly #composer = new ChatComposer(this, this.#urls, (text, files) => {
    if (!this.#link.source) return false;
    void this.post({ text, files });
    return true;
  });
  readonly #drop = new FileDrop(this, {
    ready: () => !this.noFiles && !this.readonly && this.#link.source !== null && !this.#isOver,
    take: (files) => {
      this.#composer.attachments.add(files);
      this.focus();
    },
  });
  #strings = ENGLISH;

  constructor() {
    super();
    this.for = null;
    this.history = HISTORY;
    this.placeholder = null;
    this.label = null;
    this.readonly = false;
    this.noFiles = false;
  }

  /** All words, English unless set. What is set is laid over the English ones, so some of them will do. */
  get strings(): ChatStrings {
    return this.#strings;
  }
  set strings(strings: Partial<ChatStrings>) {
    this.#strings = { ...ENGLISH, ...strings };
  }

  /** What has been said, oldest first: a new frozen array after each change. */
  get messages(): readonly ChatMessage[] {
    return this.#session.log.messages;
  }

  /**
   * Says something to everyone. It is shown at once and marked until it is on its way, or as not delivered.
   * @param content the text, or an object with `text`, `files` or both
   * @returns resolves when the message is on its way to everyone; rejects when it is not. How its files fare is shown
   *   beside them: whoever gets one may be asked first.
   * @throws {TypeError} neither text nor files, more than 16 000 characters, more than 20 files
   * @throws {DOMException} `InvalidStateError` without a group or pair, `NotSupportedError` for files with `no-files`
   */
  post(content: string | ChatPost): Promise<void> {
    const { text = '', files: given = [] } = typeof content === 'string' ? { text: content } : content;
    const files = Array.from(given);
    if (files.length && this.noFiles) {
      throw new DOMException('This chat takes no files: it has the attribute no-files.', 'NotSupportedError');
    }
    if (!files.every((file) => file instanceof File)) throw new TypeError('files must be File objects.');
    if (files.length > MAX_FILES) throw new TypeError(`A message has at most ${MAX_FILES} files.`);
    if (typeof text !== 'string' || !(text.trim() || files.length)) {
      throw new TypeError('post() needs a text or files.');
    }
    if (text.length > MAX_TEXT) throw new TypeError(`A text has at most ${MAX_TEXT} characters.`);
    const { source } = this.#link;
    if (!source) throw new DOMException('There is no group or pair to talk in.', 'InvalidStateError');
    const posted = this.#session.post(source, text, files);
    // A failure is shown beside the message; whoever does not wait for it need not hear of it again.
    posted.catch(() => undefined);
    return posted;
  }

  /** Empties the log on this page; nobody else's changes. */
  clear(): void {
    this.#session.clear();
    this.requestUpdate();
  }

  /** Focuses the message field. */
  override focus(options?: FocusOptions): void {
    this.#composer.focus(options);
  }

  protected override willUpdate(): void {
    if (this.#session.log.entries.length) this.#scroll.look();
    else this.#scroll.follow();
  }

  protected override render(): TemplateResult {
    const { source } = this.#link;
    const s = this.#strings;
    const status = statusOf(source, s);
    const ended = this.#isOver;
    const placeholder = this.readonly ? s.readonly : (this.placeholder ?? s.placeholder);
    return html`${this.#header.render(source, status, s)}
      <div class="status ${status.tone}" part="status" role="status">
        ${this.#session.log.entries.length && status.text ? html`<p>${status.text}</p>` : nothing}
      </div>
      <div class="body">
        ${this.#renderLog(status)}${this.#scroll.render(s)}
        ${this.#drop.over ? html`<div class="dropping" part="drop">${ICONS.attach}${s.dropNow}</div>` : nothing}
      </div>
      ${this.#composer.render(
        s,
        ended ? (status.text ?? placeholder) : placeholder,
        source !== null && !this.readonly && !ended,
        this.readonly || ended,
        !this.noFiles && !this.readonly,
      )}`;
  }

  protected override updated(): void {
    this.#scroll.settle();
  }

  #renderLog(status: SourceStatus): TemplateResult {
    const s = this.#strings;
    const { entries } = this.#session.log;
    const { source } = this.#link;
    const context = {
      strings: s,
      files: this.#session.files,
      urls: this.#urls,
      broken: this.#broken,
      isHere: (id: string) => source?.peers.has(id) ?? false,
      changed: () => this.requestUpdate(),
      retry: this.#retry,
      nameOf: (id: string) => nameOf(s, id, this.#nameNow(id)),
    };
    // Focusable, so that the keyboard can scroll it.
    return html`<div
      class="log"
      part="log"
      role="log"
      tabindex="0"
      aria-live="polite"
      aria-label=${this.label ?? s.label}
      @scroll=${this.#scroll.onScroll}
    >
      ${
        entries.length
          ? repeat(
              layOut(entries, this.#scroll.firstUnread),
              ({ key }) => key,
              (row) => rowView(row, context),
            )
          : html`<div class="empty" part="empty">
              <slot name="empty"
                >${ICONS.talk}
                <p>${status.text ?? s.empty}</p></slot
              >
            </div>`
      }
    </div>`;
  }

  get #isOver(): boolean {
    const state = this.#link.source?.state;
    return state === 'failed' || state === 'closed';
  }

  /** Also of one that has left. */
  #nameNow(id: string): string {
    const peer = this.#link.source?.peers.get(id);
    return peer ? peer.displayName : (this.messages.findLast(({ author }) => author === id)?.name ?? '');
  }

  #added(message: ChatMessage): void {
    if (message.relayed === null) {
      if (message.own) this.#scroll.follow();
      else this.#scroll.arrived(keyOf(message));
    }
    this.#session.files.prune();
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent('message', { detail: { message } }));
  }

  readonly #retry = (message: ChatMessage): void => {
    void this.#session.retry(message);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-chat': PeerChatElement;
  }
}
