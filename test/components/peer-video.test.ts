import { aTimeout, expect } from '@open-wc/testing';
import type { PeerVideoElement } from '../../components/peer-video.js';
import { record, until } from '../support/until.js';
import { idOf, press } from './chat-fake.js';
import { words } from './status-fake.js';
import {
  all,
  colourOf,
  hum,
  leash,
  lendEars,
  mountVideo,
  one,
  paint,
  register,
  tileOf,
  type FakeVideoSource,
  type MountedVideo,
  type Sound,
} from './video-fake.js';

register();

const { mediaDevices } = navigator;
const videoIn = (tile: HTMLElement): HTMLVideoElement => tile.querySelector('video')!;
const streamIn = (tile: HTMLElement): MediaStream | null => videoIn(tile).srcObject as MediaStream | null;
const notice = (video: PeerVideoElement): string => words(one(video, '.notice.bad'));

const isOn = (video: PeerVideoElement, device: string): boolean =>
  one(video, `.control.${device}`).getAttribute('aria-pressed') === 'true';

/** Presses a button for something of ours, and waits until it is so. */
async function turn(
  video: PeerVideoElement,
  device: 'audio' | 'video' | 'screen',
  on: boolean,
): Promise<void> {
  one(video, `.control.${device}`).click();
  await until(() => isOn(video, device) === on, { what: `${device} to be ${on ? 'on' : 'off'}` });
}

const trackOf = (source: FakeVideoSource, kind: 'audio' | 'video'): MediaStreamTrack | undefined =>
  source.stream?.getTracks().find((track) => track.kind === kind);

async function inCall(attributes = ''): Promise<MountedVideo> {
  const { source, video } = await mountVideo(attributes);
  source.enter('me');
  await video.updateComplete;
  return { source, video };
}

/** Everything that is captured in a test, to be looked at and let go. */
const captured: MediaStreamTrack[] = [];
const genuine = {
  getUserMedia: mediaDevices.getUserMedia.bind(mediaDevices),
  getDisplayMedia: mediaDevices.getDisplayMedia.bind(mediaDevices),
  enumerateDevices: mediaDevices.enumerateDevices.bind(mediaDevices),
};
let asked: MediaStreamConstraints[] = [];

const refuse = (name: string) => (): Promise<MediaStream> => Promise.reject(new DOMException('No.', name));

beforeEach(() => {
  asked = [];
  mediaDevices.getUserMedia = async (constraints) => {
    asked.push(constraints ?? {});
    const stream = await genuine.getUserMedia(constraints);
    captured.push(...stream.getTracks());
    return stream;
  };
});
afterEach(() => {
  Object.assign(mediaDevices, genuine);
  for (const track of captured.splice(0)) track.stop();
});

