/** What the routers of this world do to those behind them, as iptables rules. */

/**
 * `none`: nothing, everybody can reach everybody.
 * `cone`: one public port for each of the visitor's, whomever it talks to; in comes only who was talked to.
 * `symmetric`: a new public port for each address it talks to, so that nobody can be told where to knock.
 * `no-udp`: a cone whose firewall drops UDP.
 * `signalling-only`: a firewall that drops everything but the connection to the signalling server.
 */
export type Nat = 'none' | 'cone' | 'symmetric' | 'no-udp' | 'signalling-only';

/** Where the visitors are, and where the world is. */
const LAN = 'lan';
const WAN = 'wan';

const firewall: Readonly<Record<Nat, (signalling: string) => readonly string[]>> = {
  none: () => [],
  cone: () => [],
  symmetric: () => [],
  'no-udp': () => ['-p udp -j DROP'],
  'signalling-only': (signalling) => {
    const [host, port] = signalling.split(':');
    return [`-i ${LAN} -p tcp -d ${host} --dport ${port} -j ACCEPT`, `-i ${LAN} -j DROP`];
  },
};

/**
 * @param signalling address and port of the signalling server
 * @returns input for iptables-restore
 */
export function rules(nat: Nat, signalling: string): string {
  // Without this, the other side's first packet, too early to be expected, would count as a connection of the router's
  // own and take the very port that the visitor's answer needs: a cone that works like a symmetric NAT.
  const unasked = `-i ${WAN} -m conntrack --ctstate NEW,INVALID -j DROP`;
  const random = nat === 'symmetric' ? ' --random-fully' : '';
  return [
    '*nat',
    ...(nat === 'none' ? [] : [`-A POSTROUTING -o ${WAN} -j MASQUERADE${random}`]),
    'COMMIT',
    '*filter',
    ...(nat === 'none' ? [] : [`-A INPUT ${unasked}`, `-A FORWARD ${unasked}`]),
    ...firewall[nat](signalling).map((rule) => `-A FORWARD ${rule}`),
    'COMMIT',
    '',
  ].join('\n');
}
