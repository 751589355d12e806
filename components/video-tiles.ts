/** Which tiles there are: everybody's own, with or without a picture, and one more for each further stream. */
import type { Peer } from '../src/index.js';
import { initialOf, nameOf } from './chat-text.js';
import type { SourceElement } from './source-controller.js';
import type { OwnMedia } from './video-own.js';
import type { PeerVideoStrings } from './video-strings.js';

export interface Tile {
  /** The same for as long as it is the same tile. */
  readonly key: string;
  /** Null for our own. */
  readonly peer: Peer | null;
  readonly id: string;
  readonly name: string;
  readonly initial: string;
  readonly stream: MediaStream | null;
  readonly screen: boolean;
  /** Whether there is something to see in the stream. */
  readonly picture: boolean;
  /** Whether there is nothing to be heard of them. */
  readonly silent: boolean;
  readonly mirrored: boolean;
}

const isScreen = (metadata: unknown): boolean =>
  typeof metadata === 'object' && metadata !== null && 'kind' in metadata && metadata.kind === 'screen';

const has = (stream: MediaStream | null, kind: string): boolean =>
  !!stream?.getTracks().some((track) => track.kind === kind && track.readyState === 'live');

/** Our own picture is looked at as in a mirror, unless the camera looks the other way or it is no camera. */
function isMirrored(stream: MediaStream | null): boolean {
  const settings = stream?.getVideoTracks()[0]?.getSettings() ?? {};
  return settings.facingMode !== 'environment' && !('displaySurface' in settings);
}

export function ownTiles(source: SourceElement, own: OwnMedia, s: PeerVideoStrings): Tile[] {
  const initial = initialOf(source.displayName || s.you);
  const me = { peer: null, id: source.peerId ?? 'you', name: s.you, initial, mirrored: false };
  const camera: Tile = {
    ...me,
    key: 'me',
    stream: own.stream,
    screen: false,
    picture: own.isOn('video'),
    silent: !own.isOn('audio'),
    mirrored: isMirrored(own.stream),
  };
  if (!own.screen) return [camera];
  return [
    camera,
    { ...me, key: 'me screen', stream: own.screen, screen: true, picture: true, silent: false },
  ];
}

export function peerTiles(peer: Peer, s: PeerVideoStrings): Tile[] {
  const { streams } = peer;
  const name = nameOf(s, peer.id, peer.displayName);
  const them = { peer, id: peer.id, name, initial: initialOf(name), mirrored: false };
  const isShared = (stream: MediaStream): boolean => isScreen(peer.metadataOf(stream));
  const first = streams.find((stream) => !isShared(stream)) ?? null;
  const main: Tile = {
    ...them,
    key: peer.id,
    stream: first,
    screen: false,
    picture: has(first, 'video') && !peer.muted.video,
    silent: !has(first, 'audio') || peer.muted.audio,
  };
  const further = streams
    .filter((stream) => stream !== first)
    .map((stream) => {
      const screen = isShared(stream);
      const picture = has(stream, 'video');
      return { ...them, key: `${peer.id} ${stream.id}`, stream, screen, picture, silent: false };
    });
  return [main, ...further];
}

/** Whose tile is to be large: what somebody has chosen to look at, else what is shared. */
export function largeOnes(tiles: readonly Tile[], pinned: string | null): boolean[] {
  const chosen = tiles.map(({ key }) => key === pinned);
  return chosen.includes(true) ? chosen : tiles.map(({ screen }) => screen);
}
