/** Relayed messages: as many as the server can, what one costs it, and how late they are when it has time. */
import { startClients, startServer, using, window } from './stage.mjs';

export const defaults = { runs: 5, seconds: 5 };
export const SETTING = { members: 200, bytes: 200, window: 4, rate: 2000, warmUp: 2000 };

/** @returns {Promise<Record<string, number>>} */
export function measure({ name }, { seconds, profile }) {
  return using([startServer(name, {}, profile), startClients(name)], async (server, clients) => {
    const { members, bytes, rate } = SETTING;
    await clients.ask('prepare', members);
    const ports = [server.said.port];
    await clients.ask('connect', { ports, first: 0, count: members, perRoom: 2, concurrency: 32 });
    await clients.ask('saturate', { window: SETTING.window, bytes });
    await window([server], clients, SETTING.warmUp);
    const { rate: saturated, cost, busy } = await window([server], clients, seconds * 1000);
    await clients.ask('quiet');
    const { p50, p99, sent, arrived } = await clients.ask('pace', { rate, seconds, bytes });
    const lost = await clients.ask('lost');
    if (lost.length > 0) throw new Error(`${lost.length} members were cut off: ${lost[0]}`);
    if (arrived !== sent) throw new Error(`of ${sent} messages ${arrived} arrived`);
    return { saturated, cost, busy: busy * 100, p50, p99 };
  });
}
