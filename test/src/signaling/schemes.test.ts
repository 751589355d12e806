/** Adaptors that come as modules of their own, before or after those who ask for them. */
import { expect } from '@open-wc/testing';
import { PeerError } from '../../../src/errors.js';
import { createIdentity } from '../../../src/identity.js';
import { callbackSignaling } from '../../../src/signaling/callbacks.js';
import { lateSignaling } from '../../../src/signaling/late.js';
import { registerSignaling, type SchemeOptions } from '../../../src/signaling/schemes.js';
import { resolveSignaling, signalingAddress } from '../../../src/signaling/url.js';
import { randomRoom, requestFor } from '../../support/adaptor.js';
import { square } from '../../support/channels.js';
import { RecordingSink } from '../../support/recording-sink.js';
import { closeAll, makeRoom, meshed, nextData, uniqueName } from '../../support/sources.js';
import { once } from '../../support/until.js';

let number = 0;
const newScheme = (): string => `x-scheme-${++number}:`;
describe('registerSignaling()', () => {
  const place = square('schemes');
  const make = ({ identity }: SchemeOptions) => callbackSignaling({ ...place.end(), identity, wait: 50 });

  afterEach(closeAll);
  after(() => {
    place.close();
  });

  it('says what a scheme is', () => {
    for (const scheme of ['nostr', '', 'nostr://', 'No:', ' nostr:']) {
      expect(() => registerSignaling(scheme, make), scheme).to.throw(TypeError, 'no scheme');
    }
  });

  it('makes a url of what was none', async () => {
    const scheme = newScheme();
    const url = `${scheme}anything goes here`;
    expect(() => signalingAddress(url)).to.throw(PeerError, 'no signalling address');
    registerSignaling(scheme, make);
    expect(signalingAddress(url)).to.equal(url);
    const room = uniqueName();
    const members = [1, 2].map(() => makeRoom({ room, url, ephemeral: true, signaling: undefined }));
    // One page, one adaptor: the second is in that room already.
    const refused = await once<{ code: string }>(members[1]!, 'close');
    expect(refused.detail.code).to.equal('refused');
  });

  it('takes its adaptor for what that is', async () => {
    const scheme = newScheme();
    registerSignaling(scheme, make);
    expect(resolveSignaling(`${scheme}x`).relay).to.equal('data');
    const other = callbackSignaling({ ...place.end(), wait: 50 });
    const room = uniqueName();
    const [a, b] = [
      makeRoom({ room, url: `${scheme}x`, ephemeral: true, signaling: undefined, transport: 'relay' }),
      makeRoom({ room, signaling: other, transport: 'relay' }),
    ];
    await meshed(a, b);
    const heard = nextData(b);
    void a.send('by another scheme');
    expect((await heard).data).to.equal('by another scheme');
  });

  it('tells the room what is wrong with an address, as the adaptor has it', async () => {
    const scheme = newScheme();
    registerSignaling(scheme, ({ url }) => {
      throw new TypeError(`"${url}" will not do.`);
    });
    const room = makeRoom({ room: uniqueName(), url: `${scheme}x`, signaling: undefined });
    const { detail } = await once<{ code: string; reason: string }>(room, 'close');
    expect(detail.code).to.equal('unsupported');
    expect(detail.reason).to.include('will not do');
  });
});

describe('An adaptor whose module comes later', () => {
  const place = square('late');
  after(() => {
    place.close();
  });

  const late = (scheme: string) =>
    lateSignaling({
      url: `${scheme}x`,
      identity: () => createIdentity(),
      relay: 'handshake only',
      module: 'some/module',
    });
  const make = ({ identity }: SchemeOptions) => callbackSignaling({ ...place.end(), identity, wait: 50 });

  it('is waited for', async () => {
    const scheme = newScheme();
    const sink = new RecordingSink();
    const session = late(scheme).join(requestFor(), sink);
    expect(session.reserve(1, 'x')).to.equal(false);
    session.send('x', new Uint8Array(1));
    // What somebody else brings is not it.
    registerSignaling(newScheme(), make);
    registerSignaling(scheme, make);
    await sink.heard('joined');
    expect(session.reserve(1, 'x')).to.equal(true);
    session.close();
  });

  it('is waited for as long as anything is, and named then', async () => {
    const sink = new RecordingSink();
    const scheme = newScheme();
    late(scheme).join(requestFor(randomRoom(), { timeout: 20 }), sink);
    const [close] = await sink.heard('close');
    expect(close?.error).to.include({ code: 'unsupported', final: true });
    expect(close?.error?.message).to.equal(
      `Nothing on this page knows ${scheme} addresses: import some/module.`,
    );
    registerSignaling(scheme, make);
    expect(sink.told).to.have.length(1);
  });

  it('is given up once, however early it cannot be made', async () => {
    const scheme = newScheme();
    const sink = new RecordingSink();
    late(scheme).join(requestFor(), sink);
    registerSignaling(scheme, () => {
      throw new TypeError('not like this');
    });
    await sink.heard('close');
    // Whatever else was to come has come.
    await Promise.resolve();
    expect(sink.told).to.have.length(1);
  });

  it('is not joined by who has left meanwhile', async () => {
    const scheme = newScheme();
    const [left, stays] = [new RecordingSink(), new RecordingSink()];
    const adaptor = late(scheme);
    adaptor.join(requestFor(), left).close();
    const session = adaptor.join(requestFor(), stays);
    registerSignaling(scheme, make);
    await stays.heard('joined');
    expect(left.told).to.be.empty;
    session.close();
  });
});

describe('PeerError', () => {
  it('is the same kind in every bundle', async () => {
    const path = '/dist/core.js';
    const { PeerError: Other } = (await import(path)) as { PeerError: typeof PeerError };
    expect(Other).not.to.equal(PeerError);
    const error: unknown = new Other('gone', 'It is gone.');
    expect(error).to.be.instanceOf(PeerError).and.instanceOf(Error);
    for (const not of [new Error('gone'), { code: 'gone' }, null, undefined, 'gone']) {
      expect(not instanceof PeerError).to.equal(false);
    }
  });
});
