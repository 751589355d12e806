/** Files between real groups; the other tests of files drive a fake source, which can prove none of this. */
import { expect, fixture, html } from '@open-wc/testing';
import '../../components/define.js';
import type { PeerChatElement } from '../../components/peer-chat.js';
import type { DataDetail, PeerError } from '../../src/index.js';
import type { PeerFilesElement } from '../../components/peer-files.js';
import { closeAll, meshed, otherPage, uniqueName, upgraded } from '../support/sources.js';
import { once, until } from '../support/until.js';
import { fileOf, picture } from './files-fake.js';

const LONG = 60_000;

interface Page {
  readonly group: HTMLElementTagNameMap['peer-group'];
  readonly files: PeerFilesElement;
  readonly chat: PeerChatElement;
}

async function pageIn(room: string, name: string, attributes: { autoAccept?: number } = {}): Promise<Page> {
  const group = await fixture<Page['group']>(html`
    <peer-group room=${room} name=${name} .signaling=${otherPage()}>
      <peer-files .autoAccept=${attributes.autoAccept ?? 0}></peer-files><peer-chat></peer-chat>
    </peer-group>
  `);
  return { group, files: group.querySelector('peer-files')!, chat: group.querySelector('peer-chat')! };
}

async function pages(...names: string[]): Promise<Page[]> {
  const room = uniqueName();
  const all = await Promise.all(names.map((name) => pageIn(room, name)));
  await meshed(...all.map(({ group }) => group));
  return all;
}

const find = <E extends HTMLElement>(element: Element, selector: string): Promise<E> =>
  until(() => element.shadowRoot!.querySelector<E>(selector), { what: selector });
const press = async (element: Element, selector: string): Promise<void> =>
  (await find(element, selector)).click();
const words = (element: Element, selector: string): string =>
  element.shadowRoot!.querySelector(selector)?.textContent.trim().replaceAll(/\s+/g, ' ') ?? '';
const reads = (element: Element, selector: string, text: string): Promise<unknown> =>
  until(() => words(element, selector).includes(text), { what: `${text}, not ${words(element, selector)}` });

const noise = (size: number, name: string, type = ''): File => {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return new File([bytes], name, { type });
};
const digest = async (blob: Blob): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer())).join();

