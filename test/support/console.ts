/**
 * Nothing may be said on the console that no test asked for: a warning nobody reads is one the visitor reads. The
 * runner loads this before every test file; what a test does cause on purpose it claims with `claimConsole()`.
 */

const LEVELS = ['error', 'warn', 'log', 'info', 'debug'] as const;

// The real one: a test may have put a clock of its own into its place.
const later = window.setTimeout.bind(window);

let unclaimed: string[] = [];
let claims: RegExp[] = [];

/** The runner listens for uncaught errors, too, and says them on the console. */
const ECHO = 'An error was thrown in a Promise outside a test';

const ownFrames = ({ stack = '' }: Error): string =>
  stack.replaceAll(/^.*\/__web-test-runner__\/.*\n?/gm, '').trimEnd();

const asText = (value: unknown): string => {
  if (value instanceof Error) return `${String(value)}\n${ownFrames(value)}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
};

function note(values: readonly unknown[]): void {
  const text = values.map(asText).join(' ');
  const isKnown =
    text.startsWith(ECHO) || unclaimed.includes(text) || claims.some((claim) => claim.test(text));
  if (!isKnown) unclaimed.push(text);
}

/** Lets this test say what matches `pattern`, from now until its end. */
export function claimConsole(pattern: RegExp): void {
  claims.push(pattern);
  // It may have been said already: by something the test awaited.
  unclaimed = unclaimed.filter((text) => !pattern.test(text));
}

for (const level of LEVELS) console[level] = (...values: unknown[]) => note(values);

// Before the test framework's own listeners, which would fail the test even where it expects the error.
addEventListener('error', (event) => {
  // Benign by specification: the observer continues in the next frame.
  if (event.message.startsWith('ResizeObserver loop')) return;
  event.stopImmediatePropagation();
  note([event.error ?? event.message]);
});
addEventListener('unhandledrejection', (event) => {
  event.stopImmediatePropagation();
  event.preventDefault();
  note([event.reason]);
});

function expectSilence(): void {
  const texts = unclaimed;
  unclaimed = [];
  claims = [];
  if (texts.length > 0) throw new Error(`Nobody claimed this output: ${texts.join('\n')}`);
}

// Inside the test itself: when an afterEach hook throws, mocha drops all the tests that were to follow.
beforeEach(function guard() {
  const test = this.currentTest;
  const body = test?.fn;
  if (!test || !body || body.length > 0) return;
  test.fn = async function guarded(this: Mocha.Context) {
    await (body as Mocha.AsyncFunc).call(this);
    // What a task left behind may still say something.
    await new Promise((resolve) => later(resolve, 0));
    expectSilence();
  };
});

afterEach(function forget() {
  claims = [];
  // It failed already; what else it said must not be held against the next one.
  if (this.currentTest?.state === 'failed') unclaimed = [];
});

after(expectSilence);
