/** The one file of the elements that asks for camera, microphone and screen, and the words for when that fails. */
import { getMediaStream, listDevices, watchDevices } from '../src/index.js';
import type { Device, PeerVideoStrings } from './video-strings.js';

export { listDevices, watchDevices };

/** Telephones cannot; without https nobody can do anything, which the types do not say. */
export const canShareScreen = (): boolean =>
  typeof (navigator.mediaDevices as Partial<MediaDevices> | undefined)?.getDisplayMedia === 'function';

/** @param id of a device; default: the browser's own choice */
export async function capture(kind: 'audio' | 'video', id?: string): Promise<MediaStreamTrack> {
  const stream = await getMediaStream({ [kind]: id ? { deviceId: { exact: id } } : true });
  const [track] = stream.getTracks();
  if (!track) throw new DOMException('The browser gave nothing.', 'NotFoundError');
  return track;
}

/** Both at once, so that the browser asks once; where one is missing, the other alone. */
export async function captureBoth(): Promise<MediaStreamTrack[]> {
  try {
    return (await getMediaStream({ audio: true, video: true })).getTracks();
  } catch (error) {
    if (reasonOf(error) !== 'NotFoundError') throw error;
    const each = await Promise.allSettled([capture('audio'), capture('video')]);
    const found = each.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (!found.length) throw error;
    return found;
  }
}

export const captureScreen = (): Promise<MediaStream> => getMediaStream({ screen: true });

/** The browser's name for what went wrong. */
export const reasonOf = (error: unknown): string => {
  const { cause, name, code } = error as { cause?: unknown; name?: string; code?: string };
  return code === 'insecure-context' || !(cause instanceof Error) ? (code ?? name ?? '') : cause.name;
};

/** What to tell a person; null for what they did themselves, by closing the browser's choice of screens. */
export function troubleOf(device: Device, error: unknown, s: PeerVideoStrings): string | null {
  const what = s.the[device];
  switch (reasonOf(error)) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
    case 'SecurityError':
    case 'refused':
      return device === 'screen' ? null : s.denied(what);
    case 'NotFoundError':
    case 'OverconstrainedError':
    case 'DevicesNotFoundError':
    case 'gone':
      return s.missing(what);
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
    case 'busy':
      return s.inUse(what);
    case 'insecure-context':
      return s.insecure;
    case 'unsupported':
    case 'NotSupportedError':
    case 'TypeError':
      return s.unsupported;
    default:
      return error instanceof Error && error.message ? error.message : s.unsupported;
  }
}
