/** PeerJS with its own PeerServer. Ids are given, which saves it from asking the server for one. */
import { Peer } from 'peerjs';
import { room as roomIn } from './channel.mjs';

function listen(connection, heard) {
  connection.on('data', heard.message);
  connection.on('open', () => {
    heard.direct();
    heard.ready({
      send: (value) => connection.send(value),
      bulk: (buffer) => connection.send(buffer),
      paced(value) {
        connection.send(value);
        return roomIn(connection.dataChannel);
      },
    });
  });
}

export async function meet({ url, room, role, others, stream, options }, heard) {
  const { hostname, port, pathname } = new URL(url);
  const peer = new Peer(`${room}-${role}`, {
    host: hostname,
    port: Number(port),
    path: pathname,
    secure: false,
    config: { iceServers: [] },
  });
  peer.on('error', heard.failed);
  peer.on('connection', (connection) => listen(connection, heard));
  peer.on('call', (call) => call.answer(stream));
  await new Promise((resolve) => peer.on('open', resolve));
  // It knows no rooms: whoever comes is told who is there.
  for (const other of others ?? (role === 'second' ? ['first'] : [])) {
    if (stream) peer.call(`${room}-${other}`, stream).on('stream', heard.stream);
    else listen(peer.connect(`${room}-${other}`, options), heard);
  }
}
