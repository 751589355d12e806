/** A member of the room that has a valid session and no manners: what it costs the page, and everyone else in the room. */
import { expect } from '@open-wc/testing';
import type {
  PathDetail,
  Peer,
  PeerError,
  PeerRoom,
  PeerRoomOptions,
  Signaling,
  Transfer,
  TransferDetail,
} from '../../src/index.js';
import { utf8, type Bytes } from '../../src/bytes.js';
import {
  BULK,
  BYTES,
  DATAGRAM,
  HostilePeer,
  TEXT,
  UNORDERED,
  closeHostile,
  offerOf,
  packed,
  type HostileOptions,
} from '../support/hostile-peer.js';
import { closeAll, makeRoom, meshed, nextData, otherPage, uniqueName } from '../support/sources.js';
import { once, until } from '../support/until.js';

const MB = 1024 * 1024;
/** What may come of a large value without having been taken. */
const ROOM = 4 * MB;

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** A page, somebody it talks to, and somebody who came to do harm. */
class Scene {
  readonly page: PeerRoom;
  readonly friend: PeerRoom;
  readonly hostile: HostilePeer;
  /** Whatever else happened at the page, by its name. */
  readonly events: Readonly<Record<string, CustomEvent<Record<string, unknown>>[]>>;

  constructor(page: PeerRoom, friend: PeerRoom, hostile: HostilePeer, events: Scene['events']) {
    this.page = page;
    this.friend = friend;
    this.hostile = hostile;
    this.events = events;
  }

  /** The hostile one as the page sees it. */
  get peer(): Peer {
    return this.page.peer(this.hostile.id)!;
  }

  count(type: string): number {
    return this.events[type]?.length ?? 0;
  }

  /** The page and its friend still hear each other. */
  async goesOn(): Promise<void> {
    const { page, friend } = this;
    const word = crypto.randomUUID();
    const from = ({ detail }: CustomEvent<{ data: unknown }>): boolean => detail.data === word;
    const heard = [once(page, 'data', { where: from }), once(friend, 'data', { where: from })];
    await Promise.all([
      page.send(word, { to: friend.peerId ?? '' }),
      friend.send(word, { to: page.peerId ?? '' }),
    ]);
    await Promise.all(heard);
    expect(page.state).to.equal('connected');
  }

  /** All that it has said has been dealt with: the page answers what comes behind it. */
  async settled(): Promise<void> {
    const { hostile, peer } = this;
    const id = 1e9 + hostile.frames;
    hostile.say(`["ping",${id}]`);
    await until(() => hostile.words.some(([word, of]) => word === 'pong' && of === id), {
      what: 'an answer',
    });
    expect(this.page.peer(hostile.id), 'still there').to.equal(peer);
  }

  /** It was thrown out, by name and once, and nobody else has noticed. */
  async throwsItOut(code = 'protocol'): Promise<void> {
    const { page, hostile } = this;
    await until(() => page.peer(hostile.id) === undefined, { what: 'the hostile peer to be thrown out' });
    const errors = this.events['error']!.map(({ detail }) => detail['error'] as PeerError);
    expect(errors.map((error) => [error.code, error.peers, error.final])).to.deep.equal([
      [code, [hostile.id], false],
    ]);
    expect(this.events['leave']!.map(({ detail }) => (detail['peer'] as Peer).id)).to.deep.equal([
      hostile.id,
    ]);
    const before = this.total;
    hostile.tell({ type: 'more', data: 1 });
    hostile.piece(1, 0, new Uint8Array(10));
    await hostile.idle();
    await this.goesOn();
    expect(this.total - before, 'what it says now is nothing').to.equal(0);
  }

  /** It is still there, nothing was held against it, and nothing has come of what it said but what is named. */
  async bearsIt(allowed: Readonly<Record<string, number>> = {}): Promise<void> {
    await this.settled();
    const found = Object.entries(this.events).map(([type, events]) => [type, events.length] as const);
    const more = found.filter(([type, count]) => count > (allowed[type] ?? 0));
    expect(Object.fromEntries(more)).to.deep.equal({});
    await this.goesOn();
  }

  get total(): number {
    return Object.values(this.events).reduce((sum, { length }) => sum + length, 0);
  }
}

const EVENTS = ['data', 'request', 'transfer', 'progress', 'profile', 'gap', 'error', 'leave', 'untrusted'];

async function makeScene(options: PeerRoomOptions = {}, hostility: HostileOptions = {}): Promise<Scene> {
  const { transport = 'relay' } = options;
  const room = uniqueName();
  const [page, friend] = [makeRoom({ ...options, room, transport }), makeRoom({ room, transport })];
  await meshed(page, friend);
  const greeted = once(page, 'peer');
  const hostile = await HostilePeer.meet(page, hostility);
  await greeted;
  const events = Object.fromEntries(
    EVENTS.map((type) => [type, [] as CustomEvent<Record<string, unknown>>[]]),
  );
  for (const type of EVENTS) {
    page.addEventListener(type as 'data', (event) => {
      // What its friend says is beside the point.
      if ((event.detail as { peer?: Peer }).peer?.id !== friend.peerId) events[type]!.push(event as never);
    });
  }
  return new Scene(page, friend, hostile, events);
}

