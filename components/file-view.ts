/** How a file is drawn: its picture, its name, how far it is, and what came of it. */
import { html, nothing, type TemplateResult } from 'lit';
import { hueOf, nameOf, type GuestStrings } from './chat-text.js';
import { ICONS } from './icons.js';
import type { FileItem, FilePart } from './file-item.js';
import type { FileStrings } from './file-strings.js';
import { extensionOf, kindOf } from './file-text.js';

export type FileWords = FileStrings & GuestStrings;

export const peerOf = ({ peer, peerName }: FilePart, s: GuestStrings): string =>
  nameOf(s, peer?.id ?? '', peer?.displayName || peerName);

export const shownName = (name: string, s: FileStrings): string => name || s.unnamed;

/** What is shortened is the middle: the ending says what it is. */
export function nameView(name: string, s: FileStrings): TemplateResult {
  const shown = shownName(name, s);
  const ending = extensionOf(shown);
  return html`<bdi class="file-name" part="file-name" title=${shown}
    ><span>${shown.slice(0, shown.length - ending.length)}</span>${ending}</bdi
  >`;
}

/** @param picture address of a small picture, null without one */
export function tileView(name: string, mediaType: string, picture: string | null): TemplateResult {
  const kind = kindOf(name, mediaType);
  return picture === null
    ? html`<span class="tile ${hueOf(kind)}" part="tile" aria-hidden="true">${kind || ICONS.file}</span>`
    : html`<img class="tile" part="tile" src=${picture} alt="" decoding="async" />`;
}

export type Tone = 'good' | 'bad' | 'muted';

/** What there is to say about how it fares. */
export interface Account {
  readonly tone: Tone;
  readonly text: string;
}

function openAccount(item: FileItem, s: FileWords, now: number): string {
  if (item.waits) return s.waiting;
  const open = item.parts.filter((part) => part.open);
  const names = open.map((part) => peerOf(part, s));
  if (item.state === 'offered') return item.direction === 'in' ? s.from(names.join()) : s.offered(names);
  const { progress } = item;
  const [rate, left] = [item.rate(now), item.timeLeft(now)];
  const words = [
    progress === null ? s.size(item.parts[0]?.loaded ?? 0) : s.percent(progress),
    rate ? s.speed(rate) : '',
    left === null ? '' : s.timeLeft(left),
  ];
  return words.filter(Boolean).join(' · ');
}

/** What came of it with one peer. */
export function endOf({ direction, saved }: FileItem, part: FilePart, s: FileWords): Account {
  const name = peerOf(part, s);
  const comes = direction === 'in';
  switch (part.state) {
    case 'done':
      return { tone: 'good', text: comes ? (saved ? s.saved : s.received) : s.sent };
    case 'refused':
      return comes ? { tone: 'muted', text: s.refusedByYou } : { tone: 'bad', text: s.refused([name]) };
    case 'cancelled':
      return part.ownWill ? { tone: 'muted', text: s.cancelled } : { tone: 'bad', text: s.cancelledBy(name) };
    default:
      return { tone: 'bad', text: part.peer?.state === 'closed' ? s.leftBefore(name) : s.fileFailed };
  }
}

function endAccount(item: FileItem, s: FileWords): Account {
  const [part, ...others] = item.parts;
  if (part && !others.length) return endOf(item, part, s);
  const done = item.parts.filter(({ state }) => state === 'done').length;
  if (done) {
    const all = done === item.parts.length;
    return { tone: 'good', text: all ? s.sent : s.sentToSome(done, item.parts.length) };
  }
  if (item.state === 'refused') {
    return { tone: 'bad', text: s.refused(item.parts.map((one) => peerOf(one, s))) };
  }
  return item.state === 'cancelled'
    ? { tone: 'muted', text: s.cancelled }
    : { tone: 'bad', text: s.fileFailed };
}

/** @param now milliseconds, as `performance.now()` */
export const accountOf = (item: FileItem, s: FileWords, now: number): Account =>
  item.open ? { tone: 'muted', text: openAccount(item, s, now) } : endAccount(item, s);

export function accountView(item: FileItem, s: FileWords): TemplateResult {
  const { tone, text } = accountOf(item, s, performance.now());
  const icon = tone === 'good' ? ICONS.done : tone === 'bad' ? ICONS.warn : nothing;
  return html`<span class="account ${tone}" part="account account-${item.state}" dir="auto"
    >${icon}${text}</span
  >`;
}

/** The bar, as long as something moves or is about to. */
export function progressView(item: FileItem, s: FileStrings): unknown {
  if (item.state !== 'active') return nothing;
  const { progress } = item;
  const name = shownName(item.name, s);
  return progress === null
    ? html`<progress part="progress" aria-label=${name}></progress>`
    : html`<progress part="progress" aria-label=${name} max="1" value=${progress}></progress>`;
}

/** A button that says to the ear which file it is about. */
export const fileButton = (
  item: FileItem,
  s: FileStrings,
  { kind, label, icon, act }: { kind: string; label: string; icon?: TemplateResult; act: () => void },
): TemplateResult =>
  html`<button
    type="button"
    class="act ${kind}"
    part="button ${kind}"
    @click=${act}
    title=${icon ? label : nothing}
  >
    ${icon ?? label}<span class="sr">${icon ? label : ''} ${shownName(item.name, s)}</span>
  </button>`;

/** Saves what has arrived, under its name. @param address one that only ever saves */
export const saveLink = (item: FileItem, s: FileStrings, address: string, act: () => void): TemplateResult =>
  html`<a
    class="act save"
    part="button save"
    href=${address}
    download=${shownName(item.name, s)}
    @click=${act}
    >${ICONS.save}<span class="word">${s.save}</span><span class="sr"> ${shownName(item.name, s)}</span></a
  >`;
