/** What the command line and the environment say. */
import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DEFAULT_PATH } from '../src/protocol.js';
import { DEFAULT_PORT, DEFAULT_SEAT_TIMEOUT, readOptions } from './options.js';

export interface CliSettings {
  readonly port: number;
  readonly host: string | undefined;
  readonly path: string;
  readonly origins: readonly string[] | undefined;
  readonly directories: readonly string[];
  /** Milliseconds. */
  readonly seatTimeout: number;
  readonly logLevel: string;
}

export type Command =
  | { readonly run: 'help' }
  | { readonly run: 'version' }
  | { readonly run: 'serve'; readonly settings: CliSettings };

/** Wrong use, to be told in one line. */
export class UsageError extends Error {}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export const HELP = `Usage: peer-elements [options]

Serves the signalling, the bundle (/peer-elements.js), the demo (/) and /healthz.

  --port N           port to listen on, 0 = any free one        (${DEFAULT_PORT})
  --host ADDRESS     address to listen on                       (every interface)
  --path PATH        path of the signalling, / = any            (${DEFAULT_PATH})
  --origin ORIGIN    a page's origin that may connect, like https://example.org;
                     repeatable                                 (any)
  --static DIR       serve this directory too, before the demo; repeatable
  --seat-timeout MS  how long a seat waits for who lost its connection, 0 = not at all
                                                                (${DEFAULT_SEAT_TIMEOUT})
  --log-level LEVEL  ${LOG_LEVELS.join(' ')}   (warn)
  --help, --version

Each also as an environment variable, PEER_ELEMENTS_PORT and so on; repeatable ones are
separated by commas. An option goes before a variable.
`;

type Environment = Readonly<Record<string, string | undefined>>;

function readFlags(args: readonly string[]) {
  const string = { type: 'string' } as const;
  const strings = { type: 'string', multiple: true } as const;
  const boolean = { type: 'boolean' } as const;
  const options = {
    port: string,
    host: string,
    path: string,
    origin: strings,
    static: strings,
    'seat-timeout': string,
    'log-level': string,
    help: { ...boolean, short: 'h' },
    version: { ...boolean, short: 'v' },
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    // Node's further sentences are about positional arguments, which there are none of.
    throw new UsageError(error instanceof Error ? (error.message.split(/\.\s/)[0] ?? '') : String(error));
  }
}

function readPort(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : NaN;
  if (!(port <= 0xffff)) throw new UsageError(`--port must be a number from 0 to 65535, not "${value}"`);
  return port;
}

/** Its range is checked with the rest. */
function readMilliseconds(flag: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new UsageError(`${flag} must be a number of milliseconds, not "${value}"`);
}

function checkDirectory(directory: string): void {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--static: there is no directory "${directory}"`);
  }
}

/** The rest is checked where it is checked for everybody. */
function checkOptions({ host, path, origins, seatTimeout }: CliSettings): void {
  try {
    readOptions({ host, path, allowedOrigins: origins, seatTimeout });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws {UsageError} */
export function readCommand(args: readonly string[], environment: Environment): Command {
  const flags = readFlags(args);
  if (flags.help) return { run: 'help' };
  if (flags.version) return { run: 'version' };
  const variable = (name: string): string | undefined => environment[`PEER_ELEMENTS_${name}`] || undefined;
  const several = (name: string): string[] | undefined =>
    variable(name)
      ?.split(',')
      .map((entry) => entry.trim());
  const settings: CliSettings = {
    port: readPort(flags.port ?? variable('PORT') ?? String(DEFAULT_PORT)),
    host: flags.host ?? variable('HOST'),
    path: flags.path ?? variable('PATH') ?? DEFAULT_PATH,
    origins: flags.origin ?? several('ORIGIN'),
    directories: flags.static ?? several('STATIC') ?? [],
    seatTimeout: readMilliseconds(
      '--seat-timeout',
      flags['seat-timeout'] ?? variable('SEAT_TIMEOUT') ?? String(DEFAULT_SEAT_TIMEOUT),
    ),
    logLevel: flags['log-level'] ?? variable('LOG_LEVEL') ?? 'warn',
  };
  if (!LOG_LEVELS.includes(settings.logLevel)) {
    throw new UsageError(`--log-level must be one of ${LOG_LEVELS.join(', ')}, not "${settings.logLevel}"`);
  }
  settings.directories.forEach(checkDirectory);
  checkOptions(settings);
  return { run: 'serve', settings };
}
