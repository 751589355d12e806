/** The words about whether somebody is who they seem, in English. */

export interface TrustStrings {
  /** On the button that opens the safety number, and instead of it once it is verified. */
  readonly verify: string;
  readonly verified: string;
  /** Beside somebody who had another name when it was verified. */
  readonly verifiedAs: (name: string) => string;
  readonly suspect: (name: string) => string;
  readonly suspectHint: string;
  readonly number: (name: string) => string;
  /** What to do with the number. */
  readonly compare: string;
  readonly differ: string;
  readonly same: string;
  readonly takeBack: string;
  readonly remembered: string;
  /** Where this browser keeps nothing. */
  readonly notKept: string;
}

export const ENGLISH_TRUST: TrustStrings = {
  verify: 'Verify',
  verified: 'Verified',
  verifiedAs: (name) => `verified as ${name}`,
  suspect: (name) => `This is not the ${name} that you verified`,
  suspectHint:
    'Somebody else uses that name, or the same person another browser. Compare the numbers before you trust them.',
  number: (name) => `Safety number with ${name}`,
  compare: 'Read these numbers to each other, on the phone or side by side.',
  differ: 'If a single one differs, somebody may be listening in.',
  same: 'They are the same',
  takeBack: 'Take it back',
  remembered: 'This browser will know them again.',
  notKept: 'This browser keeps nothing: it will have forgotten them at the next visit.',
};
