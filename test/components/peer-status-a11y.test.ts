import { expect } from '@open-wc/testing';
import type { PeerStatusElement } from '../../components/peer-status.js';
import { STORAGE_KEY } from '../../components/verified-peers.js';
import { PeerError } from '../../src/errors.js';
import { idOf } from './chat-fake.js';
import { all, mountStatus, press, register, type FakeStatusSource } from './status-fake.js';

register();

type Act = (source: FakeStatusSource, status: PeerStatusElement) => unknown;

/** Everything at once: verified, suspected, open, in every state. */
const meet: Act = async (source, status) => {
  source.enter('me');
  source.displayName = 'Me';
  source.come('ada', 'Countess');
  source.come('eve', 'ADA');
  source.come('linus', 'Linus', { path: 'relay', rtt: 40 });
  source.come('grace', 'Grace', { path: 'turn', rtt: 400 });
  source.come('alan', '', { state: 'disconnected' });
  source.come('joan', 'Joan', { state: 'failed' });
  source.come('mary', 'Mary', { state: 'connecting' });
  // An avatar of every hue.
  for (let i = 0; i < 30; i++) source.come(`p${i}`, String.fromCharCode(65 + (i % 26)));
  await status.updateComplete;
  for (const name of ['ada', 'eve', 'linus']) await press(status, name, '.toggle');
};

const STATES: Record<string, Act> = {
  'with nobody': () => undefined,
  connecting: (source) => source.turn('connecting'),
  alone: (source) => source.enter('me'),
  'with everybody': meet,
  'for a moderator': async (source, status) => {
    Object.assign(source, { moderator: true, kick: () => Promise.reject(new Error('no')) });
    await meet(source, status);
    await press(status, 'linus', '.send-out');
    await status.updateComplete;
    await press(status, 'linus', '.ban');
    await status.updateComplete;
    await press(status, 'eve', '.send-out');
  },
  'without a connection': async (source, status) => {
    await meet(source, status);
    source.turn('disconnected');
  },
  failed: async (source, status) => {
    await meet(source, status);
    source.turn('failed', new PeerError('room-full', 'The room is full.'));
  },
};

const remember = (): void =>
  localStorage.setItem(STORAGE_KEY, JSON.stringify([{ identity: idOf('ada'), name: 'Ada' }]));

for (const scheme of ['light', 'dark']) {
  describe(`A <peer-status> in a ${scheme} page can be used by everyone`, () => {
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
        const { source, status } = await mountStatus();
        await act(source, status);
        await status.updateComplete;
        // What fades in is judged when it is there.
        for (const animation of status.shadowRoot!.getAnimations()) {
          if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
          else animation.cancel();
        }
        await expect(status).to.be.accessible();
      });
    }
  });
}

describe('A <peer-status>', () => {
  beforeEach(remember);
  after(() => localStorage.removeItem(STORAGE_KEY));

  it('has a name of its own for everything that can be operated', async () => {
    const { source, status } = await mountStatus();
    await meet(source, status);
    const names = all(status, '.toggle').map(({ textContent }) => textContent.trim().replaceAll(/\s+/g, ' '));
    expect(names).to.include('Verify Linus').and.to.include('Safety number with Countess');
    for (const button of all(status, 'button')) expect(button.textContent.trim()).not.to.equal('');
    expect(all(status, '.check')[0]!.getAttribute('aria-label')).to.equal('Verified');
  });

  for (const width of [240, 360, 1280]) {
    it(`fits into ${width} pixels`, async () => {
      const { source, status } = await mountStatus();
      status.style.inlineSize = `${width}px`;
      await meet(source, status);
      source.rename('linus', 'A name that is much longer than anybody needs');
      source.rename('grace', 'averylongnamewithoutanyspaceinit'.repeat(4));
      await status.updateComplete;
      const own = status.getBoundingClientRect();
      const wide = all(status, '*').filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        return (
          !element.closest('.sr') && right - left > 1 && (right > own.right + 0.5 || left < own.left - 0.5)
        );
      });
      expect(wide.map(({ outerHTML }) => outerHTML.slice(0, 200))).to.deep.equal([]);
      // Each group in one piece, and beside its neighbours.
      for (const group of all(status, '[part=group]')) {
        expect(group.scrollWidth).to.be.at.most(group.clientWidth);
      }
    });
  }
});
