/** Small pictures of images: made by who sends a file, and looked at twice by who gets one. */
import { isRaster } from './file-text.js';

/** The longer side, in pixels. */
const SIDE = 96;
export const MAX_THUMBNAIL = 8192;
/** Decoding takes memory by the pixel, and few bytes can claim many. */
const MAX_SIDE = 256;
/** What takes longer to decode is not worth the wait. */
const LARGEST_SOURCE = 40_000_000;

/** A JPEG of a few KB, or null where that cannot be had: a file that is no image, or one nobody can read. */
export async function makeThumbnail(file: Blob): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!isRaster(file.type) || file.size > LARGEST_SOURCE) return null;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext('2d');
    if (!context) return null;
    // JPEG knows no transparency and would make it black.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.7));
    return blob && blob.size <= MAX_THUMBNAIL ? new Uint8Array(await blob.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

/** Width and height as a JPEG states them, null for anything else. */
function jpegSize(bytes: Uint8Array): readonly [number, number] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0xff_d8) return null;
  for (let at = 2; at + 9 <= bytes.length;) {
    const marker = view.getUint16(at);
    if (marker < 0xff_c0 || marker === 0xff_ff) return null;
    // A frame header; three markers in between mean tables.
    if (marker <= 0xff_cf && ![0xff_c4, 0xff_c8, 0xff_cc].includes(marker)) {
      return [view.getUint16(at + 7), view.getUint16(at + 5)];
    }
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return null;
}

/** What a peer calls a thumbnail: as a Blob that is a small JPEG and nothing else, or null. */
export function parseThumbnail(value: unknown): Blob | null {
  const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
  if (!(bytes instanceof Uint8Array) || bytes.length > MAX_THUMBNAIL) return null;
  const size = jpegSize(bytes);
  if (!size?.every((side) => side > 0 && side <= MAX_SIDE)) return null;
  return new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' });
}
