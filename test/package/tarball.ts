/** The package as a stranger gets it: packed, and installed into an empty folder. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../tools/workspace.mjs';

const exec = promisify(execFile);

/** Runs a command and resolves with its standard output; rejects with all it said. */
export async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  // What a stranger does adds nothing to the coverage of the sources.
  const env = { ...process.env, NODE_V8_COVERAGE: undefined };
  try {
    const { stdout } = await exec(command, args, { cwd, env, maxBuffer: 32 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

export interface Consumer {
  readonly dir: string;
  /** Paths in the tarball. */
  readonly files: readonly string[];
  readonly tarball: string;
  dispose(): Promise<void>;
}

export async function installTarball(): Promise<Consumer> {
  const dir = await mkdtemp(join(tmpdir(), 'peer-elements-consumer-'));
  // Whoever runs this has just built; building again would pull dist away from under the suites beside.
  const json = await run(root, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', dir);
  const [packed] = JSON.parse(json) as [{ filename: string; files: { path: string }[] }];
  const tarball = join(dir, packed.filename);
  await writeFile(join(dir, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }');
  await run(dir, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', tarball);
  return {
    dir,
    tarball,
    files: packed.files.map(({ path }) => path),
    dispose: () => rm(dir, { recursive: true, force: true }),
  };
}
