/** How fast members come in: connect, log in where there is a log-in, join, until they are told. */
import { startClients, startServer, using } from './stage.mjs';

export const defaults = { runs: 5, joins: 3000 };
export const SETTING = { perRoom: 4, concurrency: 64, warmUp: 600 };

/** @returns {Promise<Record<string, number>>} */
export function measure({ name }, { joins, profile }) {
  return using([startServer(name, {}, profile), startClients(name)], async (server, clients) => {
    const { warmUp, perRoom, concurrency } = SETTING;
    await clients.ask('prepare', warmUp + joins);
    const whom = { ports: [server.said.port], perRoom, concurrency };
    await clients.ask('connect', { ...whom, first: 0, count: warmUp });
    const before = server.cpu();
    const taken = await clients.ask('connect', { ...whom, first: warmUp, count: joins });
    return { joins: (joins * 1000) / taken, joinCost: ((server.cpu() - before) * 1e6) / joins };
  });
}
