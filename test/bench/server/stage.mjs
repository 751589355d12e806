/** A server and its clients, each in a process of its own, made for one measurement and gone after it. */
import { fileURLToPath } from 'node:url';
import { started } from './asking.mjs';

const LOADER = fileURLToPath(new URL('../../tools/typescript-loader.mjs', import.meta.url));

/** @param {string | undefined} profile a directory for the profile of the processor's time */
export const startServer = (name, options = {}, profile) =>
  started(
    'host.mjs',
    [name, JSON.stringify(options)],
    ['--expose-gc', ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [])],
  );

export const startClients = (name) => started('load.mjs', [name], ['--import', LOADER]);

/**
 * @template T
 * @param {Promise<import('./asking.mjs').Asked>[]} starting
 * @param {(...processes: import('./asking.mjs').Asked[]) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function using(starting, use) {
  const settled = await Promise.allSettled(starting);
  const processes = settled.flatMap(({ value }) => (value ? [value] : []));
  try {
    const failed = settled.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
    return await use(...processes);
  } finally {
    await Promise.all(processes.map((each) => each.stop()));
  }
}

/** What happens between two looks at the clients, and what the servers need for it. */
export async function window(servers, clients, milliseconds) {
  const cpu = () => servers.reduce((sum, server) => sum + server.cpu(), 0);
  const [cpuBefore, before] = [cpu(), await clients.ask('count')];
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const [cpuAfter, after] = [cpu(), await clients.ask('count')];
  const seconds = (after.at - before.at) / 1000;
  const delivered = after.delivered - before.delivered;
  return {
    rate: delivered / seconds,
    /** Microseconds a message. */
    cost: ((cpuAfter - cpuBefore) * 1e6) / delivered,
    /** Of one core. */
    busy: (cpuAfter - cpuBefore) / seconds,
  };
}
