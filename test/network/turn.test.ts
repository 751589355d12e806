/** Behind routers that let no direct path through, with nothing but what the signalling server tells of TURN. */
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { TurnOptions } from '../../server/index.js';
import type { PeerRoomOptions } from '../../src/index.js';
import { until } from '../support/until.js';
import { createLab, type Kind, type Lab } from './lab.js';
import { Member, now } from './member.js';
import { both, counting, talk, type Members } from './members.js';
import { seen, start } from './probe.js';
import { useTimings } from './timings.js';

/** ms. */
const SHORT = 6000;
/** Port of the next signalling server: each test has one of its own, told what it is about. */
const FIRST_PORT = 8090;

const timings = useTimings('TURN of the server');

interface Net {
  readonly lab: Lab;
  /** @returns the address of a server of its own. @param turn other than the laboratory's */
  signalling(turn?: Partial<TurnOptions>): Promise<string>;
}

function useLab(right: Kind): Net {
  let lab: Lab;
  let port = FIRST_PORT;
  before(async () => {
    lab = await createLab({ left: { nat: 'symmetric' }, right: { nat: 'symmetric', browser: right } });
  });
  after(() => lab.close());
  return {
    get lab() {
      return lab;
    },
    signalling: (turn) => lab.startSignalling(port++, { turn: { ...lab.turn, ...turn } }),
  };
}

type Meet = (options: PeerRoomOptions) => Promise<Members>;

/** A test's function in which two may meet, once or more. What they saw is said when it fails. */
const play =
  (net: Net, act: (meet: Meet, context: TestContext) => Promise<void>) =>
  async (context: TestContext): Promise<void> => {
    const all: Members[] = [];
    const meet: Meet = async (options) => {
      const given = { room: crypto.randomUUID(), ...options };
      const left = await Member.enter(await net.lab.open('left'), 'left', given);
      await left.when('join');
      const members = { left, right: await Member.enter(await net.lab.open('right'), 'right', given) };
      all.push(members);
      return members;
    };
    try {
      await act(meet, context);
    } catch (error) {
      for (const members of all) {
        context.diagnostic((await both(members, (member) => member.describe())).join('\n  '));
      }
      throw error;
    } finally {
      for (const members of all) await both(members, ({ page }) => page.browserContext().close());
    }
  };

/** What the connection to the other side asks for a way. */
const serversOf = ({ page }: Member): Promise<RTCIceServer[]> =>
  page.evaluate(() => {
    const [peer] = window.desk.room.peers.values();
    return peer?.connection?.getConfiguration().iceServers ?? [];
  });

/** When their TURN credentials expire, milliseconds since 1970. */
function expiryIn(servers: readonly RTCIceServer[]): number {
  const [seconds] = servers.flatMap(({ username }) => username?.split(':')[0] ?? []);
  return Number(seconds) * 1000;
}
const expiryOf = async (member: Member): Promise<number> => expiryIn(await serversOf(member));

/** For the clocks of this machine, its server and its coturn, which are the same one. */
const expired = (expiry: number): Promise<unknown> =>
  until(() => Date.now() > expiry + 1000, { what: 'credentials that have expired', timeout: 20_000 });

/** As the browsers have it. The far end of a relay may be `prflx` to Firefox, but not to both. */
const relayed = async (members: Members): Promise<void> => {
  const pairs = await both(members, (member) => member.candidates());
  assert.match(pairs.join(', '), /relay/);
  for (const pair of pairs) assert.match(pair ?? 'no connection', /relay|prflx/, pairs.join(', '));
};

const survivesNewCredentials = (net: Net) => async (meet: Meet, context: TestContext) => {
  const { lab } = net;
  const members = await meet({ url: await net.signalling({ ttl: SHORT }) });
  await both(members, (member) => member.takes('turn'));
  const [first] = await both(members, expiryOf);
  assert.ok(first, 'credentials');
  await counting(members, async () => {
    await expired(first);
    await both(members, async (member) => assert.ok((await expiryOf(member)) > Date.now(), 'new ones'));
    assert.deepEqual(await members.left.notes('downgrade'), []);

    const cut = now();
    lab.cut('left');
    await both(members, (member) => member.when('downgrade', { since: cut }));
    const restored = now();
    lab.restore('left');
    const again = await both(members, (member) => member.takes('turn', { since: restored, timeout: 30_000 }));
    timings.add(context.name, { 'turn again': Math.max(...again) - restored });
    await talk(members);
  });
  await until(() => relayed(members).then(() => true), { what: 'a way through TURN' });
};

describe('two Chromium behind symmetric NATs', () => {
  const net = useLab('chromium');

  test(
    'take TURN with credentials that the server made',
    play(net, async (meet, context) => {
      const members = await meet({ url: await net.signalling() });
      const { at: start } = (await members.right.notes('start'))[0]!;
      const since = await both(members, (member) => member.takes('turn'));
      timings.add(context.name, { turn: Math.max(...since) - start });
      await talk(members);
      await relayed(members);
      const [ours, theirs] = await both(members, serversOf);
      assert.deepEqual(
        ours?.map(({ urls }) => urls),
        [net.lab.turn.urls],
      );
      assert.notEqual(ours?.[0]?.username, theirs?.[0]?.username);
    }),
  );

  test(
    'cannot use credentials whose time is over',
    play(net, async (meet) => {
      const url = await net.signalling({ ttl: 1000 });
      const members = await meet({ url });
      await both(members, (member) => member.takes('turn'));
      const iceServers = await serversOf(members.left);
      await expired(expiryIn(iceServers));

      const page = await net.lab.open('left');
      await start(page, { iceServers });
      const { kinds, errors } = await until(() => seen(page).then((all) => all.complete && all), {
        what: 'all candidates',
        timeout: 30_000,
      });
      await page.browserContext().close();
      assert.ok(!kinds.includes('relay'), kinds.join());
      assert.deepEqual(errors, [401]);

      const late = await meet({ url, iceServers, timeout: 5000 });
      await Promise.any(Object.values(late).map((member) => member.when('upgradeerror')));
      await talk(late);
      await both(late, (member) => member.takes('relay'));
      for (const notes of await both(late, (member) => member.notes('upgrade'))) assert.deepEqual(notes, []);
    }),
  );

  test(
    'cannot use credentials made with another secret',
    play(net, async (meet) => {
      const url = await net.signalling({ secret: 'another one' });
      const members = await meet({ url, timeout: 5000 });
      await Promise.any(Object.values(members).map((member) => member.when('upgradeerror')));
      await talk(members);
      await both(members, (member) => member.takes('relay'));
    }),
  );

  test(
    'go on when their credentials change, and find new ways with them',
    play(net, survivesNewCredentials(net)),
  );
});

describe('Chromium and Firefox behind symmetric NATs', () => {
  const net = useLab('firefox');

  test('Firefox, new credentials', play(net, survivesNewCredentials(net)));
});
