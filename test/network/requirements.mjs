/** What the laboratory needs of a machine: found, installed where that is possible without asking, or named. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findOrInstallPrograms } from '../support/programs.mjs';

/** Commands by the Debian package that has them. */
const PACKAGES = { iproute2: 'ip', iptables: 'iptables', coturn: 'turnserver', python3: 'python3' };

const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

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
  const lacking = findOrInstallPrograms(PACKAGES, say);
  if (lacking.length > 0) return lacking;
  return [
    ...(canAddNamespace() ? [] : ['the right to add network namespaces']),
    ...(canTranslate() ? [] : ['address translation in the kernel']),
    ...(existsSync('/dev/net/tun') ? [] : ['/dev/net/tun']),
  ];
}
