/** What a page shows to come in, and what it hears when that does not do. */
import { expect } from '@open-wc/testing';
import {
  webSocketSignaling,
  type CloseDetail,
  type PeerError,
  type PeerPair,
  type PeerRoom,
} from '../../src/index.js';
import { spawnGuardedServer, signalUrl, type TestServer } from '../support/server.js';
import { closeAll, joined, makePair, makeRoom, meshed, otherPage, uniqueName } from '../support/sources.js';
import { SECRET, signToken } from '../support/tokens.js';
import { once, until } from '../support/until.js';

/** An adaptor whose sockets can be cut, and that writes down what goes out. */
function observed(url: string) {
  const sent: string[] = [];
  const sockets: WebSocket[] = [];
  const Observed = class extends WebSocket {
    constructor(address: string) {
      super(address);
      sockets.push(this);
    }
    override send(data: string | ArrayBufferView<ArrayBuffer>): void {
      if (typeof data === 'string') sent.push(data);
      super.send(data);
    }
  };
  return {
    signaling: webSocketSignaling({ url, WebSocket: Observed as typeof WebSocket }),
    cut: () => sockets.at(-1)?.close(),
    credentials: () =>
      sent.filter((text) => text.includes('"credentials"')).map((text) => JSON.parse(text) as object),
    said: (text: string) => sent.some((frame) => frame.includes(text)),
  };
}

/** How it ended. */
async function end(source: PeerRoom | PeerPair): Promise<CloseDetail> {
  const [{ detail }, close] = await Promise.all([
    once<{ error: PeerError }>(source, 'error'),
    once<CloseDetail>(source, 'close'),
  ]);
  expect(close.detail.error).to.equal(detail.error);
  expect(close.detail.reason).to.equal(detail.error.message);
  expect(detail.error.final).to.equal(true);
  expect(source.state).to.equal('failed');
  return close.detail;
}