describe('A <peer-video>', () => {
  it('captures nothing before somebody presses a button', async () => {
    const { source, video } = await inCall();
    source.come('ada', 'Ada');
    await video.updateComplete;
    expect(asked).to.deep.equal([]);
    expect(source.stream).to.equal(null);
    expect(all(video, '.control').map(({ ariaLabel }) => ariaLabel)).to.deep.equal([
      'Microphone',
      'Camera',
      'Share the screen',
      'Devices',
      'Leave',
    ]);
    expect(['audio', 'video', 'screen'].map((device) => isOn(video, device))).to.deep.equal([
      false,
      false,
      false,
    ]);
  });

  it('has no tiles without a source, and says so', async () => {
    const video = document.createElement('peer-video');
    document.body.append(video);
    await video.updateComplete;
    expect(all(video, '.tile')).to.deep.equal([]);
    expect(words(one(video, '.empty'))).to.equal('Not connected');
    expect(all(video, 'button')).to.deep.equal([]);
    video.remove();
  });

  it('shows everybody by name, with the picture they send', async () => {
    const { source, video } = await inCall();
    source.come('ada', 'Ada', { streams: [paint('#f00')] });
    source.come('linus', '', { streams: [paint('#0f0')] });
    await video.updateComplete;
    expect(all(video, '.tile .name').map(words)).to.deep.equal(['You', 'Ada', 'Guest linu']);
    await until(() => colourOf(videoIn(tileOf(video, 'ada'))) === 'f00', { what: 'red' });
    await until(() => colourOf(videoIn(tileOf(video, 'linus'))) === '0f0', { what: 'green' });
    expect(videoIn(tileOf(video, 'ada')).muted).to.equal(false);
    source.rename('ada', 'Countess');
    await video.updateComplete;
    expect(words(tileOf(video, 'ada').querySelector('.name'))).to.equal('Countess');
    source.lose('ada');
    await video.updateComplete;
    expect(all(video, '.tile .name').map(words)).to.deep.equal(['You', 'Guest linu']);
  });

  it('shows an initial until the picture is there, and when the camera is off', async () => {
    const { source, video } = await inCall();
    source.come('ada', 'Ada');
    await video.updateComplete;
    const tile = tileOf(video, 'ada');
    expect(words(tile.querySelector('.avatar'))).to.equal('A');
    source.shows('ada').streams = [paint('#f00')];
    source.fire('track', { peer: source.shows('ada') });
    await until(() => tile.classList.contains('seen'), { what: 'a picture' });
    expect(tile.querySelector('.avatar')).to.equal(null);
    source.hush('ada', 'video');
    await video.updateComplete;
    expect(words(tile.querySelector('.avatar'))).to.equal('A');
    expect(getComputedStyle(videoIn(tile)).opacity).to.equal('0');
    source.hush('ada', 'video', false);
    await until(() => tile.classList.contains('seen'), { what: 'the picture again' });
  });

  it('says what stands in the way of a picture', async () => {
    const { source, video } = await inCall();
    source.come('ada', 'Ada', { streams: [paint('#f00')], mediaState: 'connecting' });
    source.come('linus', 'Linus', { mediaState: 'connecting' });
    await video.updateComplete;
    expect(words(tileOf(video, 'linus').querySelector('.why'))).to.equal('Connecting…');
    source.flow('ada', 'unavailable');
    await video.updateComplete;
    const tile = tileOf(video, 'ada');
    expect(words(tile.querySelector('.why'))).to.equal(
      'No direct path. Picture and sound do not go through the relay. Messages do.',
    );
    expect(tile.classList.contains('seen')).to.equal(false);
    source.flow('ada', 'flowing');
    source.connect('ada', 'disconnected');
    await until(() => words(tile).includes('Not reachable just now'), { what: 'what is wrong' });
    source.connect('ada', 'connected');
    await until(() => tile.classList.contains('seen') && !words(tile).includes('Not reachable'));
  });

  it('marks who is muted or has no microphone', async () => {
    const { source, video } = await inCall();
    const sound = hum();
    source.come('ada', 'Ada', { streams: [new MediaStream([...paint('#f00').getTracks(), sound.track])] });
    source.come('linus', 'Linus', { streams: [paint('#0f0')] });
    await video.updateComplete;
    const marks = (name: string): (string | null)[] =>
      [...tileOf(video, name).querySelectorAll('.mark')].map(({ ariaLabel }) => ariaLabel);
    expect(marks('ada')).to.deep.equal([]);
    expect(marks('linus')).to.deep.equal(['microphone off']);
    source.hush('ada', 'audio');
    await video.updateComplete;
    expect(marks('ada')).to.deep.equal(['microphone off']);
    await sound.close();
  });

  it('tells the ear who comes, goes and shares, and nothing else', async () => {
    const { source, video } = await inCall();
    source.come('ada', 'Ada', { streams: [paint('#f00')] });
    source.hush('ada', 'audio');
    source.share('ada', paint('#00f'));
    source.lose('ada');
    await video.updateComplete;
    expect(all(video, '[role=log] p').map(words)).to.deep.equal([
      'Ada has joined',
      'Ada is sharing the screen',
      'Ada has left',
    ]);
  });

  it('speaks another language as far as it is told', async () => {
    const { source, video } = await inCall();
    video.strings = { microphone: 'Mikrofon', you: 'Du' };
    source.come('ada', 'Ada');
    await video.updateComplete;
    expect(one(video, '.control.audio').ariaLabel).to.equal('Mikrofon');
    expect(one(video, '.control.video').ariaLabel).to.equal('Camera');
    expect(words(tileOf(video, 'me').querySelector('.name'))).to.equal('Du');
  });
});

