/**
 * What all rooms of a page share: its identity, and one connection per signalling address. This is the only module
 * of the core that keeps anything between calls.
 */
import { createIdentity, keptIdentity, type Identity } from '../identity.js';
import type { Signaling } from '../signaling.js';
import { callbackSignaling, type Channel } from './callbacks.js';

const connections = new Map<string, Signaling>();
const channels = new WeakMap<Channel, Signaling>();
const identities = new Map<boolean, Promise<Identity>>();

/**
 * This page's identity, made when first asked for. Rejects as `createIdentity()` does, and is tried anew then.
 * @param ephemeral one that ends with the page, instead of the one that is kept
 */
export function pageIdentity(ephemeral: boolean): Promise<Identity> {
  const known = identities.get(ephemeral);
  if (known) return known;
  const made = (ephemeral ? createIdentity() : keptIdentity()).catch((error: unknown) => {
    identities.delete(ephemeral);
    throw error;
  });
  identities.set(ephemeral, made);
  return made;
}

/** The one adaptor of this page for `address`, made when first asked for. */
export function sharedSignaling(address: string, make: () => Signaling): Signaling {
  const existing = connections.get(address);
  if (existing) return existing;
  const made = make();
  connections.set(address, made);
  return made;
}

/** The one adaptor of this page over a channel of the author's, made when first asked for. */
export function channelSignaling(channel: Channel): Signaling {
  const made = channels.get(channel) ?? callbackSignaling(channel);
  channels.set(channel, made);
  return made;
}
