/** What tests of single adaptors have in common. */
import { toBase64url } from '../../src/base64url.js';
import type { JoinRequest, Signaling, SignalingSession } from '../../src/signaling.js';
import { RecordingSink } from './recording-sink.js';

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