describe('Our own camera and microphone', () => {
  it('are asked for by their buttons, and sent', async () => {
    const { source, video } = await inCall();
    await turn(video, 'video', true);
    expect(asked).to.deep.equal([{ audio: false, video: true }]);
    expect(source.stream!.getTracks().map(({ kind }) => kind)).to.deep.equal(['video']);
    await turn(video, 'audio', true);
    expect(asked[1]).to.deep.equal({ audio: true, video: false });
    expect(source.stream!.getTracks().map(({ kind }) => kind)).to.have.members(['video', 'audio']);
    const tile = tileOf(video, 'me');
    await until(() => tile.classList.contains('seen'), { what: 'our own picture' });
    expect(streamIn(tile)).to.equal(source.stream);
    expect(videoIn(tile).muted, 'nobody hears themselves').to.equal(true);
    // Firefox's fake camera looks the other way.
    const away = trackOf(source, 'video')!.getSettings().facingMode === 'environment';
    expect(getComputedStyle(videoIn(tile)).scale, 'as in a mirror').to.equal(away ? 'none' : '-1 1');
  });

  it('are let go of: a microphone is muted, a camera stops, and both come back', async () => {
    const { source, video } = await inCall();
    await turn(video, 'audio', true);
    await turn(video, 'video', true);
    const [microphone, camera] = [trackOf(source, 'audio')!, trackOf(source, 'video')!];
    await turn(video, 'audio', false);
    expect(source.muted).to.deep.equal({ audio: true, video: false });
    expect(microphone.readyState).to.equal('live');
    await turn(video, 'video', false);
    expect(source.muted).to.deep.equal({ audio: true, video: true });
    expect(camera.readyState, 'its light is out').to.equal('ended');
    expect(words(tileOf(video, 'me').querySelector('.avatar'))).to.equal('Y');

    await turn(video, 'audio', true);
    expect(trackOf(source, 'audio')).to.equal(microphone);
    await turn(video, 'video', true);
    expect(source.stream!.getTracks(), 'the microphone goes on').to.include(microphone);
    expect(source.stream!.getTracks()).to.have.lengthOf(2);
    expect(trackOf(source, 'video')!.readyState).to.equal('live');
    expect(source.muted).to.deep.equal({ audio: false, video: false });
    await until(() => tileOf(video, 'me').classList.contains('seen'), { what: 'our own picture' });
  });

  it('are asked for once, however often a button is pressed meanwhile', async () => {
    const { video } = await inCall();
    const button = one(video, '.control.video');
    button.click();
    await video.updateComplete;
    expect(button.getAttribute('aria-busy')).to.equal('true');
    button.click();
    await until(() => isOn(video, 'video'));
    expect(asked).to.have.lengthOf(1);
    expect(button.hasAttribute('aria-busy')).to.equal(false);
  });

  it('start by themselves with `autostart`, and only then', async () => {
    const { source, video } = await inCall('autostart');
    await until(() => isOn(video, 'audio') && isOn(video, 'video'), { what: 'both to be on' });
    expect(asked).to.deep.equal([{ audio: true, video: true }]);
    expect(source.stream!.getTracks()).to.have.lengthOf(2);
  });

  it('start with what there is, where a page that starts by itself finds no camera', async () => {
    mediaDevices.getUserMedia = (constraints) =>
      constraints?.video ? refuse('NotFoundError')() : genuine.getUserMedia(constraints);
    const { video } = await inCall('autostart');
    await until(() => isOn(video, 'audio'), { what: 'the microphone' });
    expect(isOn(video, 'video')).to.equal(false);
    expect(all(video, '.notice.bad')).to.deep.equal([]);
  });

  it('show what the page itself sends, and leave it to the page', async () => {
    const { source, video } = await inCall();
    const stream = paint('#0f0');
    source.stream = stream;
    await until(() => colourOf(videoIn(tileOf(video, 'me'))) === '0f0', { what: 'what the page sends' });
    await turn(video, 'video', false);
    expect(stream.getVideoTracks()[0]!.readyState).to.equal('live');
    await turn(video, 'video', true);
    expect(asked).to.deep.equal([]);
    video.remove();
    await aTimeout(0);
    expect(source.stream).to.equal(stream);
  });

  it('are let go of when the element goes, though not when it only moves', async () => {
    const { source, video } = await inCall();
    await turn(video, 'video', true);
    await turn(video, 'audio', true);
    const tracks = source.stream!.getTracks();
    source.append(video);
    await aTimeout(0);
    expect(tracks.map(({ readyState }) => readyState)).to.deep.equal(['live', 'live']);
    video.remove();
    await until(() => tracks.every(({ readyState }) => readyState === 'ended'), { what: 'the end of both' });
    expect(source.stream).to.equal(null);
  });

  it('are let go of when the page leaves, and when it is sent out', async () => {
    const { source, video } = await inCall();
    await turn(video, 'video', true);
    const camera = trackOf(source, 'video')!;
    one(video, '.control.leave').click();
    await video.updateComplete;
    expect(source.calls).to.deep.equal(['close']);
    expect(camera.readyState).to.equal('ended');
    expect(source.stream).to.equal(null);
    expect(words(one(video, '.empty p'))).to.equal('You are not in this call any more');
    const again = one(video, '.join');
    await until(() => video.shadowRoot!.activeElement === again, { what: 'the focus' });
    again.click();
    expect(source.calls).to.deep.equal(['close', 'connect']);
    source.enter('me');
    await video.updateComplete;
    await turn(video, 'video', true);
    source.leave();
    expect(source.stream).to.equal(null);
  });

  it('come too late for a page that has left meanwhile', async () => {
    const { source, video } = await inCall();
    one(video, '.control.video').click();
    one(video, '.control.leave').click();
    await until(() => captured.length === 1 && captured[0]!.readyState === 'ended', { what: 'its end' });
    expect(source.stream).to.equal(null);
  });
});

