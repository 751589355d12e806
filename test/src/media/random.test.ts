/** Both sides change their minds about what they send, at random and at once: they come to agree all the same. */
import { expect } from '@open-wc/testing';
import type { Peer, PeerRoom } from '../../../src/index.js';
import { picture, shows, stopMedia, tone, type Colour } from '../../support/media.js';
import { random, type Random } from '../../support/random.js';
import { closeAll, makeMesh } from '../../support/sources.js';
import { until } from '../../support/until.js';

const ROUNDS = 50;
/** Of each side in a round. */
const CHANGES = 2;
/** The same in every run, so that what fails can be seen again. */
const SEED = 1;
const MOST = 4;

interface Sent {
  readonly stream: MediaStream;
  readonly name: string;
  tracks: MediaStreamTrack[];
}

const below = (chance: Random, end: number): number => Math.floor(chance() * end);
const pick = <T>(chance: Random, choices: readonly T[]): T => choices[below(chance, choices.length)]!;
const outline = (streams: readonly (readonly [string, readonly MediaStreamTrack[]])[]): string =>
  streams
    .map(
      ([name, tracks]) =>
        `${name}: ${tracks
          .map(({ kind }) => kind)
          .sort()
          .join()}`,
    )
    .sort()
    .join('; ');

/** One page, what it can send, and what it should be sending. */
class Side {
  readonly did: string[] = [];
  readonly colours = new Map<MediaStreamTrack, Colour>();
  readonly #room: PeerRoom;
  readonly #chance: Random;
  readonly #stock: MediaStreamTrack[] = [];
  #sent: Sent[] = [];
  #named = 0;

  private constructor(room: PeerRoom, seed: number) {
    this.#room = room;
    this.#chance = random(seed);
  }

  static async make(room: PeerRoom, seed: number): Promise<Side> {
    const side = new Side(room, seed);
    for (const colour of ['red', 'lime', 'blue'] as const) {
      const [track] = picture(colour).getTracks() as [MediaStreamTrack];
      side.colours.set(track, colour);
      side.#stock.push(track);
    }
    side.#stock.push(...(await tone()).getTracks(), ...(await tone()).getTracks());
    return side;
  }

  get sent(): readonly Sent[] {
    return this.#sent;
  }

  get outline(): string {
    return outline(this.#sent.map(({ name, tracks }) => [name, tracks] as const));
  }

  /** Changes now and then, and lets whatever else wants to happen come between. */
  async change(): Promise<void> {
    for (let left = CHANGES; left > 0; left--) {
      await new Promise((resolve) => setTimeout(resolve, below(this.#chance, 12)));
      const one = pick(this.#chance, this.#sent);
      const act = pick(this.#chance, ['add', 'add', 'remove', 'replace', 'replace', 'track'] as const);
      this.did.push(act);
      if (act === 'add' || !one) this.#add();
      else if (act === 'remove') this.#remove(one);
      else if (act === 'track') this.#removeTrack(one);
      else await this.#replace(one);
    }
  }

  #add(): void {
    const tracks = [...new Set([pick(this.#chance, this.#stock), pick(this.#chance, this.#stock)])];
    const all = [...this.#sent, { tracks }].flatMap((one) => one.tracks);
    if (['audio', 'video'].some((kind) => all.filter((track) => track.kind === kind).length > MOST)) return;
    const sent = { stream: new MediaStream(tracks), name: String(++this.#named), tracks };
    this.#sent.push(sent);
    this.#room.addStream(sent.stream, { metadata: sent.name });
  }

  #remove(one: Sent): void {
    this.#sent = this.#sent.filter((other) => other !== one);
    this.#room.removeStream(one.stream);
  }

  /** The same one may be part of several streams. */
  #removeTrack({ tracks: [track] }: Sent): void {
    if (!track) return;
    for (const one of this.#sent) one.tracks = one.tracks.filter((other) => other !== track);
    this.#room.removeTrack(track);
    for (const one of this.#sent) if (one.tracks.length === 0) this.#remove(one);
  }

  async #replace({ tracks: [track] }: Sent): Promise<void> {
    const by = pick(
      this.#chance,
      this.#stock.filter(({ kind }) => kind === track?.kind),
    );
    if (!track || this.#sent.some(({ tracks }) => tracks.includes(by))) return;
    for (const one of this.#sent) one.tracks = one.tracks.map((other) => (other === track ? by : other));
    await this.#room.replaceTrack(track, by);
  }
}

const heard = (peer: Peer): string =>
  outline(peer.streams.map((stream) => [String(peer.metadataOf(stream)), stream.getTracks()] as const));

describe('Media at random', () => {
  afterEach(() => {
    closeAll();
    stopMedia();
  });

  it(`converges, over ${ROUNDS * CHANGES * 2} changes of two at once`, async function () {
    this.timeout(60_000);
    const rooms = (await makeMesh(2)) as [PeerRoom, PeerRoom];
    const peers = rooms.map(({ peers }) => [...peers.values()][0]!) as [Peer, Peer];
    const sides = [await Side.make(rooms[0], SEED), await Side.make(rooms[1], SEED + 1)] as const;
    const connection = peers[0].connection;
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all(sides.map((side) => side.change()));
      // Each hears what the other one sends.
      const agreed = (): boolean =>
        peers.every((peer, i) => heard(peer) === sides[1 - i]!.outline && peer.mediaState !== 'connecting');
      await until(agreed).catch(() => {
        const views = peers.map((peer, i) => `${sides[1 - i]!.outline} | ${heard(peer)} ${peer.mediaState}`);
        throw new Error(
          `round ${round}: ${views.join(' // ')}; ${sides.map(({ did }) => did.slice(-4)).join(' / ')}`,
        );
      });
    }
    expect(peers[0].connection, 'it was mended by another one').to.equal(connection);
    for (const [i, peer] of peers.entries()) {
      const side = sides[1 - i]!;
      for (const { name, tracks } of side.sent) {
        const colours = tracks.flatMap((track) => side.colours.get(track) ?? []);
        const stream = peer.streams.find((one) => peer.metadataOf(one) === name)!;
        const videos = stream.getVideoTracks();
        await Promise.all(colours.map((colour, at) => shows(new MediaStream([videos[at]!]), colour)));
      }
    }
  });
});
