/** The command as its users run it: a process of its own. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'node:test';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Run {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it says once it listens; never settles where it does not. */
  readonly announced: Promise<string>;
  /** What it has said on standard error so far. */
  readonly errors: () => string;
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
}

export function run(t: TestContext, args: readonly string[], env: Record<string, string> = {}): Run {
  const argv = ['--import', 'tsx', 'server/cli.ts', ...args];
  // Without what is set around the tests, which it would take for its own.
  const around = Object.entries(process.env).filter(([name]) => !name.startsWith('PEER_ELEMENTS_'));
  const child = spawn(process.execPath, argv, { cwd: root, env: { ...Object.fromEntries(around), ...env } });
  t.after(() => child.kill('SIGKILL'));
  let out = '';
  let err = '';
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const announced = new Promise<string>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString();
      if (out.includes('</script>\n')) resolve(out);
    });
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
  return { child, announced, errors: () => err, ended };
}
