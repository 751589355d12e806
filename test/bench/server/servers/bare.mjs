/** The yardstick: the least a relay with rooms can do, on the ws that the signalling server uses. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const EVERYBODY = 255;

/** A frame goes to the member whose number is in its first byte, or to all the others. */
function attach(sockets) {
  const rooms = new Map();
  sockets.on('connection', (socket, { url }) => {
    const room = rooms.get(url) ?? new Map();
    let number = 0;
    while (room.has(number)) number++;
    rooms.set(url, room.set(number, socket));
    socket.on('message', (frame, binary) => {
      if (frame[0] !== EVERYBODY) return room.get(frame[0])?.send(frame, { binary });
      for (const other of room.values()) if (other !== socket) other.send(frame, { binary });
    });
    socket.on('close', () => {
      room.delete(number);
      if (room.size === 0) rooms.delete(url);
    });
    socket.on('error', () => socket.terminate());
    socket.send(String(number));
  });
}

export async function start() {
  const http = createServer();
  attach(new WebSocketServer({ server: http }));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return { port: http.address().port };
}
