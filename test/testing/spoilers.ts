/** Adaptors that are good but for one thing each. */
import { createIdentity, PeerError } from '../../src/index.js';
import type {
  JoinRequest,
  Signaling,
  SignalingPeer,
  SignalingSession,
  SignalingSink,
} from '../../src/index.js';
import type { NetworkPage } from '../../src/testing/index.js';

export interface Spoiler {
  readonly spoil: (page: NetworkPage) => Signaling;
  /** The cases that it fails, and what these say then. */
  readonly fails: Record<string, RegExp>;
}

interface Spoiled {
  request?: Partial<JoinRequest>;
  sink?(sink: SignalingSink): Partial<SignalingSink>;
  session?(session: SignalingSession, sink: SignalingSink): Partial<SignalingSession>;
}

/** Calls of `part` where it has them, of `whole` for all the rest. */
function mixed<T extends object>(whole: T, part: Partial<T>): T {
  return new Proxy(whole, {
    get: (_, name) => {
      const value: unknown = Reflect.get(name in part ? part : whole, name);
      return typeof value === 'function' ? (value.bind(name in part ? part : whole) as unknown) : value;
    },
  });
}

const around =
  ({ request = {}, sink: inSink, session: inSession }: Spoiled) =>
  (page: NetworkPage): Signaling =>
    mixed<Signaling>(page, {
      join(given, sink) {
        const told = mixed(sink, inSink?.(sink) ?? {});
        const session = page.join({ ...given, ...request }, told);
        return mixed(session, inSession?.(session, sink) ?? {});
      },
    });

const nothing = (): void => undefined;
const isNew = (peer: SignalingPeer): SignalingPeer => ({ ...peer, newcomer: true });

/** Gives every second message before the one that came before it. */
function swapping(sink: SignalingSink): Partial<SignalingSink> {
  let held: [string, Uint8Array] | null = null;
  return {
    message: (...message) => {
      if (!held) {
        held = message;
        return;
      }
      sink.message(...message);
      sink.message(...held);
      held = null;
    },
  };
}

/** Says to everybody what is meant for one. */
function shouting(): (page: NetworkPage) => Signaling {
  const rooms = new Map<string, Set<{ id: string; sink: SignalingSink }>>();
  return (page) =>
    mixed<Signaling>(page, {
      join(request, sink) {
        const members = rooms.get(request.room) ?? new Set();
        rooms.set(request.room, members);
        const member = { id: '', sink };
        members.add(member);
        const told = mixed(sink, {
          open: (id) => {
            member.id = id;
            sink.open(id);
          },
        });
        return mixed(page.join(request, told), {
          send: (_to, bytes) => {
            for (const other of members) if (other !== member) other.sink.message(member.id, bytes);
          },
        });
      },
    });
}

/** Throws where somebody is meant whom it does not know. */
const particular = (page: NetworkPage): Signaling =>
  mixed<Signaling>(page, {
    join(request, sink) {
      const known = new Set<string>();
      const told = mixed(sink, {
        joined: (room) => {
          for (const { id } of room.peers) known.add(id);
          sink.joined(room);
        },
        peer: (peer) => {
          known.add(peer.id);
          sink.peer(peer);
        },
      });
      const session = page.join(request, told);
      return mixed(session, {
        send: (to, bytes) => {
          if (!known.has(to)) throw new Error('Nobody of that id is here.');
          session.send(to, bytes);
        },
      });
    },
  });

const IN_JOIN = 'calls nothing on the sink before join() has returned';
const OPENS = 'opens with the id of identity(), then joins';
const SHOWS = 'shows newcomers to members and members to newcomers, each with its hello';
const TELLS = 'tells the others when a member leaves';
const SILENT = 'is silent after close()';
const CARRIES = 'carries bytes to one member alone, stamped with the sender';
const ORDER = 'carries all that is said, in its order';
const ONCE = 'gives nothing twice, and nothing late';
const LARGE = 'carries 65536 bytes as they are';
const STRANGER = 'drops what is sent to a stranger';
const ROOM = 'has room for a message while it is in';
const ENTRY = 'lets create fail where there is a room, and join where there is none';
const CREATOR = 'has exactly one creator, however many try';
const CAPACITY = 'keeps to the capacity that the creator fixed, and frees seats';
const SEATS = 'never lets more in than the capacity, however many try';
const PASSWORD = 'refuses who comes with another password, or without';
const RETURN = 'comes back without anyone having seen it leave';
const DRAIN = 'has no room for a message while it is away, and asks for what it has to say when it is back';

