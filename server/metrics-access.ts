/** Who may read the metrics: how much a server is used is its operator's business. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Networks that no router of the public internet leads to (RFC 1122, 1918, 3927, 4193, 4291). */
const PRIVATE = [
  ['127.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
] as const;

/** What proxies add: behind one, the address that we see says nothing about who asks. */
const PROXY_HEADERS = ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'];

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function createPrivateList(): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of PRIVATE) list.addSubnet(network, prefix, family);
  return list;
}

/** A request, as far as it tells who asks. */
export interface Asker {
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/**
 * Without a token: who asks directly, from this machine or a private network. With one: whoever shows it.
 * @returns null where the request is let through, else the status with which it is not
 */
export function metricsGuard(token: string | undefined): (request: Asker) => 401 | 403 | null {
  if (token !== undefined) {
    const expected = digest(`Bearer ${token}`);
    // Digests are of one length, so that the comparison takes the same time whatever was said.
    return ({ headers }) => (timingSafeEqual(digest(headers.authorization ?? ''), expected) ? null : 401);
  }
  const near = createPrivateList();
  return ({ headers, socket: { remoteAddress = '' } }) => {
    if (PROXY_HEADERS.some((name) => headers[name] !== undefined)) return 403;
    const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*/, '');
    const family = isIP(address);
    return family !== 0 && near.check(address, family === 4 ? 'ipv4' : 'ipv6') ? null : 403;
  };
}
