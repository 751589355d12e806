/** One file in the list of `<peer-files>`. */
import { html, nothing, type TemplateResult } from 'lit';
import type { BlobUrls } from './blob-urls.js';
import type { FileItem } from './file-item.js';
import { isRaster } from './file-text.js';
import {
  accountView,
  endOf,
  fileButton,
  nameView,
  peerOf,
  progressView,
  saveLink,
  tileView,
} from './file-view.js';
import type { FilesStrings } from './files-strings.js';
import { ICONS } from './icons.js';

export interface RowActions {
  readonly urls: BlobUrls;
  accept(item: FileItem): void;
  refuse(item: FileItem): void;
  cancel(item: FileItem): void;
  /** From the list, with what there is of it here. */
  remove(item: FileItem): void;
  saved(item: FileItem): void;
  /** Null where the browser cannot write to disk piece by piece. */
  readonly saveAs: ((item: FileItem) => void) | null;
}

/** From here on it is worth asking where to, before it comes. */
const BIG = 64_000_000;

function actionsView(item: FileItem, s: FilesStrings, actions: RowActions): unknown {
  const { saveAs } = actions;
  const button = (kind: 'accept' | 'refuse' | 'cancel' | 'remove', icon?: TemplateResult): TemplateResult =>
    fileButton(item, s, { kind, label: s[kind], ...(icon && { icon }), act: () => actions[kind](item) });
  if (item.state === 'offered' && item.direction === 'in') {
    const streams = saveAs && (item.size === null || item.size >= BIG);
    return html`${button('refuse')}
    ${streams ? fileButton(item, s, { kind: 'save-as', label: s.saveAs, act: () => saveAs(item) }) : nothing}
    ${button('accept')}`;
  }
  if (item.open) return button('cancel', ICONS.close);
  if (item.direction === 'in' && item.file) {
    const address = actions.urls.toSave(item.file);
    return html`${saveLink(item, s, address, () => actions.saved(item))}${button('remove', ICONS.close)}`;
  }
  return nothing;
}

/** Who it goes to, where that is more than one. */
function partsView(item: FileItem, s: FilesStrings): unknown {
  if (item.parts.length < 2) return nothing;
  return html`<ul class="parts" part="receivers">
    ${item.parts.map((part) => {
      const { tone, text } = part.open ? { tone: 'muted', text: '' } : endOf(item, part, s);
      const done = part.state === 'done' ? ICONS.done : part.open ? nothing : ICONS.close;
      const percent = part.state === 'active' && item.size ? s.percent(part.loaded / item.size) : nothing;
      return html`<li class=${tone}>
        ${done}<bdi>${peerOf(part, s)}</bdi> ${percent}<span class="sr">${text}</span>
      </li>`;
    })}
  </ul>`;
}

function metaView(item: FileItem, s: FilesStrings): TemplateResult {
  const [part, ...others] = item.parts;
  const name = part ? peerOf(part, s) : '';
  // Of several, each is named below.
  const people = others.length ? '' : item.direction === 'in' ? s.from(name) : s.to([name]);
  // An offer says it all by its buttons.
  const asks = item.direction === 'in' && item.state === 'offered' && !part?.waits;
  const size = item.size === null ? nothing : html`<span>${s.size(item.size)}</span> `;
  return html`<span class="meta" part="meta"
      >${size}${people ? html`<span dir="auto">${people}</span>` : nothing}</span
    >
    ${asks ? nothing : accountView(item, s)}`;
}

/** The small picture: what was sent along, or the file itself where it is here and small enough to be decoded. */
function pictureOf(item: FileItem, urls: BlobUrls): string | null {
  return item.thumbnail && isRaster(item.thumbnail.type) ? urls.of(item.thumbnail) : null;
}

export const rowView = (item: FileItem, s: FilesStrings, actions: RowActions): TemplateResult =>
  html`<li
    class="file ${item.direction} ${item.state} ${item.waits ? 'waits' : ''}"
    part="file file-${item.direction} file-${item.state}"
    data-key=${item.key}
    tabindex="-1"
  >
    ${tileView(item.name, item.mediaType, pictureOf(item, actions.urls))}
    <div class="about">
      ${nameView(item.name, s)} ${progressView(item, s)}
      <div class="facts">${metaView(item, s)}</div>
      ${partsView(item, s)}
    </div>
    <div class="actions" part="actions">${actionsView(item, s, actions)}</div>
  </li>`;
