/** A door between real groups, without a line of script; the other tests of the element drive a fake source. */
import { expect, fixture, html } from '@open-wc/testing';
import '../../components/define.js';
import type { PeerDoorElement } from '../../components/peer-door.js';
import { STORAGE_KEY } from '../../components/verified-peers.js';
import { joined, meshed, otherPage, uniqueName } from '../support/sources.js';
import { once, until } from '../support/until.js';
import { all, words } from './status-fake.js';

const LONG = 60_000;

interface Page {
  readonly group: HTMLElementTagNameMap['peer-group'];
  readonly door: PeerDoorElement;
}

async function pageAt(
  room: string,
  name: string,
  admission = 'ask',
  deciders: 'members' | 'moderators' = 'members',
): Promise<Page> {
  const group = await fixture<Page['group']>(html`
    <peer-group
      room=${room}
      name=${name}
      admission=${admission}
      deciders=${deciders}
      .signaling=${otherPage()}
      ><peer-door></peer-door
    ></peer-group>
  `);
  return { group, door: group.querySelector('peer-door')! };
}

const cards = ({ door }: Page): string[] => all(door, '[data-peer] .name').map(words);
const seen = ({ door }: Page): string => words(all(door, '.visitor')[0]);
const isQuiet = ({ door }: Page): boolean =>
  all(door, '.list, .visitor').length === 0 && door.getClientRects().length === 0;

const sees = (page: Page, ...names: string[]): Promise<unknown> =>
  until(() => cards(page).join() === names.join(), {
    what: `${names.join(' and ') || 'nobody'} at the door`,
  });
const reads = (page: Page, text: string): Promise<unknown> =>
  until(() => seen(page).includes(text), { what: text });

/** A button, once it is there. */
const button = ({ door }: Page, selector: string): Promise<HTMLElement> =>
  until(() => all(door, selector)[0], { what: selector });
const press = async (page: Page, selector: string): Promise<void> => (await button(page, selector)).click();

/** Whoever has made the room, and somebody whom it has let in. */
async function house(deciders: 'members' | 'moderators' = 'members'): Promise<[Page, Page]> {
  const room = uniqueName();
  const ada = await pageAt(room, 'Ada', 'ask', deciders);
  await joined(ada.group);
  const linus = await pageAt(room, 'Linus', 'ask', deciders);
  await press(ada, '.let-in');
  await meshed(ada.group, linus.group);
  return [ada, linus];
}

