/** The part of an address that brings somebody in: written by `<peer-invite>`, read by a group or pair with `from-link`. */

export type InviteKey = 'code' | 'room';

/**
 * The address with the code or the room's name behind `#`, a part that browsers send to no server. Null for what is no
 * address. Whatever else is behind `#`, and a password in front of the host, stays here.
 */
export function makeLink(href: string, base: string, key: InviteKey, value: string): string | null {
  try {
    const url = new URL(href, base);
    url.username = url.password = '';
    url.hash = `${key}=${encodeURIComponent(value)}`;
    return url.href;
  } catch {
    return null;
  }
}

/** What an address says behind `#`; null when it does not. Whatever is written there is a name: nothing is an error. */
export function readLink(hash: string, key: InviteKey): string | null {
  // In forms a plus is a space, in an address it is itself.
  return new URLSearchParams(hash.replace(/^#/, '').replaceAll('+', '%2B')).get(key) || null;
}
