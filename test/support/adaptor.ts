/** What tests of single adaptors have in common. */
import { expect } from '@open-wc/testing';
import { toBase64url } from '../../src/base64url.js';
import type { JoinRequest, Signaling, SignalingSession } from '../../src/signaling.js';
import { RecordingSink } from './recording-sink.js';
import type { TestServer } from './server.js';
import { until } from './until.js';

export const randomRoom = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(32)));

export const requestFor = (room = randomRoom(), more: Partial<JoinRequest> = {}): JoinRequest => ({
  room,
  entry: 'join-or-create',
  hello: new Uint8Array([1]),
  timeout: 5000,
  reconnect: true,
  reconnectDelay: 20,
  ...more,
});

export interface Joined {
  readonly sink: RecordingSink;
  readonly session: SignalingSession;
  readonly id: () => string;
}

/** One room for each test, and all who are in it. */
export function useRoom(): {
  readonly room: () => string;
  readonly join: (signaling: Signaling, more?: Partial<JoinRequest>) => Joined;
  /** Before a test's own server goes, as its members would miss it. */
  readonly leave: () => void;
} {
  const sessions: SignalingSession[] = [];
  let room = '';
  const leave = (): void => {
    for (const session of sessions.splice(0)) session.close();
  };
  beforeEach(() => {
    room = randomRoom();
  });
  afterEach(leave);
  return {
    room: () => room,
    leave,
    join: (signaling, more) => {
      const sink = new RecordingSink();
      const session = signaling.join(requestFor(room, more), sink);
      sessions.push(session);
      return { sink, session, id: () => sink.all('open')[0]?.id ?? '' };
    },
  };
}

/** @param own of this test: it is killed, and comes back with everything forgotten  @param make an adaptor on it, for each page */
export async function comesBack(
  own: TestServer,
  make: () => Signaling,
  { join, leave }: ReturnType<typeof useRoom>,
): Promise<void> {
  const a = join(make());
  await a.sink.heard('joined');
  const b = join(make());
  await a.sink.heard('peer');
  await own.kill();
  await Promise.all([a.sink.heard('reconnecting'), b.sink.heard('reconnecting')]);
  await own.start();
  await Promise.all([a.sink.heard('reconnect'), b.sink.heard('reconnect')]);
  await until(() => {
    b.session.send(a.id(), new Uint8Array([9]));
    return a.sink.all('message').length > 0;
  });
  const [joined] = await join(make()).sink.heard('joined');
  expect(joined?.peers.map(({ id }) => id)).to.have.members([a.id(), b.id()]);
  expect([...a.sink.all('gone'), ...b.sink.all('gone')]).to.be.empty;
  leave();
  await own.dispose();
}

/** A page's sockets, which can be had, and taken away. */
export function fragileSockets(): {
  readonly WebSocket: typeof WebSocket;
  readonly sockets: WebSocket[];
  readonly sent: (string | Uint8Array)[];
  cut(): void;
  mend(): void;
} {
  const sockets: WebSocket[] = [];
  const sent: (string | Uint8Array)[] = [];
  let isCut = false;
  return {
    sockets,
    sent,
    WebSocket: class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        // Not at the same port: Firefox takes its time with an address that has failed.
        super(isCut ? 'ws://127.0.0.1:65534/nobody-is-here' : url, protocols);
        sockets.push(this);
      }
      override send(data: string | Uint8Array<ArrayBuffer>): void {
        sent.push(data.slice());
        super.send(data);
      }
    },
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.close();
    },
    mend: () => {
      isCut = false;
    },
  };
}
