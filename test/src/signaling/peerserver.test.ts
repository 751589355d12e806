/** Against the PeerServer that npm has, started for these tests. */
import { expect } from '@open-wc/testing';
import { createIdentity } from '../../../src/identity.js';
import type { Signaling } from '../../../src/signaling.js';
import {
  peerServerAddress,
  peerServerSignaling,
  type PeerServerSignalingOptions,
} from '../../../src/signaling/peerserver.js';
import { describeSignaling } from '../../../src/testing/index.js';
import { describeRooms } from '../../support/adaptor-rooms.js';
import { comesBack, fragileSockets, useRoom } from '../../support/adaptor.js';
import { spawnPeerServer, type TestServer } from '../../support/server.js';
import { once, until } from '../../support/until.js';

let server: TestServer;
before(async () => {
  server = await spawnPeerServer('--path', '/here', '--key', 'ours');
});
after(() => server.dispose());

const page = (more: Partial<PeerServerSignalingOptions> = {}): Signaling =>
  peerServerSignaling({ url: `peerjs:127.0.0.1:${server.port}/here?key=ours`, wait: 400, ...more });

/** A page whose sockets can be had, and taken away. */
function fragile(more: Partial<PeerServerSignalingOptions> = {}) {
  const { WebSocket: Socket, ...rest } = fragileSockets();
  return { ...rest, signaling: page({ WebSocket: Socket, ...more }) };
}

describeSignaling('peerjs:', { page, breakable: fragile, isExact: false });

describe('The address of a PeerServer', () => {
  const on = (protocol: string) => ({ protocol }) as Location;
  const cases: readonly [string, string | null][] = [
    ['peerjs:example.org', 'wss://example.org/peerjs?key=peerjs'],
    ['peerjs://example.org/', 'wss://example.org/peerjs?key=peerjs'],
    ['peerjs:example.org:9000/a/b/?key=k', 'ws://example.org:9000/a/b/peerjs?key=k'],
    ['peerjs:example.org:9000?secure=true&relay=data', 'wss://example.org:9000/peerjs?key=peerjs'],
    ['peerjs:example.org/x?secure=false&more=1', 'ws://example.org/x/peerjs?more=1&key=peerjs'],
    ['peerjs:', null],
    ['peerjs:?key=k', null],
    ['ws:example.org', null],
  ];
  for (const [url, address] of cases) {
    it(`${url} is ${String(address)}`, () => {
      expect(peerServerAddress(url, on('http:'))).to.equal(address);
    });
  }

  it('is secure on a secure page', () => {
    expect(peerServerAddress('peerjs:example.org:9000', on('https:'))).to.equal(
      'wss://example.org:9000/peerjs?key=peerjs',
    );
  });

  it('is refused where it is none', () => {
    expect(() => peerServerSignaling({ url: 'peerjs:' })).to.throw(TypeError, 'peerjs:host');
  });
});

