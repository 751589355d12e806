/** Camera, microphone and screen, with errors that say what to do. */
import { PeerError, type PeerErrorCode } from '../errors.js';

export interface CaptureOptions {
  /** The microphone, or the sound of what is shared where `screen` is asked for. */
  readonly audio?: boolean | MediaTrackConstraints | undefined;
  readonly video?: boolean | MediaTrackConstraints | undefined;
  /** A screen, window or tab, which the visitor chooses; instead of `video`. */
  readonly screen?: boolean | MediaTrackConstraints | undefined;
}

const OPTIONS: readonly string[] = ['audio', 'video', 'screen'];

/** By the name of what the browser says (Media Capture and Streams, 10.2.3; Screen Capture, 5.1). */
const REASONS: Readonly<Record<string, readonly [PeerErrorCode, string]>> = {
  NotAllowedError: ['refused', 'The visitor, or the browser, does not allow it.'],
  SecurityError: ['refused', 'This page may not: its Permissions-Policy or its frame forbids it.'],
  InvalidStateError: ['refused', 'The browser wants a click or a key first, and the page in front.'],
  NotFoundError: ['gone', 'There is no such device: none is plugged in.'],
  NotReadableError: ['busy', 'The device is there, but another program has it.'],
  OverconstrainedError: ['unsupported', 'No device can do what was asked of it.'],
  AbortError: ['aborted', 'The device gave up.'],
};

/** Absent in some browsers, on pages without https, and outside of browsers, which the types do not say. */
const devices = (): Partial<MediaDevices> | undefined =>
  (globalThis.navigator as Partial<Navigator> | undefined)?.mediaDevices;

function missing(): PeerError {
  const isInsecure = (globalThis as { isSecureContext?: boolean }).isSecureContext === false;
  return isInsecure
    ? new PeerError('insecure-context', 'Camera and microphone are only there on https pages and localhost.')
    : new PeerError('unsupported', 'This browser has none of that to give.');
}

function explained(cause: unknown): PeerError {
  const { name = '' } = cause as { name?: string };
  const [code, message] = REASONS[name] ?? ['unsupported', 'The browser did not give it.'];
  return new PeerError(code, message, { cause });
}

/**
 * Asks for camera, microphone or screen.
 * @returns rejects with a PeerError: `refused` (not allowed), `gone` (there is no such device), `busy` (another program has
 * it), `unsupported`, `insecure-context`, `aborted`
 * @throws {TypeError} nothing asked for, unknown option, or both `video` and `screen`: two pictures are two streams
 */
export function getMediaStream(options: CaptureOptions): Promise<MediaStream> {
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) throw new TypeError(`There is no option "${name}".`);
  }
  const { audio = false, video = false, screen = false } = options;
  if (!audio && !video && !screen) throw new TypeError('One of audio, video and screen has to be asked for.');
  if (video && screen) throw new TypeError('video and screen are two streams: ask for one after the other.');
  const media = devices();
  const asked = screen
    ? media?.getDisplayMedia?.({ video: screen, audio })
    : media?.getUserMedia?.({ audio, video });
  return asked
    ? asked.catch((cause: unknown) => {
        throw explained(cause);
      })
    : Promise.reject(missing());
}

/** Cameras, microphones and loudspeakers. They have names only once the visitor has allowed one. Empty where there are none. */
export async function listDevices(): Promise<MediaDeviceInfo[]> {
  return (
    (await devices()
      ?.enumerateDevices?.()
      .catch(() => [])) ?? []
  );
}

/**
 * Tells which devices there are, now and whenever that changes.
 * @returns ends that
 */
export function watchDevices(callback: (devices: MediaDeviceInfo[]) => void): () => void {
  const media = devices();
  let watching = true;
  const look = async (): Promise<void> => {
    const found = await listDevices();
    if (watching) callback(found);
  };
  const changed = (): void => void look();
  media?.addEventListener?.('devicechange', changed);
  changed();
  return () => {
    watching = false;
    media?.removeEventListener?.('devicechange', changed);
  };
}
