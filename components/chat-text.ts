/** Text as people wrote it: links, emoji, names and the colours that go with them. */

/** A piece of text; `href` makes it a link. */
export interface TextPart {
  readonly text: string;
  readonly href?: string;
}

// Invisible format characters (direction overrides among them) end a link: they could dress it up as another.
const LINK = /https?:\/\/[^\s<>"'`{}|\\^\p{C}]+/giu;
const PUNCTUATION = '.,:;!?…»”’*_~';
const BRACKETS: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** Without the punctuation of the sentence around it; a closing bracket stays if it was opened inside. */
function trimLink(link: string): string {
  const count = (char: string): number => link.split(char).length;
  // Counted once, and no regular expression: a text may be made to keep one busy.
  const surplus = new Map(Object.entries(BRACKETS).map(([end, start]) => [end, count(end) - count(start)]));
  let length = link.length;
  for (;;) {
    const last = link.charAt(length - 1);
    const extra = surplus.get(last) ?? 0;
    if (extra > 0) surplus.set(last, extra - 1);
    else if (!last || !PUNCTUATION.includes(last)) return link.slice(0, length);
    length--;
  }
}

/** Splits off http and https links. The parts together are `text` again, character by character. */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const link = trimLink(match[0]);
    if (!URL.canParse(link)) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: link, href: link });
    end = match.index + link.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

const EMOJI_ONLY =
  /^(?=.*[\p{Extended_Pictographic}\p{RI}])[\p{Extended_Pictographic}\p{EMod}\p{RI}\u200d\ufe0f\s]{1,24}$/su;

/** Nothing but a few emoji, which are shown larger. */
export const isEmoji = (text: string): boolean => EMOJI_ONLY.test(text);

export interface GuestStrings {
  /** Name of somebody without one; `tag` is a piece of their id. */
  readonly guest: (tag: string) => string;
}

const INVISIBLE = /^[\p{C}\p{Z}]*$/u;

/** The same on every page: what somebody calls themselves, else a guest known by a piece of their id. */
export function nameOf(strings: GuestStrings, id: string, name: string): string {
  // The ending tells further pages of one visitor apart.
  return INVISIBLE.test(name) ? strings.guest(id.slice(0, 4) + (/\.\d+$/.exec(id)?.[0] ?? '')) : name;
}

export const initialOf = (name: string): string => ([...name.trim()][0] ?? '').toUpperCase();

export const HUES = 12;

/** Class of one of the hues that names and avatars are drawn in. */
export function hueOf(id: string): string {
  let hash = 0;
  for (let i = 0; i < id.length; i++) hash = (hash * 31 + id.charCodeAt(i)) | 0;
  return `h${(hash >>> 0) % HUES}`;
}
