/** A message, packed once for all who get it: small ones go as they are, large ones piece by piece beside them. */
import { encode, type Encoded } from './codec/value.js';
import { tooLargeFor } from './deliveries.js';
import { PeerError } from './errors.js';
import type { Delivery } from './events.js';
import { messageFrame } from './peer-frame.js';
import { packed } from './session/window.js';
import { PartsContent, StreamContent } from './transfer/content.js';
import type { Shipment } from './transfer/transfers.js';
import { MAX_PARTS, MAX_TEXT } from './transfer/wire.js';

/** What is large lacks only how its sender wants it delivered. */
export type Parcel = { readonly frame: Encoded } | { readonly shipment: Omit<Shipment, 'delivery'> };

/** Longest message that others may have to wait for, bytes or characters. */
const MAX_SMALL = 65_536;
/** Longest metadata of a large value: the receiver remembers it for as long as it is not decided about. */
const MAX_METADATA = 262_144;

const lengthOf = (data: unknown): number => {
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return data.byteLength;
  return typeof data === 'string' ? data.length : 0;
};

/**
 * @throws {DOMException} `DataCloneError` for what cannot be sent
 * @throws {TypeError} for a stream that somebody is reading already, or too long a type or metadata of a large value
 */
export function pack(type: string, data: unknown, metadata: unknown): Parcel {
  const named = { type, metadata, name: '', mediaType: '' };
  if (data instanceof ReadableStream) {
    // What goes with it is checked before it is locked.
    checkOffer(type, metadata);
    return { shipment: { ...named, content: new StreamContent(data), parts: null, isText: false } };
  }
  const blobs: Blob[] = [];
  if (!(data instanceof Blob) && lengthOf(data) <= MAX_SMALL) {
    const frame = encode(messageFrame(type, data, metadata), blobs);
    if (blobs.length === 0 && frame.length <= MAX_SMALL) return { frame };
  }
  checkOffer(type, metadata);
  blobs.length = 0;
  const { bytes, isText } = packed(encode(data, blobs));
  if (blobs.length >= MAX_PARTS) {
    const message = `At most ${String(MAX_PARTS - 1)} Blobs can be in one value.`;
    throw new DOMException(message, 'DataCloneError');
  }
  const content = new PartsContent([bytes, ...blobs]);
  const name = data instanceof File ? data.name : '';
  const mediaType = data instanceof Blob ? data.type : '';
  return { shipment: { ...named, name, mediaType, content, parts: content.sizes, isText } };
}

/** The offer of a large value names its type and metadata in full. */
function checkOffer(type: string, metadata: unknown): void {
  if (type.length > MAX_TEXT) {
    throw new TypeError(`The type of a large value has at most ${String(MAX_TEXT)} characters.`);
  }
  if (encode(metadata).length > MAX_METADATA) {
    throw new TypeError(`Metadata can have ${String(MAX_METADATA)} bytes at most: send the rest as data.`);
  }
}

/** Why nobody can be sent it in this manner, or null. */
export function tooLargeParcel(
  parcel: Parcel,
  { delivery }: { readonly delivery: Delivery },
): PeerError | null {
  if ('frame' in parcel) return tooLargeFor(delivery, parcel.frame);
  // Large values go at their own pace, whatever is asked for.
  if (delivery === 'reliable' || delivery === 'unordered') return null;
  return new PeerError('too-large', `What is sent as "${delivery}" has to be small: send it as "reliable".`);
}
