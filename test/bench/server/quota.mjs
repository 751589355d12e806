/**
 * Gives each of several processes the same small part of a core, so that three of them can be compared to one on a machine with
 * fewer cores than processes (Linux control groups, either version; needs root).
 */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Microseconds: short, or a process stands still for long between its turns. */
const PERIOD = 10_000;

const VERSIONS = [
  {
    root: '/sys/fs/cgroup/cpu',
    has: 'cpu.cfs_quota_us',
    limit: (quota) => [
      ['cpu.cfs_period_us', PERIOD],
      ['cpu.cfs_quota_us', quota],
    ],
  },
  { root: '/sys/fs/cgroup', has: 'cpu.max', limit: (quota) => [['cpu.max', `${quota} ${PERIOD}`]] },
];

/**
 * @param {number} pid @param {number} percent of a core
 * @returns {(() => void) | undefined} takes the limit away again, once the process has ended; undefined where there can be none
 */
export function limitProcessor(pid, percent) {
  for (const { root, has, limit } of VERSIONS) {
    const group = join(root, `peer-elements-${pid}`);
    try {
      mkdirSync(group);
      if (!existsSync(join(group, has))) throw new Error(`no ${has}`);
      for (const [name, value] of limit(Math.round((PERIOD * percent) / 100))) {
        writeFileSync(join(group, name), String(value));
      }
      writeFileSync(join(group, 'cgroup.procs'), String(pid));
      return () => remove(group);
    } catch {
      remove(group);
    }
  }
  return undefined;
}

function remove(group) {
  try {
    rmdirSync(group);
  } catch {
    // It is not there, or still in use: an empty group costs nothing.
  }
}
