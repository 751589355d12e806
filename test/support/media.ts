/** Streams whose picture and sound a test knows, and eyes and ears at the other end. */
import type { Peer } from '../../src/index.js';
import { until } from './until.js';

export const COLOURS = ['red', 'lime', 'blue', 'yellow'] as const;
export type Colour = (typeof COLOURS)[number];

const closers = new Set<() => void>();

/** For an afterEach hook. */
export function stopMedia(): void {
  for (const close of closers) close();
  closers.clear();
}

/** A picture of one colour that never stands still, as a camera's never does. */
export function picture(colour: Colour): MediaStream & { paint(colour: Colour): void } {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [64, 48];
  const context = canvas.getContext('2d')!;
  let now = colour;
  let frame = 0;
  const draw = (): void => {
    context.fillStyle = now;
    context.fillRect(0, 0, 64, 48);
    context.fillStyle = frame++ % 2 ? 'white' : 'black';
    context.fillRect(0, 0, 6, 6);
  };
  draw();
  const timer = setInterval(draw, 40);
  const stream = canvas.captureStream(25);
  closers.add(() => {
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
  });
  return Object.assign(stream, {
    paint: (other: Colour) => {
      now = other;
    },
  });
}

/** What the browser's fake microphone hears: an AudioContext makes no sound in a Firefox without a sound card. */
export async function tone(): Promise<MediaStream> {
  const stream = await navigator.mediaDevices.getUserMedia({
    // Firefox takes an even tone for noise.
    audio: { noiseSuppression: false, echoCancellation: false, autoGainControl: false },
  });
  closers.add(() => {
    for (const track of stream.getTracks()) track.stop();
  });
  return stream;
}

/** Both. */
export const pictureWithTone = async (colour: Colour): Promise<MediaStream> =>
  new MediaStream([...picture(colour).getTracks(), ...(await tone()).getTracks()]);

/** A stream that ends by itself, as one does whose device is unplugged: it comes from elsewhere, until that stops. */
export async function passing(): Promise<{ stream: MediaStream; stop(): Promise<void> }> {
  const [from, to] = [new RTCPeerConnection(), new RTCPeerConnection()] as const;
  for (const [one, other] of [
    [from, to],
    [to, from],
  ] as const)
    one.onicecandidate = ({ candidate }) =>
      void other.addIceCandidate(candidate ?? undefined).catch(() => undefined);
  closers.add(() => {
    from.close();
    to.close();
  });
  const transceiver = from.addTransceiver(picture('red').getTracks()[0]!);
  const agree = async (): Promise<void> => {
    await from.setLocalDescription();
    await to.setRemoteDescription(from.localDescription!);
    await to.setLocalDescription();
    await from.setRemoteDescription(to.localDescription!);
  };
  await agree();
  const stream = new MediaStream(to.getReceivers().map(({ track }) => track));
  return {
    stream,
    stop: () => {
      transceiver.stop();
      return agree();
    },
  };
}

/** The colour that a stream shows now; null while it shows none. */
export function watch(stream: MediaStream): () => Colour | null {
  const video = document.createElement('video');
  Object.assign(video, { srcObject: stream, muted: true, playsInline: true });
  document.body.append(video);
  void video.play().catch(() => undefined);
  closers.add(() => {
    video.srcObject = null;
    video.remove();
  });
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
  return () => {
    if (video.readyState < video.HAVE_CURRENT_DATA || video.videoWidth === 0) return null;
    context.drawImage(video, 0, 0, 64, 48);
    const [r = 0, g = 0, b = 0] = context.getImageData(40, 30, 1, 1).data;
    const [red, green, blue] = [r > 128, g > 128, b > 128];
    if (red && green) return 'yellow';
    return red ? 'red' : green ? 'lime' : blue ? 'blue' : null;
  };
}

/** Resolves once the stream shows that colour. */
export async function shows(stream: MediaStream, colour: Colour): Promise<void> {
  const seen = watch(stream);
  let last: Colour | null = null;
  await until(() => (last = seen()) === colour, { what: `${colour}, not ${String(last)}` });
}

/** Resolves once there is a sound in the stream, one of a peer. */
export async function sounds(peer: Peer, stream: MediaStream): Promise<void> {
  const audio = new Audio();
  audio.srcObject = stream;
  void audio.play().catch(() => undefined);
  const receiver = (): RTCRtpReceiver | undefined =>
    peer.connection?.getReceivers().find(({ track }) => stream.getAudioTracks().includes(track));
  try {
    await until(
      async () => {
        const stats = (await receiver()?.getStats()) as
          ReadonlyMap<string, RTCInboundRtpStreamStats> | undefined;
        return [...(stats?.values() ?? [])].some(({ totalAudioEnergy = 0 }) => totalAudioEnergy > 1e-4);
      },
      { what: 'a sound' },
    );
  } finally {
    audio.srcObject = null;
  }
}
