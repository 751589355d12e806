/** What a connection takes in memory that is in a room of two, and says nothing. */
import { startClients, startServer, using } from './stage.mjs';

export const defaults = { runs: 1, connections: 10_000 };
export const SETTING = { processes: 2, perRoom: 2, concurrency: 64 };
const LOOK_MS = 500;
const MOST_LOOKS = 60;
/** Of what it was before: less than this is the same. */
const STILL = 0.002;

/** Bytes in memory, and in its heap, once garbage is collected and no more is given back. */
async function settled(server) {
  let [rss, quiet] = [Infinity, 0];
  for (let look = 0; look < MOST_LOOKS && quiet < 3; look++) {
    const { heapUsed, external } = await server.ask('collect');
    const now = server.rss();
    quiet = Math.abs(now - rss) <= STILL * now ? quiet + 1 : 0;
    rss = now;
    if (quiet === 3) return { rss, heap: heapUsed, external };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error('its memory does not settle');
}

/** @returns {Promise<Record<string, number>>} */
export function measure({ name }, { connections, profile }) {
  const { processes, perRoom, concurrency } = SETTING;
  const clients = Array.from({ length: processes }, () => startClients(name));
  return using([startServer(name, {}, profile), ...clients], async (server, ...crowds) => {
    const each = Math.ceil(connections / processes / perRoom) * perRoom;
    const count = each * processes;
    await Promise.all(crowds.map((crowd) => crowd.ask('prepare', each)));
    const before = await settled(server);
    const whom = { ports: [server.said.port], count: each, perRoom, concurrency };
    await Promise.all(crowds.map((crowd, i) => crowd.ask('connect', { ...whom, first: i * each })));
    const after = await settled(server);
    const lost = (await Promise.all(crowds.map((crowd) => crowd.ask('lost')))).flat();
    if (lost.length > 0) throw new Error(`${lost.length} of ${count} were cut off: ${lost[0]}`);
    const kilobytes = (bytes) => bytes / count / 1000;
    return {
      rss: kilobytes(after.rss - before.rss),
      heap: kilobytes(after.heap - before.heap),
      external: kilobytes(after.external - before.external),
    };
  });
}
