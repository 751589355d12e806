/** simple-peer over the bare relay. Both sides make their peer at once, without waiting for the socket. */
/* global TextDecoder, WebSocket */
import SimplePeer from 'simple-peer';

export async function meet({ url, room, role }, heard) {
  const socket = new WebSocket(`${url}?${room}`);
  const peer = new SimplePeer({ initiator: role === 'second', config: { iceServers: [] } });
  const opened = new Promise((resolve) => (socket.onopen = resolve));
  peer.on('signal', async (signal) => {
    await opened;
    socket.send(JSON.stringify(signal));
  });
  socket.onmessage = ({ data }) => peer.signal(data);
  peer.on('error', heard.failed);
  const decoder = new TextDecoder();
  peer.on('data', (bytes) => heard.message(JSON.parse(decoder.decode(bytes))));
  peer.on('connect', () => {
    heard.direct();
    heard.ready({
      send: (value) => peer.send(JSON.stringify(value)),
      // It is a stream, and paces as streams do.
      paced: (value) =>
        peer.write(JSON.stringify(value)) ? undefined : new Promise((resolve) => peer.once('drain', resolve)),
    });
  });
  await opened;
}