describe('What goes wrong with a device is said in words, with the way out', () => {
  const REASONS: Record<string, RegExp> = {
    NotAllowedError: /may not use the camera\. Allow it beside the address/,
    NotFoundError: /does not find the camera\. Connect one/,
    NotReadableError: /Another program seems to be using the camera/,
  };
  for (const [name, words] of Object.entries(REASONS)) {
    it(name, async () => {
      const { source, video } = await inCall();
      mediaDevices.getUserMedia = refuse(name);
      one(video, '.control.video').click();
      await until(() => words.test(notice(video)), { what: String(words) });
      expect(one(video, '[role=status]').contains(one(video, '.notice.bad'))).to.equal(true);
      expect(isOn(video, 'video')).to.equal(false);
      expect(source.stream).to.equal(null);
      // Another one is not better for it; the same one is.
      await turnAnyway(video, 'audio');
      expect(notice(video)).to.match(words);
      mediaDevices.getUserMedia = genuine.getUserMedia;
      await turn(video, 'video', true);
      expect(all(video, '.notice.bad')).to.deep.equal([]);
    });
  }

  async function turnAnyway(video: PeerVideoElement, device: 'audio'): Promise<void> {
    const { getUserMedia } = mediaDevices;
    mediaDevices.getUserMedia = genuine.getUserMedia;
    await turn(video, device, true);
    mediaDevices.getUserMedia = getUserMedia;
  }

  it('and goes when it has been read', async () => {
    const { video } = await inCall();
    mediaDevices.getUserMedia = refuse('NotAllowedError');
    one(video, '.control.audio').click();
    await until(() => notice(video).includes('the microphone'), { what: 'a notice' });
    one(video, '.dismiss').click();
    await video.updateComplete;
    expect(all(video, '.notice.bad')).to.deep.equal([]);
    await until(() => video.shadowRoot!.activeElement?.matches('.control.audio'), { what: 'the focus' });
  });

  it('but not that somebody thought better of sharing the screen', async () => {
    const { source, video } = await inCall();
    mediaDevices.getDisplayMedia = refuse('NotAllowedError');
    one(video, '.control.screen').click();
    await until(() => one(video, '.control.screen').ariaBusy !== 'true');
    await video.updateComplete;
    expect(all(video, '.notice.bad')).to.deep.equal([]);
    expect(source.further.size).to.equal(0);
  });
});

