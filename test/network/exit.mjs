/** exit.mjs SOCKET PORT: what comes through a socket in the file system goes on to a port of this namespace. */
import { connect, createServer } from 'node:net';

const [path, port] = process.argv.slice(2);
const server = createServer((here) => {
  const there = connect(Number(port), '127.0.0.1');
  here.pipe(there).pipe(here);
  for (const socket of [here, there]) socket.on('error', () => [here, there].forEach((end) => end.destroy()));
});
server.listen(path, () => console.log('ready'));
