/** Servers in processes of their own that share a Redis. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { build } from 'esbuild';
import type { SignalingServerOptions, SignalingStats } from '../../server/index.js';
import { TestClient, type Key } from '../server/client.js';
import { inTime } from '../support/until.js';
import { root } from '../tools/workspace.mjs';
import type { Question } from './process.js';

/** Compiled once for a test file: a loader would take every process seconds. Where packages are found. */
const PROGRAM = join(root, `node_modules/.cache/peer-elements/cluster-process-${process.pid}.mjs`);
const compiled = build({
  entryPoints: [join(root, 'test/cluster/process.ts')],
  outfile: PROGRAM,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  logLevel: 'silent',
});
/** ms for an answer: one closes within half a second. */
const PATIENCE = 30_000;

process.on('exit', () => rmSync(PROGRAM, { force: true }));

export class Node {
  readonly url: string;
  #process: ChildProcess;
  #questions = 0;

  private constructor(child: ChildProcess, url: string) {
    this.#process = child;
    this.url = url;
  }

  /**
   * @param t the test with which it ends
   * @param env beside that of the tests
   */
  static async start(
    options: SignalingServerOptions,
    t?: TestContext,
    env: Record<string, string> = {},
  ): Promise<Node> {
    await compiled;
    const limits = { connectionsPerAddress: 10_000, ...options.limits };
    const child = fork(PROGRAM, [JSON.stringify({ ...options, limits })], {
      execArgv: ['--enable-source-maps'],
      env: { ...process.env, ...env },
    });
    t?.after(() => child.kill('SIGKILL'));
    const [told] = (await once(child, 'message')) as [{ url?: string; error?: string }];
    if (told.url === undefined) throw new Error(told.error);
    return new Node(child, told.url);
  }

  open(): TestClient {
    return new TestClient(this.url);
  }

  login(key?: Key): Promise<TestClient> {
    return this.open().login(key ? { key } : {});
  }

  stats(): Promise<SignalingStats> {
    return this.ask('stats') as Promise<SignalingStats>;
  }

  obstacles(): Promise<readonly string[]> {
    return this.ask('obstacles') as Promise<readonly string[]>;
  }

  /** As an operator does who wants to start another one. */
  async close(): Promise<void> {
    const gone = once(this.#process, 'exit');
    await this.ask('close');
    await gone;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process.kill(signal);
  }

  async kill(): Promise<void> {
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }

  ask(question: Question, about = ''): Promise<unknown> {
    const n = this.#questions++;
    const answered = new Promise((resolve, reject) => {
      const take = (answer: { n: number; value: unknown }): void => {
        if (answer.n !== n) return;
        this.#process.off('message', take);
        resolve(answer.value);
      };
      this.#process.on('message', take);
      this.#process.send({ n, question, about }, (error) => error && reject(error));
    });
    return inTime(answered, `a process to answer ${question}`, PATIENCE);
  }
}

/** So many at once. */
export const startNodes = (
  count: number,
  options: SignalingServerOptions,
  t?: TestContext,
): Promise<Node[]> => Promise.all(Array.from({ length: count }, () => Node.start(options, t)));
