import { expect } from '@open-wc/testing';
import { broadcastChannelSignaling } from '../../../src/signaling/broadcast-channel.js';
import { describeSignaling } from '../../../src/testing/index.js';
import { RecordingSink } from '../../support/recording-sink.js';
import { toBase64url } from '../../../src/base64url.js';
import { until } from '../../support/until.js';
import type { JoinRequest, SignalingSession } from '../../../src/signaling.js';

describeSignaling('local:', { page: () => broadcastChannelSignaling() });

describe('local: among the tabs of a browser', () => {
  const room = toBase64url(crypto.getRandomValues(new Uint8Array(32)));
  const request: JoinRequest = {
    room,
    entry: 'join-or-create',
    hello: new Uint8Array([1]),
    timeout: 10_000,
    reconnect: true,
    reconnectDelay: 20,
  };
  const sessions: SignalingSession[] = [];

  const join = async (): Promise<RecordingSink> => {
    const sink = new RecordingSink();
    sessions.push(broadcastChannelSignaling().join(request, sink));
    await sink.heard('joined');
    return sink;
  };

  afterEach(() => {
    for (const session of sessions.splice(0)) session.close();
  });

  it('ignores whatever else a script of this origin posts', async () => {
    const [a, b] = [await join(), await join()];
    await a.heard('peer');
    const before = a.told.length;
    const id = b.all('open')[0]?.id ?? '';
    const channel = new BroadcastChannel(`peer-elements:${room}:`);
    const junk = [null, 1, 'x', [], {}, { kind: 'hello' }, { kind: 'hello', from: id, hello: '*' }];
    const more = [
      { kind: 'message', from: id, to: id, bytes: 'no bytes' },
      { kind: 'message', from: id, to: 'nobody', bytes: new Uint8Array(1) },
      { kind: 'message', from: 'x'.repeat(43), to: a.all('open')[0]?.id, bytes: new Uint8Array(1) },
      { kind: 'bye', from: '../..' },
      { kind: 'bye', from: 'y'.repeat(43) },
      { kind: '__proto__', from: id },
    ];
    for (const word of [...junk, ...more]) channel.postMessage(word);
    channel.postMessage({ kind: 'bye', from: id });
    await a.heard('gone');
    expect(a.told).to.have.length(before + 1);
    channel.close();
  });

  it('notices a tab that goes without a word', async () => {
    const a = await join();
    const frame = document.createElement('iframe');
    frame.srcdoc = `<script type="module">
      const { broadcastChannelSignaling } = await import('/src/signaling/broadcast-channel.ts');
      const nothing = () => undefined;
      const sink = new Proxy({}, { get: () => nothing });
      broadcastChannelSignaling().join(${JSON.stringify({ ...request, hello: undefined })}, sink);
    </script>`.replace('"room"', '"hello":new Uint8Array([7]),"room"');
    document.body.append(frame);
    const [peer] = await a.heard('peer');
    frame.remove();
    const [gone] = await a.heard('gone');
    expect(gone).to.deep.include({ id: peer?.id, reason: 'lost' });
  });

  it('has what is said to one heard by one alone', async () => {
    const [a, b, c] = [await join(), await join(), await join()];
    await Promise.all([a.heard('peer', 2), b.heard('peer')]);
    const idOf = (sink: RecordingSink): string => sink.all('open')[0]?.id ?? '';
    const heard: string[] = [];
    const channels = ['', idOf(b), idOf(c)].map(
      (end) => new BroadcastChannel(`peer-elements:${room}:${end}`),
    );
    channels.forEach((channel, i) => {
      channel.onmessage = () => heard.push(['all', 'b', 'c'][i] ?? '');
    });
    for (const n of [1, 2, 3]) sessions[0]?.send(idOf(b), new Uint8Array([n]));
    const messages = await b.heard('message', 3);
    expect(messages.map(({ bytes }) => bytes[0])).to.deep.equal([1, 2, 3]);
    await until(() => heard.length >= 3);
    sessions[0]?.close();
    await until(() => heard.includes('all'));
    expect(heard).to.deep.equal(['b', 'b', 'b', 'all']);
    for (const channel of channels) channel.close();
  });

  it('begins nothing more where the page is left, which would have nobody else go through the door', async () => {
    const a = await join();
    const { locks } = navigator;
    const before = await locks.query();
    const isOurs = ({ name }: LockInfo): boolean => name?.startsWith(`peer-elements:${room}:`) ?? false;
    expect(before.held?.filter(isOurs)).to.have.length(1);
    const [session] = sessions;
    const asked: string[] = [];
    const { request: ask } = locks;
    Object.defineProperty(locks, 'request', {
      configurable: true,
      value: (name: string, ...rest: unknown[]) => {
        asked.push(name);
        return Reflect.apply(ask, locks, [name, ...rest]) as unknown;
      },
    });
    session?.close(true);
    Reflect.deleteProperty(locks, 'request');
    expect(asked).to.be.empty;
    await until(async () => !(await locks.query()).held?.some(isOurs), { what: 'the seat to be free' });
    expect(a.all('close')).to.be.empty;
  });
});
