import { expect } from '@open-wc/testing';
import { MAX_ENTRIES } from '../../components/chat-log.js';
import type { PeerChatElement } from '../../components/peer-chat.js';
import { $, $$, type FakeSource, idOf, mount, register } from './chat-fake.js';

register();

/** What people have tried; each must be seen as it is and do nothing. */
const CORPUS: readonly string[] = [
  '<script>window.hit=1</script>',
  '</textarea><script>window.hit=1</script>',
  '<img src=x onerror="window.hit=1">',
  '<img src=x onerror=window.hit=1 //',
  '<svg onload=window.hit=1>',
  '<svg><script>window.hit=1</script></svg>',
  '<svg><animate onbegin=window.hit=1 attributeName=x dur=1s>',
  '<iframe srcdoc="<script>parent.hit=1</script>"></iframe>',
  '<body onload=window.hit=1>',
  '<details open ontoggle=window.hit=1>',
  '<input autofocus onfocus=window.hit=1>',
  '<a href="javascript:window.hit=1">x</a>',
  'javascript:window.hit=1',
  'JaVaScRiPt://https://a.example/%0awindow.hit=1',
  'data:text/html;base64,PHNjcmlwdD4=',
  'https://a.example/" onmouseover="window.hit=1',
  "https://a.example/'onmouseover='window.hit=1",
  'https://a.example/"><img src=x onerror=window.hit=1>',
  'https://user:pass@a.example:99999/',
  '${window.hit=1}',
  '`${window.hit=1}`',
  '{{constructor.constructor("window.hit=1")()}}',
  '&lt;script&gt;window.hit=1&lt;/script&gt;',
  '&#60;img src=x onerror=window.hit=1&#62;',
  '&amp;&nbsp;&quot;',
  '<!--lit-part xyz--><b>x</b><!--/lit-part-->',
  '<!--?lit$123456789$-->',
  'lit$123456789$',
  '<?lit$123456789$?>',
  '<slot name="header"></slot>',
  '<style>*{display:none}</style>',
  '<template><script>window.hit=1</script></template>',
  '<math><mtext><table><mglyph><style><img src onerror=window.hit=1>',
  '<x-unknown is="peer-chat">',
  '\u202Etxet sdrawkcab\u202C <b>',
  '\u0000\u0001\u001b[31mred',
  '\ud800 lone surrogate',
  'Z\u0351\u036b\u0343\u0368a\u036e\u0346l\u034bg\u0349o',
  '\u2028line\u2029paragraph',
  '{"__proto__":{"polluted":1}}',
  '__proto__',
  'constructor',
  ']]>--><script>window.hit=1</script>',
];

const ELEMENTS = [
  'DIV',
  'SPAN',
  'BDI',
  'TIME',
  'SVG',
  'PATH',
  'A',
  'P',
  'LI',
  'UL',
  'BUTTON',
  'SLOT',
  'TEXTAREA',
  // The picker of files.
  'INPUT',
];

const strangers = (chat: PeerChatElement): string[] =>
  $$(chat, '*')
    .map(({ tagName }) => tagName.toUpperCase())
    .filter((tag) => !ELEMENTS.includes(tag));

const attributesOf = (chat: PeerChatElement): Set<string> =>
  new Set($$(chat, '*').flatMap((element) => element.getAttributeNames()));

const wasHit = (): boolean => 'hit' in window || 'polluted' in {};

