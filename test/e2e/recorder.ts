/** What runs in every page before its own scripts: it writes down what the elements say. */
import type { PeerGroupElement } from '../../components/define.js';

/** An event of a `<peer-group>` or `<peer-pair>`, as it looked when it was fired. */
export interface Told {
  readonly type: string;
  /** Our own id, in `open` and `join`. */
  readonly id?: string;
  readonly created?: boolean;
  readonly peer?: string;
  readonly name?: string;
  readonly data?: unknown;
  /** The message's type. */
  readonly kind?: string;
  readonly reason?: string;
  readonly code?: string;
  readonly message?: string;
  readonly final?: boolean;
  readonly state?: string;
}

export interface Recorder {
  readonly told: Told[];
  /** As they were fired, for what does not survive the way to the test. */
  readonly events: CustomEvent[];
  /** The directives by which the page's Content Security Policy has forbidden something. */
  readonly forbidden: string[];
  /** The page's first group or pair; tests of pairs look for their element themselves. */
  readonly source: PeerGroupElement;
}

declare global {
  interface Window {
    e2e: Recorder;
  }
}

export const EVENTS = [
  ...['open', 'join', 'peer', 'profile', 'leave', 'data', 'busy', 'statechange', 'error', 'close'],
  ...['reconnecting', 'reconnect', 'reconnecterror'],
  ...['upgradeattempt', 'upgrade', 'upgradeerror', 'downgrade', 'gap', 'untrusted'],
  ...['joinrequest', 'joinrequestend', 'knock'],
  ...['stream', 'streamend', 'mute', 'mediastate', 'mediaerror'],
];

/** Is sent to the page as text, so it uses nothing from outside. */
export function record(types: readonly string[]): void {
  const sources = 'peer-group, peer-pair';
  const told: Told[] = [];
  const events: CustomEvent[] = [];
  const forbidden: string[] = [];
  window.e2e = {
    told,
    events,
    forbidden,
    get source() {
      return document.querySelector<PeerGroupElement>(sources)!;
    },
  };
  const listener = (event: Event): void => {
    if (!(event instanceof CustomEvent) || !(event.target as Element).matches(sources)) return;
    const { peer, type: kind, error, ...rest } = event.detail;
    events.push(event);
    told.push({
      ...(peer ? { peer: peer.id, name: peer.displayName } : {}),
      ...(error
        ? { code: error.code, message: error.message, final: error.final, cause: String(error.cause ?? '') }
        : {}),
      ...(kind === undefined ? {} : { kind }),
      ...Object.fromEntries(
        Object.entries(rest).filter(([, value]) => !(value instanceof Map || value instanceof MediaStream)),
      ),
      type: event.type,
    });
  };
  // They do not bubble, but on the way down everybody sees them, however early they come.
  for (const type of types) window.addEventListener(type, listener, true);
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    forbidden.push(violatedDirective);
    console.error(`Content Security Policy: ${violatedDirective} forbids ${blockedURI}`);
  });
}
