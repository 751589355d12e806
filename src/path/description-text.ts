/** A session description as one text that people can copy, and that fits a QR code: compressed, in base64url. */
import { fromBase64url, toBase64url } from '../base64url.js';
import { utf8, type Bytes } from '../bytes.js';
import { parseNegotiation } from './signal.js';

/** Longest text that is looked at, characters; and what may come of it, bytes. */
const MAX_TEXT = 40_000;
const MAX_BYTES = 65_536;

async function through(bytes: Bytes, transform: GenericTransformStream): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(transform) as ReadableStream<Bytes>;
  const parts: Bytes[] = [];
  let size = 0;
  for (const reader = stream.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
    size += value.length;
    if (size > MAX_BYTES) throw new RangeError('It says more than a description can.');
    parts.push(value);
  }
}

/** Over TCP browsers only call, at addresses that nobody can call (RFC 6544, 4.5): a sixth of the text for nothing. */
const ACTIVE_TCP = /^a=candidate:.* tcptype active.*\r\n/gm;

export async function textOf({ type, sdp }: RTCSessionDescription): Promise<string> {
  const said = utf8(JSON.stringify({ type, sdp: sdp.replace(ACTIVE_TCP, '') }));
  return toBase64url(await through(said, new CompressionStream('deflate-raw')));
}

/** What `textOf()` made, or null for anything else; spaces and line breaks that came in on the way do not matter. */
export async function descriptionOf(text: string): Promise<RTCSessionDescriptionInit | null> {
  const bytes = text.length <= MAX_TEXT ? fromBase64url(text.replace(/\s/g, '')) : null;
  if (!bytes) return null;
  try {
    const plain = await through(new Uint8Array(bytes), new DecompressionStream('deflate-raw'));
    const description: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain));
    const message = parseNegotiation({ description });
    return message && 'description' in message ? message.description : null;
  } catch {
    return null;
  }
}
