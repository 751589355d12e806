/** Camera, microphone and screen of this page, and what can be said when there are none. */
import { PeerError, type PeerErrorCode } from '../errors.js';

export interface MediaRequest {
  readonly audio?: boolean | MediaTrackConstraints;
  readonly video?: boolean | MediaTrackConstraints;
  /** The screen, a window or a tab; the browser asks which. */
  readonly screen?: boolean | MediaTrackConstraints;
}

const TROUBLES: Readonly<Record<string, readonly [PeerErrorCode, string]>> = {
  NotAllowedError: [
    'refused',
    'The browser was not allowed to. Allow it in the address bar, then try again.',
  ],
  NotFoundError: ['gone', 'There is no such device. Connect one, then try again.'],
  NotReadableError: ['busy', 'Another program is using it. Close that one, then try again.'],
};

/**
 * Asks for camera, microphone or screen.
 * @returns rejects with a PeerError whose `cause` is what the browser said
 */
export async function getMediaStream({ audio, video, screen }: MediaRequest = {}): Promise<MediaStream> {
  if (!isSecureContext) {
    throw new PeerError('insecure-context', 'Camera and microphone need a page from https: or localhost.');
  }
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
  if (!mediaDevices)
    throw new PeerError('unsupported', 'This browser has no camera and microphone for pages.');
  try {
    return screen
      ? await mediaDevices.getDisplayMedia({ video: screen, audio: audio ?? false })
      : await mediaDevices.getUserMedia({ audio: audio ?? false, video: video ?? false });
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : '';
    const [code, message] = TROUBLES[name] ?? ['unsupported', String(cause)];
    throw new PeerError(code, message, { cause });
  }
}

/** What there is; without names until one of them has been allowed. */
export async function listDevices(): Promise<MediaDeviceInfo[]> {
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
  return (await mediaDevices?.enumerateDevices()) ?? [];
}

/** Calls back when one is plugged in or out. @returns a function that ends it */
export function watchDevices(callback: () => void): () => void {
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
  mediaDevices?.addEventListener('devicechange', callback);
  return () => mediaDevices?.removeEventListener('devicechange', callback);
}
