/** The signalling server as it is shipped, its budgets raised so that what is measured is its work. */
import { SignalingServer } from '../../../../dist/server.js';

const PLENTY = 1_000_000_000;
const LIMITS = {
  connections: PLENTY,
  connectionsPerAddress: PLENTY,
  messagesPerSecond: PLENTY,
  messageBurst: PLENTY,
  relayBytesPerSecond: PLENTY,
  relayBurst: PLENTY,
  upgradesPerSecond: PLENTY,
  upgradeBurst: PLENTY,
  // Signatures are made by the clients, thousands of them in one process.
  loginTimeout: 60_000,
};

/** Whether this version of the server has the option. */
export function takes(options) {
  try {
    new SignalingServer({ port: 0, ...options });
    return true;
  } catch (error) {
    if (/^Unknown option/.test(error.message)) return false;
    throw error;
  }
}

/** @param {{ redis?: string, limits?: object }} options */
export async function start({ limits, ...options }) {
  const known = Object.entries({ ...LIMITS, ...limits }).filter(([name, value]) =>
    takes({ limits: { [name]: value } }),
  );
  const server = new SignalingServer({
    port: 0,
    host: '127.0.0.1',
    limits: Object.fromEntries(known),
    ...options,
  });
  await server.listen();
  return { port: server.address.port, stats: () => server.stats() };
}
