/** Streams whose picture and sound a test knows, and eyes and ears at the other end. */
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

/** A sine of so many hertz. */
export function tone(hertz = 440): MediaStream {
  const context = new AudioContext();
  const oscillator = new OscillatorNode(context, { frequency: hertz });
  const destination = context.createMediaStreamDestination();
  oscillator.connect(destination);
  oscillator.start();
  closers.add(() => void context.close());
  return destination.stream;
}

/** Both. */
export const pictureWithTone = (colour: Colour): MediaStream =>
  new MediaStream([...picture(colour).getTracks(), ...tone().getTracks()]);

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

/** Resolves once there is a sound in the stream. */
export async function sounds(stream: MediaStream): Promise<void> {
  const context = new AudioContext();
  // Chromium gives no sound from afar to an AudioContext unless an element plays it, too.
  const audio = new Audio();
  Object.assign(audio, { srcObject: stream, muted: true });
  void audio.play().catch(() => undefined);
  const analyser = new AnalyserNode(context);
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  try {
    await until(
      () => {
        analyser.getFloatTimeDomainData(samples);
        return samples.some((sample) => Math.abs(sample) > 0.05);
      },
      { what: 'a sound' },
    );
  } finally {
    audio.srcObject = null;
    void context.close();
  }
}
