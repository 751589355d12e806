/** Typed wrappers of what test/wtr/signal-plugin.mjs offers to a test in a browser. */
import { executeServerCommand } from '@web/test-runner-commands';

/** The signalling server that all files of a run share. Stop it only where nothing runs beside the test. */
export { signalUrl } from '/__signal.js';

interface Running {
  readonly id: number;
  readonly port: number;
  readonly url: string;
}

export interface TestServer extends Running {
  /** SIGTERM, as an operator would. */
  stop(): Promise<void>;
  /** The same, and settles only once everybody has gone. */
  drain(): Promise<void>;
  /** SIGKILL: sockets break without a word. */
  kill(): Promise<void>;
  /** Again, on the same port. */
  start(): Promise<void>;
  /** Gone for good. */
  dispose(): Promise<void>;
}

const command = (name: string, payload?: object): Promise<unknown> =>
  executeServerCommand<unknown, object>(`server:${name}`, payload);

/**
 * A server of the test's own, so that files which run side by side do not disturb each other.
 * @param args of the command line, as in `['--origin', 'https://example.org']`
 */
export const spawnServer = (...args: string[]): Promise<TestServer> => spawn({ args });

/** One whose operator looks at who comes, as test/wtr/guarded-server.mjs says. @param secret of its tokens */
export const spawnGuardedServer = (guard: string, secret = ''): Promise<TestServer> =>
  spawn({ args: ['--guard', guard, '--secret', secret], guarded: true });

/** One that a program starts. @param options of the server itself, as far as they are JSON */
export const spawnServerWith = (options: object): Promise<TestServer> => spawn({ options });

/** A PeerServer as it comes from npm. @param args `--path /x`, `--key k`, `--alive ms` */
export const spawnPeerServer = (...args: string[]): Promise<TestServer> =>
  spawn({ args, program: 'peerserver' });

/**
 * An MQTT broker.
 * @param options `users`: passwords by name; `acl`: its lines; `deaf`: grants no subscription
 */
export const spawnBroker = (
  options: {
    readonly users?: Readonly<Record<string, string>>;
    readonly acl?: readonly string[];
    readonly deaf?: boolean;
  } = {},
): Promise<TestServer> => spawn({ options, program: 'mosquitto' });

async function spawn(payload: object): Promise<TestServer> {
  const running = (await command('spawn', payload)) as Running;
  const { id } = running;
  const tell = async (name: string): Promise<void> => {
    await command(name, { id });
  };
  return {
    ...running,
    stop: () => tell('stop'),
    drain: () => tell('drain'),
    kill: () => tell('kill'),
    start: () => tell('start'),
    dispose: () => tell('despawn'),
  };
}
