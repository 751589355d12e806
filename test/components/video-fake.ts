/** A group whose peers have pictures and voices, which are real streams; who sends what to whom is for the tests between real ones. */
import { fixture } from '@open-wc/testing';
import { PeerVideoElement } from '../../components/peer-video.js';
import { FakeSource, idOf, type FakePeer } from './chat-fake.js';

export type MediaState = 'none' | 'connecting' | 'flowing' | 'unavailable';

export interface Shown {
  readonly streams?: readonly MediaStream[];
  readonly screens?: readonly MediaStream[];
  readonly muted?: { readonly audio?: boolean; readonly video?: boolean };
  readonly mediaState?: MediaState;
}

export interface SeenPeer extends FakePeer {
  streams: readonly MediaStream[];
  screens: readonly MediaStream[];
  muted: { readonly audio: boolean; readonly video: boolean };
  mediaState: MediaState;
}

export class FakeVideoSource extends FakeSource {
  stream: MediaStream | null = null;
  manual = false;
  muted = { audio: false, video: false };
  /** Further streams that are sent, with what is said of them. */
  readonly further = new Map<MediaStream, unknown>();
  readonly calls: string[] = [];

  addStream(stream: MediaStream, { metadata }: { metadata?: unknown } = {}): void {
    this.further.set(stream, metadata);
  }

  removeStream(stream: MediaStream): void {
    this.further.delete(stream);
  }

  mute(kind: 'audio' | 'video', muted: boolean): void {
    this.muted = { ...this.muted, [kind]: muted };
    for (const track of this.stream?.getTracks() ?? []) if (track.kind === kind) track.enabled = !muted;
  }

  /** Joins, as a source does; with a name, that peer can be reached or cannot. */
  override connect(name?: string, state: RTCPeerConnectionState = 'connected'): void {
    if (name !== undefined) return super.connect(name, state);
    this.calls.push('connect');
    this.turn('connecting');
  }

  close(): void {
    this.calls.push('close');
    this.leave();
  }

  /** Somebody is there, seen and heard. */
  come(name: string, displayName = '', shown: Shown = {}): SeenPeer {
    const { streams = [], screens = [], muted = {}, mediaState = 'flowing' } = shown;
    const peer = Object.assign(new EventTarget(), {
      id: idOf(name),
      displayName,
      state: 'connected',
      screens,
      streams: [...streams, ...screens],
      muted: { audio: false, video: false, ...muted },
      mediaState,
      metadataOf: (stream: MediaStream): unknown =>
        peer.screens.includes(stream) ? { kind: 'screen' } : undefined,
    }) as unknown as SeenPeer & EventTarget;
    this.peers.set(peer.id, peer);
    this.meet(name);
    for (const stream of peer.streams) this.fire('stream', { stream, peer });
    return peer;
  }

  shows(name: string): SeenPeer {
    return this.peers.get(idOf(name)) as SeenPeer;
  }

  /** Another stream arrives. */
  share(name: string, stream: MediaStream): void {
    const peer = this.shows(name);
    peer.screens = [...peer.screens, stream];
    peer.streams = [...peer.streams, stream];
    this.fire('stream', { stream, peer, metadata: { kind: 'screen' } });
  }

  unshare(name: string, stream: MediaStream): void {
    const peer = this.shows(name);
    peer.streams = peer.streams.filter((one) => one !== stream);
    this.fire('streamend', { stream, peer });
  }

  hush(name: string, kind: 'audio' | 'video', muted = true): void {
    const peer = this.shows(name);
    peer.muted = { ...peer.muted, [kind]: muted };
    this.fire('mute', { peer, kind, muted });
  }

  flow(name: string, state: MediaState): void {
    const peer = this.shows(name);
    const previous = peer.mediaState;
    peer.mediaState = state;
    this.fire('mediastate', { peer, state, previous });
  }
}

/** In a page of its own, where the names are free. */
export function register(): void {
  customElements.define('peer-group', class extends FakeVideoSource {});
  customElements.define('peer-pair', class extends FakeVideoSource {});
  customElements.define('peer-video', PeerVideoElement);
}

export interface MountedVideo {
  readonly source: FakeVideoSource;
  readonly video: PeerVideoElement;
}

/** In a group, both in the page. */
export async function mountVideo(attributes = ''): Promise<MountedVideo> {
  const box = await fixture<HTMLElement>(
    `<div><peer-group><peer-video ${attributes}></peer-video></peer-group></div>`,
  );
  const source = box.querySelector<FakeVideoSource>('peer-group')!;
  const video = box.querySelector('peer-video')!;
  await video.updateComplete;
  return { source, video };
}

