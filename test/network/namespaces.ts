/** The network namespaces of one laboratory, what runs in them, and the certainty that both go when we do. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Service {
  /** What it said when it was ready. */
  readonly said: RegExpExecArray;
  stop(): Promise<void>;
}

const START_TIMEOUT = 10_000;
const STOP_TIMEOUT = 3000;

/** Ends what runs in the namespaces that begin with $1 and removes them. */
const SWEEP = `
  for name in $(ip netns list | cut -d' ' -f1 | grep "^$1-"); do
    ip netns pids "$name" | xargs -r kill -9
    ip netns del "$name"
  done`;

/** It reads until whoever started it is gone, in whatever way: not even SIGKILL leaves anything behind. */
const KEEPER = `trap '' INT TERM HUP; cat; ${SWEEP}; rm -rf "$2"`;

const OURS = /^(peer-elements-(\d+)-[\da-f]+)-/;

/** Only a keeper that was killed itself leaves something, or a machine that lost its power, with /run on a disk. */
function sweepStale(): void {
  const { stdout } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  const stale = stdout.split('\n').flatMap((line) => {
    const [, prefix, pid] = OURS.exec(line) ?? [];
    return prefix && !existsSync(`/proc/${pid}`) ? [prefix] : [];
  });
  for (const prefix of new Set(stale)) spawnSync('sh', ['-c', SWEEP, 'sweep', prefix]);
}

export class Namespaces {
  /** For files; goes with the rest. */
  readonly dir = mkdtempSync(join(tmpdir(), 'peer-elements-lab-'));
  readonly #prefix = `peer-elements-${process.pid}-${randomBytes(3).toString('hex')}`;
  readonly #services = new Set<Service>();
  readonly #keeper;

  constructor() {
    sweepStale();
    // A process group of its own, so that Ctrl-C and the test runner's timeout do not reach it.
    this.#keeper = spawn('sh', ['-c', KEEPER, 'keeper', this.#prefix, this.dir], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
  }

  add(name: string): void {
    command(['ip', 'netns', 'add', this.fullName(name)]);
    // Nobody waits for IPv6 to find its addresses.
    this.run(name, 'ip link set lo up; echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6');
  }

  /** As the kernel knows it. */
  fullName(name: string): string {
    return `${this.#prefix}-${name}`;
  }

  /** @param script shell commands of which none may fail */
  run(name: string, script: string, input = ''): string {
    return command(this.inside(name, ['sh', '-ec', script]), input);
  }

  /** The command to run instead of `argv` for it to run in a namespace. */
  inside(name: string, argv: readonly string[]): [string, ...string[]] {
    return ['ip', 'netns', 'exec', this.fullName(name), ...argv];
  }

  /** Starts something that stays. @param ready what it says once it can be used */
  async start(name: string, argv: readonly string[], ready: RegExp): Promise<Service> {
    const [file, ...args] = this.inside(name, argv);
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const exited = once(child, 'exit');
    let output = '';
    const said = await new Promise<RegExpExecArray>((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${argv[0] ?? ''} ${why}.\n${output}`));
      const timer = setTimeout(fail, START_TIMEOUT, 'does not get ready');
      child.once('exit', (code) => fail(`exited with ${code}`));
      child.once('error', (error) => fail(error.message));
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk) => {
          if (output.length < 100_000) output += String(chunk);
          const match = ready.exec(output);
          if (!match) return;
          clearTimeout(timer);
          resolve(match);
        });
      }
    });
    const service: Service = {
      said,
      stop: async () => {
        this.#services.delete(service);
        child.kill();
        const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
        await exited;
        clearTimeout(impatience);
      },
    };
    this.#services.add(service);
    return service;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#services].map((service) => service.stop()));
    const exited = once(this.#keeper, 'exit');
    this.#keeper.stdin.end();
    await exited;
  }
}

/** Runs a command to its end. @throws with what it said when it fails */
function command([file = '', ...args]: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8', input });
  if (error) throw error;
  if (status !== 0) throw new Error(`${[file, ...args].join(' ')}\n${stderr}`);
  return stdout;
}
