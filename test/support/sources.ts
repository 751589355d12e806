/** Rooms and pairs of several pages within one: each with an identity, and so a place in the mesh, of its own. */
import { PeerPair, PeerRoom, broadcastChannelSignaling, webSocketSignaling } from '../../src/index.js';
import type {
  JoinRequestEvent,
  Peer,
  PeerPairOptions,
  PeerRoomOptions,
  RoomEventMap,
  Signaling,
  TypedListeners,
} from '../../src/index.js';
import { inTime, once, until } from './until.js';

type Source = PeerRoom | PeerPair;
type Listening = Pick<TypedListeners<RoomEventMap>, 'addEventListener'>;

let count = 0;
/** A name that no other test uses. */
export const uniqueName = (): string => `test ${String(++count)} ${crypto.randomUUID()}`;

/** An adaptor as another page would have it. @param url of a signalling server; none: the tabs of this browser */
export const otherPage = (url?: string): Signaling =>
  url === undefined ? broadcastChannelSignaling() : webSocketSignaling({ url });

const open = new Set<Source>();

const keep = <S extends Source>(source: S): S => {
  open.add(source);
  return source;
};

export const makeRoom = (options: PeerRoomOptions = {}): PeerRoom =>
  keep(new PeerRoom({ signaling: otherPage(), ...options }));
export const makePair = (options: PeerPairOptions = {}): PeerPair =>
  keep(new PeerPair({ signaling: otherPage(), ...options }));

/** For an afterEach hook. */
export function closeAll(): void {
  for (const source of open) source.close();
  open.clear();
}

/** Resolves when all are in their rooms, as they may be already: a fixture takes a while to be given back. */
export async function joined(...sources: readonly Pick<Source, 'state'>[]): Promise<void> {
  await until(() => sources.every(({ state }) => state === 'connected'), { what: 'to be in' });
}

/** Resolves when everyone reaches everyone. */
export async function meshed(...sources: readonly Pick<Source, 'peers' | 'state'>[]): Promise<void> {
  const connected = ({ peers, state }: Pick<Source, 'peers' | 'state'>): boolean =>
    state === 'connected' &&
    [...peers.values()].filter((peer) => peer.state === 'connected').length === sources.length - 1;
  await until(() => sources.every(connected), { what: `a mesh of ${String(sources.length)}` });
}

/** Rooms of one name, each from a page of its own, all connected. */
export async function makeMesh(
  size: number,
  options: PeerRoomOptions = {},
  url?: string,
): Promise<PeerRoom[]> {
  const room = options.room ?? uniqueName();
  const rooms = Array.from({ length: size }, () => makeRoom({ signaling: otherPage(url), ...options, room }));
  await meshed(...rooms);
  return rooms;
}

/** Resolves when everyone reaches everyone directly. */
export async function upgraded(...sources: readonly Pick<Source, 'peers' | 'state'>[]): Promise<void> {
  await meshed(...sources);
  const direct = ({ peers }: Pick<Source, 'peers'>): boolean =>
    [...peers.values()].every(({ path }) => path === 'direct');
  await until(() => sources.every(direct), { what: 'direct paths' });
}

/** The next one to ask to come in. */
export const nextRequest = (target: Listening): Promise<JoinRequestEvent> =>
  inTime(
    new Promise((resolve) => {
      target.addEventListener('joinrequest', resolve, { once: true });
    }),
    'somebody to ask',
    10_000,
  );

/** The next message. */
export const nextData = async (target: EventTarget) =>
  (
    await once<{ data: unknown; type: string; peer: Peer; metadata: unknown; delivery: string }>(
      target,
      'data',
    )
  ).detail;
