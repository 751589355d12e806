import { expect } from '@open-wc/testing';
import {
  ChatLog,
  GROUP_MS,
  MAX_ENTRIES,
  isMessage,
  layOut,
  type ChatMessage,
  type ChatNotice,
} from '../../components/chat-log.js';

const T = new Date(2026, 5, 1, 12).getTime();
let count = 0;

const message = (over: Partial<ChatMessage> = {}): ChatMessage => ({
  id: `m${++count}`,
  author: 'ada',
  name: 'Ada',
  text: 'hi',
  time: T,
  own: false,
  state: 'delivered',
  relayed: null,
  ...over,
});
const record = (id: string, time: number, from = 'ada', text = id) => ({ id, text, time, name: 'Ada', from });
const texts = (log: ChatLog): string[] => log.messages.map(({ text }) => text);
const notices = (log: ChatLog): ChatNotice[] =>
  log.entries.filter((entry): entry is ChatNotice => !isMessage(entry));

describe('the log of a chat', () => {
  let log: ChatLog;

  beforeEach(() => {
    log = new ChatLog();
  });

  it('keeps messages in the order they came', () => {
    log.add(message({ text: '1', time: T }));
    log.add(message({ text: '2', time: T - 60_000 }));
    expect(texts(log)).to.deep.equal(['1', '2']);
    expect(log.messages[1]?.time).to.equal(T);
  });

  it('gives a frozen list that is the same until something changes', () => {
    log.add(message());
    expect(log.messages).to.be.frozen;
    expect(log.messages).to.equal(log.messages);
    expect(log.messages[0]).to.be.frozen;
    const before = log.messages;
    log.add(message());
    expect(log.messages).not.to.equal(before);
    expect(before).to.have.length(1);
  });

  it('takes a message once', () => {
    expect(log.add(message({ id: 'x' }))).not.to.equal(null);
    expect(log.add(message({ id: 'x', text: 'other' }))).to.equal(null);
    expect(texts(log)).to.deep.equal(['hi']);
  });

  it("lets nobody use another's id to suppress a message", () => {
    log.add(message({ id: 'x', author: 'mal', text: 'fake' }));
    log.add(message({ id: 'x', author: 'ada', text: 'real' }));
    expect(texts(log)).to.deep.equal(['fake', 'real']);
  });

  it('merges a history by time and leaves the rest where it is', () => {
    log.add(message({ text: 'live', time: T }));
    log.add(message({ text: 'later', time: T + 1000 }));
    const added = log.merge([record('2', T + 500), record('0', T - 2000), record('1', T - 1000)], 'bo', 'me');
    expect(texts(log)).to.deep.equal(['0', '1', 'live', '2', 'later']);
    expect(added.map(({ relayed, author, own }) => [relayed, author, own])).to.deep.equal(
      Array(3).fill(['bo', 'ada', false]),
    );
  });

  it('merges the same history twice to the same log', () => {
    const records = [record('1', T), record('2', T + 1)];
    log.merge(records, 'bo', null);
    expect(log.merge(records, 'cy', null)).to.deep.equal([]);
    expect(texts(log)).to.deep.equal(['1', '2']);
  });

  it('knows own messages in a history', () => {
    log.merge([record('1', T, 'me')], 'bo', 'me');
    expect(log.messages[0]).to.include({ own: true, relayed: 'bo' });
  });

  it("takes the author's word over hearsay", () => {
    log.merge([record('x', T, 'ada', 'forged'), record('y', T, 'ada', 'true')], 'mal', 'me');
    expect(log.add(message({ id: 'x', text: 'real' }))?.text).to.equal('real');
    expect(log.add(message({ id: 'y', text: 'true' }))).to.equal(null);
    expect(log.messages.map(({ text, relayed }) => [text, relayed])).to.deep.equal([
      ['real', null],
      ['true', null],
    ]);
    log.merge([record('x', T, 'ada', 'forged')], 'mal', 'me');
    expect(texts(log)).to.deep.equal(['real', 'true']);
  });

  it('knows whether it heard anybody itself', () => {
    log.add(message({ own: true }));
    log.merge([record('x', T)], 'bo', 'me');
    expect(log.heard).to.equal(false);
    log.add(message());
    expect(log.heard).to.equal(true);
  });

  it('changes the state of a message it has, and of no other', () => {
    const own = log.add(message({ own: true, state: 'pending' }))!;
    expect(log.update(own, { state: 'failed' })?.state).to.equal('failed');
    expect(log.messages[0]?.state).to.equal('failed');
    expect(own.state).to.equal('pending');
    expect(log.update(message(), { state: 'failed' })).to.equal(null);
  });

  it('signs what was written before there was an id', () => {
    const own = log.add(message({ own: true, author: '' }))!;
    log.claim('me');
    expect(log.messages[0]?.author).to.equal('me');
    expect(log.update(own, { state: 'failed' })?.author).to.equal('me');
  });

  it('tells newcomers the last messages that were not lost', () => {
    log.add(message({ id: '1' }));
    log.add(message({ id: '2', own: true, author: 'me', state: 'failed' }));
    log.add(message({ id: '3', own: true, author: '', state: 'pending' }));
    log.add(message({ id: '4', own: true, author: 'me', state: 'pending' }));
    log.add(message({ id: '5' }));
    expect(log.records(2).map(({ id }) => id)).to.deep.equal(['4', '5']);
    expect(log.records(9).map(({ id }) => id)).to.deep.equal(['1', '4', '5']);
    expect(log.records(0)).to.deep.equal([]);
    expect(log.records(1)).to.deep.equal([{ id: '5', text: 'hi', time: T, name: 'Ada', from: 'ada' }]);
  });

  it('forgets the oldest when there are too many', () => {
    for (let i = 0; i < MAX_ENTRIES + 20; i++) log.add(message({ id: `n${i}`, text: `${i}` }));
    expect(log.entries).to.have.length(MAX_ENTRIES);
    expect(texts(log)[0]).to.equal('20');
    expect(log.merge([record('old', T - 1)], 'bo', null)).to.deep.equal([]);
    expect(log.entries).to.have.length(MAX_ENTRIES);
  });

  it('clears', () => {
    log.add(message({ id: 'x' }));
    log.joined('bo', 'Bo', T);
    log.clear();
    expect(log.entries).to.deep.equal([]);
    expect(log.messages).to.deep.equal([]);
    expect(log.add(message({ id: 'x' }))).not.to.equal(null);
  });

  describe('comings and goings', () => {
    it('are gathered', () => {
      log.joined('a', 'Ada', T);
      log.joined('b', 'Bo', T + 1);
      log.left('c', 'Cy', T + 2);
      expect(notices(log)).to.have.length(1);
      expect([...notices(log)[0]!.joined.values()]).to.deep.equal(['Ada', 'Bo']);
      expect([...notices(log)[0]!.left.values()]).to.deep.equal(['Cy']);
    });

    it('start anew after a message and after a while', () => {
      log.joined('a', 'Ada', T);
      log.add(message());
      log.joined('b', 'Bo', T);
      log.joined('c', 'Cy', T + GROUP_MS);
      expect(notices(log)).to.have.length(3);
    });

    it('do not tell of one who was away for a moment', () => {
      log.left('a', 'Ada', T);
      log.joined('a', 'Ada', T + 1);
      expect(log.entries).to.deep.equal([]);
    });

    it('tell of one who came and went', () => {
      log.joined('a', 'Ada', T);
      log.left('a', 'Ada', T + 1);
      expect([...notices(log)[0]!.joined.keys()]).to.deep.equal([]);
      expect([...notices(log)[0]!.left.keys()]).to.deep.equal(['a']);
    });

    it('tell of new names, from the first to the last', () => {
      log.renamed('a', 'Ada', 'Ida', T);
      log.renamed('a', 'Ida', 'Eda', T);
      expect(notices(log)[0]!.renamed.get('a')).to.deep.equal({ before: 'Ada', after: 'Eda' });
      log.renamed('a', 'Eda', 'Ada', T);
      expect(log.entries).to.deep.equal([]);
    });

    it('name one who just came by the new name', () => {
      log.joined('a', '', T);
      log.renamed('a', '', 'Ada', T);
      expect([...notices(log)[0]!.joined.values()]).to.deep.equal(['Ada']);
      expect(notices(log)[0]!.renamed.size).to.equal(0);
    });

    it('stay few in a crowd', () => {
      for (let i = 0; i < 5000; i++) {
        log.joined(`p${i}`, 'x', T);
        log.left(`p${i}`, 'x', T);
      }
      expect(log.entries).to.have.length(1);
      expect(notices(log)[0]!.left.size).to.equal(50);
    });

    it('count among the entries that are kept', () => {
      for (let i = 0; i < MAX_ENTRIES + 5; i++) log.joined(`p${i}`, 'x', T + i * GROUP_MS);
      expect(log.entries).to.have.length(MAX_ENTRIES);
    });
  });

  describe('laid out', () => {
    const flags = (unread: string | null = null): string[] =>
      layOut(log.entries, unread).map((row) =>
        [row.day && 'day', row.told, row.unread && 'unread', row.first && 'first', row.last && 'last']
          .filter(Boolean)
          .join(' '),
      );

    it('draws messages of one author together', () => {
      for (const author of ['a', 'a', 'a', 'b', 'a']) log.add(message({ author }));
      expect(flags()).to.deep.equal(['day first', '', 'last', 'first last', 'first last']);
    });

    it('does not after five minutes', () => {
      log.add(message({ time: T }));
      log.add(message({ time: T + GROUP_MS - 1 }));
      log.add(message({ time: T + 2 * GROUP_MS - 1 }));
      expect(flags()).to.deep.equal(['day first', 'last', 'first last']);
    });

    it('does not over midnight', () => {
      const midnight = new Date(2026, 5, 2).getTime();
      log.add(message({ time: midnight - 1000 }));
      log.add(message({ time: midnight }));
      expect(flags()).to.deep.equal(['day first last', 'day first last']);
    });

    it('does not over a line about people', () => {
      log.add(message());
      log.joined('b', 'Bo', T);
      log.add(message());
      expect(flags()).to.deep.equal(['day first last', 'first last', 'first last']);
    });

    it('does not over the mark of what is unread', () => {
      log.add(message({ id: '1' }));
      log.add(message({ id: '2' }));
      expect(flags('ada/2')).to.deep.equal(['day first last', 'unread first last']);
    });

    it('says once who told', () => {
      log.merge([record('1', T), record('2', T)], 'bo', null);
      log.add(message());
      expect(flags()).to.deep.equal(['day bo first', 'last', 'first last']);
    });

    it('keeps what the author said from what is told of them', () => {
      log.merge([record('1', T)], 'bo', null);
      log.add(message());
      expect(flags()[1]).to.equal('first last');
    });
  });
});
