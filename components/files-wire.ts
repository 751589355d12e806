/** What `<peer-files>` says beside a file, and the parser that trusts nothing of it. */
import { makeThumbnail, parseThumbnail } from './file-thumbnail.js';

/** The `type` of a file sent by `<peer-files>`. */
export const FILES_TYPE = 'peer-files';

export interface WireMetadata {
  /** A JPEG of at most 8 KB. */
  readonly thumbnail?: Uint8Array<ArrayBuffer>;
}

export async function makeMetadata(file: Blob): Promise<WireMetadata> {
  const thumbnail = await makeThumbnail(file);
  return thumbnail ? { thumbnail } : {};
}

/** The thumbnail in it, null where there is none that can be shown. */
export function parseMetadata(value: unknown): Blob | null {
  if (typeof value !== 'object' || value === null) return null;
  return parseThumbnail((value as { readonly thumbnail?: unknown }).thumbnail);
}
