import { expect, fixture, html } from '@open-wc/testing';
import '../../components/define.js';
import type { PeerPairElement } from '../../components/peer-pair.js';
import { closeAll, joined, makePair, meshed, nextData, otherPage, uniqueName } from '../support/sources.js';
import { once } from '../support/until.js';

const pairWith = (code?: string): Promise<PeerPairElement> =>
  fixture(html`<peer-pair code=${code ?? uniqueName()} .signaling=${otherPage()}></peer-pair>`);

describe('<peer-pair>', () => {
  afterEach(closeAll);

  it('makes a code up and shows it as an attribute', async () => {
    const pair = await fixture<PeerPairElement>(html`<peer-pair .signaling=${otherPage()}></peer-pair>`);
    expect(pair.code).to.match(/^[0-9a-z]{4}(?:-[0-9a-z]{4}){3}$/);
    expect(pair.getAttribute('code')).to.equal(pair.code);
    const made = document.createElement('peer-pair');
    expect(made.code, 'also before it is in a document').to.match(/^[0-9a-z-]{19}$/);
    expect(made.code).not.to.equal(pair.code);
  });

  it('keeps the code it is given', async () => {
    const pair = document.createElement('peer-pair');
    Object.assign(pair, { code: 'tea for two', signaling: otherPage() });
    const heard = once<{ code: string }>(pair, 'join');
    document.body.append(pair);
    const { detail } = await heard;
    pair.remove();
    expect([pair.code, detail.code]).to.deep.equal(['tea for two', 'tea for two']);
  });

  it('talks to the other side', async () => {
    const pair = await pairWith();
    expect([pair.peer, pair.role]).to.deep.equal([null, null]);
    await joined(pair);
    const other = makePair({ code: pair.code ?? '' });
    await meshed(pair, other);
    expect([pair.peer?.id, pair.role]).to.deep.equal([other.peerId, 'host']);
    void pair.send([1, 2]);
    expect((await nextData(other)).data).to.deep.equal([1, 2]);
    void other.send('hi');
    expect((await nextData(pair)).data).to.equal('hi');
  });

  it('asks the other side, and is asked', async () => {
    const pair = await pairWith();
    const asked = pair.request('early');
    const other = makePair({ code: pair.code ?? '' });
    other.addEventListener('request', (event) => {
      event.respondWith(`${String(event.detail.data)} bird`);
    });
    pair.addEventListener('request', (event) => {
      event.respondWith(event.detail.peer === pair.peer);
    });
    expect(await asked).to.equal('early bird');
    expect(await other.request('is it me?')).to.equal(true);
  });

  it('is busy for a third', async () => {
    const a = makePair({ code: uniqueName() });
    await once(a, 'join');
    const guest = makePair({ code: a.code });
    await meshed(a, guest);
    const third = document.createElement('peer-pair');
    Object.assign(third, { code: a.code, signaling: otherPage() });
    const busy = once<{ code: string }>(third, 'busy');
    const closed = once<{ code: string }>(third, 'close');
    document.body.append(third);
    expect((await busy).detail.code).to.equal(a.code);
    expect((await closed).detail.code).to.equal('busy');
    expect(third.matches(':state(failed)')).to.equal(true);
    third.remove();
  });

  it('takes another code', async () => {
    const pair = await pairWith();
    await joined(pair);
    const other = makePair({ code: uniqueName() });
    pair.code = other.code;
    await meshed(pair, other);
  });

  it('makes another code up when it loses its own', async () => {
    const pair = await pairWith('gone soon');
    await joined(pair);
    const closed = once(pair, 'close');
    pair.removeAttribute('code');
    await closed;
    expect(pair.code).to.match(/^[0-9a-z-]{19}$/);
    expect(pair.getAttribute('code')).to.equal(pair.code);
    const { detail } = await once<{ code: string }>(pair, 'join');
    expect(detail.code).to.equal(pair.code);
  });

  it('is accessible', async () => {
    await expect(await fixture(html`<peer-pair manual><p>Inside</p></peer-pair>`)).to.be.accessible();
  });
});
