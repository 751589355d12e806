/** Servers and tools that tests run: found, installed where that is possible without asking, or named. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { aptGet, canInstall, onPath } from './browsers.mjs';

const lackingOf = (packages) =>
  Object.entries(packages)
    .filter(([, command]) => !onPath(command))
    .map(([name]) => name);

function install(packages, say) {
  say(`The tests need ${packages.join(', ')}: installing …`);
  aptGet('update');
  aptGet('install', '-y', '--no-install-recommends', ...packages);
  // Debian starts what it installs; this machine was not asked whether it wants to be such a server.
  if (!existsSync('/run/systemd/system')) return;
  for (const name of packages) spawnSync('systemctl', ['disable', '--now', name], { stdio: 'ignore' });
}

/**
 * @param {Record<string, string>} packages commands by the Debian package that has them
 * @param {(line: string) => void} say
 * @returns {string[]} what is missing, in words
 */
export function findOrInstallPrograms(packages, say) {
  const lacking = lackingOf(packages);
  if (lacking.length > 0 && canInstall()) install(lacking, say);
  return lackingOf(packages).map((name) => `the package ${name}`);
}
