/** Seeing and hearing each other between real groups; the other tests of the element drive a fake source, which can prove none of this. */
import { expect, fixture, html } from '@open-wc/testing';
import '../../components/define.js';
import type { PeerVideoElement } from '../../components/peer-video.js';
import { meshed, otherPage, uniqueName } from '../support/sources.js';
import { until } from '../support/until.js';
import { words } from './status-fake.js';
import { all, colourOf, one, paint } from './video-fake.js';

const LONG = 60_000;

type Group = HTMLElementTagNameMap['peer-group'] & { stream: MediaStream | null };

interface Page {
  readonly group: Group;
  readonly video: PeerVideoElement;
}

async function pageIn(room: string, name: string, transport = 'auto'): Promise<Page> {
  const group = await fixture<Group>(html`
    <peer-group room=${room} name=${name} transport=${transport} .signaling=${otherPage()}
      ><peer-video></peer-video
    ></peer-group>
  `);
  return { group, video: group.querySelector('peer-video')! };
}

async function pages(...names: string[]): Promise<Page[]> {
  const room = uniqueName();
  const made = await Promise.all(names.map((name) => pageIn(room, name)));
  await meshed(...made.map(({ group }) => group));
  return made;
}

/** The tile in which `page` sees the other one's camera. */
const tileAt = ({ video }: Page, { group: { peerId } }: Page): HTMLElement | undefined =>
  all(video, '.tile').find(({ dataset }) => dataset['key'] === peerId);

const isSeen = (page: Page, other: Page): Promise<unknown> =>
  until(() => tileAt(page, other)?.classList.contains('seen'), { what: 'a picture', timeout: LONG / 2 });

const shows = (page: Page, other: Page, colour: string): Promise<unknown> =>
  until(() => colourOf(tileAt(page, other)!.querySelector('video')!) === colour, {
    what: colour,
    timeout: LONG / 2,
  });

const press = ({ video }: Page, device: string): void => one(video, `.control.${device}`).click();

const marks = (page: Page, other: Page): (string | null)[] =>
  [...tileAt(page, other)!.querySelectorAll('.mark')].map(({ ariaLabel }) => ariaLabel);

describe('<peer-video> in a <peer-group>', () => {
  it('shows each of three to the others at the press of a button, and whoever comes later', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    press(ada, 'video');
    press(linus, 'video');
    await Promise.all([isSeen(ada, linus), isSeen(linus, ada)]);
    const grace = await pageIn(ada.group.room!, 'Grace');
    await Promise.all([isSeen(grace, ada), isSeen(grace, linus)]);
    expect(words(tileAt(ada, grace)!.querySelector('.avatar'))).to.equal('G');
    expect(all(grace.video, '.tile .name').map(words)).to.have.members(['You', 'Ada', 'Linus']);
  }).timeout(LONG);

  it('shows what the page sends in its colours, and what takes its place', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    ada.group.stream = paint('#f00', 160, 90);
    await shows(linus, ada, 'f00');
    ada.group.stream = paint('#0f0', 160, 90);
    await shows(linus, ada, '0f0');
  }).timeout(LONG);

  it('tells the others who is muted, and whose camera is off and on again', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    press(ada, 'video');
    await isSeen(linus, ada);
    press(ada, 'audio');
    await until(() => marks(linus, ada).length === 0 || marks(linus, ada)[0] === 'speaking', {
      what: 'a voice',
    });
    press(ada, 'audio');
    await until(() => marks(linus, ada).includes('microphone off'), { what: 'the mark' });
    press(ada, 'video');
    await until(() => !tileAt(linus, ada)!.classList.contains('seen'), { what: 'the picture to go' });
    press(ada, 'video');
    await isSeen(linus, ada);
  }).timeout(LONG);

  it('shows a screen beside the camera, for as long as it is shared', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    press(ada, 'video');
    await isSeen(linus, ada);
    const { mediaDevices } = navigator;
    const screen = paint('#00f', 320, 200);
    // Firefox has no fake one, and a real one asks.
    mediaDevices.getDisplayMedia = () => Promise.resolve(screen);
    press(ada, 'screen');
    const tile = await until(() => one(linus.video, '.tile.screen') as HTMLElement | undefined, {
      what: 'the screen',
      timeout: LONG / 2,
    });
    Reflect.deleteProperty(mediaDevices, 'getDisplayMedia');
    expect(words(tile.querySelector('.name'))).to.equal('Ada’s screen');
    await until(() => colourOf(tile.querySelector('video')!) === '00f', { what: 'blue', timeout: LONG / 2 });
    press(ada, 'screen');
    await until(() => all(linus.video, '.tile.screen').length === 0, { what: 'its end' });
    await isSeen(linus, ada);
  }).timeout(LONG);

  it('says where there is no direct path, instead of staying black', async () => {
    const room = uniqueName();
    const [ada, linus] = [await pageIn(room, 'Ada', 'relay'), await pageIn(room, 'Linus')];
    await meshed(ada.group, linus.group);
    press(ada, 'video');
    press(linus, 'video');
    const says = (page: Page, other: Page): Promise<unknown> =>
      until(() => words(tileAt(page, other)).includes('No direct path'), { what: 'what is wrong' });
    await Promise.all([says(ada, linus), says(linus, ada)]);
  }).timeout(LONG);

  it('lets in who presses Join, with the camera that was turned on before', async () => {
    const ada = await pageIn(uniqueName(), 'Ada');
    const group = await fixture<Group>(html`
      <peer-group room=${ada.group.room!} manual .signaling=${otherPage()}
        ><peer-video preview></peer-video
      ></peer-group>
    `);
    const linus: Page = { group, video: group.querySelector('peer-video')! };
    press(linus, 'video');
    await until(() => one(linus.video, '.tile.own.seen') as HTMLElement | undefined, { what: 'oneself' });
    expect(group.state).to.equal('new');
    one(linus.video, '.join').click();
    await meshed(ada.group, group);
    await isSeen(ada, linus);
    expect(all(linus.video, '.join')).to.deep.equal([]);
  }).timeout(LONG);

  it('lets go of the camera when somebody leaves, and of their tile elsewhere', async () => {
    const [ada, linus] = (await pages('Ada', 'Linus')) as [Page, Page];
    press(ada, 'video');
    await isSeen(linus, ada);
    const [camera] = ada.group.stream!.getVideoTracks();
    press(ada, 'leave');
    await until(() => all(linus.video, '.tile').length === 1, { what: 'the tile to go' });
    expect(camera!.readyState).to.equal('ended');
    expect(ada.group.stream).to.equal(null);
    one(ada.video, '.join').click();
    await meshed(ada.group, linus.group);
    await until(() => all(linus.video, '.tile').length === 2, { what: 'the tile again' });
  }).timeout(LONG);
});
