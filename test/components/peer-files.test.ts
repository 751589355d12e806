import { expect, fixture } from '@open-wc/testing';
import type { PeerFilesElement } from '../../components/peer-files.js';
import { PeerError } from '../../src/errors.js';
import { once, record, until } from '../support/until.js';
import { idOf } from './chat-fake.js';
import {
  carry,
  drag,
  fileOf,
  mountFiles,
  paste,
  picture,
  register,
  type FakeFileSource,
} from './files-fake.js';

register();

const all = (files: PeerFilesElement, selector: string): HTMLElement[] => [
  ...files.shadowRoot!.querySelectorAll<HTMLElement>(selector),
];
const $ = (files: PeerFilesElement, selector: string): HTMLElement => all(files, selector)[0]!;
const words = (element: Element | undefined): string =>
  element?.textContent.trim().replaceAll(/\s+/g, ' ') ?? '';

describe('<peer-files>', () => {
  let source: FakeFileSource;
  let files: PeerFilesElement;

  const mounted = async (attributes = ''): Promise<void> => {
    ({ source, files } = await mountFiles(attributes));
    source.enter('me');
    source.meet('ada', 'Ada');
    source.meet('linus', 'Linus');
    await files.updateComplete;
  };
  /** The rows as they are read, newest first. */
  const rows = async (): Promise<string[]> => {
    await files.updateComplete;
    return all(files, '.file').map((row) => words(row.querySelector('.about')!));
  };
  const press = async (kind: string, row = 0): Promise<void> => {
    await files.updateComplete;
    all(files, '.file')[row]!.querySelector<HTMLElement>(`.${kind}`)!.click();
    await files.updateComplete;
  };
  const sent = (count: number): Promise<unknown> =>
    until(() => source.flows.length === count, { what: `${count} on their way` });
  const said = (): string[] => all(files, '[role=log] p').map(words);

  beforeEach(() => mounted());

  describe('takes files', () => {
    it('by drop, for everyone who is there', async () => {
      const event = drag(files, 'drop', carry([fileOf('a.txt', 1200), fileOf('b.txt')]));
      expect(event.defaultPrevented).to.equal(true);
      await sent(4);
      expect(
        source.flows.map(({ transfer, peer }) => `${transfer.name} ${peer.displayName}`),
      ).to.have.members(['a.txt Ada', 'a.txt Linus', 'b.txt Ada', 'b.txt Linus']);
      expect(source.flows.every(({ transfer }) => transfer.type === 'peer-files')).to.equal(true);
      expect((await rows())[1]).to.equal(
        'a.txt 1.2 kB · Waiting for Ada and Linus to accept Ada Linus'.replace(' ·', ''),
      );
    });

    it('and shows where while they hover', async () => {
      drag(files, 'dragover', carry([fileOf('a')]));
      expect(files.shadowRoot!.querySelector('.over')).to.equal(null);
      await files.updateComplete;
      expect(words($(files, '.over .hint'))).to.equal('Let go to send');
      drag(files, 'dragleave', carry([fileOf('a')]));
      await files.updateComplete;
      expect(files.shadowRoot!.querySelector('.over')).to.equal(null);
    });

    it('but no text', () => {
      expect(drag(files, 'dragover', carry([], 'text')).defaultPrevented).to.equal(false);
      expect(drag(files, 'drop', carry([], 'text')).defaultPrevented).to.equal(false);
    });

    it('by pasting, here and where nothing else has the focus', async () => {
      expect(paste(files, carry([fileOf('here')])).defaultPrevented).to.equal(true);
      expect(paste(document.body, carry([fileOf('nowhere')])).defaultPrevented).to.equal(true);
      await sent(4);
      const field = await fixture('<input />');
      expect(paste(field, carry([fileOf('elsewhere')])).defaultPrevented).to.equal(false);
      expect(paste(files, carry([fileOf('picture of text')], 'text')).defaultPrevented).to.equal(false);
      expect((await rows()).length).to.equal(2);
    });

    it('once, where there are two of these elements', async () => {
      const group = files.parentElement!;
      group.append(document.createElement('peer-files'));
      paste(document.body, carry([fileOf('once')]));
      await sent(2);
      expect(
        [...group.children].map((one) => one.shadowRoot!.querySelectorAll('.file').length),
      ).to.deep.equal([1, 0]);
    });

    it('by the picker, the same one again and again', async () => {
      const input = $(files, 'input') as HTMLInputElement;
      for (let i = 1; i <= 2; i++) {
        input.files = carry([fileOf('picked.txt')]).files;
        input.dispatchEvent(new Event('change'));
        expect(input.value).to.equal('');
        await sent(i * 2);
      }
    });

    it('for the one that was chosen, and for nobody else once that one has left', async () => {
      const select = $(files, 'select') as HTMLSelectElement;
      expect([...select.options].map(({ textContent }) => textContent)).to.deep.equal([
        'Everyone',
        'Ada',
        'Linus',
      ]);
      select.value = idOf('ada');
      select.dispatchEvent(new Event('change'));
      drag(files, 'drop', carry([fileOf('a.txt')]));
      await sent(1);
      expect(source.flows[0]!.peer.id).to.equal(idOf('ada'));
      source.lose('ada');
      await files.updateComplete;
      expect(words($(files, '.hint'))).to.equal('Ada has left');
      expect(select.selectedOptions[0]!.textContent).to.equal('Ada has left');
      drag(files, 'drop', carry([fileOf('secret.txt')]));
      await files.updateComplete;
      expect((await rows()).length).to.equal(1);
    });

    it('from a script, for whom it says', async () => {
      const sending = files.send(fileOf('a.txt'), { to: idOf('linus') });
      await sent(1);
      source.flows[0]!.accept().finish();
      await sending;
      const refused = files.send([fileOf('b.txt')]);
      await sent(3);
      source.flows[1]!.refuse();
      source.flows[2]!.finish();
      expect(await refused.catch((error: unknown) => (error as PeerError).code)).to.equal('refused');
      expect(() => files.send('a' as never)).to.throw(TypeError);
      expect(() => files.send(fileOf('a'), { to: 'nobody' })).to.throw(DOMException, 'nobody');
    });

    it('only while there is somebody to send to', async () => {
      for (const name of ['ada', 'linus']) source.lose(name);
      await files.updateComplete;
      expect(words($(files, '.hint'))).to.equal('Nobody else is here yet');
      expect($(files, '.choose').getAttribute('aria-disabled')).to.equal('true');
      const over = drag(files, 'dragover', carry([fileOf('a')]));
      expect(over.dataTransfer!.dropEffect).to.equal('none');
      expect(
        drag(files, 'drop', carry([fileOf('a')])).defaultPrevented,
        'the page must not be left',
      ).to.equal(true);
      expect(await rows()).to.deep.equal([]);
      source.turn('failed', new PeerError('room-full', 'The room is full.'));
      await files.updateComplete;
      expect(words($(files, '.hint'))).to.equal('The room is full.');
    });

    it('not by hand where it is readonly', async () => {
      files.readonly = true;
      await files.updateComplete;
      expect(files.shadowRoot!.querySelector('.zone')).to.equal(null);
      expect(words($(files, '.empty'))).to.equal('You can receive files here');
      drag(files, 'drop', carry([fileOf('a')]));
      expect(await rows()).to.deep.equal([]);
      source.offer('ada', { name: 'b.txt' });
      expect((await rows()).length).to.equal(1);
    });

    it('a few at a time, the others in their turn', async () => {
      drag(files, 'drop', carry(Array.from({ length: 40 }, (_, i) => fileOf(`${i}`))));
      await sent(50);
      expect((await rows()).length).to.equal(40);
      for (const flow of source.flows.slice(0, 2)) flow.finish();
      await sent(52);
    });
  });

  describe('with what goes out', () => {
    const send = async (name = 'a.txt', size = 1000): Promise<void> => {
      const before = source.flows.length;
      files.send(fileOf(name, size), { to: idOf('ada') }).catch(() => undefined);
      await sent(before + 1);
    };
    const row = async (): Promise<string> => (await rows())[0]!;
    const reads = (text: string): Promise<unknown> =>
      until(async () => (await row()) === text, { what: text });

    it('says how it fares, to the end', async () => {
      await send();
      expect(await row()).to.equal('a.txt 1 kB to Ada Waiting for Ada to accept');
      source.flows[0]!.accept().move(250);
      expect(await row()).to.equal('a.txt 1 kB to Ada 25%');
      expect(($(files, 'progress') as HTMLProgressElement).value).to.equal(0.25);
      source.flows[0]!.finish();
      expect(await row()).to.equal('a.txt 1 kB to Ada Sent');
      expect(files.shadowRoot!.querySelector('progress')).to.equal(null);
      expect(said()).to.deep.equal(['a.txt: Sent']);
    });

    it('says how fast, and how long it will take', async () => {
      const now = performance.now;
      let time = now.call(performance);
      performance.now = () => time;
      try {
        await send('a.txt', 10_000_000);
        source.flows[0]!.accept();
        for (let second = 0; second <= 4; second++) {
          source.flows[0]!.move(second * 1_000_000);
          time += 1000;
        }
        time -= 1000;
        expect(await row()).to.equal('a.txt 10 MB to Ada 40% · 1 MB/s · 6 sec left');
      } finally {
        performance.now = now;
      }
    });

    for (const [what, act, text] of [
      ['refused', (flow) => flow.refuse(), 'Refused by Ada'],
      ['cancelled over there', (flow) => flow.move(10).cancel(), 'Cancelled by Ada'],
      ['lost', (flow) => flow.move(10).fail(), 'Failed'],
    ] as [string, (flow: FakeFileSource['flows'][0]) => unknown, string][]) {
      it(`says that it was ${what}`, async () => {
        await send();
        act(source.flows[0]!);
        await reads(`a.txt 1 kB to Ada ${text}`);
        expect(said()).to.deep.equal([`a.txt: ${text}`]);
      });
    }

    for (const [state, act] of [
      ['offered', () => undefined],
      ['under way', (flow) => flow.move(500)],
    ] as [string, (flow: FakeFileSource['flows'][0]) => unknown][]) {
      it(`can be cancelled while it is ${state}, quietly`, async () => {
        await send();
        act(source.flows[0]!);
        await press('cancel');
        expect(source.flows[0]!.state).to.equal('cancelled');
        expect(await row()).to.equal('a.txt 1 kB to Ada Cancelled');
        expect(said()).to.deep.equal([]);
      });

      it(`says that the receiver left while it was ${state}`, async () => {
        await send();
        act(source.flows[0]!);
        source.lose('ada');
        expect(await row()).to.equal('a.txt 1 kB to Ada Ada left before it was complete');
      });

      it(`waits while the receiver cannot be reached and it is ${state}`, async () => {
        await send();
        act(source.flows[0]!);
        source.connect('ada', 'disconnected');
        expect(await row()).to.equal('a.txt 1 kB to Ada Waiting for the connection');
        source.connect('ada', 'connected');
        expect(await row()).not.to.contain('Waiting for the connection');
        source.flows[0]!.finish();
        expect(await row()).to.equal('a.txt 1 kB to Ada Sent');
      });
    }

    it('can be cancelled before it is offered', async () => {
      // Decoding the picture takes a while.
      const sending = files.send(await picture(2000, 2000)).catch((error: unknown) => (error as Error).name);
      await press('cancel');
      expect(await row()).to.contain('Cancelled');
      expect(await sending).to.equal('AbortError');
      expect(source.flows).to.deep.equal([]);
    });

    it('tells of each receiver, where there are several', async () => {
      source.meet('grace', 'Grace');
      files.send(fileOf('a.txt')).catch(() => undefined);
      await sent(3);
      const [ada, linus, grace] = source.flows;
      ada!.move(500);
      expect(await row()).to.equal('a.txt 1 kB 16% Ada 50% Linus Grace');
      ada!.finish();
      linus!.refuse();
      await reads('a.txt 1 kB 50% Ada Sent Linus Refused by Linus Grace');
      grace!.finish();
      expect(await row()).to.equal('a.txt 1 kB Sent to 2 of 3 Ada Sent Linus Refused by Linus Grace Sent');
      files.send(fileOf('b.txt')).catch(() => undefined);
      await sent(6);
      for (const flow of source.flows.slice(3)) flow.refuse();
      await until(async () => (await row()).includes('Refused by Ada, Linus and Grace'));
    });

    it('sends a small picture along, and shows it', async () => {
      files.send(await picture(), { to: idOf('ada') }).catch(() => undefined);
      await sent(1);
      const { thumbnail } = source.flows[0]!.transfer.metadata as { thumbnail: Uint8Array };
      expect(thumbnail.length).to.be.below(8192);
      await files.updateComplete;
      const image = $(files, 'img.tile') as HTMLImageElement;
      expect(image.src).to.match(/^blob:/);
      await image.decode();
    });

    it('says that it failed where the source cannot send', async () => {
      source.send = () => {
        throw new DOMException('No.', 'InvalidStateError');
      };
      files.send(fileOf('a.txt'), { to: idOf('ada') }).catch(() => undefined);
      await until(async () => (await row()).endsWith('Failed'));
    });
  });

  describe('with what comes in', () => {
    const row = async (): Promise<string> => (await rows())[0]!;

    it('asks first', async () => {
      const flow = source.offer('ada', { name: 'report.pdf', size: 2_340_000 });
      expect(await row()).to.equal('report.pdf 2.34 MB from Ada');
      expect(flow.state).to.equal('offered');
      expect(said()).to.deep.equal(['Ada offers report.pdf, 2.34 MB']);
      expect(all(files, '.actions button').map(words)).to.deep.equal([
        'Refuse report.pdf',
        'Accept report.pdf',
      ]);
    });

    it('and gives what was accepted, to save', async () => {
      const arrived = once<{ file: File; peer: { id: string } }>(files, 'file');
      const flow = source.offer('ada', { name: '../a<b>.html', size: 5, mediaType: 'text/html' });
      await press('accept');
      expect(flow.state).to.equal('active');
      flow.move(3);
      expect(await row()).to.equal('_a_b_.html 5 bytes from Ada 60%');
      flow.finish('hello');
      expect(await row()).to.contain('Received');
      const { detail } = await arrived;
      expect([detail.file.name, await detail.file.text(), detail.peer.id]).to.deep.equal([
        '_a_b_.html',
        'hello',
        idOf('ada'),
      ]);
      const link = $(files, 'a.save') as HTMLAnchorElement;
      expect(link.download).to.equal('_a_b_.html');
      const response = await fetch(link.href);
      expect(response.headers.get('content-type')).to.equal('application/octet-stream');
      expect(await response.text()).to.equal('hello');
      link.addEventListener('click', (event) => event.preventDefault(), { once: true });
      link.click();
      expect(await row()).to.contain('Saved');
    });

    it('lets it be refused', async () => {
      const flow = source.offer('ada', { name: 'a.txt' });
      await press('refuse');
      expect(flow.state).to.equal('refused');
      expect(await row()).to.equal('a.txt 1 kB from Ada You refused it');
    });

    it('lets it be cancelled on its way', async () => {
      const flow = source.offer('ada', { name: 'a.txt' });
      await press('accept');
      flow.move(10);
      await press('cancel');
      expect(flow.state).to.equal('cancelled');
      expect(await row()).to.equal('a.txt 1 kB from Ada Cancelled');
    });

    it('says when the sender gave up', async () => {
      source.offer('ada', { name: 'a.txt' }).cancel();
      expect(await row()).to.equal('a.txt 1 kB from Ada Cancelled by Ada');
      expect(said().at(-1)).to.equal('a.txt: Cancelled by Ada');
      expect(all(files, '.actions .act')).to.deep.equal([]);
    });

    for (const [state, act] of [
      ['offered', () => undefined],
      ['under way', (flow) => flow.move(500)],
    ] as [string, (flow: FakeFileSource['flows'][0]) => unknown][]) {
      it(`says that the sender left while it was ${state}, or waits for the connection`, async () => {
        act(source.offer('ada', { name: 'a.txt' }));
        source.connect('ada', 'disconnected');
        expect(await row()).to.contain('Waiting for the connection');
        source.lose('ada');
        expect(await row()).to.equal('a.txt 1 kB from Ada Ada left before it was complete');
      });
    }

    it('keeps what has arrived when the sender leaves, and when the room is left', async () => {
      source.offer('ada', { name: 'a.txt' }).finish('hello');
      source.lose('ada');
      source.turn('closed').fire('close');
      expect(await row()).to.equal('a.txt 1 kB from Ada Received');
      expect(await (await fetch(($(files, 'a.save') as HTMLAnchorElement).href)).text()).to.equal('hello');
    });

    it('ends what is under way when the room is left', async () => {
      source.offer('ada', { name: 'a.txt' });
      source.offer('ada', { name: 'b.txt' }).move(1);
      source.fire('close');
      expect((await rows()).every((text) => text.endsWith('Failed'))).to.equal(true);
    });

    it('does not know how much of a stream is left', async () => {
      const flow = source.offer('ada', { name: 'live', size: null }).move(2_000_000);
      expect(await row()).to.equal('live from Ada 2 MB');
      expect(($(files, 'progress') as HTMLProgressElement).position).to.equal(-1);
      flow.finish('x');
      expect(await row()).to.equal('live from Ada Received');
    });

    it('shows what came without being offered, because it is small', async () => {
      source.bring('ada', new File(['hi'], 'small.txt'));
      expect(await row()).to.equal('small.txt 2 bytes from Ada Received');
      expect(said()).to.deep.equal(['small.txt: Received']);
    });

    it('leaves alone what is not its own', async () => {
      expect(source.offer('ada', { type: 'mine' }).state).to.equal('active');
      source.bring('ada', fileOf('a'), 'mine');
      source.receive('ada', 'no file', 'peer-files');
      source.addEventListener('transfer', (event) => event.preventDefault(), { capture: true, once: true });
      source.offer('ada', { name: 'the page decides' });
      expect(await rows()).to.deep.equal([]);
    });

    it('takes by itself what auto-accept allows', async () => {
      files.setAttribute('auto-accept', '5000');
      const states = (): string[] => [5000, 0, 5001, null].map((size) => source.offer('ada', { size }).state);
      expect(states()).to.deep.equal(['active', 'active', 'offered', 'offered']);
      files.setAttribute('auto-accept', '');
      expect(states()).to.deep.equal(['active', 'active', 'active', 'active']);
      files.setAttribute('auto-accept', 'nonsense');
      expect(states()).to.deep.equal(['offered', 'offered', 'offered', 'offered']);
      files.removeAttribute('auto-accept');
      expect(states()).to.deep.equal(['offered', 'offered', 'offered', 'offered']);
      await rows();
    });

    it('works on several at once', async () => {
      const flows = ['a', 'b', 'c'].map((name) => source.offer('ada', { name }));
      flows[1]!.move(500);
      flows[0]!.finish('x');
      flows[2]!.refuse();
      expect(await rows()).to.deep.equal([
        'c 1 kB from Ada You refused it',
        'b 1 kB from Ada 50%',
        'a 1 kB from Ada Received',
      ]);
    });
  });

  describe('clears', () => {
    it('what is finished, on demand, but not what would be lost', async () => {
      const [, open] = [source.offer('ada', { name: 'a' }).cancel(), source.offer('ada', { name: 'b' })];
      source.offer('ada', { name: 'c' }).finish('x');
      await files.updateComplete;
      $(files, '.clear').click();
      expect(await rows()).to.deep.equal(['c 1 kB from Ada Received', 'b 1 kB from Ada']);
      expect(files.shadowRoot!.querySelector('.clear')).to.equal(null);
      expect(files.shadowRoot!.activeElement).to.equal($(files, '.choose'));
      await press('remove');
      expect(await rows()).to.deep.equal(['b 1 kB from Ada']);
      expect(open.state).to.equal('offered');
    });

    it('all that is finished, for a script', async () => {
      source.offer('ada', { name: 'c' }).finish('x');
      source.offer('ada', { name: 'b' });
      files.clear();
      expect(await rows()).to.deep.equal(['b 1 kB from Ada']);
    });

    it('addresses that nobody sees any more', async () => {
      const made = record<string>(new EventTarget(), 'x').map(String);
      const { createObjectURL, revokeObjectURL } = URL;
      const open = new Set<string>();
      URL.createObjectURL = (blob) => {
        const url = createObjectURL(blob);
        open.add(url);
        made.push(url);
        return url;
      };
      URL.revokeObjectURL = (url) => {
        open.delete(url);
        revokeObjectURL(url);
      };
      try {
        files.send(await picture(), { to: idOf('ada') }).catch(() => undefined);
        await sent(1);
        source.offer('ada', { name: 'c' }).finish('x');
        await files.updateComplete;
        expect(open.size).to.equal(2);
        files.requestUpdate();
        await files.updateComplete;
        expect(made.length, 'one each').to.equal(2);
        source.flows[0]!.finish();
        files.clear();
        await files.updateComplete;
        expect(open.size).to.equal(0);
        source.offer('ada', { name: 'd' }).finish('x');
        await files.updateComplete;
        const group = files.parentElement!;
        files.remove();
        await until(() => open.size === 0);
        group.append(files);
        await files.updateComplete;
        expect(open.size).to.equal(1);
      } finally {
        Object.assign(URL, { createObjectURL, revokeObjectURL });
      }
    });
  });

  describe('keeps the focus', () => {
    const focused = (): string => words(files.shadowRoot!.activeElement ?? undefined);

    it('at the file whose button was pressed', async () => {
      const flow = source.offer('ada', { name: 'a.txt' });
      await files.updateComplete;
      const accept = $(files, '.accept');
      accept.focus();
      accept.click();
      await files.updateComplete;
      expect(focused()).to.equal('Cancel a.txt');
      flow.finish('x');
      await files.updateComplete;
      expect(focused()).to.equal('Save a.txt');
      source.offer('linus', { name: 'b.txt' });
      await files.updateComplete;
      expect(focused()).to.equal('Save a.txt');
    });

    it('at the row where there is no button any more', async () => {
      source.offer('ada', { name: 'a.txt' });
      await files.updateComplete;
      $(files, '.refuse').focus();
      $(files, '.refuse').click();
      await files.updateComplete;
      expect(files.shadowRoot!.activeElement).to.equal($(files, '.file'));
    });

    it('at the button that opens the picker when the row is gone', async () => {
      source.offer('ada', { name: 'a.txt' }).finish('x');
      await files.updateComplete;
      $(files, '.remove').focus();
      $(files, '.remove').click();
      await files.updateComplete;
      expect(focused()).to.equal('Choose files');
    });

    it('and takes it from nobody', async () => {
      const field = await fixture<HTMLInputElement>('<input />');
      field.focus();
      source.offer('ada', { name: 'a.txt' }).cancel();
      await files.updateComplete;
      expect(document.activeElement).to.equal(field);
    });
  });

  describe('follows its source', () => {
    it('and ends what it had with the former one', async () => {
      const flow = source.offer('ada', { name: 'a.txt' });
      const other = document.createElement('peer-group') as unknown as FakeFileSource;
      source.after(other);
      other.append(files);
      other.enter('me');
      other.offer('grace', { name: 'b.txt' });
      expect(flow.state).to.equal('refused');
      expect((await rows())[0]).to.equal('b.txt 1 kB from Guest grac');
      source.offer('ada', { name: 'c.txt' });
      expect((await rows()).length).to.equal(2);
    });

    it('by its id, without standing in it', async () => {
      source.id = 'room';
      source.after(files);
      files.for = 'room';
      await files.updateComplete;
      source.offer('ada', { name: 'a.txt' });
      expect((await rows())[0]).to.contain('a.txt');
    });

    it('refuses what is open when it goes', async () => {
      const flow = source.offer('ada', { name: 'a.txt' });
      const running = source.offer('ada', { name: 'b.txt' }).move(1);
      files.remove();
      await until(() => flow.state === 'refused' && running.state === 'cancelled');
    });
  });

  it('speaks another language', async () => {
    files.strings = { choose: 'Dateien wählen', from: (name) => `von ${name}` };
    files.label = 'Ablage';
    source.offer('ada', { name: 'a.txt' });
    expect(await rows()).to.deep.equal(['a.txt 1 kB von Ada']);
    expect(words($(files, '.choose'))).to.equal('Dateien wählen');
    expect(words($(files, '.title'))).to.equal('Ablage');
    expect($(files, '.list').getAttribute('aria-label')).to.equal('Ablage');
    expect(files.strings.cancel).to.equal('Cancel');
  });

  it('does nothing without a source', async () => {
    const alone = await fixture<PeerFilesElement>('<peer-files></peer-files>');
    expect(words($(alone, '.hint'))).to.equal('Not connected');
    drag(alone, 'drop', carry([fileOf('a')]));
    expect(() => alone.send(fileOf('a'))).to.throw(DOMException);
  });
});
