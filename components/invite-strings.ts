/** Every word of `<peer-invite>`, in English. */
import type { StatusStrings } from './source-status.js';

export interface InviteStrings extends StatusStrings {
  /** The title when the element has no `label`. */
  readonly label: string;
  /** How it is used: with a pair, with one whose other side is there, with a group. */
  readonly pair: string;
  readonly taken: string;
  readonly group: string;
  /** Added where there is a password, which is never in a link. */
  readonly password: string;
  /** There is no code, or no room, to invite to. */
  readonly waiting: string;
  /** What the drawing is, for those who do not see it. */
  readonly qr: string;
  readonly link: string;
  readonly code: string;
  readonly room: string;
  readonly copyLink: string;
  readonly copyCode: string;
  readonly copyRoom: string;
  readonly share: string;
  readonly copied: string;
  /** The clipboard is forbidden or missing: what was meant is selected now. */
  readonly selected: string;
  readonly notShared: string;
}

export const ENGLISH: InviteStrings = {
  label: 'Invite',
  pair: 'For one other person: they open this link, scan it, or enter the code.',
  taken: 'The other one is here. Nobody else gets in.',
  group: 'Whoever has this link can come in.',
  password: 'The password is not in the link: tell it separately.',
  waiting: 'Nothing to invite to yet',
  qr: 'QR code of the link',
  link: 'Link',
  code: 'Code',
  room: 'Room',
  copyLink: 'Copy link',
  copyCode: 'Copy code',
  copyRoom: 'Copy name',
  share: 'Share',
  copied: 'Copied',
  selected: 'Copying is not allowed here. It is selected: copy it by hand.',
  notShared: 'Sharing did not work',
  connected: 'Connected',
  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
  disconnected: 'Not connected',
  closed: 'This room is closed',
  busy: 'Two others are already connected here',
  alone: 'Nobody else is here yet',
};
