import { expect, fixture } from '@open-wc/testing';
import { PeerInviteElement } from '../../components/peer-invite.js';
import { PeerError } from '../../src/errors.js';
import { FakeSource } from './chat-fake.js';
import { until } from '../support/until.js';

class FakePair extends FakeSource {
  override room = null;
  code: string | null = '7k3m-9xq2-vb4t-c0ng';
  password: string | null = null;
}

customElements.define('peer-group', class extends FakeSource {});
customElements.define('peer-pair', FakePair);
customElements.define('peer-invite', PeerInviteElement);

type Act = (source: FakePair, invite: PeerInviteElement) => unknown;

async function mount(tag: 'peer-pair' | 'peer-group'): Promise<[FakePair, PeerInviteElement]> {
  const box = await fixture<HTMLElement>(`<div><${tag}><peer-invite></peer-invite></${tag}></div>`);
  const invite = box.querySelector('peer-invite')!;
  await invite.updateComplete;
  return [box.firstElementChild as FakePair, invite];
}

const press = async (invite: PeerInviteElement, selector: string, words: string): Promise<void> => {
  const root = invite.shadowRoot!;
  root.querySelector<HTMLElement>(selector)!.click();
  const said = (): boolean => root.querySelector('[role=status]')!.textContent.includes(words);
  await until(said, { what: words });
};

const provide = (writeText: () => Promise<void>): void => {
  Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
  Object.defineProperty(navigator, 'share', { value: writeText, configurable: true });
};

const enter: Act = (source) => source.enter('me', [], source.room);

const STATES: Record<string, Act> = {
  'before it is connected': () => undefined,
  connected: enter,
  'with a password': (source, invite) => {
    source.password = 'secret';
    enter(source, invite);
  },
  'with another one there': (source, invite) => {
    enter(source, invite);
    source.meet('ada', 'Ada');
  },
  'without anything to invite to': (source) => {
    source.code = source.room = null;
    source.turn('new');
  },
  'without a connection': (source) => source.turn('disconnected'),
  failed: (source) => source.turn('failed', new PeerError('busy', 'Two others are using this code.')),
  copied: async (source, invite) => {
    enter(source, invite);
    provide(() => Promise.resolve());
    await press(invite, '.copy-code', 'Copied');
  },
  'not allowed to copy': async (source, invite) => {
    enter(source, invite);
    provide(() => Promise.reject(new DOMException('No.', 'NotAllowedError')));
    await press(invite, '.copy-link', 'not allowed');
  },
};

afterEach(() => {
  Reflect.deleteProperty(navigator, 'clipboard');
  Reflect.deleteProperty(navigator, 'share');
});

for (const scheme of ['light', 'dark']) {
  describe(`A <peer-invite> in a ${scheme} page can be used by everyone`, () => {
    before(() => {
      document.documentElement.style.cssText = `color-scheme: ${scheme}; background: Canvas`;
    });
    after(() => {
      document.documentElement.style.cssText = '';
    });

    for (const [state, act] of Object.entries(STATES)) {
      it(state, async () => {
        for (const tag of ['peer-pair', 'peer-group'] as const) {
          const [source, invite] = await mount(tag);
          await act(source, invite);
          await invite.updateComplete;
          for (const animation of invite.shadowRoot!.getAnimations()) animation.cancel();
          await expect(invite).to.be.accessible();
        }
      });
    }
  });
}

describe('A <peer-invite>', () => {
  it('has a name for everything that can be operated, and for what is drawn', async () => {
    provide(() => Promise.resolve());
    const [source, invite] = await mount('peer-pair');
    await enter(source, invite);
    await invite.updateComplete;
    const root = invite.shadowRoot!;
    const names = [...root.querySelectorAll('button')].map(({ textContent }) => textContent.trim());
    expect(names).to.deep.equal(['Copy link', 'Share', 'Copy code']);
    expect(root.querySelector('input')!.labels![0]!.textContent).to.equal('Link');
    expect(root.querySelector('.qr svg')!.getAttribute('aria-label')).to.equal('QR code of the link');
  });

  it('keeps the size of a button that says what became of it', async () => {
    provide(() => Promise.resolve());
    const [source, invite] = await mount('peer-pair');
    await enter(source, invite);
    await invite.updateComplete;
    const button = invite.shadowRoot!.querySelector('.copy-link')!;
    const { width, height } = button.getBoundingClientRect();
    await press(invite, '.copy-link', 'Copied');
    const after = button.getBoundingClientRect();
    expect([after.width, after.height]).to.deep.equal([width, height]);
  });

  for (const tag of ['peer-pair', 'peer-group'] as const) {
    it(`fits into 240 pixels, in a ${tag}`, async () => {
      provide(() => Promise.resolve());
      const [source, invite] = await mount(tag);
      if (tag === 'peer-group') source.room = 'averylongnamewithoutanyspaceinit'.repeat(4) as never;
      invite.style.inlineSize = '240px';
      await enter(source, invite);
      await invite.updateComplete;
      const own = invite.getBoundingClientRect();
      const wide = [...invite.shadowRoot!.querySelectorAll('*')].filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        const hidden = element.closest('.sr, .word, svg, slot');
        return !hidden && (right > own.right + 0.5 || left < own.left - 0.5);
      });
      expect(wide.map(({ outerHTML }) => outerHTML.slice(0, 200))).to.deep.equal([]);
    });
  }
});