export const all = (video: PeerVideoElement, selector: string): HTMLElement[] => [
  ...video.shadowRoot!.querySelectorAll<HTMLElement>(selector),
];

export const one = (video: PeerVideoElement, selector: string): HTMLElement => all(video, selector)[0]!;

export const tileOf = (video: PeerVideoElement, name: string): HTMLElement =>
  all(video, '.tile').find(({ dataset }) => dataset['key'] === (name === 'me' ? name : idOf(name)))!;

/** In one colour, so that it can be told from another; and it moves, or nothing would be sent. */
export function paint(colour: string, width = 64, height = 36): MediaStream {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d')!;
  let frames = 0;
  const draw = (): void => {
    context.fillStyle = colour;
    context.fillRect(0, 0, width, height);
    context.fillStyle = '#000';
    context.fillRect(frames++ % 4, 0, 1, 1);
  };
  draw();
  const stream = canvas.captureStream(10);
  const timer = setInterval(() => {
    if (stream.getTracks().some(({ readyState }) => readyState === 'live')) draw();
    else clearInterval(timer);
  }, 100);
  return stream;
}

export interface Sound {
  readonly track: MediaStreamTrack;
  /** From 0 to 1. */
  loud(volume: number): void;
  close(): Promise<void>;
}

/** What each track is to be heard as, in a browser without a sound card. */
const volumes = new WeakMap<MediaStreamTrack, number>();

/** A tone. */
export function hum(volume = 0): Sound {
  const context = new AudioContext();
  const gain = context.createGain();
  const oscillator = context.createOscillator();
  const destination = context.createMediaStreamDestination();
  const track = destination.stream.getAudioTracks()[0]!;
  oscillator.connect(gain).connect(destination);
  oscillator.start();
  const loud = (to: number): void => {
    gain.gain.value = to;
    volumes.set(track, to);
  };
  loud(volume);
  return { track, loud, close: () => context.close() };
}

/** A Firefox without a sound card runs no AudioContext: there, those who listen are told what they would hear. */
export async function lendEars(): Promise<() => void> {
  const context = new AudioContext();
  const runs = await Promise.race([
    context.resume().then(() => true),
    new Promise((resolve) => setTimeout(resolve, 1000, false)),
  ]);
  void context.close();
  if (runs) return () => undefined;
  const { connect } = AudioNode.prototype as { connect: (this: AudioNode, to: AudioNode) => AudioNode };
  const { getFloatTimeDomainData } = AnalyserNode.prototype;
  const heard = new WeakMap<AudioNode, MediaStreamTrack>();
  Object.assign(AudioNode.prototype, {
    connect(this: AudioNode, to: AudioNode): AudioNode {
      const [track] = this instanceof MediaStreamAudioSourceNode ? this.mediaStream.getTracks() : [];
      if (track) heard.set(to, track);
      return connect.call(this, to);
    },
  });
  AnalyserNode.prototype.getFloatTimeDomainData = function told(this: AnalyserNode, samples) {
    const track = heard.get(this);
    samples.fill(track ? (volumes.get(track) ?? 0) : 0);
  };
  return () => {
    Object.assign(AudioNode.prototype, { connect });
    Object.assign(AnalyserNode.prototype, { getFloatTimeDomainData });
  };
}

export interface Leashed {
  readonly stream: MediaStream;
  /** Ends it as if it had been unplugged; a page cannot do that to its own. */
  pull(): Promise<void>;
}

/** A stream that comes from elsewhere, until that stops. */
export async function leash(given: MediaStream): Promise<Leashed> {
  const from = new RTCPeerConnection();
  const to = new RTCPeerConnection();
  const [track] = given.getTracks();
  const transceiver = from.addTransceiver(track!);
  const agree = async (): Promise<void> => {
    await from.setLocalDescription();
    await to.setRemoteDescription(from.localDescription!);
    await to.setLocalDescription();
    await from.setRemoteDescription(to.localDescription!);
  };
  await agree();
  return {
    stream: new MediaStream(to.getReceivers().map(({ track: far }) => far)),
    async pull() {
      transceiver.stop();
      await agree();
      from.close();
      to.close();
      track?.stop();
    },
  };
}

/** The colour in the middle of what a <video> shows. */
export function colourOf(video: HTMLVideoElement): string {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
  const context = canvas.getContext('2d')!;
  const { videoWidth, videoHeight } = video;
  if (!videoWidth) return '';
  context.drawImage(video, videoWidth / 2, videoHeight / 2, 1, 1, 0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue].map((part) => (part > 128 ? 'f' : '0')).join('');
}
