/** The chat between real groups and pairs; the other chat tests use a fake source. */
import { expect, fixture, html } from '@open-wc/testing';
import '../../components/define.js';
import type { PeerChatElement } from '../../components/peer-chat.js';
import { closeAll, joined, makeRoom, meshed, otherPage, uniqueName } from '../support/sources.js';
import { once, until } from '../support/until.js';

const chatIn = async (room: string, name = ''): Promise<PeerChatElement> => {
  const group = await fixture(html`
    <peer-group room=${room} name=${name} .signaling=${otherPage()}><peer-chat></peer-chat></peer-group>
  `);
  return group.querySelector('peer-chat')!;
};

const texts = (chat: PeerChatElement): string[] => chat.messages.map(({ text }) => text);
const shown = (chat: PeerChatElement): string =>
  chat.shadowRoot?.querySelector('[role=log]')?.textContent ?? '';
const has = (chat: PeerChatElement, ...expected: string[]): Promise<true> =>
  until(() => JSON.stringify(texts(chat)) === JSON.stringify(expected), { what: expected.join(', ') });

describe('<peer-chat> in a <peer-group>', () => {
  afterEach(closeAll);

  it('talks, and shows who said what', async () => {
    const room = uniqueName();
    const [ada, linus] = [await chatIn(room, 'Ada'), await chatIn(room, 'Linus')];
    await ada.post('Tea?');
    await has(linus, 'Tea?');
    await linus.post('Coffee.');
    await has(ada, 'Tea?', 'Coffee.');
    expect(linus.messages.map(({ name, own }) => [name, own])).to.deep.equal([
      ['Ada', false],
      ['Linus', true],
    ]);
    await until(() => shown(ada).includes('Linus') && shown(ada).includes('Coffee.'), {
      what: 'it on the screen',
    });
  });

  it('sends what was written before anybody could hear it', async () => {
    const room = uniqueName();
    const ada = await chatIn(room, 'Ada');
    void ada.post('First!');
    const linus = await chatIn(room, 'Linus');
    await has(linus, 'First!');
  });

  it('gives a late joiner the history, once, whoever tells it', async () => {
    const room = uniqueName();
    const [ada, linus] = [await chatIn(room, 'Ada'), await chatIn(room, 'Linus')];
    await ada.post('one');
    await has(linus, 'one');
    await linus.post('two');
    await has(ada, 'one', 'two');
    const late = await chatIn(room, 'Late');
    await has(late, 'one', 'two');
    await ada.post('three');
    await has(late, 'one', 'two', 'three');
    expect(late.messages.map(({ name }) => name)).to.deep.equal(['Ada', 'Linus', 'Ada']);
  });

  it('changes a name for everyone', async () => {
    const room = uniqueName();
    const [ada, other] = [await chatIn(room), makeRoom({ room })];
    const { detail } = await once<{ peer: { displayName: string } }>(other, 'peer');
    const source = ada.closest('peer-group');
    if (source) source.displayName = 'Ada';
    await once(other, 'profile');
    expect(detail.peer.displayName).to.equal('Ada');
  });

  it('marks a message that was not delivered, and sends it again on demand', async () => {
    const room = uniqueName();
    const chat = await chatIn(room);
    const group = chat.closest('peer-group');
    await joined(group!);
    group?.close();
    const refused: unknown = await chat.post('too late').catch((error: unknown) => error);
    expect(refused).to.be.an.instanceOf(DOMException);
    expect(chat.messages[0]?.state).to.equal('failed');
    group?.connect();
    const other = await chatIn(room);
    await meshed(group!, other.closest('peer-group')!);
    const retry = await until(() => chat.shadowRoot?.querySelector<HTMLElement>('[part~=retry]'), {
      what: 'a button',
    });
    retry.click();
    await has(other, 'too late');
    expect(chat.messages.map(({ state }) => state)).to.deep.equal(['delivered']);
  });

  it('works in a <peer-pair> as well', async () => {
    const code = uniqueName();
    const pairs: Element[] = [];
    for (const name of ['Ada', 'Linus']) {
      const pair = await fixture(html`
        <peer-pair code=${code} name=${name} .signaling=${otherPage()}><peer-chat></peer-chat></peer-pair>
      `);
      pairs.push(pair);
    }
    const [a, b] = pairs.map((pair) => pair.querySelector('peer-chat')) as [PeerChatElement, PeerChatElement];
    await a.post('just us');
    await has(b, 'just us');
    await expect(b).to.be.accessible();
  });
});
