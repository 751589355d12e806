/** peer-elements: a PeerRoom with nothing configured but what the options say. */
/* global WebSocket */
import { PeerRoom } from '/core.js';

/** What is larger comes as a Blob, which browsers keep outside of a page's memory, bytes. */
const MOST_IN_MEMORY = 512 * 1024 * 1024;

async function prepare(buffer) {
  if (buffer.byteLength <= MOST_IN_MEMORY) return buffer;
  const blob = new globalThis.Blob([buffer]);
  // The browser has all of it when it can give the last byte.
  await blob.slice(-1).arrayBuffer();
  return blob;
}

/** Two functions over a socket that says to all others in the room what one of them says. */
function channelAt(url) {
  const socket = new WebSocket(url);
  const opened = new Promise((resolve) => (socket.onopen = resolve));
  return {
    send: (text) => opened.then(() => socket.send(text)),
    receive: (deliver) => (socket.onmessage = ({ data }) => deliver(data)),
  };
}

/** What brings the pages together. */
const SIGNALLING = {
  server: (url) => ({ url }),
  peerjs: (url) => ({ url: url.replace(/^http:\/\//, 'peerjs:') }),
  channel: (url, room) => ({ signaling: channelAt(`${url}?${room}`) }),
  local: () => ({ url: 'local:' }),
  mqtt: (url) => ({ url: `mqtt+${url}` }),
};

export async function meet({ url, room, stream, options }, heard) {
  const { delivery, by = 'server', each, ...rest } = options;
  const source = new PeerRoom({ ...SIGNALLING[by](url, room), room, ...(stream && { stream }), ...rest });
  source.addEventListener('stream', ({ detail }) => heard.stream(detail.stream));
  const send = (value) => source.send(value, { delivery });
  for (const type of ['open', 'join', 'peer']) source.addEventListener(type, () => heard.mark(type));
  const reached = new Set();
  const reach = ({ id }, path) => {
    if (path === 'direct' && reached.size < reached.add(id).size) heard.direct();
  };
  source.addEventListener('peer', ({ detail: { peer } }) => {
    reach(peer, peer.path);
    const one = (value) => peer.send(value);
    heard.ready(each ? { send: one } : { send, paced: send, bulk: send, prepare });
  });
  source.addEventListener('upgrade', ({ detail: { peer, path } }) => reach(peer, path));
  source.addEventListener('data', ({ detail: { data } }) => heard.message(data));
  source.addEventListener('error', ({ detail: { error } }) => heard.failed(error));
  await new Promise((resolve) => source.addEventListener('join', resolve, { once: true }));
}
