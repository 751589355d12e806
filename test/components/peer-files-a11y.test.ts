import { expect } from '@open-wc/testing';
import type { PeerFilesElement } from '../../components/peer-files.js';
import { PeerError } from '../../src/errors.js';
import { carry, drag, fileOf, mountFiles, picture, register, type FakeFileSource } from './files-fake.js';
import { makeMetadata } from '../../components/files-wire.js';
import { until } from '../support/until.js';

register();

type Act = (source: FakeFileSource, files: PeerFilesElement) => unknown;

const meet: Act = (source) => {
  source.enter('me');
  source.meet('ada', 'Ada');
  source.meet('linus', 'Linus');
};

const exchange: Act = async (source, files) => {
  meet(source, files);
  const metadata = await makeMetadata(await picture());
  source.offer('ada', { name: 'sun.jpg', metadata });
  source.offer('linus', { name: 'big.iso', size: 5_000_000_000 });
  source.offer('ada', { name: 'on its way.zip' }).move(500);
  source.offer('ada', { name: 'live', size: null }).move(500);
  source.offer('ada', { name: 'here.pdf' }).finish('x');
  source.offer('ada', { name: 'refused.doc' }).refuse();
  source.offer('ada', { name: 'cancelled.doc' }).cancel();
  // A file of every hue.
  for (let i = 0; i < 30; i++) source.bring('linus', fileOf(`${i}.x${i}`));
  for (const name of ['waits', 'goes', 'gone', 'unwanted', 'partly'])
    files.send(fileOf(name)).catch(() => undefined);
  await until(() => source.flows.length === 10, { what: 'all offers' });
  const flowsOf = (name: string) => source.flows.filter(({ transfer }) => transfer.name === name);
  for (const flow of flowsOf('goes')) flow.move(300);
  for (const flow of flowsOf('gone')) flow.finish();
  for (const flow of flowsOf('unwanted')) flow.refuse();
  flowsOf('partly')[0]!.finish();
  flowsOf('partly')[1]!.fail();
};

const STATES: Record<string, Act> = {
  'with nobody': () => undefined,
  connecting: (source) => source.turn('connecting'),
  alone: (source) => source.enter('me'),
  empty: meet,
  readonly: (source, files) => {
    files.readonly = true;
    source.enter('me');
  },
  'with files above it': (source, files) => {
    meet(source, files);
    drag(files, 'dragover', carry([fileOf('a')]));
  },
  'with files in every state': exchange,
  'without a connection': async (source, files) => {
    await exchange(source, files);
    source.connect('ada', 'disconnected');
    source.turn('disconnected');
  },
  failed: async (source, files) => {
    await exchange(source, files);
    source.turn('failed', new PeerError('room-full', 'The room is full.'));
  },
};

for (const scheme of ['light', 'dark']) {
  describe(`A <peer-files> in a ${scheme} page can be used by everyone`, () => {
    before(() => {
      document.documentElement.style.cssText = `color-scheme: ${scheme}; background: Canvas`;
    });
    after(() => {
      document.documentElement.style.cssText = '';
    });

    for (const [state, act] of Object.entries(STATES)) {
      it(state, async () => {
        const { source, files } = await mountFiles();
        await act(source, files);
        await files.updateComplete;
        // What fades in is judged when it is there.
        for (const animation of files.shadowRoot!.getAnimations()) {
          if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
          else animation.cancel();
        }
        await expect(files).to.be.accessible();
      });
    }
  });
}

describe('A <peer-files>', () => {
  it('has a name for everything that can be operated', async () => {
    const { source, files } = await mountFiles('label="Papers"');
    await exchange(source, files);
    await files.updateComplete;
    const root = files.shadowRoot!;
    for (const element of root.querySelectorAll('button, a, select, input, progress')) {
      const label = element.closest('label')?.textContent;
      expect(
        (element.getAttribute('aria-label') ?? label ?? element.textContent).trim(),
        element.outerHTML,
      ).not.to.equal('');
    }
    expect(root.querySelector('.list')!.getAttribute('aria-label')).to.equal('Papers');
    expect(root.querySelector('.list')!.getAttribute('role')).to.equal('list');
    const names = [...root.querySelectorAll('.cancel')].map(({ textContent }) => textContent.trim());
    expect(new Set(names).size).to.equal(names.length);
  });

  it('fits into 240 pixels', async () => {
    const { source, files } = await mountFiles();
    files.style.inlineSize = '240px';
    await exchange(source, files);
    source.rename('ada', 'A name that is much longer than anybody needs');
    source.offer('ada', { name: 'averylongnamewithoutanyspaceinit'.repeat(4) });
    await files.updateComplete;
    const wide = [...files.shadowRoot!.querySelectorAll<HTMLElement>('*:not(.sr, option)')].filter(
      (element) => {
        const { left, right } = element.getBoundingClientRect();
        const own = files.getBoundingClientRect();
        return (
          !element.closest('.sr') && right - left > 1 && (right > own.right + 0.5 || left < own.left - 0.5)
        );
      },
    );
    expect(wide.map(({ outerHTML }) => outerHTML.slice(0, 200))).to.deep.equal([]);
  });
});
