/** Who is who between real groups; the other tests of the element drive a fake source, which can prove none of this. */
import { expect, fixture, html } from '@open-wc/testing';
import '../../components/define.js';
import type { PeerStatusElement } from '../../components/peer-status.js';
import { STORAGE_KEY } from '../../components/verified-peers.js';
import { meshed, otherPage, uniqueName, upgraded } from '../support/sources.js';
import { once, record, until } from '../support/until.js';
import { all, words } from './status-fake.js';

const LONG = 60_000;

interface Page {
  readonly group: HTMLElementTagNameMap['peer-group'];
  readonly status: PeerStatusElement;
}

async function pageIn(room: string, name: string, signaling = otherPage()): Promise<Page> {
  const group = await fixture<Page['group']>(html`
    <peer-group room=${room} name=${name} .signaling=${signaling}><peer-status></peer-status></peer-group>
  `);
  return { group, status: group.querySelector('peer-status')! };
}

async function pages(...names: string[]): Promise<Page[]> {
  const room = uniqueName();
  const made = await Promise.all(names.map((name) => pageIn(room, name)));
  await meshed(...made.map(({ group }) => group));
  return made;
}

const peerOf = ({ group }: Page, { group: other }: Page) => group.peers.get(other.peerId!)!;
const rowOf = ({ status }: Page, { group: { peerId } }: Page): HTMLElement | undefined =>
  all(status, '[data-peer]').find(({ dataset }) => dataset['peer'] === peerId);

/** A piece of what is shown of somebody, once it is there. */
const piece = (page: Page, other: Page, selector: string): Promise<HTMLElement> =>
  until(() => rowOf(page, other)?.querySelector<HTMLElement>(selector), { what: selector });
const reads = (page: Page, other: Page, text: string | RegExp): Promise<unknown> =>
  until(() => words(rowOf(page, other)).match(text), { what: String(text) });

/** The number as it is seen, in the panel that this opens. */
async function numberAt(page: Page, other: Page): Promise<string> {
  (await piece(page, other, '.toggle')).click();
  return until(
    () => {
      const shown = [...(rowOf(page, other)?.querySelectorAll('.number [aria-hidden]') ?? [])]
        .map(words)
        .join(' ');
      return /\d/.test(shown) && shown;
    },
    { what: 'a number' },
  );
}

async function verify(page: Page, other: Page): Promise<void> {
  await numberAt(page, other);
  (await piece(page, other, '.same')).click();
  await piece(page, other, '.check');
}

