import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from 'socket.io';

export async function start() {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], serveClient: false });
  io.on('connection', (socket) => {
    socket.on('join', (room, done) => {
      void socket.join(room);
      socket.data.room = room;
      done();
    });
    socket.on('say', (text) => socket.to(socket.data.room).emit('say', text));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return { port: http.address().port };
}
