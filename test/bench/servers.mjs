/**
 * Everything the contestants talk to, in a process of its own: started wherever a network has its server, it says its
 * ports in one line of JSON.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { PeerServer } from 'peer';
import { WebSocketServer } from 'ws';
import { onPath } from '../support/browsers.mjs';
import { Mosquitto } from '../support/mosquitto.mjs';
import { SignalServer } from '../wtr/signal-server.mjs';

/** @param {(sockets: WebSocketServer) => void} attach @returns {Promise<number>} its port */
async function listen(attach) {
  const http = createServer();
  attach(new WebSocketServer({ server: http }));
  http.listen(0);
  await once(http, 'listening');
  return http.address().port;
}

/** Passes every frame on to the others with the same query. */
function relay(sockets) {
  const rooms = new Map();
  sockets.on('connection', (socket, { url }) => {
    const room = rooms.get(url) ?? new Set();
    rooms.set(url, room.add(socket));
    socket.on('message', (frame, isBinary) => {
      for (const other of room) if (other !== socket) other.send(frame, { binary: isBinary });
    });
    socket.on('close', () => room.delete(socket));
  });
}

/** For whoever publishes and subscribes: Trystero to one topic at a time, y-webrtc to several. */
function topics(sockets) {
  const subscribers = new Map();
  const of = (topic) => subscribers.get(topic) ?? subscribers.set(topic, new Set()).get(topic);
  sockets.on('connection', (socket) => {
    socket.on('message', (frame) => {
      const { type, topic, topics: several = [topic] } = JSON.parse(frame);
      if (type === 'subscribe') for (const each of several) of(each).add(socket);
      if (type === 'unsubscribe') for (const each of several) of(each).delete(socket);
      if (type === 'publish') for (const other of of(topic)) other.send(String(frame));
      if (type === 'ping') socket.send('{"type":"pong"}');
    });
    socket.on('close', () => subscribers.forEach((all) => all.delete(socket)));
  });
}

const startPeerServer = () =>
  new Promise((resolve) => {
    PeerServer({ port: 0, path: '/peerjs' }, (server) => resolve(server.address().port));
  });

// On any interface: the browsers need not be on this host.
const ours = new SignalServer(['--host', '0.0.0.0']);
/** Null where it is not installed: only those who need it miss it. */
const broker = onPath('mosquitto') ? new Mosquitto({ host: '0.0.0.0' }) : null;

async function end() {
  await broker?.dispose();
  await ours.stop('SIGKILL');
  process.exit();
}
// The last one: whoever started it is gone.
for (const reason of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.once(reason, end);

await ours.start();
await broker?.start();
const ports = {
  relay: await listen(relay),
  topics: await listen(topics),
  peerjs: await startPeerServer(),
  ours: ours.port,
  mqtt: broker?.port ?? null,
};
console.log(JSON.stringify(ports));