describe('A device that is unplugged', () => {
  it('is replaced by another one, which is said', async () => {
    const { source, video } = await inCall();
    const headset = await leash(await genuine.getUserMedia({ audio: true }));
    mediaDevices.getUserMedia = () => Promise.resolve(headset.stream);
    await turn(video, 'audio', true);
    mediaDevices.getUserMedia = genuine.getUserMedia;
    await headset.pull();
    await until(() => /^The microphone has gone\. In use now: .+\.$/.test(notice(video)), {
      what: 'a notice',
    });
    expect(source.stream!.getTracks()).to.have.lengthOf(1);
    expect(trackOf(source, 'audio')!.readyState).to.equal('live');
    expect(isOn(video, 'audio')).to.equal(true);
  });

  it('is off where there is no other one, and the others are told', async () => {
    const { source, video } = await inCall();
    const webcam = await leash(await genuine.getUserMedia({ video: true }));
    mediaDevices.getUserMedia = () => Promise.resolve(webcam.stream);
    await turn(video, 'video', true);
    mediaDevices.getUserMedia = refuse('NotFoundError');
    await webcam.pull();
    await until(() => notice(video).startsWith('The camera has gone, and there is no other one'));
    expect(source.muted.video).to.equal(true);
    expect(isOn(video, 'video')).to.equal(false);
  });
});

describe('The choice of devices', () => {
  it('names them, and takes another one while one is in use', async () => {
    const { source, video } = await inCall();
    await turn(video, 'audio', true);
    const real = (await genuine.enumerateDevices()).filter(({ kind }) => kind === 'audioinput');
    const other = { ...real[0]!.toJSON(), deviceId: 'other', label: 'Headset' } as MediaDeviceInfo;
    mediaDevices.enumerateDevices = () => Promise.resolve([...real, other]);
    one(video, '.control.devices').click();
    const select = await until(() => all(video, 'select')[0] as HTMLSelectElement | undefined);
    await until(() => words(select).includes('Headset'), { what: 'the headset' });
    expect(words(select.closest('label')!.querySelector('span'))).to.equal('Microphone');
    const old = trackOf(source, 'audio')!;
    mediaDevices.getUserMedia = (constraints) => {
      asked.push(constraints ?? {});
      return genuine.getUserMedia({ audio: true });
    };
    select.value = 'other';
    select.dispatchEvent(new Event('change'));
    await until(() => trackOf(source, 'audio') !== old, { what: 'another track' });
    expect(asked.at(-1)).to.deep.equal({ audio: { deviceId: { exact: 'other' } }, video: false });
    expect(source.stream!.getTracks()).to.have.lengthOf(1);
    expect(old.readyState).to.equal('ended');
    trackOf(source, 'audio')!.stop();
  });

  it('is drawn anew when something is plugged in, and closes with Escape', async () => {
    const { video } = await inCall();
    const button = one(video, '.control.devices');
    button.click();
    await until(() => all(video, 'select').length >= 2, { what: 'choices' });
    expect(button.ariaExpanded).to.equal('true');
    mediaDevices.enumerateDevices = async () => [
      ...(await genuine.enumerateDevices()),
      { kind: 'videoinput', deviceId: 'new', groupId: '', label: 'Telescope' } as MediaDeviceInfo,
    ];
    mediaDevices.dispatchEvent(new Event('devicechange'));
    await until(() => all(video, 'option').some((option) => words(option) === 'Telescope'));
    await press(all(video, 'select')[0]!, 'Escape');
    await video.updateComplete;
    expect(all(video, '.panel')).to.deep.equal([]);
    await until(() => video.shadowRoot!.activeElement === button, { what: 'the focus' });
  });
});

