/** How good what is sent should be. */

export interface Quality {
  /** Most bits a second, of the picture; of the sound where there is no picture. Default: what the browser finds. */
  readonly maxBitrate?: number | undefined;
  /** Most pictures a second. */
  readonly maxFramerate?: number | undefined;
  /**
   * What it is about when the line is too thin (mst-content-hint): `motion`, `detail` or `text` of pictures, `speech` or
   * `music` of sound.
   */
  readonly contentHint?: ContentHint | undefined;
}

export type ContentHint = 'motion' | 'detail' | 'text' | 'speech' | 'music';

const HINTS: Readonly<Record<'audio' | 'video', readonly string[]>> = {
  audio: ['speech', 'music'],
  video: ['motion', 'detail', 'text'],
};

const isRate = (value: unknown): boolean =>
  value === undefined || (typeof value === 'number' && Number.isFinite(value) && value > 0);

/** @throws {TypeError} naming what is wrong */
export function checkQuality({ maxBitrate, maxFramerate, contentHint }: Quality): void {
  if (!isRate(maxBitrate)) throw new TypeError('maxBitrate must be a number of bits a second above 0.');
  if (!isRate(maxFramerate)) throw new TypeError('maxFramerate must be a number above 0.');
  const hints = Object.values(HINTS).flat();
  if (contentHint === undefined || hints.includes(contentHint)) return;
  throw new TypeError(`contentHint must be one of ${hints.join(', ')}, not "${contentHint as string}".`);
}

/** Gives a track the hint that is meant for its kind. */
export function hint(track: MediaStreamTrack, { contentHint }: Quality): void {
  if (contentHint && HINTS[track.kind as 'audio' | 'video'].includes(contentHint))
    track.contentHint = contentHint;
}

/** @param alone nothing but sound is sent */
export async function limit(sender: RTCRtpSender, quality: Quality, alone: boolean): Promise<void> {
  const isVideo = sender.track?.kind === 'video';
  const { maxBitrate, maxFramerate } = isVideo || alone ? quality : {};
  const parameters = sender.getParameters();
  // Firefox has none before it has negotiated any.
  const [encoding] = parameters.encodings as [RTCRtpEncodingParameters?];
  if (!encoding) return;
  const isSame = encoding.maxBitrate === maxBitrate && (!isVideo || encoding.maxFramerate === maxFramerate);
  if (isSame) return;
  delete encoding.maxBitrate;
  delete encoding.maxFramerate;
  if (maxBitrate !== undefined) encoding.maxBitrate = maxBitrate;
  if (isVideo && maxFramerate !== undefined) encoding.maxFramerate = maxFramerate;
  await sender.setParameters(parameters);
}
