/** Waiting for something that happens, never for a time that is hoped to suffice. */
import type { VirtualClock } from '../clock.js';
import { ContractError } from './expectation.js';

export interface WaitOptions {
  /** ms. */
  readonly timeout: number;
  /** What the error names when it did not come. */
  readonly what: () => string;
}

export type Wait = (condition: () => boolean, options: WaitOptions) => Promise<void>;

// The real ones: somebody may have put a clock of their own into their place.
const now = performance.now.bind(performance);
const after = globalThis.setTimeout.bind(globalThis);

/** ms between one look and the next. */
const POLL = 15;

export const inRealTime: Wait = async (condition, { timeout, what }) => {
  const deadline = now() + timeout;
  while (!condition()) {
    if (now() >= deadline) throw new ContractError(`Waited ${String(timeout)} ms for ${what()}`);
    await new Promise((resolve) => after(resolve, POLL));
  }
};

/** By a clock that is installed, which it lets go on. */
export const by =
  (clock: Pick<VirtualClock, 'until'>): Wait =>
  async (condition, { timeout, what }) => {
    await clock.until(condition, { limit: timeout, what });
  };