describe('A shared screen', () => {
  it('of somebody is a tile of its own, larger and whole', async () => {
    const { source, video } = await inCall();
    source.come('ada', 'Ada', { streams: [paint('#f00')] });
    source.share('ada', paint('#00f', 160, 100));
    await until(() => all(video, '.tile').length === 3);
    const screen = one(video, '.tile.screen');
    await until(() => colourOf(videoIn(screen)) === '00f', { what: 'the screen' });
    expect(words(screen.querySelector('.name'))).to.equal('Ada’s screen');
    expect(screen.classList.contains('large')).to.equal(true);
    expect(screen.clientWidth).to.be.greaterThan(tileOf(video, 'ada').clientWidth * 1.5);
    expect(getComputedStyle(videoIn(screen)).objectFit).to.equal('contain');
    source.unshare('ada', streamIn(screen)!);
    await until(() => all(video, '.tile').length === 2);
    expect(all(video, '.large')).to.deep.equal([]);
  });

  it('of ours is sent beside the camera, is not mirrored, and ends by its button or the browser’s', async () => {
    const { source, video } = await inCall();
    mediaDevices.getDisplayMedia = () => Promise.resolve(paint('#00f', 160, 100));
    await turn(video, 'screen', true);
    expect([...source.further.values()]).to.deep.equal([{ kind: 'screen' }]);
    const [stream] = [...source.further.keys()];
    expect(stream!.getVideoTracks()[0]!.contentHint).to.equal('detail');
    const tile = one(video, '.tile.screen');
    expect(words(tile.querySelector('.name'))).to.equal('Your screen');
    expect(getComputedStyle(videoIn(tile)).scale).to.equal('none');
    await turn(video, 'screen', false);
    expect(source.further.size).to.equal(0);
    expect(stream!.getVideoTracks()[0]!.readyState).to.equal('ended');

    const leashed = await leash(paint('#00f', 160, 100));
    mediaDevices.getDisplayMedia = () => Promise.resolve(leashed.stream);
    await turn(video, 'screen', true);
    expect(source.further.size).to.equal(1);
    await leashed.pull();
    await until(() => !isOn(video, 'screen'), { what: 'the end' });
    expect(source.further.size).to.equal(0);
  });
});

describe('A tile', () => {
  it('is pinned, one at a time, before anything that is shared', async () => {
    const { source, video } = await inCall();
    source.come('ada', 'Ada', { streams: [paint('#f00')] });
    source.come('linus', 'Linus', { streams: [paint('#0f0')], screens: [paint('#00f')] });
    await video.updateComplete;
    const pin = (name: string): HTMLElement => tileOf(video, name).querySelector<HTMLElement>('.pin')!;
    pin('ada').click();
    await video.updateComplete;
    expect(all(video, '.large').map(({ dataset }) => dataset['key'])).to.deep.equal([idOf('ada')]);
    expect(pin('ada').ariaPressed).to.equal('true');
    pin('me').click();
    await video.updateComplete;
    expect(all(video, '.large').map(({ dataset }) => dataset['key'])).to.deep.equal(['me']);
    pin('me').click();
    await video.updateComplete;
    expect(all(video, '.large.screen')).to.have.lengthOf(1);
    pin('ada').click();
    source.lose('ada');
    await video.updateComplete;
    expect(all(video, '.large.screen')).to.have.lengthOf(1);
  });

  it('is asked to fill the screen, or to be a picture in the picture, where the browser can', async () => {
    const { source, video } = await inCall();
    source.come('ada', 'Ada', { streams: [paint('#f00')] });
    await until(() => tileOf(video, 'ada').classList.contains('seen'));
    const tile = tileOf(video, 'ada');
    const calls: Element[] = [];
    tile.requestFullscreen = () => {
      calls.push(tile);
      return Promise.reject(new TypeError('no gesture'));
    };
    tile.querySelector<HTMLElement>('.full')!.click();
    expect(calls).to.deep.equal([tile]);
    const inset = tile.querySelector<HTMLElement>('.inset');
    expect(!!inset).to.equal(document.pictureInPictureEnabled ?? false);
    if (!inset) return;
    videoIn(tile).requestPictureInPicture = () => {
      calls.push(videoIn(tile));
      return Promise.reject(new TypeError('no gesture'));
    };
    inset.click();
    expect(calls[1]).to.equal(videoIn(tile));
  });

  it('stays where it is in the document, whatever is pinned: moved, a picture would stop', async () => {
    const { source, video } = await inCall();
    for (const name of ['ada', 'linus', 'grace']) source.come(name, name, { streams: [paint('#f00')] });
    await video.updateComplete;
    const before = all(video, '.tile');
    const moved = new MutationObserver(() => undefined);
    moved.observe(one(video, 'ul'), { childList: true });
    tileOf(video, 'grace').querySelector<HTMLElement>('.pin')!.click();
    await video.updateComplete;
    expect(moved.takeRecords()).to.deep.equal([]);
    expect(all(video, '.tile')).to.deep.equal(before);
  });

  it('has more room when the element has', async () => {
    const { source, video } = await inCall();
    source.come('ada', 'Ada');
    video.style.inlineSize = '900px';
    await until(() => tileOf(video, 'ada').clientWidth > 400, { what: 'a wide tile' });
    const level = (): boolean => tileOf(video, 'ada').offsetTop === tileOf(video, 'me').offsetTop;
    await until(level, { what: 'both in a row' });
    video.style.inlineSize = '300px';
    await until(() => tileOf(video, 'ada').offsetTop > tileOf(video, 'me').offsetTop, { what: 'a column' });
  });
});

