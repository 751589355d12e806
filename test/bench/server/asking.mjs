/** Questions from one process to another that it started, and their answers. */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cpuSeconds, residentBytes } from './proc.mjs';

const ANSWER_MS = 120_000;

/**
 * In the process that was started.
 * @param {Record<string, (...args: any[]) => unknown>} to by the name of the question
 */
export function answer(to) {
  process.on('message', ({ id, ask, args }) => {
    Promise.resolve()
      .then(() => to[ask](...args))
      .then(
        (value) => process.send({ id, value }),
        (error) => process.send({ id, problem: error.message }),
      );
  });
  // Whoever started it is gone.
  process.once('disconnect', () => process.exit());
}

/** A process that was started, and can be asked. */
export class Asked {
  #child;
  #waiting = new Map();
  #next = 0;

  /** @param {import('node:child_process').ChildProcess} child @param {unknown} said when it was ready */
  constructor(child, said) {
    this.#child = child;
    /** What it said when it was ready. */
    this.said = said;
    child.on('message', ({ id, value, problem }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (problem === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(problem));
    });
    child.once('exit', (code, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`it ended with ${code ?? signal}`));
    });
  }

  /** @returns {Promise<any>} */
  ask(ask, ...args) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${ask}`)), ANSWER_MS);
      const settle = (how) => (value) => {
        clearTimeout(timer);
        how(value);
      };
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      this.#child.send({ id, ask, args });
    });
  }

  /** Processor seconds of all its threads so far, the kernel's for it included. */
  cpu() {
    return cpuSeconds(readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8'));
  }

  /** Bytes in memory. */
  rss() {
    return residentBytes(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'));
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    if (this.#child.connected) this.#child.disconnect();
    await exited;
    clearTimeout(impatience);
  }
}

/** @param {string} file beside this one @param {string[]} args @param {string[]} execArgv */
export async function started(file, args, execArgv = []) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    execArgv,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const said = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${file} ${args[0] ?? ''} ended with ${code}`)));
    child.once('message', ({ ready }) => resolve(ready));
  });
  child.removeAllListeners('exit');
  return new Asked(child, said);
}
