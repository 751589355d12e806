/** simple-peer over the bare relay. Both sides make their peer at once, without waiting for the socket. */
/* global TextDecoder, WebSocket */
import SimplePeer from 'simple-peer';

/** Bytes of our messages, at most; pieces of bulk are longer. */
const MOST_TEXT = 4096;
const PIECE = 65_536;

export async function meet({ url, room, role, stream }, heard) {
  const socket = new WebSocket(`${url}?${room}`);
  const peer = new SimplePeer({ initiator: role === 'second', config: { iceServers: [] }, stream });
  peer.on('stream', (coming) => heard.stream(coming));
  const opened = new Promise((resolve) => (socket.onopen = resolve));
  peer.on('signal', async (signal) => {
    await opened;
    socket.send(JSON.stringify(signal));
  });
  socket.onmessage = ({ data }) => peer.signal(data);
  peer.on('error', heard.failed);
  const decoder = new TextDecoder();
  // It does not say which of them were text.
  peer.on('data', (bytes) =>
    heard.message(bytes.length > MOST_TEXT ? bytes : JSON.parse(decoder.decode(bytes))),
  );
  peer.on('connect', () => {
    heard.direct();
    heard.ready({
      send: (value) => peer.send(JSON.stringify(value)),
      // It is a stream, and paces as streams do.
      paced: (value) =>
        peer.write(JSON.stringify(value)) ? undefined : new Promise((resolve) => peer.once('drain', resolve)),
      async bulk(buffer) {
        // The last one may not be mistaken for text.
        for (let at = 0, end; at < buffer.byteLength; at = end) {
          end = buffer.byteLength - at < PIECE + MOST_TEXT + 1 ? buffer.byteLength : at + PIECE;
          if (!peer.write(new Uint8Array(buffer, at, end - at))) {
            await new Promise((resolve) => peer.once('drain', resolve));
          }
        }
      },
    });
  });
  await opened;
}