describe('who may come in', () => {
  const servers = new Map<string, TestServer>();
  const urlOf = (guard: string): string => servers.get(guard)?.url ?? '';
  const roomAt = (guard: string, options: ConstructorParameters<typeof PeerRoom>[0] = {}): PeerRoom =>
    makeRoom({ signaling: otherPage(urlOf(guard)), room: uniqueName(), ...options });

  before(async () => {
    for (const guard of ['names', 'mute', 'codes', 'tokens', 'lonely']) {
      servers.set(guard, await spawnGuardedServer(guard, SECRET));
    }
  });
  after(() => Promise.all([...servers.values()].map((server) => server.dispose())));
  afterEach(closeAll);

  it('a token of the site lets in, and the others see its role', async () => {
    const room = uniqueName();
    const a = roomAt('tokens', { room, token: await signToken({ room, role: 'teacher' }) });
    const b = roomAt('tokens', { room, token: () => signToken({ room }) });
    await meshed(a, b);
    expect(b.peer(a.peerId ?? '')?.role).to.equal('teacher');
    expect(a.peer(b.peerId ?? '')?.role).to.equal('');
    expect([a.nameVisible, b.nameVisible]).to.deep.equal([false, false]);
  });

  it('without the right one it ends as refused, with the reason', async () => {
    const why = async (token?: string): Promise<string> => {
      const { code, reason } = await end(roomAt('tokens', { room: 'tea', token }));
      expect(code).to.equal('refused');
      return reason;
    };
    expect(await why()).to.equal('This server lets nobody in without a token.');
    expect(await why(await signToken({ exp: 1 }))).to.equal('The token has expired.');
    expect(await why(await signToken({ room: 'coffee' }))).to.equal('The token is for another room.');
    expect(await why(await signToken({ sub: 'x' }))).to.equal('The token is for another peer.');
  });

  it('a refused page may show another token', async () => {
    const room = roomAt('tokens', { token: 'wrong' });
    await end(room);
    room.connect({ token: await signToken({}) });
    await once(room, 'join');
  });

  it('a token can be had anew for every return, and with it another role', async () => {
    const name = uniqueName();
    const roles = ['guest', 'host'];
    const page = observed(urlOf('mute'));
    const comes = makeRoom({
      room: name,
      signaling: page.signaling,
      reconnectDelay: 20,
      token: () => Promise.resolve(roles.shift() ?? 'spent'),
    });
    const stays = roomAt('mute', { room: name, token: 'witness' });
    await meshed(comes, stays);
    const peer = stays.peer(comes.peerId ?? '');
    expect(peer?.role).to.equal('guest');
    const changed = once(stays, 'profile');
    page.cut();
    await once(comes, 'reconnect');
    await changed;
    expect([peer?.role, peer?.state, roles.length]).to.deep.equal(['host', 'connected', 0]);
  });

  it('the newest token counts, whether it was there when the room was made or not', async () => {
    const page = observed(urlOf('mute'));
    const room = makeRoom({
      room: uniqueName(),
      signaling: page.signaling,
      reconnectDelay: 20,
      token: 'first',
    });
    await joined(room);
    room.configure({ token: 'second' });
    expect(room.state).to.equal('connected');
    page.cut();
    await once(room, 'reconnect');
    expect(page.credentials()).to.deep.equal([
      { type: 'credentials', n: 0, token: 'first', name: '' },
      { type: 'credentials', n: 0, token: 'second', name: '' },
    ]);
  });

  it('a token that cannot be had ends it, with the cause', async () => {
    const cause = new Error('The session is over.');
    const fails: readonly (() => string | Promise<string>)[] = [
      () => Promise.reject(cause),
      () => {
        throw cause;
      },
    ];
    for (const token of fails) {
      const { code, error, reason } = await end(roomAt('mute', { token }));
      expect([code, error?.cause, reason]).to.deep.equal([
        'refused',
        cause,
        'There is no token: The session is over.',
      ]);
    }
  });

  it('a token that comes after the connection is lost is not missed', async () => {
    const page = observed(urlOf('mute'));
    const waiting: ((token: Error) => void)[] = [];
    const room = makeRoom({
      room: uniqueName(),
      signaling: page.signaling,
      reconnectDelay: 20,
      token: () => (waiting.length > 0 ? 'second' : new Promise((_, reject) => void waiting.push(reject))),
    });
    await until(() => waiting.length > 0, { what: 'to be asked for a token' });
    page.cut();
    await once(room, 'error', { where: ({ detail }) => !(detail as { error: PeerError }).error.final });
    waiting[0]?.(new Error('no network'));
    await once(room, 'join');
  });

  it('a token that does not come is told of, and waited for', async () => {
    let give: (token: string) => void = () => undefined;
    const given = new Promise<string>((resolve) => (give = resolve));
    const room = roomAt('mute', { timeout: 400, token: () => given });
    const { detail } = await once<{ error: PeerError }>(room, 'error', {
      where: ({ detail }) => (detail as { error: PeerError }).error.message.includes('no token after 400 ms'),
    });
    expect([detail.error.code, detail.error.final, room.state]).to.deep.equal([
      'timeout',
      false,
      'connecting',
    ]);
    give('late');
    await joined(room);
  });

  it('what is too large to be shown is said so, and by nobody else', async () => {
    expect(() => roomAt('mute', { token: 'x'.repeat(2049) })).to.throw(
      TypeError,
      /token must have at most 2048/,
    );
    expect(() => roomAt('mute', { token: 7 as unknown as string })).to.throw(TypeError, /token/);
    expect((await end(roomAt('mute', { token: () => 'x'.repeat(2049) }))).code).to.equal('too-large');
    await joined(roomAt('mute', { token: 'x'.repeat(64) }));
    // Each of these takes six bytes in a frame.
    expect((await end(roomAt('names', { room: '\u0001'.repeat(1024) }))).code).to.equal('too-large');
  });

  it('a name is shown to a server that asks for it, and to no other', async () => {
    for (const [guard, url] of [
      ['none', signalUrl],
      ['mute', urlOf('mute')],
      ['names', urlOf('names')],
    ] as const) {
      const page = observed(url);
      const name = uniqueName();
      const room = makeRoom({ room: name, signaling: page.signaling });
      await joined(room);
      expect(room.nameVisible, guard).to.equal(guard === 'names');
      expect(page.said(name), guard).to.equal(guard === 'names');
      expect(page.credentials().length, guard).to.equal(guard === 'names' ? 1 : 0);
    }
  });

  it('the operator hears the name of a room and the code of a pair', async () => {
    const room = uniqueName();
    expect((await end(roomAt('names', { room, token: 'no' }))).reason).to.equal(`no: group ${room}`);
    const pair = makePair({ signaling: otherPage(urlOf('names')), code: 'k3-7x', token: 'no' });
    expect((await end(pair)).reason).to.equal('no: pair k3-7x');
    expect(pair.nameVisible).to.equal(true);
    expect((await end(roomAt('mute', { token: 'no' }))).reason).to.equal('no: somewhere ');
  });

  it('a code that the operator does not accept is refused', async () => {
    const one = makePair({ signaling: otherPage(urlOf('codes')), code: 'theirs' });
    expect((await end(one)).code).to.equal('refused');
    await joined(makePair({ signaling: otherPage(urlOf('codes')), code: `ours ${uniqueName()}` }));
  });

  it('between the tabs of a browser nobody asks for anything', async () => {
    let asked = 0;
    const room = makeRoom({ room: uniqueName(), token: () => String(++asked) });
    await joined(room);
    expect([asked, room.nameVisible]).to.deep.equal([0, false]);
  });

  it('who waits too long for the other one of a pair hears that', async () => {
    const { code, reason } = await end(
      makePair({ signaling: otherPage(urlOf('lonely')), code: uniqueName() }),
    );
    expect([code, reason]).to.deep.equal(['timeout', 'Nobody else came within 300 ms.']);
  });
});
