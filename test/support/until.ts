/** Waiting in tests: for something that happens, never for a time that is hoped to suffice. */

export interface WaitOptions {
  /** Milliseconds. */
  readonly timeout?: number;
  /** What the error names when it did not come. */
  readonly what?: string;
}

// The real ones: a test may have put a clock of its own into their place.
const now = performance.now.bind(performance);
const after = globalThis.setTimeout.bind(globalThis);
const cancel = globalThis.clearTimeout.bind(globalThis);

const DEFAULT_TIMEOUT = 10_000;
const POLL = 15;

const described = (fn: () => unknown, what: string | undefined): string => what ?? fn.toString();

/** Resolves with the first truthy value of `fn`; an error it throws counts as "not yet" and is told at the end. */
export async function until<T>(
  fn: () => T | Promise<T>,
  { timeout = DEFAULT_TIMEOUT, what }: WaitOptions = {},
): Promise<Exclude<Awaited<T>, false | null | undefined | 0 | ''>> {
  const deadline = now() + timeout;
  let last: unknown;
  for (;;) {
    try {
      const value = await fn();
      if (value) return value as Exclude<Awaited<T>, false | null | undefined | 0 | ''>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (now() >= deadline) {
      throw new Error(`Waited ${timeout} ms for: ${described(fn, what)}`, last ? { cause: last } : undefined);
    }
    await new Promise((resolve) => after(resolve, POLL));
  }
}

/** What `coming` comes to, if it does within `ms`. @param what the error names when it did not */
export function inTime<T>(coming: Promise<T>, what: string, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => {
      reject(new Error(`Waited ${String(Math.round(ms))} ms for: ${what}`));
    };
    const timer = after(late, ms);
    void coming.then(resolve, reject).finally(() => {
      cancel(timer);
    });
  });
}

export interface OnceOptions extends WaitOptions {
  /** Lets events pass that the test does not mean. */
  readonly where?: (event: CustomEvent) => boolean;
}

/** The next `type` event of `target`. `Detail` is what the test expects of it: nothing checks that. */
export function once<Detail = unknown>(
  target: EventTarget,
  type: string,
  { timeout = DEFAULT_TIMEOUT, what, where = () => true }: OnceOptions = {},
): Promise<CustomEvent<Detail>> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      cancel(timer);
      target.removeEventListener(type, listener);
    };
    const listener = (event: Event): void => {
      if (!where(event as CustomEvent)) return;
      stop();
      resolve(event as CustomEvent<Detail>);
    };
    const name = 'localName' in target ? `<${String(target.localName)}>` : target.constructor.name;
    const timer = after(() => {
      stop();
      reject(new Error(`Waited ${timeout} ms for ${what ?? `a "${type}" event of ${name}`}`));
    }, timeout);
    target.addEventListener(type, listener);
  });
}

/** Every `type` event of `target` from now on, in a list that grows. */
export function record<Detail = unknown>(target: EventTarget, type: string): CustomEvent<Detail>[] {
  const events: CustomEvent<Detail>[] = [];
  target.addEventListener(type, (event) => events.push(event as CustomEvent<Detail>));
  return events;
}
