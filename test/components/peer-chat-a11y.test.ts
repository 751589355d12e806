import { expect } from '@open-wc/testing';
import type { PeerChatElement } from '../../components/peer-chat.js';
import { PeerError } from '../../src/errors.js';
import { once } from '../support/until.js';
import { $, $$, type FakeSource, idOf, mount, register, type } from './chat-fake.js';

register();

type Act = (source: FakeSource, chat: PeerChatElement) => unknown;

const converse: Act = async (source, chat) => {
  source.enter('me');
  // One author of every hue.
  for (let i = 0; i < 40; i++) source.meet(`peer ${i}`, `P${i}`);
  for (let i = 0; i < 40; i++) source.hear(`peer ${i}`, `Number ${i} https://example.org/`);
  await chat.post('Mine, with a link: https://example.org/');
  source.lose('peer 3');
};

const STATES: Record<string, Act> = {
  'with nobody': () => undefined,
  connecting: (source) => source.turn('connecting'),
  alone: (source) => source.enter('me'),
  'in conversation': converse,
  'with a text in the field': async (source, chat) => {
    source.enter('me');
    await type(chat, 'hello');
  },
  'with what was not delivered': async (source, chat) => {
    source.outcome = () => Promise.reject(new PeerError('timeout', 'late'));
    await chat.post('lost').catch(() => undefined);
    source.turn('disconnected');
  },
  'failed after a conversation': async (source, chat) => {
    await converse(source, chat);
    source.turn('failed', new PeerError('room-full', 'The room is full.'));
  },
  readonly: (source, chat) => {
    source.enter('me');
    chat.readonly = true;
  },
  'with the list of people and the name open': async (source, chat) => {
    source.enter('me').meet('ada', 'Ada');
    await chat.updateComplete;
    $(chat, '[part=people-button]').click();
    $(chat, 'button.me').click();
  },
  'with unread messages': async (source, chat) => {
    await converse(source, chat);
    await chat.updateComplete;
    const scrolled = once($(chat, '.log'), 'scroll');
    $(chat, '.log').scrollTop = 0;
    await scrolled;
    source.hear('peer 1', 'new');
  },
  'with a history': (source) => {
    source.enter('me').meet('ada', 'Ada');
    const messages = [{ id: '1', from: idOf('bo'), text: 'old', name: 'Bo', time: Date.now() - 1000 }];
    source.receive('ada', { messages }, 'peer-chat-history');
  },
};

for (const scheme of ['light', 'dark']) {
  describe(`A <peer-chat> in a ${scheme} page can be used by everyone`, () => {
    before(() => {
      document.documentElement.style.cssText = `color-scheme: ${scheme}; background: Canvas`;
    });
    after(() => {
      document.documentElement.style.cssText = '';
    });

    for (const [state, act] of Object.entries(STATES)) {
      it(state, async () => {
        const { source, chat } = await mount();
        await act(source, chat);
        await chat.updateComplete;
        // What fades in is judged when it is there.
        for (const animation of chat.shadowRoot!.getAnimations()) {
          if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
          else animation.cancel();
        }
        await expect(chat).to.be.accessible();
      });
    }

    it('and follows the colour scheme', async () => {
      const { chat } = await mount();
      const [red] = /\d+/.exec(getComputedStyle(chat).backgroundColor)!.map(Number);
      expect(red! > 128).to.equal(scheme === 'light');
    });
  });
}

describe('A <peer-chat> has names for', () => {
  it('everything that can be operated', async () => {
    const { source, chat } = await mount('label="Tea"');
    await converse(source, chat);
    await chat.updateComplete;
    const log = $(chat, '.log');
    expect(log.getAttribute('role')).to.equal('log');
    expect(log.getAttribute('aria-live')).to.equal('polite');
    expect(log.getAttribute('aria-label')).to.equal('Tea');
    for (const button of $$(chat, 'button, textarea')) {
      expect(button.getAttribute('aria-label') ?? button.textContent.trim(), button.className).not.to.equal(
        '',
      );
    }
  });

  it('the author of every message', async () => {
    const { source, chat } = await mount();
    source.enter('me').meet('ada', 'Ada');
    source.hear('ada', '1');
    source.hear('ada', '2');
    await chat.post('3');
    await chat.updateComplete;
    const names = $$(chat, '.message').map((row) => row.querySelector('.name, .sr')!.textContent);
    expect(names).to.deep.equal(['Ada', 'Ada', 'You']);
  });
});