describe('A hostile peer of a <peer-chat>', () => {
  let source: FakeSource;
  let chat: PeerChatElement;

  beforeEach(async () => {
    ({ source, chat } = await mount());
    source.enter('me').meet('mal', 'Mal');
  });

  it('cannot put anything but text into a message', async () => {
    for (const text of CORPUS) source.hear('mal', text);
    await chat.updateComplete;
    expect($$(chat, '.bubble').map(({ textContent }) => textContent)).to.deep.equal(CORPUS);
    expect(strangers(chat)).to.deep.equal([]);
    expect([...attributesOf(chat)].filter((name) => name.startsWith('on'))).to.deep.equal([]);
    for (const link of $$(chat, 'a')) expect((link as HTMLAnchorElement).protocol).to.match(/^https?:$/);
    expect(wasHit()).to.equal(false);
  });

  for (const name of CORPUS) {
    it(`cannot be called anything but the text ${JSON.stringify(name)}`, async () => {
      source.rename('mal', name);
      source.hear('mal', 'hello');
      source.receive('mal', { messages: [] }, 'peer-chat-history');
      $(chat, '[part=people-button]').click();
      await chat.updateComplete;
      expect($(chat, '.name').textContent).to.equal(name.trim());
      expect($$(chat, '.people bdi')[1]?.textContent).to.equal(name);
      expect(strangers(chat)).to.deep.equal([]);
      expect(wasHit()).to.equal(false);
    });
  }

  it('cannot do so in a history either', async () => {
    const messages = CORPUS.map((text, i) => ({
      id: `${i}`,
      from: text.slice(0, 64),
      text,
      name: text,
      time: i,
    }));
    source.receive('mal', { messages }, 'peer-chat-history');
    await chat.updateComplete;
    expect($$(chat, '.bubble').map(({ textContent }) => textContent)).to.deep.equal(CORPUS);
    expect(strangers(chat)).to.deep.equal([]);
    expect(wasHit()).to.equal(false);
  });

  it('cannot do so when we repeat it', async () => {
    for (const text of CORPUS) await chat.post(text);
    source.displayName = CORPUS[0]!;
    chat.requestUpdate();
    await chat.updateComplete;
    expect($$(chat, '.own .bubble').map(({ textContent }) => textContent)).to.deep.equal(CORPUS);
    expect(strangers(chat)).to.deep.equal([]);
    expect(wasHit()).to.equal(false);
  });

  it('cannot make it stumble', async () => {
    const cycle: Record<string, unknown> = { id: 'a', time: 1, name: 'x' };
    cycle['text'] = cycle;
    const junk: unknown[] = [
      null,
      undefined,
      0,
      -1,
      NaN,
      '',
      'x',
      true,
      [],
      {},
      cycle,
      new ArrayBuffer(4),
      new Uint8Array(9),
      { id: 1, text: 2, time: 3, name: 4 },
      { id: 'a', text: 'x', time: {}, name: [] },
      { id: 'a', text: 'x'.repeat(16_001), time: 1 },
      { want: {} },
      { messages: {} },
      { messages: [null, 1, 'x', [], cycle, { from: 1 }] },
      { messages: new Array(100_000).fill(null) },
      Object.create(null),
    ];
    for (const data of junk) {
      for (const type of ['peer-chat', 'peer-chat-history', 'peer-chat-other', ''])
        source.receive('mal', data, type);
    }
    await chat.updateComplete;
    expect(chat.messages).to.deep.equal([]);
    source.hear('mal', 'still alive');
    await chat.updateComplete;
    expect($(chat, '.bubble').textContent).to.equal('still alive');
  });

  it('cannot speak as another', () => {
    source.meet('ada', 'Ada');
    source.receive('mal', {
      id: 'x',
      text: 'hi',
      time: 1,
      name: 'Ada',
      author: idOf('ada'),
      from: idOf('ada'),
      own: true,
    });
    expect(chat.messages[0]).to.include({ author: idOf('mal'), name: 'Mal', own: false, relayed: null });
    source.receive('mal', { messages: [] }, 'peer-chat-history');
    source.receive(
      'ada',
      { messages: [{ id: 'y', text: 'hi', time: 1, from: idOf('me') }] },
      'peer-chat-history',
    );
    expect(chat.messages.find(({ id }) => id === 'y')?.relayed).to.equal(idOf('ada'));
  });

  it('cannot fill the page', async () => {
    for (let i = 0; i < MAX_ENTRIES + 200; i++) source.hear('mal', `${i}`);
    await chat.updateComplete;
    expect(chat.messages.length).to.be.at.most(MAX_ENTRIES);
    expect($$(chat, '.bubble').length).to.be.at.most(MAX_ENTRIES);
    expect(chat.messages.at(-1)?.text).to.equal(`${MAX_ENTRIES + 199}`);
  });

  it('cannot live in the past or in the future', () => {
    source.hear('mal', 'now');
    source.hear('mal', 'past', 0);
    source.hear('mal', 'future', 8.64e15);
    const times = chat.messages.map(({ time }) => time);
    expect(times).to.deep.equal([...times].sort((a, b) => a - b));
    expect(Math.max(...times)).to.be.at.most(Date.now());
  });
});
