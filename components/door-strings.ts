/** Every word of `<peer-door>`, in English. */
import type { GuestStrings } from './chat-text.js';
import { ENGLISH_TRUST, type TrustStrings } from './trust-strings.js';

/** `guest` is what somebody without a name is called. */
export interface DoorStrings extends TrustStrings, GuestStrings {
  /** The title, and the name of the list when the element has no `label`. */
  readonly label: string;
  /** How long somebody has waited. */
  readonly since: (ms: number) => string;
  readonly letIn: string;
  readonly notNow: string;
  /** The button that opens the field for a reason, and the field. */
  readonly sayWhy: (name: string) => string;
  readonly reason: string;
  /** Below the list, how many there are beyond those in it. */
  readonly others: (count: number) => string;
  /** Said when somebody knocks; of several at once, how many. */
  readonly wantsIn: (name: string) => string;
  readonly wantIn: (count: number) => string;
  /** Said when a knock is over. */
  readonly accepted: (name: string) => string;
  readonly rejected: (name: string) => string;
  readonly gone: (name: string) => string;
  /** To who knocks: on the way to the door, and at it. */
  readonly asking: string;
  readonly waiting: string;
  readonly askedAs: (name: string) => string;
  readonly askedNameless: string;
  readonly answering: string;
  readonly unanswered: string;
  readonly giveUp: string;
  /** To who knocked: refused, failed for another reason, or not waiting any more. */
  readonly refused: string;
  readonly failed: string;
  readonly gaveUp: string;
  readonly askAgain: string;
}

const MINUTE_MS = 60_000;

function since(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 1) return 'Has just come';
  return minutes < 60 ? `Waiting for ${minutes} min` : `Waiting for ${Math.floor(minutes / 60)} h`;
}

export const ENGLISH: DoorStrings = {
  ...ENGLISH_TRUST,
  suspectHint:
    'Somebody else uses that name, or the same person another browser. Ask them some other way before you let them in.',
  compare:
    'They are shown these numbers only once they are in: compare them then, or with a copy from before.',
  label: 'At the door',
  since,
  letIn: 'Let in',
  notNow: 'Not now',
  sayWhy: (name) => `Tell ${name} why not`,
  reason: 'Why not? They will read it.',
  others: (count) => `and ${count} more`,
  wantsIn: (name) => `${name} wants to come in`,
  wantIn: (count) => `${count} people want to come in`,
  accepted: (name) => `${name} was let in`,
  rejected: (name) => `${name} was not let in`,
  gone: (name) => `${name} does not wait any more`,
  asking: 'Asking to come in…',
  waiting: 'Waiting to be let in…',
  askedAs: (name) => `You are asking as ${name}.`,
  askedNameless: 'You are asking without a name.',
  answering: 'Somebody inside can see it.',
  unanswered: 'Nobody inside has seen it yet.',
  giveUp: 'Give up',
  refused: 'You were not let in',
  failed: 'You could not come in',
  gaveUp: 'You are not waiting any more',
  askAgain: 'Ask again',
  guest: () => 'Somebody without a name',
};
