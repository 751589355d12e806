/** Every word of `<peer-files>`, in English. */
import type { GuestStrings } from './chat-text.js';
import { ENGLISH_FILES, type FileStrings } from './file-strings.js';
import type { StatusStrings } from './source-status.js';

export interface FilesStrings extends FileStrings, StatusStrings, GuestStrings {
  /** The title, and the name of the list when the element has no `label`. */
  readonly label: string;
  readonly drop: string;
  /** While files hover above the element. */
  readonly dropNow: string;
  readonly choose: string;
  /** Before the choice of a receiver. */
  readonly receiver: string;
  readonly everyone: string;
  /** The chosen receiver is not there any more. */
  readonly receiverLeft: (name: string) => string;
  readonly readonly: string;
  readonly clear: string;
  /** Said when an offer comes in. */
  readonly offers: (name: string, file: string, size: string) => string;
}

export const ENGLISH: FilesStrings = {
  ...ENGLISH_FILES,
  label: 'Files',
  drop: 'Drop files here or paste them',
  dropNow: 'Let go to send',
  choose: 'Choose files',
  receiver: 'To',
  everyone: 'Everyone',
  receiverLeft: (name) => `${name} has left`,
  readonly: 'You can receive files here',
  clear: 'Clear finished',
  offers: (name, file, size) => `${name} offers ${file}, ${size}`,
  guest: (tag) => `Guest ${tag}`,
  connected: 'Connected',
  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
  disconnected: 'Not connected',
  closed: 'This room is closed',
  busy: 'Two others are already connected here',
  alone: 'Nobody else is here yet',
};
