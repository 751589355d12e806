import { once } from 'node:events';
import { PeerServer } from 'peer';

const HOUR = 3_600_000;

/** Room for ten thousand, and patience with clients that send no heartbeats of its kind. */
export async function start() {
  const server = await new Promise((resolve) => {
    PeerServer(
      { port: 0, host: '127.0.0.1', path: '/', concurrent_limit: 100_000, alive_timeout: HOUR },
      resolve,
    );
  });
  if (!server.listening) await once(server, 'listening');
  return { port: server.address().port };
}
