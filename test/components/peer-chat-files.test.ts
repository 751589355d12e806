import { expect, fixture } from '@open-wc/testing';
import { SMALL, SMALL_TOGETHER } from '../../components/chat-files.js';
import { MAX_FILES } from '../../components/chat-wire.js';
import type { PeerChatElement } from '../../components/peer-chat.js';
import { until } from '../support/until.js';
import { $, $$, idOf, press, said, type as write } from './chat-fake.js';
import {
  carry,
  drag,
  fileOf,
  paste,
  picture,
  register,
  type FakeFileSource,
  type Flow,
} from './files-fake.js';

register();

const FILE = 'peer-chat-file';

describe('A <peer-chat> with files', () => {
  let source: FakeFileSource;
  let chat: PeerChatElement;

  const mounted = async (attributes = ''): Promise<void> => {
    const box = await fixture<HTMLElement>(
      `<div><peer-group><peer-chat ${attributes}></peer-chat></peer-group></div>`,
    );
    source = box.querySelector<FakeFileSource>('peer-group')!;
    chat = box.querySelector('peer-chat')!;
    source.enter('me');
    source.meet('ada', 'Ada');
    await chat.updateComplete;
  };
  beforeEach(() => mounted());

  /** Ada says something with files of these sizes. */
  const announce = (id: string, sizes: readonly number[], text = ''): void => {
    const files = sizes.map((size, index) => ({ name: `${index}.txt`, size, type: 'text/plain' }));
    source.receive('ada', { id, text, time: Date.now(), name: 'Ada', files });
  };
  const offer = (message: string, index: number, size: number | null = 1000, name = `${index}.txt`): Flow =>
    source.offer('ada', { name, size, type: FILE, metadata: { message, index } });
  const cards = async (): Promise<string[]> => {
    await chat.updateComplete;
    return said(chat, '.card .about');
  };

  describe('sends', () => {
    it('a message that names them, then each of them', async () => {
      void chat.post({ text: 'Here', files: [fileOf('a/b.txt', 1200, 'text/plain'), fileOf('c', 5)] });
      const [message] = source.sentAs('peer-chat');
      const { id, files } = message!.data as { id: string; files: unknown };
      expect(files).to.deep.equal([
        { name: 'a_b.txt', size: 1200, type: 'text/plain' },
        { name: 'c', size: 5, type: '' },
      ]);
      await until(() => source.flows.length === 2);
      expect(source.flows.map(({ transfer }) => [transfer.type, transfer.metadata])).to.deep.equal([
        [FILE, { message: id, index: 0 }],
        [FILE, { message: id, index: 1 }],
      ]);
      expect(chat.messages.at(-1)!.files).to.deep.equal(files);
      expect(said(chat, '.bubble')).to.deep.equal(['Here']);
      source.flows[0]!.move(300);
      source.flows[1]!.refuse();
      await until(async () => (await cards()).join('|') === 'a_b.txt 1.2 kB 25%|c 5 bytes Refused by Ada');
      source.flows[0]!.finish();
      expect((await cards())[0]).to.equal('a_b.txt 1.2 kB Sent');
    });

    it('without a text, and then draws no bubble', async () => {
      await chat.post({ files: [fileOf('a')] });
      await chat.updateComplete;
      expect($(chat, '.bubble')).to.equal(null);
      expect(await cards()).to.have.length(1);
      expect(() => chat.post({ text: ' ', files: [] })).to.throw(TypeError);
      expect(() => chat.post({ files: ['a' as unknown as File] })).to.throw(TypeError);
      expect(() => chat.post({ files: Array.from({ length: MAX_FILES + 1 }, () => fileOf('a')) })).to.throw(
        TypeError,
      );
    });

    it('what was dropped, pasted and picked, with the next message', async () => {
      drag(chat, 'dragover', carry([fileOf('x')]));
      await chat.updateComplete;
      expect(said(chat, '.dropping')).to.deep.equal(['Let go to attach']);
      drag(chat, 'drop', carry([fileOf('dropped.txt')]));
      expect(paste($(chat, 'textarea'), carry([fileOf('pasted.txt')])).defaultPrevented).to.equal(true);
      expect(paste($(chat, 'textarea'), carry([fileOf('text.png')], 'text')).defaultPrevented).to.equal(
        false,
      );
      const input = $<HTMLInputElement>(chat, 'input[type=file]');
      input.files = carry([fileOf('picked.txt'), await picture()]).files;
      input.dispatchEvent(new Event('change'));
      await chat.updateComplete;
      expect($(chat, '.dropping')).to.equal(null);
      expect(said(chat, '.attached .file-name')).to.deep.equal([
        'dropped.txt',
        'pasted.txt',
        'picked.txt',
        'picture.png',
      ]);
      $$(chat, '.attached .remove')[1]!.click();
      await chat.updateComplete;
      expect(chat.shadowRoot!.activeElement).to.equal($(chat, 'textarea'));
      expect(source.flows, 'not before it is sent').to.deep.equal([]);
      expect($<HTMLButtonElement>(chat, '.send').disabled).to.equal(false);
      await write(chat, 'Three');
      await press($(chat, 'textarea'), 'Enter');
      await until(() => source.flows.length === 3);
      await chat.updateComplete;
      expect($(chat, '.attached')).to.equal(null);
      expect(chat.messages[0]!.files!.map(({ name }) => name)).to.deep.equal([
        'dropped.txt',
        'picked.txt',
        'picture.png',
      ]);
    });

    it('again what was not delivered', async () => {
      const { send } = source;
      source.send = () => Promise.reject(new Error('no'));
      await chat.post({ text: 'a', files: [fileOf('a.txt')] }).catch(() => undefined);
      await until(async () => (await cards())[0]!.endsWith('Failed'));
      source.send = send;
      $(chat, '.failed button').click();
      await until(() => source.flows.length === 1);
      source.flows[0]!.finish();
      expect((await cards())[0]).to.contain('Sent');
    });

    it('own pictures as they are, from the start', async () => {
      await chat.post({ files: [await picture(40, 30)] });
      await chat.updateComplete;
      await $<HTMLImageElement>(chat, '.picture img').decode();
      expect(said(chat, '.under .account')).to.deep.equal(['Waiting for Ada to accept']);
    });
  });

  describe('receives', () => {
    it('what is small by itself', async () => {
      announce('1', [1000], 'Here');
      expect(await cards()).to.deep.equal(['0.txt 1 kB On its way']);
      const flow = offer('1', 0);
      expect(flow.state).to.equal('active');
      flow.move(500);
      expect(await cards()).to.deep.equal(['0.txt 1 kB 50%']);
      flow.finish('hello');
      expect(await cards()).to.deep.equal(['0.txt 1 kB Received']);
      const link = $<HTMLAnchorElement>(chat, 'a.save');
      expect([link.download, await (await fetch(link.href)).text()]).to.deep.equal(['0.txt', 'hello']);
    });

    it('what is large when the reader wants it', async () => {
      announce('1', [SMALL + 1, 7, 7]);
      const [large, stream, refused] = [
        offer('1', 0, SMALL + 1),
        offer('1', 1, null),
        offer('1', 2, SMALL * 9),
      ];
      expect([large.state, stream.state]).to.deep.equal(['offered', 'offered']);
      await chat.updateComplete;
      $(chat, '.card .accept').click();
      expect(large.state).to.equal('active');
      $$(chat, '.card .cancel').at(-1)!.click();
      expect(refused.state).to.equal('refused');
    });

    it('no more by itself than fits into memory', () => {
      const count = SMALL_TOGETHER / SMALL + 5;
      for (let i = 0; i < count; i++) announce(String(i), [SMALL]);
      const states = Array.from({ length: count }, (_, i) => offer(String(i), 0, SMALL).finish('x').state);
      expect(states.filter((state) => state === 'done')).to.have.length(count);
      announce('one more', [SMALL]);
      expect(offer('one more', 0, SMALL).state).to.equal('offered');
    });

    it('a picture as a picture, which opens by itself', async () => {
      announce('1', [5]);
      source.bring('ada', await picture(40, 30, 'image/png', '<b>.png'), FILE, { message: '1', index: 0 });
      await chat.updateComplete;
      const image = $<HTMLImageElement>(chat, '.picture img');
      await image.decode();
      expect(image.alt).to.equal('0.txt');
      const link = image.closest('a')!;
      expect([link.target, link.rel, link.href === image.src]).to.deep.equal([
        '_blank',
        'noopener noreferrer',
        true,
      ]);
    });

    it('nothing as a picture that could be something else', async () => {
      announce('1', [5, 5, 5]);
      const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>window.hit=1</script></svg>';
      for (const [index, type] of ['image/svg+xml', 'text/html', 'image/png'].entries()) {
        source.bring('ada', new File([svg], 'x.png', { type }), FILE, { message: '1', index });
      }
      await until(() => $$(chat, 'a.save').length === 3, { what: 'the broken one to be a file like others' });
      expect($(chat, 'img')).to.equal(null);
      for (const link of $$(chat, 'a.save')) {
        const { headers } = await fetch((link as HTMLAnchorElement).href);
        expect(headers.get('content-type')).to.equal('application/octet-stream');
      }
      expect('hit' in window).to.equal(false);
    });

    it('files that come before their message', async () => {
      const flow = offer('1', 0);
      expect(flow.state).to.equal('offered');
      announce('1', [1000]);
      expect(flow.state).to.equal('active');
      const beyond = offer('2', 3);
      announce('2', [1000]);
      expect(beyond.state).to.equal('refused');
    });

    it('nothing that belongs to no message, twice, or to another’s', () => {
      announce('1', [1000]);
      source.receive('linus', { id: '2', text: 'mine', time: Date.now(), name: '', files: [] });
      const states = [
        { message: '1', index: 1 },
        { message: '1', index: -1 },
        { message: '1', index: 0.5 },
        { message: '1', index: '0' },
        { message: 7, index: 0 },
        null,
        'x',
      ].map((metadata) => source.offer('ada', { type: FILE, metadata }).state);
      expect(new Set(states)).to.deep.equal(new Set(['refused']));
      expect(offer('1', 0).state).to.equal('active');
      expect(offer('1', 0).state).to.equal('refused');
      expect(offer('2', 0).state, 'it waits for a message of its own author').to.equal('offered');
    });

    it('nothing with no-files, but the text', async () => {
      await mounted('no-files');
      announce('1', [1000], 'Here');
      expect(offer('1', 0).state).to.equal('refused');
      await chat.updateComplete;
      expect(said(chat, '.bubble')).to.deep.equal(['Here']);
      expect($(chat, '.attach')).to.equal(null);
      drag(chat, 'drop', carry([fileOf('a')]));
      await chat.updateComplete;
      expect($(chat, '.attached')).to.equal(null);
      expect(() => chat.post({ files: [fileOf('a')] }))
        .to.throw(DOMException)
        .with.property('name', 'NotSupportedError');
    });

    it('no end of what an author began who has left', async () => {
      announce('1', [1000, 1000]);
      offer('1', 0).move(10);
      source.lose('ada');
      expect(await cards()).to.deep.equal([
        '0.txt 1 kB Ada left before it was complete',
        '1.txt 1 kB No longer available',
      ]);
    });
  });

  it('tells newcomers the names', async () => {
    announce('1', [1000], 'Here');
    offer('1', 0).finish('x');
    source.receive('ada', { want: 50 }, 'peer-chat-history');
    const [told] = source.sentAs('peer-chat-history').filter(({ data }) => 'messages' in (data as object));
    const { messages } = told!.data as { messages: { files: unknown }[] };
    expect(messages[0]!.files).to.deep.equal([{ name: '0.txt', size: 1000, type: 'text/plain' }]);
  });

  it('and shows those that a history names as gone', async () => {
    const files = [{ name: '../old.zip', size: 5, type: '' }];
    const messages = [{ id: '1', from: idOf('bo'), text: '', name: 'Bo', time: Date.now() - 1000, files }];
    source.receive('ada', { messages }, 'peer-chat-history');
    expect(await cards()).to.deep.equal(['_old.zip 5 bytes No longer available']);
  });

  it('lets go of files with their messages', async () => {
    announce('1', [5]);
    const open = offer('1', 0);
    chat.clear();
    expect(open.state).to.equal('cancelled');
    await chat.post({ files: [fileOf('a')] });
    await until(() => source.flows.length === 1);
    chat.clear();
    expect(source.flows[0]!.state).to.equal('cancelled');
    expect(await cards()).to.deep.equal([]);
  });

  for (const scheme of ['light', 'dark']) {
    it(`can be used by everyone in a ${scheme} page`, async () => {
      document.documentElement.style.cssText = `color-scheme: ${scheme}; background: Canvas`;
      try {
        announce('1', [5, SMALL * 2, 5, 5, 5], 'Here');
        source.bring('ada', await picture(), FILE, { message: '1', index: 0 });
        offer('1', 1, SMALL * 2);
        offer('1', 2).move(100);
        offer('1', 3).finish('x');
        await chat.post({ files: [await picture(), fileOf('a.txt')] });
        drag(chat, 'drop', carry([fileOf('b.txt'), await picture()]));
        await until(() => source.flows.length === 2);
        source.flows[1]!.refuse();
        await until(() => said(chat, '.account').includes('Refused by Ada'));
        for (const animation of chat.shadowRoot!.getAnimations()) {
          if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
        }
        await expect(chat).to.be.accessible();
      } finally {
        document.documentElement.style.cssText = '';
      }
    });
  }
});
