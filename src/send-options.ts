/** How something is sent. */
import type { Delivery, ProgressDetail } from './events.js';

export interface PeerSendOptions {
  /** Any text by which the receiver tells messages apart. Default: empty. */
  readonly type?: string;
  /** Any value beside the message. */
  readonly metadata?: unknown;
  /** Takes it back, as far as it has not been handed over yet. */
  readonly signal?: AbortSignal | undefined;
  /** What of a large value each receiver has; at most ten times a second for each. */
  readonly onprogress?: ((detail: ProgressDetail) => void) | undefined;
  /**
   * What may happen to it on the way, see {@link Delivery}; `fast` and `latest` are for messages up to 16 KiB. Default
   * `reliable`.
   */
  readonly delivery?: Delivery;
}

/** What concerns the way and not the message. */
export interface ShippingOptions extends Pick<PeerSendOptions, 'signal' | 'onprogress'> {
  readonly delivery: Delivery;
  readonly type: string;
}

export interface SendOptions extends PeerSendOptions {
  /** An id or several. Default: everyone who is there. */
  readonly to?: string | readonly string[];
}

const DELIVERIES: readonly unknown[] = ['reliable', 'unordered', 'fast', 'latest'] satisfies Delivery[];
const SEND_OPTIONS: readonly string[] = ['to', 'type', 'delivery', 'metadata', 'signal', 'onprogress'];

/** @throws {TypeError} naming the option that is wrong */
export function checkSendOptions(options: SendOptions): SendOptions {
  for (const name of Object.keys(options)) {
    if (!SEND_OPTIONS.includes(name)) throw new TypeError(`send() has no option "${name}".`);
  }
  // Whoever calls from JavaScript has no types.
  const { type = '', delivery = 'reliable' }: { type?: unknown; delivery?: unknown } = options;
  if (typeof type !== 'string') throw new TypeError('type must be a string.');
  if (!DELIVERIES.includes(delivery)) {
    throw new TypeError(`delivery must be one of ${DELIVERIES.join(', ')}, not "${String(delivery)}".`);
  }
  return options;
}
