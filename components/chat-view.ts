/** How the parts of a chat are drawn. Everything anybody wrote goes through text bindings, and nothing else does. */
import { html, nothing, type TemplateResult } from 'lit';
import { filesView, type FileContext } from './chat-file-view.js';
import { isMessage, type ChatMessage, type ChatNotice, type ChatRow } from './chat-log.js';
import type { ChatStrings } from './chat-strings.js';
import { hueOf, initialOf, isEmoji, nameOf, splitLinks } from './chat-text.js';
import { ICONS } from './icons.js';

const dayOf = (time: number, s: ChatStrings): string => {
  const date = new Date(time);
  const day = date.toDateString();
  const now = new Date();
  if (day === now.toDateString()) return s.today;
  now.setDate(now.getDate() - 1);
  return day === now.toDateString() ? s.yesterday : s.day(date);
};

const textView = (text: string): unknown =>
  splitLinks(text).map(({ text: part, href }) =>
    href === undefined
      ? part
      : html`<a href=${href} target="_blank" rel="noopener noreferrer nofollow">${part}</a>`,
  );

const avatar = (name: string): TemplateResult =>
  html`<span class="avatar" part="avatar" aria-hidden="true">${initialOf(name)}</span>`;

/** Name and time above the first message of a group; the others say it to screen readers only. */
function headView({ author, name, own, time }: ChatMessage, first: boolean, s: ChatStrings): TemplateResult {
  const shown = own ? s.you : nameOf(s, author, name);
  if (!first) return html`<span class="sr">${shown}</span>`;
  const date = new Date(time);
  return html`${own ? nothing : avatar(shown)}
    <div class="head">
      ${own ? html`<span class="sr">${shown}</span>` : html`<bdi class="name" part="name">${shown}</bdi>`}
      <time part="time" dir="auto" datetime=${date.toISOString()}>${s.time(date)}</time>
    </div>`;
}

const stateView = (message: ChatMessage, s: ChatStrings, retry: (message: ChatMessage) => void): unknown => {
  if (message.state === 'pending')
    return html`<span class="pending">${ICONS.clock}<span class="sr">${s.pending}</span></span>`;
  if (message.state === 'delivered') return nothing;
  return html`<div class="failed" part="failed">
    ${s.failed} · <button type="button" part="retry" @click=${() => retry(message)}>${s.retry}</button>
  </div>`;
};

function messageView(
  message: ChatMessage,
  { first, last }: ChatRow,
  { strings: s, retry, ...context }: RowContext,
): TemplateResult {
  const side = message.own ? 'own' : 'other';
  const kind = isEmoji(message.text) ? 'bubble emoji' : 'bubble';
  // The text keeps its white space, so none may come from the template.
  return html`<div
    class="message ${side} ${hueOf(message.author)} ${first ? 'first' : ''} ${last ? 'last' : ''}"
    part="message ${side}"
  >
    ${headView(message, first, s)}
    ${
      message.text.trim()
        ? html`<div class=${kind} part="bubble bubble-${side}" dir="auto">${textView(message.text)}</div>`
        : nothing
    }
    ${filesView(message, { strings: s, ...context })} ${stateView(message, s, retry)}
  </div>`;
}

function noticeView({ joined, left, renamed }: ChatNotice, s: ChatStrings): TemplateResult {
  const names = (people: Map<string, string>): string[] =>
    [...people].map(([id, name]) => nameOf(s, id, name));
  const words = [...renamed].map(([id, { before, after }]) =>
    s.renamed(nameOf(s, id, before), nameOf(s, id, after)),
  );
  if (joined.size) words.unshift(s.joined(names(joined)));
  if (left.size) words.push(s.left(names(left)));
  return html`<div class="system" part="system" dir="auto">${words.join(' · ')}</div>`;
}

export interface RowContext extends FileContext {
  readonly retry: (message: ChatMessage) => void;
  /** What a peer is called now. */
  readonly nameOf: (id: string) => string;
}

export function rowView(row: ChatRow, context: RowContext): TemplateResult {
  const { strings: s, nameOf } = context;
  const { entry, day, told, unread } = row;
  return html`${day ? html`<div class="day" part="day">${dayOf(entry.time, s)}</div>` : nothing}
  ${told === null ? nothing : html`<div class="system" part="system" dir="auto">${s.relayed(nameOf(told))}</div>`}
  ${unread ? html`<div class="new" part="unread">${s.newMessages}</div>` : nothing}
  ${isMessage(entry) ? messageView(entry, row, context) : noticeView(entry, s)}`;
}

export function personView(id: string, name: string, s: ChatStrings, hint?: string): TemplateResult {
  const shown = nameOf(s, id, name);
  return html`<li class=${hueOf(id)}>
    ${avatar(shown)}<bdi>${shown}</bdi>${hint ? html` <span class="muted">${hint}</span>` : nothing}
  </li>`;
}
