/** What a page in a test shows to the others, and what it sees and hears of them. */
import type { Visitor } from './visitor.js';

type Colour = 'red' | 'lime' | 'blue' | 'yellow';

interface Eyes {
  /** A picture of one colour that never stands still. */
  paint(colour: Colour): MediaStream;
  /** What a peer's stream with these metadata shows now; no width while that is nothing. */
  look(id: string, metadata?: unknown): { colour: Colour | null; width: number };
  /** How many frames have come from it, and how much sound. */
  count(id: string): Promise<{ frames: number; energy: number }>;
}

declare global {
  interface Window {
    eyes: Eyes;
  }
}

/** Runs in the page, so it uses nothing from outside. */
function open(): void {
  const videos = new Map<MediaStream, HTMLVideoElement>();
  const videoOf = (stream: MediaStream): HTMLVideoElement => {
    let video = videos.get(stream);
    if (!video) {
      video = Object.assign(document.createElement('video'), { srcObject: stream });
      videos.set(stream, video);
      document.body.append(video);
    }
    if (video.paused) void video.play().catch(() => undefined);
    return video;
  };
  const canvas = (): CanvasRenderingContext2D => {
    const made = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
    return made.getContext('2d', { willReadFrequently: true })!;
  };
  const sight = canvas();
  const colourOf = (video: HTMLVideoElement): Colour | null => {
    if (video.readyState < video.HAVE_CURRENT_DATA || !video.videoWidth) return null;
    sight.drawImage(video, 0, 0, 64, 48);
    const [r = 0, g = 0, b = 0] = sight.getImageData(40, 30, 1, 1).data;
    if (r > 128) return g > 128 ? 'yellow' : 'red';
    return g > 128 ? 'lime' : b > 128 ? 'blue' : null;
  };
  window.eyes = {
    paint(colour) {
      const context = canvas();
      let frame = 0;
      const draw = (): void => {
        context.fillStyle = colour;
        context.fillRect(0, 0, 64, 48);
        context.fillStyle = frame++ % 2 ? 'white' : 'black';
        context.fillRect(0, 0, 6, 6);
      };
      draw();
      setInterval(draw, 50);
      return context.canvas.captureStream(20);
    },
    look(id, metadata) {
      const peer = window.e2e.source.peer(id);
      const stream = peer?.streams.find((one) => peer.metadataOf(one) === metadata);
      const video = stream && videoOf(stream);
      if (!video) return { colour: null, width: 0 };
      return { colour: colourOf(video), width: video.videoWidth };
    },
    async count(id) {
      const peer = window.e2e.source.peer(id);
      const sum = { frames: 0, energy: 0 };
      ((await peer?.getStats()) as ReadonlyMap<string, RTCInboundRtpStreamStats> | undefined)?.forEach(
        ({ totalAudioEnergy = 0, framesDecoded = 0, type }) => {
          if (type !== 'inbound-rtp') return;
          sum.energy += totalAudioEnergy;
          sum.frames += framesDecoded;
        },
      );
      return sum;
    },
  };
}

/** Every visitor who is to show or see something needs them. */
export const openEyes = (visitor: Visitor): Promise<void> => visitor.page.evaluate(open);

/** Sends a picture of this colour, in the place of what was sent. */
export const paints = (visitor: Visitor, colour: Colour): Promise<void> =>
  visitor.page.evaluate((shown) => {
    window.e2e.source.stream = window.eyes.paint(shown);
  }, colour);

/** Waits until the picture of somebody else has this colour. */
export async function sees(visitor: Visitor, other: Visitor, colour: Colour): Promise<void> {
  const id = await other.id();
  await visitor.until(
    `${colour} from ${id}`,
    (of, shown) => window.eyes.look(of).colour === shown,
    id,
    colour,
  );
}

/** Waits until ten frames of it have come and are seen, and a sound. */
export async function seesAndHears(visitor: Visitor, other: Visitor): Promise<void> {
  const id = await other.id();
  await visitor.until('a picture', (of) => window.eyes.look(of).width > 0, id);
  const enough = async (of: string): Promise<boolean> => {
    const { frames, energy } = await window.eyes.count(of);
    return frames > 10 && energy > 1e-4;
  };
  await visitor.until('ten frames and a sound', enough, id);
}
