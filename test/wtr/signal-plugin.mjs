import { Mosquitto } from '../support/mosquitto.mjs';
import { SignalServer, configuredCommand, guardedCommand, programs } from './signal-server.mjs';

/** The server that a test asks for. */
function serverFor({ args, guarded, options, program }) {
  if (program === 'mosquitto') return new Mosquitto(options);
  if (program) return new SignalServer(args, programs[program]);
  if (options) return new SignalServer([JSON.stringify(options)], configuredCommand);
  return new SignalServer(args, guarded ? guardedCommand : undefined);
}

/**
 * Gives tests a signalling server: `import { signalUrl } from '/__signal.js'` for the one that all of a run share,
 * and the commands that test/support/server.ts wraps.
 */
export function signalPlugin() {
  const shared = new SignalServer();
  const own = new Map();
  let lastId = 0;

  const serverOf = ({ id } = {}) => {
    const server = id === undefined ? shared : own.get(id);
    if (!server) throw new Error(`No server ${id}`);
    return server;
  };
  const describe = (server, id) => ({ id, port: server.port, url: server.url });

  const commands = {
    'server:start': async (payload) => {
      const server = serverOf(payload ?? {});
      await server.start();
      return describe(server, payload?.id ?? 0);
    },
    'server:stop': async (payload) => {
      await serverOf(payload ?? {}).stop();
      return true;
    },
    'server:drain': async (payload) => {
      await serverOf(payload ?? {}).drain();
      return true;
    },
    'server:kill': async (payload) => {
      await serverOf(payload ?? {}).stop('SIGKILL');
      return true;
    },
    'server:spawn': async (payload) => {
      const server = serverFor(payload ?? {});
      await server.start();
      own.set(++lastId, server);
      return describe(server, lastId);
    },
    'server:despawn': async (payload) => {
      const server = serverOf(payload);
      await server.stop('SIGKILL');
      await server.dispose?.();
      own.delete(payload.id);
      return true;
    },
  };

  return {
    name: 'signal',
    serverStart: () => shared.start(),
    async serverStop() {
      await Promise.all([shared, ...own.values()].map((server) => server.dispose?.() ?? server.stop()));
    },
    serve(context) {
      if (context.path !== '/__signal.js') return undefined;
      return { body: `export const signalUrl = ${JSON.stringify(shared.url)};`, type: 'js' };
    },
    executeCommand: ({ command, payload }) => commands[command]?.(payload),
  };
}
