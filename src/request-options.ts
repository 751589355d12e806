/** How something is asked, and how long its answer is waited for. */
import { PeerError, type PeerErrorCode } from './errors.js';

export interface PeerRequestOptions {
  /** Any text by which the other side tells requests apart. Default: empty. */
  readonly type?: string;
  /** Any value beside the question. */
  readonly metadata?: unknown;
  /**
   * Milliseconds from the call to the answer, above 0. Default 10 000; `Infinity` waits for as long as the other side is
   * there.
   */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

export interface RequestOptions extends PeerRequestOptions {
  /** An id, for one answer, or several, for a map of them. Default: everyone who is there; in a pair the other one. */
  readonly to?: string | readonly string[];
}

/** What became of a request to several, by peer id. */
export type Answers = Map<string, PromiseSettledResult<unknown>>;

const PEER_OPTIONS: readonly string[] = ['type', 'metadata', 'timeout', 'signal'];
const TIMEOUT = 10_000;
/** Browsers take a longer delay for none at all, ms. */
const MAX_DELAY = 2 ** 31 - 1;

const isIds = (to: unknown): boolean =>
  to === undefined ||
  typeof to === 'string' ||
  (Array.isArray(to) && to.every((id) => typeof id === 'string'));

/** @throws {TypeError} naming the option that is wrong */
export function checkRequestOptions(options: RequestOptions, ...more: readonly 'to'[]): RequestOptions {
  for (const name of Object.keys(options)) {
    if (![...PEER_OPTIONS, ...more].includes(name)) throw new TypeError(`request() has no option "${name}".`);
  }
  // Whoever calls from JavaScript has no types.
  const { to, type = '', timeout = TIMEOUT }: { to?: unknown; type?: unknown; timeout?: unknown } = options;
  if (!isIds(to)) throw new TypeError('to must be an id or an array of ids.');
  if (typeof type !== 'string') throw new TypeError('type must be a string.');
  if (typeof timeout !== 'number' || !(timeout > 0)) {
    throw new TypeError(
      `timeout must be a number of milliseconds above 0, or Infinity, not ${String(timeout)}.`,
    );
  }
  return options;
}

/**
 * `work`, with a signal that aborts when the time is over or the page does not want to wait any more. Its reason is the
 * PeerError to reject with: `timeout` or `aborted`.
 * @param peers whom the errors are to name, where that is known
 */
export async function patiently<T>(
  work: (patience: AbortSignal) => Promise<T>,
  { timeout = TIMEOUT, signal }: PeerRequestOptions,
  peers?: readonly string[],
): Promise<T> {
  const patience = new AbortController();
  const giveUp = (code: PeerErrorCode, message: string, cause?: unknown): void => {
    patience.abort(new PeerError(code, message, peers ? { peers, cause } : { cause }));
  };
  const aborted = (): void => {
    giveUp('aborted', 'The asker gave up.', signal?.reason);
  };
  const late = (): void => {
    giveUp('timeout', `No answer within ${String(timeout)} ms.`);
  };
  if (signal?.aborted) aborted();
  const timer = timeout > MAX_DELAY ? undefined : setTimeout(late, timeout);
  signal?.addEventListener('abort', aborted);
  try {
    return await work(patience.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', aborted);
  }
}
