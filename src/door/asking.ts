/** Puts together what it takes to ask one's way into a room. */
import type { Joining } from '../joining.js';
import type { Membership, MembershipHost, MembershipOptions } from '../membership.js';
import type { Deciders } from '../moderation/word.js';
import { isAnonymous } from '../peer-frame.js';
import type { Entry } from '../protocol.js';
import { keyOfSecret, roomId } from '../room-key.js';
import { initiate } from '../session/session.js';
import type { JoinRequest } from '../signaling.js';
import { Entrance, type EntranceEvents, type Pass } from './entrance.js';

export interface AskingOptions {
  readonly joining: Joining;
  readonly name: string;
  readonly entry: Entry;
  /** Of the room, if it is we who make it. */
  readonly capacity: number | undefined;
  /** Who decides, if it is we who make the room. */
  readonly deciders: Deciders;
  /** What there is to ask signalling for, whatever the room. */
  readonly request: Omit<JoinRequest, 'hello' | 'entry' | 'room'>;
  readonly join: (
    made: Pick<MembershipOptions, 'request' | 'context' | 'initiator' | 'door'>,
    host: MembershipHost,
  ) => Membership;
  readonly host: MembershipHost;
}

export async function askToEnter(options: AskingOptions, events: EntranceEvents): Promise<Entrance> {
  const { joining, name, entry, capacity, deciders, request, join, host } = options;
  const { signaling, identity, room, key } = joining;
  const door = await roomId(name, 'door');
  // A password is for the door; who is let in needs none.
  const place = {
    signaling,
    request: { ...request, room: door, lock: key.lock },
    context: { identity, room: door, psk: key.psk },
  };

  async function prepare(pass: Pass, watched: MembershipHost): Promise<() => Membership> {
    const { psk, lock } = await keyOfSecret(pass.secret);
    const context = { identity, room, psk };
    const initiator = await initiate(context, { anonymous: isAnonymous(host.greeting()), nonce: pass.nonce });
    const wanted = { ...request, room, lock, entry: pass.entry, ...(capacity && { capacity }) };
    const { secret, known } = pass;
    const made = { request: wanted, context, initiator, door: { place, secret, known, asks: deciders } };
    return () => join(made, watched);
  }

  return new Entrance({ room, entry, place, prepare, host }, events);
}
