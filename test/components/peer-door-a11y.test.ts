import { expect } from '@open-wc/testing';
import type { PeerDoorElement } from '../../components/peer-door.js';
import { STORAGE_KEY } from '../../components/verified-peers.js';
import { PeerError } from '../../src/errors.js';
import { idOf } from './chat-fake.js';
import { mountDoor, register, type FakeDoorSource } from './door-fake.js';
import { all, words } from './status-fake.js';

register();

type Act = (source: FakeDoorSource, door: PeerDoorElement) => unknown;

/** Everything at once: verified, suspected, nameless, open. */
const crowd: Act = async (source, door) => {
  source.enter('me');
  source.knock('ada', 'Countess', 600_000);
  source.knock('eve', 'ADA', 60_000);
  source.knock('linus', 'Linus');
  source.knock('nobody');
  // An avatar of every hue, and more than are shown.
  for (let i = 0; i < 30; i++) source.knock(`p${i}`, String.fromCharCode(65 + (i % 26)));
  await door.updateComplete;
  for (const button of all(door, '.toggle, .why').slice(0, 6)) button.click();
  await door.updateComplete;
  await Promise.resolve();
};

const refused: Act = (source) => {
  source.wait(true);
  source.refuse();
};

const STATES: Record<string, Act> = {
  'with nobody': (source) => source.enter('me'),
  'with one at the door': (source) => source.enter('me').knock('ada', 'Ada'),
  'with a crowd': crowd,
  'for who waits': (source) => source.wait(true),
  'for who waits and is not heard': (source) => {
    source.displayName = 'Ada';
    source.wait(false);
  },
  'for who was refused': refused,
  'for who came to another end': (source) => {
    source.wait(false);
    source.refuse(new PeerError('timeout', 'Nobody has answered.', { final: true }));
  },
  'for who gave up': async (source, door) => {
    source.wait(true);
    await door.updateComplete;
    all(door, '.give-up')[0]!.click();
  },
};

const remember = (): void =>
  localStorage.setItem(STORAGE_KEY, JSON.stringify([{ identity: idOf('ada'), name: 'Ada' }]));

for (const scheme of ['light', 'dark']) {
  describe(`A <peer-door> in a ${scheme} page can be used by everyone`, () => {
    before(() => {
      document.documentElement.style.cssText = `color-scheme: ${scheme}; background: Canvas`;
    });
    beforeEach(remember);
    after(() => {
      document.documentElement.style.cssText = '';
      localStorage.removeItem(STORAGE_KEY);
    });

    for (const [state, act] of Object.entries(STATES)) {
      it(state, async () => {
        const { source, door } = await mountDoor();
        await act(source, door);
        await door.updateComplete;
        // What fades in is judged when it is there.
        for (const animation of door.shadowRoot!.getAnimations()) {
          if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
          else animation.cancel();
        }
        await expect(door).to.be.accessible();
      });
    }
  });
}

describe('A <peer-door>', () => {
  beforeEach(remember);
  after(() => localStorage.removeItem(STORAGE_KEY));

  it('has a name of its own for everything that can be operated', async () => {
    const { source, door } = await mountDoor();
    source.enter('me').knock('ada', 'Countess');
    source.knock('linus', 'Linus');
    await door.updateComplete;
    expect(all(door, 'button').map(words)).to.deep.equal(
      ['Countess', 'Linus'].flatMap((name) => [
        `Safety number with ${name}`,
        `Let in ${name}`,
        `Not now ${name}`,
        `Tell ${name} why not`,
      ]),
    );
    expect(all(door, '[data-peer]')[0]!.getAttribute('aria-label')).to.equal('Countess wants to come in');
  });

  it('has the region that speaks before there is anything to say, and keeps it', async () => {
    const { source, door } = await mountDoor();
    const regions = all(door, '[role=status]');
    expect(regions).to.have.lengthOf(1);
    source.wait();
    await door.updateComplete;
    source.letIn();
    source.knock('linus', 'Linus');
    await door.updateComplete;
    expect(all(door, '[role=status]')).to.deep.equal(regions);
    expect(getComputedStyle(regions[0]!).display).not.to.equal('none');
  });

  for (const width of [240, 360, 1280]) {
    it(`fits into ${width} pixels`, async () => {
      for (const act of [crowd, refused]) {
        const { source, door } = await mountDoor();
        door.style.inlineSize = `${width}px`;
        await act(source, door);
        if (act === crowd) source.knock('long', 'averylongnamewithoutanyspaceinit'.repeat(8));
        await door.updateComplete;
        const own = door.getBoundingClientRect();
        const wide = all(door, '*').filter((element) => {
          const { left, right } = element.getBoundingClientRect();
          return (
            !element.closest('.sr') && right - left > 1 && (right > own.right + 0.5 || left < own.left - 0.5)
          );
        });
        expect(wide.map(({ outerHTML }) => outerHTML.slice(0, 200))).to.deep.equal([]);
        // No word on a button is cut.
        for (const button of all(door, '.act')) {
          expect(button.scrollWidth, words(button)).to.be.at.most(button.clientWidth);
        }
      }
    });
  }
});
