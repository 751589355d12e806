import { expect } from '@open-wc/testing';
import {
  MAX_VERIFIED,
  STORAGE_KEY,
  VerifiedPeers,
  foldName,
  including,
  parseVerified,
  without,
  type VerifiedPeer,
} from '../../components/verified-peers.js';

const one = (identity: string, name = identity): VerifiedPeer => ({ identity, name });
const ids = (list: readonly VerifiedPeer[]): string[] => list.map(({ identity }) => identity);

/** A browser's storage, of which every part can be broken. */
class FakeStorage {
  readonly map = new Map<string, string>();
  readable = true;
  writable = true;
  getItem(key: string): string | null {
    if (!this.readable) throw new DOMException('No.', 'SecurityError');
    return this.map.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (!this.writable) throw new DOMException('Full.', 'QuotaExceededError');
    this.map.set(key, value);
  }
  get page(): VerifiedPeers {
    return new VerifiedPeers(() => this as unknown as Storage);
  }
}

describe('the list of verified peers', () => {
  it('has everybody once, and who was met last at its end', () => {
    const list = including(including(including([], one('a')), one('b')), one('a', 'new'));
    expect(list).to.deep.equal([one('b'), one('a', 'new')]);
    expect(without(list, 'b')).to.deep.equal([one('a', 'new')]);
    expect(without(list, 'c')).to.deep.equal(list);
  });

  it('is bounded: who has not been met for longest goes', () => {
    let list: readonly VerifiedPeer[] = [];
    for (let at = 0; at < MAX_VERIFIED; at++) list = including(list, one(`p${at}`));
    list = including(list, one('p0'));
    list = including(list, one('new'));
    expect(list).to.have.lengthOf(MAX_VERIFIED);
    expect(ids(list)).to.include('p0').and.to.include('new').and.not.to.include('p1');
  });

  it('cuts names that no peer can have', () => {
    expect(including([], one('a', 'x'.repeat(9999)))[0]!.name).to.have.lengthOf(256);
  });

  it('is read as it was written', () => {
    const list = [one('a', 'Ada "\u202e<b>'), one('b', '')];
    expect(parseVerified(JSON.stringify(list))).to.deep.equal(list);
  });

  const BROKEN: readonly (string | null)[] = [
    null,
    '',
    '{',
    'null',
    '7',
    '"a"',
    '{}',
    '{"length":3}',
    '[null,7,"a",[],{}]',
    '[{"identity":7,"name":"a"},{"identity":"a"},{"identity":"a b","name":"x"},{"identity":"","name":"x"}]',
    `[{"identity":"${'x'.repeat(999)}","name":"x"}]`,
  ];
  for (const text of BROKEN) {
    it(`takes nothing from ${String(text).slice(0, 40)}`, () => {
      expect(parseVerified(text)).to.deep.equal([]);
    });
  }

  it('takes what is sound from among what is not, each once, and not too many', () => {
    expect(
      ids(parseVerified('[7,{"identity":"a","name":"x","more":1},{"identity":"a","name":"y"}]')),
    ).to.deep.equal(['a']);
    const many = Array.from({ length: 1000 }, (_, at) => one(`p${at}`));
    const list = parseVerified(JSON.stringify(many));
    expect(list).to.have.lengthOf(MAX_VERIFIED);
    expect(list.at(-1)).to.deep.equal(one('p999'));
  });
});

describe('a name', () => {
  const SAME: readonly (readonly [string, string])[] = [
    ['Ada', 'ada'],
    ['Ada', '  ADA\t'],
    ['Ada', 'Ａｄａ'],
    ['Ada', 'A\u200bd\u202ea\u2060'],
    ['Ada  L', 'ada\u00a0l'],
    ['Zoe\u0308', 'ZOË'],
    ['Straße', 'STRASSE'],
    ['ΟΔΟΣ', 'οδος'],
    ['ﬁn', 'FIN'],
  ];
  for (const [first, second] of SAME) {
    it(`${JSON.stringify(first)} looks like ${JSON.stringify(second)}`, () => {
      expect(foldName(first)).to.equal(foldName(second));
    });
  }

  it('of other letters is another one', () => {
    expect(foldName('Ada')).not.to.equal(foldName('Adah'));
    expect(foldName('Ada L')).not.to.equal(foldName('AdaL'));
  });

  it('that nobody sees is none', () => {
    for (const name of ['', '  ', '\u200b', '\u3164', '\u202e\n']) expect(foldName(name)).to.equal('');
  });
});

