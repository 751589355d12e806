/** Whether the log follows what is said, and what the reader has not seen while it does not. */
import { html, nothing, type LitElement } from 'lit';
import type { ChatStrings } from './chat-strings.js';
import { ICONS } from './icons.js';

/** Closer to the end than this, in pixels, counts as there. */
const END = 32;

const isAtEnd = ({ scrollHeight, scrollTop, clientHeight }: Element): boolean =>
  scrollHeight - scrollTop - clientHeight < END;

export class ChatScroll {
  /** Key of the first message that was not seen when it came; stays for orientation until the reader says something. */
  firstUnread: string | null = null;
  readonly #host: LitElement;
  readonly #resized = new ResizeObserver(() => {
    this.look();
    this.#toEnd();
  });
  #following = true;
  #unread = 0;
  #log: Element | null = null;
  /** Where we left the log when we last moved it. */
  #at = 0;

  constructor(host: LitElement) {
    this.#host = host;
  }

  /** From here on at the end, with nothing unread. */
  follow(): void {
    this.#following = true;
    this.#at = 0;
    this.#unread = 0;
    this.firstUnread = null;
  }

  /** To be called before the log is drawn: the reader may have moved it, and the event that tells is yet to come. */
  look(): void {
    if (this.#log && this.#log.scrollTop < this.#at - 1) this.#following &&= isAtEnd(this.#log);
  }

  /** A message was added at the end. */
  arrived(key: string): void {
    this.look();
    if (!this.#following && this.#unread++ === 0) this.firstUnread = key;
  }

  /** To be called when the log has been drawn. */
  settle(): void {
    if (!this.#log) {
      this.#log = this.#host.renderRoot.querySelector('.log');
      if (this.#log) this.#resized.observe(this.#log);
    }
    this.#toEnd();
  }

  render(s: ChatStrings): unknown {
    if (!this.#unread) return nothing;
    return html`<button type="button" class="unread" part="unread-button" @click=${this.#onClick}>
      ${s.unread(this.#unread)}${ICONS.down}<span class="sr">${s.toEnd}</span>
    </button>`;
  }

  readonly onScroll = (event: Event): void => {
    this.#following = isAtEnd(event.currentTarget as Element);
    if (!this.#following || !this.#unread) return;
    this.#unread = 0;
    this.#host.requestUpdate();
  };

  #toEnd(): void {
    if (!this.#following || !this.#log) return;
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#at = this.#log.scrollTop;
  }

  readonly #onClick = (): void => {
    const log = this.#host.renderRoot.querySelector<HTMLElement>('.log');
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    log?.scrollTo({ top: log.scrollHeight, behavior: calm ? 'auto' : 'smooth' });
    // The button is about to go; where it leads is the better place to be.
    log?.focus({ preventScroll: true });
  };
}
