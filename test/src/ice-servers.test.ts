/** Which STUN and TURN servers a page's connections use: its own, those of its signalling, or none. */
import { expect } from '@open-wc/testing';
import type { PeerRoom } from '../../src/index.js';
import { type IceServer, type PeerError, type PeerRoomOptions, type Signaling } from '../../src/index.js';
import type { SignalingSession, SignalingSink } from '../../src/signaling.js';
import { toBase64url } from '../../src/base64url.js';
import { webSocketSignaling } from '../../src/signaling/websocket.js';
import { RecordingSink } from '../support/recording-sink.js';
import { spawnServerWith, type TestServer } from '../support/server.js';
import { closeAll, makeRoom, nextData, otherPage, uniqueName, upgraded } from '../support/sources.js';
import { once, until } from '../support/until.js';

const TURN = 'turn:127.0.0.1:3478?transport=udp';
const OURS = { urls: ['stun:127.0.0.1:3479'] };
const THEIRS: IceServer = { urls: ['stun:127.0.0.1:3480'] };
const turn = (username: string): IceServer => ({ urls: [TURN], username, credential: 'secret' });

/** An adaptor that names servers before anybody is met, and its sink, to name others. */
function naming(servers: readonly IceServer[], signaling = otherPage()) {
  const made: { signaling: Signaling; sink: SignalingSink | null } = {
    sink: null,
    signaling: {
      relay: signaling.relay,
      identity: () => signaling.identity(),
      join: (request, sink) => {
        made.sink = sink;
        return signaling.join(request, {
          ...sink,
          joined: (room) => {
            sink.iceServers(servers);
            sink.joined(room);
          },
        });
      },
    },
  };
  return made;
}

const connectionOf = (room: PeerRoom): RTCPeerConnection => {
  const connection = [...room.peers.values()][0]?.connection;
  if (!connection) throw new Error('no connection');
  return connection;
};
const serversOf = (room: PeerRoom): unknown[] =>
  (connectionOf(room).getConfiguration().iceServers ?? []).map(({ urls, username }) => [
    [urls].flat(),
    username ?? '',
  ]);

/** A room over such an adaptor with somebody in it, connected directly. */
async function roomWith(servers: readonly IceServer[], options: PeerRoomOptions = {}) {
  const room = uniqueName();
  const made = naming(servers);
  const ours = makeRoom({ room, signaling: made.signaling, ...options });
  const other = makeRoom({ room });
  await upgraded(ours, other);
  return { ours, other, name: (list: readonly IceServer[]) => made.sink?.iceServers(list) };
}