describe('<peer-files> in a <peer-group>', () => {
  afterEach(closeAll);

  it('offers a file, and delivers it once it is accepted', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    const file = noise(3_000_000, 'report.pdf', 'application/pdf');
    const arrived = once<{ file: File }>(linus.files, 'file');
    const sending = ada.files.send(file);
    await reads(linus.files, '.file', 'from Ada');
    expect(words(linus.files, '.file')).to.contain('report.pdf').and.to.contain('3 MB');
    await reads(ada.files, '.file', 'Waiting for Linus to accept');
    await press(linus.files, '.accept');
    await sending;
    const { file: got } = (await arrived).detail;
    expect([got.name, got.type, got.size]).to.deep.equal(['report.pdf', 'application/pdf', 3_000_000]);
    expect(await digest(got)).to.equal(await digest(file));
    await reads(ada.files, '.file', 'Sent');
    await reads(linus.files, '.file', 'Received');
  }).timeout(LONG);

  it('shows a small picture of a picture', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    ada.files.send(await picture()).catch(() => undefined);
    await (await find<HTMLImageElement>(linus.files, 'img.tile')).decode();
    await press(linus.files, '.refuse');
    await reads(ada.files, '.file', 'Refused by Linus');
    await reads(linus.files, '.file', 'You refused it');
  }).timeout(LONG);

  it('delivers small and empty files as well', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    linus.files.autoAccept = 1000;
    for (const size of [0, 1, 500]) {
      const arrived = once<{ file: File }>(linus.files, 'file');
      await ada.files.send(fileOf(`${size}.txt`, size, 'text/plain'));
      const { file } = (await arrived).detail;
      expect([file.name, file.size, file.type]).to.deep.equal([`${size}.txt`, size, 'text/plain']);
    }
    expect(
      [...linus.files.shadowRoot!.querySelectorAll('.meta > :first-child')].map((one) => one.textContent),
    ).to.deep.equal(['500 bytes', '1 byte', '0 bytes']);
  }).timeout(LONG);

  it('sends to all, each of whom decides alone', async () => {
    const [ada, linus, grace] = (await pages('Ada', 'Linus', 'Grace')) as [Page, Page, Page];
    const sending = ada.files.send(fileOf('a.txt')).catch((error: unknown) => (error as PeerError).code);
    await press(linus.files, '.accept');
    await reads(ada.files, '.parts .good', 'Linus');
    await press(grace.files, '.refuse');
    expect(await sending).to.equal('refused');
    await reads(ada.files, '.account', 'Sent to 1 of 2');
  }).timeout(LONG);

  it('is cancelled from either side', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    await upgraded(ada.group, linus.group);
    ada.files.send(noise(60_000_000, 'a.bin')).catch(() => undefined);
    await press(linus.files, '.accept');
    await press(linus.files, '.cancel');
    await reads(ada.files, '.file', 'Cancelled by Linus');
    await reads(linus.files, '.file', 'Cancelled');
    ada.files.clear();
    linus.files.clear();
    ada.files.send(noise(1000, 'b.bin')).catch(() => undefined);
    await find(linus.files, '.accept');
    await press(ada.files, '.cancel');
    await reads(linus.files, '.file', 'Cancelled by Ada');
  }).timeout(LONG);

  it('tells when a sender leaves, before and during', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    await upgraded(ada.group, linus.group);
    ada.files.send(noise(60_000_000, 'a.bin')).catch(() => undefined);
    await press(linus.files, '.accept');
    await find(linus.files, 'progress');
    ada.files.send(fileOf('b.bin')).catch(() => undefined);
    await find(linus.files, '.accept');
    ada.group.close();
    await until(() => linus.files.shadowRoot!.querySelectorAll('.account.bad').length === 2);
    expect(words(linus.files, '.account')).to.equal('Ada left before it was complete');
  }).timeout(LONG);

  it('goes on over the relay when the direct path breaks', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    await upgraded(ada.group, linus.group);
    const file = noise(30_000_000, 'a.bin');
    const arrived = once<{ file: File }>(linus.files, 'file', { timeout: LONG });
    ada.files.send(file).catch(() => undefined);
    await press(linus.files, '.accept');
    await until(() => Number(linus.files.shadowRoot!.querySelector('progress')?.value) > 0.05);
    const down = once(ada.group, 'downgrade');
    [...ada.group.peers.values()][0]!.connection!.close();
    await down;
    expect(await digest((await arrived).detail.file)).to.equal(await digest(file));
  }).timeout(LONG);

  it('writes straight to disk, and exactly the file', async () => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle(uniqueName(), { create: true });
    const asked: unknown[] = [];
    const page = window as { showSaveFilePicker?: unknown };
    const before = page.showSaveFilePicker;
    page.showSaveFilePicker = (options: unknown) => {
      asked.push(options);
      return Promise.resolve(handle);
    };
    try {
      const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
      await upgraded(ada.group, linus.group);
      const file = noise(64_000_000, 'film.mp4');
      const sending = ada.files.send(file);
      await press(linus.files, '.save-as');
      await sending;
      await reads(linus.files, '.account', 'Saved');
      expect(asked).to.deep.equal([{ suggestedName: 'film.mp4' }]);
      const written = await handle.getFile();
      expect(written.size).to.equal(file.size);
      expect(await digest(written)).to.equal(await digest(file));
      expect(linus.files.shadowRoot!.querySelector('a.save')).to.equal(null);
    } finally {
      page.showSaveFilePicker = before;
    }
  }).timeout(LONG);

  it('and a page’s own values do not meet', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    // The chat has words of its own.
    const where = ({ detail }: CustomEvent) => (detail as DataDetail).type === 'mine';
    const data = once<{ data: File }>(linus.group, 'data', { where });
    await ada.group.send(fileOf('own.txt'), { type: 'mine' });
    expect((await data).detail.data.name).to.equal('own.txt');
    expect(words(linus.files, '.file')).to.equal('');
  }).timeout(LONG);
});

describe('<peer-chat> in a <peer-group>', () => {
  afterEach(closeAll);

  it('brings pictures and files along', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    const photo = await picture(400, 300, 'image/png', 'sun.png');
    await ada.chat.post({ text: 'Look', files: [photo, noise(2_000_000, 'notes.txt')] });
    const image = await find<HTMLImageElement>(linus.chat, '.picture img');
    await image.decode();
    expect([image.alt, image.naturalWidth]).to.deep.equal(['sun.png', 400]);
    const link = await find<HTMLAnchorElement>(linus.chat, 'a.save');
    expect(link.download).to.equal('notes.txt');
    expect((await (await fetch(link.href)).arrayBuffer()).byteLength).to.equal(2_000_000);
    await reads(ada.chat, '.card .account', 'Sent');
    expect(words(linus.files, '.file')).to.equal('');
  }).timeout(LONG);

  it('lets a late joiner know the names', async () => {
    const room = uniqueName();
    const [ada, linus] = [await pageIn(room, 'Ada'), await pageIn(room, 'Linus')];
    await meshed(ada.group, linus.group);
    await ada.chat.post({ files: [fileOf('notes.txt', 2000)] });
    await find(linus.chat, 'a.save');
    const late = await pageIn(room, 'Late');
    await reads(late.chat, '.card', 'No longer available');
    expect(words(late.chat, '.card')).to.contain('notes.txt').and.to.contain('2 kB');
  }).timeout(LONG);
});
