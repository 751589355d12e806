/** Pictures between two homes behind routers, and what becomes of them when a line is cut. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../support/until.js';
import { SIDES, createLab, type Lab } from './lab.js';
import { Member, now } from './member.js';
import { both, type Members } from './members.js';

declare global {
  interface Window {
    /** Frames of the other one's picture so far. */
    pictures: number;
  }
}

/** Runs in the page, so it uses nothing from outside. */
function showMyself(): void {
  const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 90 });
  const pen = canvas.getContext('2d')!;
  let hue = 0;
  window.setInterval(() => {
    pen.fillStyle = `hsl(${String((hue += 7))} 80% 50%)`;
    pen.fillRect(0, 0, 160, 90);
  }, 50);
  window.pictures = 0;
  window.desk.room.addEventListener('stream', ({ detail: { stream } }) => {
    const shown = document.createElement('video');
    Object.assign(shown, { muted: true, autoplay: true, srcObject: stream });
    document.body.append(shown);
    const count = (): void => {
      window.pictures++;
      shown.requestVideoFrameCallback(count);
    };
    shown.requestVideoFrameCallback(count);
  });
  window.desk.room.stream = canvas.captureStream(20);
}

const framesOf = (member: Member): Promise<number> => member.page.evaluate(() => window.pictures);

/** Resolves when so many more have come to both. */
async function pictures(members: Members, what: string): Promise<void> {
  const before = await both(members, framesOf);
  const more = async (): Promise<boolean> =>
    (await both(members, framesOf)).every((frames, i) => frames >= before[i]! + 10);
  await until(more, { what, timeout: 20_000 });
}

describe('pictures of two Chromium behind routers', () => {
  let lab: Lab;
  before(async () => {
    lab = await createLab({ right: { browser: 'chromium' } });
    for (const side of SIDES) lab.setNat(side, 'cone');
  });
  after(() => lab.close());

  test('come back with a line that was cut, in the same stream', async () => {
    const options = { room: crypto.randomUUID(), url: lab.signalUrl, iceServers: lab.iceServers({}) };
    const left = await Member.enter(await lab.open('left'), 'left', options);
    await left.when('join');
    const members = { left, right: await Member.enter(await lab.open('right'), 'right', options) };
    await both(members, (member) => member.page.evaluate(showMyself));
    await both(members, (member) => member.takes('direct'));
    await pictures(members, 'pictures of each other');
    const cut = now();
    lab.cut('left');
    await both(members, (member) => member.when('downgrade', { since: cut }));
    const restored = now();
    lab.restore('left');
    await both(members, (member) => member.takes('direct', { since: restored, timeout: 30_000 }));
    await pictures(members, 'pictures again');
    const streams = await both(members, (member) =>
      member.page.evaluate(() => document.querySelectorAll('video').length),
    );
    assert.deepEqual(streams, [1, 1]);
  });
});
