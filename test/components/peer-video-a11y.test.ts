import { expect } from '@open-wc/testing';
import type { PeerVideoElement } from '../../components/peer-video.js';
import { PeerError } from '../../src/errors.js';
import { until } from '../support/until.js';
import { all, mountVideo, one, paint, register, type FakeVideoSource } from './video-fake.js';

register();

type Act = (source: FakeVideoSource, video: PeerVideoElement) => unknown;

/** Everything at once: seen, muted, without a camera, without a path, shared. */
const meet: Act = async (source, video) => {
  source.enter('me');
  source.displayName = 'Me';
  source.stream = paint('#446');
  source.come('ada', 'Ada', { streams: [paint('#fff')] });
  source.come('linus', 'Linus', { streams: [paint('#000')], muted: { audio: true } });
  source.come('grace', 'Grace', { muted: { video: true }, screens: [paint('#00f', 160, 100)] });
  source.come('alan', 'Alan', { mediaState: 'unavailable' });
  source.come('joan', 'Joan', { mediaState: 'connecting' });
  source.come('mary', '');
  source.connect('mary', 'disconnected');
  await until(() => all(video, '.tile.seen').length === 4, { what: 'pictures' });
};

const press =
  (selector: string): Act =>
  async (_source, video) => {
    one(video, selector).click();
    await video.updateComplete;
  };

const STATES: Record<string, readonly [string, ...Act[]]> = {
  'with nobody': [''],
  connecting: ['', (source) => source.turn('connecting')],
  alone: ['', (source) => source.enter('me')],
  'with everybody': ['', meet],
  'with an avatar of every hue': [
    '',
    (source) => {
      source.enter('me');
      for (let i = 0; i < 30; i++) source.come(`p${i}`, String.fromCharCode(65 + (i % 26)));
    },
  ],
  'with one pinned': ['', meet, press('.tile .pin')],
  'with the choice of devices': [
    '',
    meet,
    press('.control.devices'),
    (_source, video) => until(() => all(video, 'option').length > 0),
  ],
  'before joining': ['preview', press('.control.devices')],
  'without a connection': ['', meet, (source) => source.turn('disconnected')],
  'after leaving': ['', meet, press('.control.leave')],
  'that could not get in': [
    'preview',
    (source) => source.turn('failed', new PeerError('room-full', 'The room is full.')),
  ],
  'that may not use the camera': [
    '',
    (source) => source.enter('me'),
    async (_source, video) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('No.', 'NotAllowedError'));
      await press('.control.video')(_source, video);
      await until(() => all(video, '.notice.bad').length > 0, { what: 'a notice' });
      Reflect.deleteProperty(navigator.mediaDevices, 'getUserMedia');
    },
  ],
};

for (const scheme of ['light', 'dark']) {
  describe(`A <peer-video> in a ${scheme} page can be used by everyone`, () => {
    before(() => {
      document.documentElement.style.cssText = `color-scheme: ${scheme}; background: Canvas`;
    });
    after(() => {
      document.documentElement.style.cssText = '';
    });

    for (const [state, [attributes, ...acts]] of Object.entries(STATES)) {
      it(state, async () => {
        const { source, video } = await mountVideo(attributes);
        video.style.inlineSize = '900px';
        for (const act of acts) await act(source, video);
        await video.updateComplete;
        // What fades in is judged when it is there.
        for (const animation of video.shadowRoot!.getAnimations()) {
          if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
          else animation.cancel();
        }
        await expect(video).to.be.accessible();
      });
    }
  });
}

describe('A <peer-video>', () => {
  it('has a name of its own for everything that can be operated', async () => {
    const { source, video } = await mountVideo();
    await meet(source, video);
    const names = all(video, 'button').map(({ ariaLabel, textContent }) => ariaLabel ?? textContent.trim());
    expect(names)
      .to.include('Pin: Ada')
      .and.to.include('Full screen: Grace’s screen')
      .and.to.include('Leave');
    expect(names.filter((name) => !name)).to.deep.equal([]);
    expect(new Set(names).size).to.equal(names.length);
    expect(one(video, 'ul').getAttribute('aria-label')).to.equal('Video');
  });

  for (const width of [240, 360, 1280]) {
    it(`fits into ${width} pixels`, async () => {
      const { source, video } = await mountVideo();
      video.style.inlineSize = `${width}px`;
      await meet(source, video);
      source.rename('ada', 'A name that is much longer than anybody needs');
      source.rename('grace', 'averylongnamewithoutanyspaceinit'.repeat(4));
      await press('.control.devices')(source, video);
      await video.updateComplete;
      for (const animation of video.shadowRoot!.getAnimations()) {
        if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
      }
      const own = video.getBoundingClientRect();
      const wide = all(video, '*').filter((element) => {
        const { left, right } = element.getBoundingClientRect();
        return (
          !element.closest('.sr, .name, option, .hint') &&
          right - left > 1 &&
          (right > own.right + 0.5 || left < own.left - 0.5)
        );
      });
      expect(wide.map(({ outerHTML }) => outerHTML.slice(0, 200))).to.deep.equal([]);
      for (const control of all(video, '.control')) expect(control.clientWidth).to.be.at.least(36);
    });
  }
});
