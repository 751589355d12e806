/** A room whose two members are behind routers. */
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { SIDES, createLab, type IceOptions, type Kind, type Lab, type Nat, type Side } from './lab.js';
import { Member, now } from './member.js';
import { both, counting, talk, type Members } from './members.js';
import { useTimings } from './timings.js';

interface Scene extends IceOptions {
  readonly left: Nat;
  readonly right: Nat;
  /** Milliseconds before an attempt at a direct path is given up. */
  readonly timeout?: number;
}

/** Milliseconds, by what they were needed for. */
type Times = Record<string, number>;

/** Of docs and design; what a busy machine may take is twice as long. */
const PROMISED = { relay: 3000, direct: 15_000 };
const GENEROUS = 2;
/** A heartbeat that goes missing, and the dialling after it. */
const SIGNALLING = 60_000;

const timings = useTimings('PeerRoom');

function useLab(right: Kind): () => Lab {
  let lab: Lab;
  before(async () => {
    lab = await createLab({ right: { browser: right } });
  });
  after(() => lab.close());
  return () => lab;
}

async function enter(lab: Lab, side: Side, room: string, { timeout, ...ice }: Scene): Promise<Member> {
  return Member.enter(await lab.open(side), side, {
    room,
    url: lab.signalUrl,
    iceServers: lab.iceServers(ice),
    ...(timeout === undefined ? {} : { timeout }),
  });
}

/** Left is in the room when right comes. @returns how long it took them to hear each other */
async function meet({ left, right }: Members): Promise<Times> {
  const { at: start } = (await right.notes('start'))[0]!;
  const latest = async (type: string): Promise<number> =>
    Math.max(...(await both({ left, right }, (member) => member.when(type))).map(({ at }) => at)) - start;
  return { peer: await latest('peer'), message: await latest('data') };
}

/** A test's function with two members in it. What they saw is said when it fails. */
const play =
  (lab: () => Lab, scene: Scene, act: (lab: Lab, members: Members, times: Times) => Promise<void>) =>
  async (context: TestContext): Promise<void> => {
    for (const side of SIDES) {
      lab().setNat(side, scene[side]);
      // The test before may have failed in between.
      lab().restore(side);
    }
    const room = crypto.randomUUID();
    const left = await enter(lab(), 'left', room, scene);
    await left.when('join');
    const members = { left, right: await enter(lab(), 'right', room, scene) };
    const times: Times = {};
    try {
      Object.assign(times, await meet(members));
      await act(lab(), members, times);
    } catch (error) {
      context.diagnostic((await both(members, (member) => member.describe())).join('\n  '));
      throw error;
    } finally {
      timings.add(context.name, times);
      await both(members, (member) => member.page.browserContext().close());
    }
  };

/** They come to use this path, which their candidates confirm. */
const finds = (path: 'direct' | 'turn') => async (_lab: Lab, members: Members, times: Times) => {
  const { at: start } = (await members.right.notes('start'))[0]!;
  await talk(members);
  const since = await both(members, (member) => member.takes(path));
  times[path] = Math.max(...since) - start;
  await talk(members);
  const pairs = await both(members, (member) => member.candidates());
  assert.equal(pairs.join(', ').includes('relay'), path === 'turn', pairs.join(', '));
};

/** When the last of both heard a number for the first time after `since`. */
async function heardAgain(members: Members, since: number): Promise<number> {
  const notes = await both(members, (member) => member.when('data', { since, kind: 'count' }));
  return Math.max(...notes.map(({ at }) => at));
}

async function takeDirect(members: Members, since: number): Promise<number> {
  const wanted = { since, timeout: GENEROUS * PROMISED.direct };
  return Math.max(...(await both(members, (member) => member.takes('direct', wanted))));
}

/** Long enough for both to give up the direct path. */
const survivesCut = async (lab: Lab, members: Members, times: Times): Promise<void> => {
  await both(members, (member) => member.takes('direct'));
  await counting(members, async () => {
    const cut = now();
    lab.cut('left');
    const noticed = await both(members, (member) => member.when('downgrade', { since: cut }));
    const restored = now();
    lab.restore('left');
    times['noticed'] = Math.max(...noticed.map(({ at }) => at)) - cut;
    times['message again'] = (await heardAgain(members, restored)) - restored;
    times['direct again'] = (await takeDirect(members, restored)) - restored;
  });
};

const survivesChange = async (lab: Lab, members: Members, times: Times): Promise<void> => {
  await both(members, (member) => member.takes('direct'));
  await counting(members, async () => {
    const changed = now();
    lab.changeAddress('left');
    const { at: back } = await members.left.when('reconnect', { since: changed, timeout: SIGNALLING });
    times['signalling'] = back - changed;
    times['message again'] = (await heardAgain(members, back)) - back;
    times['direct again'] = (await takeDirect(members, changed)) - back;
  });
  assert.ok(times['message again']! <= GENEROUS * PROMISED.relay, `messages: ${times['message again']} ms`);
  assert.ok(times['direct again']! <= GENEROUS * PROMISED.direct, `direct: ${times['direct again']} ms`);
};

const staysOnRelay = async (_lab: Lab, members: Members, times: Times): Promise<void> => {
  await both(members, (member) => member.takes('relay'));
  await talk(members);
  const { at: start } = (await members.right.notes('start'))[0]!;
  const failures = SIDES.map((side) => members[side].when('upgradeerror', { timeout: 30_000 }));
  times['given up'] = (await Promise.any(failures)).at - start;
  await talk(members);
  await both(members, async (member) => {
    assert.equal(await member.takes('relay'), (await member.when('peer')).at);
    for (const type of ['leave', 'upgrade', 'close']) assert.deepEqual(await member.notes(type), [], type);
  });
};

const cones = { left: 'cone', right: 'cone' } as const;
const symmetric = { left: 'symmetric', right: 'symmetric' } as const;
const noUdp = { left: 'no-udp', right: 'no-udp' } as const;
const signallingOnly = { left: 'signalling-only', right: 'signalling-only' } as const;
const turn = ['udp', 'tcp'] as const;

describe('two Chromium', () => {
  const lab = useLab('chromium');

  test('cone NATs: direct', play(lab, cones, finds('direct')));
  test('symmetric NATs: TURN', play(lab, { ...symmetric, turn }, finds('turn')));
  test('no UDP: TURN over TCP', play(lab, { ...noUdp, turn }, finds('turn')));
  test('only signalling: relay', play(lab, { ...signallingOnly, turn, timeout: 5000 }, staysOnRelay));
  test('a line that is cut', play(lab, cones, survivesCut));
  test('a change of address', play(lab, cones, survivesChange));
});

describe('Chromium and Firefox', () => {
  const lab = useLab('firefox');

  test('Firefox, no UDP: TURN over TCP', play(lab, { ...noUdp, turn }, finds('turn')));
  test('Firefox, a line that is cut', play(lab, cones, survivesCut));
});
