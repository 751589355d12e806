import { spawn } from 'node:child_process';

const running = new Set();

// Commands get a process group of their own, so that a browser never outlives its suite. The terminal's Ctrl-C
// reaches only the foreground group, hence this.
function killAll() {
  for (const child of running) killGroup(child, 'SIGKILL');
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    killAll();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  });
}
process.once('exit', killAll);

function killGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It ended by itself.
  }
}

/**
 * @param {string[]} argv
 * @param {{ env?: Record<string, string | undefined>, timeout: number, quiet?: boolean, cwd?: string }} options
 *   quiet: collect the output instead of showing it
 * @returns {Promise<{ code: number, timedOut: boolean, output: string }>}
 */
export function runCommand([command = '', ...args], { env = {}, timeout, quiet = false, cwd }) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child, 'SIGKILL');
    }, timeout);
    const end = (code) => {
      clearTimeout(timer);
      killGroup(child, 'SIGKILL');
      running.delete(child);
      resolve({ code: code ?? 1, timedOut, output });
    };
    child.once('error', (error) => {
      output += String(error);
      end(1);
    });
    // 'exit', not 'close': a forgotten grandchild that holds the pipe must not hold up the run.
    child.once('exit', (code) => setTimeout(end, quiet ? 50 : 0, code));
  });
}
