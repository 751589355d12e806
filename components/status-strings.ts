/** Every word of `<peer-status>`, in English. */
import type { GuestStrings } from './chat-text.js';
import type { StatusStrings } from './source-status.js';

export interface PeerStatusStrings extends StatusStrings, GuestStrings {
  /** The title, and the name of the list when the element has no `label`. */
  readonly label: string;
  readonly you: string;
  /** Another page of this browser. */
  readonly youToo: string;
  readonly youTooHint: string;
  readonly direct: string;
  readonly relay: string;
  readonly turn: string;
  readonly milliseconds: (ms: number) => string;
  readonly peerConnecting: string;
  readonly peerDisconnected: string;
  readonly peerFailed: string;
  /** On the button that opens the safety number, and instead of it once it is verified. */
  readonly verify: string;
  readonly verified: string;
  /** Beside somebody who had another name when it was verified. */
  readonly verifiedAs: (name: string) => string;
  readonly suspect: (name: string) => string;
  readonly suspectHint: string;
  readonly number: (name: string) => string;
  /** Beside who may send others out. */
  readonly moderator: string;
  readonly sendOut: string;
  readonly askSendOut: (name: string) => string;
  readonly ban: string;
  readonly keep: string;
  readonly notSentOut: string;
  /** What to do with the number. */
  readonly compare: string;
  readonly differ: string;
  readonly same: string;
  readonly takeBack: string;
  readonly remembered: string;
  /** Where this browser keeps nothing. */
  readonly notKept: string;
}

export const ENGLISH: PeerStatusStrings = {
  label: 'Who is here',
  you: 'you',
  youToo: 'you, in another window',
  youTooHint: 'This is another window of your own browser. There is nothing to compare.',
  direct: 'Direct',
  relay: 'Through the relay',
  turn: 'Through a TURN server',
  milliseconds: (ms) => `${Math.max(1, Math.round(ms))} ms`,
  peerConnecting: 'Connecting…',
  peerDisconnected: 'Not reachable just now',
  peerFailed: 'Cannot be reached',
  verify: 'Verify',
  verified: 'Verified',
  verifiedAs: (name) => `verified as ${name}`,
  suspect: (name) => `This is not the ${name} that you verified`,
  suspectHint:
    'Somebody else uses that name, or the same person another browser. Compare the numbers before you trust them.',
  moderator: 'moderator',
  sendOut: 'Send out',
  askSendOut: (name) => `Send ${name} out of the room? Who is banned cannot come back as long as it lasts.`,
  ban: 'Ban',
  keep: 'Let stay',
  notSentOut: 'That was not possible: whoever made the room stays.',
  number: (name) => `Safety number with ${name}`,
  compare: 'Read these numbers to each other, on the phone or side by side.',
  differ: 'If a single one differs, somebody may be listening in.',
  same: 'They are the same',
  takeBack: 'Take it back',
  remembered: 'This browser will know them again.',
  notKept: 'This browser keeps nothing: it will have forgotten them at the next visit.',
  guest: (tag) => `Guest ${tag}`,
  connected: 'Connected',
  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
  disconnected: 'Not connected',
  closed: 'This room is closed',
  busy: 'Two others are already connected here',
  alone: 'Nobody else is here yet',
};