export const spoilers: Record<string, Spoiler> = {
  'calls the sink inside join()': {
    spoil: (page) =>
      mixed<Signaling>(page, {
        join(request, sink) {
          sink.iceServers([]);
          return page.join(request, sink);
        },
      }),
    fails: {
      [IN_JOIN]: /^what the sink was told inside join\(\): expected \[\], but it is \["iceServers"\]$/,
    },
  },
  'is somebody else than it says': {
    spoil: (page) => mixed<Signaling>(page, { identity: () => createIdentity() }),
    fails: { [OPENS]: /^identity\(\)'s id: expected "[\w-]{43}", but it is "[\w-]{43}"$/ },
  },
  'forgets the hello': {
    spoil: around({ request: { hello: new Uint8Array() } }),
    fails: { [SHOWS]: /^whom the newcomer is shown: expected .* bytes\(102 105 .* but it is .* bytes\(\)/ },
  },
  'takes members for newcomers': {
    spoil: around({
      sink: (sink) => ({
        joined: ({ created, peers }) => {
          sink.joined({ created, peers: peers.map(isNew) });
        },
        peer: (peer) => {
          sink.peer(isNew(peer));
        },
      }),
    }),
    fails: { [SHOWS]: /newcomer: true/, [RETURN]: /whom who returned is shown again/ },
  },
  'does not notice who goes': {
    spoil: around({ sink: () => ({ gone: nothing }) }),
    fails: { [TELLS]: /"gone" for page 1 of this case, which was told open, joined, peer$/ },
  },
  'takes who left for lost': {
    spoil: around({
      sink: (sink) => ({
        gone: (id) => {
          sink.gone(id, 'lost');
        },
      }),
    }),
    fails: { [TELLS]: /expected .* reason: "left" }, but it is .* reason: "lost" }/ },
  },
  'goes on after close()': {
    spoil: around({
      session: (session, sink) => ({
        close: () => {
          session.close();
          sink.drain();
        },
      }),
    }),
    fails: {
      'can be closed before it is in': /what was told after close\(\): expected \[\], but it is \["drain"\]/,
    },
  },
  'delivers to everybody': {
    spoil: shouting(),
    fails: {
      [CARRIES]: /^what somebody hears who was told "for b": expected .* bytes\(102 111 114 32 99\) }\]$/,
    },
  },
  'delivers twice': {
    spoil: around({
      sink: (sink) => ({
        message: (from, bytes) => {
          sink.message(from, bytes);
          sink.message(from, bytes);
        },
      }),
    }),
    fails: {
      [ORDER]: /^the first bytes of the messages .*, number 2: expected 1, but it is 0$/,
      [ONCE]: /number 2: expected 1, but it is 0$/,
    },
  },
  'delivers in another order': {
    spoil: around({ sink: swapping }),
    fails: {
      [ORDER]: /^the first bytes of the messages \(200 instead of 200\), number 1: expected 0, but it is 1$/,
      [ONCE]: /which can only grow .*: expected 3, but it is 0$/,
    },
  },
  'says that somebody else said so': {
    spoil: around({
      sink: (sink) => ({
        message: (_from, bytes) => {
          sink.message('x'.repeat(43), bytes);
        },
      }),
    }),
    fails: { [CARRIES]: /but it is \[{ from: "x{43}"/ },
  },
  'cuts what is long': {
    spoil: around({
      session: (session) => ({
        send: (to, bytes) => {
          session.send(to, bytes.subarray(0, 60_000));
        },
      }),
    }),
    fails: { [LARGE]: /expected bytes\(0 7 .* 65536 in all\), but it is bytes\(0 7 .* 60000 in all\)/ },
  },
  'throws where nobody is': { spoil: particular, fails: { [STRANGER]: /^Nobody of that id is here\.$/ } },
  'always has room': {
    spoil: around({ session: () => ({ reserve: () => true }) }),
    fails: {
      [ROOM]: /^reserve\(\) before "joined": expected false, but it is true$/,
      [DRAIN]: /^reserve\(\) while the connection is lost: expected false, but it is true$/,
    },
  },
  'never has room': {
    spoil: around({ session: () => ({ reserve: () => false }) }),
    fails: { [ROOM]: /^reserve\(\) after "joined": expected true, but it is false$/ },
  },
  'does not say that there is room again': {
    spoil: around({ sink: () => ({ drain: nothing }) }),
    fails: {
      [DRAIN]: /"drain" for page 2 of this case, which was told open, joined, reconnecting, peer, reconnect$/,
    },
  },
  'does not say that somebody is refused': {
    spoil: around({ sink: () => ({ close: nothing }) }),
    fails: {
      [ENTRY]: /"close" for page 1 of this case, which was told open$/,
      [CREATOR]: /7 of 8 to be told "joined" or "close"$/,
    },
  },
  'does not say that a refusal is final': {
    spoil: around({
      sink: (sink) => ({
        close: (error) => {
          sink.close(error && new PeerError(error.code, error.message));
        },
      }),
    }),
    fails: { [ENTRY]: /^whether that error is final: expected true, but it is false$/ },
  },
  'lets everybody create': {
    spoil: around({ request: { entry: 'join-or-create' } }),
    fails: { [CREATOR]: /^how many of 8 could create the same room: expected 1, but it is 8$/ },
  },
  'has seats for everybody': {
    spoil: around({ request: { capacity: 32 } }),
    fails: {
      [CAPACITY]: /"close" for page 3 of this case, which was told open, joined$/,
      [SEATS]: /^how many got one of 2 seats: expected 2, but it is 8$/,
    },
  },
  'asks for no password': {
    spoil: around({ request: { lock: 'x'.repeat(43) } }),
    fails: { [PASSWORD]: /"close" for page 2 of this case, which was told open, joined$/ },
  },
  'joins again when it returns': {
    spoil: around({
      sink: (sink) => ({
        reconnect: (detail) => {
          sink.joined({ created: false, peers: [] });
          sink.reconnect(detail);
        },
      }),
    }),
    fails: { [RETURN]: /^how often who returned was told "joined": expected 1, but it is 2$/ },
  },
  'says something more a moment after close()': {
    spoil: around({
      session: (session, sink) => ({
        close: () => {
          session.close();
          setTimeout(() => {
            sink.drain();
          }, 1);
        },
      }),
    }),
    fails: {
      [SILENT]: /^what somebody who has left was told: expected .* but it is \["open", "joined", "drain"\]$/,
    },
  },
};