/** Signalling that allows this page so much and no more, and counts what it is given all the same. */
class Stingy {
  allowed = Infinity;
  sent = 0;
  #drain: () => void = () => undefined;
  readonly signaling: Signaling;

  constructor(inner = otherPage()) {
    this.signaling = {
      relay: inner.relay,
      identity: () => inner.identity(),
      join: (request, sink) => {
        const session = inner.join(request, sink);
        this.#drain = sink.drain;
        return {
          reserve: (bytes, to) => session.reserve(bytes, to) && this.allowed-- > 0,
          send: (to, bytes) => {
            this.sent++;
            session.send(to, bytes);
          },
          close: () => {
            session.close();
          },
        };
      },
    };
  }

  allow(frames: number): void {
    this.allowed = frames;
    this.#drain();
  }
}

const transfersOf = ({ events }: Scene): Transfer[] =>
  events['transfer']!.map(({ detail }) => (detail as unknown as TransferDetail).transfer);

describe('A hostile peer', () => {
  let scene: Scene;
  let hostile: HostilePeer;

  async function meet(options?: PeerRoomOptions, hostility?: HostileOptions): Promise<void> {
    scene = await makeScene(options, hostility);
    hostile = scene.hostile;
  }

  afterEach(() => {
    closeHostile();
    closeAll();
  });

  it('is a peer like any other as long as it behaves', async () => {
    await meet();
    const { page } = scene;
    expect(scene.peer.displayName).to.equal('Mallory');
    const heard = nextData(page);
    hostile.tell({ type: 'x', data: [1] });
    const { data, type, peer } = await heard;
    expect([data, type, peer.id]).to.deep.equal([[1], 'x', hostile.id]);
    await page.send('hello', { to: hostile.id });
    await until(() => [...hostile.messages.values()].some(({ data }) => data === 'hello'), {
      what: 'our word',
    });
    await scene.bearsIt({ data: 1 });
  });

  describe('with a large value', () => {
    it('that is longer than it announced is thrown out', async () => {
      await meet();
      hostile.offer(1, [100_000]);
      for (let at = 0; at <= 100_000; at += 16_384) hostile.piece(1, at, new Uint8Array(16_384));
      await scene.throwsItOut();
      const [transfer] = transfersOf(scene);
      expect([transfer?.state, transfer!.loaded <= 100_000, scene.count('data')]).to.deep.equal([
        'failed',
        true,
        0,
      ]);
    });

    it('that never ends is held up by whoever reads it, and thrown out if it is not', async () => {
      await meet();
      hostile.offer(1, null);
      await until(() => scene.count('data') === 1, { what: 'the stream' });
      await until(() => hostile.transferWords('take').length > 0, { what: 'room for it' });
      let at = 0;
      const piece = new Uint8Array(65_536);
      for (; at < ROOM; at += piece.length) hostile.piece(1, at, piece);
      await scene.settled();
      const [transfer] = transfersOf(scene);
      expect(transfer?.loaded).to.equal(ROOM);
      const room = (): number =>
        Math.max(...hostile.transferWords('take').map(({ until: to }) => Number(to)));
      expect(room(), 'nobody has read anything').to.equal(ROOM);
      const { data } = scene.events['data']![0]!.detail as unknown as { data: ReadableStream<Bytes> };
      const reader = data.getReader();
      let read = 0;
      // A stream asks for more once less than its high-water mark waits in it.
      while (read < ROOM - MB / 2) read += (await reader.read()).value!.length;
      await until(() => room() > ROOM, { what: 'room for as much as was read' });
      expect(room()).to.be.at.most(ROOM + read);
      for (; at <= ROOM + read; at += piece.length) hostile.piece(1, at, piece);
      await scene.throwsItOut();
      expect(transfer!.loaded).to.be.at.most(ROOM + read);
      const failure: unknown = await reader.read().catch((error: unknown) => error);
      expect((failure as PeerError).code).to.equal('gone');
    });

    it('that it never announced is thrown away', async () => {
      await meet();
      for (let i = 0; i < 300; i++) hostile.piece(i, i, new Uint8Array(1000));
      hostile.seal(BULK, new Uint8Array(0));
      hostile.seal(BULK, packed(['u32', 1], ['f64', Number.NaN], new Uint8Array(9)));
      hostile.seal(BULK, packed(['u32', 1], ['f64', -1], new Uint8Array(9)));
      hostile.seal(BULK, packed(['u32', 1], ['f64', 1e300], new Uint8Array(9)));
      await scene.bearsIt();
    });

    it('is asked once for a hole, however many pieces lie behind it', async () => {
      await meet();
      hostile.offer(1, [ROOM]);
      await until(() => hostile.transferWords('take').length === 1, { what: 'room for it' });
      for (let i = 1; i <= 300; i++) hostile.piece(1, i * 1000, new Uint8Array(1000));
      await scene.bearsIt({ transfer: 1 });
      expect(hostile.transferWords('take').filter(({ again }) => again)).to.have.length(1);
      expect(transfersOf(scene)[0]?.loaded).to.equal(0);
    });

    it('is one of 256 at most, and the rest is refused', async () => {
      await meet();
      hostile.acknowledges = true;
      scene.page.addEventListener('transfer', (event) => {
        event.preventDefault();
      });
      hostile.tellMany(1000, (i) => offerOf(i, [1e12]));
      await until(() => hostile.transferWords('refuse').length === 744, { what: 'the refusals' });
      await scene.bearsIt({ transfer: 256 });
      expect(transfersOf(scene).every(({ state }) => state === 'offered')).to.equal(true);
    });

    it('cannot announce sizes that are none', async () => {
      await meet();
      const sizes = [-1, 0.5, null, 'x', 2 ** 53, 1e300, [1], {}];
      for (const [i, size] of sizes.entries()) hostile.offer(i, [size]);
      const all = [[], {}, 'x', 7, true, Array<number>(10_001).fill(1), Array<number>(9000).fill(2 ** 52)];
      for (const [i, parts] of all.entries()) hostile.offer(100 + i, parts);
      for (const id of [-1, 1.5, 2 ** 32, null, 'x', {}]) hostile.tell(offerOf(id as number, [1]));
      for (const field of ['type', 'name', 'mediaType'])
        hostile.offer(200, [1], { [field]: 'x'.repeat(1025) });
      hostile.offer(201, [1], { isText: 1 });
      hostile.offer(202, [1], { delivery: 'latest' });
      await scene.bearsIt();
    });

    it('is not given out when it is not what was announced, and the transfer fails', async () => {
      await meet();
      const bytes = new Uint8Array(1000);
      const ends: readonly (readonly [number[] | null, object])[] = [
        [[1000], { size: 1000, hash: 'wrong' }],
        [[1000], { size: 1000, hash: 'x'.repeat(1024) }],
        [[1000], { size: 999, hash: '' }],
        [[1001], { size: 1000, hash: '' }],
        [[500, 500], { size: 0, hash: '' }],
      ];
      for (const [id, [parts, end]] of ends.entries()) {
        hostile.offer(id, parts);
        await until(() => hostile.transferWords('take').some((take) => take['id'] === id), {
          what: 'room for it',
        });
        hostile.piece(id, 0, bytes);
        hostile.tell({ transfer: 'end', id, ...end });
        hostile.tell({ transfer: 'end', id, size: 1000, hash: 'another' });
      }
      const states = (): unknown[][] => transfersOf(scene).map(({ state, error }) => [state, error?.code]);
      await until(() => states().every(([state]) => state !== 'active'), { what: 'the ends' });
      expect(states()).to.deep.equal(ends.map(() => ['failed', 'protocol']));
      await until(() => hostile.transferWords('stop').length === ends.length, { what: 'it to be told' });
      for (const end of [{ size: -1, hash: '' }, { size: 1e300, hash: '' }, { size: 1 }, {}]) {
        hostile.offer(50, [10]);
        hostile.tell({ transfer: 'end', id: 50, ...end });
      }
      await scene.bearsIt({ transfer: ends.length + 1, progress: 2 * ends.length });
      expect(scene.count('data')).to.equal(0);
    });

    it('is told apart by its number: the same offer and the same piece again change nothing', async () => {
      await meet();
      hostile.offer(7, [1000]);
      hostile.offer(7, [5000], { name: 'another' });
      await until(() => hostile.transferWords('take').length === 1, { what: 'room for it' });
      hostile.piece(7, 0, new Uint8Array(600));
      for (let i = 0; i < 50; i++) hostile.piece(7, 0, new Uint8Array(600).fill(1));
      await scene.bearsIt({ transfer: 1, progress: 2 });
      const [transfer] = transfersOf(scene);
      expect([transfer?.name, transfer?.size, transfer?.loaded]).to.deep.equal(['', 1000, 600]);
    });

    for (const [what, flood] of [
      ['offers', (i) => [offerOf(i, [1e12])]],
      ['offers that it takes back', (i) => [offerOf(i, [10]), { transfer: 'drop', id: i, reason: '' }]],
      ['questions how far it is', () => [{ transfer: 'ask', id: 0 }]],
    ] as readonly [string, (i: number) => object[]][]) {
      it(`is thrown out when it has us answer ${what} without end and acknowledges nothing`, async () => {
        await meet();
        hostile.offer(0, [ROOM]);
        for (let i = 1; i <= 20_000 && scene.peer;) {
          const some: object[] = [];
          for (; some.length < 500; i++) some.push(...flood(i));
          hostile.tell(...some);
          await hostile.idle();
        }
        await scene.throwsItOut();
        // What a conversation keeps, and what may wait behind it.
        expect(hostile.messages.size).to.be.at.most(8192);
      });
    }
  });

  describe('as the receiver of a large value', () => {
    it('that never acknowledges a piece stops nobody but itself', async () => {
      await meet();
      hostile.acknowledges = true;
      const { page, friend } = scene;
      const progress = scene.events['progress']!;
      const stalled = page.send(new Uint8Array(9 * MB), { to: hostile.id }).catch((error: unknown) => error);
      await until(() => hostile.transferWords('offer').length === 1, { what: 'an offer' });
      const id = hostile.transferWords('offer')[0]!['id'];
      hostile.tell({ transfer: 'take', id, at: 0, until: ROOM, again: false });
      await until(() => hostile.beside.length >= ROOM / 16_384, { what: 'all that it has room for' });
      const arrived = nextData(friend);
      await page.send(new Uint8Array(2 * MB), { to: friend.peerId ?? '' });
      expect(((await arrived).data as Bytes).length).to.equal(2 * MB);
      const taken = hostile.beside.reduce((sum, [, { length }]) => sum + length - 12, 0);
      expect(taken, 'not a byte more than it asked for').to.equal(ROOM);
      // Acknowledging what was never sent, or taking back what was acknowledged.
      for (const at of [ROOM + 1, 9 * MB, 2 ** 53 - 1, -1, 0.5, 'x']) {
        hostile.tell({ transfer: 'take', id, at, until: 9 * MB, again: false });
      }
      hostile.tell({ transfer: 'done', id });
      await scene.settled();
      const own = progress.filter(({ detail }) => (detail['peer'] as Peer).id === hostile.id);
      expect(own.map(({ detail }) => detail['loaded'])).to.satisfy((all: unknown[]) =>
        all.every((n) => n === 0),
      );
      hostile.tell({ transfer: 'stop', id, reason: 'x'.repeat(1024) });
      expect(((await stalled) as PeerError).code).to.equal('aborted');
      await scene.goesOn();
    });

    it('that wants the same again and again is given up, and has us read it a few times at once at most', async () => {
      await meet();
      hostile.acknowledges = true;
      let reading = 0;
      let most = 0;
      class Watched extends Blob {
        override slice(...args: Parameters<Blob['slice']>): Blob {
          const part = super.slice(...args);
          part.arrayBuffer = async () => {
            most = Math.max(most, ++reading);
            try {
              return await Blob.prototype.arrayBuffer.call(part);
            } finally {
              reading--;
            }
          };
          return part;
        }
      }
      const sent = scene.page
        .send(new Watched([new Uint8Array(8 * MB)]), { to: hostile.id })
        .catch((error: unknown) => error);
      await until(() => hostile.transferWords('offer').length === 1, { what: 'an offer' });
      const id = hostile.transferWords('offer')[0]!['id'];
      hostile.tell({ transfer: 'take', id, at: 0, until: 3 * MB, again: false });
      await until(() => hostile.beside.length >= (3 * MB) / 16_384, { what: 'what it has room for' });
      const isGivenUp = (): boolean => hostile.transferWords('drop').length > 0;
      for (let i = 0; !isGivenUp(); i++) {
        hostile.tell(
          ...Array.from({ length: 100 }, (_, k) => {
            return { transfer: 'take', id, at: 100 * i + k, until: 3 * MB, again: true };
          }),
        );
        await scene.settled();
      }
      expect(((await sent) as PeerError).code).to.equal('protocol');
      expect(most).to.be.within(1, 4);
      const bytes = hostile.beside.reduce((sum, [, piece]) => sum + piece.length, 0);
      expect(bytes).to.be.within(3 * MB, 24 * MB);
      await scene.goesOn();
    });
  });

  describe('in the conversation', () => {
    it('says a message of one number once, whatever it says the second time', async () => {
      await meet();
      const texts = [
        '[2,0,{"type":"a"},{"type":"b"}]',
        '[2,0,{"type":"c"},{"type":"d"},{"type":"e"}]',
        '[3,0,{"type":"f"}]',
      ];
      for (const text of texts) hostile.say(text);
      await scene.bearsIt({ data: 3 });
      expect(scene.events['data']!.slice(0, 3).map(({ detail }) => detail['type'])).to.deep.equal([
        'a',
        'b',
        'e',
      ]);
    });

    it('is asked once for what is missing, whatever numbers it makes up', async () => {
      await meet();
      const before = hostile.words.length;
      for (const first of [2 ** 53 - 1, 2 ** 53, 1e300, -1, 1e9, 3.5])
        hostile.say(`[${first},0,{"type":"x"}]`);
      for (const number of [2 ** 53 - 1, 2 ** 53, -1, 1e9]) hostile.say(`[0,${number}]`);
      for (const head of [Number.NaN, 2 ** 53 - 1, -5, 1e300]) {
        hostile.seal(BYTES, packed(['u8', 1], ['f64', head], ['f64', head], utf8('"x"')));
      }
      hostile.seal(BYTES, packed(['u8', 255], ['f64', 2], ['f64', 0], utf8('"x"')));
      hostile.seal(BYTES, new Uint8Array(5));
      for (const text of [
        '',
        '[',
        '[]',
        '{}',
        'null',
        '["resume"]',
        '["resume",{}]',
        '["ping"]',
        '["x",1]',
      ]) {
        hostile.say(text);
      }
      await scene.bearsIt();
      const asked = hostile.words.slice(before).filter(([word]) => word === 'resume');
      expect(asked.length).to.be.at.most(1);
    });

    it('is thrown out when a message never ends', async () => {
      await meet();
      hostile.tellInPieces(new Uint8Array(16 * MB + 1), { ends: false });
      await scene.throwsItOut('too-large');
    });

    it('is thrown out when the pieces of a message are nothing, and never end', async () => {
      await meet();
      for (let i = 0; i < 1000 && scene.peer; i++) {
        hostile.part(new Uint8Array(0), true);
        if (i % 100 === 99) await hostile.idle();
      }
      await scene.throwsItOut('too-large');
    });

    it('is thrown out when what needs no order never ends', async () => {
      await meet();
      for (let i = 1; i <= 2100; i += 100) {
        const head = packed(['u32', 7], ['f64', 1], ['u32', 0], ['f64', 0], ['u32', 0]);
        const pieces = Array.from({ length: 100 }, (_, k) =>
          packed(['u8', 4], ['f64', i + k], ['u32', 1], new Uint8Array(1)),
        );
        hostile.seal(UNORDERED, packed(head, ...pieces));
      }
      await scene.throwsItOut('too-large');
    });

    it('gets nowhere with headers that claim more than there is', async () => {
      await meet();
      const huge = 0xffff_ffff;
      hostile.seal(UNORDERED, packed(['u32', 7], ['f64', 1], ['u32', 0], ['f64', 0], ['u32', huge]));
      hostile.seal(
        UNORDERED,
        packed(
          ['u32', 7],
          ['f64', 2 ** 53 - 1],
          ['u32', 0],
          ['f64', 2 ** 53 - 1],
          ['u32', 0],
          ['u8', 2],
          ['f64', 1],
          ['u32', huge],
        ),
      );
      hostile.seal(DATAGRAM, packed(['u32', 7], ['u32', 0], ['u8', 255]));
      hostile.seal(
        DATAGRAM,
        packed(['u32', 7], ['u32', 0], ['u8', 0], ['u8', 3], ['u8', 9], ['f64', 1e300], ['u32', huge]),
      );
      hostile.seal(99, new Uint8Array(1000));
      for (const type of [UNORDERED, DATAGRAM, BYTES, TEXT]) hostile.seal(type, new Uint8Array(0));
      await scene.bearsIt();
    });

    it('is not listened to in frames that nobody sends', async () => {
      await meet();
      hostile.say(`[2,0,{"type":"${'x'.repeat(MB)}"}]`);
      hostile.say(`[2,0${',{"type":"x"}'.repeat(30_000)}]`);
      hostile.say(`["ping",${'9'.repeat(MB)}]`);
      await scene.bearsIt();
    });

    it('gives a message a long type or name for the one message only, and nothing of it is kept', async () => {
      await meet();
      hostile.tellInPieces(utf8(JSON.stringify({ type: 'x'.repeat(4 * MB), metadata: 'y'.repeat(MB) })));
      await scene.bearsIt({ data: 1 });
    });

    for (const [what, frame] of [
      ['an offer', offerOf(1, [10], { metadata: 'x'.repeat(2 * MB) })],
      ['a profile', { hello: { name: 'Mallory', profile: 'x'.repeat(2 * MB) } }],
    ] as const) {
      it(`is thrown out for ${what} of megabytes, which would be kept`, async () => {
        await meet();
        hostile.tellInPieces(utf8(JSON.stringify(frame)));
        await scene.throwsItOut();
        expect(transfersOf(scene)).to.be.empty;
      });
    }

    it('cannot say what is too deep, endless or of impossible size', async () => {
      await meet();
      const text = (value: string): string => `{"type":"x","data":${value}}`;
      const tree = (value: string): string => `["*",{"type":"x","data":${value}}]`;
      const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
      const refused = [
        ...[
          text(nested(20_000)),
          text(deep),
          tree(deep),
          tree(`${'["a",'.repeat(20_000)}1${']'.repeat(20_000)}`),
        ],
        ...[tree('["A",4294967295,1]'), tree('["A",1e300]'), tree('["A",-1]'), tree('["A",0,"length",9]')],
        ...[
          tree('["r",99]'),
          tree('["r",-1]'),
          tree('["Uint8Array",0,0,1e9]'),
          tree('["Float64Array",7,0,1]'),
        ],
        ...[
          tree('["bigint","x"]'),
          tree('["RegExp","(","g"]'),
          tree('["constructor","x"]'),
          tree('["__proto__"]'),
        ],
        ...[
          tree('["Function","return 1"]'),
          tree('["ImageData",["u"],99999,99999,"srgb"]'),
          tree('["Blob",0,1,""]'),
        ],
        ...['[]', '7', 'null', '"x"', '{}', '{"type":7}', '{"hello":null}', '{"hello":{"name":7}}'],
        `{"hello":{"name":"${'x'.repeat(257)}"}}`,
      ];
      hostile.tellJson(...refused);
      hostile.tellInPieces(utf8(text(nested(1_000_000))));
      hostile.tellInPieces(utf8('no JSON'));
      hostile.tellInPieces(packed(['u32', 0xffff_ffff], utf8('["*",1]')), { isText: false });
      hostile.tellJson(tree('{"self":["r",1],"all":["a",["r",0],["r",1]]}'));
      hostile.tellJson(
        '{"type":"x","data":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}',
      );
      hostile.tellJson(
        '["*",{"type":"x","data":{"__proto__":["Map","polluted",1]},"__proto__":{"metadata":1}}]',
      );
      await scene.bearsIt({ data: 3 });
      expect(scene.peer.displayName).to.equal('Mallory');
      expect(['polluted' in {}, Object.keys(Object.prototype)]).to.deep.equal([false, []]);
      const [cycle] = scene.events['data']!.map(({ detail }) => detail['data'] as { self: unknown });
      expect(cycle?.self, 'a cycle is only that').to.equal(cycle);
    });
  });

  describe('that acknowledges nothing', () => {
    for (const [what, size, most] of [
      ['8192 small messages', 10, 8192],
      ['4 MB of larger ones', 16_000, Math.ceil((4 * MB) / 16_000)],
    ] as const) {
      it(`is sent ${what}, and then send() waits while others are served`, async () => {
        await meet();
        const { page, friend } = scene;
        let taken = 0;
        const count = most + 500;
        const data = 'x'.repeat(size);
        const settled: unknown[] = [];
        for (let i = 0; i < count; i++) {
          void page.send(data, { to: hostile.id }).then(
            () => taken++,
            (error: unknown) => settled.push((error as PeerError).code),
          );
        }
        await until(() => taken >= most - 10, { what: 'what there is room for' });
        await scene.settled();
        for (let i = 0; i < 20; i++) await page.send(i, { to: friend.peerId ?? '' });
        await scene.goesOn();
        // The greeting is one of them, and so is the word of who has made the room.
        expect(taken).to.be.within(most - 10, most);
        expect(hostile.messages.size).to.be.at.most(most + 1);
        for (const number of [1e6, 2 ** 53 - 1, -1]) hostile.say(`[0,${number}]`);
        await scene.settled();
        expect(taken, 'nor what was never sent').to.be.at.most(most);
        hostile.leave();
        await until(() => settled.length === count - taken, { what: 'the rest to be given up' });
        expect(new Set(settled)).to.deep.equal(new Set(['gone']));
        await scene.goesOn();
      });
    }
  });

  describe('without end', () => {
    it('asks, and no more than 1024 questions are answered at a time', async () => {
      await meet();
      let asked = 0;
      scene.page.addEventListener('request', (event) => {
        asked++;
        event.respondWith(new Promise(() => undefined));
      });
      hostile.tellMany(20_000, (i) => ({ request: i, type: 'x' }));
      await scene.bearsIt({ request: 1024 });
      expect(asked).to.equal(1024);
      const refused = [...hostile.messages.values()].filter(({ refusal }) => refusal === 'rate-limited');
      expect(refused.length).to.be.within(1, 20_000 - 1024);
      hostile.tellMany(20_000, (i) => ({ cancel: i }));
      hostile.tellMany(1000, () => ({ request: 5, type: 'the same again' }));
      await scene.bearsIt({ request: 1024 });
    });

    it('asks anew after it has forgotten all before, and no more answers wait for it', async () => {
      await meet();
      const { page } = scene;
      const before = hostile.frames;
      for (let i = 0; i < 30; i++) {
        hostile.forget(`memory ${i}`);
        hostile.tell({ hello: { name: 'Mallory', profile: {} } });
        hostile.tellMany(500, (k) => ({ request: k, type: 'x' }));
        await hostile.idle();
      }
      await scene.settled();
      expect(scene.count('request')).to.equal(30 * 500);
      expect(hostile.frames - before).to.be.below(2000);
      expect(page.peers.size).to.equal(2);
      await scene.goesOn();
    });

    it('answers what nobody asked', async () => {
      await meet();
      hostile.tellMany(5000, (i) => ({ response: i, data: 'x' }));
      hostile.tellMany(500, (i) => ({ response: i, refusal: 'too-large' }));
      hostile.tellMany(500, (i) => ({ response: i, error: { name: 'x', message: 'y' } }));
      await scene.bearsIt();
    });

    it('greets, which tells of what has changed and of nothing else', async () => {
      await meet();
      hostile.tellMany(2000, () => ({ hello: { name: 'Mallory', profile: {} } }));
      await scene.bearsIt();
      hostile.tellMany(100, (i) => ({ hello: { name: `Mallory ${i}`, profile: { i } } }));
      await scene.bearsIt({ profile: 100 });
      expect(scene.peer.profile).to.deep.equal({ i: 99 });
    });

    it('claims that we are answered, and that it is where it never was', async () => {
      await meet();
      for (let i = 0; i < 1000; i++) hostile.say(`["pong",${i}]`);
      for (const received of [2 ** 53 - 1, 1e6]) hostile.resume({ received });
      hostile.resume({ turn: 2 ** 53 - 1 });
      for (let i = 0; i < 200; i++) hostile.resume({ turn: i, lost: 5 });
      await scene.bearsIt();
    });

    it('wants signs of life, and gets no more than it asked for', async () => {
      await meet();
      const before = hostile.words.length;
      for (let i = 1; i <= 1000; i++) hostile.say(`["ping",${i}]`);
      await scene.bearsIt();
      const answers = hostile.words.slice(before);
      expect(answers.length).to.be.at.most(1010);
      for (let i = 0; i < 100; i++) hostile.resume({ ask: true });
      await scene.bearsIt();
      expect(hostile.words.length - before - answers.length).to.be.at.most(110);
    });

    it('has us say something without using up what signalling allows us', async () => {
      const stingy = new Stingy();
      await meet({ signaling: stingy.signaling });
      await scene.settled();
      stingy.allowed = 0;
      const before = stingy.sent;
      const heard = hostile.words.length;
      const count = 100;
      for (let i = 1; i <= count; i++) {
        hostile.say(`["ping",${i}]`);
        hostile.resume({ ask: true });
        hostile.tell(...Array<number>(1100).fill(0));
        const pieces = Array.from({ length: 256 }, (_, k) =>
          packed(['u8', 3], ['f64', 256 * (i - 1) + k + 1], ['u32', 1], new Uint8Array(1)),
        );
        hostile.seal(
          UNORDERED,
          packed(['u32', 7], ['f64', 1], ['u32', 0], ['f64', 0], ['u32', 0], ...pieces),
        );
      }
      hostile.tell({ type: 'the last one' });
      await until(() => scene.count('data') === 1, { what: 'all of it' });
      // One to measure with.
      expect(stingy.sent - before, 'beyond what is allowed').to.be.at.most(2);
      stingy.allow(Infinity);
      await until(() => hostile.words.some(([word, id]) => word === 'pong' && id === count), {
        what: 'an answer',
      });
      expect(hostile.words.length - heard, 'of all that was asked').to.be.at.most(25);
      await scene.goesOn();
    });

    it('has forgotten everything, again and again, while nothing gets out', async () => {
      const stingy = new Stingy();
      await meet({ signaling: stingy.signaling, displayName: 'Ada' });
      await scene.settled();
      stingy.allowed = 0;
      for (let i = 0; i < 300; i++) {
        hostile.forget(`memory ${i}`);
        hostile.tell({ hello: { name: 'Mallory', profile: {} } });
        hostile.tell(...Array.from({ length: 100 }, (_, k) => ({ request: k, type: 'x' })));
      }
      hostile.tell({ type: 'the last one' });
      await until(() => scene.count('data') === 1, { what: 'all of it' });
      stingy.allow(Infinity);
      await scene.settled();
      const said = [...hostile.messages.values()];
      expect(said.filter((message) => 'hello' in message)).to.have.length(1);
      expect(said.filter((message) => 'response' in message).length).to.be.within(1, 2048);
      await scene.goesOn();
    });

    it('offers direct paths that come to nothing, and gets few connections for it', async () => {
      let made = 0;
      class Counted extends RTCPeerConnection {
        constructor(configuration?: RTCConfiguration) {
          super(configuration);
          made++;
        }
      }
      await meet({ transport: 'auto', RTCPeerConnection: Counted }, { gives: 'no way' });
      const probe = new RTCPeerConnection();
      probe.createDataChannel('x', { negotiated: true, id: 0 });
      const { sdp = '' } = await probe.createOffer();
      probe.close();
      const before = made;
      for (let i = 0; i < 200; i++) hostile.offerLink(`link${i}`, i % 2 === 0 ? sdp : 'v=0');
      await scene.settled();
      expect(made - before).to.be.at.most(20);
      await scene.goesOn();
    });
  });

  describe('with a direct path', () => {
    const upgraded = (): Promise<unknown> =>
      until(() => scene.peer.path === 'direct', { what: 'the page to use the direct path' });

    it('that never acknowledges a piece, or those that never came, has few of them on their way', async () => {
      await meet({ transport: 'auto' });
      const { bulk } = await hostile.climb();
      await upgraded();
      hostile.acknowledges = true;
      const stalled = scene.page
        .send(new Uint8Array(2 * MB), { to: hostile.id })
        .catch((error: unknown) => error);
      await until(() => hostile.transferWords('offer').length === 1, { what: 'an offer' });
      const id = hostile.transferWords('offer')[0]!['id'];
      hostile.tell({ transfer: 'take', id, at: 0, until: 2 * MB, again: false });
      const arrived = (): number => hostile.beside.reduce((sum, [, { length }]) => sum + length, 0);
      await until(() => arrived() > 0, { what: 'the first pieces' });
      for (const count of [
        '',
        'x',
        '-1',
        'NaN',
        'Infinity',
        '1e400',
        '33000.5',
        '[1]',
        '9'.repeat(100_000),
      ]) {
        bulk.send(count);
      }
      for (let i = 0; i < 500; i++) bulk.send(String(2 ** 53 - 1 - i));
      await scene.settled();
      await scene.goesOn();
      expect(arrived()).to.be.at.most(32_768);
      hostile.tell({ transfer: 'refuse', id, reason: '' });
      expect(((await stalled) as PeerError).code).to.equal('refused');
      await scene.bearsIt({ progress: 1 });
    });

    it('that brings more than was announced is thrown out, with its path', async () => {
      await meet({ transport: 'auto' });
      const { connection } = await hostile.climb();
      await upgraded();
      hostile.offer(1, [100_000]);
      await until(() => hostile.transferWords('take').length === 1, { what: 'room for it' });
      for (let at = 0; at <= 100_000; at += 10_000) hostile.piece(1, at, new Uint8Array(10_000));
      await scene.throwsItOut();
      await until(() => connection.sctp?.state === 'closed' || connection.connectionState !== 'connected', {
        what: 'the path to be closed',
      });
    });

    it('that has not been proven is given up when much comes through it, and the relay stays', async () => {
      await meet({ transport: 'auto' });
      const failed = once<PathDetail>(scene.page, 'upgradeerror', {
        where: ({ detail }) => (detail as PathDetail).peer.id === hostile.id,
      });
      const { bulk, unordered, datagram } = await hostile.channels();
      for (const lane of [datagram, unordered, bulk]) {
        for (let i = 0; i < 300; i++) if (lane.readyState === 'open') lane.send(new Uint8Array(100));
      }
      const { error, previous } = (await failed).detail;
      expect([error?.code, previous]).to.deep.equal(['gone', 'relay']);
      await scene.bearsIt();
    });

    it('that is proven by something else is given up, and the relay stays', async () => {
      await meet({ transport: 'auto' });
      const failed = once<PathDetail>(scene.page, 'upgradeerror', {
        where: ({ detail }) => (detail as PathDetail).peer.id === hostile.id,
      });
      const { reliable } = await hostile.channels();
      reliable.send(new Uint8Array(32));
      for (let i = 0; i < 100; i++) if (reliable.readyState === 'open') reliable.send('["bye"]');
      expect((await failed).detail.error?.code).to.equal('untrusted');
      await scene.bearsIt();
    });
  });

  describe('that speaks of streams', () => {
    it('brings none without a path, and none that are too many or too large', async () => {
      await meet();
      const muted = { audio: false, video: false };
      const track = (mid: unknown) => ({ kind: 'video', mid });
      const word = (...streams: unknown[]) => ({ media: { link: '', muted, streams } });
      scene.hostile.tell({ media: 7 }, { media: { streams: 'x' } }, word(null));
      scene.hostile.tell(word({ key: 1, metadata: 'x'.repeat(5000), tracks: [track('0')] }));
      scene.hostile.tell(
        word(...Array.from({ length: 99 }, (_, key) => ({ key, tracks: [track(String(key))] }))),
      );
      await scene.bearsIt();
      expect([scene.peer.streams, scene.peer.mediaState]).to.deep.equal([[], 'none']);
      scene.hostile.tell(word({ key: 1, tracks: [track('0')] }, { key: 2, tracks: [track('../1')] }));
      scene.hostile.tell(word({ key: 1, tracks: [track('0')] }));
      await scene.bearsIt();
      // It says so, but on the relay there are none.
      expect([scene.peer.streams, scene.peer.mediaState]).to.deep.equal([[], 'unavailable']);
    });

    it('makes the page send nothing, whatever it offers', async () => {
      await meet({ transport: 'auto' });
      const { connection } = await scene.hostile.climb();
      for (const kind of ['audio', 'video']) connection.addTransceiver(kind, { direction: 'recvonly' });
      await until(() => connection.currentRemoteDescription?.sdp.includes('m=video'), { what: 'an answer' });
      expect(scene.peer.connection!.getSenders().map(({ track }) => track)).to.deep.equal([null, null]);
      expect([scene.peer.streams, scene.peer.mediaState]).to.deep.equal([[], 'none']);
      await scene.bearsIt();
    });
  });
});
