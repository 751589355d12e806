/** How something is sent. */
import type { Delivery } from './events.js';

export interface PeerSendOptions {
  /** Any text by which the receiver tells messages apart. Default: empty. */
  readonly type?: string;
  /** Any value beside the message. */
  readonly metadata?: unknown;
  readonly signal?: AbortSignal;
}

export interface SendOptions extends PeerSendOptions {
  /** An id or several. Default: everyone who is there. */
  readonly to?: string | readonly string[];
  /** Default `reliable`. */
  readonly delivery?: Delivery;
}

const SEND_OPTIONS: readonly string[] = ['to', 'type', 'delivery', 'metadata', 'signal'];

/** @throws {TypeError} naming the option that is wrong */
export function checkSendOptions(options: SendOptions): SendOptions {
  for (const name of Object.keys(options)) {
    if (!SEND_OPTIONS.includes(name)) throw new TypeError(`send() has no option "${name}".`);
  }
  // Whoever calls from JavaScript has no types.
  const { type = '', delivery = 'reliable' }: { type?: unknown; delivery?: unknown } = options;
  if (typeof type !== 'string') throw new TypeError('type must be a string.');
  if (delivery !== 'reliable') throw new TypeError(`delivery must be "reliable", not "${String(delivery)}".`);
  return options;
}
