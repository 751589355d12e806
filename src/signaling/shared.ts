/**
 * What all rooms of a page share: its identity, and one connection per signalling address. This is the only module
 * of the core that keeps anything between calls.
 */
import { createIdentity, type Identity } from '../identity.js';
import type { Signaling } from '../signaling.js';

const connections = new Map<string, Signaling>();
let identity: Promise<Identity> | null = null;

/** This page's identity, made when first asked for. Rejects as `createIdentity()` does, and is tried anew then. */
export function pageIdentity(): Promise<Identity> {
  identity ??= createIdentity().catch((error: unknown) => {
    identity = null;
    throw error;
  });
  return identity;
}

/** The one adaptor of this page for `address`, made when first asked for. */
export function sharedSignaling(address: string, make: () => Signaling): Signaling {
  const existing = connections.get(address);
  if (existing) return existing;
  const made = make();
  connections.set(address, made);
  return made;
}