describe('Who speaks', () => {
  let giveBack: () => void;
  before(async () => {
    giveBack = await lendEars();
  });
  after(() => giveBack());

  it('is marked for as long as they do', async () => {
    const { source, video } = await inCall();
    const voices: Sound[] = [hum(), hum()];
    const [ada, linus] = voices as [Sound, Sound];
    source.come('ada', 'Ada', { streams: [new MediaStream([ada.track])] });
    source.come('linus', 'Linus', { streams: [new MediaStream([linus.track])] });
    const speaking = (): string[] => all(video, '.speaking').map(({ dataset }) => dataset['key']!);
    linus.loud(0.4);
    await until(() => speaking().join() === idOf('linus'), { what: 'Linus to speak' });
    expect(tileOf(video, 'linus').querySelector('.talk')!.ariaLabel).to.equal('speaking');
    linus.loud(0);
    ada.loud(0.4);
    await until(() => speaking().join() === idOf('ada'), { what: 'Ada alone to speak' });
    source.hush('ada', 'audio');
    await until(() => speaking().length === 0, { what: 'silence' });
    for (const voice of voices) await voice.close();
  });
});

describe('Where the browser lets nothing be heard before somebody presses something', () => {
  const { play } = HTMLMediaElement.prototype;
  beforeEach(() => {
    // As browsers do; started by a test, they are told not to.
    HTMLMediaElement.prototype.play = function refusing(this: HTMLMediaElement) {
      return this.muted ? play.call(this) : Promise.reject(new DOMException('No.', 'NotAllowedError'));
    };
  });
  afterEach(() => {
    HTMLMediaElement.prototype.play = play;
  });

  it('everybody is seen at once, and heard after one button', async () => {
    const { source, video } = await inCall();
    source.come('ada', 'Ada', { streams: [paint('#f00')] });
    source.come('linus', 'Linus', { streams: [paint('#0f0')] });
    const button = await until(() => one(video, '.hear') as HTMLElement | undefined, { what: 'the button' });
    expect(words(button)).to.equal('Tap to hear the others');
    const players = ['ada', 'linus'].map((name) => videoIn(tileOf(video, name)));
    await until(() => players.every((player) => player.muted && !player.paused), { what: 'pictures' });
    await until(() => colourOf(players[0]!) === 'f00', { what: 'red' });
    // Whoever comes later is not tried again.
    source.come('grace', 'Grace', { streams: [paint('#00f')] });
    await video.updateComplete;
    expect(videoIn(tileOf(video, 'grace')).muted).to.equal(true);

    HTMLMediaElement.prototype.play = play;
    button.click();
    await until(() => all(video, '.hear').length === 0, { what: 'the button to go' });
    await until(() => players.every((player) => !player.muted && !player.paused), { what: 'sound' });
    expect(videoIn(tileOf(video, 'grace')).muted).to.equal(false);
  });

  it('there is nothing to press once they have left', async () => {
    const { source, video } = await inCall();
    source.come('ada', 'Ada', { streams: [paint('#f00')] });
    await until(() => all(video, '.hear').length === 1);
    source.lose('ada');
    await until(() => all(video, '.hear').length === 0);
  });
});

