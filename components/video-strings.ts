/** Every word of `<peer-video>`, in English. */
import type { GuestStrings } from './chat-text.js';
import type { StatusStrings } from './source-status.js';

/** What can be captured. */
export type Device = 'audio' | 'video' | 'screen';

export interface PeerVideoStrings extends StatusStrings, GuestStrings {
  /** The title, and the name of the tiles when the element has no `label`. */
  readonly label: string;
  readonly you: string;
  readonly yourScreen: string;
  readonly screenOf: (name: string) => string;
  /** Names of the controls. */
  readonly controls: string;
  readonly microphone: string;
  readonly camera: string;
  readonly screen: string;
  readonly devices: string;
  readonly leave: string;
  readonly join: string;
  readonly rejoin: string;
  /** Above the preview. */
  readonly ready: string;
  readonly speaker: string;
  /** A device that has no name, or not yet. */
  readonly nameless: (kind: string, number: number) => string;
  readonly byDefault: string;
  /** On a tile. */
  readonly silent: string;
  readonly speaking: string;
  readonly pin: string;
  readonly full: string;
  readonly inset: string;
  readonly mediaConnecting: string;
  readonly mediaUnavailable: string;
  /** Beside it, where there is room for it. */
  readonly mediaUnavailableHint: string;
  readonly peerDisconnected: string;
  readonly cameraOff: string;
  readonly hear: string;
  readonly dismiss: string;
  /** Why there is no picture or sound of ours, and the way out. */
  readonly denied: (what: string) => string;
  readonly missing: (what: string) => string;
  readonly inUse: (what: string) => string;
  readonly insecure: string;
  readonly unsupported: string;
  readonly the: Readonly<Record<Device, string>>;
  /** A device was unplugged; `other` is what is used instead. */
  readonly replaced: (what: string, other: string) => string;
  readonly unplugged: (what: string) => string;
  /** To the ear only. */
  readonly joined: (name: string) => string;
  readonly left: (name: string) => string;
  readonly shares: (name: string) => string;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const ENGLISH: PeerVideoStrings = {
  label: 'Video',
  you: 'You',
  yourScreen: 'Your screen',
  screenOf: (name) => `${name}’s screen`,
  controls: 'Your camera and microphone',
  microphone: 'Microphone',
  camera: 'Camera',
  screen: 'Share the screen',
  devices: 'Devices',
  leave: 'Leave',
  join: 'Join',
  rejoin: 'Join again',
  ready: 'Ready to join?',
  speaker: 'Speaker',
  nameless: (kind, number) => `${kind} ${number}`,
  byDefault: 'Default',
  silent: 'microphone off',
  speaking: 'speaking',
  pin: 'Pin',
  full: 'Full screen',
  inset: 'Picture in picture',
  mediaConnecting: 'Connecting…',
  mediaUnavailable: 'No direct path',
  mediaUnavailableHint: 'Picture and sound do not go through the relay. Messages do.',
  peerDisconnected: 'Not reachable just now',
  cameraOff: 'Your camera is off',
  hear: 'Tap to hear the others',
  dismiss: 'Dismiss',
  denied: (what) =>
    `This page may not use ${what}. Allow it beside the address of the page, then press the button again.`,
  missing: (what) => `The browser does not find ${what}. Connect one, then press the button again.`,
  inUse: (what) =>
    `Another program seems to be using ${what}. Close it there, or choose another one under “Devices”.`,
  insecure: 'Camera and microphone work only on a page whose address begins with https.',
  unsupported: 'This browser cannot do that. Try a newer one.',
  the: { audio: 'the microphone', video: 'the camera', screen: 'the screen' },
  replaced: (what, other) => `${capital(what)} has gone. In use now: ${other}.`,
  unplugged: (what) =>
    `${capital(what)} has gone, and there is no other one. The others are told that it is off.`,
  joined: (name) => `${name} has joined`,
  left: (name) => `${name} has left`,
  shares: (name) => `${name} is sharing the screen`,
  guest: (tag) => `Guest ${tag}`,
  connected: 'Connected',
  connecting: 'Connecting…',
  reconnecting: 'Reconnecting…',
  disconnected: 'Not connected',
  closed: 'You are not in this call any more',
  busy: 'Two others are already connected here',
  alone: 'Nobody else is here yet',
};
