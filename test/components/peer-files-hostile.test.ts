/** What peers may put where a file is expected; none of it may run, grow without bound or be taken for something else. */
import { expect } from '@open-wc/testing';
import { MAX_ITEMS, MAX_OPEN } from '../../components/file-exchange.js';
import type { PeerFilesElement } from '../../components/peer-files.js';
import { until } from '../support/until.js';
import { fileOf, mountFiles, picture, register, type FakeFileSource } from './files-fake.js';

register();

const all = (files: PeerFilesElement, selector: string): HTMLElement[] => [
  ...files.shadowRoot!.querySelectorAll<HTMLElement>(selector),
];

const TEXTS: readonly string[] = [
  '<script>window.hit=1</script>.txt',
  '"><img src=x onerror=window.hit=1>.png',
  '<svg onload=window.hit=1>.svg',
  '</bdi><iframe srcdoc="<script>parent.hit=1</script>"></iframe>',
  '\u202Egnp.exe',
  '../'.repeat(2000) + 'x',
  'x'.repeat(1_000_000),
  '😀'.repeat(5000) + '.png',
  'Z\u0351\u036b\u0343\u0368a\u036e\u0346l\u034bg\u0349o'.repeat(50),
  '${window.hit=1}',
  '<!--lit-part xyz--><b>x</b><!--/lit-part-->',
  'lit$123456789$',
  '__proto__',
  '\u0000',
  '',
];

const ELEMENTS = /^(div|span|slot|svg|path|bdi|ul|li|p|button|a|input|label|select|option|img|progress)$/i;

describe('<peer-files> with hostile peers', () => {
  let source: FakeFileSource;
  let files: PeerFilesElement;
  beforeEach(async () => {
    ({ source, files } = await mountFiles());
    source.enter('me').meet('mallory', '<img src=x onerror=window.hit=1>');
  });

  it('shows every name as text, and saves under none that is dangerous', async () => {
    for (const text of TEXTS) {
      source.offer('mallory', { name: text, mediaType: text, size: 1 });
      source.offer('mallory', { name: text, mediaType: 'text/html' }).finish('<script>window.hit=1</script>');
      source.bring('mallory', new File(['x'], text, { type: text.slice(0, 100) }), 'peer-files', text);
    }
    await files.updateComplete;
    expect('hit' in window).to.equal(false);
    const strangers = all(files, '*').filter(({ localName }) => !ELEMENTS.test(localName));
    expect(strangers.map(({ outerHTML }) => outerHTML)).to.deep.equal([]);
    expect(all(files, '[onerror], [onload], [src]:not([src^="blob:"])')).to.deep.equal([]);
    expect(all(files, '.file')).to.have.length(TEXTS.length * 3);
    for (const link of all(files, 'a') as HTMLAnchorElement[]) {
      expect(link.href).to.match(/^blob:/);
      expect(link.download).to.match(/^[^/\\:<>"\p{Cc}]{1,120}$/u);
      expect((await fetch(link.href)).headers.get('content-type')).to.equal('application/octet-stream');
    }
    for (const row of all(files, '.file')) expect(row.textContent.length).to.be.below(1500);
  });

  it('draws no thumbnail that is none, and asks no server for one', async () => {
    const asked = performance.getEntriesByType('resource').length;
    const png = new Uint8Array(await (await picture(8, 8)).arrayBuffer());
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" onload="window.hit=1"/>');
    const hostile = [
      '/x.jpg',
      'https://a.example/x.jpg',
      png,
      svg,
      { type: 'image/jpeg' },
      new Uint8Array(1e6),
      7,
    ];
    for (const thumbnail of hostile)
      source.offer('mallory', { metadata: { thumbnail }, mediaType: 'image/jpeg' });
    for (const metadata of [null, 1, 'x', [], { thumbnail: null }]) source.offer('mallory', { metadata });
    await files.updateComplete;
    expect(all(files, 'img')).to.deep.equal([]);
    expect(all(files, '.file')).to.have.length(hostile.length + 5);
    expect(performance.getEntriesByType('resource').length).to.equal(asked);
  });

  it('draws a broken JPEG without a fuss', async () => {
    const thumbnail = new Uint8Array([0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0, 64, 0, 64, 3]);
    source.offer('mallory', { metadata: { thumbnail } });
    await files.updateComplete;
    const [image] = all(files, 'img') as HTMLImageElement[];
    await until(() => image!.complete);
    expect(image!.naturalWidth).to.equal(0);
  });

  it('is not flooded by offers: the surplus is refused, others still get through', async () => {
    source.meet('ada', 'Ada');
    const flows = Array.from({ length: 500 }, (_, i) => source.offer('mallory', { name: `${i}` }));
    expect(flows.filter(({ state }) => state === 'offered')).to.have.length(MAX_OPEN);
    expect(flows.filter(({ state }) => state === 'refused')).to.have.length(500 - MAX_OPEN);
    expect(source.offer('ada', { name: 'a' }).state).to.equal('offered');
    await files.updateComplete;
    expect(all(files, '.file')).to.have.length(MAX_OPEN + 1);
    expect(all(files, '[role=log] p').length).to.be.at.most(4);
  });

  it('does not grow by offers that come and go, nor by what is small', async () => {
    for (let i = 0; i < MAX_ITEMS * 2; i++) source.offer('mallory', { name: `${i}` }).cancel();
    await files.updateComplete;
    expect(all(files, '.file')).to.have.length(MAX_ITEMS);
    for (let i = 0; i < MAX_ITEMS * 2; i++) source.bring('mallory', fileOf(`${i}`, 1));
    await files.updateComplete;
    expect(all(files, '.file')).to.have.length(MAX_ITEMS);
  });

  it('refuses when many crowd in, rather than drop what was received', async () => {
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < MAX_OPEN; j++) source.offer(`crowd ${i}`, { name: `${i} ${j}` }).finish('x');
    }
    await files.updateComplete;
    expect(all(files, 'a.save')).to.have.length(MAX_ITEMS);
    expect(all(files, '.file').at(-1)!.textContent).to.contain('0 0');
    expect(source.offer('late').state).to.equal('refused');
  });

  it('believes no progress that cannot be', async () => {
    const flow = source.offer('mallory', { size: 100 });
    for (const loaded of [-5, 1e9, NaN, Infinity]) {
      flow.move(loaded);
      await files.updateComplete;
      const bar = all(files, 'progress')[0] as HTMLProgressElement;
      expect(bar.value).to.be.within(0, 1);
    }
  });

  it('is not told twice how something ended', async () => {
    const flow = source.offer('mallory', { name: 'a' }).finish('x');
    flow.transfer.transition('cancelled');
    source.lose('mallory');
    await files.updateComplete;
    expect(all(files, '.account').map(({ textContent }) => textContent.trim())).to.deep.equal(['Received']);
  });

  it('takes nothing that was refused', async () => {
    const flow = source.offer('mallory', { name: 'a', size: 3 });
    flow.transfer.refuse();
    const { transfer, peer } = flow;
    const data = { data: fileOf('a', 3), type: 'peer-files', peer, metadata: null, transfer };
    source.fire('data', data);
    source.fire('data', { ...data, transfer: { ...transfer } });
    await files.updateComplete;
    expect(all(files, 'a.save')).to.deep.equal([]);
  });
});
