/** What two peers tell each other through signalling in order to find a direct path: JSON in UTF-8. */
import type { NegotiationMessage } from './negotiation.js';

export interface PathSignal {
  /** Which attempt at a direct path this belongs to; made up by the side that starts it. */
  readonly link: string;
  readonly message: NegotiationMessage | Refusal;
}

/** The other side wants no direct path, or has as many as it wants. */
export interface Refusal {
  readonly refused: true;
}

const MAX_SDP_CHARS = 60_000;
/** Most media sections, channels among them: a browser makes something costly of each. */
const MAX_SECTIONS = 9;
const MAX_CANDIDATE_CHARS = 1000;
const LINK = /^[\w-]{1,32}$/;
/** `pranswer` and `rollback` never travel. */
const DESCRIPTION_TYPES: readonly unknown[] = ['offer', 'answer'];

export function encodeSignal({ link, message }: PathSignal): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify({ link, ...message }));
}

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isOptionalText = (value: unknown): value is string | null | undefined =>
  value === undefined || value === null || (typeof value === 'string' && value.length <= MAX_CANDIDATE_CHARS);

/** What one side of a negotiation says, or null for anything else. */
export function parseNegotiation(value: unknown): NegotiationMessage | null {
  if (!isFields(value)) return null;
  const { description, candidate } = value;
  if (isFields(description)) {
    const { type, sdp } = description;
    if (!DESCRIPTION_TYPES.includes(type) || typeof sdp !== 'string' || sdp.length > MAX_SDP_CHARS)
      return null;
    if (sdp.split('\nm=').length > MAX_SECTIONS + 1) return null;
    return { description: { type: type as RTCSdpType, sdp } };
  }
  if (!isFields(candidate)) return null;
  const { candidate: line, sdpMid, sdpMLineIndex, usernameFragment } = candidate;
  if (typeof line !== 'string' || line.length > MAX_CANDIDATE_CHARS) return null;
  if (!isOptionalText(sdpMid) || !isOptionalText(usernameFragment)) return null;
  const index = typeof sdpMLineIndex === 'number' ? sdpMLineIndex : null;
  return {
    candidate: {
      candidate: line,
      sdpMid: sdpMid ?? null,
      sdpMLineIndex: index,
      usernameFragment: usernameFragment ?? null,
    },
  };
}

/** A peer's signal, or null for anything else. */
export function parseSignal(bytes: Uint8Array): PathSignal | null {
  let fields: unknown;
  try {
    fields = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  if (!isFields(fields)) return null;
  const { link } = fields;
  if (typeof link !== 'string' || !LINK.test(link)) return null;
  const message = fields['refused'] === true ? ({ refused: true } as const) : parseNegotiation(fields);
  return message && { link, message };
}
