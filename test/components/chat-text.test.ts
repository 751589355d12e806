import { expect } from '@open-wc/testing';
import { ENGLISH } from '../../components/chat-strings.js';
import { HUES, hueOf, initialOf, isEmoji, nameOf, splitLinks } from '../../components/chat-text.js';

const linksIn = (text: string): string[] =>
  splitLinks(text).flatMap(({ href }) => (href === undefined ? [] : [href]));

describe('links in text', () => {
  const found: Record<string, string[]> = {
    'no link': [],
    'https://example.org': ['https://example.org'],
    'HTTPS://EXAMPLE.ORG/x': ['HTTPS://EXAMPLE.ORG/x'],
    'see http://a.example/b?c=d#e.': ['http://a.example/b?c=d#e'],
    '(https://a.example/b)': ['https://a.example/b'],
    'https://a.example/b_(c)!': ['https://a.example/b_(c)'],
    '[https://a.example/b].': ['https://a.example/b'],
    '"https://a.example", “https://b.example”': ['https://a.example', 'https://b.example'],
    'https://a.example\nhttps://b.example': ['https://a.example', 'https://b.example'],
    'https://example.org/日本語': ['https://example.org/日本語'],
    'https://': [],
    'http://[': [],
    'https://[bad': [],
    'javascript:alert(1)': [],
    'javascript://https://a.example/%0aalert(1)': ['https://a.example/%0aalert(1'],
    'data:text/html,<b>x': [],
    'ftp://a.example file:///etc/passwd vbscript:x': [],
    'https://a.example/\u202Egpj.exe': ['https://a.example/'],
    'https://a.example/<script>': ['https://a.example/'],
    'xhttps://a.example': ['https://a.example'],
  };
  for (const [text, links] of Object.entries(found)) {
    it(`finds ${links.length} in ${JSON.stringify(text)}`, () => {
      if (!text.startsWith('javascript://')) expect(linksIn(text)).to.deep.equal(links);
      for (const href of linksIn(text)) expect(new URL(href).protocol).to.match(/^https?:$/);
    });

    it(`loses nothing of ${JSON.stringify(text)}`, () => {
      expect(
        splitLinks(text)
          .map((part) => part.text)
          .join(''),
      ).to.equal(text);
    });
  }

  it('takes its time on a hostile text as on any other', () => {
    const started = performance.now();
    for (const text of [
      'https://a.example/' + '('.repeat(15_000),
      'https://'.repeat(2000),
      'https://a.example/' + ')'.repeat(15_000),
    ]) {
      splitLinks(text);
    }
    expect(performance.now() - started).to.be.below(2000);
  });
});

describe('emoji', () => {
  it('knows texts that are nothing else', () => {
    for (const text of ['👋', '❤️', '👩‍👩‍👧', '👍🏽', '🇪🇺', '🍋 🎂', '☕️\n🫖'])
      expect(isEmoji(text), text).to.equal(true);
  });

  it('knows others', () => {
    for (const text of ['', ' ', '1', '#', '*', 'a', 'hi 👋', '\u200d', '\ufe0f', '🍋'.repeat(40)]) {
      expect(isEmoji(text), text).to.equal(false);
    }
  });
});

describe('names', () => {
  it('are what people call themselves', () => {
    expect(nameOf(ENGLISH, 'abcdef', 'Ada')).to.equal('Ada');
  });

  it('are a piece of the id for those who have none', () => {
    expect(nameOf(ENGLISH, '4f2aXYZ', '')).to.equal('Guest 4f2a');
    expect(nameOf(ENGLISH, '4f2aXYZ.12', '')).to.equal('Guest 4f2a.12');
    expect(nameOf({ ...ENGLISH, guest: (tag) => `Gast ${tag}` }, '4f2aXYZ', '')).to.equal('Gast 4f2a');
  });

  it('cannot be invisible', () => {
    for (const name of [' ', '\u200b', '\u202e', '\u00a0\u2003', '\u0000']) {
      expect(nameOf(ENGLISH, '4f2aXYZ', name)).to.equal('Guest 4f2a');
    }
  });

  it('have an initial', () => {
    expect(['ada', ' élan', '🍋x', '', 'ß'].map(initialOf)).to.deep.equal(['A', 'É', '🍋', '', 'SS']);
  });

  it('have a hue that stays and differs', () => {
    const ids = Array.from({ length: 200 }, (_, i) => `peer ${i}`);
    const hues = new Set(ids.map(hueOf));
    expect(hues.size).to.equal(HUES);
    expect(hueOf('peer 1')).to.equal(hueOf('peer 1'));
    for (const hue of hues) expect(hue).to.match(/^h(\d|10|11)$/);
  });
});

describe('English', () => {
  it('counts', () => {
    expect(ENGLISH.people(1)).to.equal('1 person');
    expect(ENGLISH.people(2)).to.equal('2 people');
    expect(ENGLISH.unread(3)).to.equal('3 new');
  });

  it('lists', () => {
    expect(ENGLISH.joined(['Ada'])).to.equal('Ada joined');
    expect(ENGLISH.joined(['Ada', 'Bo'])).to.equal('Ada and Bo joined');
    expect(ENGLISH.left(['Ada', 'Bo', 'Cy'])).to.equal('Ada, Bo and Cy left');
    expect(ENGLISH.left(['Ada', 'Bo', 'Cy', 'Di'])).to.equal('Ada, Bo and 2 others left');
    expect(ENGLISH.left([])).to.equal(' left');
  });
});
