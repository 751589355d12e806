import { expect } from '@open-wc/testing';
import type { PeerChatElement } from '../../components/peer-chat.js';
import { once, until } from '../support/until.js';
import { $, $$, type FakeSource, mount, register, said, type } from './chat-fake.js';

register();

describe('The log of a <peer-chat>', () => {
  let source: FakeSource;
  let chat: PeerChatElement;
  let log: HTMLElement;

  const isAtEnd = (): boolean => log.scrollHeight - log.scrollTop - log.clientHeight < 2;
  const fill = async (count = 40): Promise<void> => {
    for (let i = 0; i < count; i++) source.hear('ada', `line ${i}`);
    await chat.updateComplete;
  };
  const scrollTo = async (top: number): Promise<void> => {
    const scrolled = once(log, 'scroll');
    log.scrollTop = top;
    await scrolled;
  };

  beforeEach(async () => {
    ({ source, chat } = await mount());
    source.enter('me').meet('ada', 'Ada');
    log = $(chat, '.log');
  });

  it('shows its end and follows what is said', async () => {
    await fill();
    expect(log.scrollHeight).to.be.above(log.clientHeight);
    expect(isAtEnd()).to.equal(true);
    source.hear('ada', 'more');
    await chat.updateComplete;
    expect(isAtEnd()).to.equal(true);
    expect($(chat, '.unread')).to.equal(null);
  });

  it('stays where the reader is, and says what is new', async () => {
    await fill();
    await scrollTo(40);
    for (const text of ['1', '2', '3']) source.hear('ada', text);
    await chat.updateComplete;
    expect(log.scrollTop).to.equal(40);
    expect(said(chat, '.unread')[0]).to.match(/^3 new/);
    expect(said(chat, '.new')).to.deep.equal(['New messages']);
    expect($(chat, '.new').nextElementSibling?.querySelector('.bubble')?.textContent).to.equal('1');
  });

  it('stays where the reader went a moment ago', async () => {
    await fill();
    log.scrollTop = 40;
    source.hear('ada', 'new');
    await chat.updateComplete;
    expect(log.scrollTop).to.equal(40);
    expect(said(chat, '.unread')[0]).to.match(/^1 new/);
  });

  it('leads to the end with the button, which goes then; the line stays', async () => {
    await fill();
    await scrollTo(0);
    source.hear('ada', 'new');
    await chat.updateComplete;
    $(chat, '.unread').click();
    await until(() => isAtEnd() && !$(chat, '.unread'));
    expect($$(chat, '.new')).to.have.length(1);
    expect(chat.shadowRoot!.activeElement).to.equal(log);
    source.hear('ada', 'seen');
    await chat.updateComplete;
    expect(isAtEnd()).to.equal(true);
    expect($(chat, '.unread')).to.equal(null);
  });

  it('marks the first of the new ones anew when the reader goes up again', async () => {
    await fill();
    await scrollTo(0);
    source.hear('ada', 'one');
    await chat.updateComplete;
    await scrollTo(log.scrollHeight);
    await until(() => !$(chat, '.unread'));
    await scrollTo(0);
    source.hear('ada', 'two');
    await chat.updateComplete;
    expect(said(chat, '.unread')[0]).to.match(/^1 new/);
    expect($(chat, '.new').nextElementSibling?.querySelector('.bubble')?.textContent).to.equal('two');
  });

  it('goes to the end with an own message', async () => {
    await fill();
    await scrollTo(0);
    source.hear('ada', 'new');
    await type(chat, 'mine');
    $(chat, '.send').click();
    await chat.updateComplete;
    expect(isAtEnd()).to.equal(true);
    expect($(chat, '.unread')).to.equal(null);
    expect($(chat, '.new')).to.equal(null);
  });

  it('stays at its end when its size changes', async () => {
    await fill();
    chat.style.height = '280px';
    await until(isAtEnd);
    await type(chat, 'a\nb\nc\nd\ne');
    await until(isAtEnd);
  });

  it('does not count what others tell of earlier times', async () => {
    await fill();
    await scrollTo(0);
    const messages = [{ id: 'x', from: 'bo', text: 'old', name: '', time: Date.now() - 86_400_000 }];
    source.receive('ada', { messages }, 'peer-chat-history');
    await chat.updateComplete;
    expect($(chat, '.unread')).to.equal(null);
    expect(chat.messages[0]?.text).to.equal('old');
  });

  it('has nothing unread when it is cleared', async () => {
    await fill();
    await scrollTo(0);
    source.hear('ada', 'new');
    chat.clear();
    await chat.updateComplete;
    expect($(chat, '.unread')).to.equal(null);
    await fill();
    expect(isAtEnd()).to.equal(true);
  });

  it('can be scrolled by keyboard', () => {
    expect(log.tabIndex).to.equal(0);
    log.focus();
    expect(chat.shadowRoot!.activeElement).to.equal(log);
  });
});
