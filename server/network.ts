/** As far as addresses tell customers apart: which of them an address belongs to, and how much each has. */
import { isIP } from 'node:net';

/** The first 64 bits of an IPv6 address, which is the least that one customer has; IPv4 whole. */
export function network(address: string): string {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined || isIP(address) !== 6) return v4 ?? address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail ? tail.split(':') : [];
  if (tail !== undefined) {
    while (groups.length + rest.length < 8) groups.push('0');
  }
  return [...groups, ...rest]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/** How many of something are there, by network. */
export class Headcount {
  #counts = new Map<string, number>();

  of(network: string): number {
    return this.#counts.get(network) ?? 0;
  }

  /** One more. */
  enter(network: string): void {
    this.#counts.set(network, this.of(network) + 1);
  }

  /** One less. */
  leave(network: string): void {
    const left = this.of(network) - 1;
    if (left > 0) this.#counts.set(network, left);
    else this.#counts.delete(network);
  }
}
