import { expect, fixture } from '@open-wc/testing';
import { ReactiveElement } from 'lit';
import { SourceController } from '../../components/source-controller.js';
import { FakeSource } from './chat-fake.js';

type Change = readonly [previous: string | null, next: string | null];

class TestHost extends ReactiveElement {
  static override properties = { for: {} };
  declare for: string | null;
  readonly changes: Change[] = [];
  readonly link = new SourceController(this, (previous, next) => {
    this.changes.push([previous?.title ?? null, next?.title ?? null]);
  });

  constructor() {
    super();
    this.for = null;
  }
}

customElements.define('peer-group', class extends FakeSource {});
customElements.define('peer-pair', class extends FakeSource {});
customElements.define('other-source', class extends FakeSource {});
customElements.define('test-host', TestHost);

describe('A source', () => {
  const page = async (html: string): Promise<HTMLElement> => fixture(`<div>${html}</div>`);
  const hostIn = (box: ParentNode): TestHost => box.querySelector('test-host')!;
  /** Mutations are told in a microtask. */
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

  it('is the nearest group or pair around', async () => {
    const box = await page(
      '<peer-group title="far"><peer-pair title="near"><p><test-host></test-host></p></peer-pair></peer-group>',
    );
    expect(hostIn(box).link.source?.title).to.equal('near');
    expect(hostIn(box).changes).to.deep.equal([[null, 'near']]);
  });

  it('is found through shadow roots', async () => {
    const box = await page('<peer-group title="g"><div></div></peer-group>');
    const outer = box.querySelector('div')!.attachShadow({ mode: 'closed' });
    outer.innerHTML = '<section></section>';
    const inner = outer.querySelector('section')!.attachShadow({ mode: 'open' });
    inner.innerHTML = '<test-host></test-host>';
    expect(hostIn(inner).link.source?.title).to.equal('g');
  });

  it('may be missing', async () => {
    const box = await page('<test-host></test-host>');
    expect(hostIn(box).link.source).to.equal(null);
    expect(hostIn(box).changes).to.deep.equal([]);
  });

  it('can be named', async () => {
    const box = await page(
      '<peer-group title="around"><test-host for="there"></test-host></peer-group><other-source id="there" title="named"></other-source>',
    );
    await hostIn(box).updateComplete;
    await settled();
    expect(hostIn(box).link.source?.title).to.equal('named');
  });

  it('can be named within a shadow root only from inside', async () => {
    const box = await page('<peer-group id="x" title="outside"></peer-group><div></div>');
    const root = box.querySelector('div')!.attachShadow({ mode: 'open' });
    root.innerHTML = '<test-host for="x"></test-host>';
    expect(hostIn(root).link.source).to.equal(null);
    root.append(Object.assign(document.createElement('peer-group'), { id: 'x', title: 'inside' }));
    await settled();
    expect(hostIn(root).link.source?.title).to.equal('inside');
  });

  it('may come later, change its id, be replaced and go', async () => {
    const box = await page('<test-host for="x"></test-host>');
    const host = hostIn(box);
    const make = (title: string): HTMLElement =>
      Object.assign(document.createElement('peer-group'), { id: 'x', title });
    const first = make('first');
    box.append(first);
    await settled();
    first.id = 'y';
    await settled();
    first.id = 'x';
    await settled();
    box.prepend(make('second'));
    await settled();
    box.querySelectorAll('peer-group').forEach((source) => {
      source.remove();
    });
    await settled();
    expect(host.changes).to.deep.equal([
      [null, 'first'],
      ['first', null],
      [null, 'first'],
      ['first', 'second'],
      ['second', null],
    ]);
  });

  it('is no element that cannot send', async () => {
    const box = await page('<p id="x"></p><test-host for="x"></test-host>');
    expect(hostIn(box).link.source).to.equal(null);
  });

  it('changes with `for`', async () => {
    const box = await page(
      '<peer-group title="around"><test-host></test-host></peer-group><peer-pair id="x" title="named"></peer-pair>',
    );
    const host = hostIn(box);
    host.for = 'x';
    await host.updateComplete;
    host.setAttribute('for', 'nowhere');
    await host.updateComplete;
    host.for = null;
    await host.updateComplete;
    expect(host.changes).to.deep.equal([
      [null, 'around'],
      ['around', 'named'],
      ['named', null],
      [null, 'around'],
    ]);
  });

  it('is waited for until it is upgraded', async () => {
    const box = await page('<late-source id="x" title="late"></late-source><test-host for="x"></test-host>');
    const host = hostIn(box);
    expect(host.link.source).to.equal(null);
    box.append(document.createElement('p'));
    await settled();
    customElements.define('late-source', class extends FakeSource {});
    await settled();
    expect(host.changes).to.deep.equal([[null, 'late']]);
  });

  it('is not taken by a host that has left meanwhile', async () => {
    const box = await page('<later-source id="x"></later-source><test-host for="x"></test-host>');
    const host = hostIn(box);
    host.remove();
    customElements.define('later-source', class extends FakeSource {});
    await settled();
    expect(host.changes).to.deep.equal([]);
  });

  it('stays through a move within it', async () => {
    const box = await page('<peer-group title="g"><p><test-host></test-host></p></peer-group>');
    const host = hostIn(box);
    box.querySelector('peer-group')!.append(host);
    await settled();
    box.append(box.querySelector('peer-group')!);
    await settled();
    expect(host.changes).to.deep.equal([[null, 'g']]);
  });

  it('changes with a move into another', async () => {
    const box = await page(
      '<peer-group title="a"><test-host></test-host></peer-group><peer-group title="b"></peer-group>',
    );
    const host = hostIn(box);
    box.querySelector('[title=b]')!.append(host);
    await settled();
    expect(host.changes).to.deep.equal([
      [null, 'a'],
      ['a', 'b'],
    ]);
  });

  it('is let go when the host leaves the page, and found again', async () => {
    const box = await page('<peer-group title="g"></peer-group><test-host for="x"></test-host>');
    const host = hostIn(box);
    const source = box.querySelector('peer-group')!;
    source.id = 'x';
    await settled();
    host.remove();
    await settled();
    source.id = 'y';
    await settled();
    source.id = 'x';
    await settled();
    expect(host.changes).to.deep.equal([
      [null, 'g'],
      ['g', null],
    ]);
    host.for = 'y';
    await host.updateComplete;
    host.for = 'x';
    box.append(host);
    expect(host.changes.at(-1)).to.deep.equal([null, 'g']);
  });

  it('is not looked for outside a document', () => {
    const piece = document.createDocumentFragment();
    piece.append(document.createElement('test-host'));
    expect(hostIn(piece).link.source).to.equal(null);
  });

  it('costs no observer unless it is named', async () => {
    const { MutationObserver: Real } = globalThis;
    let made = 0;
    globalThis.MutationObserver = class extends Real {
      constructor(callback: MutationCallback) {
        super(callback);
        made++;
      }
    };
    try {
      await page('<peer-group><test-host></test-host></peer-group>');
      expect(made).to.equal(0);
      await page('<peer-group id="x"></peer-group><test-host for="x"></test-host>');
      expect(made).to.equal(1);
    } finally {
      globalThis.MutationObserver = Real;
    }
  });
});