describe('<peer-door> in a <peer-group>', () => {
  beforeEach(() => localStorage.removeItem(STORAGE_KEY));
  after(() => localStorage.removeItem(STORAGE_KEY));

  it('lets somebody in', async () => {
    const [ada, linus] = await house();
    await until(() => isQuiet(ada) && isQuiet(linus), { what: 'nothing to be seen' });
    const grace = await pageAt(ada.group.room!, 'Grace');
    await Promise.all([
      sees(ada, 'Grace'),
      sees(linus, 'Grace'),
      reads(grace, 'Somebody inside can see it.'),
    ]);
    expect(seen(grace)).to.equal(
      'Waiting to be let in… Somebody inside can see it. You are asking as Grace. Give up',
    );
    expect([grace.group.state, grace.group.peers.size, ada.group.peers.size]).to.deep.equal([
      'connecting',
      0,
      1,
    ]);
    const decided = once<{ peer: { id: string }; accepted: boolean }>(linus.door, 'decide');
    await press(linus, '.let-in');
    const { peer, accepted } = (await decided).detail;
    await meshed(ada.group, linus.group, grace.group);
    expect([peer.id, accepted]).to.deep.equal([grace.group.peerId, true]);
    await until(() => [ada, linus, grace].every(isQuiet), { what: 'nothing to be seen' });
    expect(all(ada.door, '[role=status] p').map(words)).to.include('Grace was let in');
  }).timeout(LONG);

  it('sends somebody away with a reason, who asks again', async () => {
    const [ada, linus] = await house();
    const grace = await pageAt(ada.group.room!, 'Grace');
    await Promise.all([sees(ada, 'Grace'), sees(linus, 'Grace')]);
    await press(ada, '.why');
    const field = (await button(ada, '[part=reason-field]')) as HTMLInputElement;
    field.value = 'We are about to eat.';
    await press(ada, '.not-now');
    await reads(grace, 'You were not let in We are about to eat.');
    await Promise.all([sees(ada), sees(linus)]);
    expect(grace.group.error?.code).to.equal('rejected');
    await press(grace, '.again');
    await Promise.all([sees(ada, 'Grace'), sees(linus, 'Grace')]);
    await press(linus, '.let-in');
    await meshed(ada.group, linus.group, grace.group);
    await until(() => [ada, linus, grace].every(isQuiet), { what: 'nothing to be seen' });
  }).timeout(LONG);

  it('lets somebody give up, and ask again', async () => {
    const [ada, linus] = await house();
    const grace = await pageAt(ada.group.room!, 'Grace');
    await Promise.all([sees(ada, 'Grace'), sees(linus, 'Grace')]);
    await press(grace, '.give-up');
    await reads(grace, 'You are not waiting any more');
    await Promise.all([sees(ada), sees(linus)]);
    await press(grace, '.again');
    await sees(ada, 'Grace');
    await press(ada, '.let-in');
    await meshed(ada.group, linus.group, grace.group);
  }).timeout(LONG);

  it('shows several who knock, and decides about each', async () => {
    const [ada, linus] = await house();
    const room = ada.group.room!;
    const grace = await pageAt(room, 'Grace');
    await sees(ada, 'Grace');
    const alan = await pageAt(room, 'Alan');
    await sees(ada, 'Grace', 'Alan');
    await press(ada, '.not-now');
    await reads(grace, 'You were not let in');
    await press(ada, '.let-in');
    await meshed(ada.group, linus.group, alan.group);
  }).timeout(LONG);

  it('shows moderators only, where they decide', async () => {
    const [ada, linus] = await house('moderators');
    const grace = await pageAt(ada.group.room!, 'Grace', 'ask', 'moderators');
    await Promise.all([sees(ada, 'Grace'), reads(grace, 'Somebody inside can see it.')]);
    expect(isQuiet(linus)).to.equal(true);
    await ada.group.appoint(linus.group.peerId!);
    await sees(linus, 'Grace');
    await press(linus, '.let-in');
    await meshed(ada.group, linus.group, grace.group);
  }).timeout(LONG);

  it('knows who was verified, tells of others who bear that name, and shows the number that both have once they are in', async () => {
    const [ada, linus] = await house();
    const grace = await pageAt(ada.group.room!, 'Grace');
    await sees(ada, 'Grace');
    await press(ada, '.toggle');
    const shown = await until(
      () => /^\d{5}( \d{5}){11}$/.exec(all(ada.door, '.number [aria-hidden]').map(words).join(' '))?.[0],
      { what: 'a number' },
    );
    await press(ada, '.same');
    await button(ada, '.check');
    const stranger = await pageAt(ada.group.room!, 'Grace');
    await sees(ada, 'Grace', 'Grace');
    const of = ({ group }: Page): HTMLElement | undefined =>
      all(ada.door, '[data-peer]').find(({ dataset }) => dataset['peer'] === group.peerId);
    expect(of(grace)!.querySelector('.check')).not.to.equal(null);
    expect(words(of(stranger)!.querySelector('[role=alert]'))).to.contain(
      'This is not the Grace that you verified',
    );
    await press(ada, '.let-in');
    await meshed(ada.group, linus.group, grace.group);
    expect(await grace.group.peers.get(ada.group.peerId!)!.safetyNumber()).to.equal(shown);
  }).timeout(LONG);

  it('has nothing to show in a room that is open', async () => {
    const room = uniqueName();
    const ada = await pageAt(room, 'Ada', 'open');
    const linus = await pageAt(room, 'Linus', 'open');
    await meshed(ada.group, linus.group);
    expect([isQuiet(ada), isQuiet(linus)]).to.deep.equal([true, true]);
  }).timeout(LONG);
});
