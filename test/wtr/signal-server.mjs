/** The real signalling server as a child process that tests start, stop and kill. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tools/workspace.mjs';

const command = join(root, 'dist/cli.js');
/** One whose operator looks at who comes. */
export const guardedCommand = join(root, 'test/wtr/guarded-server.mjs');
/** Takes one argument: options as JSON. */
export const configuredCommand = join(root, 'test/support/signalling.mjs');
/** Servers that are not ours. */
export const programs = {
  peerserver: join(root, 'test/support/peerserver.mjs'),
  repeater: join(root, 'test/support/repeater.mjs'),
};
const ANNOUNCEMENT = /^signalling\s+(ws:\/\/\S+:(\d+)\S*)/m;
const START_TIMEOUT = 10_000;

export class SignalServer {
  #args;
  #command;
  #child;
  #port = 0;
  #url = '';

  /**
   * @param {string[]} args further arguments of the command
   * @param {string} program that announces itself as the command does
   */
  constructor(args = [], program = command) {
    this.#args = args;
    this.#command = program;
  }

  get port() {
    return this.#port;
  }

  get url() {
    return this.#url;
  }

  /** On any free port at first, on the same one ever after. */
  async start() {
    if (this.#child) return;
    if (!existsSync(command)) throw new Error(`${command} is missing: npm run build`);
    const { SERVER_COVERAGE, ...env } = process.env;
    const child = spawn(process.execPath, [this.#command, '--port', String(this.#port), ...this.#args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: SERVER_COVERAGE ? { ...env, NODE_V8_COVERAGE: SERVER_COVERAGE } : env,
    });
    this.#child = child;
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
    let output = '';
    child.stderr.on('data', (chunk) => (output += chunk));
    const [, url = '', port = ''] = await new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`The signalling server ${why}.\n${output}`));
      const timer = setTimeout(fail, START_TIMEOUT, 'did not say where it listens');
      child.once('error', (error) => fail(`did not start: ${error.message}`));
      child.once('exit', (code) => fail(`exited with ${code}`));
      child.stdout.on('data', (chunk) => {
        output += chunk;
        const match = ANNOUNCEMENT.exec(output);
        if (!match) return;
        clearTimeout(timer);
        resolve(match);
      });
    });
    this.#url = url;
    this.#port = Number(port);
  }

  /** SIGTERM, and all the time it takes. */
  async drain() {
    const child = this.#child;
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }

  /** @param {NodeJS.Signals} signal */
  async stop(signal = 'SIGTERM') {
    const child = this.#child;
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    // Draining waits for members who have time; a test has not.
    const impatience = setTimeout(() => child.kill('SIGKILL'), 3000);
    await exited;
    clearTimeout(impatience);
  }
}
