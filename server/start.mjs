/**
 * `npm start`: everything between a fresh clone and a running server. It imports nothing that has to be installed,
 * and runs the command in this very process, so that signals and the exit code need no passing on.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt, ensureInstalled, root } from '../test/tools/workspace.mjs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`peer-elements needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

try {
  ensureInstalled(console.log);
  ensureBuilt(console.log);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

const command = join(root, 'dist/cli.js');
process.argv[1] = command;
await import(pathToFileURL(command).href);
