import { expect } from '@open-wc/testing';
import {
  MAX_FILES,
  MAX_HISTORY,
  MAX_TEXT,
  clampHistory,
  parseFileMetadata,
  parseHistory,
  parseMessage,
} from '../../components/chat-wire.js';

const NOW = Date.UTC(2026, 5, 1);
const good = { id: 'a', text: 'hi', time: NOW - 1000, name: 'Ada' };

/** Everything a careless or hostile page could put where a message is expected. */
const MALFORMED: readonly unknown[] = [
  null,
  undefined,
  0,
  NaN,
  '',
  'text',
  true,
  [],
  [good],
  {},
  new ArrayBuffer(8),
  new Uint8Array(4),
  new Date(),
  new Map([['id', 'a']]),
  { ...good, id: undefined },
  { ...good, id: '' },
  { ...good, id: 7 },
  { ...good, id: 'x'.repeat(65) },
  { ...good, id: { toString: (): string => 'a' } },
  { ...good, text: undefined },
  { ...good, text: '' },
  { ...good, text: ' \n\t ' },
  { ...good, text: 'x'.repeat(MAX_TEXT + 1) },
  { ...good, text: ['hi'] },
  { ...good, text: { length: 1 } },
  { ...good, time: undefined },
  { ...good, time: NaN },
  { ...good, time: 'now' },
  { ...good, time: new Date() },
  Object.create(null),
];

describe('what chats say to each other', () => {
  it('takes a message as it is', () => {
    expect(parseMessage(good, NOW)).to.deep.equal(good);
    expect(parseMessage({ ...good, more: 1, __proto__: null }, NOW)).to.deep.equal(good);
  });

  it('takes nothing else', () => {
    for (const value of MALFORMED) expect(parseMessage(value, NOW), JSON.stringify(value)).to.equal(null);
  });

  it('takes a text of the greatest length', () => {
    expect(parseMessage({ ...good, text: 'x'.repeat(MAX_TEXT) }, NOW)?.text).to.have.length(MAX_TEXT);
  });

  it('puts impossible times right', () => {
    const timeOf = (time: number): number | undefined => parseMessage({ ...good, time }, NOW)?.time;
    expect(timeOf(NOW + 1)).to.equal(NOW);
    expect(timeOf(Infinity)).to.equal(NOW);
    expect(timeOf(8.65e15)).to.equal(NOW);
    expect(timeOf(-Infinity)).to.equal(Date.UTC(2020, 0));
    expect(timeOf(0)).to.equal(Date.UTC(2020, 0));
  });

  it('shortens names and ignores what is no name', () => {
    const named = (name: unknown): string | undefined => parseMessage({ ...good, name }, NOW)?.name;
    expect(named(' Ada ')).to.equal('Ada');
    expect(named('x'.repeat(300))).to.have.length(200);
    for (const name of [undefined, null, 7, {}, ['Ada']]) expect(named(name)).to.equal('');
  });

  it('takes a question for a history within bounds', () => {
    expect(parseHistory({ want: 20 }, NOW)).to.deep.equal({ want: 20 });
    expect(parseHistory({ want: 1e9 }, NOW)).to.deep.equal({ want: MAX_HISTORY });
    expect(parseHistory({ want: -4 }, NOW)).to.deep.equal({ want: 0 });
    expect(parseHistory({ want: NaN }, NOW)).to.deep.equal({ want: 0 });
  });

  it('takes a history without what is wrong in it', () => {
    const record = { ...good, from: 'ada' };
    const messages = [...MALFORMED, good, { ...good, from: 7 }, { ...good, from: 'x'.repeat(65) }, record];
    expect(parseHistory({ messages }, NOW)).to.deep.equal({ messages: [record] });
    expect(parseHistory({ messages: [] }, NOW)).to.deep.equal({ messages: [] });
  });

  it('looks at the end of an endless history only', () => {
    const messages = Array.from({ length: 5000 }, (_, i) => ({ ...good, id: `${i}`, from: 'ada' }));
    const history = parseHistory({ messages }, NOW);
    if (!history || !('messages' in history)) throw new Error('not taken');
    expect(history.messages).to.have.length(MAX_HISTORY);
    expect(history.messages.at(-1)?.id).to.equal('4999');
  });

  it('takes no other answer', () => {
    for (const value of [
      null,
      7,
      'x',
      [],
      {},
      { messages: 'x' },
      { messages: { length: 3 } },
      { want: '9' },
    ]) {
      expect(parseHistory(value, NOW), JSON.stringify(value)).to.equal(null);
    }
  });

  it('keeps a number of messages between none and the most', () => {
    expect([0, 7.9, -1, 1e6, Infinity].map((n) => clampHistory(n))).to.deep.equal([0, 7, 0, 200, 200]);
    expect([NaN, null, '7', undefined].map((n) => clampHistory(n, 50))).to.deep.equal([50, 50, 50, 50]);
  });

  describe('about files', () => {
    const file = { name: 'a.txt', size: 5, type: 'text/plain' };

    it('takes them as they are, with a text or without', () => {
      expect(parseMessage({ ...good, files: [file] }, NOW)).to.deep.equal({ ...good, files: [file] });
      expect(parseMessage({ ...good, text: '', files: [file] }, NOW)?.files).to.deep.equal([file]);
      expect(parseMessage({ ...good, files: [] }, NOW)).to.deep.equal(good);
    });

    it('makes them harmless', () => {
      const [parsed] = parseMessage(
        { ...good, files: [{ name: '../\u202Ea', size: 5.5, type: 7 }] },
        NOW,
      )!.files!;
      expect(parsed).to.deep.equal({ name: '_a', size: 5, type: '' });
      const long = parseMessage({ ...good, files: [{ ...file, type: 'x'.repeat(101) }] }, NOW)!.files![0]!;
      expect(long.type).to.equal('');
      expect(parseMessage({ ...good, files: Array<unknown>(1000).fill(file) }, NOW)!.files).to.have.length(
        MAX_FILES,
      );
    });

    it('takes none of a list that is not one, and keeps the text', () => {
      const sizes = [-1, NaN, Infinity, 2 ** 60, '5', null, undefined];
      const lists = [
        7,
        'a.txt',
        { 0: file, length: 1 },
        [null],
        [file, 'b'],
        ...sizes.map((size) => [{ ...file, size }]),
      ];
      for (const files of lists) expect(parseMessage({ ...good, files }, NOW)).to.deep.equal(good);
      for (const files of lists) expect(parseMessage({ ...good, text: '', files }, NOW)).to.equal(null);
    });

    it('knows which message a file belongs to', () => {
      expect(parseFileMetadata({ message: 'a', index: 0, more: 1 })).to.deep.equal({
        message: 'a',
        index: 0,
      });
      for (const index of [-1, 0.5, NaN, Infinity, '0', null, MAX_FILES]) {
        expect(parseFileMetadata({ message: 'a', index })).to.equal(null);
      }
      for (const value of [
        null,
        7,
        'a',
        [],
        {},
        { message: '', index: 0 },
        { message: 'x'.repeat(65), index: 0 },
      ]) {
        expect(parseFileMetadata(value)).to.equal(null);
      }
    });
  });
});
