/** What is said across a door, sealed: a knock from outside; from inside, whether somebody answers, and what was decided. */
import { isSecret } from './secret.js';
import { MOST_TOLD } from '../moderation/moderation.js';
import { parseWords, type Word } from '../moderation/word.js';
import type { Bytes } from '../bytes.js';
import { encode } from '../codec/value.js';
import { parseGreeting, type Greeting } from '../peer-frame.js';
import { MAX_REASON_CHARS } from '../protocol.js';

/** From outside: who knocks, and the stay that it asks for. */
export interface KnockFrame {
  readonly knock: Greeting;
  /** Base64url. */
  readonly stay: string;
}

/** From inside. */
export type AnswerFrame =
  /** Whether this page listens to those who knock. */
  | { readonly answering: boolean }
  /** What opens the room, and what there is to know of it. */
  | { readonly secret: Bytes; readonly words: readonly Word[] }
  /** Not now. `banned`: never, as long as there is the room. */
  | { readonly declined: string; readonly banned: boolean };

/** Longest profile that is shown at a door where signalling is for the handshake only, characters or bytes. */
const MOST_SHOWN = 1024;
const STAY = /^[\w-]{22}$/;

const fieldsOf = (value: unknown): Record<string, unknown> => Object(value) as Record<string, unknown>;

/** For signalling that should carry little: what is too long is shown inside. */
export const shortened = ({ name, profile }: Greeting): Greeting => ({
  name,
  profile: encode(profile).length > MOST_SHOWN ? {} : profile,
});

/** A frame from outside, or null for anything else. */
export function parseKnock(value: unknown): KnockFrame | null {
  const { knock, stay } = fieldsOf(value);
  const greeting = parseGreeting(knock);
  return greeting && typeof stay === 'string' && STAY.test(stay) ? { knock: greeting, stay } : null;
}

/** A frame from inside, or null for anything else. */
export function parseAnswer(value: unknown): AnswerFrame | null {
  const { answering, secret, words, declined, banned } = fieldsOf(value);
  if (typeof answering === 'boolean') return { answering };
  if (typeof declined === 'string' && declined.length <= MAX_REASON_CHARS) {
    return { declined, banned: banned === true };
  }
  const all = parseWords(words, MOST_TOLD);
  return isSecret(secret) && all ? { secret, words: all } : null;
}
