/** One server in a process of its own. Says its port to whoever started it, then answers what that one asks. */
import { answer } from './asking.mjs';

const [name, options] = process.argv.slice(2);
const { start } = await import(`./servers/${name}.mjs`);
const { port, stats = () => ({}) } = await start(JSON.parse(options));

/** Twice: what the first one found to be finalised the second one frees. */
function collect() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage();
}

answer({ collect, stats });
process.send({ ready: { port } });
