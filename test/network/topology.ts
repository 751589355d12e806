/**
 * A small internet:
 *
 *     left ── left-router ──┐            ┌── right-router ── right
 *                           ├─ internet ─┤
 *                server ────┘
 *
 * Every name is a namespace. The three lines that end at `internet` may be slow and lose packets: each then takes half
 * of the delay, so that it is one delay from a home to the server and one delay from home to home; and likewise for what
 * is lost.
 */
import { join } from 'node:path';
import { root } from '../tools/workspace.mjs';
import type { Namespaces } from './namespaces.js';
import { rules, type Nat } from './nat.js';

export type Side = 'left' | 'right';
export const SIDES: readonly Side[] = ['left', 'right'];

export const SERVER_HOST = '203.0.113.1';
export const SIGNAL_PORT = 8080;
/** The internet's own address on all of its lines. */
const GATEWAY = '203.0.113.254';

const router = (side: Side): string => `${side}-router`;

export class Topology {
  readonly #namespaces: Namespaces;
  readonly #nats = { left: 'none', right: 'none' } as Record<Side, Nat>;
  /** Changes of address so far. */
  readonly #moves: Record<Side, number> = { left: 0, right: 0 };

  readonly #cut = new Set<Side>();

  constructor(namespaces: Namespaces) {
    this.#namespaces = namespaces;
  }

  /**
   * @param delay milliseconds from any of left, right and server to any other
   * @param loss part of the packets that gets lost on such a way, from 0 to 1
   */
  async build(nats: Readonly<Record<Side, Nat>>, delay: number, loss: number): Promise<void> {
    const lan = this.#namespaces;
    for (const name of ['internet', 'server', ...SIDES, ...SIDES.map(router)]) lan.add(name);
    // What nobody has an address for is lost without a word, as it is out there.
    lan.run('internet', 'echo 1 > /proc/sys/net/ipv4/ip_forward; ip route add blackhole default');

    const lines = { server: 'server', left: router('left'), right: router('right') };
    const isSlow = delay > 0 || loss > 0;
    // What gets through a whole way gets through two lines.
    if (isSlow) await this.#slowLines(Object.keys(lines), delay / 2, 1 - Math.sqrt(1 - loss));
    for (const [line, end] of Object.entries(lines)) {
      // A slow one is there already.
      const make = isSlow ? '' : `ip link add ${line} type veth peer name ${line}-end;`;
      lan.run(
        'internet',
        `${make} ip link set ${line}-end netns ${lan.fullName(end)} name wan
        ip addr add ${GATEWAY}/32 dev ${line}; ip link set ${line} up`,
      );
    }
    this.#route('server', SERVER_HOST, 'server');
    for (const side of SIDES) {
      lan.run(
        router(side),
        `ip link add lan type veth peer name eth0 netns ${lan.fullName(side)}
        echo 1 > /proc/sys/net/ipv4/ip_forward`,
      );
      this.#settle(side);
      this.setNat(side, nats[side]);
    }
  }

  nat(side: Side): Nat {
    return this.#nats[side];
  }

  setNat(side: Side, nat: Nat): void {
    this.#nats[side] = nat;
    this.#namespaces.run(router(side), 'iptables-restore -w', rules(nat, `${SERVER_HOST}:${SIGNAL_PORT}`));
    // The world has a way to a private address only where nothing is translated.
    const [verb, to] = nat === 'none' ? ['replace', `via ${this.#publicAddress(side)}`] : ['del', ''];
    const route = `ip route ${verb} ${this.#subnet(side)}.0/24 ${to}`;
    this.#namespaces.run('internet', nat === 'none' ? route : `${route} 2>&1 || true`);
  }

  /** Its line carries nothing any more, and nobody is told. */
  cut(side: Side): void {
    if (this.#cut.has(side)) return;
    this.#cut.add(side);
    this.#onLine(side, '-I');
  }

  restore(side: Side): void {
    if (this.#cut.delete(side)) this.#onLine(side, '-D');
  }

  /** Another network: the old addresses, private and public, are gone, and with them what the router remembered. */
  changeAddress(side: Side): void {
    const nat = this.#nats[side];
    const lan = this.#namespaces;
    lan.run(
      'internet',
      `ip route del ${this.#publicAddress(side)}; ip route del ${this.#subnet(side)}.0/24 2>&1 || true`,
    );
    this.#moves[side]++;
    this.#settle(side);
    this.setNat(side, nat);
  }

  /** @param verb to add or to remove what drops everything */
  #onLine(side: Side, verb: '-I' | '-D'): void {
    const rule = `iptables -w ${verb} FORWARD -j DROP`;
    this.#namespaces.run('internet', `${rule} -i ${side}; ${rule} -o ${side}`);
  }

  /** Gives a home and its router the addresses of where they are now. */
  #settle(side: Side): void {
    const subnet = this.#subnet(side);
    const lan = this.#namespaces;
    // First what the visitor notices: from here on nothing leaves from the old address.
    lan.run(
      side,
      `ip addr flush dev eth0; ip addr add ${subnet}.2/24 dev eth0; ip link set eth0 up
      ip route replace default via ${subnet}.1`,
    );
    lan.run(router(side), `ip addr flush dev lan; ip addr add ${subnet}.1/24 dev lan; ip link set lan up`);
    this.#route(router(side), this.#publicAddress(side), side);
  }

  /** A public address at the end of a line. */
  #route(end: string, address: string, line: string): void {
    this.#namespaces.run(
      end,
      `ip addr flush dev wan; ip addr add ${address}/32 dev wan; ip link set wan up
      ip route replace ${GATEWAY} dev wan; ip route replace default via ${GATEWAY}`,
    );
    this.#namespaces.run('internet', `ip route replace ${address} dev ${line}`);
  }

  #subnet(side: Side): string {
    return `192.168.${SIDES.indexOf(side) + 1 + 10 * this.#moves[side]}`;
  }

  #publicAddress(side: Side): string {
    return `203.0.113.${SIDES.indexOf(side) + 11 + 10 * this.#moves[side]}`;
  }

  /** The process stays; its devices' ends are handed out like those of other lines. */
  async #slowLines(names: readonly string[], delay: number, loss: number): Promise<void> {
    const script = join(root, 'test/network/delay.py');
    const pairs = names.map((name) => `${name}:${name}-end`);
    await this.#namespaces.start(
      'internet',
      ['python3', script, String(delay), String(loss), ...pairs],
      /ready/,
    );
  }
}
