import { expect } from '@open-wc/testing';
import { PATIENCE_MS } from '../../components/chat-history.js';
import type { PeerChatElement } from '../../components/peer-chat.js';
import { record, until } from '../support/until.js';
import { type FakeSource, idOf, mount, register, said } from './chat-fake.js';

register();

const texts = (chat: PeerChatElement): string[] => chat.messages.map(({ text }) => text);
const past = (id: string, time = Date.now() - 60_000, from = 'ada') => ({
  id,
  text: id,
  time,
  name: '',
  from: idOf(from),
});

describe('The history of a <peer-chat>', () => {
  let source: FakeSource;
  let chat: PeerChatElement;

  const questions = (): unknown[] => source.sentAs('peer-chat-history').map(({ to }) => to);
  const answer = (name: string, ...messages: unknown[]): void =>
    source.receive(name, { messages }, 'peer-chat-history');

  beforeEach(async () => {
    ({ source, chat } = await mount());
  });

  it('reaches a newcomer, in order and with its authors', async () => {
    source.displayName = 'Ada';
    source.enter('ada');
    await chat.post('1');
    await chat.post('2');
    const bo = await mount();
    bo.source.enter('bo', [source]);
    await bo.chat.post('3');
    const cy = await mount();
    const heard = record<{ message: { text: string } }>(cy.chat, 'message');
    cy.source.enter('cy', [source, bo.source]);
    expect(texts(bo.chat)).to.deep.equal(['1', '2', '3']);
    expect(texts(cy.chat)).to.deep.equal(['1', '2', '3']);
    expect(cy.chat.messages.map(({ author }) => author)).to.deep.equal(['ada', 'ada', 'bo'].map(idOf));
    expect(cy.chat.messages.map(({ relayed, own }) => [relayed, own])).to.deep.equal(
      Array(3).fill([idOf('ada'), false]),
    );
    expect(heard).to.have.length(3);
    expect(cy.source.sentAs('peer-chat-history')).to.have.length(1);
    await cy.chat.updateComplete;
    expect(said(cy.chat, '.system')).to.deep.equal(['Earlier messages, told by Ada']);
    source.leave();
    await cy.chat.updateComplete;
    expect(said(cy.chat, '.system')[0]).to.equal('Earlier messages, told by Ada');
  });

  it('is no longer than the newcomer asks for, nor than those who tell it keep', async () => {
    chat.history = 3;
    source.enter('ada');
    for (const text of ['1', '2', '3', '4']) await chat.post(text);
    const two = await mount('history="2"');
    two.source.enter('bo', [source]);
    expect(texts(two.chat)).to.deep.equal(['3', '4']);
    const many = await mount('history="100"');
    many.source.enter('cy', [source]);
    expect(texts(many.chat)).to.deep.equal(['2', '3', '4']);
  });

  it('is neither asked for nor told when it is 0', async () => {
    chat.history = 0;
    source.enter('ada');
    await chat.post('1');
    const bo = await mount('history="0"');
    bo.source.enter('bo', [source]);
    expect(bo.source.sentAs('peer-chat-history')).to.deep.equal([]);
    const cy = await mount();
    cy.source.enter('cy', [source]);
    expect(texts(cy.chat)).to.deep.equal([]);
  });

  it('is told to nobody but who asks', async () => {
    source.enter('me').meet('ada');
    await chat.post('1');
    source.receive('ada', { want: 5 }, 'peer-chat-history');
    const [question, told] = source.sentAs('peer-chat-history');
    expect(question?.to).to.equal(idOf('ada'));
    expect(told?.to).to.equal(idOf('ada'));
    expect(told?.data).to.deep.include({
      messages: [{ ...past('1', chat.messages[0]!.time, 'me'), id: chat.messages[0]!.id }],
    });
  });

  it('is not told again and again', () => {
    source.enter('me').meet('ada');
    const before = source.sent.length;
    for (let i = 0; i < 100; i++) source.receive('ada', { want: 200 }, 'peer-chat-history');
    expect(source.sent.length - before).to.equal(1);
  });

  it('is asked of the next when one has nothing', () => {
    source.enter('me').meet('ada');
    source.meet('bo');
    source.meet('cy');
    expect(questions()).to.deep.equal([idOf('ada')]);
    answer('ada');
    answer('bo', { nonsense: true });
    expect(questions()).to.deep.equal(['ada', 'bo', 'cy'].map(idOf));
    answer('cy', past('1'));
    expect(texts(chat)).to.deep.equal(['1']);
    source.meet('di');
    expect(questions()).to.have.length(3);
  });

  it('is asked of the next when one leaves', () => {
    source.enter('me').meet('ada');
    source.meet('bo');
    source.lose('ada');
    expect(questions()).to.deep.equal(['ada', 'bo'].map(idOf));
  });

  it('is asked of the next when one keeps silent', async () => {
    source.enter('me').meet('ada');
    source.meet('bo');
    await until(() => questions().length === 2, { timeout: PATIENCE_MS * 2 });
    answer('ada', past('late'));
    expect(texts(chat)).to.deep.equal(['late']);
  });

  it('is asked of the next even when the question cannot be sent', async () => {
    source.outcome = () => {
      throw new DOMException('closed', 'InvalidStateError');
    };
    source.enter('me').meet('ada');
    source.meet('bo');
    source.lose('ada');
    await chat.updateComplete;
    expect(questions()).to.deep.equal(['ada', 'bo'].map(idOf));
  });

  it('is not asked of newcomers once somebody has spoken', () => {
    source.enter('me').meet('ada');
    answer('ada');
    source.hear('ada', 'hello');
    source.meet('bo');
    expect(questions()).to.deep.equal([idOf('ada')]);
  });

  it('is asked of those who were there when the chat came later than its group', async () => {
    const late = document.createElement('peer-chat');
    source.meet('ada');
    source.peers.set(idOf('bo'), { id: idOf('bo'), displayName: '', state: 'new' });
    source.enter('me');
    source.sent.length = 0;
    source.append(late);
    await late.updateComplete;
    expect(questions()).to.deep.equal([idOf('ada')]);
    late.remove();
  });

  it('comes from nobody who was not asked, and once from who was', () => {
    source.enter('me').meet('ada');
    source.meet('mal');
    answer('mal', past('unasked'));
    answer('ada', past('1'));
    answer('ada', past('2'));
    expect(texts(chat)).to.deep.equal(['1']);
  });

  it('never grows beyond what was asked for', () => {
    source.enter('me').meet('ada');
    answer('ada', ...Array.from({ length: 3000 }, (_, i) => past(`${i}`)));
    expect(chat.messages).to.have.length(50);
    expect(texts(chat).at(-1)).to.equal('2999');
  });

  it('leaves what was heard before in its place', () => {
    source.enter('me').meet('ada');
    source.hear('ada', 'live', Date.now(), 'live');
    answer('ada', past('b', Date.now() - 1000), past('a', Date.now() - 2000), {
      ...past('live'),
      text: 'forged',
    });
    expect(texts(chat)).to.deep.equal(['a', 'b', 'live']);
  });

  it('knows our own messages of an earlier visit', () => {
    source.enter('me').meet('ada');
    answer('ada', past('mine', Date.now() - 5000, 'me'));
    expect(chat.messages[0]).to.include({ own: true, relayed: idOf('ada') });
  });

  it('is asked for again after a new join, and nothing is there twice', () => {
    source.enter('me').meet('ada');
    answer('ada', past('1'));
    source.leave();
    source.enter('me').meet('ada');
    expect(questions()).to.deep.equal([idOf('ada'), idOf('ada')]);
    answer('ada', past('1'), past('2'));
    expect(texts(chat)).to.deep.equal(['1', '2']);
  });

  it('stays in its room', async () => {
    source.enter('me');
    await chat.post('secret');
    source.leave();
    expect(texts(chat)).to.deep.equal(['secret']);
    source.enter('me', [], 'another room');
    expect(texts(chat)).to.deep.equal([]);
    source.receive('ada', { want: 9 }, 'peer-chat-history');
    expect(source.sentAs('peer-chat-history').at(-1)?.data).to.deep.equal({ messages: [] });
  });

  it('stays in its group', async () => {
    source.enter('me');
    await chat.post('secret');
    const other = await mount();
    other.source.append(chat);
    await chat.updateComplete;
    expect(texts(chat)).to.deep.equal([]);
  });

  it('survives a move out of the group and back', async () => {
    source.enter('me');
    await chat.post('kept');
    chat.remove();
    await Promise.resolve();
    expect(texts(chat)).to.deep.equal(['kept']);
    source.append(chat);
    expect(texts(chat)).to.deep.equal(['kept']);
  });
});
