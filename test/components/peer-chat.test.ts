import { expect, fixture } from '@open-wc/testing';
import { PeerChatElement } from '../../components/peer-chat.js';
import { PeerError } from '../../src/errors.js';
import { once, record } from '../support/until.js';
import { $, $$, type FakeSource, idOf, mount, press, register, said, type } from './chat-fake.js';

register();

const minutes = (n: number): number => Date.now() - n * 60_000;

describe('<peer-chat>', () => {
  let source: FakeSource;
  let chat: PeerChatElement;

  beforeEach(async () => {
    ({ source, chat } = await mount());
  });

  describe('says what it waits for', () => {
    const status = async (): Promise<string> => {
      await chat.updateComplete;
      return said(chat, '.empty').join() || said(chat, '.status').join();
    };

    it('in every state of its source', async () => {
      expect(await status()).to.equal('Not connected');
      source.turn('connecting');
      expect(await status()).to.equal('Connecting…');
      source.enter('me');
      expect(await status()).to.equal('Nobody else is here yet');
      source.meet('ada', 'Ada');
      expect(await status()).to.equal('');
      source.turn('disconnected');
      expect(await status()).to.equal('Reconnecting…');
      source.turn('failed', new PeerError('room-full', 'The room is full.'));
      expect(await status()).to.equal('The room is full.');
      source.turn('failed');
      expect(await status()).to.equal('Not connected');
      source.turn('closed');
      expect(await status()).to.equal('This conversation is closed');
    });

    it('and takes nothing more once it is over, until it goes on', async () => {
      source.enter('me');
      for (const [state, readOnly] of [
        ['failed', true],
        ['connecting', false],
        ['closed', true],
        ['connected', false],
      ] as const) {
        source.turn(state);
        await chat.updateComplete;
        expect($<HTMLTextAreaElement>(chat, 'textarea').readOnly, state).to.equal(readOnly);
      }
    });

    it('when two others hold the pair', async () => {
      ({ source, chat } = await mount('', 'peer-pair'));
      source.turn('failed', new PeerError('busy', 'busy'));
      expect(await status()).to.equal('Two others are already talking here');
    });

    it('when nobody has said anything', async () => {
      source.peers.set(idOf('ada'), { id: idOf('ada'), displayName: 'Ada', state: 'connected' });
      source.enter('me');
      expect(await status()).to.equal('No messages yet');
    });

    it('without a source', async () => {
      chat = await fixture<PeerChatElement>('<peer-chat></peer-chat>');
      expect(await status()).to.equal('Not connected');
      expect($(chat, '.me')).to.equal(null);
      expect($<HTMLButtonElement>(chat, '.send').disabled).to.equal(true);
    });

    it('in a dot that has a name', async () => {
      expect($(chat, '.dot').getAttribute('aria-label')).to.equal('Not connected');
      source.enter('me');
      await chat.updateComplete;
      expect($(chat, '.dot').getAttribute('aria-label')).to.equal('Connected');
    });
  });

  describe('draws', () => {
    beforeEach(() => source.enter('me'));

    it('own messages on one side, others on the other', async () => {
      source.meet('ada', 'Ada');
      source.hear('ada', 'hello');
      await chat.post('hi');
      await chat.updateComplete;
      expect(said(chat, '.other .bubble')).to.deep.equal(['hello']);
      expect(said(chat, '.own .bubble')).to.deep.equal(['hi']);
      expect(said(chat, '.name')).to.deep.equal(['Ada']);
      expect(said(chat, '.avatar')).to.deep.equal(['A']);
    });

    it('the name and time of consecutive messages once', async () => {
      source.meet('ada', 'Ada');
      for (const text of ['1', '2', '3']) source.hear('ada', text);
      source.meet('b7q2');
      source.hear('b7q2', '4');
      await chat.updateComplete;
      expect(said(chat, '.name')).to.deep.equal(['Ada', 'Guest b7q2']);
      expect($$(chat, '.message time')).to.have.length(2);
      expect($$(chat, '.bubble')).to.have.length(4);
    });

    it('times that machines can read', async () => {
      source.hear('ada', 'hello');
      await chat.updateComplete;
      const time = $<HTMLTimeElement>(chat, 'time');
      expect(new Date(time.dateTime).getTime()).to.equal(chat.messages[0]?.time);
    });

    it('a line above each day', async () => {
      source.hear('ada', 'long ago', Date.UTC(2024, 1, 29, 12));
      source.hear('ada', 'yesterday', minutes(24 * 60));
      source.hear('ada', 'today');
      await chat.updateComplete;
      const days = said(chat, '.day');
      expect(days).to.have.length(3);
      expect(days[0]).to.contain('29');
      expect(days.slice(1)).to.deep.equal(['Yesterday', 'Today']);
    });

    it('comings, goings and new names as lines', async () => {
      source.meet('ada', 'Ada');
      source.meet('b7q2');
      await chat.updateComplete;
      expect(said(chat, '.system')).to.deep.equal(['Ada and Guest b7q2 joined']);
      source.hear('ada', 'hello');
      source.rename('b7q2', 'Bo');
      source.lose('ada');
      await chat.updateComplete;
      expect(said(chat, '.system')[1]).to.equal('Guest b7q2 is now Bo · Ada left');
    });

    it('no line about those who were there before', async () => {
      const first = document.createElement('peer-group') as unknown as FakeSource;
      first.enter('ada');
      ({ source, chat } = await mount());
      source.enter('me', [first]);
      await chat.updateComplete;
      expect(said(chat, '.system')).to.deep.equal([]);
      first.displayName = 'Ada';
      await chat.updateComplete;
      expect(said(chat, '.system')).to.deep.equal([]);
      first.leave();
      await chat.updateComplete;
      expect(said(chat, '.system')).to.deep.equal(['Ada left']);
    });

    it('no line about a profile whose name is the same, or of one it does not know', async () => {
      source.meet('ada', 'Ada');
      source.rename('ada', 'Ada');
      source.fire('profile', { peer: { id: 'x', displayName: 'X' } });
      source.fire('leave', { peer: { id: 'x', displayName: 'X' } });
      await chat.updateComplete;
      expect(said(chat, '.system')).to.deep.equal(['Ada joined']);
    });

    it('links as links', async () => {
      source.hear('ada', 'see https://example.org/a?b=c, or javascript:alert(1)');
      await chat.updateComplete;
      const link = $<HTMLAnchorElement>(chat, '.bubble a');
      expect($$(chat, '.bubble a')).to.have.length(1);
      expect(link.getAttribute('href')).to.equal('https://example.org/a?b=c');
      expect(link.rel).to.equal('noopener noreferrer nofollow');
      expect(link.target).to.equal('_blank');
      expect($(chat, '.bubble').textContent).to.equal(
        'see https://example.org/a?b=c, or javascript:alert(1)',
      );
    });

    it('white space as it was written, and emoji large', async () => {
      await chat.post('a\n  b\n\nc');
      await chat.post('👋');
      await chat.updateComplete;
      const [lines, emoji] = $$(chat, '.bubble');
      expect(lines?.textContent).to.equal('a\n  b\n\nc');
      expect(getComputedStyle(lines!).whiteSpace).to.contain('pre-wrap');
      expect(emoji?.classList.contains('emoji')).to.equal(true);
      expect(lines?.classList.contains('emoji')).to.equal(false);
    });

    it('nothing wider than itself', async () => {
      chat.style.width = '240px';
      source.meet('ada', 'N'.repeat(200));
      source.hear('ada', 'w'.repeat(5000));
      await chat.post('v'.repeat(500));
      await chat.updateComplete;
      for (const element of $$(chat, '.log *, .header *')) {
        expect(element.getBoundingClientRect().right, element.className).to.be.at.most(
          chat.getBoundingClientRect().right + 1,
        );
      }
      expect($(chat, '.log').scrollWidth).to.equal($(chat, '.log').clientWidth);
    });
  });

  describe('sends', () => {
    beforeEach(() => source.enter('me'));

    it('what is typed, with Enter', async () => {
      source.displayName = 'Me';
      await type(chat, ' hello\nthere ');
      expect(await press($(chat, 'textarea'), 'Enter')).to.equal(false);
      await chat.updateComplete;
      const [sent] = source.sentAs('peer-chat');
      expect(sent?.to).to.equal(undefined);
      expect(sent?.data).to.include({ text: 'hello\nthere', name: 'Me' });
      expect(sent?.data).to.have.all.keys('id', 'text', 'time', 'name');
      expect($<HTMLTextAreaElement>(chat, 'textarea').value).to.equal('');
      expect(chat.shadowRoot!.activeElement).to.equal($(chat, 'textarea'));
    });

    it('with the button', async () => {
      const button = $<HTMLButtonElement>(chat, '.send');
      expect(button.disabled).to.equal(true);
      await type(chat, ' \n ');
      expect(button.disabled).to.equal(true);
      await type(chat, 'hello');
      expect(button.disabled).to.equal(false);
      button.focus();
      button.click();
      await chat.updateComplete;
      expect(source.sentAs('peer-chat')).to.have.length(1);
      expect(button.disabled).to.equal(true);
      expect(chat.shadowRoot!.activeElement).to.equal($(chat, 'textarea'));
    });

    it('nothing with Shift+Enter, while composing, with other keys or when there is nothing', async () => {
      const input = $(chat, 'textarea');
      await press(input, 'Enter');
      await type(chat, 'hello');
      expect(await press(input, 'Enter', { shiftKey: true })).to.equal(true);
      expect(await press(input, 'Enter', { isComposing: true })).to.equal(true);
      expect(await press(input, 'Enter', { keyCode: 229 })).to.equal(true);
      expect(await press(input, 'a')).to.equal(true);
      expect(source.sent).to.deep.equal([]);
    });

    it('nothing while readonly, except by script', async () => {
      chat.readonly = true;
      await type(chat, 'hello');
      await press($(chat, 'textarea'), 'Enter');
      expect(source.sent).to.deep.equal([]);
      expect($<HTMLButtonElement>(chat, '.send').disabled).to.equal(true);
      expect($<HTMLTextAreaElement>(chat, 'textarea').readOnly).to.equal(true);
      expect($<HTMLTextAreaElement>(chat, 'textarea').placeholder).to.equal('You can read along here');
      await chat.post('hello');
      expect(source.sent).to.have.length(1);
    });

    it('and grows with the text, within limits', async () => {
      const height = (): number => $(chat, 'textarea').offsetHeight;
      const one = height();
      await type(chat, 'a\nb\nc');
      const three = height();
      await type(chat, 'a\n'.repeat(40));
      const many = height();
      expect(three).to.be.above(one + 20);
      expect(many).to.be.within(three + 20, one + 160);
      await type(chat, '');
      expect(height()).to.equal(one);
    });

    it('keeps what is typed while there is no source', async () => {
      source.replaceWith(chat);
      await type(chat, 'hello');
      await press($(chat, 'textarea'), 'Enter');
      await chat.updateComplete;
      expect($<HTMLTextAreaElement>(chat, 'textarea').value).to.equal('hello');
    });
  });

  describe('marks', () => {
    it('a message as pending until it is on its way', async () => {
      let resolve = (): void => undefined;
      source.outcome = () => new Promise<void>((done) => (resolve = done));
      source.turn('connecting');
      const posted = chat.post('hello');
      await chat.updateComplete;
      expect(chat.messages[0]).to.include({ state: 'pending', author: '', own: true });
      expect(said(chat, '.pending')).to.deep.equal(['Sending…']);
      source.enter('me');
      expect(chat.messages[0]?.author).to.equal(idOf('me'));
      resolve();
      await posted;
      await chat.updateComplete;
      expect(chat.messages[0]?.state).to.equal('delivered');
      expect($(chat, '.pending')).to.equal(null);
    });

    it('a message as failed, and sends the same again on demand', async () => {
      source.enter('me');
      source.outcome = () => Promise.reject(new PeerError('timeout', 'too late'));
      const error = await chat.post('hello').catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(PeerError);
      await chat.updateComplete;
      expect(said(chat, '.failed')).to.deep.equal(['Not delivered · Try again']);
      source.outcome = () => Promise.resolve();
      $(chat, '.failed button').click();
      expect(chat.messages[0]?.state).to.equal('pending');
      await Promise.resolve().then(() => chat.updateComplete);
      await chat.updateComplete;
      expect($(chat, '.failed')).to.equal(null);
      expect(chat.messages).to.have.length(1);
      const [first, second] = source.sentAs('peer-chat');
      expect(second?.data).to.deep.equal(first?.data);
    });

    it('it as failed again when it fails again', async () => {
      source.outcome = () => Promise.reject(new PeerError('gone', 'gone'));
      await chat.post('hello').catch(() => undefined);
      await chat.updateComplete;
      $(chat, '.failed button').click();
      expect(chat.messages[0]?.state).to.equal('pending');
      await new Promise((resolve) => setTimeout(resolve));
      expect(chat.messages[0]?.state).to.equal('failed');
    });

    it('it as failed when the source refuses at once', async () => {
      source.outcome = () => {
        throw new DOMException('closed', 'InvalidStateError');
      };
      const error = (await chat.post('hello').catch((reason: unknown) => reason)) as DOMException;
      expect(error.name).to.equal('InvalidStateError');
      expect(chat.messages[0]?.state).to.equal('failed');
    });

    it('nothing when only those missed it who have left', async () => {
      source.enter('me').meet('ada');
      source.outcome = () => Promise.reject(new PeerError('gone', 'left', { peers: [idOf('bo')] }));
      await chat.post('hello');
      expect(chat.messages[0]?.state).to.equal('delivered');
      source.outcome = () => Promise.reject(new PeerError('gone', 'x', { peers: [idOf('bo'), idOf('ada')] }));
      await chat.post('hello').catch(() => undefined);
      expect(chat.messages[1]?.state).to.equal('failed');
    });

    it('nothing that is not there any more', async () => {
      source.outcome = () => Promise.reject(new PeerError('timeout', 'late'));
      const posted = chat.post('hello');
      chat.clear();
      await posted.catch(() => undefined);
      expect(chat.messages).to.deep.equal([]);
    });
  });

  describe('post()', () => {
    it('wants a text', () => {
      for (const empty of ['', ' \n', {}, { text: '' }, { text: 7 as unknown as string }, { files: [] }]) {
        expect(() => chat.post(empty), JSON.stringify(empty)).to.throw(TypeError, 'text');
      }
      expect(() => chat.post('x'.repeat(16_001))).to.throw(TypeError, '16000');
    });

    it('takes an object', async () => {
      await chat.post({ text: 'hello' });
      expect(chat.messages[0]?.text).to.equal('hello');
    });

    it('needs somebody to talk to', () => {
      const alone = document.createElement('peer-chat');
      expect(() => alone.post('hello'))
        .to.throw(DOMException)
        .with.property('name', 'InvalidStateError');
    });

    it('does not trouble a page that does not wait for it', async () => {
      source.outcome = () => Promise.reject(new PeerError('timeout', 'late'));
      void chat.post('hello');
      await new Promise((resolve) => setTimeout(resolve));
    });
  });

  describe('tells the page', () => {
    it('of each message once', async () => {
      const events = record<{ message: { text: string; own: boolean } }>(chat, 'message');
      source.enter('me').meet('ada');
      await chat.post('mine');
      source.hear('ada', 'yours', Date.now(), 'same');
      source.hear('ada', 'yours', Date.now(), 'same');
      expect(events.map(({ detail }) => [detail.message.text, detail.message.own])).to.deep.equal([
        ['mine', true],
        ['yours', false],
      ]);
      expect(events[0]).to.include({ bubbles: false, composed: false });
    });

    it('in types', async () => {
      const heard = once(chat, 'message');
      chat.addEventListener('message', ({ detail }) => void detail.message.text.length);
      source.hear('ada', 'hello');
      await heard;
      expect(chat.messages[0]).to.deep.include({
        author: idOf('ada'),
        text: 'hello',
        own: false,
        state: 'delivered',
        relayed: null,
      });
    });

    it('all there is to know in `messages`', async () => {
      await chat.post('a');
      const before = chat.messages;
      source.hear('ada', 'b');
      expect(chat.messages.map(({ text }) => text)).to.deep.equal(['a', 'b']);
      expect(before).to.be.frozen.and.have.length(1);
    });

    it('nothing after clear()', async () => {
      await chat.post('a');
      chat.clear();
      await chat.updateComplete;
      expect(chat.messages).to.deep.equal([]);
      expect($$(chat, '.message')).to.have.length(0);
    });
  });

  describe('speaks', () => {
    it('with the words of the page', async () => {
      chat.strings = { send: 'Senden', alone: 'Noch niemand da', people: (n) => `${n} Leute` };
      source.enter('me');
      await chat.updateComplete;
      expect($(chat, '.send').getAttribute('aria-label')).to.equal('Senden');
      expect(said(chat, '.empty')).to.deep.equal(['Noch niemand da']);
      expect(said(chat, '[part=people-button]')).to.deep.equal(['1 Leute']);
      expect(chat.strings.retry).to.equal('Try again');
    });

    it('with words set before it was upgraded', async () => {
      const early: HTMLElement = document.createElement('late-chat');
      Object.assign(early, { strings: { send: 'Senden' }, history: 3 });
      document.body.append(early);
      customElements.define('late-chat', class extends PeerChatElement {});
      const upgraded = early as unknown as PeerChatElement;
      await upgraded.updateComplete;
      expect($(upgraded, '.send').getAttribute('aria-label')).to.equal('Senden');
      expect(upgraded.history).to.equal(3);
      early.remove();
    });

    it('with label and placeholder', async () => {
      ({ chat } = await mount('label="Tea" placeholder="Say something" no-files history="7"'));
      expect($(chat, '.log').getAttribute('aria-label')).to.equal('Tea');
      expect($<HTMLTextAreaElement>(chat, 'textarea').placeholder).to.equal('Say something');
      expect(chat.noFiles).to.equal(true);
      expect(chat.history).to.equal(7);
    });
  });

  describe('knows people', () => {
    it('and lists them', async () => {
      source.enter('9c1e').meet('ada', 'Ada');
      source.meet('4f2a');
      await chat.updateComplete;
      const button = $(chat, '[part=people-button]');
      expect(button.textContent.trim()).to.equal('3 people');
      expect(button.getAttribute('aria-expanded')).to.equal('false');
      button.click();
      await chat.updateComplete;
      expect(button.getAttribute('aria-expanded')).to.equal('true');
      expect(said(chat, '.people bdi')).to.deep.equal(['Guest 9c1e', 'Ada', 'Guest 4f2a']);
      button.click();
      await chat.updateComplete;
      expect($(chat, '.people')).to.equal(null);
    });

    it('by the same names on all sides', async () => {
      const other = await mount();
      other.source.enter('b7q2.1');
      source.enter('9c1e', [other.source]);
      await chat.post('hello');
      await other.chat.updateComplete;
      expect(said(other.chat, '.name')).to.deep.equal(['Guest 9c1e']);
      expect(said(chat, 'button.me')[0]).to.contain('You: Guest 9c1e');
    });
  });

  describe('lets people name themselves', () => {
    const open = async (): Promise<HTMLInputElement> => {
      $(chat, 'button.me').click();
      await chat.updateComplete;
      await Promise.resolve();
      return $<HTMLInputElement>(chat, 'input.me');
    };

    beforeEach(async () => {
      source.enter('me');
      source.displayName = 'Ada';
      await chat.updateComplete;
      chat.requestUpdate();
      await chat.updateComplete;
    });

    it('with Enter', async () => {
      const input = await open();
      expect(input.value).to.equal('Ada');
      expect(chat.shadowRoot!.activeElement).to.equal(input);
      input.value = '  Bea ';
      await press(input, 'Enter');
      await chat.updateComplete;
      expect(source.displayName).to.equal('Bea');
      expect(said(chat, 'button.me')[0]).to.contain('Bea');
      expect(chat.shadowRoot!.activeElement).to.equal($(chat, 'button.me'));
    });

    it('by going elsewhere', async () => {
      const input = await open();
      input.value = 'Bea';
      $(chat, 'textarea').focus();
      await chat.updateComplete;
      expect(source.displayName).to.equal('Bea');
      expect(chat.shadowRoot!.activeElement).to.equal($(chat, 'textarea'));
    });

    it('not with Esc, which goes no further', async () => {
      let escaped = false;
      const listener = (): void => void (escaped = true);
      document.addEventListener('keydown', listener);
      const input = await open();
      input.value = 'Bea';
      await press(input, 'Escape');
      await chat.updateComplete;
      document.removeEventListener('keydown', listener);
      expect(source.displayName).to.equal('Ada');
      expect($(chat, 'input.me')).to.equal(null);
      expect(escaped).to.equal(false);
    });

    it('not while composing or with any other key', async () => {
      const input = await open();
      input.value = 'Bea';
      await press(input, 'Enter', { isComposing: true });
      await press(input, 'x');
      await chat.updateComplete;
      expect($(chat, 'input.me')).to.equal(input);
      expect(source.displayName).to.equal('Ada');
    });
  });

  describe('takes part in the page', () => {
    it('with slots', async () => {
      chat.innerHTML = '<b slot="header">Tea</b><i slot="composer-start">+</i><u slot="empty">Hush</u>';
      await chat.updateComplete;
      for (const element of chat.children) {
        expect((element as HTMLElement).assignedSlot, element.slot).not.to.equal(null);
        expect(element.getBoundingClientRect().width, element.slot).to.be.above(0);
      }
    });

    it('with focus()', () => {
      chat.focus();
      expect(chat.shadowRoot!.activeElement).to.equal($(chat, 'textarea'));
    });

    it('at a height of its own, at one it is given, and at that of its container', async () => {
      for (let i = 0; i < 60; i++) source.hear('ada', `${i}`);
      await chat.updateComplete;
      expect(chat.offsetHeight).to.be.within(256, 560);
      chat.style.height = '300px';
      expect(chat.offsetHeight).to.equal(300);
      chat.style.height = '';
      source.style.cssText = 'display:block;height:700px';
      expect(chat.offsetHeight).to.equal(700);
      chat.style.setProperty('--peer-chat-max-height', '400px');
      expect(chat.offsetHeight).to.equal(400);
    });

    it('without a style attribute that a strict policy would refuse', async () => {
      source.enter('me').meet('ada');
      source.hear('ada', 'x');
      await chat.post('y');
      await chat.updateComplete;
      expect($$(chat, '[style]')).to.deep.equal([]);
    });
  });
});
