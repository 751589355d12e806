#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { HELP, UsageError, readCommand, type CliSettings, type Command } from './cli-options.js';
import { SignalingServer } from './index.js';

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
function explain(error: NodeJS.ErrnoException, { port, host }: CliSettings): string {
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

/** The name under which a browser on this machine reaches it; `localhost` counts as a secure context. */
function nameOf(host: string | undefined): string {
  const local = host === undefined || ['localhost', '0.0.0.0', '::', '127.0.0.1', '::1'].includes(host);
  if (local) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function announce(server: SignalingServer, { host, path }: CliSettings): void {
  const at = `${nameOf(host)}:${server.address.port}`;
  process.stdout.write(
    `peer-elements ${readVersion()}\n` +
      `demo        http://${at}/\n` +
      `signalling  ws://${at}${path}\n` +
      `<script type="module" src="http://${at}/peer-elements.js"></script>\n`,
  );
}

function stopOnSignal(server: SignalingServer): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    void server.close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

async function serve(settings: CliSettings): Promise<void> {
  const { port, host, path, origins: allowedOrigins, directories, seatTimeout, logLevel } = settings;
  const logger = pino({ level: logLevel }, pino.destination(2));
  const files = [...directories, fromRoot('demo'), fromRoot('dist')];
  const server = new SignalingServer({
    port,
    host,
    path,
    allowedOrigins,
    static: files,
    seatTimeout,
    logger,
  });
  stopOnSignal(server);
  try {
    await server.listen();
  } catch (error) {
    complain(explain(error as NodeJS.ErrnoException, settings), 1);
    return;
  }
  announce(server, settings);
}

async function main(): Promise<void> {
  let command: Command;
  try {
    command = readCommand(process.argv.slice(2), process.env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(`${error.message} (--help lists the options)`, 2);
    return;
  }
  switch (command.run) {
    case 'help':
      process.stdout.write(HELP);
      break;
    case 'version':
      process.stdout.write(`${readVersion()}\n`);
      break;
    case 'serve':
      await serve(command.settings);
  }
}

await main();
