/** How the files of a message are drawn: pictures as they are, everything else as a card. */
import { html, nothing, type TemplateResult } from 'lit';
import type { BlobUrls } from './blob-urls.js';
import type { ChatFiles } from './chat-files.js';
import type { ChatMessage } from './chat-log.js';
import type { ChatStrings } from './chat-strings.js';
import type { WireFile } from './chat-wire.js';
import type { FileItem } from './file-item.js';
import { isRaster } from './file-text.js';
import {
  accountView,
  fileButton,
  nameView,
  progressView,
  saveLink,
  shownName,
  tileView,
} from './file-view.js';
import { ICONS } from './icons.js';

export interface FileContext {
  readonly strings: ChatStrings;
  readonly files: ChatFiles;
  readonly urls: BlobUrls;
  /** Pictures that turned out to be none. */
  readonly broken: WeakSet<Blob>;
  /** Whether somebody is there. */
  readonly isHere: (id: string) => boolean;
  readonly changed: () => void;
}

/** A picture of more than this is not drawn unasked. */
const LARGEST_PICTURE = 50_000_000;

function actionsView(
  item: FileItem,
  blob: Blob | null,
  { strings: s, files, urls, changed }: FileContext,
): unknown {
  const cancel = (kind: 'refuse' | 'cancel'): TemplateResult =>
    fileButton(item, s, { kind: 'cancel', label: s[kind], icon: ICONS.close, act: () => files.cancel(item) });
  if (item.direction === 'in' && item.state === 'offered') {
    const accept = { kind: 'accept', label: s.accept, act: () => files.accept(item) };
    return html`${cancel('refuse')}${fileButton(item, s, accept)}`;
  }
  if (item.open) return cancel('cancel');
  if (item.direction === 'out' || !blob) return nothing;
  const saved = (): void => {
    item.saved = true;
    changed();
  };
  return saveLink(item, s, urls.toSave(blob), saved);
}

/** How a file fares that nothing was heard of. */
function absenceView({ own, author, relayed }: ChatMessage, { strings: s, isHere }: FileContext): unknown {
  if (own) return nothing;
  const coming = relayed === null && isHere(author);
  return html`<span class="account muted" part="account">${coming ? s.coming : s.unavailable}</span>`;
}

function cardView(
  message: ChatMessage,
  { name, size, type }: WireFile,
  item: FileItem | null,
  blob: Blob | null,
  context: FileContext,
): TemplateResult {
  const s = context.strings;
  const asks = item?.direction === 'in' && item.state === 'offered' && !item.waits;
  const said = item ? (asks ? nothing : accountView(item, s)) : absenceView(message, context);
  return html`<div class="card ${item?.state ?? ''} ${item?.waits ? 'waits' : ''}" part="file">
    ${tileView(name, type, null)}
    <div class="about">
      ${nameView(item?.name ?? name, s)} ${item ? progressView(item, s) : nothing}
      <div class="facts"><span>${s.size(item?.size ?? size)}</span> ${said}</div>
    </div>
    ${item ? actionsView(item, blob, context) : nothing}
  </div>`;
}

function pictureView(blob: Blob, name: string, item: FileItem | null, context: FileContext): TemplateResult {
  const { strings: s, urls, broken, changed } = context;
  const address = urls.of(blob);
  const failed = (): void => {
    broken.add(blob);
    changed();
  };
  return html`<div class="picture ${item?.waits ? 'waits' : ''}" part="picture">
    <a href=${address} target="_blank" rel="noopener noreferrer"
      ><img src=${address} alt=${shownName(name, s)} decoding="async" @load=${changed} @error=${failed}
    /></a>
    ${
      item && (item.open || item.state !== 'done')
        ? html`<div class="under">
            <div class="about">
              ${progressView(item, s)}
              <div class="facts">${accountView(item, s)}</div>
            </div>
            ${actionsView(item, blob, context)}
          </div>`
        : nothing
    }
  </div>`;
}

export function filesView(message: ChatMessage, context: FileContext): unknown {
  if (!message.files) return nothing;
  const views = message.files.map((file, index) => {
    const item = context.files.itemOf(message, index);
    const blob = context.files.contentOf(message, index);
    const drawable = blob && isRaster(blob.type) && blob.size <= LARGEST_PICTURE && !context.broken.has(blob);
    return drawable
      ? pictureView(blob, file.name, item, context)
      : cardView(message, file, item, blob, context);
  });
  return html`<div class="files" part="files">${views}</div>`;
}
