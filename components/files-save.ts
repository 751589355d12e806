/** Files that go straight to disk, where the browser can do that, so that no memory has to hold them. */
import type { FileExchange } from './file-exchange.js';
import type { FileItem } from './file-item.js';
import type { FileStrings } from './file-strings.js';
import { shownName } from './file-view.js';

/** The File System Access API, which not every browser has. */
interface FileSystemWindow {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
}

const pages = (): FileSystemWindow => globalThis as FileSystemWindow;

export const canSaveToDisk = (): boolean => typeof pages().showSaveFilePicker === 'function';

/** Asks where to, then takes the file. Whoever changes their mind in the dialog has decided nothing. */
export async function saveToDisk(exchange: FileExchange, item: FileItem, s: FileStrings): Promise<void> {
  try {
    const handle = await pages().showSaveFilePicker?.({ suggestedName: shownName(item.name, s) });
    if (!handle || item.state !== 'offered') return;
    await exchange.pipe(item, await handle.createWritable());
  } catch {
    // The row says how it ended, and a dialog that was closed is no news.
  }
}
