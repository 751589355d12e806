import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Gives loopback an address and a default route, in a network of its own, and runs what it is given there. */
const PRETEND = [
  'ip link set lo up',
  'ip addr add 10.99.0.1/24 dev lo',
  'ip route add default dev lo src 10.99.0.1',
  'exec "$@"',
].join(' && ');

function hasDefaultRoute() {
  try {
    return /^\S+\t0{8}\t/m.test(readFileSync('/proc/net/route', 'utf8'));
  } catch {
    return true;
  }
}

const unshare = ['unshare', process.getuid?.() === 0 ? '-n' : '-Urn', 'sh', '-c', PRETEND, 'sh'];

/**
 * Firefox gathers no candidates on a machine without a default route, whatever its settings say, and so no peer
 * would ever find another one. Such a machine gets a network namespace that looks as if it had one.
 */
const isNeeded = () =>
  process.platform === 'linux' &&
  !hasDefaultRoute() &&
  spawnSync(unshare[0], [...unshare.slice(1), 'true']).status === 0;

let prefix;

/**
 * @param {string[]} argv a command in which browsers connect to each other
 * @returns {string[]} the command to run instead
 */
export function withRoute(argv) {
  prefix ??= isNeeded() ? unshare : [];
  return [...prefix, ...argv];
}