describe('<peer-status> in a <peer-group>', () => {
  beforeEach(() => localStorage.removeItem(STORAGE_KEY));
  after(() => localStorage.removeItem(STORAGE_KEY));

  it('tells who is here, by which path and how fast', async () => {
    const [ada, linus, grace] = (await pages('Ada', 'Linus', 'Grace')) as [Page, Page, Page];
    await upgraded(ada.group, linus.group, grace.group);
    await reads(ada, linus, /^L Linus Direct \d+ ms/);
    await reads(ada, grace, /^G Grace Direct \d+ ms/);
    expect(words(all(ada.status, '[part=me]')[0])).to.match(/^A Ada you/);
    grace.group.displayName = 'Hopper';
    await reads(ada, grace, /^H Hopper/);
    grace.group.close();
    await until(() => !rowOf(ada, grace), { what: 'Grace to be gone' });
  }).timeout(LONG);

  it('shows the same number on both sides, and another one for everybody else', async () => {
    const [ada, linus, grace] = (await pages('Ada', 'Linus', 'Grace')) as [Page, Page, Page];
    const [here, there, other] = await Promise.all([
      numberAt(ada, linus),
      numberAt(linus, ada),
      numberAt(ada, grace),
    ]);
    expect(here).to.match(/^\d{5}(?: \d{5}){11}$/);
    expect(here).to.equal(await peerOf(ada, linus).safetyNumber());
    expect(there).to.equal(here);
    expect(other).not.to.equal(here);
  }).timeout(LONG);

  it('remembers who is verified, in another element and another stay', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    const told = once<{ peer: unknown; verified: boolean }>(ada.status, 'verify');
    await verify(ada, linus);
    expect((await told).detail).to.deep.equal({ peer: peerOf(ada, linus), verified: true });
    expect(ada.status.isVerified(peerOf(ada, linus))).to.equal(true);

    const anew = document.createElement('peer-status');
    const again = once<{ verified: boolean }>(anew, 'verify');
    ada.group.replaceChildren(anew);
    expect((await again).detail.verified).to.equal(true);
    expect(all(anew, '.check')).to.have.lengthOf(1);

    const later: Page = { group: ada.group, status: anew };
    linus.group.close();
    await until(() => !rowOf(later, linus));
    linus.group.connect();
    await piece(later, linus, '.check');
  }).timeout(LONG);

  it('suspects a stranger who comes under the name of somebody verified', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    await verify(ada, linus);
    const suspects = record<{ peer: unknown; name: string }>(ada.status, 'suspect');
    const stranger = await pageIn(ada.group.room!, ' LINUS\u200b');
    const alert = await piece(ada, stranger, '[role=alert]');
    expect(words(alert)).to.contain('This is not the Linus that you verified');
    expect(suspects.map(({ detail }) => detail)).to.deep.equal([
      { peer: peerOf(ada, stranger), name: 'Linus' },
    ]);
    expect(rowOf(ada, linus)!.querySelector('[role=alert]')).to.equal(null);

    // Another name makes it no better, and is no news.
    stranger.group.displayName = 'Grace';
    await reads(ada, stranger, 'Grace');
    expect(rowOf(ada, stranger)!.querySelector('[role=alert]')).to.equal(alert);
    stranger.group.displayName = 'Linus';
    await reads(ada, stranger, /^L Linus/);
    expect(suspects).to.have.lengthOf(1);

    // Unless it turns out to be the same person with another browser.
    await verify(ada, stranger);
    expect(rowOf(ada, stranger)!.querySelector('[role=alert]')).to.equal(null);
  }).timeout(LONG);

  it('lets who has made the room send somebody out, asked for twice, and nobody else', async () => {
    const room = uniqueName();
    const ada = await pageIn(room, 'Ada');
    await until(() => ada.group.moderator, { what: 'a moderator' });
    const [linus, grace] = [await pageIn(room, 'Linus'), await pageIn(room, 'Grace')];
    await meshed(ada.group, linus.group, grace.group);
    await reads(grace, ada, 'moderator');
    await numberAt(grace, linus);
    expect(rowOf(grace, linus)!.querySelector('.send-out')).to.equal(null);
    await numberAt(ada, linus);
    (await piece(ada, linus, '.send-out')).click();
    const keep = await piece(ada, linus, '.keep');
    await until(() => ada.status.shadowRoot!.activeElement === keep, { what: 'the focus at the question' });
    expect(words(rowOf(ada, linus)!.querySelector('.asked p'))).to.include('Send Linus out of the room?');
    keep.click();
    const again = await piece(ada, linus, '.send-out');
    await until(() => ada.status.shadowRoot!.activeElement === again, { what: 'the focus back' });
    expect(ada.group.peers.size).to.equal(2);
    again.click();
    const closed = once<{ code: string }>(linus.group, 'close');
    (await piece(ada, linus, '.out')).click();
    expect((await closed).detail.code).to.equal('kicked');
    await until(() => ada.group.peers.size === 1 && grace.group.peers.size === 1, { what: 'it to be gone' });
    expect(rowOf(ada, linus)).to.equal(undefined);
    await until(
      () => words(all(linus.status, '[part=notice]')[0]).includes('A moderator has sent this page out.'),
      {
        what: 'why',
      },
    );
  });

  it('says so when somebody cannot be sent out', async () => {
    const room = uniqueName();
    const ada = await pageIn(room, 'Ada');
    await until(() => ada.group.moderator, { what: 'a moderator' });
    const linus = await pageIn(room, 'Linus');
    await meshed(ada.group, linus.group);
    await ada.group.appoint(linus.group.peerId!);
    await until(() => linus.group.moderator, { what: 'another one' });
    await numberAt(linus, ada);
    (await piece(linus, ada, '.send-out')).click();
    (await piece(linus, ada, '.ban')).click();
    await reads(linus, ada, 'whoever made the room stays');
    expect(linus.group.peers.size).to.equal(1);
  });
});
