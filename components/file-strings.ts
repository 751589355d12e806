/** The words around a file, in English: what `<peer-files>` and `<peer-chat>` have in common. */
import { formatDuration, formatPercent, formatSize } from './file-text.js';

export interface FileStrings {
  /** A file whose sender gave it no name that can be shown. */
  readonly unnamed: string;
  readonly size: (bytes: number) => string;
  readonly percent: (fraction: number) => string;
  readonly speed: (bytesPerSecond: number) => string;
  readonly timeLeft: (seconds: number) => string;
  readonly from: (name: string) => string;
  readonly to: (names: readonly string[]) => string;
  /** An own offer that `names` have not answered. */
  readonly offered: (names: readonly string[]) => string;
  /** Nothing moves because a peer cannot be reached for now. */
  readonly waiting: string;
  readonly received: string;
  readonly sent: string;
  /** To some of several. */
  readonly sentToSome: (count: number, of: number) => string;
  readonly saved: string;
  readonly refused: (names: readonly string[]) => string;
  readonly refusedByYou: string;
  readonly cancelled: string;
  readonly cancelledBy: (name: string) => string;
  readonly fileFailed: string;
  readonly leftBefore: (name: string) => string;
  readonly accept: string;
  readonly refuse: string;
  readonly save: string;
  readonly saveAs: string;
  readonly cancel: string;
  readonly remove: string;
}

export function listOf(names: readonly string[]): string {
  const [first = '', second = '', third] = names;
  if (third === undefined) return second ? `${first} and ${second}` : first;
  return names.length === 3
    ? `${first}, ${second} and ${third}`
    : `${first}, ${second} and ${names.length - 2} others`;
}

export const ENGLISH_FILES: FileStrings = {
  unnamed: 'Unnamed file',
  size: formatSize,
  percent: formatPercent,
  speed: (bytesPerSecond) => `${formatSize(bytesPerSecond)}/s`,
  timeLeft: (seconds) => `${formatDuration(seconds)} left`,
  from: (name) => `from ${name}`,
  to: (names) => `to ${listOf(names)}`,
  offered: (names) => `Waiting for ${listOf(names)} to accept`,
  waiting: 'Waiting for the connection',
  received: 'Received',
  sent: 'Sent',
  sentToSome: (count, of) => `Sent to ${count} of ${of}`,
  saved: 'Saved',
  refused: (names) => `Refused by ${listOf(names)}`,
  refusedByYou: 'You refused it',
  cancelled: 'Cancelled',
  cancelledBy: (name) => `Cancelled by ${name}`,
  fileFailed: 'Failed',
  leftBefore: (name) => `${name} left before it was complete`,
  accept: 'Accept',
  refuse: 'Refuse',
  save: 'Save',
  saveAs: 'Save as…',
  cancel: 'Cancel',
  remove: 'Remove',
};
