/** Anybody's WebSocket server that says to all others what one says: `node test/support/repeater.mjs [--port N]`. */
import { parseArgs } from 'node:util';
import { WebSocketServer } from 'ws';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(values.port) });
server.on('connection', (socket) => {
  socket.on('error', () => socket.terminate());
  socket.on('message', (data, binary) => {
    for (const other of server.clients) if (other !== socket) other.send(data, { binary });
  });
});
server.on('listening', () => console.log(`signalling ws://127.0.0.1:${server.address().port}/`));
