/** Devices: the browser's fake ones, and what it says where there are none. */
import { expect } from '@open-wc/testing';
import {
  PeerError,
  getMediaStream,
  listDevices,
  watchDevices,
  type CaptureOptions,
} from '../../../src/index.js';
import { until } from '../../support/until.js';

const isFirefox = navigator.userAgent.includes('Firefox');
const kinds = (stream: MediaStream): string =>
  stream
    .getTracks()
    .map(({ kind }) => kind)
    .sort()
    .join();

/** What the browser offers, with one thing replaced, for as long as it takes. */
async function given(offered: object | undefined, act: () => Promise<void>): Promise<void> {
  const before = Object.getOwnPropertyDescriptor(navigator, 'mediaDevices');
  Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value: offered });
  try {
    await act();
  } finally {
    if (before) Object.defineProperty(navigator, 'mediaDevices', before);
    else Reflect.deleteProperty(navigator, 'mediaDevices');
  }
}

const failure = async (options: CaptureOptions): Promise<string> => {
  const error: unknown = await getMediaStream(options).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(PeerError);
  return (error as PeerError).code;
};

describe('getMediaStream', () => {
  const open: MediaStream[] = [];
  const get = async (options: CaptureOptions): Promise<MediaStream> => {
    const stream = await getMediaStream(options);
    open.push(stream);
    return stream;
  };
  afterEach(() => {
    for (const stream of open.splice(0)) for (const track of stream.getTracks()) track.stop();
  });

  it('gives what it is asked for', async () => {
    expect(kinds(await get({ audio: true }))).to.equal('audio');
    expect(kinds(await get({ video: { width: 320 } }))).to.equal('video');
    expect(kinds(await get({ audio: true, video: true }))).to.equal('audio,video');
  });

  it('gives a screen, or says that it may not without a click', async () => {
    if (isFirefox) {
      expect(await failure({ screen: true })).to.equal('refused');
      return;
    }
    const stream = await get({ screen: true });
    expect(kinds(stream)).to.equal('video');
    expect(stream.getTracks()[0]!.getSettings().displaySurface).to.be.oneOf(['monitor', 'window', 'browser']);
  });

  const reasons = {
    NotAllowedError: 'refused',
    SecurityError: 'refused',
    InvalidStateError: 'refused',
    NotFoundError: 'gone',
    NotReadableError: 'busy',
    OverconstrainedError: 'unsupported',
    AbortError: 'aborted',
    SomethingElse: 'unsupported',
  };
  for (const [name, code] of Object.entries(reasons)) {
    it(`says ${code} where the browser says ${name}`, async () => {
      const cause = new DOMException('no', name);
      const ask = (): Promise<never> => Promise.reject(cause);
      await given({ getUserMedia: ask, getDisplayMedia: ask }, async () => {
        expect(await failure({ audio: true })).to.equal(code);
        expect(await failure({ screen: true })).to.equal(code);
        const error = (await getMediaStream({ video: true }).catch((reason: unknown) => reason)) as PeerError;
        expect(error.cause).to.equal(cause);
      });
    });
  }

  it('says unsupported where there is nothing of that', async () => {
    await given(undefined, async () => {
      expect(await failure({ audio: true })).to.equal('unsupported');
    });
    await given({}, async () => {
      expect(await failure({ screen: true })).to.equal('unsupported');
    });
  });

  it('says what no device can do', async () => {
    expect(await failure({ video: { width: { exact: 1e6 } } })).to.equal('unsupported');
  });

  const misuse: CaptureOptions[] = [
    {},
    { audio: false },
    { video: true, screen: true },
    { camera: true } as object,
  ];
  for (const options of misuse) {
    it(`throws at ${JSON.stringify(options)}`, () => {
      expect(() => getMediaStream(options)).to.throw(TypeError);
    });
  }
});

describe('devices', () => {
  it('are listed, and told of again when they change', async () => {
    expect((await listDevices()).map(({ kind }) => kind)).to.include.members(['audioinput', 'videoinput']);
    const told: MediaDeviceInfo[][] = [];
    const stop = watchDevices((devices) => told.push(devices));
    await until(() => told.length === 1);
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    await until(() => told.length === 2);
    expect(told[0]!.length).to.be.above(0);
    stop();
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    await listDevices();
    expect(told).to.have.length(2);
  });

  it('are none where the browser has none', async () => {
    await given(undefined, async () => {
      expect(await listDevices()).to.deep.equal([]);
      const told: MediaDeviceInfo[][] = [];
      watchDevices((devices) => told.push(devices))();
    });
  });
});