describe('peerjs:', () => {
  const members = useRoom();
  const { room, join } = members;
  /** Of sockets that are open: whose ids they have. */
  const idsOf = (sockets: readonly WebSocket[]): string[] =>
    sockets
      .filter(({ readyState }) => readyState === 1)
      .map(({ url }) => new URL(url).searchParams.get('id') ?? '');

  it('ends where the server wants another key, and says so', async () => {
    const { sink } = join(peerServerSignaling({ url: `peerjs:127.0.0.1:${server.port}/here?key=theirs` }));
    const [close] = await sink.heard('close');
    expect(close?.error).to.include({ code: 'refused', final: true });
    expect(close?.error?.message).to.include('Invalid key');
  });

  it('tries again where nobody is, and gets in once somebody is there', async () => {
    const own = await spawnPeerServer();
    await own.kill();
    const { sink } = join(peerServerSignaling({ url: `peerjs:127.0.0.1:${own.port}`, wait: 50 }));
    const [trouble] = await sink.heard('trouble');
    expect(trouble?.error).to.include({ code: 'unreachable', final: false });
    await own.start();
    await sink.heard('joined');
    await own.dispose();
  });

  it('has the eldest sit where newcomers knock, and others follow when they go', async () => {
    const pages = Array.from({ length: 5 }, () => fragile({ beat: 60 }));
    const members = [];
    for (const { signaling } of pages) {
      const member = join(signaling);
      await member.sink.heard('joined');
      members.push(member);
    }
    const seats = (): string[] =>
      pages.flatMap(({ sockets }) => idsOf(sockets)).filter((id) => id.startsWith(room()));
    const all = [0, 1, 2].map((seat) => `${room()}-${seat}`);
    await until(() => seats().sort().join() === all.join(), { what: 'three seats to be taken' });
    // Every one that a newcomer could have met leaves, one after the other.
    for (const member of members.slice(0, 3)) {
      member.session.close();
      await members[4]!.sink.heard('gone', members.indexOf(member) + 1);
    }
    await until(() => seats().length === 2, { what: 'two of the two who are left' });
    const { sink } = join(page());
    const [joined] = await sink.heard('joined');
    expect(joined?.created).to.equal(false);
    expect(joined?.peers.map(({ id }) => id)).to.have.members([members[3]!.id(), members[4]!.id()]);
  });

  it('can be found although all who sat at the door crashed at once', async () => {
    const doors = Array.from({ length: 3 }, () => fragile({ beat: 60 }));
    for (const { signaling } of doors) await join(signaling).sink.heard('joined');
    const stayed = join(page({ beat: 60, seat: 100 }));
    await stayed.sink.heard('joined');
    await until(
      () => doors.flatMap(({ sockets }) => idsOf(sockets)).filter((id) => id.startsWith(room())).length === 3,
    );
    for (const { cut } of doors) cut();
    await stayed.sink.heard('gone', 3);
    const late = join(page({ beat: 60 }));
    await late.sink.heard('joined');
    const known = (): string[] =>
      [...late.sink.all('joined')[0]!.peers, ...late.sink.all('peer')].map(({ id }) => id);
    await until(() => known().includes(stayed.id()));
  });

  it('has two rooms of one name become one when they hear of each other', async () => {
    const [a, b] = [fragile({ beat: 60, wait: 50 }), fragile({ beat: 60, wait: 50 })];
    const one = join(a.signaling);
    await one.sink.heard('joined');
    // Nobody answers at the door for a while.
    await until(() => idsOf(a.sockets).length === 2);
    const [, seat] = a.sockets;
    const heard = seat!.onmessage;
    seat!.onmessage = null;
    const two = join(b.signaling);
    expect((await two.sink.heard('joined'))[0]).to.deep.include({ created: true });
    seat!.onmessage = heard;
    const [[atOne], [atTwo]] = await Promise.all([one.sink.heard('peer'), two.sink.heard('peer')]);
    expect([atOne?.id, atTwo?.id]).to.deep.equal([two.id(), one.id()]);
  });

  it('takes over from its own older socket, of which the server says nothing', async () => {
    const witness = join(page());
    await witness.sink.heard('joined');
    const { sockets, signaling } = fragile();
    const member = join(signaling);
    await witness.sink.heard('peer');
    const [own] = sockets;
    // As after a change of network: this side knows that it is lost, the server does not yet.
    own!.onclose?.(new CloseEvent('close'));
    await member.sink.heard('reconnect');
    const words: unknown[] = [];
    // Beside it there may be one of a seat, which the server does greet.
    sockets
      .findLast(({ url }) => new URL(url).searchParams.get('id') === member.id())!
      .addEventListener('message', ({ data }) =>
        words.push((JSON.parse(data as string) as { type: string }).type),
      );
    member.session.send(witness.id(), new Uint8Array([1]));
    await witness.sink.heard('message');
    witness.session.send(member.id(), new Uint8Array([2]));
    await member.sink.heard('message');
    expect(words).not.to.include('OPEN');
    expect(witness.sink.all('gone')).to.be.empty;
  });

  it('waits while the server still has its id for somebody else', async () => {
    const identity = await createIdentity();
    const url = `ws://127.0.0.1:${server.port}/here/peerjs?key=ours&token=other&id=${identity.id}`;
    const squatter = new WebSocket(url);
    await once(squatter, 'message');
    const { sink } = join(page({ identity: () => Promise.resolve(identity) }));
    const [trouble] = await sink.heard('trouble');
    expect(trouble?.error).to.include({ code: 'unreachable', final: false });
    squatter.close();
    await sink.heard('joined');
  });

  it('is not thrown out by a server that wants to hear of it now and then', async () => {
    const own = await spawnPeerServer('--alive', '700');
    const url = `peerjs:127.0.0.1:${own.port}`;
    const member = join(peerServerSignaling({ url, wait: 50, heartbeat: 100 }));
    await member.sink.heard('joined');
    const other = join(peerServerSignaling({ url, wait: 50, heartbeat: 100_000 }));
    await other.sink.heard('reconnecting');
    expect(member.sink.all('reconnecting')).to.be.empty;
    member.session.close();
    other.session.close();
    await own.dispose();
  });

  it('finds back into its rooms when the server was killed and has forgotten everything', async () => {
    const own = await spawnPeerServer();
    await comesBack(
      own,
      () => peerServerSignaling({ url: `peerjs:127.0.0.1:${own.port}`, wait: 100, beat: 100 }),
      members,
    );
  });
});

describeRooms('on a PeerServer', page, () => `peerjs:127.0.0.1:${server.port}/here?key=ours&relay=data`);
