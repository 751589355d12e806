/** What the laboratory needs of a machine: found, installed where that is possible without asking, or named. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { aptGet, canInstall, onPath } from '../support/browsers.mjs';

/** Commands by the Debian package that has them. */
const PACKAGES = { iproute2: 'ip', iptables: 'iptables', coturn: 'turnserver', python3: 'python3' };

const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const lacking = () =>
  Object.entries(PACKAGES)
    .filter(([, command]) => !onPath(command))
    .map(([name]) => name);

function install(packages, say) {
  say(`The laboratory needs ${packages.join(', ')}: installing …`);
  const hadTurn = Boolean(onPath('turnserver'));
  aptGet('update');
  aptGet('install', '-y', '--no-install-recommends', ...packages);
  // Debian starts what it installs; this machine was not asked whether it wants to be a TURN server.
  if (!hadTurn && existsSync('/run/systemd/system')) works('systemctl', 'disable', '--now', 'coturn');
}

function canAddNamespace() {
  const name = `peer-elements-try-${process.pid}`;
  return works('ip', 'netns', 'add', name) && works('ip', 'netns', 'del', name);
}

const canTranslate = () =>
  works('unshare', '-n', 'iptables', '-t', 'nat', '-A', 'POSTROUTING', '-j', 'MASQUERADE', '--random-fully');

/**
 * @param {(line: string) => void} say
 * @returns {string[]} what is missing, in words; empty where the laboratory can be built
 */
export function findOrInstallTools(say) {
  if (process.platform !== 'linux') return ['Linux'];
  if (process.getuid?.() !== 0) return ['root'];
  if (lacking().length > 0 && canInstall()) install(lacking(), say);
  const packages = lacking();
  if (packages.length > 0) return packages.map((name) => `the package ${name}`);
  return [
    ...(canAddNamespace() ? [] : ['the right to add network namespaces']),
    ...(canTranslate() ? [] : ['address translation in the kernel']),
    ...(existsSync('/dev/net/tun') ? [] : ['/dev/net/tun']),
  ];
}