describe('VerifiedPeers', () => {
  it('remembers', () => {
    const storage = new FakeStorage();
    storage.page.verify(one('a', 'Ada'));
    expect([...storage.map.keys()]).to.deep.equal([STORAGE_KEY]);
    expect(storage.page.find('a')).to.deep.equal(one('a', 'Ada'));
    expect(storage.page.find('b')).to.equal(null);
    storage.page.forget('a');
    expect(storage.page.entries).to.deep.equal([]);
  });

  it('finds whose name somebody else bears', () => {
    const { page } = new FakeStorage();
    page.verify(one('a', 'Ada'));
    page.verify(one('nameless', ''));
    expect(page.namesakeOf('b', ' ADA ')).to.deep.equal(one('a', 'Ada'));
    expect(page.namesakeOf('a', 'Ada')).to.equal(null);
    expect(page.namesakeOf('b', 'Linus')).to.equal(null);
    expect(page.namesakeOf('b', '')).to.equal(null);
    page.verify(one('b', 'ada'));
    expect(page.namesakeOf('b', 'Ada')).to.equal(null);
    expect(page.namesakeOf('c', 'Ada')).to.deep.equal(one('b', 'ada'));
    page.forget('a');
    page.forget('b');
    expect(page.namesakeOf('c', 'Ada')).to.equal(null);
  });

  it('does not undo what another page has done meanwhile', () => {
    const storage = new FakeStorage();
    const [here, there] = [storage.page, storage.page];
    here.verify(one('a'));
    there.verify(one('b'));
    expect(ids(there.entries)).to.deep.equal(['a', 'b']);
    here.load();
    expect(ids(here.entries)).to.deep.equal(['a', 'b']);
    there.forget('a');
    here.met('a');
    expect(ids(here.entries)).to.deep.equal(['b']);
  });

  it('keeps those who are met', () => {
    const storage = new FakeStorage();
    const { page } = storage;
    for (const id of ['a', 'b', 'c']) page.verify(one(id));
    page.met('a');
    page.met('stranger');
    expect(ids(storage.page.entries)).to.deep.equal(['b', 'c', 'a']);
  });

  it('begins anew where something else is stored', () => {
    const storage = new FakeStorage();
    storage.map.set(STORAGE_KEY, '{"broken');
    const { page } = storage;
    expect(page.entries).to.deep.equal([]);
    page.verify(one('a'));
    expect(ids(storage.page.entries)).to.deep.equal(['a']);
  });

  it('does what it can where nothing can be stored', () => {
    const storage = new FakeStorage();
    storage.page.verify(one('a'));
    storage.writable = false;
    const { page } = storage;
    expect(page.kept).to.equal(true);
    page.verify(one('b'));
    expect(page.kept).to.equal(false);
    page.load();
    page.verify(one('c'));
    expect(ids(page.entries)).to.deep.equal(['a', 'b', 'c']);
    storage.writable = true;
    page.verify(one('d'));
    expect(page.kept).to.equal(true);
    expect(ids(storage.page.entries)).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('does what it can where the storage is denied', () => {
    const storage = new FakeStorage();
    storage.readable = storage.writable = false;
    const denied = [
      storage.page,
      new VerifiedPeers(() => {
        throw new DOMException('No.', 'SecurityError');
      }),
    ];
    for (const page of denied) {
      expect(page.entries).to.deep.equal([]);
      page.verify(one('a'));
      expect(page.find('a')).to.deep.equal(one('a'));
      page.forget('a');
      expect(page.find('a')).to.equal(null);
    }
  });

  it('takes over what another one of the page has', () => {
    const { page } = new FakeStorage();
    page.take(JSON.stringify([one('a')]));
    expect(ids(page.entries)).to.deep.equal(['a']);
    page.take('nonsense');
    expect(page.entries).to.deep.equal([]);
  });
});