describe('Before joining', () => {
  it('one sees oneself, chooses, and joins', async () => {
    const { source, video } = await mountVideo('preview');
    expect(video.matches(':state(preview)')).to.equal(true);
    expect(all(video, '.tile')).to.have.lengthOf(1);
    expect(words(one(video, '.cover'))).to.match(/Y Your camera is off/);
    expect(words(one(video, '.bar')))
      .to.include('Ready to join?')
      .and.to.include('Join');
    expect(all(video, '.control').map(({ ariaLabel }) => ariaLabel)).to.deep.equal([
      'Microphone',
      'Camera',
      'Devices',
    ]);
    expect(asked).to.deep.equal([]);
    await turn(video, 'video', true);
    await until(() => tileOf(video, 'me').classList.contains('seen'), { what: 'oneself' });
    const { stream } = source;
    expect(source.calls).to.deep.equal([]);
    one(video, '.join').click();
    expect(source.calls).to.deep.equal(['connect']);
    source.enter('me');
    await video.updateComplete;
    expect(video.matches(':state(preview)')).to.equal(false);
    expect(source.stream, 'what was chosen is what is sent').to.equal(stream);
    expect(all(video, '.join')).to.deep.equal([]);
    expect(all(video, '.control.leave')).to.have.lengthOf(1);
  });

  it('is also after leaving', async () => {
    const { source, video } = await mountVideo('preview');
    source.enter('me');
    await video.updateComplete;
    one(video, '.control.leave').click();
    await video.updateComplete;
    expect(video.matches(':state(preview)')).to.equal(true);
    expect(all(video, '.join')).to.have.lengthOf(1);
  });
});

describe('By keyboard', () => {
  it('the bar is one stop, and arrows go on from there', async () => {
    const { video } = await inCall();
    const buttons = all(video, '.control');
    const stops = (): number[] => buttons.map(({ tabIndex }) => tabIndex);
    expect(stops()).to.deep.equal([0, -1, -1, -1, -1]);
    buttons[0]!.focus();
    await press(buttons[0]!, 'ArrowRight');
    expect(video.shadowRoot!.activeElement).to.equal(buttons[1]);
    await press(buttons[1]!, 'End');
    expect(video.shadowRoot!.activeElement).to.equal(buttons[4]);
    await press(buttons[4]!, 'ArrowRight');
    expect(video.shadowRoot!.activeElement).to.equal(buttons[0]);
    await press(buttons[0]!, 'ArrowLeft');
    expect(stops()).to.deep.equal([-1, -1, -1, -1, 0]);
    expect(await press(buttons[4]!, 'Tab')).to.equal(true);
  });

  it('so is each tile, and it keeps its stop', async () => {
    const { source, video } = await inCall();
    source.come('ada', 'Ada', { streams: [paint('#f00')] });
    await until(() => tileOf(video, 'ada').classList.contains('seen'));
    const bar = tileOf(video, 'ada').querySelector<HTMLElement>('[role=toolbar]')!;
    expect(bar.ariaLabel).to.equal('Ada');
    const stops = [...bar.querySelectorAll('button')].filter(({ tabIndex }) => tabIndex === 0);
    expect(stops).to.have.lengthOf(1);
    const pin = bar.querySelector<HTMLElement>('.pin')!;
    pin.focus();
    await until(() => getComputedStyle(pin).opacity === '1', { what: 'what has the focus to be seen' });
    video.requestUpdate();
    await video.updateComplete;
    expect(pin.tabIndex).to.equal(0);
  });
});

describe('What a <peer-video> does not do', () => {
  it('listen to a source it has left', async () => {
    const { source, video } = await inCall();
    const other = document.createElement('peer-group') as unknown as FakeVideoSource;
    document.body.append(other);
    other.append(video);
    other.enter('me');
    const updates = record(source, 'peer');
    source.come('ada', 'Ada');
    await video.updateComplete;
    expect(updates).to.have.lengthOf(1);
    expect(all(video, '.tile')).to.have.lengthOf(1);
    other.remove();
  });
});
