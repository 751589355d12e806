/** No WebRTC: a WebSocket to a server that passes on what it is given. */
/* global WebSocket, setTimeout */

const HIGH_WATER = 262_144;

/** A WebSocket says how much waits in it, but not when that changes. */
async function drained(socket) {
  while (socket.bufferedAmount > HIGH_WATER / 4) await new Promise((resolve) => setTimeout(resolve, 1));
}

export async function meet({ url, room, role }, heard) {
  const socket = new WebSocket(`${url}?${room}`);
  const send = (value) => socket.send(JSON.stringify(value));
  const link = {
    send,
    paced(value) {
      send(value);
      return socket.bufferedAmount < HIGH_WATER ? undefined : drained(socket);
    },
  };
  socket.onmessage = ({ data }) => (data === 'hi' ? heard.ready(link) : heard.message(JSON.parse(data)));
  await new Promise((resolve) => (socket.onopen = resolve));
  if (role === 'first') return;
  socket.send('hi');
  heard.ready(link);
}
