/** Every word of `<peer-chat>`, in English. */
import { ENGLISH_FILES, listOf, type FileStrings } from './file-strings.js';

export interface ChatStrings extends FileStrings {
  /** Name of the log when the element has no `label`. */
  readonly label: string;
  /** Shown in the empty message field when the element has no `placeholder`. */
  readonly placeholder: string;
  /** Shown there instead while the chat is `readonly`. */
  readonly readonly: string;
  readonly send: string;
  /** The button that opens the picker. */
  readonly attach: string;
  /** Name of the list of files that wait for the message to be sent. */
  readonly attached: string;
  /** While files hover above the chat. */
  readonly dropNow: string;
  /** A file that was announced and has not begun to arrive. */
  readonly coming: string;
  /** A file of an earlier message, or of somebody who has left. */
  readonly unavailable: string;
  readonly you: string;
  readonly changeName: string;
  readonly yourName: string;
  /** Name of somebody without one; `tag` is a piece of their id. */
  readonly guest: (tag: string) => string;
  readonly people: (count: number) => string;
  readonly joined: (names: readonly string[]) => string;
  readonly left: (names: readonly string[]) => string;
  readonly renamed: (before: string, after: string) => string;
  /** Above messages that `name` told us about, because we were not there. */
  readonly relayed: (name: string) => string;
  readonly newMessages: string;
  /** The button that leads to `count` messages further down. */
  readonly unread: (count: number) => string;
  readonly toEnd: string;
  readonly pending: string;
  readonly failed: string;
  readonly retry: string;
  readonly connected: string;
  readonly connecting: string;
  readonly reconnecting: string;
  readonly disconnected: string;
  readonly closed: string;
  readonly busy: string;
  readonly alone: string;
  readonly empty: string;
  readonly today: string;
  readonly yesterday: string;
  readonly day: (date: Date) => string;
  readonly time: (date: Date) => string;
}

export const ENGLISH: ChatStrings = {
  ...ENGLISH_FILES,
  label: 'Chat',
  placeholder: 'Write a message',
  readonly: 'You can read along here',
  send: 'Send',
  attach: 'Attach files',
  attached: 'Attached files',
  dropNow: 'Let go to attach',
  coming: 'On its way',
  unavailable: 'No longer available',
  you: 'You',
  changeName: 'change name',
  yourName: 'Your name',
  guest: (tag) => `Guest ${tag}`,
  people: (count) => (count === 1 ? '1 person' : `${count} people`),
  joined: (names) => `${listOf(names)} joined`,
  left: (names) => `${listOf(names)} left`,
  renamed: (before, after) => `${before} is now ${after}`,
  relayed: (name) => `Earlier messages, told by ${name}`,
  newMessages: 'New messages',
  unread: (count) => `${count} new`,
  toEnd: 'To the newest message',
  pending: 'Sending…',
  failed: 'Not delivered',
  retry: 'Try again',
  connected: 'Connected',
  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
  disconnected: 'Not connected',
  closed: 'This conversation is closed',
  busy: 'Two others are already talking here',
  alone: 'Nobody else is here yet',
  empty: 'No messages yet',
  today: 'Today',
  yesterday: 'Yesterday',
  day: (date) => date.toLocaleDateString(undefined, { weekday: 'long', day: 'numeric', month: 'long' }),
  time: (date) => date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' }),
};
