/** Its command itself, which takes its port from the environment and does not say when it listens. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

async function freePort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(port) {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
  }
}

export async function start() {
  const port = await freePort();
  process.env.PORT = String(port);
  await import('../../node_modules/y-webrtc/bin/server.js');
  await answers(port);
  return { port };
}
