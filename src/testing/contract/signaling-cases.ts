/** What every signalling adaptor has to do, whatever carries it: cases for any test runner. */
import type { Signaling } from '../../signaling.js';
import type { VirtualClock } from '../clock.js';
import { Company, type BreakablePage } from './company.js';
import { entry } from './entry.js';
import { messages } from './messages.js';
import { presence } from './presence.js';
import { returning } from './return.js';
import { by, inRealTime } from './wait.js';

export interface SignalingSuiteOptions {
  /** Gives an adaptor, each time as another page with another identity would have it. */
  readonly page: () => Signaling;
  /** The same where there is a connection that can be lost; without, those cases are left out. */
  readonly breakable?: (() => BreakablePage) | undefined;
  /** False where more than the last ones may be let in for a moment when many come at once. Default true. */
  readonly isExact?: boolean;
  /** False where words get lost on a good day, too: cases that need each of them are left out. Default true. */
  readonly isReliable?: boolean;
  /** How long one waits for anything, ms. Default 10 000. */
  readonly timeout?: number;
  /** A virtual clock that is installed, by which one waits. Default: in real time. */
  readonly clock?: Pick<VirtualClock, 'until'> | undefined;
}

export interface SignalingCase {
  readonly title: string;
  /** How long it may take, ms: longer than whatever it waits for, which its error names. */
  readonly timeout: number;
  /** Rejects with an error that says what was expected and what came. Cases are run one after the other, or side by side. */
  readonly run: () => Promise<void>;
}

const TIMEOUT = 10_000;
/** More than any case waits for. */
const WAITS = 6;

/**
 * The contract of `Signaling`, case by case.
 * @throws {TypeError} where `page` or `breakable` is no function
 */
export function signalingCases(options: SignalingSuiteOptions): readonly SignalingCase[] {
  const { page, breakable, isExact = true, isReliable = true, timeout = TIMEOUT, clock } = options;
  if (typeof page !== 'function' || (breakable && typeof breakable !== 'function')) {
    throw new TypeError('page and breakable are functions that give an adaptor each time they are called.');
  }
  const wait = clock ? by(clock) : inRealTime;
  const cases = [...presence(), ...messages(), ...entry(isExact), ...(breakable ? returning(breakable) : [])];
  return cases
    .filter(({ needs }) => isReliable || needs !== 'reliable')
    .map(({ title, run }) => ({
      title,
      timeout: WAITS * timeout,
      async run() {
        const company = new Company({ page, timeout, wait });
        try {
          await run(company);
        } finally {
          company.part();
        }
      },
    }));
}
