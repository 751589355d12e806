/**
 * The server of a crowd, in a process of its own so that its memory is its own. Over IPC it says where it listens, and for
 * every `measure` what it has used since the last one.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { SignalingServer } from '../../server/index.ts';

let cpu = process.cpuUsage();
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const server = new SignalingServer({
  port: 0,
  host: '127.0.0.1',
  limits: JSON.parse(process.argv[2] ?? '{}'),
});
await server.listen();
process.on('message', () => {
  const { user, system } = process.cpuUsage(cpu);
  cpu = process.cpuUsage();
  const lag = { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
  globalThis.gc?.();
  process.send({
    ...server.stats(),
    rss: process.memoryUsage.rss(),
    cpu: (user + system) / 1e6,
    lag,
  });
  delay.reset();
});
process.on('disconnect', () => process.exit());
process.send({ url: server.address.url });
