import { expect } from '@open-wc/testing';
import { HistoryQuest, PATIENCE_MS } from '../../components/chat-history.js';

describe('the quest for a history', () => {
  let asked: string[];
  let quest: HistoryQuest;
  let timers: (() => void)[];
  const { setTimeout: realSetTimeout } = globalThis;

  beforeEach(() => {
    asked = [];
    timers = [];
    globalThis.setTimeout = ((act: () => void, delay: number) => {
      return delay === PATIENCE_MS ? timers.push(act) : realSetTimeout(act, delay);
    }) as unknown as typeof setTimeout;
    quest = new HistoryQuest((id) => asked.push(id));
  });

  afterEach(() => {
    globalThis.setTimeout = realSetTimeout;
  });

  it('asks one of those who are there', () => {
    for (const id of ['a', 'b', 'c']) quest.offer(id);
    expect(asked).to.deep.equal(['a']);
    expect(['a', 'b'].map((id) => quest.expects(id))).to.deep.equal([true, false]);
  });

  it('is content with an answer', () => {
    quest.offer('a');
    quest.offer('b');
    quest.answered('a', true);
    quest.offer('c');
    expect(asked).to.deep.equal(['a']);
    expect(quest.expects('a')).to.equal(false);
  });

  it('asks the next after an empty answer', () => {
    quest.offer('a');
    quest.offer('b');
    quest.answered('a', false);
    quest.answered('b', false);
    quest.offer('c');
    expect(asked).to.deep.equal(['a', 'b', 'c']);
  });

  it('asks the next when the one asked leaves', () => {
    quest.offer('a');
    quest.offer('b');
    quest.offer('c');
    quest.gone('b');
    quest.gone('a');
    expect(asked).to.deep.equal(['a', 'c']);
  });

  it('asks the next when the one asked keeps silent, whose late answer still counts', () => {
    quest.offer('a');
    timers[0]?.();
    quest.offer('b');
    expect(asked).to.deep.equal(['a', 'b']);
    expect(quest.expects('a')).to.equal(true);
    quest.answered('a', false);
    quest.offer('c');
    expect(asked).to.deep.equal(['a', 'b']);
    quest.answered('b', false);
    expect(asked).to.deep.equal(['a', 'b', 'c']);
  });

  it('asks nobody twice at once, and again one who came back', () => {
    quest.offer('a');
    quest.offer('a');
    expect(asked).to.deep.equal(['a']);
    quest.gone('a');
    quest.offer('a');
    expect(asked).to.deep.equal(['a', 'a']);
  });

  it('starts anew', () => {
    quest.offer('a');
    quest.answered('a', true);
    quest.reset();
    quest.offer('b');
    expect(asked).to.deep.equal(['a', 'b']);
    quest.reset();
    expect(quest.expects('b')).to.equal(false);
  });
});
