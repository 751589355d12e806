#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { announcement } from './cli-announcement.js';
import { certificateFor, renewOnHangup } from './cli-certificate.js';
import { helpText } from './cli-help.js';
import { UsageError, readCommand, type CliSettings, type Command } from './cli-options.js';
import { SignalingServer } from './index.js';
import { DEFAULT_PORT } from './options.js';

/** One level up from here, whether this runs as server/cli.ts, dist/cli.js or from node_modules. */
const fromRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string };
  return version;
}

function complain(message: string, exitCode: number): void {
  process.stderr.write(`peer-elements: ${message}\n`);
  process.exitCode = exitCode;
}

/** What to tell somebody whose server does not start. */
function explain(
  error: NodeJS.ErrnoException,
  { options: { port = DEFAULT_PORT, host } }: CliSettings,
): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken by another program: stop that, or try --port 0 for any free one`;
    case 'EACCES':
      return `Port ${port} needs rights that this user does not have: try one from 1024 up`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address "${host ?? ''}" to listen on: leave --host out for all it has`;
    default:
      return error.message;
  }
}

/** Who stops a program by hand waits for it; who stops a service wants its visitors not to notice. */
function stopOnSignal(server: SignalingServer, drain: number): void {
  let stopping = false;
  const stop = (patience?: number): void => {
    if (stopping) process.exit(1);
    stopping = true;
    void server.close(patience === undefined ? {} : { drain: patience }).then(() => process.exit(0));
  };
  process.on('SIGINT', () => stop());
  process.on('SIGTERM', () => stop(drain));
}

async function serve(settings: CliSettings): Promise<void> {
  const { options, https, drain, logLevel, strange } = settings;
  const logger = pino({ level: logLevel }, pino.destination(2));
  const files = [
    ...(options.static === false ? [] : (options.static ?? [])),
    fromRoot('demo'),
    fromRoot('dist'),
  ];
  const certificate = certificateFor(https, options.host);
  const server = new SignalingServer({ ...options, static: files, https: certificate, logger });
  for (const name of strange) logger.warn({ name }, 'there is no such option: this variable does nothing');
  if (https && https !== 'self-signed') renewOnHangup(https, server.server, logger);
  stopOnSignal(server, drain);
  try {
    await server.listen();
  } catch (error) {
    complain(explain(error as NodeJS.ErrnoException, settings), 1);
    return;
  }
  process.stdout.write(announcement(readVersion(), server.address, settings));
}

async function run(command: Command): Promise<void> {
  switch (command.run) {
    case 'help':
      process.stdout.write(helpText());
      break;
    case 'version':
      process.stdout.write(`${readVersion()}\n`);
      break;
    case 'serve':
      await serve(command.settings);
  }
}

try {
  await run(readCommand(process.argv.slice(2), process.env));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  complain(`${error.message} (--help lists the options)`, 2);
}
