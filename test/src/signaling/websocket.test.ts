import { expect } from '@open-wc/testing';
import { createIdentity } from '../../../src/identity.js';
import { toBase64url } from '../../../src/base64url.js';
import type { JoinRequest, Signaling, SignalingSession } from '../../../src/signaling.js';
import { webSocketSignaling } from '../../../src/signaling/websocket.js';
import { describeSignaling, type BreakablePage } from '../../../src/testing/index.js';
import { RecordingSink } from '../../support/recording-sink.js';
import { signalUrl, spawnServer, type TestServer } from '../../support/server.js';
import { once, until } from '../../support/until.js';

function breakable(): BreakablePage {
  const sockets: WebSocket[] = [];
  let isCut = false;
  const fragile = class extends WebSocket {
    constructor(url: string) {
      super(isCut ? new URL('/nobody-is-here', url) : url);
      sockets.push(this);
    }
  };
  return {
    signaling: webSocketSignaling({ url: signalUrl, WebSocket: fragile as typeof WebSocket }),
    cut: () => {
      isCut = true;
      sockets.at(-1)?.close();
    },
    mend: () => {
      isCut = false;
    },
  };
}

describeSignaling('ws:', { page: () => webSocketSignaling({ url: signalUrl }), breakable });

describe('ws: over connections that break', () => {
  /** Milliseconds. */
  const SEAT_TIMEOUT = 800;
  let server: TestServer;
  const sessions: SignalingSession[] = [];

  const requestFor = (more: Partial<JoinRequest> = {}): JoinRequest => ({
    room: toBase64url(crypto.getRandomValues(new Uint8Array(32))),
    entry: 'join-or-create',
    hello: crypto.getRandomValues(new Uint8Array(6)),
    timeout: 5000,
    reconnect: true,
    reconnectDelay: 20,
    ...more,
  });

  const join = (request: JoinRequest, signaling: Signaling = webSocketSignaling({ url: server.url })) => {
    const sink = new RecordingSink();
    const session = signaling.join(request, sink);
    sessions.push(session);
    return { sink, session };
  };

  before(async () => {
    server = await spawnServer('--seat-timeout', String(SEAT_TIMEOUT));
  });
  after(() => server.dispose());
  afterEach(() => {
    for (const session of sessions.splice(0)) session.close();
  });

  it('finds back into its rooms after the server was killed, and everyone in them', async () => {
    const request = requestFor();
    const a = join(request);
    const [first] = await a.sink.heard('open');
    await a.sink.heard('joined');
    const b = join({ ...request, hello: new Uint8Array([2]) });
    await a.sink.heard('peer');
    await server.kill();
    const [lost] = await a.sink.heard('reconnecting');
    expect(lost?.attempt).to.equal(1);
    expect(lost?.delay).to.be.within(0, 20);
    await a.sink.heard('reconnecterror');
    await server.start();
    await Promise.all([a.sink.heard('reconnect'), b.sink.heard('reconnect')]);
    const [, again] = await a.sink.heard('open', 2);
    expect(again?.id, 'the same id').to.equal(first?.id);
    expect(a.sink.all('joined'), 'joined is told once').to.have.length(1);
    b.session.send(first?.id ?? '', new Uint8Array([9]));
    await a.sink.heard('message');
  });

  it('goes when the server asks it to, and is back as nobody who had left', async () => {
    const own = await spawnServer('--drain', '6000');
    const signaling = () => webSocketSignaling({ url: own.url });
    const request = requestFor();
    const a = join(request, signaling());
    const b = join({ ...request, hello: new Uint8Array([2]) }, signaling());
    await Promise.all([a.sink.heard('joined'), b.sink.heard('joined')]);
    const started = performance.now();
    await own.drain();
    expect(performance.now() - started, 'nobody had to be closed').to.be.below(3000);
    await own.start();
    await Promise.all([a.sink.heard('reconnect'), b.sink.heard('reconnect')]);
    for (const { sink } of [a, b]) {
      expect(sink.all('reconnecting')[0]?.attempt).to.equal(1);
      expect([...sink.all('gone'), ...sink.all('close'), ...sink.all('trouble')]).to.deep.equal([]);
    }
    const [open] = a.sink.all('open');
    b.session.send(open?.id ?? '', new Uint8Array([9]));
    await a.sink.heard('message');
    await own.dispose();
  });

  it('is not ended by a farewell that came to a connection before', async () => {
    const sockets: WebSocket[] = [];
    const hurried = class extends WebSocket {
      constructor(url: string) {
        super(url);
        sockets.push(this);
      }
    };
    const own = await spawnServer('--drain', '6000');
    const { sink } = join(
      requestFor(),
      webSocketSignaling({ url: own.url, WebSocket: hurried as typeof WebSocket }),
    );
    await sink.heard('joined');
    sockets[0]?.onmessage?.(new MessageEvent('message', { data: '{"type":"bye","wait":300}' }));
    await own.kill();
    await own.start();
    await sink.heard('reconnect');
    const [count, before] = [sockets.length, sink.all('reconnecting').length];
    // As long as the farewell would have waited, and some more.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(sockets.length).to.equal(count);
    expect(sink.all('reconnecting')).to.have.length(before);
    await own.dispose();
  });

  it('rejoins a room it once created although it would exist', async () => {
    const request = requestFor({ entry: 'create' });
    const a = join(request);
    await a.sink.heard('joined');
    await server.kill();
    await server.start();
    await a.sink.heard('reconnect');
    expect(a.sink.all('close')).to.be.empty;
  });

  it('tells who does not come back in time, and who is new', async () => {
    const request = requestFor();
    const a = join(request);
    await a.sink.heard('joined');
    const b = join(request);
    const [bOpen] = await b.sink.heard('open');
    await a.sink.heard('peer');
    await server.kill();
    await a.sink.heard('reconnecting');
    b.session.close();
    await server.start();
    await a.sink.heard('reconnect');
    const returned = performance.now();
    expect(a.sink.all('gone'), 'it may be on its way').to.be.empty;
    const gone = await a.sink.heard('gone');
    expect(performance.now() - returned).to.be.above(SEAT_TIMEOUT - 100);
    expect(gone).to.deep.equal([{ what: 'gone', id: bOpen?.id, reason: 'lost' }]);
    const before = a.sink.all('peer').length;
    join(request);
    const peers = await a.sink.heard('peer', before + 1);
    expect(peers.at(-1)?.newcomer).to.equal(true);
  });

  it('takes nobody for gone who comes back after it, in whatever order', async () => {
    const request = requestFor();
    const all = Array.from({ length: 5 }, () => join(request));
    for (const { sink } of all) {
      await until(() => sink.all('peer').length + (sink.all('joined')[0]?.peers.length ?? -1) === 4);
    }
    await server.kill();
    await Promise.all(all.map(({ sink }) => sink.heard('reconnecting')));
    // By the time at which this one is told as gone, so would be everybody else.
    const [missing] = all.splice(1, 1);
    missing?.session.close();
    const [open] = missing?.sink.all('open') ?? [];
    await server.start();
    dispatchEvent(new Event('online')); // Nobody waits any longer.
    for (const { sink } of all) await sink.heard('gone');
    for (const { sink } of all) expect(sink.all('gone').map(({ id }) => id)).to.deep.equal([open?.id]);
  });

  it('gives who is missing its time anew when the connection is lost again', async () => {
    const request = requestFor();
    const a = join(request);
    await a.sink.heard('joined');
    const b = join(request);
    const [bOpen] = await b.sink.heard('open');
    await b.sink.heard('joined');
    await a.sink.heard('peer');
    await server.kill();
    b.session.close();
    for (let round = 1; round <= 2; round++) {
      await a.sink.heard('reconnecting', round);
      await server.start();
      await a.sink.heard('reconnect', round);
      if (round === 1) await server.kill();
    }
    expect(a.sink.all('gone')).to.be.empty;
    const [gone] = await a.sink.heard('gone');
    expect(gone?.id).to.equal(bOpen?.id);
  });

  it('says nothing more of who is missing once it is closed', async () => {
    const request = requestFor();
    const a = join(request);
    await a.sink.heard('joined');
    const b = join(request);
    await b.sink.heard('joined');
    await a.sink.heard('peer');
    await server.kill();
    b.session.close();
    await a.sink.heard('reconnecting');
    await server.start();
    await a.sink.heard('reconnect');
    a.session.close();
    const { length } = a.sink.told;
    const c = join(request);
    await c.sink.heard('joined');
    const d = join(request);
    await c.sink.heard('peer');
    await server.kill();
    d.session.close();
    await c.sink.heard('reconnecting');
    await server.start();
    await c.sink.heard('gone'); // Its time began after the other's.
    expect(a.sink.told).to.have.length(length);
  });

  it('is told of trouble when nobody answers, and goes on trying', async () => {
    const free = await spawnServer();
    await free.stop();
    const { sink } = join(requestFor(), webSocketSignaling({ url: free.url }));
    const [trouble] = await sink.heard('trouble');
    expect(trouble?.error.code).to.equal('unreachable');
    expect(trouble?.error.final).to.equal(false);
    await sink.heard('trouble', 2);
    await free.start();
    await sink.heard('joined');
    await free.dispose();
  });

  it('gives up at once without reconnect', async () => {
    const { sink } = join(requestFor({ reconnect: false }));
    await sink.heard('joined');
    await server.kill();
    const [close] = await sink.heard('close');
    expect(close?.error?.code).to.equal('unreachable');
    expect(close?.error?.final).to.equal(true);
    await server.start();
  });

  it('gives up an attempt that takes longer than its timeout', async () => {
    // A real server that never says a word: it waits for a request that does not come.
    const silent = class extends WebSocket {
      override set onmessage(_listener: WebSocket['onmessage']) {
        // The welcome is not heard.
      }
    };
    const { sink } = join(
      requestFor({ timeout: 50, reconnect: false }),
      webSocketSignaling({ url: server.url, WebSocket: silent }),
    );
    const [close] = await sink.heard('close');
    expect(close?.error?.code).to.equal('timeout');
  });

  it('gives way to a newer connection of the same id', async () => {
    const identity = createIdentity();
    const request = requestFor();
    const older = join(request, webSocketSignaling({ url: server.url, identity: () => identity }));
    await older.sink.heard('joined');
    const newer = join(request, webSocketSignaling({ url: server.url, identity: () => identity }));
    const [close] = await older.sink.heard('close');
    expect(close?.error?.code).to.equal('replaced');
    await newer.sink.heard('joined');
  });

  it('uses a socket that it is given, and does not dial another', async () => {
    const socket = new WebSocket(server.url);
    const { sink } = join(requestFor(), webSocketSignaling({ socket }));
    await sink.heard('joined');
    await server.kill();
    const [close] = await sink.heard('close');
    expect(close?.error?.code).to.equal('unreachable');
    await server.start();
  });

  it('hangs up when the last room is left, and dials again for the next', async () => {
    let sockets = 0;
    const closed = new EventTarget();
    const counted = class extends WebSocket {
      constructor(url: string) {
        super(url);
        sockets++;
        this.addEventListener('close', () => closed.dispatchEvent(new Event('close')));
      }
    };
    const signaling = webSocketSignaling({ url: server.url, WebSocket: counted as typeof WebSocket });
    const one = join(requestFor(), signaling);
    const two = join(requestFor(), signaling);
    await Promise.all([one.sink.heard('joined'), two.sink.heard('joined')]);
    expect(sockets, 'rooms share it').to.equal(1);
    const hungUp = once(closed, 'close');
    one.session.close();
    two.session.close();
    await hungUp;
    await join(requestFor(), signaling).sink.heard('joined');
    expect(sockets).to.equal(2);
  });

  it('keeps the socket for a room that joins while another one leaves', async () => {
    let sockets = 0;
    const counted = class extends WebSocket {
      constructor(url: string) {
        super(url);
        sockets++;
      }
    };
    const signaling = webSocketSignaling({ url: server.url, WebSocket: counted as typeof WebSocket });
    const one = join(requestFor(), signaling);
    await one.sink.heard('joined');
    one.session.close();
    await join(requestFor(), signaling).sink.heard('joined');
    expect(sockets).to.equal(1);
  });

  /** As if the server pinged every 100 ms; what `hears` refuses is lost on the way. */
  const impatient = (hears: (data: unknown) => boolean, interval = 100) =>
    class extends WebSocket {
      override set onmessage(listener: WebSocket['onmessage']) {
        super.onmessage = ({ data }: MessageEvent<unknown>) => {
          if (!hears(data)) return;
          const text =
            typeof data === 'string'
              ? data.replace(/"pingInterval":\d+/, `"pingInterval":${String(interval)}`)
              : data;
          listener?.call(this, new MessageEvent('message', { data: text }));
        };
      }
    };

  it('asks a silent server whether it is there, and stays when it is', async () => {
    let pongs = 0;
    const counting = impatient((data) => {
      if (data === '{"type":"pong"}') pongs++;
      return true;
    });
    const { sink } = join(requestFor(), webSocketSignaling({ url: server.url, WebSocket: counting }));
    await sink.heard('joined');
    await until(() => pongs >= 3, { what: 'three answers' });
    expect(sink.told.map(({ what }) => what)).to.deep.equal(['open', 'joined']);
  });

  it('dials again when the server has fallen silent although the socket is open', async () => {
    let deaf = false;
    const sockets: WebSocket[] = [];
    const Losing = impatient(() => !deaf || sockets.length > 1);
    const counted = class extends Losing {
      constructor(url: string) {
        super(url);
        sockets.push(this);
      }
    };
    const signaling = webSocketSignaling({ url: server.url, WebSocket: counted as typeof WebSocket });
    const { sink } = join(requestFor(), signaling);
    await sink.heard('joined');
    deaf = true;
    await sink.heard('reconnecting');
    expect(sockets[0]?.readyState).to.be.above(WebSocket.OPEN);
    await sink.heard('reconnect');
  });

  for (const [name, wake] of [
    ['online', () => dispatchEvent(new Event('online'))],
    ['pageshow', () => dispatchEvent(new Event('pageshow'))],
    ['visibilitychange', () => document.dispatchEvent(new Event('visibilitychange'))],
  ] as const) {
    it(`asks at once when the page wakes up (${name})`, async () => {
      let pongs = 0;
      const counting = impatient((data) => {
        if (data === '{"type":"pong"}') pongs++;
        // As if the server pinged hardly ever.
        return typeof data !== 'string' || !data.includes('"ping"');
      }, 3_600_000);
      const { sink } = join(requestFor(), webSocketSignaling({ url: server.url, WebSocket: counting }));
      await sink.heard('joined');
      expect(pongs).to.equal(0);
      wake();
      await until(() => pongs > 0, { what: 'an answer' });
    });
  }

  it('tries to be back before its seat is given away, even when it should be patient', async () => {
    const { sink } = join(requestFor({ reconnectDelay: 1_000_000 }));
    await sink.heard('joined');
    await server.kill();
    const [lost] = await sink.heard('reconnecting');
    expect(lost?.delay).to.be.within(0, Math.max(SEAT_TIMEOUT / 2, 1000));
    await server.start();
  });

  it('dials at once when the page wakes up, whatever it was waiting for', async () => {
    const { sink } = join(requestFor({ reconnectDelay: 1_000_000 }));
    await sink.heard('joined');
    await server.kill();
    await sink.heard('reconnecting');
    await server.start();
    dispatchEvent(new Event('online'));
    await sink.heard('reconnect');
  });

  it('does not speak with a server of another version', async () => {
    const newer = class extends WebSocket {
      override set onmessage(listener: WebSocket['onmessage']) {
        super.onmessage = ({ data }: MessageEvent<unknown>) => {
          const text = typeof data === 'string' ? data.replace('"version":1', '"version":2') : data;
          listener?.call(this, new MessageEvent('message', { data: text }));
        };
      }
    };
    const { sink } = join(requestFor(), webSocketSignaling({ url: server.url, WebSocket: newer }));
    const [close] = await sink.heard('close');
    expect([close?.error?.code, close?.error?.final]).to.deep.equal(['protocol', true]);
  });

  it('closes with insecure-context where a page may not have an identity', async () => {
    const refuse = async () => {
      const { PeerError } = await import('../../../src/errors.js');
      throw new PeerError('insecure-context', 'no', { final: true });
    };
    const { sink } = join(requestFor(), webSocketSignaling({ url: server.url, identity: refuse }));
    const [close] = await sink.heard('close');
    expect(close?.error?.code).to.equal('insecure-context');
  });

  it('wants exactly one of url and socket', () => {
    expect(() => webSocketSignaling({})).to.throw(TypeError, 'url or socket');
    const socket = new WebSocket(server.url);
    expect(() => webSocketSignaling({ url: server.url, socket })).to.throw(TypeError);
    return once(socket, 'open').then(() => socket.close());
  });
});
