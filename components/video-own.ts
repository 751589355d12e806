/** What of ours goes to the others: camera, microphone and screen, on and off, and what takes their place when they are unplugged. */
import type { SourceElement } from './source-controller.js';
import { capture, captureBoth, captureScreen, reasonOf } from './video-capture.js';
import type { Device } from './video-strings.js';

export type Kind = 'audio' | 'video';

export interface OwnCallbacks {
  /** Something may look different. */
  readonly changed: () => void;
  readonly failed: (device: Device, error: unknown) => void;
  /** A device has gone; `other` took its place, or nothing did. */
  readonly gone: (kind: Kind, other: MediaStreamTrack | null) => void;
}

/** Tracks in it that still give something. */
const liveOf = (stream: MediaStream | null | undefined, kind: Kind): MediaStreamTrack | undefined =>
  stream?.getTracks().find((track) => track.kind === kind && track.readyState === 'live');

export class OwnMedia {
  readonly #on: OwnCallbacks;
  #source: SourceElement | null = null;
  /** What we have captured; what the page gave is not ours to stop. */
  readonly #captured = new Set<MediaStreamTrack>();
  readonly #chosen = new Map<Kind, string>();
  readonly #pending = new Set<Device>();
  #screen: MediaStream | null = null;
  /** Changes whenever what is being asked for would come too late. */
  #turn = 0;

  constructor(callbacks: OwnCallbacks) {
    this.#on = callbacks;
  }

  attach(source: SourceElement | null): void {
    this.release();
    this.#source = source;
  }

  get stream(): MediaStream | null {
    return this.#source?.stream ?? null;
  }

  get screen(): MediaStream | null {
    return this.#screen;
  }

  /** Whether the browser is being asked for it. */
  isPending(device: Device): boolean {
    return this.#pending.has(device);
  }

  isOn(device: Device): boolean {
    if (device === 'screen') return this.#screen !== null;
    return !!liveOf(this.stream, device) && this.#source?.muted?.[device] !== true;
  }

  /** The device in use, or the one to be used. */
  deviceOf(kind: Kind): string {
    return liveOf(this.stream, kind)?.getSettings().deviceId ?? this.#chosen.get(kind) ?? '';
  }

  async toggle(device: Device): Promise<void> {
    if (device === 'screen') {
      if (this.#screen) this.#stopScreen();
      else await this.#ask(device, () => this.#startScreen());
    } else if (this.isOn(device)) this.#off(device);
    else await this.#ask(device, () => this.#turnOn(device));
  }

  /** Camera and microphone, where neither is there yet. */
  async start(): Promise<void> {
    if (this.stream || this.#pending.size) return;
    const turn = this.#turn;
    this.#pending.add('audio');
    await this.#ask('video', async () => {
      const tracks = await captureBoth();
      for (const track of tracks) if (this.#keep(track, turn)) this.#put(track);
    });
    this.#pending.delete('audio');
    this.#on.changed();
  }

  /** Takes another device, at once where that kind is on. */
  async choose(kind: Kind, id: string): Promise<void> {
    this.#chosen.set(kind, id);
    if (!this.isOn(kind)) return;
    await this.#ask(kind, async () => {
      // Some phones have but one camera at a time.
      if (kind === 'video') this.#stop(liveOf(this.stream, kind));
      try {
        await this.#take(kind);
      } catch (error) {
        this.#chosen.delete(kind);
        if (kind === 'video') await this.#take(kind);
        throw error;
      }
    });
  }

  /** Lets go of everything that we have captured. */
  release(): void {
    this.#turn++;
    this.#stopScreen();
    const { stream } = this;
    const ours = stream?.getTracks().some((track) => this.#captured.has(track)) ?? false;
    for (const track of this.#captured) this.#stop(track);
    if (ours && this.#source) this.#source.stream = null;
    this.#on.changed();
  }

  async #ask(device: Device, act: () => Promise<void>): Promise<void> {
    if (this.#pending.has(device)) return;
    this.#pending.add(device);
    this.#on.changed();
    try {
      await act();
    } catch (error) {
      this.#on.failed(device, error);
    }
    this.#pending.delete(device);
    this.#on.changed();
  }

  async #turnOn(kind: Kind): Promise<void> {
    if (!liveOf(this.stream, kind)) await this.#take(kind);
    this.#source?.mute?.(kind, false);
  }

  /** Whoever turns the camera off wants its light to go out; a microphone is to be back without a delay. */
  #off(kind: Kind): void {
    this.#source?.mute?.(kind, true);
    const track = liveOf(this.stream, kind);
    if (kind === 'video' && track && this.#captured.has(track)) this.#stop(track);
    this.#on.changed();
  }

  async #take(kind: Kind): Promise<void> {
    const turn = this.#turn;
    let track: MediaStreamTrack;
    try {
      track = await capture(kind, this.#chosen.get(kind));
    } catch (error) {
      // What was chosen is not there any more.
      if (!this.#chosen.has(kind) || reasonOf(error) !== 'OverconstrainedError') throw error;
      this.#chosen.delete(kind);
      track = await capture(kind);
    }
    if (this.#keep(track, turn)) this.#put(track);
  }

  /** @returns false for what comes when nobody wants it any more */
  #keep(track: MediaStreamTrack, turn: number): boolean {
    if (turn !== this.#turn || !this.#source) {
      track.stop();
      return false;
    }
    this.#captured.add(track);
    const { kind } = track;
    track.addEventListener('ended', () => void this.#lost(kind as Kind, track), { once: true });
    return true;
  }

  /** In the place of the one of its kind: to the others it is the same stream, and nothing is negotiated anew. */
  #put(track: MediaStreamTrack): void {
    const source = this.#source;
    if (!source) return;
    const before = this.stream?.getTracks() ?? [];
    const kept = before.filter(({ kind, readyState }) => kind !== track.kind && readyState === 'live');
    source.stream = new MediaStream([...kept, track]);
    for (const old of before) if (!kept.includes(old)) this.#stop(old);
  }

  #stop(track: MediaStreamTrack | undefined): void {
    if (track && this.#captured.delete(track)) track.stop();
  }

  /** Unplugged, or not allowed any more. */
  async #lost(kind: Kind, track: MediaStreamTrack): Promise<void> {
    if (!this.#captured.delete(track)) return;
    this.#on.changed();
    if (this.#source?.muted?.[kind]) return;
    this.#chosen.delete(kind);
    try {
      await this.#take(kind);
      this.#on.gone(kind, liveOf(this.stream, kind) ?? null);
    } catch {
      this.#source?.mute?.(kind, true);
      this.#on.gone(kind, null);
    }
    this.#on.changed();
  }

  async #startScreen(): Promise<void> {
    const turn = this.#turn;
    const stream = await captureScreen();
    const [picture] = stream.getVideoTracks();
    if (turn !== this.#turn || !this.#source || !picture) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    // Letters are to be sharp; that they move smoothly matters less.
    picture.contentHint = 'detail';
    picture.addEventListener('ended', () => this.#stopScreen());
    this.#screen = stream;
    try {
      this.#source.addStream?.(stream, { metadata: { kind: 'screen' } });
    } catch (error) {
      this.#stopScreen();
      throw error;
    }
  }

  #stopScreen(): void {
    const screen = this.#screen;
    if (!screen) return;
    this.#screen = null;
    for (const track of screen.getTracks()) track.stop();
    this.#source?.removeStream?.(screen);
    this.#on.changed();
  }
}