describe('ICE servers', () => {
  afterEach(closeAll);

  it('are those that signalling names, from the first connection on', async () => {
    const { ours, other } = await roomWith([THEIRS, turn('1:a')]);
    expect(serversOf(ours)).to.deep.equal([
      [THEIRS.urls, ''],
      [[TURN], '1:a'],
    ]);
    expect(serversOf(other), 'whose signalling names nobody').to.deep.equal([]);
  });

  it('are as the page says, whatever signalling names: its own, those of its configuration, or none', async () => {
    const named = [[OURS.urls, '']];
    for (const [options, expected] of [
      [{ iceServers: [OURS] }, named],
      [{ rtcConfiguration: { iceServers: [OURS] } }, named],
      [{ iceServers: [OURS], rtcConfiguration: { iceServers: [] } }, named],
      [{ iceServers: [] }, []],
      [{ rtcConfiguration: { iceServers: [] } }, []],
    ] as const) {
      const { ours, name } = await roomWith([THEIRS], options as PeerRoomOptions);
      expect(serversOf(ours), JSON.stringify(options)).to.deep.equal(expected);
      name([turn('2:a')]);
      expect(serversOf(ours), 'later as well').to.deep.equal(expected);
      closeAll();
    }
  });

  it('join what else the page wants of its connections', async () => {
    const { ours, name } = await roomWith([THEIRS], { rtcConfiguration: { bundlePolicy: 'max-bundle' } });
    for (const username of ['', '3:a']) {
      if (username) name([turn(username)]);
      const { bundlePolicy, iceServers } = connectionOf(ours).getConfiguration();
      expect(bundlePolicy).to.equal('max-bundle');
      expect(iceServers?.[0]?.username ?? '').to.equal(username);
    }
  });

  it('change in a connection that stands, which goes on, and restarts with the new ones', async () => {
    const { ours, other, name } = await roomWith([turn('1:a')]);
    const connection = connectionOf(ours);
    name([turn('2:a')]);
    expect(serversOf(ours)).to.deep.equal([[[TURN], '2:a']]);
    const ufrag = (): string | undefined =>
      /ice-ufrag:(\S+)/.exec(connection.localDescription?.sdp ?? '')?.[1];
    const before = ufrag();
    connection.restartIce();
    await until(() => ufrag() !== before && connection.signalingState === 'stable', { what: 'a restart' });
    void ours.send('still here');
    expect((await nextData(other)).data).to.equal('still here');
    expect(connectionOf(ours)).to.equal(connection);
    expect([...ours.peers.values()][0]?.path).to.equal('direct');
  });

  it('are used by the next connection too', async () => {
    const { ours, other, name } = await roomWith([turn('1:a')]);
    const first = connectionOf(ours);
    name([turn('2:a')]);
    const downgrade = once(ours, 'downgrade');
    connectionOf(other).close();
    first.close();
    name([turn('3:a')]); // One that is closed does not stand in the way.
    await downgrade;
    await upgraded(ours, other);
    expect(connectionOf(ours)).not.to.equal(first);
    expect(serversOf(ours)).to.deep.equal([[[TURN], '3:a']]);
  });

  it('that a browser does not take are reported, and it goes on with what it had', async () => {
    const room = uniqueName();
    const { signaling } = naming([{ urls: ['turn:127.0.0.1'] }]);
    const ours = makeRoom({ room, signaling });
    const { detail } = await once<{ error: PeerError }>(ours, 'error');
    expect([detail.error.code, detail.error.final]).to.deep.equal(['protocol', false]);
    const other = makeRoom({ room });
    await upgraded(ours, other);
    expect(serversOf(ours)).to.deep.equal([]);
  });

  describe('over a WebSocket', () => {
    let server: TestServer;
    const sessions: SignalingSession[] = [];
    before(async () => {
      const secret = 'of the test';
      server = await spawnServerWith({
        iceServers: [{ url: THEIRS.urls[0] }],
        turn: { urls: TURN, secret, ttl: 1500 },
      });
    });
    after(() => server.dispose());
    afterEach(() => {
      for (const session of sessions.splice(0)) session.close();
    });

    const join = (signaling: Signaling): RecordingSink => {
      const sink = new RecordingSink();
      const request = {
        room: toBase64url(crypto.getRandomValues(new Uint8Array(32))),
        entry: 'join-or-create',
        hello: new Uint8Array([1]),
        timeout: 5000,
        reconnect: true,
        reconnectDelay: 20,
      } as const;
      sessions.push(signaling.join(request, sink));
      return sink;
    };
    const usernames = (sink: RecordingSink): (string | undefined)[] =>
      sink.all('iceServers').map(({ servers }) => servers[1]?.username);

    it('are told before the room, to each room, and again in time', async () => {
      const signaling = webSocketSignaling({ url: server.url });
      const sink = join(signaling);
      await sink.heard('joined');
      expect(sink.told.map(({ what }) => what)).to.deep.equal(['open', 'iceServers', 'joined']);
      expect(sink.all('iceServers')[0]?.servers[0]).to.deep.equal(THEIRS);
      const later = join(signaling);
      await later.heard('joined');
      expect(later.told.slice(0, 2).map(({ what }) => what)).to.deep.equal(['open', 'iceServers']);
      expect(usernames(sink)).to.include(usernames(later)[0]);
      await Promise.all([sink.heard('iceServers', 3), later.heard('iceServers', 3)]);
      expect(new Set(usernames(sink)).size).to.be.above(1);
    });

    it('are told anew after a reconnect', async () => {
      const sink = join(webSocketSignaling({ url: server.url }));
      await sink.heard('joined');
      await server.kill();
      await sink.heard('reconnecting');
      const { length } = sink.all('iceServers');
      await server.start();
      await sink.heard('reconnect');
      expect(sink.all('iceServers').length).to.be.above(length);
    });

    it('reach the connections of a room', async () => {
      const room = uniqueName();
      const rooms = [0, 1].map(() => makeRoom({ room, signaling: otherPage(server.url) }));
      const [a, b] = rooms as [PeerRoom, PeerRoom];
      await upgraded(a, b);
      const [first, second] = rooms.map(
        (one) => connectionOf(one).getConfiguration().iceServers?.[1]?.username,
      );
      expect(first).to.match(/^\d+:[\w-]{12}$/);
      expect(second, 'each has its own').not.to.equal(first);
      await until(() => connectionOf(a).getConfiguration().iceServers?.[1]?.username !== first, {
        what: 'new credentials in the same connection',
      });
    });
  });
});
