/** Every word of `<peer-status>`, in English. */
import type { GuestStrings } from './chat-text.js';
import type { StatusStrings } from './source-status.js';
import { ENGLISH_TRUST, type TrustStrings } from './trust-strings.js';

export interface PeerStatusStrings extends StatusStrings, TrustStrings, GuestStrings {
  /** The title, and the name of the list when the element has no `label`. */
  readonly label: string;
  readonly you: string;
  /** Another page of this browser, and what there is in place of a number. */
  readonly youToo: string;
  readonly youTooHint: string;
  readonly direct: string;
  readonly relay: string;
  readonly turn: string;
  readonly milliseconds: (ms: number) => string;
  readonly peerConnecting: string;
  readonly peerDisconnected: string;
  readonly peerFailed: string;
  /** Beside who may send others out. */
  readonly moderator: string;
  readonly sendOut: string;
  readonly askSendOut: (name: string) => string;
  readonly ban: string;
  readonly keep: string;
  readonly notSentOut: string;
}

export const ENGLISH: PeerStatusStrings = {
  ...ENGLISH_TRUST,
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
  moderator: 'moderator',
  sendOut: 'Send out',
  askSendOut: (name) => `Send ${name} out of the room? Who is banned cannot come back as long as it lasts.`,
  ban: 'Ban',
  keep: 'Let stay',
  notSentOut: 'That was not possible: whoever made the room stays.',
  guest: (tag) => `Guest ${tag}`,
  connected: 'Connected',
  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
  disconnected: 'Not connected',
  closed: 'This room is closed',
  busy: 'Two others are already connected here',
  alone: 'Nobody else is here yet',
};
